"""
Chinese dates that say year, month or day by their names: 2025年3月19日, 去年底, 三季度, 3月18至20日, 前两个月.

The text is simplified and width-folded. ``docs/dates.md`` has the table of rules with their reasons.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from monitor.model import Precision
from monitor.normalize.dates.lunar import solar
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.numerals import year as year_number
from monitor.normalize.dates.points import Point, Said, Unit
from monitor.normalize.dates.spans import (
    Period,
    iso_week,
    last_of,
    lasting,
    make_day,
    month_of,
    months_of,
    nth_day,
    nth_week,
    nth_weekday,
    nth_weekend,
    on,
    within,
    year_of,
)

JOIN = r"\s?(?:[-—–－~～]{1,2}|至|到)\s?"
NUMERALS = "〇零一二三四五六七八九十两"
MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
DAY = r"(?:[12]\d|3[01]|0?[1-9]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])(?!\d)"

SHIFTS = {
    "大前": -3,
    "前": -2,
    "去": -1,
    "昨": -1,
    "上": -1,
    "今": 0,
    "本": 0,
    "这": 0,
    "明": 1,
    "来": 1,
    "下": 1,
    "后": 2,
    "大后": 3,
    "上上": -2,
    "下下": 2,
}
_NO_NAME = (
    r"(?!代|款|型|式|版|龄|轮|薪|少|老店|猪|货|糕|夜饭|味|轻|历史|前?的?历史|检|画|会员|费|卡|可持续发展议程|议程)"
)


def quarter(index: int) -> Unit:
    return lambda year, _: months_of(year, 3 * index - 2, 3 * index, Precision.QUARTER)


def half(index: int) -> Unit:
    return lambda year, _: months_of(year, 6 * index - 5, 6 * index, Precision.HALF)


def _first_months(count: int) -> Unit:
    precision = Precision.MONTH if count == 1 else Precision.RANGE
    return lambda year, _: months_of(year, 1, count, precision)


_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
"""The first month of a season as meteorologists count; 冬 reaches into the next year."""


def season(name: str) -> Unit:
    """Return the unit of a season: within its three months."""
    first = _SEASONS[name]
    return lambda year, _: (
        within(date(year, first, 1), last_of(year + first // 12, (first + 1) % 12 + 1)) if 0 < year < 9999 else None
    )


_YEAR_PARTS = {"初": (1, 3), "中": (5, 8), "底": (11, 12), "末": (11, 12), "岁末": (11, 12)}
"""年初 is the first quarter, 年中 the months around the middle, 年底 the last two: as wide as they are used."""


def _year_part(word: str) -> Unit:
    if word == "内":
        return lambda year, _: months_of(year, 1, 12, Precision.WITHIN)
    first, last = _YEAR_PARTS[word]
    return lambda year, _: months_of(year, first, last, Precision.WITHIN)


_MONTH_PARTS = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "中": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "末": (21, 31),
    "中上旬": (1, 20),
    "上中旬": (1, 20),
    "中下旬": (11, 31),
    "上半月": (1, 15),
    "下半月": (16, 31),
}
"""Thirds and halves of a month; 月底 is its last third."""


def _month_part(year: int, month: int, word: str) -> Period:
    first, last = _MONTH_PARTS[word]
    return within(
        date(year, month, first),
        min(date(year, month, min(last, 28)) + timedelta(max(0, last - 28)), last_of(year, month)),
    )


COUNTED = (
    r"(?P<nth>第[一二三四五1-5]|最后一|首)个?(?:(?P<one>[天日](?![均报常]))|(?:周|星期|礼拜)(?![年刊岁围边期])(?:(?P<of>[一二三四五六日天](?![次季]))|(?P<end>末))?"
    r"(?:的?(?:周|星期|礼拜)(?P<in>[一二三四五六日天]))?)"
)
"""第一周, 第二个周日, 首个周末, 最后一天, 第三周的周五: counted within a month."""
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}


def counted(m: re.Match[str]) -> Callable[[Period], Period | None] | None:
    """Return what the groups of :data:`COUNTED` pick out of a month, or None where they are not there."""
    if not m["nth"]:
        return None
    order = {"最": -1, "首": 1}.get(m["nth"][0]) or number(m["nth"][1:]) or 0
    if m["one"]:
        return lambda whole: nth_day(whole, order)
    if m["of"]:
        weekday = _WEEKDAYS[m["of"]]
        return lambda whole: nth_weekday(whole, weekday, order)
    if m["end"]:
        return lambda whole: nth_weekend(whole, order)
    inside = _WEEKDAYS.get(m["in"] or "")
    return lambda whole: nth_week(whole, order, inside)


def month_unit(month: int | None, first: int | None, last: int | None, part: str | None) -> Unit:
    """Return the unit of a month (None: the one handed in), its day, days or part."""

    def unit(year: int, given: int) -> Period | None:
        m = given if month is None else month
        if first is None:
            return _month_part(year, m, part) if part and year > 0 else month_of(year, m)
        day = make_day(year, m, first)
        if last is None or day is None:
            return on(day)
        end = make_day(year, m, last)
        return lasting(day, end) if end and end > day else None

    return unit


LIST = r"(?=(?:[、和与及]\s?{0}){{1,9}}{1})"
"""What makes a number without its unit one of several, the last of which has it: 3月17、18和19日."""

IN_MONTH = (
    rf"(?:的?(?:(?P<d1>{DAY})[日号]?{JOIN}(?P<d2>{DAY})\s?[日号]|(?P<d>{DAY})(?:\s?[日号](?!线)|{LIST.format(DAY, '[日号]')})"
    r"|月?(?P<mp>上旬|中下旬|中上旬|上中旬|中旬|下旬|[上下]半月|初(?![中级步始次衷创心])|底|末(?!端))"
    rf"|{COUNTED}))?"
)
_NEXT_IN_LIST = re.compile(r"[、和与及]\s?(\d{1,2}|[一二三四五六七八九十]{1,3})")
_HAN_BEFORE = re.compile(r"[一-鿿、]")


def listed(text: str, start: int, end: int, first: int | None) -> bool:
    """
    Return whether a number is the first of several days or months, and not that of a paragraph: 1、3月份全市……

    At the head of a clause only the next number will do, and none of the first two.
    """
    if start and _HAN_BEFORE.match(text, start - 1):
        return True
    after = _NEXT_IN_LIST.match(text, end)
    return after is not None and first is not None and first > 2 and number(after[1]) == first + 1


_CHAIN_SUB = re.compile(
    rf"(?P<m1>{MONTH})(?:月份?)?{JOIN}(?P<m2>{MONTH})(?:月份?)(?!\s?{DAY}[日号])"
    rf"|(?P<lm>(?<![近第]){MONTH}{LIST.format(MONTH, '月(?!龄)')}(?:、(?P<l2>{MONTH})月份?(?!\s?{DAY}[日号]))?)"
    rf"|(?P<md>(?<!近)(?P<m>{MONTH})\s?月(?!龄|嫂|饼|亮|球|薪|供|租|票|卡|刊|子|季|天|老|考|牙|光|入(?=[\d一二三四五六七八九十百千万过超约仅])|革命|流火|三(?![十日号月])|[一两二三]次)份?\s?(?:(?P<bare>[二三]?十[一二三四五六七八九]|三十|二十|十)(?![日号个{NUMERALS}年月天周名家元万亿岁多余几至到—-])|{IN_MONTH}))"
    r"|(?P<q>第?(?P<qn>[一二三四1-4])(?:\s?|(?<=第.)个(?=季度))季度?(?!稻|豆|红|花|如)(?:(?P<qp>[初末底]))?|[Qq](?P<ql>[1-4])季?度?|首季度?)"
    r"|(?P<h>(?P<hn>[上下])半年(?P<he>末)?)|(?P<sn>(?P<season>[春夏秋冬])(?:[天季](?!档|招聘|赛)|(?<=年.)(?=$|[，。、；,之起])))"
    rf"|(?P<fm>(?:前|头|首)(?P<fn>1[01]|[1-9]|十[一二]?|[一二两三四五六七八九])个?(?P<fu>月|季度?))"
    r"|(?P<yp>(?:(?<![少老青成中几数多两半百千万余近每整全常\d〇零一二三四五六七八九十])年)?(?P<ypw>底|末(?!代)|初(?![中级步始次衷创心]|夏|秋|冬|春|[一二三四五六七八九十](?![批系家个位名种些项届次场]))|内(?![部容外地蒙])))"
    r"|(?P<ym>(?<=年)年中|(?<![少老青成中几数多两半百千万余近每整全常〇零一二三四五六七八九十])年中(?=$|[，。、；,.;）)前后时的建完开投启交起至到]))"
    r"|(?P<wy>第(?P<wyn>\d{1,2}|[一二三四五]?十[一二三四五六七八九]?|[一二三四五六七八九])个?(?:周(?![年刊岁期])|星期(?![一二三四五六日天])))"
    r"|(?P<ly>(?P<lyn>第一|首|最后一?)(?:(?P<lyc>[两三四])?(?:(?P<lyd>[天日](?![均报常]))|个?(?P<lyu>月(?!饼|亮|球)|季度|周(?![年刊岁末一二三四五六日天])|星期(?![一二三四五六日天])))))"
    r"|(?P<ys>岁末)"
)  # fmt: skip
_POSITIONAL = r"(?<![第数几近每\d〇零一二三四五六七八九十百千])(?:一[零〇一三四五六七八九]|二[零〇一二四五六]|七[零〇一二三四五六]|八[零〇一二三四五六七]|九[零〇一二三四五六七八九])"
"""
The 一六 of 一六年, read out figure by figure as no length is; 一二年 and 二三年 are one or two, two or three years.
"""
YEAR = re.compile(
    rf"(?P<is>(?:19|20)\d\d(?=[上下]半年|第?[一二三四1-4]季度)|\d{{4}}(?=\s?年)|(?<=[在于])[1-9]\d\d(?=年(?![前后来间里内的多]))|[〇○零一二三四五六七八九]{{3,4}}|[一二两]千(?:[零〇]?[{NUMERALS}]{{0,3}}))(?:\s?年度?|(?=[上下]半|第?[一二三四1-4]季))"
    rf"|(?P<yy>(?:\d{{2}}|[〇零一二三四五六七八九]{{2}})(?=年(?:{MONTH}月|第?[一二三四1-4]个?季|[上下]半年|[初底末]))|(?<![千百十近])[0零〇][\d一二三四五六七八九](?=年)|{_POSITIONAL}(?=年))年"
    r"|(?P<era>民国|公元)(?P<en>\d{1,4}|[一二三四五六七八九十百]{1,6}|元)年"
    r"|(?P<rel>大前|大后|前|去|今|明|后|本|来|(?<![马以加晚早路网线身])上(?:一)?|(?<![以之天零地创写刷立打留井坠落])下(?:一)?)年(?!级|轮|薪|龄|纪|景|鉴|货|检|报|来|少|终奖|度?股东)度?"
    r"|(?P<then>同|当|该|(?<![\d一二两三四五六七八九十几数首每多本])次|翌|第二|[这那]一)年"
)


def year_said(m: re.Match[str]) -> Said | None:
    if m["is"]:
        value = year_number(m["is"])
        return Said("is", value) if value else None
    if m["yy"]:
        digits = year_number(m["yy"])
        return None if digits is None else Said("is", digits + (2000 if digits < 50 else 1900))
    if m["era"]:
        count = 1 if m["en"] == "元" else number(m["en"])
        return Said("is", count + (1911 if m["era"] == "民国" else 0)) if count else None
    if m["rel"]:
        return Said("reference", SHIFTS[m["rel"].replace("一", "")])
    if m["then"] in {"次", "翌", "第二"}:
        return Said("before", 1)
    return Said("then" if m["then"] in {"同", "当", "那一"} else "before", 0)


_READ_OUT = re.compile(_POSITIONAL)
_GAP = re.compile(r"\s?的?")
_NAME_AFTER_YEAR = re.compile(_NO_NAME)
_RELATIVE_MONTH_IN_YEAR = re.compile(rf"(?:本|当|这个)月{IN_MONTH}")


def chain(text: str, at: int) -> Point | None:
    """Read a year, what follows it, or what stands without it: 2025年3月19日, 去年底, 三季度, 3月18至20日."""
    head = YEAR.match(text, at)
    if head is None:
        sub = _CHAIN_SUB.match(text, at)
        return _sub_point(sub, None, text) if sub else None
    year = year_said(head)
    if year is None:
        return None
    start = _GAP.match(text, head.end())
    place = start.end() if start else head.end()
    if month := _RELATIVE_MONTH_IN_YEAR.match(text, place):
        return Point(month.end(), in_month(month, None), year, Said("reference", 0))
    sub = _CHAIN_SUB.match(text, place)
    point = _sub_point(sub, year, text) if sub else None
    return point or _bare_year(text, head, year)


def _bare_year(text: str, head: re.Match[str], year: Said) -> Point | None:
    if head["is"] and year.number % 100 == 0 and text.startswith("前", head.end()):
        return None  # 2000年前 is twenty centuries ago or before that year
    if head["yy"] and head["yy"][0] not in "0零〇" and not _READ_OUT.match(text, head.start()):
        return None
    if not _NAME_AFTER_YEAR.match(text, head.end()):
        return None
    if head["is"] and not _is_year(head["is"], year.number):
        return None
    return Point(head.end(), lambda y, _: year_of(y), year)


def _is_year(text: str, value: int) -> bool:
    """Return whether a number alone before 年 is a year: 5000年 and 两千年 are lengths, 在789年 and 两千零四年 not."""
    return (len(text) != 2 and 1800 <= value <= 2100) or (len(text) == 3 and text.isascii())


def in_month(m: re.Match[str], month: int | None) -> Unit:
    if pick := counted(m):
        return lambda year, given: (whole := month_of(year, given if month is None else month)) and pick(whole)
    first = number(m["d1"] or m["d"] or "") if (m["d1"] or m["d"]) else None
    last = number(m["d2"]) if m["d2"] else None
    return month_unit(month, first, last, m["mp"])


def _sub_point(m: re.Match[str], year: Said | None, text: str) -> Point | None:
    kind = m.lastgroup
    if m["m1"]:
        return _month_range(m, year)
    if kind == "md":
        return _month_point(m, year)
    if kind == "lm":
        return _listed_month(m, year, text)
    if kind == "q":
        # 第二季 is a season of a programme, 四季 are those of the year
        counted = "个" in m["q"]  # 连续第三个季度 counts them from somewhere
        return Point(m.end(), _quarter_unit(m), year) if year or ("度" in m["q"] and not counted) else None
    if kind == "h":
        return Point(m.end(), _half_unit(m), year)
    if kind in {"sn", "wy"}:
        return _in_year(m, year) if year else None
    if kind == "fm":
        count = (number(m["fn"]) or 0) * (3 if m["fu"][0] == "季" else 1)
        if count == 1 and m["fm"][0] == "前" and year is None:
            return None  # 前一个月 is the month before something
        return Point(m.end(), _first_months(count), year) if 0 < count <= 12 else None
    if kind == "ly":
        odd = m["lyc"] and (m["lyn"] != "最后" or m["lyu"] != "月")  # 最后三周 is no one week
        return Point(m.end(), _at_end(m), year) if year and not odd else None
    word = m["ypw"] or ("中" if kind == "ym" else "岁末")
    if year is None and word == "内":
        return Point(m.end(), _year_part(word), Said("reference", 0))
    return Point(m.end(), _year_part(word), year, deadline=True)


def _in_year(m: re.Match[str], year: Said) -> Point:
    """Read the 夏天 of 去年夏天 and the 第10周 of 今年第10周."""
    if m["season"]:
        return Point(m.end(), season(m["season"]), year)
    week = number(m["wyn"]) or 0
    return Point(m.end(), lambda y, _: iso_week(y, week), year)


def _at_end(m: re.Match[str]) -> Unit:
    """Return the unit of a year's first or last day, month, months or quarter: 最后一天, 最后两个月."""
    last = m["lyn"].startswith("最后")
    if m["lyd"]:
        return lambda year, _: on(make_day(year, 12, 31) if last else make_day(year, 1, 1))
    if m["lyu"] == "季度":
        return quarter(4 if last else 1)
    if m["lyu"] in {"周", "星期"}:  # 28 December lies in a year's last week
        return lambda year, _: iso_week(year, date(year, 12, 28).isocalendar().week if last else 1)
    count = number(m["lyc"] or "一") or 1
    precision = Precision.MONTH if count == 1 else Precision.RANGE
    return lambda year, _: months_of(year, 13 - count if last else 1, 12 if last else count, precision)


