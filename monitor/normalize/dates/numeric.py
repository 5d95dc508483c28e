"""Dates in figures: 2025-03-20, 20250320, 13.5.2015, 2016-2018年, 2025Q1."""

from __future__ import annotations

import re
from datetime import date

from monitor.normalize.dates.chinese import JOIN, LIST, MONTH, half, quarter
from monitor.normalize.dates.points import Point, Said, fixed, rule
from monitor.normalize.dates.spans import lasting, make_day, month_of, on, within, year_of


def _numeric(m: re.Match[str]) -> Point | None:
    first = make_day(int(m[1]), int(m[3]), int(m[4]))
    return Point(m.end(), fixed(on(first)), Said("is", int(m[1]))) if first else None


_VERSION = re.compile(r"(?:版本|\bv|\bversion|\brelease|固件|软件)号?[为是:：]?\s?$", re.IGNORECASE)
_SERIAL = re.compile(r"(?:号码?|编码|单号|证件?|批次|电话|热线|代码|ID|No\.?)[为是:：]?\s?$", re.IGNORECASE)


def _short_range(m: re.Match[str]) -> Point | None:
    """Read 2025/3/18-3/20 and 2025.3.18-20."""
    year, month = int(m[1]), int(m[3])
    first, last = make_day(year, month, int(m[4])), make_day(year, int(m[5] or month), int(m[6]))
    return Point(m.end(), fixed(lasting(first, last)), Said("is", year)) if first and last and first < last else None


def _compact(m: re.Match[str]) -> Point | None:
    """Read 20250320, unless what stands before calls it a number of another kind."""
    if _SERIAL.search(m.string, max(0, m.start() - 8), m.start()):
        return None
    day = make_day(int(m[1]), int(m[2]), int(m[3]))
    return Point(m.end(), fixed(on(day)), Said("is", int(m[1]))) if day else None


def _day_first(m: re.Match[str]) -> Point | None:
    """Read 13.5.2015 and 3/19/2025; where both orders are possible, as somewhere between the two."""
    a, b, year = int(m[1]), int(m[3]), int(m[4])
    if m[2] == "." and _VERSION.search(m.string, max(0, m.start() - 9), m.start()):
        return None
    if a <= 12 and b <= 12 and a != b:  # once, on one of two days: no nearer than from the one to the other
        days = sorted((date(year, a, b), date(year, b, a)))
        return Point(m.end(), fixed(within(*days)), Said("is", year))
    day = make_day(year, b, a) or make_day(year, a, b)
    return Point(m.end(), fixed(on(day)), Said("is", year)) if day else None


def _year_month(m: re.Match[str]) -> Point | None:
    period = month_of(int(m[1]), int(m[2]))
    return Point(m.end(), fixed(period), Said("is", int(m[1]))) if period else None


def _years(m: re.Match[str]) -> Point | None:
    first, last = int(m[1]), int(m[2] or m[3])
    if not 1800 <= first < last <= 2100:
        return None
    return Point(m.end(), fixed(lasting(date(first, 1, 1), date(last, 12, 31))), Said("is", first))


def _short_years(m: re.Match[str]) -> Point | None:
    """Read 08-12年: a nought in front makes it a year, 8-12年 is a length."""
    first, last = 2000 + int(m[1]), 2000 + int(m[2])
    return (
        Point(m.end(), fixed(lasting(date(first, 1, 1), date(last, 12, 31))), Said("is", first))
        if first < last
        else None
    )


def _months(m: re.Match[str]) -> Point | None:
    """Read 2017.09-2019.03: two that look like a year and a month are one."""
    first, last = month_of(int(m[1]), int(m[3])), month_of(int(m[4]), int(m[5]))
    if not first or not last or not 1800 <= int(m[1]) <= int(m[4]) <= 2100 or not first.earliest or not last.latest:
        return None
    period = lasting(first.earliest, last.latest) if first.earliest < last.latest else None
    return Point(m.end(), fixed(period), Said("is", int(m[1]))) if period else None


def _short_date(m: re.Match[str]) -> Point | None:
    """Read 25-03-20, year first as GB/T 7408 has it, where a time is due; elsewhere it is a score or a number."""
    day = make_day(2000 + int(m[1]), int(m[3]), int(m[4])) if int(m[1]) < 50 else None
    timely = day and (
        _TIME_DUE.search(m.string, max(0, m.start() - 3), m.start()) or _TIME_HERE.match(m.string, m.end())
    )
    return Point(m.end(), fixed(on(day)), Said("is", 2000 + int(m[1]))) if day and timely else None


