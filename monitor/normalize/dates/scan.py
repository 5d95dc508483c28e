"""
Date expressions in running text.

One pass over the places where an expression may begin (a digit, a Chinese numeral, one of a few characters,
an English word): at each the rules for that character are tried, anchored, and the first that fits is taken.
Every character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from monitor.model import Basis, DateSpan, Precision, When
from monitor.normalize.dates.chinese import JOIN
from monitor.normalize.dates.clause import (
    FROM,
    FROM_DATE,
    FROM_DAY,
    bounded,
    counts,
    either,
    formerly,
    heads,
    is_length,
    lead,
    looks_ahead,
    next_is_meant,
    unanchored,
)
from monitor.normalize.dates.points import Known, Point, Said, later, nearest, resolve
from monitor.normalize.dates.spans import Period, lasting, widened, within
from monitor.normalize.dates.starts import FIRST, RUN, point_at
from monitor.normalize.dates.tense import comes

_FOLD = str.maketrans(
    "０１２３４５６７８９號週個兩後間農曆節國慶陽內歲閏臘紀禮將計劃預擬爭來陰舊時這當聖誕勞動婦兒軍黨師雙親禮規屆確實現頭連從於處標爾東網臺壹",
    "0123456789号周个两后间农历节国庆阳内岁闰腊纪礼将计划预拟争来阴旧时这当圣诞劳动妇儿军党师双亲礼规届确实现头连从于处标尔东网台一",
)
_UNFOLDED = re.compile("[" + "".join(map(chr, _FOLD)) + "]")


def find(text: str, reference: date | None, at: datetime | None = None) -> tuple[DateSpan, ...]:
    """
    Return every date expression of *text*, in order and without overlap, seen from *reference*.

    *text* is the reading (simplified, width-folded; traditional forms are understood too). *reference* is the
    day of publication in the source's zone; where it is None only what the text itself states is resolved. *at* is
    its instant in that zone, where that is known: without it hours (两小时前) are passed over.
    An expression that is recognised and cannot be resolved has a ``when`` of precision unknown with its
    ``raw``. Durations, names and numbers that only look like dates are not returned.
    """
    folded = text.translate(_FOLD) if _UNFOLDED.search(text) else text
    return tuple(_spans(text, folded, reference, at))


def _spans(text: str, folded: str, reference: date | None, instant: datetime | None) -> Iterator[DateSpan]:
    before: Known | None = None
    day: Known | None = None  # the last day named, that no month or the like has put out of sight
    last_end = day_end = at = 0
    lost = -REACH - 1  # where the last date ended whose year is not known
    while hit := FIRST.search(folded, at):
        start = hit.start()
        point = point_at(folded, start)
        if point is None:
            run = RUN.match(folded, start)
            at = max(run.end() if run else 0, start + 1)
            continue
        far = start - last_end > REACH
        if point.at and instant:
            point = point._replace(seen=_always(point.at(instant)), at=None)
        if (point.at or (point.lone and not counts(folded, start, point))) or (
            point.feast and before is not None and _NAMES.fullmatch(folded, last_end, start)
        ):
            at = point.end
            continue
        near = before is not None and _runs_on(folded, last_end, start)
        base = None if far else before
        if base and point.needs_year and _SAME_YEAR.fullmatch(folded, last_end, start) and folded[last_end - 1] == "年":
            point = point._replace(year=Said("before", 0))
        if point.follows is not None:
            base = day if start - day_end <= REACH else None
        known, begin, end = _meaning(folded, start, point, reference, base, near)
        if point.monthly and last_end <= lost and _runs_on(folded, lost, start):
            known = None  # 9月10号，11号 are of one month
        raw = text[begin:end]
        yield DateSpan(begin, end, _when(known, raw, reference))
        if known is not None:
            known = known._replace(told=begin == 0 or heads(folded, begin))
            before, last_end = known, end
            if known.period.precision is Precision.DAY:
                day, day_end = known, end
            elif known.period.precision is not Precision.YEAR:
                day = None
        elif point.needs_year:
            lost = end
        at = end


def _always(period: Period | None) -> Callable[[date, bool], Period | None]:
    return lambda _reference, _ahead: period


REACH = 100
"""Code points within which 当日, 同年, 次月 look for the date before them: two sentences. Beyond, they are unknown."""

_NAMES = re.compile(
    "(?:当天|这天|那天|这一天)?(?:正好|恰好|就|正|也|又|恰|都|便)?(?:是|为|逢|系)(?:传统|我国|全国|国际|世界|我们)?的?"
)
"""What stands between a day and the feast that it is: 大后天就是清明节 tells of one day."""

_SAME_YEAR = re.compile("的?第?[一二三四1-4]?(?:[、和与及]|或者?)第?")
"""What stands between a year and the second of two of its parts: 2024年第一、第二季度."""

_SENTENCE_END = re.compile("[。！？；!?;\n*]")


def _runs_on(text: str, end: int, start: int) -> bool:
    """Return whether *start* stands in the sentence in which something ended at *end*."""
    return start - end <= REACH and not _SENTENCE_END.search(text, end, start)


def _when(known: Known | None, raw: str, reference: date | None) -> When:
    if known is None:
        return When(None, None, Precision.UNKNOWN, Basis.UNKNOWN, raw)
    basis = Basis.RESOLVED if known.referenced else Basis.STATED
    period = known.period
    return When(period.earliest, period.latest, period.precision, basis, raw, reference if known.referenced else None)


# ------------------------------------------------------------------ with its surroundings

_JOIN = re.compile(rf"起?(?:{JOIN}|[，,]?(?:一直|直)[到至]|\s?[-—]>\s?)")
_HALF = "上午|下午|中午|正午|凌晨|清晨|早晨|早上|早间|早|午后|午间|傍晚|夜里|夜间|深夜|午夜|晚间|晚上|夜|晚"
_HOUR = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_CLOCK = re.compile(
    rf"(?:的?\s?(?:{_HALF})(?=\s?[\d一二两三四五六七八九十至到—–~～-]))?(?:\s?{_HOUR}[:点时](?:{_HOUR}[分时]?|半|[一三]刻|整)?(?::\d\d时?)?)?"
)
"""The time of day between a day and the dash of a range."""
_JOIN_WORD = re.compile(r"\s(?:to|until|through)\s")
_AND = re.compile(r"\sand\s")
_BETWEEN = re.compile(r"\s?[与和]")
_BETWEEN_END = re.compile(_CLOCK.pattern + r"之?间")
_EDGE = re.compile(
    r"(?P<since>至今|以来|起至今|(?:一直)?(?:到|至)(?:现在|目前|如今|今)(?![天日年晚早后])|迄今)|(?P<before>(?:之|以)?前(?![往来沿景述者任所期后进锋夕三两\d]))"
    r"|(?P<after>(?:之|以)后|后(?![勤续台期卫备来果年天半晚面方\d〇零一二三四五六七八九十]))|(?P<around>左右|前后|许(?![多可昌家下愿诺久]))|(?P<inside>[之以]?内(?![部容外地蒙]))"
)
_TAILS = frozenset(
    "一二两三四五六七八九十 \t\xa0\u3000-—–－~～，,()（）0123456789周星礼上下中晚凌早夜清傍深午正的点时直截早起至到与和一以迄之前后左许内"
)
"""What the words that belong to a date begin with: the second end of a range, 以来, 前, 左右, the weekday."""

_SO_FAR = timedelta(45)
"""How far ahead 意见反馈截至4月20日 lies: a state is told of the past months, a deadline of the next weeks."""
_UP_TO = re.compile("[截效]|of ")
_AS_OF = re.compile(r"(?:截[至止](?:到|至)?(?:目前)?[,，]?|有效(?:期限?)?(?:截?[至到止])|\b[Aa]s of)\s?$")


def _meaning(
    text: str, start: int, point: Point, reference: date | None, before: Known | None, near: bool
) -> tuple[Known | None, int, int]:
    """Return what *point* and the words that belong to it mean, and where all of it begins and ends."""
    second = _range_end(text, start, point.end) if text[point.end : point.end + 1] in _TAILS else None
    end = second.end if second else point.end
    more = text[end : end + 1] in _TAILS
    edge = _EDGE.match(text, end) if more else None
    as_of = _AS_OF.search(text, max(0, start - 7), start) if _UP_TO.search(text, max(0, start - 7), start) else None
    if point.weekday:
        bound = bounded(text, start, end)
        ahead = bound == "ahead" if bound else comes(text, start, end, _ago(point, reference))
    else:
        bound = ""
        ahead = looks_ahead(text, start, end) or bool(point.deadline and edge and edge["before"])
    if not point.needs_year:
        point = point._replace(soon=timedelta(0), doubtful=False)
    elif point.soon and not ahead:
        starts = FROM.match(text, end) is not None
        meant = next_is_meant(text, start, end, edge)
        from_then = FROM_DAY if point.monthly else FROM_DATE
        soon = from_then if starts else _SO_FAR if as_of and not point.monthly else point.soon
        point = point._replace(soon=soon if meant else timedelta(0), doubtful=point.doubtful and meant and not as_of)
    if unanchored(text, start, point, before, ahead):
        goes_on = before and (heads(text, start) or text[point.end - 1].isascii())
        known = later(point, before, reference) if before and goes_on else None
    elif (point.needs_year and is_length(text, start, point, edge, ahead)) or bound == "either":
        known = None
    elif point.needs_year and formerly(text, start):
        known = nearest(point, reference) if reference else None
    else:
        known = resolve(point, reference, before, near, ahead)
    if known and point.soon and not (ahead or point.feast) and either(text, end, known, reference):
        known = None
    if second:
        known = known and _range(known, second, reference)
        edge = edge if edge and edge["since"] else None
    if known and as_of:
        return known._replace(period=within(None, known.period.latest)), as_of.start(), end
    name = (edge and edge.lastgroup) or point.edge or lead(text, start, end)
    if edge:
        end = edge.end()
    elif more and (weekday := _WEEKDAY.match(text, end)):
        end = weekday.end()
    return known and _edged(known, name, reference, ahead), start, end


def _ago(point: Point, reference: date | None) -> int:
    """Return how many days ago the last Friday was."""
    last = point.seen(reference, False) if reference and point.seen else None
    return (reference - last.earliest).days if reference and last and last.earliest else 0


_WEEKDAY = re.compile(
    r"\s?[，,]?(?P<open>[(（]\s?)?(?:周|星期|礼拜)[一二三四五六日天]"
    r"(?(open)\s?(?:[)）]|(?=[，,\s上下早晚中凌]))|(?:(?![一-鿿])|(?=上午|下午|早|晚|中午|凌晨)))"
)
"""The weekday that stands beside a day: 3月19日（周三）."""


def _range_end(text: str, start: int, at: int) -> Point | None:
    at += text.startswith((")", "）"), at)  # 今天（3月20日）夜间到22日
    for pattern in (_WEEKDAY, _CLOCK):
        if found := pattern.match(text, at):
            at = found.end()
    join = _JOIN.match(text, at) or _JOIN_WORD.match(text, at)
    if not join and text[max(0, start - 8) : start].lower() == "between ":
        join = _AND.match(text, at)
    if join and join.end() < len(text):
        return point_at(text, join.end(), joined=True)
    between = _BETWEEN.match(text, at)
    if between and between.end() < len(text):
        point = point_at(text, between.end(), joined=True)
        return point and (point._replace(end=last.end()) if (last := _BETWEEN_END.match(text, point.end)) else None)
    return None


def _range(first: Known, second: Point, reference: date | None) -> Known | None:
    """Return from *first* to *second*, whose missing year or month is the first at which it does not go back."""
    start = first.period.earliest
    own = second.year or second.month or second.seen or second.follows is not None
    last = resolve(second, reference, first, True, False) if own else start and _not_before(first, start, second)
    back = last and second.seen and start and last.period.latest and last.period.latest < start
    if back and start:
        last = resolve(second, max(start, reference or start), first, True, True)  # 今天至周五, 下周二至周四
    if not last or start is None or last.period.latest is None or last.period.latest < start:
        return None
    if back and last.period.latest == start:
        return None  # from tomorrow to today
    # Where an end is itself somewhere (2月底, 3/4/2025), so is what lies between: no more is known.
    vague = Precision.WITHIN in {first.period.precision, last.period.precision}
    period = (within if vague else lasting)(start, last.period.latest)
    return Known(period, first.referenced or last.referenced, first.yearly)


LONGEST = timedelta(183)
"""How long 12月28日至1月3日 may last; 3月19日至3月17日 is a slip, not a year."""


def _not_before(first: Known, start: date, second: Point) -> Known | None:
    for step in range(2):
        month = start.month + step if second.monthly else 1
        year = start.year + (step if not second.monthly else (month - 1) // 12)
        period = second.unit(year, (month - 1) % 12 + 1)
        if period and period.latest and period.latest > start and (not step or period.latest - start < LONGEST):
            return Known(period, first.referenced, first.yearly)
    return None


def _edged(known: Known, edge: str, reference: date | None, ahead: bool) -> Known:
    period = known.period
    match edge:
        case "since":
            if reference and period.earliest and period.earliest <= reference:
                return Known(lasting(period.earliest, reference), True, known.yearly)
            return known._replace(period=lasting(period.earliest, None))
        case "before" if period.precision is not Precision.RANGE:
            earliest = reference if ahead and reference and period.latest and reference <= period.latest else None
            return Known(within(earliest, period.latest), known.referenced or earliest is not None, known.yearly)
        case "after":
            return known._replace(period=within(period.earliest, None))
        case "around":
            return known._replace(period=widened(period))
    if period.precision is Precision.WITHIN or (edge == "inside" and period.precision is not Precision.DAY):
        return _from_now(known, reference, ahead)
    return known


def _from_now(known: Known, reference: date | None, ahead: bool) -> Known:
    """Return "once, somewhere in" a period; of one that runs, what lies ahead where the words look ahead."""
    first, last = known.period.earliest, known.period.latest
    if ahead and reference and first and last and first < reference < last:
        return Known(within(reference, last), True, known.yearly)
    return known._replace(period=within(first, last))
