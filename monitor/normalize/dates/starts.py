"""
Which rules to try at which character: what keeps reading a text cheap.

An expression begins with a digit, a Chinese numeral, an English word or one of a few characters, each of
which is followed by one of a few others. Everything else is passed over by one compiled character class.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.normalize.dates import english
from monitor.normalize.dates.chinese import NUMERALS, chain
from monitor.normalize.dates.hours import HOURS, HOURS_AGO
from monitor.normalize.dates.named import CENTURY, DECADE, HOLIDAYS, LUNAR, LUNAR_MARKED, PLAN
from monitor.normalize.dates.numeric import NUMERIC, YEAR_IN_LIST, YEARS, YEARS_FROM
from monitor.normalize.dates.points import Point, Rule
from monitor.normalize.dates.reigns import REIGN, REIGNS
from monitor.normalize.dates.relative import (
    BARE_DAY,
    BARE_DAYS,
    FROM_TODAY,
    LISTED_DAY,
    MONTH_END,
    PAIR,
    RECENT_WORDS,
    RELATIVE_DAY,
    RELATIVE_MONTH,
    RELATIVE_QUARTER,
    SAME_DAY,
    SEASON,
    WEEK,
)
from monitor.normalize.dates.windows import AGO, ANNIVERSARY, CLOCK, DEADLINE, FEW_BEFORE, NEAR_WINDOW, WINDOW


@dataclass(frozen=True, slots=True)
class Start:
    """What may follow a first character, which rules are tried then, and whether year-month-day chains are."""

    follow: frozenset[str]
    rules: tuple[Rule, ...]
    chained: bool = False


_NUMBER = NUMERALS + "0123456789廿"


def _start(follow: str, *rules: Rule, chained: bool = False) -> Start:
    return Start(frozenset(follow), rules, chained)


_LUNAR_MARK = _start("历", LUNAR_MARKED, LUNAR)
_LUNAR_MONTH = _start("月" + _NUMBER, LUNAR, HOLIDAYS)
_COUNT = _start("天日年个周星月小分钟", AGO, HOURS_AGO)
_QUOTE = _start(_NUMBER + "双新春中端元清国劳圣重腊七五六十除", PLAN, HOLIDAYS)

STARTS: dict[str, Start] = {
    "上": _start("上周星礼个一月年半世季" + _NUMBER, WEEK, RELATIVE_QUARTER, RELATIVE_MONTH, NEAR_WINDOW, DECADE, CENTURY, HOURS, chained=True),
    "下": _start("下周星礼个一月年半季" + _NUMBER, NEAR_WINDOW, WEEK, RELATIVE_QUARTER, RELATIVE_MONTH, HOURS, chained=True),
    "本": _start("周星月年礼个世季", WEEK, RELATIVE_QUARTER, RELATIVE_MONTH, HOLIDAYS, DECADE, CENTURY, chained=True),
    "这": _start("周星月礼个一季", WEEK, RELATIVE_QUARTER, RELATIVE_MONTH, chained=True),
    "那": _start("一", chained=True),
    "今": _start("天日年晚早晨夜后明春夏秋冬（( ", PAIR, RELATIVE_DAY, SEASON, WINDOW, HOLIDAYS, LUNAR_MARKED, LUNAR, chained=True),
    "明": _start("天日年晚早晨后春夏秋冬（( ", ANNIVERSARY, PAIR, RELATIVE_DAY, SEASON, HOLIDAYS, LUNAR, chained=True),
    "昨": _start("天日晚夜晨今（( ", PAIR, RELATIVE_DAY),
    "前": _start("天日年不几些（( " + _NUMBER, SAME_DAY, ANNIVERSARY, FEW_BEFORE, NEAR_WINDOW, RELATIVE_DAY, HOLIDAYS, RECENT_WORDS, HOURS, chained=True),
    "后": _start("天日年半" + _NUMBER, NEAR_WINDOW, RELATIVE_DAY, HOLIDAYS, HOURS, chained=True),
    "之": _start("前后", HOURS),
    "大": _start("前后年", HOLIDAYS, LUNAR, RELATIVE_DAY, chained=True),
    "去": _start("年今春夏秋冬", ANNIVERSARY, PAIR, SEASON, HOLIDAYS, LUNAR_MARKED, LUNAR, chained=True),
    "来": _start("年", chained=True),
    "当": _start("日天晚年月", SAME_DAY, RELATIVE_MONTH, HOLIDAYS, chained=True),
    "同": _start("日年月一", SAME_DAY, RELATIVE_MONTH, HOLIDAYS, chained=True),
    "次": _start("日年月", SAME_DAY, RELATIVE_MONTH, chained=True),
    "翌": _start("日年", SAME_DAY, chained=True),
    "该": _start("年", chained=True),
    "隔": _start("日天", SAME_DAY),
    "第": _start("二1234一三四", SAME_DAY, chained=True),
    "转": _start("天", SAME_DAY),
    "首": _start("季123456789两二三个", chained=True),
    "头": _start(_NUMBER, chained=True),
    "年": _start("初中底末内三", HOLIDAYS, chained=True),
    "岁": _start("末", chained=True),
    "公": _start("元", chained=True),
    "民": _start("国", chained=True),
    "月": _start("初底末内中上下", MONTH_END),
    "周": _start("一二三四五六日天末", WEEK),
    "星": _start("期", WEEK),
    "礼": _start("拜", WEEK),
    "近": _start("日期来几些半" + _NUMBER, RECENT_WORDS, NEAR_WINDOW, HOURS),
    "日": _start("前", RECENT_WORDS),
    "连": _start("日", RECENT_WORDS),
    "最": _start("近", NEAR_WINDOW, HOURS, RECENT_WORDS),
    "不": _start("久", RECENT_WORDS),
    "即": _start("日", FROM_TODAY),
    "过": _start("去", WINDOW, HOURS),
    "未": _start("来", WINDOW, HOURS),
    "接": _start("下", WINDOW, HOURS),
    "半": _start("天日年个月小分钟", DEADLINE, AGO, HOURS_AGO),
    "几": _COUNT,
    "数": _COUNT,
    "从": _start("12", YEARS_FROM),
    "自": _start("12", YEARS_FROM),
    "由": _start("12", YEARS_FROM),
    "农": _start("历", LUNAR_MARKED, LUNAR, HOLIDAYS),
    **dict.fromkeys("甲乙丙丁戊己庚辛壬癸", _start("子丑寅卯辰巳午未申酉戌亥", LUNAR_MARKED)),
    "阴": _LUNAR_MARK,
    "旧": _LUNAR_MARK,
    "正": _LUNAR_MONTH,
    "腊": _start("月八" + _NUMBER, LUNAR, HOLIDAYS),
    "冬": _start("月至" + _NUMBER, LUNAR, HOLIDAYS),
    "闰": _LUNAR_MONTH,
    "“": _QUOTE,
    '"': _QUOTE,
    "「": _QUOTE,
    "『": _QUOTE,
    "‘": _QUOTE,
    **{pair[0]: _start(pair[1:], HOLIDAYS) for pair in ["元旦宵", "春节分", "秋分", "夏至", "立春夏秋冬", "情人", "女生", "妇女", "植树", "愚人", "劳动", "青年", "儿童", "建党军", "教师", "国庆", "光棍", "双十1", "新年", "平安", "圣诞", "母亲", "父亲", "感恩", "端午", "中秋元", "重阳", "清明", "除夕", "万圣"]},
}  # fmt: skip
"""First characters of Chinese expressions that are not numerals."""

for _name in REIGNS:
    _known = STARTS.get(_name[0], Start(frozenset(), ()))
    STARTS[_name[0]] = Start(
        _known.follow | {_name[1]}, (REIGN, *(r for r in _known.rules if r is not REIGN)), _known.chained
    )


@dataclass(frozen=True, slots=True)
class Behind:
    """What is tried for a number by the character behind it: ``before`` the chain of year, month and day, and after."""

    before: tuple[Rule, ...] = ()
    chained: bool = False
    after: tuple[Rule, ...] = ()


_DAYS = (BARE_DAYS, BARE_DAY)
_COUNTS = (DEADLINE, AGO, HOURS_AGO)
_JOINS = "-—–－~～至到"
_CHAIN = Behind(chained=True)


def _by_next(*pairs: tuple[str, Behind]) -> dict[str, Behind]:
    return {char: behind for chars, behind in pairs for char in chars}


_NUMERAL_NEXT = _by_next(
    ("年", Behind((DECADE, LUNAR, HOLIDAYS, ANNIVERSARY, *_COUNTS), True)),
    ("月", Behind((LUNAR, HOLIDAYS), True)),
    ("日号", Behind(_COUNTS, False, _DAYS)),
    ("天周星礼个", Behind(_COUNTS)),
    ("小分秒钟", Behind((HOURS_AGO,))),
    ("世", Behind((DECADE, CENTURY))),
    ("季", _CHAIN),
    ("、和与及", Behind((), True, (LISTED_DAY,))),
    (_JOINS, Behind((), True, _DAYS)),
    ('”"」』’规期时末初开收', Behind((PLAN,))),
)
_DIGIT_NEXT = _by_next(
    ("年", Behind((*YEARS, DECADE, ANNIVERSARY, *_COUNTS), True)),
    ("月季上下第一二三四", _CHAIN),
    ("、和与及", Behind((YEAR_IN_LIST,), True, (LISTED_DAY,))),
    ("日号", Behind(_COUNTS, False, _DAYS)),
    ("天周星礼个", Behind(_COUNTS)),
    ("小分秒钟", Behind((HOURS_AGO,))),
    ("世", Behind((DECADE, CENTURY))),
    (_JOINS, Behind((CLOCK, *NUMERIC), True, (*_DAYS, *english.DAY_RULES))),
    ("/.·QqHh", Behind(NUMERIC, True)),
    (":点时", Behind((CLOCK,))),
    (" \xa0\u3000\t", Behind(NUMERIC, True, english.DAY_RULES)),
    ("snrt", Behind(after=english.DAY_RULES)),
)
"""Which expressions a number may begin: what is behind it decides, and most numbers begin none."""

_YEAR = Behind((*YEARS, LUNAR_MARKED, LUNAR, HOLIDAYS, DECADE), True)
"""The same for four digits before 年."""

_LETTER_RULES = (*english.MONTH_RULES, *english.WORD_RULES)
_NUMERAL = frozenset(NUMERALS + "○廿")
_NUMERAL_FOLLOW = frozenset(NUMERALS + "○百千廿夕").union(_NUMERAL_NEXT)


def _any(chars: Iterable[str]) -> str:
    return f"[{re.escape(''.join(sorted(chars)))}]"


def _first_pattern() -> re.Pattern[str]:
    """Return where an expression may begin: a first character, and behind it what its rules ask for."""
    follow: dict[frozenset[str], str] = {_NUMERAL_FOLLOW: "".join(sorted(_NUMERAL))}
    for char, start in STARTS.items():
        follow[start.follow] = follow.get(start.follow, "") + char
    # The union of what may follow is looked at first: it turns away nine of ten at once.
    places = "|".join(f"(?<={_any(chars)})(?={_any(nexts)})" for nexts, chars in follow.items())
    digits = rf"(?<!\d\d)(?:[0-9]{{0,7}}(?={_any(_DIGIT_NEXT)})|[0-9]{{7}}(?![0-9]))"
    initials = {word[0] for word in english.FIRST_WORDS}
    words = "|".join(
        f"(?<=[{c}{c.upper()}])(?i:{'|'.join(w[1:] for w in english.FIRST_WORDS if w[0] == c)})" for c in initials
    )
    return re.compile(
        f"[0-9A-Za-z{''.join(_NUMERAL)}{''.join(STARTS)}]"
        f"(?:(?<![0-9A-Za-z])(?={_any(frozenset().union(*follow))})(?:{places})"
        f"|(?<=[0-9]){digits}|(?<=[A-Za-z])(?<![A-Za-z0-9]{{2}})(?:{words})(?![A-Za-z]))"
    )


FIRST = _first_pattern()

RUN = re.compile("[0-9]+|[A-Za-z]+|[〇○零一二三四五六七八九十两廿]+")
"""What is passed over at once where nothing begins: a long number is looked at once."""

_RECURRING = re.compile("(?:[每逐历](?:个?[年月周]|季度|逢|个)?|逢)的?$")
"""每年3月 and 历年春节 come again and again: no date."""
_RECURRING_ENDS = re.compile("[每逐历]个?[年月周]的?[\\d一二三四五六七八九十月日号上中下旬初底末]{2,8}[至到—~、和-]$")
"""What stands before the second end of 每年9月到11月, which comes again with the first."""

_TURNING = frozenset("每逐历年月周度季逢个的至到—~、和-")
"""What the words end with that make a date none: every year's, or a year's that could not be read."""

_INSIDE = re.compile(r"(?:[A-Za-z.·/%#第每逐历_-]|(?<=[\dA-Za-z]):)$")
"""What makes a number part of something longer; a colon behind a word only announces it."""


def point_at(text: str, at: int, joined: bool = False) -> Point | None:
    """Return the expression that begins at *at*; *joined* is true behind the 至 or the dash of a range."""
    char = text[at]
    if char in _ENDINGS and text[at + 1 : at + 2] == "年" and not _names_year(text, at):
        return None
    if char in _NUMERAL:
        point = _at_numeral(text, at)
    elif start := STARTS.get(char):
        if text[at + 1 : at + 2] not in start.follow:
            return None
        point = _first(start.rules, text, at) or (chain(text, at) if start.chained else None)
    elif char.isdigit():
        point = _at_digit(text, at, joined)
    else:
        point = _at_word(text, at)
    at -= at > 1 and text[at - 1] in "“‘「『"  # 每年“五四”前后
    if point is None or at == 0 or text[at - 1] not in _TURNING:
        return point
    if _RECURRING.search(text, max(0, at - 4), at) or _RECURRING_ENDS.search(text, max(0, at - 13), at):
        return None
    return None if point.needs_year and not joined and _OF_A_YEAR.search(text, max(0, at - 2), at) else point


_AFTER_DOING = (
    "投产|达产|量产|满产|复产|停产|建成|落成|落地|投用|启用|运营|营业|投运|竣工|完工|开工|动工|开业|上市|重组|实施"
    "|扩建|改建|改造|技改|升级|搬迁|迁建|整改|整合|收购|入驻|签约|验收|改革|开放|疫情|地震|灾害|危机"
)
"""What is done or befalls, so that 后 and 前 behind it are after and before it: 投产后年产20万辆."""

_ENDINGS = {
    first: re.compile(f"(?:{words})$")
    for first, words in {
        "前": f"{_AFTER_DOING}|[目此之以当税提空会赛战婚课眼面生]",
        "后": f"{_AFTER_DOING}|[今之以往日最先然随落税战事会赛午课婚背0-9零〇]|年",
        "明": "[表证声说阐查标指申注文透发聪鲜]",
        "来": "[本原将未历近后过下上出起带归往由素向]|以",
        "去": "[过失逝]",
        "同": "[不合相共如等连陪协]",
        "当": "[应相适恰正]",
        "该": "应",
        "上": "[史世]|基本|总体|整体|规模以",
    }.items()
}
"""What makes the first character of 前年, 明年, 来年 the last one of another word: 目前年产, 表明年内, 原来年产."""

_YEARLY = frozenset("产均化")
"""What goes with the 年 before it: 年产, 年均, 年化 are by the year."""

_FREE = re.compile(r"[^一-鿿]|[在于到至从自比较由将是的但而则和与及同跟或了即指为据按]|^$")


def _names_year(text: str, at: int) -> bool:
    """
    Return whether 前年, 后年, 明年 and the like at *at* are words of their own.

    公司前年产量 and 扩建前年产量 look alike: a year is read only behind what cannot end in 前, so none is invented.
    """
    before = text[max(0, at - 3) : at]
    if _ENDINGS[text[at]].search(before):
        return False
    return text[at] not in "前后" or text[at + 2 : at + 3] not in _YEARLY or _FREE.match(before[-1:]) is not None


_OF_A_YEAR = re.compile("年的?$")
"""A year stands before that we could not read (26年除夕): to take another would be to invent one."""


def _tried(behind: Behind, text: str, at: int) -> Point | None:
    if point := _first(behind.before, text, at):
        return point
    return (chain(text, at) if behind.chained else None) or _first(behind.after, text, at)


_COUNTING = re.compile("[〇○零一二三四五六七八九十百千两廿]+")
_FEASTS = ("五一", "六一", "十一", "七夕", "三八", "五四", "七一", "八一")


def _at_numeral(text: str, at: int) -> Point | None:
    if text.startswith(_FEASTS, at) and (point := _first((HOLIDAYS,), text, at)):
        return point
    run = _COUNTING.match(text, at)
    behind = run and _NUMERAL_NEXT.get(text[run.end() : run.end() + 1])
    if not behind:
        return None
    if at and text[at - 1] in "第.点·":
        return _first(behind.before, text, at)
    return _tried(behind, text, at)


def _at_digit(text: str, at: int, joined: bool) -> Point | None:
    run = RUN.match(text, at)
    end = run.end() if run else at
    length = end - at
    if length > 8:
        return None
    if at and not joined and _INSIDE.search(text, at - 1, at):
        # A model's name may touch a date: Ultra12月25日.
        named = length < 3 and text[at - 1].isalpha() and text[at - 1].isascii()
        if named and text[end : end + 1] == "日":
            return _first((BARE_DAY,), text, at)
        return chain(text, at) if named and text[end : end + 1] == "月" else None
    if length == 8:
        return _first(NUMERIC, text, at)
    after = text[end : end + 1]
    behind = _YEAR if length == 4 and after == "年" else _DIGIT_NEXT.get(after)
    return _tried(behind, text, at) if behind else None


def _at_word(text: str, at: int) -> Point | None:
    run = RUN.match(text, at)
    if run is None or run[0].lower() not in english.FIRST_WORDS:
        return None
    return _first(_LETTER_RULES, text, at) or (chain(text, at) if run[0] in "Qq" else None)


def _first(rules: tuple[Rule, ...], text: str, at: int) -> Point | None:
    for rule in rules:
        if (match := rule.pattern.match(text, at)) and (point := rule.read(match)):
            return point
    return None
