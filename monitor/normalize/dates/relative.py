"""
Chinese dates seen from somewhere else: 19日, 昨日, 上周五, 三天前, 近日, 当日, 上月18日.

Each rule is a pattern anchored at its place, with bounded repeats only, and a function that reads its groups.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.normalize.dates.chinese import DAY, IN_MONTH, JOIN, NUMERALS, SHIFTS, in_month, month_unit, quarter
from monitor.normalize.dates.numerals import number
from monitor.normalize.dates.points import Point, Said, fixed, rule
from monitor.normalize.dates.spans import (
    Period,
    last_of,
    lasting,
    month_of,
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
    shift = SHIFTS[m["rel"].replace("一", "")]

    def seen(reference: date, _: bool) -> Period | None:
        year, month = shift_month(reference, 3 * shift)
        return quarter((month + 2) // 3)(year, 1)

    return Point(m.end(), fixed(None), seen=seen)


def _month_end(m: re.Match[str]) -> Point:
    word = m[1]
    if word == "内":
        return Point(m.end(), lambda y, mo: _whole_month(y, mo), month=Said("reference", 0))
    return Point(m.end(), month_unit(None, None, None, word), monthly=True, deadline=True)


def _whole_month(year: int, month: int) -> Period | None:
    whole = month_of(year, month)
    return whole and within(whole.earliest, whole.latest)


_CLAUSE_START = re.compile('(?:^|[，。、；：,.;:!！?？()（）\\s“”"于在到从至是自由])$')
_DAY_FOLLOWS = re.compile("[，,上下中晚凌早]|$")


def _bare_day(m: re.Match[str]) -> Point | None:
    """
    Read 19日 and 19号 alone. 神舟六号 is a ship and 一日三餐 a rule of life: a 号, and one numeral, must begin a clause.
    """
    text, start, day = m.string, m.start(), number(m["d"])
    if (text[m.end("d")] == "号" or (len(m["d"]) == 1 and not m["d"].isascii())) and not _CLAUSE_START.search(
        text[max(0, start - 1) : start]
    ):
        return None
    if len(m["d"]) == 1 and not m["d"].isascii() and not _DAY_FOLLOWS.match(text, m.end("d") + 1):
        return None
    return Point(m.end("d") + 1, month_unit(None, day, None, None), monthly=True)


def _bare_days(m: re.Match[str]) -> Point | None:
    first, last = number(m["d1"]) or 0, number(m["d2"]) or 0
    # 3-5日 is how long something takes; from the 10th on a length would be said in 天.
    if not m["u"] and first < 10:
        return None
    return Point(m.end(), month_unit(None, first, last, None), monthly=True) if first < last else None


def _relative_day(m: re.Match[str]) -> Point:
    shift = SHIFTS[m["rel"]]
    return Point(m.end(), fixed(None), seen=lambda reference, _: on(reference + timedelta(shift)))


def _same_day(m: re.Match[str]) -> Point:
    return Point(m.end(), fixed(None), follows=1 if m[0][0] in "次翌隔" else 0)


_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6}


_COUNTED = re.compile("[个每\\d一二两三四五六七八九十几数双]$")
"""What makes a 周 one of several: 首个周末, 第一个周二, 一周三次."""


def _week(m: re.Match[str]) -> Point | None:
    shift = SHIFTS[m["rel"].replace("一", "")] if m["rel"] else None
    if shift is None and _COUNTED.search(m.string[max(0, m.start() - 1) : m.start()]):
        return None
    if m["end"]:
        return Point(m.end(), fixed(None), seen=lambda ref, ahead: _weekend(ref, shift, ahead))
    if m["wd"]:
        day = _WEEKDAYS[m["wd"]]
        return Point(m.end(), fixed(None), seen=lambda ref, ahead: _weekday(ref, day, shift, ahead))
    return Point(m.end(), fixed(None), seen=lambda ref, _: week_of(ref, shift or 0))


def _weekday(reference: date, day: int, shift: int | None, ahead: bool) -> Period | None:
    if shift is not None:
        return on(reference + timedelta(day - reference.weekday() + 7 * shift))
    step = (day - reference.weekday()) % 7 if ahead else -((reference.weekday() - day) % 7)
    return on(reference + timedelta(step))


def _weekend(reference: date, shift: int | None, ahead: bool) -> Period:
    week = shift if shift is not None else (0 if ahead or reference.weekday() >= 5 else -1)
    monday = reference - timedelta(reference.weekday()) + timedelta(weeks=week)
    return within(monday + timedelta(5), monday + timedelta(6))


def _ago(m: re.Match[str]) -> Point | None:
    """
    Read 三天前, 两个月前, 五年后: as exact as its unit (TimeML's granularity), 几天前 as two to nine.
    """
    unit, sign = m["u"], -1 if m["dir"] == "前" else 1
    if m["n"] in {"几", "数"}:
        return Point(m.end(), fixed(None), seen=lambda ref, _: _some(ref, unit, sign))
    if m["n"] == "半":
        return None
    count = number(m["n"])
    if count is None or (unit == "日" and m["n"].isdigit()):  # 3日前 may be the third of the month
        return None
    shift = sign * count
    return Point(m.end(), fixed(None), seen=lambda ref, _: _shifted(ref, unit, shift), later=sign > 0)


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


def _window(m: re.Match[str]) -> Point | None:
    """Read 过去三年 and 未来三天: the days from here to there; 近三年 only where a clause begins with it."""
    count, unit, ahead = number(m["n"]), m["u"], m["way"] in {"未来", "今后"}
    if not count or (m["way"] == "上" and count == 1):
        return None
    if m["way"] == "近" and not _CLAUSE_START.search(m.string[max(0, m.start() - 1) : m.start()]):
        return None  # 历时近三年 is nearly three years

    def seen(reference: date, _: bool) -> Period | None:
        far = _far(reference, unit, count if ahead else -count)
        return lasting(reference + timedelta(1), far) if ahead else lasting(far, reference)

    return Point(m.end(), fixed(None), seen=seen)


def _far(reference: date, unit: str, shift: int) -> date:
    if unit in {"天", "日"}:
        return reference + timedelta(shift)
    if unit in {"周", "星期", "礼拜"}:
        return reference + timedelta(weeks=shift)
    year, month = shift_month(reference, shift * (12 if unit == "年" else 1))
    return min(date(year, month, 1) + timedelta(reference.day - 1), last_of(year, month))


def _recent(m: re.Match[str]) -> Point | None:
    if m[0] == "前不久" and not _CLAUSE_START.search(m.string[max(0, m.start() - 1) : m.start()]):
        return None  # 上市前不久 counts from something else
    days = RECENT if m["near"] else LATELY

    def seen(reference: date, ahead: bool) -> Period:
        if ahead and not m["near"]:
            return within(reference, reference + timedelta(days))
        return within(reference - timedelta(days), reference)

    return Point(m.end(), fixed(None), seen=seen)


AGO = rule(
    r"(?<![\d.第提十百千])(?P<n>\d{1,3}|[一二两三四五六七八九十百]{1,4}|半|几|数)(?:个(?=月|星期|礼拜)|)(?P<u>天|日|周|星期|礼拜|(?<=个)月|年)(?:之|以)?(?P<dir>前|后)(?!往|来|景|台|期|卫|沿|排|缀|勤|备|果)",
    _ago,
)
WINDOW = rule(
    r"(?P<way>过去的?|最近|近|(?<![马以加晚早路网线身])上|未来|今后)(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,3})(?:个(?=月|星期|礼拜)|)(?P<u>天|日|周|星期|礼拜|(?<=个)月|年)(?![的来前后内时\d一二三四五六七八九十度代级])",
    _window,
)
BARE_DAYS = rule(
    rf"{_BEFORE_NUMBER}(?P<d1>{DAY})(?P<u>[日号])?{JOIN}(?P<d2>{DAY})[日号](?!内|之内|线|楼|院|店|左右)", _bare_days
)
BARE_DAY = rule(
    rf"{_BEFORE_NUMBER}(?<![{NUMERALS}两几数多路街巷道弄楼栋幢座区村期为满达续近月])(?P<d>{DAY})"
    r"(?:日(?!内|之内|间|前|之前|以前|后|之后|以后|均|常|本|报|程|游|元|用|产|线|照|薪|化|志|历|子|夜兼程|龄|活|不|为限|以上|以下|志|租|结|更|销|多|粒|行情)"
    r"|号(?=$|[，。、；：,.;:!！?？()（）\s]|上午|下午|中午|晚|凌晨|早|当|那天|这天|起|开始|到|至|在|的[上下早晚]|\d{1,2}[点:]))",
    _bare_day,
)
RELATIVE_DAY = rule(
    r"(?<!大)(?P<rel>大前|大后|前|昨|今|明|后)(?:天(?!免疫|性|努力|系|形成)|日(?!头条|资本|方舟|之星|均|本(?!报|刊|市|省|县|区|公司|院|校|网|台)|常|俄罗斯|美术|说法|游)|(?<=[昨今明])[晚夜早晨](?!报|年|会|期))",
    _relative_day,
)
SAME_DAY = rule(r"(?:当[日天晚](?!制|线|地)|同日|同一天|次日|翌日|隔[日天])", _same_day)
RELATIVE_MONTH = rule(
    rf"(?:(?P<rel>上上|上一?|本|这|下下|下一?)个?月(?!球|亮|饼|台|刊|薪|供|租|票|卡|嫂|子|报)|(?P<then>当|同|次)月)份?{IN_MONTH}",
    _relative_month,
)
RELATIVE_QUARTER = rule(r"(?P<rel>(?<![马以加晚早路网线身])上一?|本|这一?|下一?)个?季度", _relative_quarter)
MONTH_END = rule(
    r"(?<![个岁满每几数两\d〇零一二三四五六七八九十上本这下正腊冬闰])月(初(?![中级步始次衷创])|底|末|内|中旬|上旬|下旬)",
    lambda m: _month_end(m),
)
WEEK = rule(
    r"(?:(?P<rel>上上|上一?|本|这|下下|下一?)个?)?(?<![周期拜][一二三四五六日天][至到—-])(?:周|星期|礼拜)(?:的?(?:周|星期)(?=[一二三四五六日天]))?"
    r"(?:(?P<end>末(?![档版]))|(?P<wd>[一二三四五六天]|日(?!均|常|报|产|期|本))(?![次季福年个度鸣])(?!至[周星])|(?(rel)(?![一二三四五六日天末边围岁刊期年])|(?!)))",
    _week,
)
RECENT_WORDS = rule(
    r"(?:(?P<near>(?<![最附接靠将逼临邻就])近(?:日(?!均|本|点|距)|[几些]天|几日|来(?!说))|(?<![\d假节生工末周翌今昨明当次同今〇零一二三四五六七八九十近每几数])日前(?!往|来|夕|后|十|列)|连日(?:来)?)"
    r"|近期(?!目标|规划)|最近(?![的个一两二三四五六七八九十几\d]|距离|邻|点)|前不久|不久前)",
    _recent,
)
