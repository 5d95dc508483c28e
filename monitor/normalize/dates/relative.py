"""
Chinese dates seen from somewhere else: 19日, 昨日, 上周五, 近日, 当日, 上月18日 (三天前 and 近三年 are in ``windows``).

Each rule is a pattern anchored at its place, with bounded repeats only, and a function that reads its groups.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.model import Precision
from monitor.normalize.dates.chinese import (
    DAY,
    IN_MONTH,
    JOIN,
    LIST,
    NUMERALS,
    SHIFTS,
    in_month,
    listed,
    month_unit,
    quarter,
    season,
)
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, Said, fixed, rule
from monitor.normalize.dates.spans import (
    Period,
    lasting,
    month_of,
    months_of,
    on,
    shift_month,
    week_of,
    within,
    year_of,
)

_BEFORE_NUMBER = r"(?<![\d.:/第每%#])"

RECENT = 30
"""Days that 近日 and 日前 reach back: a newspaper's 近日 is hardly ever older than a month."""
LATELY = 90
"""Days that 近期, 最近 and 前不久 reach back: one quarter."""


def _relative_month(m: re.Match[str]) -> Point:
    said = (
        Said("reference", SHIFTS[m["rel"].replace("一", "")])
        if m["rel"]
        else Said("before", 1 if m["then"] == "次" else 0)
    )
    return Point(m.end(), in_month(m, None), month=said, deadline=bool(m["mp"]))


def _relative_quarter(m: re.Match[str]) -> Point:
    shift, part = SHIFTS[m["rel"].replace("一", "")], m["part"]

    def seen(reference: date, _: bool) -> Period | None:
        year, month = shift_month(reference, 3 * shift)
        index = (month + 2) // 3
        last = 3 * index - (2 if part == "初" else 0)
        return months_of(year, last, last, Precision.WITHIN) if part else quarter(index)(year, 1)

    return Point(m.end(), fixed(None), seen=seen)


def _month_end(m: re.Match[str]) -> Point:
    word = m[1]
    if word == "内":
        return Point(m.end(), lambda y, mo: _whole_month(y, mo), month=Said("reference", 0))
    return Point(m.end(), month_unit(None, None, None, word), monthly=True, deadline=True)


def _whole_month(year: int, month: int) -> Period | None:
    whole = month_of(year, month)
    return whole and within(whole.earliest, whole.latest)


CLAUSE_START = re.compile('(?:^|[，。、；：,.;:!！?？()（）\\s“”"于在到从至是自由])$')
_DAY_FOLLOWS = re.compile("[，,上下中晚凌早]|$")


_SERIES = re.compile(
    r"[^\d一二三四五六七八九十于在到从至是自由，。、；：（(\s]\s?(?:[\d一二三四五六七八九十]{1,3}号、){1,5}$"
)
"""The things counted of which one more is named: 神舟十号、十一号."""


_CLOSING = frozenset('”"」』）)')
"""Behind a name in quotation marks stands its number: “神舟”十九号."""

_DAYS_AGO = re.compile("日[之以]?前(?![往来后夕])")
_BY = re.compile("(?:[于在至到将拟须应]|预计|计划|力争|确保|务必|最迟|最晚)$")
_STRETCH = re.compile(rf"[\d一二三四五六七八九十]{JOIN}$")
"""3至5日 is how long something takes, or a stretch of days that was not read as one: its end alone is no date."""
_ADDRESS = re.compile("[路街道巷弄楼栋幢座区村]$")


NEXT_DAYS = timedelta(7)
"""
How far ahead 21日 is the coming one: in two years of broadcast news all but one in forty of the days without month
that would have lain 24 to 30 days back were, and hardly any other.
"""


