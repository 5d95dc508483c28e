"""English date expressions: the words at one place -> a :class:`~monitor.normalize.dates.points.Point`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.model import Precision
from monitor.normalize.dates.chinese import month_unit, season
from monitor.normalize.dates.english_months import (
    DAY_OF_MONTH,
    EDGES,
    MONTH_RULES,
    ON_WEEKDAY,
    PARTS,
    WEEKDAY,
    Y,
    english,
    figure,
    year_said,
)
from monitor.normalize.dates.holidays import FEAST_AHEAD, feast
from monitor.normalize.dates.points import Point, Said, fixed
from monitor.normalize.dates.relative import weekend
from monitor.normalize.dates.spans import (
    Period,
    lasting,
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

_ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUMBERS = {
    w: i
    for i, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {"a": 1, "an": 1}
_SEASONS = {"spring": "春", "summer": "夏", "autumn": "秋", "fall": "秋", "winter": "冬"}
_SHIFT = {"last": -1, "previous": -1, "this": 0, "next": 1}


def _first_months(m: re.Match[str]) -> Point | None:
    """Read the first nine months of 2024."""
    count = _count(m["n"])
    if not 1 < count <= 12:
        return None
    year = year_said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
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
    return Point(m.end(), fixed(period), Said("is", year), edge=EDGES.get(m["pre"].lower(), ""))


def _part(m: re.Match[str]) -> Point | None:
    index = _ORDER[m["o"].lower()]
    year = year_said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
    if m["what"].lower() == "half":
        if index > 2:
            return None
        return Point(m.end(), lambda y, _: months_of(y, 6 * index - 5, 6 * index, Precision.HALF), year)
    return Point(m.end(), lambda y, _: months_of(y, 3 * index - 2, 3 * index, Precision.QUARTER), year)


def _latin_quarter(m: re.Match[str]) -> Point:
    index = int(m["q"])
    return Point(m.end(), lambda y, _: months_of(y, 3 * index - 2, 3 * index, Precision.QUARTER), year_said(m))


def _near_day(m: re.Match[str]) -> Point:
    shift = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(m["near"].lower(), 0)
    return Point(m.end(), fixed(None), seen=lambda ref, _: on(ref + timedelta(shift)))


_EVERY = re.compile(r"\b(?:every|each)\s(?:[A-Za-z]+day(?:,|\sand|\sor)\s)?$", re.IGNORECASE)
"""every Tuesday and Friday come again."""


def _weekday(m: re.Match[str]) -> Point | None:
    if _EVERY.search(m.string, max(0, m.start() - 24), m.start()):
        return None
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

    return Point(m.end(), fixed(None), seen=seen, weekday=not shift)


def _part_of(m: re.Match[str]) -> Point:
    """Read early last year, late next month, earlier this week, later this year, at the end of last month."""
    part, unit, shift = m["part"].lower().rstrip("- "), m["u"].lower(), _SHIFT[m["r"].lower()]

    def seen(ref: date, _: bool) -> Period | None:
        whole = _span(ref, unit, shift)
        if whole is None or whole.earliest is None or whole.latest is None:
            return None
        if part in {"earlier", "later"}:
            early = part == "earlier"
            inside = whole.earliest <= ref <= whole.latest
            return within(whole.earliest, ref) if early and inside else within(ref, whole.latest) if inside else whole
        return _third(whole.earliest, whole.latest, part)

    return Point(m.end(), fixed(None), seen=seen, edge=EDGES.get((m["pre"] or "").lower(), ""))


def _third(first: date, last: date, part: str) -> Period | None:
    if (last - first).days > 360:
        months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12)}.get(part, (11, 12))
        return months_of(first.year, *months, Precision.WITHIN)
    days = (last - first).days + 1
    size = 10 if 28 <= days <= 31 else days // 3  # a month's thirds are those of 上旬, 中旬, 下旬
    start = first + timedelta({"early": 0, "mid": size}.get(part, 2 * size))
    return within(start, start + timedelta(size - 1) if part in {"early", "mid"} else last)


def _year_end(m: re.Match[str]) -> Point:
    edge = EDGES.get((m["pre"] or "").lower(), "")
    return Point(
        m.end(), lambda y, _: months_of(y, 11, 12, Precision.WITHIN), year_said(m), edge=edge, deadline=bool(edge)
    )


def _decade(m: re.Match[str]) -> Point:
    """Read the 1990s, in the early 1980s."""
    start = int(m["decade"])
    first, last = {"early": (0, 3), "mid": (3, 6), "late": (7, 9)}.get((m["part"] or "").lower().rstrip("- "), (0, 9))
    edge = EDGES.get((m["pre"] or "").lower(), "")
    period = within(date(start + first, 1, 1), date(start + last, 12, 31))
    return Point(m.end(), fixed(period), Said("is", start), edge=edge)


def _years(m: re.Match[str]) -> Point | None:
    """Read from 2020 to 2024, between 2020 and 2024, 2020-2024."""
    first, last = int(m["y"]), int(m["z"])
    period = lasting(date(first, 1, 1), date(last, 12, 31)) if first < last else None
    return Point(m.end(), fixed(period), Said("is", first)) if period else None


def _season(m: re.Match[str]) -> Point | None:
    year = year_said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
    return Point(m.end(), season(_SEASONS[m["s"].lower()]), year) if year else None


def _day_of_month(m: re.Match[str]) -> Point:
    return Point(m.end(), month_unit(None, figure(m["d"]), None, None), monthly=True)


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


def _weekend(m: re.Match[str]) -> Point:
    shift = _SHIFT[m["r"].lower()] if m["r"] else None
    return Point(m.end(), fixed(None), seen=lambda ref, ahead: weekend(ref, shift, ahead))


_FEASTS = {
    "spring festival": "春节", "lunar new year": "春节", "chinese new year": "春节", "lantern festival": "元宵",
    "dragon boat festival": "端午", "mid-autumn festival": "中秋", "new year's day": "元旦", "christmas day": "圣诞",
    "christmas eve": "平安夜",
}  # fmt: skip
_FEAST_NAMES = "|".join(_FEASTS)


def _feast(m: re.Match[str]) -> Point:
    name, more = _FEASTS[m["name"].lower()], "假期" if (m["more"] or "").lower().startswith("holiday") else None
    return Point(m.end(), lambda y, _: feast(name, more, y), inherits=False, soon=FEAST_AHEAD)


def _later(m: re.Match[str]) -> Point:
    count, unit = _count(m["n"]), m["u"].lower()
    return Point(m.end(), fixed(None), seen=lambda ref, _: _span(ref, unit, count), later=True)


def _next_day(m: re.Match[str]) -> Point:
    return Point(m.end(), fixed(None), follows=0 if m["same"].lower() == "same" else 1)


_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
DAY_RULES = (
    english(r"(?P<n>\d{1,2})\s(?P<u>day|week|month|year)s?\slater\b", _later),
    DAY_OF_MONTH,
    english(r"(?P<n>\d{1,3})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
    english(
        rf"(?P<o>1st|2nd|3rd|4th)\s(?P<what>quarter|half)(?:\s(?:of\s)?(?:{Y}|(?P<r>last|this|next)\syear))?", _part
    ),
)
WORD_RULES = (
    english(r"the\s(?P<same>same|next|following)\sday\b", _next_day),
    english(rf"(?P<n>{_NUMBER_WORD})\s(?P<u>day|week|month|year)s?\slater\b", _later),
    english(rf"(?:from|between)\s{Y}\s?(?:to|and|until|through)\s?{Y.replace('<y>', '<z>')}", _years),
    english(rf"(?:from|in|during|over|for|the)\s(?P<y>(?:1[89]|20)\d\d)\s?[-–]\s?{Y.replace('<y>', '<z>')}", _years),
    english(
        r"(?:(?P<pre>in|from|during|since|by)\s)?(?:the\s)?(?P<part>early[ -]|mid[ -]|late[ -])?(?P<decade>(?:1[89]|20)\d0)s\b",
        _decade,
    ),
    english(
        rf"{PARTS}(?:the\s)?(?P<part>early[ -]|earlier\s|mid[ -]|late[ -]|later\s|end\sof\s)(?P<r>last|this|next)\s(?P<u>week|month|quarter|year)\b",
        _part_of,
    ),
    english(rf"(?:(?P<pre>by|before|until|at)\s)?(?:the\s)?(?:year[- ]end|end\sof\sthe\syear)\b(?:\s{Y})?", _year_end),
    english(
        rf"(?:(?:in|during|since|by)\s)?(?:the\s)?(?:(?P<r>last|this|next)\s)?(?P<s>spring|summer|autumn|fall|winter)(?:\s(?:of\s)?{Y})?\b",
        _season,
    ),
    english(
        r"on\sthe\s(?P<d>(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th))\b(?!\s(?:of|floor|day|anniversary|century|birthday|hole|street|minute|lap))",
        _day_of_month,
    ),
    english(
        rf"(?P<o>first|second|third|fourth)[ -](?P<what>quarter|half)(?:\s(?:of\s)?(?:{Y}|(?P<r>last|this|next)\syear))?(?!\s?(?:of|final|-final))",
        _part,
    ),
    english(rf"Q(?P<q>[1-4])\s(?:of\s)?{Y}", _latin_quarter),
    english(
        rf"(?P<pre>in|since|during|of|by|until|from|to|for|before|after)\s(?P<part>early[ -]|mid[ -]|late[ -])?(?P<end>the\send\sof\s|end[ -])?{Y}(?![-/]\d|\s(?:yuan|people|units|cars|vehicles|stores|jobs|employees|workers|dollars|million|km|points))",
        _bare_year,
    ),
    english(rf"(?P<pre>)(?P<part>early[ -]|mid[ -]|late[ -])(?P<end>){Y}", _bare_year),
    english(rf"(?P<pre>)(?P<part>)(?P<end>(?:the\s)?end\sof\s){Y}", _bare_year),
    english(
        rf"(?:the\s)?first\s(?P<n>{_NUMBER_WORD}|\d{{1,2}})\smonths(?:\s(?:of|in)\s(?:{Y}|(?P<r>last|this|next)\syear)|(?!\s(?:of|after|since|on|in)\b))",
        _first_months,
    ),
    english(
        rf"(?P<way>past|last|next|coming)\s(?P<n>{_NUMBER_WORD}|\d{{1,3}})\s(?P<u>day|week|month|year)s\b(?!'|\s(?:of|in)\b)",
        _window,
    ),
    english(
        rf"(?P<near>yesterday|today|tonight|tomorrow|last\snight|(?:earlier\s|later\s)?this\s(?:morning|afternoon|evening))\b(?:\s?\(\s?{WEEKDAY}\s?\))?",
        _near_day,
    ),
    *ON_WEEKDAY,
    english(
        r"(?P<r>last|this|next)?\s?(?P<wd>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b(?!s)", _weekday
    ),
    english(r"(?:(?P<r>last|this|next)|over\sthe)\sweekend\b", _weekend),
    english(
        rf"(?P<name>{_FEAST_NAMES})(?:\s(?P<more>holidays?|travel\srush|eve|day|festival))?(?!\s?(?:tree|song|gift|card|carol))",
        _feast,
    ),
    english(r"(?P<r>last|previous|this|next)\s(?P<u>week|month|quarter|year)\b", _relative),
    english(rf"(?P<n>{_NUMBER_WORD})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
)
FIRST_WORDS = (
    frozenset(["on", "at", "between", "earlier", "later", "year", "spring", "summer", "autumn", "fall", "winter", "in", "since", "by", "during", "until", "from", "of", "to", "for", "before", "after", "early", "mid", "late", "the", "end", "first", "second", "third", "fourth", "q", "last", "past", "coming", "previous", "this", "next", "yesterday", "today", "tonight", "tomorrow", "over", "christmas", "spring", "lunar", "chinese", "dragon", "lantern", "new"])
    | frozenset(MONTHS) | frozenset(WEEKDAYS) | frozenset(_NUMBERS)
)  # fmt: skip
"""Words that an expression can begin with, lower case."""

__all__ = ["DAY_RULES", "FIRST_WORDS", "MONTH_RULES", "WORD_RULES"]
