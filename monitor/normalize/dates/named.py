"""Chinese dates by a name: five-year plans, decades, holidays and the lunar calendar."""

from __future__ import annotations

import re
from datetime import date

from monitor.normalize.dates.chinese import YEAR, year_said
from monitor.normalize.dates.holidays import FEAST_AHEAD, HOLIDAY, holiday_unit
from monitor.normalize.dates.lunar import new_year_eve, solar
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, Said, Unit, fixed, rule
from monitor.normalize.dates.spans import Period, lasting, on, within, year_of

_PLANS = {
    f"{ten}{one}五": 5 * n
    for ten, one, n in [("", c, i) for i, c in enumerate("一二三四五六七八九", 1)]
    + [("十", c, 10 + i) for i, c in enumerate(["", *"一二三四五六七"])]
}


def _five_year_plan(m: re.Match[str]) -> Point | None:
    """Read “十四五”期间: plan n covers 1951+5n to 1955+5n from the sixth on; without 期间 it is only a name."""
    order = _PLANS.get(m[1], 0)
    start = 1951 + order
    if order < 30:
        return None
    ends = {"初": (0, 0), "开局之年": (0, 0), "末": (4, 4), "收官之年": (4, 4), "以来": (0, 0)}
    if m["part"]:
        count = number(m["part"]) or 0
        first, last = (0, count - 1) if m[2][0] in "前头" else (5 - count, 4)
        return Point(m.end(), fixed(lasting(date(start + first, 1, 1), date(start + last, 12, 31))), Said("is", start))
    first, last = ends.get(m[2], (0, 4))
    if first == last:
        edge = "since" if m[2] == "以来" else ""
        return Point(m.end(), fixed(year_of(start + first)), Said("is", start), edge=edge)
    return Point(m.end(), fixed(within(date(start, 1, 1), date(start + 4, 12, 31))), Said("is", start))


def _decade(m: re.Match[str]) -> Point | None:
    tens = number(m["t"]) or 0
    base = int(m["y"] or 0) * 100 if m["y"] else _century(m["c"])
    if not m["y"] and not m["c"] and (tens < 30 or (tens < 50 and m.string[m.start() - 1 : m.start()] in {"到", "至"})):
        return None  # 20年代 without its century has two readings, and 到30年代 is still to come
    start = base + tens
    first, last = {
        "初": (0, 3),
        "初期": (0, 3),
        "中期": (3, 6),
        "末": (7, 9),
        "末期": (7, 9),
        "前期": (0, 3),
        "后期": (6, 9),
        "中后期": (4, 9),
    }.get(m["p"], (0, 9))
    period = within(date(start + first, 1, 1), date(start + last, 12, 31))
    if not m["y"] and not m["c"] and tens < 50:  # 30年代 and 40年代 lie behind, but where the words look ahead
        return Point(m.end(), fixed(None), seen=lambda _, ahead: None if ahead else period)
    return Point(m.end(), fixed(period), Said("is", start))


def _century(name: str | None) -> int:
    if name is None or name.startswith("上"):
        return 1900
    return 2000 if name == "本" else ((number(name) or 20) - 1) * 100


# ------------------------------------------------------------------ holidays and the lunar calendar


def _holiday(m: re.Match[str]) -> Point | None:
    unit = holiday_unit(m)
    if unit is None:
        return None
    return Point(m.end(), unit, _holiday_year(m), inherits=False, soon=FEAST_AHEAD, feast=m["y"] is None)


def _holiday_year(m: re.Match[str]) -> Said | None:
    text = m["y"] or m.groupdict().get("y2")
    head = YEAR.match(text) if text else None
    return year_said(head) if head else None


_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def _lunar(m: re.Match[str]) -> Point | None:
    name = m["m"]
    month = _LUNAR_MONTHS.get(name) or number(name) or 0
    day = number(m["d"].replace("初", "")) if m["d"] and m["d"][0] not in "里期" else None
    leap = bool(m["leap"])
    said, cycle = _holiday_year(m), m.groupdict().get("cycle")

    def unit(year: int, _: int) -> Period | None:
        return _lunar_period(year, month, day, leap)

    return Point(m.end(), _of_cycle(unit, cycle) if cycle else unit, said, inherits=False)