def _bare_day(m: re.Match[str]) -> Point | None:
    """
    Read 19日 and 19号 alone. 神舟六号 is a ship and 一日三餐 a rule of life: a 号, and one numeral, must begin a clause.
    """
    text, start, day = m.string, m.start(), number(m["d"])
    if _STRETCH.search(text, max(0, start - 3), start):
        return None
    if text[m.end("d")] == "号" and _ADDRESS.search(text, max(0, start - 1), start):
        return None
    if _DAYS_AGO.match(text, m.end("d")) and not _BY.search(text, max(0, start - 3), start):
        return None  # 3日前 is three days ago or before the third
    weak = text[m.end("d")] == "号" or (len(m["d"]) == 1 and not m["d"].isascii())
    spaced = start > 1 and text[start - 1].isspace() and text[start - 2].isalpha()  # 神舟 十一号
    numbered = text[start - 2 : start] == "号、" and _SERIES.search(text, max(0, start - 24), start)
    if weak and (
        spaced
        or numbered
        or text[start - 1 : start] in _CLOSING
        or not CLAUSE_START.search(text, max(0, start - 1), start)
    ):
        return None
    if len(m["d"]) == 1 and not m["d"].isascii() and not _DAY_FOLLOWS.match(text, m.end("d") + 1):
        return None
    return Point(m.end("d") + 1, month_unit(None, day, None, None), monthly=True, soon=NEXT_DAYS)


_ON = re.compile("[于在自从]$")


def _bare_days(m: re.Match[str]) -> Point | None:
    first, last = number(m["d1"]) or 0, number(m["d2"]) or 0
    # 3-5日 is how long something takes, 于3至5日 is not; from the 10th on a length would be said in 天.
    if not m["u"] and first < 10 and not _ON.search(m.string, max(0, m.start() - 1), m.start()):
        return None
    return Point(m.end(), month_unit(None, first, last, None), monthly=True, soon=NEXT_DAYS) if first < last else None


def _relative_day(m: re.Match[str]) -> Point:
    shift, number = SHIFTS[m["rel"]], m["number"]

    def seen(reference: date, _: bool) -> Period | None:
        day = reference + timedelta(shift)
        # 昨（19）日 on a page that is stamped on the 22nd: somebody errs, and who is not known.
        return on(day) if number is None or int(number) == day.day else None

    return Point(m.end(), fixed(None), seen=seen)


def _same_day(m: re.Match[str]) -> Point | None:
    if m[0] == "第二天" and not CLAUSE_START.search(m.string, max(0, m.start() - 1), m.start()):
        return None  # 开展第二天 counts the days of something
    return Point(m.end(), fixed(None), follows={"前": -1, "当": 0, "同": 0}.get(m[0][0], 1))


_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}


_TO_WEEKDAY = re.compile("(?:至|到|[-—~～]{1,2})(?:周|星期|礼拜)[一二三四五六日天]")
_FROM_WEEKDAY = re.compile("(上|下|本|这)?(?:一?个?)(?:周|星期|礼拜)[一二三四五六日天](?:至|到|[-—~～]{1,2})$")


def _recurs(text: str, start: int, end: int) -> bool:
    """Return whether a weekday is an end of 周一到周五, which comes again; 上周五到周日 does not."""
    began = _FROM_WEEKDAY.search(text, max(0, start - 8), start)
    return (began is not None and not began[1]) or _TO_WEEKDAY.match(text, end) is not None


_COUNTED = re.compile("[个每\\d一二两三四五六七八九十几数双]$")
"""What makes a 周 one of several: 首个周末, 第一个周二, 一周三次."""


def _week(m: re.Match[str]) -> Point | None:
    shift = SHIFTS[m["rel"].replace("一", "")] if m["rel"] else None
    if shift is None and m["wd"] and _recurs(m.string, m.start(), m.end()):
        return None
    if shift is None and _COUNTED.search(m.string[max(0, m.start() - 1) : m.start()]):
        return None
    if m["end"]:
        return Point(m.end(), fixed(None), seen=lambda ref, ahead: weekend(ref, shift, ahead))
    if m["wd"]:
        day = _WEEKDAYS[m["wd"]]
        return Point(m.end(), fixed(None), seen=lambda ref, ahead: weekday(ref, day, shift, ahead))
    return Point(m.end(), fixed(None), seen=lambda ref, _: week_of(ref, shift or 0))


_SUNDAY = 6
_SOON = 3
"""Days within which a weekday of the next week is called by its bare name."""


