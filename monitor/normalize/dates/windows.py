"""
Chinese stretches of time counted from a day: 三天前, 两年前的今天, 过去三年, 未来两周, 三年内, 22:00至明天.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.normalize.dates.chinese import JOIN, SHIFTS, chain
from monitor.normalize.dates.named import HOLIDAYS
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, Said, fixed, rule
from monitor.normalize.dates.relative import CLAUSE_START
from monitor.normalize.dates.spans import (
    Period,
    lasting,
    make_day,
    month_of,
    moved,
    on,
    shift_month,
    week_of,
    within,
    year_of,
)


def _ago(m: re.Match[str]) -> Point | None:
    """
    Read 三天前, 两个月前, 五年后: as exact as its unit (TimeML's granularity), 几天前 as two to nine.
    """
    unit, sign = m["u"], -1 if m["dir"] == "前" else 1
    if m["n"] in {"几", "数"}:
        return Point(m.end(), fixed(None), seen=lambda ref, _: _some(ref, unit, sign), later=sign > 0)
    count = number(m["n"])
    if not count or (unit == "日" and m["n"].isdigit()):  # 3日前 may be the third of the month
        return None
    if unit == "年" and count % 100 == 0:  # 五百年前 is no year
        return None
    if sign < 0 and _DUE.search(m.string, max(0, m.start() - 2), m.start()):
        return None
    shift = sign * count
    if unit == "年" and sign < 0 and (part := _in_that_year(m.string, m.end())):
        return part._replace(year=Said("reference", shift))
    return Point(m.end(), fixed(None), seen=lambda ref, _: _shifted(ref, unit, shift), later=sign > 0)


def _in_that_year(text: str, at: int) -> Point | None:
    """Read the 12月4日 of 十年前的12月4日, the 春节 of 两年前的春节."""
    at += text.startswith("的", at)
    if feast := HOLIDAYS.pattern.match(text, at):
        return HOLIDAYS.read(feast)
    part = chain(text, at)
    return part if part and part.needs_year and not part.monthly else None


def _shifted(reference: date, unit: str, shift: int) -> Period | None:
    if unit in {"天", "日"}:
        return on(reference + timedelta(shift))
    if unit in {"周", "星期", "礼拜"}:
        return week_of(reference, shift)
    if unit == "月":
        return month_of(*shift_month(reference, shift))
    return year_of(reference.year + shift)


def _some(reference: date, unit: str, sign: int) -> Period | None:
    near, far = _shifted(reference, unit, 2 * sign), _shifted(reference, unit, 9 * sign)
    first, last = (far, near) if sign < 0 else (near, far)
    return within(first.earliest, last.latest) if first and last else None


_DUE = re.compile("[应须需]|提前|至少")
"""应14天前抵达 counts from what is to come."""

_FROM_THEN = re.compile("后的?$|起的?$")
"""公告后的6个月内 counts from there."""

HEAD = re.compile(r"[\s“\"（(\[【]{0,3}$")
"""What may stand before the first words of a text."""

_ONWARD = {"未来", "今后", "接下来", "下", "后"}


def _half(m: re.Match[str]) -> tuple[str, int | None]:
    """Return unit and number: half a year is six months, half a month fifteen days."""
    if m["n"] != "半":
        return m["u"], number(m["n"])
    return {"年": ("月", 6), "月": ("天", 15)}.get(m["u"], (m["u"], None))


def _window(m: re.Match[str]) -> Point | None:
    """
    Read 过去三年 and 未来三天: the days from here to there.

    近三年 only where a clause begins with it (历时近三年 is nearly three years), 前两周 only at the head of the text.
    """
    way, (unit, count) = m["way"].rstrip("的"), _half(m)
    if (
        not count
        or (way in {"上", "下"} and count == 1)
        or (way == "前" and (unit == "月" or (count == 1 and unit in {"天", "日"})))
        or (
            (way == "前" or (way in {"上", "下"} and unit in {"天", "日", "年"}))
            and not HEAD.match(m.string, 0, m.start())
        )
    ):
        return None
    if way in {"近", "后"} and not CLAUSE_START.search(m.string, max(0, m.start() - 1), m.start()):
        return None
    shift = count if way in _ONWARD else -count

    def seen(reference: date, _: bool) -> Period | None:
        far = _far(reference, unit, shift)
        return lasting(reference + timedelta(1), far) if shift > 0 else lasting(far, reference)

    return Point(m.end(), fixed(None), seen=seen, lone=way == "后", onward=way.startswith("接"))


def _few_before(m: re.Match[str]) -> Point | None:
    """Read 前几天 at the head of a clause as 几天前; 放假前几天 counts from something else."""
    if not CLAUSE_START.search(m.string, max(0, m.start() - 1), m.start()):
        return None
    return Point(m.end(), fixed(None), seen=lambda ref, _: _some(ref, "天", -1))


def _deadline(m: re.Match[str]) -> Point | None:
    """Read 三年内 behind 将: once, from here to there; elsewhere it is how long something takes."""
    unit, count = _half(m)
    if not count or _FROM_THEN.search(m.string, max(0, m.start() - 2), m.start()):
        return None
    return Point(m.end(), fixed(None), seen=lambda ref, _: within(ref, _far(ref, unit, count)), lone=True)


def _anniversary(m: re.Match[str]) -> Point:
    """Read 两年前的今天 and 去年今日: the same day of another year."""
    years = -(number(m["n"]) or 0) if m["n"] else SHIFTS[m["rel"]]
    return Point(m.end(), fixed(None), seen=lambda ref, _: on(make_day(ref.year + years, ref.month, ref.day)))


def _clock(m: re.Match[str]) -> Point:
    """Read the 22:00 of 22:00至明天6:00: a time of day without a day is of the day from which 明天 counts."""
    return Point(m.end(), fixed(None), seen=lambda ref, _: on(ref))


def _far(reference: date, unit: str, shift: int) -> date:
    if unit in {"天", "日"}:
        return reference + timedelta(shift)
    if unit in {"周", "星期", "礼拜"}:
        return reference + timedelta(weeks=shift)
    return moved(reference, shift * (12 if unit == "年" else 1))


_UNIT = r"(?:个(?=月|星期|礼拜)|)(?P<u>天|日|周|星期|礼拜|(?<=个)月|年)"
_N = r"(?<![\d.第提百千])(?P<n>(?!0)\d{1,3}|[一二两三四五六七八九十]{1,3}|(?<![上下前后大])半)"

AGO = rule(
    r"(?<![\d.第提十百千])(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,4}|半|几|数)(?:个(?=月|星期|礼拜)|)(?P<u>天|日|周|星期|礼拜|(?<=[个数])月|年)(?:之|以)?(?P<dir>前|后)(?![往来景台期卫沿排缀勤备果前后])",
    _ago,
)
FEW_BEFORE = rule(r"前[几些]天(?![的前后内])", _few_before)
_REST = r"(?:之?内|[里间]|以?来)?(?![前后时了\d一二三四五六七八九十度代级])"
WINDOW = rule(rf"(?P<way>(?<!已)(?<!已经|刚刚)(?<!刚)过去的?|未来的?|今后|接下来的?){_N}{_UNIT}{_REST}", _window)
NEAR_WINDOW = rule(
    rf"(?P<way>最近|近|(?<![马以加晚早路网线身站直])上|(?<![以之天零地创写刷])下|前|后){_N}{_UNIT}(?:来|之?内)?(?![的前后时班学课岗新\d一二三四五六七八九十度代级来])",
    _window,
)
DEADLINE = rule(rf"{_N}{_UNIT}[之以]?内(?![部容外])", _deadline)
ANNIVERSARY = rule(
    r"(?:(?<![\d.第提百千])(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,5})年前|(?P<rel>大前|前|去|明)年)的?今[天日](?!头条)",
    _anniversary,
)
CLOCK = rule(rf"(?:[01]?\d|2[0-4])[:点时](?:[0-5]\d分?)?(?={JOIN}[今明后][天日早晚])", _clock)