def _lunar_period(year: int, month: int, day: int | None, leap: bool) -> Period | None:
    if day is not None:
        return on(
            new_year_eve(year + 1)
            if (month, day) == (12, 30) and solar(year, 12, 30) is None
            else solar(year, month, day, leap)
        )
    first = solar(year, month, 1, leap)
    last = solar(year, month, 30, leap) or solar(year, month, 29, leap)
    return within(first, last) if first else None


def _part_of_century(m: re.Match[str]) -> Point:
    """Read 本世纪初 and 上世纪末: its first or last ten years, 中叶 the forties to sixties; years 00 to 99 as used."""
    start, part = _century(m["c"] or m["c2"]), m["p"] or m["p2"]
    parts = {"初": (0, 9), "初期": (0, 9), "末": (90, 99), "末期": (90, 99), "以来": (0, 0), None: (0, 99)}
    first, last = parts.get(part, (40, 69))
    period = year_of(start) if part == "以来" else within(date(start + first, 1, 1), date(start + last, 12, 31))
    return Point(m.end(), fixed(period), Said("is", start), edge="since" if part == "以来" else "")


_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def _of_cycle(unit: Unit, name: str) -> Unit:
    """Return *unit* only for the years of a name of the sixty-year cycle; year 4 was 甲子."""
    stem, branch = _STEMS.index(name[0]), _BRANCHES.index(name[1])
    return lambda year, month: unit(year, month) if ((year - 4) % 10, (year - 4) % 12) == (stem, branch) else None


_YEAR_HEAD = r"(?P<y>(?:\d{4}|[〇○零一二三四五六七八九]{4}|今|去|明|大?前|后|本|同|当|次|翌|该|来|上一?)年的?)?"

LUNAR = rule(
    rf"{_YEAR_HEAD}(?P<mark>农历|阴历|旧历)?(?P<y2>(?:\d{{4}}|[〇○零一二三四五六七八九]{{4}}|[今去明])年)?(?P<leap>闰)?(?P<m>正|腊|冬|十[一二]?|[一二三四五六七八九])月份?(?P<d>(?<=[正腊]月)(?:里(?!程)|期间|(?=$|[，。、；,]))|初(?:[一二三四五六七八九十]|[1-9](?!\d)|10)|(?<=[正腊冬]月)(?:[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?))(?!日报)",
    _lunar,
)
LUNAR_MARKED = rule(
    rf"{_YEAR_HEAD}(?:(?P<mark>农历|阴历|旧历)|(?=[{_STEMS}][{_BRANCHES}]年))(?:(?P<cycle>[{_STEMS}][{_BRANCHES}])年)?(?P<y2>(?:\d{{4}}|[〇○零一二三四五六七八九]{{4}}|[今去明])年)?(?P<leap>闰)?(?P<m>正|腊|冬|1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?P<d>初[一二三四五六七八九十]|[12]\d|30|[1-9]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九](?=$|[日号，。、；,;]))?[日号]?",
    _lunar,
)
HOLIDAYS = rule(_YEAR_HEAD + HOLIDAY, _holiday)
PLAN = rule(
    r"[“\"「『‘]?(十?[一二三四五六七八九]?五)[”\"」』’]?(?:规划)?"
    r"(期间|时期|以来|末|初|开局之年|收官之年|[前头后](?P<part>[两二三四2-4])年)",
    _five_year_plan,
)
DECADE = rule(
    r"(?:(?P<c>上个?|本|\d{1,2}|十[一二三四五六七八九]?|二十一?|[一二三四五六七八九])世纪的?|(?P<y>(?:19|20)(?=\d0)))?(?P<t>[1-9]0|(?<=20)00|[一二三四五六七八九]十)年代(?P<p>初期?|前期|中期|中后期|末期?|后期)?",
    _decade,
)
CENTURY = rule(
    r"(?:(?P<c>上个?|本|2[01]|二十一?)世纪的?(?P<p>初期?|中叶|中期|末期?|以来)"
    r"|(?<![前第])(?P<c2>1\d|[5-9]|十[一二三四五六七八九]?|[五六七八九])世纪(?:的?(?P<p2>初期?|中叶|中期|末期?))?(?!福克斯))",
    _part_of_century,
)