def weekday(reference: date, day: int, shift: int | None, ahead: bool) -> Period | None:
    """Return the weekday so many weeks from the week of *reference*; none said: the last, or the coming one."""
    if shift is not None:
        told = reference + timedelta(day - reference.weekday() + 7 * shift)
        # A week that begins on Sunday, as in Hong Kong, has its last Friday two days ago.
        doubtful = shift == -1 and reference.weekday() == _SUNDAY > day
        return within(told, told + timedelta(7)) if doubtful else on(told)
    coming = (day - reference.weekday()) % 7
    # On a Thursday the coming Wednesday is 下周三, and 周三将利率上调 tells of yesterday; on a Sunday 周一 is tomorrow.
    if ahead and day < reference.weekday() and coming > _SOON:
        return on(reference + timedelta(coming - 7)) if coming > 7 - _SOON else None
    step = coming if ahead else -((reference.weekday() - day) % 7)
    return on(reference + timedelta(step))


def weekend(reference: date, shift: int | None, ahead: bool) -> Period:
    """Return the weekend so many weeks from that of *reference*; none said: the last, or the coming one."""
    week = shift if shift is not None else (0 if ahead or reference.weekday() >= 5 else -1)
    monday = reference - timedelta(reference.weekday()) + timedelta(weeks=week)
    return within(monday + timedelta(5), monday + timedelta(6))


def _recent(m: re.Match[str]) -> Point | None:
    if m[0] == "前不久" and not CLAUSE_START.search(m.string[max(0, m.start() - 1) : m.start()]):
        return None  # 上市前不久 counts from something else
    days = RECENT if m["near"] else LATELY

    def seen(reference: date, ahead: bool) -> Period:
        if ahead:
            return within(reference, reference + timedelta(days))
        return within(reference - timedelta(days), reference)

    return Point(m.end(), fixed(None), seen=seen)


def _listed_day(m: re.Match[str]) -> Point | None:
    """Read the 18 of 18、19日."""
    day = number(m["d"])
    return (
        Point(m.end(), month_unit(None, day, None, None), monthly=True)
        if listed(m.string, m.start(), m.end(), day)
        else None
    )


def _season(m: re.Match[str]) -> Point:
    """
    Read 今夏, 去冬, 明春. Winter runs over the new year: 今冬 is the one that runs, and 去冬 has two readings while it does.
    """
    shift, name = SHIFTS[m["rel"] or m["rel2"] or m["rel3"]], m["s"]

    def seen(reference: date, _: bool) -> Period | None:
        running = name == "冬" and reference.month <= 2
        if running and shift < 0:
            return None
        return season(name)(reference.year + shift - (running and shift == 0), 1)

    return Point(m.end(), fixed(None), seen=seen)


def _pair(m: re.Match[str]) -> Point:
    """Read 今明两天, 昨今两日, 今明两年: both together."""
    first, last = (SHIFTS[c] for c in m["two"])

    def seen(reference: date, _: bool) -> Period | None:
        if m["u"] == "年":
            start, end = year_of(reference.year + first), year_of(reference.year + last)
            return lasting(start.earliest, end.latest) if start and end else None
        return lasting(reference + timedelta(first), reference + timedelta(last))

    return Point(m.end(), fixed(None), seen=seen)


def _from_today(m: re.Match[str]) -> Point:
    return Point(m.end(), fixed(None), seen=lambda reference, _: on(reference))


_NUMBER_DAY = (
    r"号(?=$|[，。、；：,.;:!！?？()（）\s]|上午|下午|中午|晚|凌晨|早|当|那天|这天|起|开始|[到至](?!\d{1,2}号)|在|的[上下早晚]|\d{1,2}[点:]"
    r"|[之以]?[前后](?![门厅台勤卫排])|左右|[我你您他她咱]|会[见晤]|举[行办]|召开|签[约署]|公布|宣布)"
)
"""19号 is a day only where nothing is numbered by it: 6号至10号泊位."""

