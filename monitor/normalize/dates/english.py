"""English date expressions: the words at one place -> a :class:`~monitor.normalize.dates.points.Point`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.model import Precision
from monitor.normalize.dates.points import Point, Rule, Said, fixed
from monitor.normalize.dates.spans import (
    Period,
    lasting,
    make_day,
    month_of,
    months_of,
    moved,
    on,
    shift_month,
    week_of,
    within,
    year_of,
)
from monitor.normalize.dates.words import MONTHS, WEEKDAYS

_MONTH = (
    r"(?P<m>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?|Aug(?:ust|\.)?"
    r"|Sept(?:ember|\.)?|Sep\.?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:.%]\d|\d)"
_Y = r"(?P<y>(?:1[89]|20)\d{2})(?![\d,.]\d|\d)"
_ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUMBERS = {
    w: i
    for i, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {"a": 1, "an": 1}
_EDGES = {"since": "since", "by": "before", "before": "before", "until": "before", "after": "after"}
_SHIFT = {"last": -1, "previous": -1, "this": 0, "next": 1}


def _int(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _said(m: re.Match[str]) -> Said | None:
    return Said("is", int(m["y"])) if m["y"] else None


def _dated(m: re.Match[str]) -> Point | None:
    """Read March 19, 2025 and 19-21 March."""
    month, first = MONTHS[m["m"].rstrip(".").lower()], _int(m["d"])
    last = _int(m["e"]) if m["e"] else None

    def unit(year: int, _: int) -> Period | None:
        start, end = make_day(year, month, first), make_day(year, month, last) if last else None
        return lasting(start, end) if start and end and end > start else on(start) if not last else None

    return Point(m.end(), unit, _said(m))


def _month_year(m: re.Match[str]) -> Point | None:
    month = MONTHS[m["m"].rstrip(".").lower()]
    part = (m["part"] or "").lower()
    days = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}.get(part.rstrip("- "))

    def unit(year: int, _: int) -> Period | None:
        whole = month_of(year, month)
        if whole is None or days is None or whole.latest is None:
            return whole
        return within(
            date(year, month, days[0]),
            min(
                whole.latest, date(year, month, 20 if days[1] > 28 else days[1]) + timedelta(11 if days[1] > 28 else 0)
            ),
        )

    return Point(m.end(), unit, _said(m), edge=_EDGES.get(m["of"].lower(), ""))


def _months(m: re.Match[str]) -> Point | None:
    """Read January-February 2025, and December-February across the new year."""
    first, last = (MONTHS[m[name].rstrip(".").lower()] for name in ("m", "n"))

    def unit(year: int, _: int) -> Period | None:
        start, end = month_of(year, first), month_of(year + (last < first), last)
        return lasting(start.earliest, end.latest) if start and end else None

    return Point(m.end(), unit, _said(m)) if first != last else None


def _first_months(m: re.Match[str]) -> Point | None:
    """Read the first nine months of 2024."""
    count = _count(m["n"])
    if not 1 < count <= 12 or (m["y"] is None and m["r"] is None):
        return None
    year = _said(m) or Said("reference", _SHIFT[m["r"].lower()])
    return Point(m.end(), lambda y, _: months_of(y, 1, count, Precision.RANGE), year)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _window(m: re.Match[str]) -> Point:
    """Read over the past three years and in the next five years: the days between then and now."""
    shift = _count(m["n"]) * (1 if m["way"].lower() in {"next", "coming"} else -1)
    unit = m["u"].lower()

    def seen(ref: date, _: bool) -> Period:
        far = _far(ref, unit, shift)
        return lasting(ref + timedelta(1), far) if shift > 0 else lasting(far, ref)

    return Point(m.end(), fixed(None), seen=seen)


def _far(reference: date, unit: str, shift: int) -> date:
    if unit in {"day", "week"}:
        return reference + timedelta(shift * (7 if unit == "week" else 1))
    return moved(reference, shift * (12 if unit == "year" else 1))


def _bare_year(m: re.Match[str]) -> Point | None:
    part = (m["part"] or "").lower().rstrip("- ")
    months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12)}.get(part) or ((11, 12) if m["end"] else None)
    year = int(m["y"])
    period = months_of(year, *months, Precision.WITHIN) if months else year_of(year)
    return Point(m.end(), fixed(period), Said("is", year), edge=_EDGES.get(m["pre"].lower(), ""))


def _part(m: re.Match[str]) -> Point | None:
    index = _ORDER[m["o"].lower()]
    year = _said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
    if m["what"].lower() == "half":
        if index > 2:
            return None
        return Point(m.end(), lambda y, _: months_of(y, 6 * index - 5, 6 * index, Precision.HALF), year)
    return Point(m.end(), lambda y, _: months_of(y, 3 * index - 2, 3 * index, Precision.QUARTER), year)


def _latin_quarter(m: re.Match[str]) -> Point:
    index = int(m["q"])
    return Point(m.end(), lambda y, _: months_of(y, 3 * index - 2, 3 * index, Precision.QUARTER), _said(m))


def _near_day(m: re.Match[str]) -> Point:
    shift = {"yesterday": -1, "today": 0, "tomorrow": 1}[m[0].lower()]
    return Point(m.end(), fixed(None), seen=lambda ref, _: on(ref + timedelta(shift)))


def _weekday(m: re.Match[str]) -> Point:
    day, shift = WEEKDAYS[m["wd"].lower()], m["r"] and m["r"].lower()

    def seen(ref: date, ahead: bool) -> Period | None:
        back = (ref.weekday() - day) % 7
        if shift == "last":
            return on(ref - timedelta(back or 7))
        if shift == "next" or (ahead and back):
            return on(ref + timedelta(7 - back))
        if shift == "this":
            return on(ref + timedelta(day - ref.weekday()))
        return on(ref - timedelta(back))

    return Point(m.end(), fixed(None), seen=seen)


def _span(reference: date, unit: str, shift: int) -> Period | None:
    match unit:
        case "day":
            return on(reference + timedelta(shift))
        case "week":
            return week_of(reference, shift)
        case "month":
            return month_of(*shift_month(reference, shift))
        case "quarter":
            year, month = shift_month(reference, 3 * shift)
            first = (month - 1) // 3 * 3 + 1
            return months_of(year, first, first + 2, Precision.QUARTER)
        case _:
            return year_of(reference.year + shift)


def _relative(m: re.Match[str]) -> Point:
    unit, shift = m["u"].lower(), _SHIFT[m["r"].lower()]
    return Point(m.end(), fixed(None), seen=lambda ref, _: _span(ref, unit, shift))


def _ago(m: re.Match[str]) -> Point:
    count, unit = _count(m["n"]), m["u"].lower()
    return Point(m.end(), fixed(None), seen=lambda ref, _: _span(ref, unit, -count))


def _rule(pattern: str, read: object) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), read)  # type: ignore[arg-type]


_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
MONTH_RULES = (
    _rule(
        rf"(?:(?:in|from|between|during|for)\s)?{_MONTH}\s?(?:-|–|to|and)\s?{_MONTH.replace('<m>', '<n>')}(?![a-z]|\s\d{{1,2}}\b)(?:,?\s{_Y})?",
        _months,
    ),
    _rule(rf"{_MONTH}\s(?P<d>{_D})(?:\s?(?:-|–|to)\s?(?P<e>{_D}))?(?:,?\s{_Y})?", _dated),
    _rule(
        rf"(?P<of>in|since|by|during|until|from|of)\s(?P<part>early[ -]|mid[ -]|late[ -])?{_MONTH}(?!\s\d{{1,2}}\b)(?:,?\s{_Y})?(?![a-z])",
        _month_year,
    ),
    _rule(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -])?{_MONTH}(?:,?\s(?:of\s)?{_Y})", _month_year),
    _rule(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -]){_MONTH}(?![a-z]|\s\d)(?P<y>)", _month_year),
)
DAY_RULES = (
    _rule(rf"(?P<d>{_D})(?:\s?(?:-|–|to)\s?(?P<e>{_D}))?\s(?:of\s)?{_MONTH}(?![a-z])(?:,?\s{_Y})?", _dated),
    _rule(r"(?P<n>\d{1,3})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
    _rule(
        rf"(?P<o>1st|2nd|3rd|4th)\s(?P<what>quarter|half)(?:\s(?:of\s)?(?:{_Y}|(?P<r>last|this|next)\syear))?", _part
    ),
)
WORD_RULES = (
    _rule(
        rf"(?P<o>first|second|third|fourth)[ -](?P<what>quarter|half)(?:\s(?:of\s)?(?:{_Y}|(?P<r>last|this|next)\syear))?(?!\s?(?:of|final|-final))",
        _part,
    ),
    _rule(rf"Q(?P<q>[1-4])\s(?:of\s)?{_Y}", _latin_quarter),
    _rule(
        rf"(?P<pre>in|since|during|of|by|until|from|to|for|before|after)\s(?P<part>early[ -]|mid[ -]|late[ -])?(?P<end>the\send\sof\s|end[ -])?{_Y}(?![-/]\d|\s(?:yuan|people|units|cars|vehicles|stores|jobs|employees|workers|dollars|million|km|points))",
        _bare_year,
    ),
    _rule(rf"(?P<pre>)(?P<part>early[ -]|mid[ -]|late[ -])(?P<end>){_Y}", _bare_year),
    _rule(rf"(?P<pre>)(?P<part>)(?P<end>(?:the\s)?end\sof\s){_Y}", _bare_year),
    _rule(
        rf"(?:the\s)?first\s(?P<n>{_NUMBER_WORD}|\d{{1,2}})\smonths\s(?:of|in)\s(?:{_Y}|(?P<r>last|this|next)\syear)",
        _first_months,
    ),
    _rule(
        rf"(?P<way>past|last|next|coming)\s(?P<n>{_NUMBER_WORD}|\d{{1,3}})\s(?P<u>day|week|month|year)s\b(?!'|\s(?:of|in)\b)",
        _window,
    ),
    _rule(r"(?:yesterday|today|tomorrow)\b", _near_day),
    _rule(
        r"(?P<r>last|this|next)?\s?(?P<wd>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b(?!s)", _weekday
    ),
    _rule(r"(?P<r>last|previous|this|next)\s(?P<u>week|month|quarter|year)\b", _relative),
    _rule(rf"(?P<n>{_NUMBER_WORD})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
)
FIRST_WORDS = (
    frozenset(["in", "since", "by", "during", "until", "from", "of", "to", "for", "before", "after", "early", "mid", "late", "the", "end", "first", "second", "third", "fourth", "q", "last", "past", "coming", "previous", "this", "next", "yesterday", "today", "tomorrow"])
    | frozenset(MONTHS) | frozenset(WEEKDAYS) | frozenset(_NUMBERS)
)  # fmt: skip
"""Words that an expression can begin with, lower case."""