def _quarter_unit(m: re.Match[str]) -> Unit:
    index = 1 if m["q"].startswith("首") else number(m["qn"] or m["ql"]) or 0
    if not m["qp"]:
        return quarter(index)
    month = 3 * index - (2 if m["qp"] == "初" else 0)
    return lambda year, _: months_of(year, month, month, Precision.WITHIN)


def _listed_month(m: re.Match[str], year: Said | None, text: str) -> Point | None:
    """Read 7、8月 as the stretch that it is, the 3 of 3、6、9月 as one month."""
    first, last = number(m["lm"].partition("、")[0]) or 0, number(m["l2"]) if m["l2"] else None
    if not (year or listed(text, m.start(), m.start() + len(m["lm"].partition("、")[0]), first)):
        return None
    if last == first + 1:
        return Point(m.end(), lambda y, _: months_of(y, first, first + 1, Precision.RANGE), year)
    return Point(m.start() + len(m["lm"].partition("、")[0]), month_unit(first, None, None, None), year)


def _half_unit(m: re.Match[str]) -> Unit:
    index = 1 if m["hn"] == "上" else 2
    if not m["he"]:
        return half(index)
    return lambda year, _: months_of(year, 6 * index, 6 * index, Precision.WITHIN)


def _month_range(m: re.Match[str], year: Said | None) -> Point | None:
    first, last = number(m["m1"]), number(m["m2"])
    if first is None or last is None or first >= last:
        return None
    return Point(m.end(), lambda y, _: months_of(y, first, last, Precision.RANGE), year)