BARE_DAYS = rule(
    rf"{_BEFORE_NUMBER}(?P<d1>{DAY})(?P<u>[日号])?{JOIN}(?P<d2>{DAY})(?:日(?!内|之内|左右)|{_NUMBER_DAY})", _bare_days
)
BARE_DAY = rule(
    rf"{_BEFORE_NUMBER}(?:(?<![{NUMERALS}两几数期为满续月])|(?<=[一数])(?=\d)|(?<=[{NUMERALS}首\d]期)(?=\d))(?<![^附]近)(?<![长已可超]达)(?P<d>{DAY})"
    r"(?:日(?!内|之内|间|平均|后|之后|以后|均[线价值量成]|常|本(?![报市省县区院校台刊轮次届案赛站科案])|报(?![道告收名价称警案送考])"
    r"|程|游|元|用|产|线|照(?!会)|薪|化|志|历|子|夜兼程|龄|活|不|为限|以上|以下|志|租|结(?![束果合伴婚])|更(?![新名换改])|销|多(?![特瑙哥米地家名枚方个国架起次处部人])|粒|行情)"
    rf"|{_NUMBER_DAY})",
    _bare_day,
)
LISTED_DAY = rule(
    rf"{_BEFORE_NUMBER}(?<![{NUMERALS}几数期为满续月])(?P<d>{DAY}){LIST.format(DAY, '日(?![内间程游元均行])')}",
    _listed_day,
)
SEASON = rule(
    r"(?:(?<![至如当迄])(?P<rel>今)|(?<![过失逝出进回上下离前])(?P<rel2>去)|(?<![一-鿿])(?P<rel3>明))(?P<s>[春夏秋冬])(?![节晚运联雨虫奥])",
    _season,
)
PAIR = rule(r"(?P<two>昨今|今明|明后|去今)(?:两|2|二|这两)(?P<u>天|日|年|晚)", _pair)
FROM_TODAY = rule(r"即日(?=起)", _from_today)
RELATIVE_DAY = rule(
    r"(?<!大)(?<!时至)(?P<rel>大前|大后|前|昨|今|明|后)(?:天(?!免疫|性|努力|系|形成|教育|所致|养成|培养|因素|习得|获得|发育|环境|失[明聪]|的(?:成长|努力|环境|教育|培养|因素|学习|训练|影响))|日(?!头条|资本|方舟|之[星后]|帝国|均|本(?!报|刊|市|省|县|区|公司|院|校|网|台)|常|俄罗斯|美术|说法|游)|(?<=[昨今明])[晚夜早晨](?!报|年|会|期)|\s?[（(](?P<number>\d{1,2})(?:[日天][）)]|[）)]\s?[日天]))",
    _relative_day,
)
SAME_DAY = rule(
    r"(?:当[日天晚](?!制|线|地)|同日(?![方本])|同一天|(?<![\d一二两三四五六七八九十几数首每多])次日|翌日|隔[日天]|前一日(?![早晚])|第二天(?![的早晚上下]?[赛展])|转天)",
    _same_day,
)
RELATIVE_MONTH = rule(
    rf"(?:(?<!大)(?P<rel>上上|上一?|本|这|下下|下一?)个?月(?!球|亮|饼|台|刊|薪|供|租|票|卡|嫂|子|报)|(?P<then>当|同|(?<![\d一二两三四五六七八九十几数首每多])次)月)份?{IN_MONTH}",
    _relative_month,
)
RELATIVE_QUARTER = rule(
    r"(?P<rel>(?<![马以加晚早路网线身])上一?|本|这一?|下一?)个?季度(?P<part>[初末底])?", _relative_quarter
)
MONTH_END = rule(
    r"(?<![个岁满每几数半两\d〇零一二三四五六七八九十上本这下正腊冬闰])月(初(?![中级步始次衷创])|底|末|内|中旬|上旬|下旬)",
    lambda m: _month_end(m),
)
WEEK = rule(
    r"(?:(?P<rel>上上|上一?|本|这|下下|下一?)个?)?(?:周|星期|礼拜)(?:的?(?:周|星期)(?=[一二三四五六日天]))?"
    r"(?:(?P<end>末(?![档版]))|(?P<wd>[一二三四五六天]|日(?!均|常|报|产|期|本|泰晤士))(?![次季福年个度鸣])|(?(rel)(?![一二三四五六日天末边围岁刊期年])|(?!)))",
    _week,
)
RECENT_WORDS = rule(
    r"(?:(?P<near>(?<![最附接靠将逼临邻就])近(?:日(?!均|本|点|距)|[几些]天|几日|来(?!说))|(?<!胜利|公祭|独立|除权|除息|登记|投票|选举|交割|兑付|休息|基准|开庭|首映|建国|高考)(?<![\d准易记止念幕首息约庆诞忌即单红作期截假节生工末周翌今昨明当次同今〇零一二三四五六七八九十近每几数])日前(?!往|来|夕|后|十|列)|连日(?:来)?)"
    r"|近期(?!目标|规划)|最近(?![的个一两二三四五六七八九十几\d]|距离|邻|点)|前不久|不久前)",
    _recent,
)
