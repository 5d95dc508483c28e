"""English dates that name a month: March 19, 2025, late May, January-February, last June."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from monitor.normalize.dates.chinese import NEXT, month_unit
from monitor.normalize.dates.points import Point, Rule, Said, fixed
from monitor.normalize.dates.spans import Period, lasting, make_day, month_of, on, within
from monitor.normalize.dates.words import MONTHS

MONTH = (
    r"(?P<m>(?>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|Jun(?:e|\.)?|Jul(?:y|\.)?|Aug(?:ust|\.)?"
    r"|Sept(?:ember|\.)?|Sep\.?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?))"
)
"""Taken whole: a full stop given back would make "of Sept. 11, 2001" the September of some other year."""
_ROAD = r"\s(?:Road|Street|Avenue|Lane|Drive|Square|Boulevard|Rd|Ave|Blvd)\b"
D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:.%]\d|\d)"
Y = r"(?P<y>(?:1[89]|20)\d{2})(?![\d,.]\d|\d)"
EDGES = {"since": "since", "by": "before", "before": "before", "until": "before", "after": "after"}


def figure(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def year_said(m: re.Match[str]) -> Said | None:
    return Said("is", int(m["y"])) if m["y"] else None


def _monthly(read: Callable[[re.Match[str]], Point | None]) -> Callable[[re.Match[str]], Point | None]:
    """Return *read* for months that are names: written small, march and may are verbs where no year stands by."""
    return lambda m: None if m["m"] in {"march", "may"} and not m.groupdict().get("y") else read(m)


def _dated(m: re.Match[str]) -> Point | None:
    """Read March 19, 2025 and 19-21 March."""
    month, first = MONTHS[m["m"].rstrip(".").lower()], figure(m["d"])
    last = figure(m["e"]) if m["e"] else None
    if last and last <= first and m.start("m") < m.start("d") and m["to"] == "to":  # raised its alert on April 29 to 5
        return Point(m.end("d"), lambda year, _: on(make_day(year, month, first)), soon=NEXT, doubtful=True)

    def unit(year: int, _: int) -> Period | None:
        start, end = make_day(year, month, first), make_day(year, month, last) if last else None
        return lasting(start, end) if start and end and end > start else on(start) if not last else None

    return Point(m.end(), unit, year_said(m), soon=NEXT, doubtful=True)


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

    return Point(m.end(), unit, year_said(m), edge=EDGES.get(m["of"].lower(), ""), soon=NEXT, doubtful=True)


def _months(m: re.Match[str]) -> Point | None:
    """Read January-February 2025, and December-February across the new year."""
    first, last = (MONTHS[m[name].rstrip(".").lower()] for name in ("m", "n"))
    if m["by"] == "and" and last != first % 12 + 1 and not m[0].lower().startswith("between"):
        return None  # in January and in March

    def unit(year: int, _: int) -> Period | None:
        start, end = month_of(year, first), month_of(year + (last < first), last)
        return lasting(start.earliest, end.latest) if start and end else None

    return Point(m.end(), unit, year_said(m)) if first != last else None


def _end_of_month(m: re.Match[str]) -> Point:
    """Read by the end of June, late last month."""
    month = MONTHS[m["m"].rstrip(".").lower()]
    edge = EDGES.get((m["pre"] or "").lower(), "")
    return Point(m.end(), month_unit(month, None, None, "底"), year_said(m), edge=edge, deadline=bool(edge))


def _month_of_year(m: re.Match[str]) -> Point:
    """Read last March and next May: the nearest that is wholly over, or has not begun."""
    month, back = MONTHS[m["m"].rstrip(".").lower()], m["r"].lower() == "last"

    def seen(ref: date, _: bool) -> Period | None:
        return month_of(ref.year - (month >= ref.month) if back else ref.year + (month <= ref.month), month)

    return Point(m.end(), fixed(None), seen=seen)


def english(pattern: str, read: object) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), read)  # type: ignore[arg-type]


PARTS = r"(?:(?P<pre>by|before|until|in|at|since|from)\s)?"
MONTH_RULES = (
    english(
        rf"{PARTS}(?:the\s)?end[ -](?:of\s)?{MONTH}(?!\s\d{{1,2}}\b)(?:\s?,?\s{Y})?(?![a-z])",
        _monthly(_end_of_month),
    ),
    english(rf"(?P<r>last|next)\s{MONTH}(?![a-z.]|\s\d)", _monthly(_month_of_year)),
    english(
        rf"(?:(?:in|from|between|during|for)\s)?{MONTH}\s?(?P<by>-|–|to|and)\s?{MONTH.replace('<m>', '<n>')}(?![a-z]|\s\d{{1,2}}\b)(?:\s?,?\s{Y})?",
        _monthly(_months),
    ),
    english(rf"{MONTH}\s(?P<d>{D})(?:\s?(?P<to>-|–|to)\s?(?P<e>{D}))?(?:\s?,?\s{Y})?", _monthly(_dated)),
    english(
        rf"(?P<of>in|since|by|during|until|from|of)\s(?P<part>early[ -]|mid[ -]|late[ -])?{MONTH}(?!\s\d{{1,2}}\b)(?:\s?,?\s{Y})?(?![a-z])",
        _monthly(_month_year),
    ),
    english(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -])?{MONTH}(?:\s?,?\s(?:of\s)?{Y})", _monthly(_month_year)),
    english(rf"(?P<of>)(?P<part>early[ -]|mid[ -]|late[ -]){MONTH}(?![a-z]|\s\d)(?P<y>)", _monthly(_month_year)),
)
DAY_OF_MONTH = english(
    rf"(?P<d>{D})(?:\s?(?:-|–|to)\s?(?P<e>{D}))?\s(?:of\s)?{MONTH}(?![a-z]|{_ROAD})(?:\s?,?\s{Y})?",
    _monthly(_dated),
)
WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?"
ON_WEEKDAY = (
    english(rf"{WEEKDAY}\s?,?\s(?:the\s)?{MONTH}\s(?P<d>{D})(?P<e>)(?:\s?,?\s{Y})?", _monthly(_dated)),
    english(
        rf"{WEEKDAY}\s?,?\s(?:the\s)?(?P<d>{D})(?P<e>)\s(?:of\s)?{MONTH}(?![a-z]|{_ROAD})(?:\s?,?\s{Y})?",
        _monthly(_dated),
    ),
)
"""Tuesday, March 18 and Saturday 23 January are one date."""