_TIME_DUE = re.compile(r"(?:(?<![排列位处])[于在]|[自从]|截[至止]|日期[:：]?|时间[:：]?)\s?$")
_TIME_HERE = re.compile(
    r"\s?(?:有时间|有空|上午|下午|晚上|早上|中午|凌晨|[(（]?(?:周|星期)[一二三四五六日]|[0-2]?\d:[0-5]\d(?!\d))"
)
"""What stands before or behind a day and not a score: 于25-03-20, 25-03-20 14:20, 25-03-20（周四）."""


def _year_part_latin(m: re.Match[str]) -> Point | None:
    year, index = int(m[1]), int(m[3])
    if m[2] in "Qq":
        return Point(m.end(), quarter(index), Said("is", year))
    return Point(m.end(), half(index), Said("is", year)) if index < 3 else None


def _month_day(m: re.Match[str]) -> Point | None:
    """
    Read two numbers that are a day by what stands behind them: 03-19 14:20; “3·15”当天, “9·3”坍塌事故, which are named after
    the day.
    """
    month, day = int(m[1]), int(m[2])
    return Point(m.end(), lambda y, _: on(make_day(y, month, day)))


YEAR_IN_LIST = rule(
    rf"((?:19|20)\d{{2}}){LIST.format('(?:19|20)[0-9]{2}', '年')}",
    lambda m: Point(m.end(), fixed(year_of(int(m[1]))), Said("is", int(m[1]))),
)
YEARS = (
    rule(
        rf"(\d{{4}})(?:年?{JOIN}(\d{{4}})年(?!款|型|版|{MONTH}月)|年{JOIN}(\d{{4}})(?![\d.%-]|[年款型版万千百元辆台人家]))",
        _years,
    ),
    rule(rf"(0\d)年?{JOIN}(\d\d)年(?!款|型|版|{MONTH}月)", _short_years),
    rule(r"(20\d{2})\s?年?\s?([QqHh])([1-4])(?![A-Za-z0-9])", _year_part_latin),
)
NUMERIC = (
    rule(r"(\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d%]|\2\d)", _short_date),
    rule(r"(1[0-2]|0?[1-9])·([12]\d|3[01]|0?[1-9])[”\"」]?(?:当天|当日|当晚)", _month_day),
    rule(
        r"(1[0-2]|0?[1-9])·([12]\d|3[01]|0?[1-9])[”\"」](?=[^，。；]{0,12}?(?:事故|火灾|爆炸|坍塌|倒塌|垮塌|泄漏|中毒|案))",
        _month_day,
    ),
    rule(r"(1[0-2]|0?[1-9])/([12]\d|3[01]|0?[1-9])(?=\s?[(（]?(?:周|星期)[一二三四五六日])", _month_day),
    rule(r"(0[1-9]|1[0-2])-([0-3]\d)(?=\s[0-2]\d:[0-5]\d(?!\d))", _month_day),
    rule(
        rf"(\d{{4}})([/.])(\d{{1,2}})\2(\d{{1,2}}){JOIN}(?:(\d{{1,2}})\2)?(\d{{1,2}})(?!\d|[./年月:点-]\d?)",
        _short_range,
    ),
    rule(
        r"(\d{4})(-)(\d{1,2})-(\d{1,2})\s?[至到~～—]{1,2}\s?(?:(\d{1,2})-)?(\d{1,2})(?!\d|[./年月:点-])", _short_range
    ),
    rule(r"(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d|\2\d)", _numeric),
    rule(r"(\d{4})( )([01]\d) ([0-3]\d)(?! ?\d)", _numeric),
    rule(r"(?<![#号码])((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?![\d.A-Za-z号-])", _compact),
    rule(r"(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d{2})(?!\d|\2\d)", _day_first),
    rule(rf"(\d{{4}})([./-])(0?[1-9]|1[0-2]){JOIN}(\d{{4}})\2(0?[1-9]|1[0-2])(?!\d|\2\d)", _months),
    rule(r"(?<![〔\[])((?:19|20)\d{2})-(0[1-9]|1[0-2])(?![\d号-])", _year_month),
    *YEARS,
)
YEARS_FROM = rule(rf"[从自由](\d{{4}}){JOIN}(\d{{4}})(?![\d年.-])", _years)
