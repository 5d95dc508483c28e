"""English date expressions: the words at one place -> a :class:`~monitor.normalize.dates.points.Point`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.model import Precision
from monitor.normalize.dates.chinese import NEXT, month_unit, season
from monitor.normalize.dates.holidays import FEAST_AHEAD, feast
from monitor.normalize.dates.points import Point, Rule, Said, fixed
from monitor.normalize.dates.relative import weekend
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
    r"(?P<m>(?>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?|Aug(?:ust|\.)?"
    r"|Sept(?:ember|\.)?|Sep\.?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?))"
)
"""Taken whole: a full stop given back would make "of Sept. 11, 2001" the September of some other year."""
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
_SEASONS = {"spring": "春", "summer": "夏", "autumn": "秋", "fall": "秋", "winter": "冬"}
_SHIFT = {"last": -1, "previous": -1, "this": 0, "next": 1}


def _int(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _said(m: re.Match[str]) -> Said | None:
    return Said("is", int(m["y"])) if m["y"] else None


def _dated(m: re.Match[str]) -> Point | None:
    """Read March 19, 2025 and 19-21 March."""
    month, first = MONTHS[m["m"].rstrip(".").lower()], _int(m["d"])
    last = _int(m["e"]) if m["e"] else None
    if last and last <= first and m.start("m") < m.start("d") and m["to"] == "to":  # raised its alert on April 29 to 5
        return Point(m.end("d"), lambda year, _: on(make_day(year, month, first)), soon=NEXT, doubtful=True)

    def unit(year: int, _: int) -> Period | None:
        start, end = make_day(year, month, first), make_day(year, month, last) if last else None
        return lasting(start, end) if start and end and end > start else on(start) if not last else None

    return Point(m.end(), unit, _said(m), soon=NEXT, doubtful=True)


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

    return Point(m.end(), unit, _said(m), edge=_EDGES.get(m["of"].lower(), ""), soon=NEXT, doubtful=True)


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
    if not 1 < count <= 12:
        return None
    year = _said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
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
    shift = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(m[0].lower(), 0)
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

    return Point(m.end(), fixed(None), seen=seen, weekday=not shift)


def _end_of_month(m: re.Match[str]) -> Point:
    """Read by the end of June, late last month."""
    month = MONTHS[m["m"].rstrip(".").lower()]
    edge = _EDGES.get((m["pre"] or "").lower(), "")
    return Point(m.end(), month_unit(month, None, None, "底"), _said(m), edge=edge, deadline=bool(edge))


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

    return Point(m.end(), fixed(None), seen=seen, edge=_EDGES.get((m["pre"] or "").lower(), ""))


def _third(first: date, last: date, part: str) -> Period | None:
    if (last - first).days > 360:
        months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12)}.get(part, (11, 12))
        return months_of(first.year, *months, Precision.WITHIN)
    days = (last - first).days + 1
    size = 10 if 28 <= days <= 31 else days // 3  # a month's thirds are those of 上旬, 中旬, 下旬
    start = first + timedelta({"early": 0, "mid": size}.get(part, 2 * size))
    return within(start, start + timedelta(size - 1) if part in {"early", "mid"} else last)


def _year_end(m: re.Match[str]) -> Point:
    edge = _EDGES.get((m["pre"] or "").lower(), "")
    return Point(m.end(), lambda y, _: months_of(y, 11, 12, Precision.WITHIN), _said(m), edge=edge, deadline=bool(edge))


def _decade(m: re.Match[str]) -> Point:
    """Read the 1990s, in the early 1980s."""
    start = int(m["decade"])
    first, last = {"early": (0, 3), "mid": (3, 6), "late": (7, 9)}.get((m["part"] or "").lower().rstrip("- "), (0, 9))
    edge = _EDGES.get((m["pre"] or "").lower(), "")
    period = within(date(start + first, 1, 1), date(start + last, 12, 31))
    return Point(m.end(), fixed(period), Said("is", start), edge=edge)


def _years(m: re.Match[str]) -> Point | None:
    """Read from 2020 to 2024, between 2020 and 2024, 2020-2024."""
    first, last = int(m["y"]), int(m["z"])
    period = lasting(date(first, 1, 1), date(last, 12, 31)) if first < last else None
    return Point(m.end(), fixed(period), Said("is", first)) if period else None


def _season(m: re.Match[str]) -> Point | None:
    year = _said(m) or (Said("reference", _SHIFT[m["r"].lower()]) if m["r"] else None)
    return Point(m.end(), season(_SEASONS[m["s"].lower()]), year) if year else None


def _month_of_year(m: re.Match[str]) -> Point:
    """Read last March and next May: the nearest that is wholly over, or has not begun."""
    month, back = MONTHS[m["m"].rstrip(".").lower()], m["r"].lower() == "last"

    def seen(ref: date, _: bool) -> Period | None:
        return month_of(ref.year - (month >= ref.month) if back else ref.year + (month <= ref.month), month)

    return Point(m.end(), fixed(None), seen=seen)


def _day_of_month(m: re.Match[str]) -> Point:
    return Point(m.end(), month_unit(None, _int(m["d"]), None, None), monthly=True)


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


def _rule(pattern: str, read: object) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), read)  # type: ignore[arg-type]


_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_PARTS = r"(?:(?P<pre>by|before|until|in|at|since|from)\s)?"
MONTH_RULES = (
    _rule(rf"{_PARTS}(?:the\s)?end[ -](?:of\s)?{_MONTH}(?!\s\d{{1,2}}\b)(?:\s?,?\s{_Y})?(?![a-z])", _end_of_month),
    _rule(rf"(?P<r>last|next)\s{_MONTH}(?![a-z.]|\s\d)", _month_of_year),
    _rule(
        rf"(?:(?:in|from|between|during|for)\s)?{_MONTH}\s?(?:-|–|to|and)\s?{_MONTH.replace('<m>', '<n>')}(?![a-z]|\s\d{{1,2}}\b)(?:\s?,?\s{_Y})?",
        _months,
    ),
    _rule(rf"{_MONTH}\s(?P<d>{_D})(?:\s?(?P<to>-|–|to)\s?(?P<e>{_D}))?(?:\s?,?\s{_Y})?", _dated),
    _rule(
        rf"(?P<of>in|since|by|during|until|from|of)\s(?P<part>early[ -]|mid[ -]|late[ -])?{_MONTH}(?!\s\d{{1,2}}\b)(?:\s?,?\s{_Y})?(?![a-z])",
        _month_year,
    ),
    _rule(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -])?{_MONTH}(?:\s?,?\s(?:of\s)?{_Y})", _month_year),
    _rule(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -]){_MONTH}(?![a-z]|\s\d)(?P<y>)", _month_year),
)
DAY_RULES = (
    _rule(r"(?P<n>\d{1,2})\s(?P<u>day|week|month|year)s?\slater\b", _later),
    _rule(rf"(?P<d>{_D})(?:\s?(?:-|–|to)\s?(?P<e>{_D}))?\s(?:of\s)?{_MONTH}(?![a-z])(?:\s?,?\s{_Y})?", _dated),
    _rule(r"(?P<n>\d{1,3})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
    _rule(
        rf"(?P<o>1st|2nd|3rd|4th)\s(?P<what>quarter|half)(?:\s(?:of\s)?(?:{_Y}|(?P<r>last|this|next)\syear))?", _part
    ),
)
WORD_RULES = (
    _rule(r"the\s(?P<same>same|next|following)\sday\b", _next_day),
    _rule(rf"(?P<n>{_NUMBER_WORD})\s(?P<u>day|week|month|year)s?\slater\b", _later),
    _rule(rf"(?:from|between)\s{_Y}\s?(?:to|and|until|through)\s?{_Y.replace('<y>', '<z>')}", _years),
    _rule(rf"(?:from|in|during|over|for|the)\s(?P<y>(?:1[89]|20)\d\d)\s?[-–]\s?{_Y.replace('<y>', '<z>')}", _years),
    _rule(
        r"(?:(?P<pre>in|from|during|since|by)\s)?(?:the\s)?(?P<part>early[ -]|mid[ -]|late[ -])?(?P<decade>(?:1[89]|20)\d0)s\b",
        _decade,
    ),
    _rule(
        rf"{_PARTS}(?:the\s)?(?P<part>early[ -]|earlier\s|mid[ -]|late[ -]|later\s|end\sof\s)(?P<r>last|this|next)\s(?P<u>week|month|quarter|year)\b",
        _part_of,
    ),
    _rule(rf"(?:(?P<pre>by|before|until|at)\s)?(?:the\s)?(?:year[- ]end|end\sof\sthe\syear)\b(?:\s{_Y})?", _year_end),
    _rule(
        rf"(?:(?:in|during|since|by)\s)?(?:the\s)?(?:(?P<r>last|this|next)\s)?(?P<s>spring|summer|autumn|fall|winter)(?:\s(?:of\s)?{_Y})?\b",
        _season,
    ),
    _rule(
        r"on\sthe\s(?P<d>(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th))\b(?!\s(?:of|floor|day|anniversary|century|birthday|hole|street|minute|lap))",
        _day_of_month,
    ),
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
        rf"(?:the\s)?first\s(?P<n>{_NUMBER_WORD}|\d{{1,2}})\smonths(?:\s(?:of|in)\s(?:{_Y}|(?P<r>last|this|next)\syear)|(?!\s(?:of|after|since|on|in)\b))",
        _first_months,
    ),
    _rule(
        rf"(?P<way>past|last|next|coming)\s(?P<n>{_NUMBER_WORD}|\d{{1,3}})\s(?P<u>day|week|month|year)s\b(?!'|\s(?:of|in)\b)",
        _window,
    ),
    _rule(
        r"(?:yesterday|today|tonight|tomorrow|last\snight|(?:earlier\s|later\s)?this\s(?:morning|afternoon|evening))\b",
        _near_day,
    ),
    _rule(rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\s?,?\s{_MONTH}\s(?P<d>{_D})(?P<e>)(?:\s?,?\s{_Y})?", _dated),
    _rule(
        r"(?P<r>last|this|next)?\s?(?P<wd>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b(?!s)", _weekday
    ),
    _rule(r"(?:(?P<r>last|this|next)|over\sthe)\sweekend\b", _weekend),
    _rule(
        rf"(?P<name>{_FEAST_NAMES})(?:\s(?P<more>holidays?|travel\srush|eve|day|festival))?(?!\s?(?:tree|song|gift|card|carol))",
        _feast,
    ),
    _rule(r"(?P<r>last|previous|this|next)\s(?P<u>week|month|quarter|year)\b", _relative),
    _rule(rf"(?P<n>{_NUMBER_WORD})\s(?P<u>day|week|month|year)s?\sago\b", _ago),
)
FIRST_WORDS = (
    frozenset(["on", "at", "between", "earlier", "later", "year", "spring", "summer", "autumn", "fall", "winter", "in", "since", "by", "during", "until", "from", "of", "to", "for", "before", "after", "early", "mid", "late", "the", "end", "first", "second", "third", "fourth", "q", "last", "past", "coming", "previous", "this", "next", "yesterday", "today", "tonight", "tomorrow", "over", "christmas", "spring", "lunar", "chinese", "dragon", "lantern", "new"])
    | frozenset(MONTHS) | frozenset(WEEKDAYS) | frozenset(_NUMBERS)
)  # fmt: skip
"""Words that an expression can begin with, lower case."""
