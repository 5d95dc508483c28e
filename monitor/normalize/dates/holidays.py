"""Holidays by their Chinese names -> the day they fall on in a year, and how far 期间 and 假期 reach around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from monitor.normalize.dates.lunar import new_year_eve, qingming, solar, solar_term
from monitor.normalize.dates.points import Unit
from monitor.normalize.dates.spans import Period, make_day, on, within

Day = Callable[[int], date | None]


def _fixed(month: int, day: int) -> Day:
    return lambda year: make_day(year, month, day)


def _lunar(month: int, day: int) -> Day:
    return lambda year: solar(year, month, day)


def _nth(month: int, weekday: int, n: int) -> Day:
    """Return the *n*-th *weekday* (Monday is 0) of a month."""

    def day(year: int) -> date | None:
        first = make_day(year, month, 1)
        return first and first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))

    return day


DAYS: dict[str, Day] = {
    "新年": _fixed(1, 1),  # so the State Council's rules on holidays call it; 农历新年 is 春节
    "农历新年": _lunar(1, 1), "中国新年": _lunar(1, 1),
    "元旦": _fixed(1, 1), "情人节": _fixed(2, 14), "女生节": _fixed(3, 7), "妇女节": _fixed(3, 8), "植树节": _fixed(3, 12),
    "愚人节": _fixed(4, 1), "劳动节": _fixed(5, 1), "五一": _fixed(5, 1), "青年节": _fixed(5, 4), "儿童节": _fixed(6, 1),
    "六一": _fixed(6, 1), "建党节": _fixed(7, 1), "建军节": _fixed(8, 1), "教师节": _fixed(9, 10), "国庆": _fixed(10, 1),
    "十一": _fixed(10, 1), "光棍节": _fixed(11, 11), "双十一": _fixed(11, 11), "双11": _fixed(11, 11), "双十二": _fixed(12, 12),
    "万圣节": _fixed(10, 31), "平安夜": _fixed(12, 24), "圣诞": _fixed(12, 25), "母亲节": _nth(5, 6, 2), "父亲节": _nth(6, 6, 3), "感恩节": _nth(11, 3, 4),
    "春节": _lunar(1, 1), "元宵": _lunar(1, 15), "端午": _lunar(5, 5), "七夕": _lunar(7, 7), "中元": _lunar(7, 15),
    "中秋": _lunar(8, 15), "重阳": _lunar(9, 9), "腊八": _lunar(12, 8), "清明": qingming,
    **{term: partial(solar_term, term) for term in ("立春", "春分", "立夏", "夏至", "立秋", "秋分", "立冬", "冬至")},
    "七一": _fixed(7, 1), "八一": _fixed(8, 1), "三八": _fixed(3, 8), "五四": _fixed(5, 4),
    "二月二": _lunar(2, 2), "龙抬头": _lunar(2, 2), "三月三": _lunar(3, 3), "九月九": _lunar(9, 9),
    "除夕": new_year_eve, "大年三十": new_year_eve, "年三十": new_year_eve,
}  # fmt: skip
"""Name -> the day in a year; 除夕 of a year is the eve of its new year."""

_NUMBERED = {"五一", "六一", "十一", "七一", "八一", "三八", "五四"}
"""Names that are also numbers, which a year before them does not prove: 去年十一月, 今年五一届."""

_LUNAR_DAYS = {"二月二", "三月三", "九月九"}

_NEED_MORE = {"新年", "国庆", "圣诞", "元宵", "七夕", "中元", "重阳", "腊八", "清明"} | _NUMBERED
"""Names that are also numbers, persons or places: only with 节, 假期, 期间, 当天 behind them."""

_COUNTER = re.compile("[十月日号时点届岁年个名家元万亿人台辆块例批项条次位场种期版类式厘米公吨倍成级班楼路线世]")
"""What makes a number of the two numerals before it."""

_NATIONAL = {"国庆", "建军节", "建党节", "青年节", "教师节", "儿童节", "母亲节", "父亲节", "妇女节"}
_ABROAD = re.compile(
    "(?:(?:(?<![我中祖全])国|[日韩朝越印伊土俄乌以新马菲巴]方)$|(?:日本|朝鲜|越南|印度|印尼|伊朗|伊拉克|土耳其|俄罗斯|乌克兰|以色列|新加坡|马来西亚|菲律宾|巴西|阿根廷"
    r"|墨西哥|加拿大|澳大利亚|新西兰|意大利|西班牙|葡萄牙|希腊|荷兰|瑞士|瑞典|波兰|巴基斯坦|蒙古|埃及)[^，。；！？\s]{0,4}$)"
)
"""Whose feast it is: 伊朗建军节 is another day than ours, and which is not ours to know."""

_REACH = {
    "春节": (1, 7),
    "国庆": (0, 7),
    "十一": (0, 7),
    "五一": (2, 4),
    "劳动节": (2, 4),
    "元旦": (2, 2),
    "中秋": (2, 2),
    "端午": (2, 2),
    "清明": (2, 2),
}
"""
Days before and after that the official holiday ever covered since 2014 (State Council notices): 春节 from
its eve to the eighth, 国庆 to 8 October where 中秋 joins it, 五一 from 29 April to 5 May.
"""

_NAMES = "|".join(sorted(map(re.escape, DAYS), key=len, reverse=True))
HOLIDAY = (
    r"(?:(?:(?:农历)?(?:大年|正月)|农历年)(?P<ny>初[一二三四五六七八九十])|"
    rf"(?P<q>[“\"])?(?<!《)(?P<name>{_NAMES})(?(q)[”\"])(?P<jie>(?<!节)节)?"
    r"(?:(?P<more>当天|当日|当晚|前夕|期间|假[期日](?:期间)?|小?长假(?:期间)?|黄金周|档期?)|(?!小区|未至|晚[会宴]|小?长假|假[期日]|期间|[路街广村庄社联运装庆河上园山岛])))"
)


def holiday_unit(match: re.Match[str]) -> Unit | None:
    """Return what the groups of :data:`HOLIDAY` mean in a year, or None where the name alone proves nothing."""
    if match["ny"]:
        day = "一二三四五六七八九十".index(match["ny"][1]) + 1
        return lambda year, _: on(solar(year, 1, day))
    name, more, text = match["name"], match["more"], match.string
    if name in _NUMBERED | _LUNAR_DAYS and not (more or match["jie"]) and _COUNTER.match(text, match.end()):
        return None
    if name in _NATIONAL and not match["y"] and _ABROAD.search(text, max(0, match.start() - 8), match.start()):
        return None
    if name in _NEED_MORE and not (more or match["jie"] or match["y"] or _stands_alone(match)):
        return None
    return lambda year, _: feast(name, more, year)


def _stands_alone(match: re.Match[str]) -> bool:
    """Return whether a name is all there is between two borders: 五一, “五一”前后, but not 五一路 and not “五一”奖章."""
    text, start, end = match.string, match.start(), match.end()
    quoted = match["q"] is not None
    if not quoted and text[end : end + 1] in {"”", '"', "」", "』"}:
        quoted, start, end = True, start - 1, end + 1
    before = start > 0 and (_NAMED.match(text, start - 1) if quoted else text[start - 1].isalnum())
    if around := _AROUND.match(text, end):
        end = around.end()
    free = end == len(text) or not text[end].isalnum() or (quoted and (around or text[end] in "和与及以"))
    return not before and bool(free)


_NAMED = re.compile("[一-鿿](?<![于在到至自从是迎逢值为和与及或今去明年个过])")
"""What stands before a quotation mark where a name is quoted, not a feast: the school called 玉林“五四”."""
_AROUND = re.compile("前后|[之以]?[前后]")


FEAST_AHEAD = timedelta(60)
"""
A holiday so near ahead is the one that is meant: in two years of broadcast news each of 95 that were named 16 to 60
days before was the coming one. Last year's is called 去年 then.
"""


def feast(name: str, more: str | None, year: int) -> Period | None:
    """Return the day of a feast in a year, or what 假期, 期间 and 前夕 behind it make of it."""
    day = DAYS[name](year)
    if day is None:
        return None
    if more == "前夕":
        return within(day - timedelta(7), day - timedelta(1))
    if more is None or more.startswith("当"):
        return on(day)
    before, after = _REACH.get(name, (1, 1))
    return within(day - timedelta(before), day + timedelta(after))
