"""Dates in figures: 2025-03-20, 20250320, 13.5.2015, 2016-2018年, 2025Q1."""

from __future__ import annotations

import re
from datetime import date

from monitor.normalize.dates.chinese import JOIN, MONTH, half, quarter
from monitor.normalize.dates.points import Point, Said, fixed, rule
from monitor.normalize.dates.spans import lasting, make_day, month_of, on, within


def _numeric(m: re.Match[str]) -> Point | None:
    first = make_day(int(m[1]), int(m[3]), int(m[4]))
    return Point(m.end(), fixed(on(first)), Said("is", int(m[1]))) if first else None


_SERIAL = re.compile(r"(?:号码?|编码|单号|证件?|批次|电话|热线|代码|ID|No\.?)[为是:：]?\s?$", re.IGNORECASE)


def _compact(m: re.Match[str]) -> Point | None:
    """Read 20250320, unless what stands before calls it a number of another kind."""
    if _SERIAL.search(m.string, max(0, m.start() - 8), m.start()):
        return None
    day = make_day(int(m[1]), int(m[2]), int(m[3]))
    return Point(m.end(), fixed(on(day)), Said("is", int(m[1]))) if day else None


def _day_first(m: re.Match[str]) -> Point | None:
    """Read 13.5.2015 and 3/19/2025; where both orders are possible, as somewhere between the two."""
    a, b, year = int(m[1]), int(m[3]), int(m[4])
    if a <= 12 and b <= 12 and a != b:  # once, on one of two days: no nearer than from the one to the other
        days = sorted((date(year, a, b), date(year, b, a)))
        return Point(m.end(), fixed(within(*days)), Said("is", year))
    day = make_day(year, b, a) or make_day(year, a, b)
    return Point(m.end(), fixed(on(day)), Said("is", year)) if day else None


def _year_month(m: re.Match[str]) -> Point | None:
    period = month_of(int(m[1]), int(m[2]))
    return Point(m.end(), fixed(period), Said("is", int(m[1]))) if period else None


def _years(m: re.Match[str]) -> Point | None:
    first, last = int(m[1]), int(m[2])
    if not 1800 <= first < last <= 2100:
        return None
    return Point(m.end(), fixed(lasting(date(first, 1, 1), date(last, 12, 31))), Said("is", first))


def _year_part_latin(m: re.Match[str]) -> Point | None:
    year, index = int(m[1]), int(m[3])
    if m[2] in "Qq":
        return Point(m.end(), quarter(index), Said("is", year))
    return Point(m.end(), half(index), Said("is", year)) if index < 3 else None


def _month_day(m: re.Match[str]) -> Point | None:
    """Read 03-19 14:20: two numbers are a day only where a time stands behind them."""
    month, day = int(m[1]), int(m[2])
    return Point(m.end(), lambda y, _: on(make_day(y, month, day)))


NUMERIC = (
    rule(r"(0[1-9]|1[0-2])-([0-3]\d)(?=\s[0-2]\d:[0-5]\d(?!\d))", _month_day),
    rule(r"(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d|\2\d)", _numeric),
    rule(r"(\d{4})( )([01]\d) ([0-3]\d)(?! ?\d)", _numeric),
    rule(r"(?<![#号码])((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?![\d.A-Za-z号-])", _compact),
    rule(r"(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d{2})(?!\d|\2\d)", _day_first),
    rule(r"(?<![〔\[])((?:19|20)\d{2})-(0[1-9]|1[0-2])(?![\d号-])", _year_month),
    rule(rf"(\d{{4}})年?{JOIN}(\d{{4}})年(?!款|型|版|{MONTH}月)", _years),
    rule(r"(20\d{2})\s?年?\s?([QqHh])([1-4])(?![A-Za-z0-9])", _year_part_latin),
)
YEARS_FROM = rule(rf"[从自由](\d{{4}}){JOIN}(\d{{4}})(?![\d年.-])", _years)