NEXT = timedelta(62)
"""
How far ahead a month, or a month and a day, without a year are the coming ones: in two years of broadcast news no more
than one in forty of those that lay ahead by up to two months, with no 将 beside them, was of the year before, which is
called 去年 there. From here to DOUBTFUL either may be meant.
"""


def _month_point(m: re.Match[str], year: Said | None) -> Point | None:
    month = number(m["m"])
    if m["nth"] and m["nth"][1:] in {"五", "5"} and year is None:
        return None  # few months have a fifth: which year's is meant is not told by the nearest
    if m["bare"]:
        day = number(m["bare"])
        if m["m"].isascii():  # 9月十三届 mixes digits and numerals, a date does not
            return Point(m.start("bare"), month_unit(month, None, None, None), year)
        if (
            (year is None or year.base != "is") and m["m"] == "八" and m["bare"] == "十五"
        ):  # Mid-Autumn by its lunar name
            return Point(m.end(), lambda y, _: on(solar(y, 8, 15)), year, inherits=False)
        return Point(m.end(), month_unit(month, day, None, None), year, soon=NEXT, doubtful=True)
    loose = year is None and m[0][-1] == "月"
    return Point(m.end(), in_month(m, month), year, deadline=bool(m["mp"]), loose=loose, soon=NEXT, doubtful=True)
