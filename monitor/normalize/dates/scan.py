"""
Date expressions in running text.

One pass over the places where an expression may begin (a digit, a Chinese numeral, one of a few characters,
an English word): at each the rules for that character are tried, anchored, and the first that fits is taken.
Every character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from monitor.model import Basis, DateSpan, Precision, When
from monitor.normalize.dates.chinese import JOIN
from monitor.normalize.dates.points import AHEAD, Known, Point, later, nearest, resolve
from monitor.normalize.dates.spans import lasting, widened, within
from monitor.normalize.dates.starts import FIRST, RUN, point_at

_FOLD = str.maketrans(
    "０１２３４５６７８９號週個兩後間農曆節國慶陽內歲閏臘紀禮將計劃預擬爭來陰舊時這當聖誕勞動婦兒軍黨師雙親禮規屆確實現頭連從於處標爾東網臺壹",
    "0123456789号周个两后间农历节国庆阳内岁闰腊纪礼将计划预拟争来阴旧时这当圣诞劳动妇儿军党师双亲礼规届确实现头连从于处标尔东网台一",
)
_UNFOLDED = re.compile("[" + "".join(map(chr, _FOLD)) + "]")


def find(text: str, reference: date | None) -> tuple[DateSpan, ...]:
    """
    Return every date expression of *text*, in order and without overlap, seen from *reference*.

    *text* is the reading (simplified, width-folded; traditional forms are understood too). *reference* is the
    day of publication in the source's zone; where it is None only what the text itself states is resolved.
    An expression that is recognised and cannot be resolved has a ``when`` of precision unknown with its
    ``raw``. Durations, names and numbers that only look like dates are not returned.
    """
    folded = text.translate(_FOLD) if _UNFOLDED.search(text) else text
    return tuple(_spans(text, folded, reference))


def _spans(text: str, folded: str, reference: date | None) -> Iterator[DateSpan]:
    before: Known | None = None
    day: Known | None = None  # the last day named, that no month or the like has put out of sight
    last_end = day_end = at = 0
    while hit := FIRST.search(folded, at):
        start = hit.start()
        point = point_at(folded, start)
        if point is None:
            run = RUN.match(folded, start)
            at = max(run.end() if run else 0, start + 1)
            continue
        far = start - last_end > REACH
        if (point.lone and not _counts(folded, start, point)) or (
            point.feast and before is not None and _NAMES.fullmatch(folded, last_end, start)
        ):
            at = point.end
            continue
        near = before is not None and not far and not _SENTENCE_END.search(folded, last_end, start)
        base = None if far else before
        if point.follows is not None:
            base = day if start - day_end <= REACH else None
        known, begin, end = _meaning(folded, start, point, reference, base, near)
        raw = text[begin:end]
        yield DateSpan(begin, end, _when(known, raw, reference))
        if known is not None:
            before, last_end = known, end
            if known.period.precision is Precision.DAY:
                day, day_end = known, end
            elif known.period.precision is not Precision.YEAR:
                day = None
        at = end


REACH = 100
"""Code points within which 当日, 同年, 次月 look for the date before them: two sentences. Beyond, they are unknown."""

_NAMES = re.compile(
    "(?:当天|这天|那天|这一天)?(?:正好|恰好|就|正|也|又|恰|都|便)?(?:是|为|逢|系)(?:传统|我国|全国|国际|世界|我们)?的?"
)
"""What stands between a day and the feast that it is: 大后天就是清明节 tells of one day."""

_SENTENCE_END = re.compile("[。！？；!?;\n]")


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
_JOIN_WORD = re.compile(r"\s(?:to|until|and)\s")
_BETWEEN = re.compile(r"\s?[与和]")
_BETWEEN_END = re.compile(_CLOCK.pattern + r"之?间")
_EDGE = re.compile(
    r"(?P<since>至今|以来|起至今|(?:一直)?(?:到|至)(?:现在|目前|如今|今)(?![天日年晚早后])|迄今)|(?P<before>(?:之|以)?前(?![往来沿景述者任所期后进锋夕三两\d]))"
    r"|(?P<after>(?:之|以)后|后(?![勤续台期卫备来果年天半晚面方\d〇零一二三四五六七八九十]))|(?P<around>左右|前后|许(?![多可昌家下愿诺久]))|(?P<inside>[之以]?内(?![部容外地蒙]))"
)
_TAILS = frozenset(
    "一二两三四五六七八九十 \t\xa0\u3000-—–－~～，,(（0123456789周星礼上下中晚凌早夜清傍深午正的点时直截早起至到与和一以迄之前后左许内"
)
"""What the words that belong to a date begin with: the second end of a range, 以来, 前, 左右, the weekday."""

_UP_TO = re.compile("[截效]|of ")
_AS_OF = re.compile(r"(?:截[至止](?:到|至)?(?:目前)?[,，]?|有效(?:期限?)?(?:截?[至到止])|\b[Aa]s of)\s?$")
_LEAD = re.compile(
    r"(?P<since>\bsince\s)$|(?P<before>\b(?:by|before|until|till|through|no\slater\sthan)\s|(?:最[迟晚])?不(?:得|能)?[晚迟]于)$",
    re.IGNORECASE,
)
"""What stands before an expression and bounds it: 不晚于4月15日, by March 31."""


def _meaning(
    text: str, start: int, point: Point, reference: date | None, before: Known | None, near: bool
) -> tuple[Known | None, int, int]:
    """Return what *point* and the words that belong to it mean, and where all of it begins and ends."""
    second = _range_end(text, point.end) if text[point.end : point.end + 1] in _TAILS else None
    end = second.end if second else point.end
    more = text[end : end + 1] in _TAILS
    edge = _EDGE.match(text, end) if more else None
    as_of = _AS_OF.search(text, max(0, start - 7), start) if _UP_TO.search(text, max(0, start - 7), start) else None
    ahead = looks_ahead(text, start, end) or bool(point.deadline and edge and edge["before"])
    if not point.needs_year:
        point = point._replace(soon=timedelta(0))
    elif point.soon and not ahead:
        starts = _FROM.match(text, end) is not None
        meant = _next_is_meant(text, start, end, edge)
        point = point._replace(soon=(AHEAD if starts else point.soon) if meant else timedelta(0))
    if _unanchored(text, start, point, before, ahead):
        known = later(point, before, reference) if before and _heads(text, start) else None
    elif point.needs_year and _is_length(text, start, point, edge, ahead):
        known = None
    elif point.needs_year and _formerly(text, start):
        known = nearest(point, reference) if reference else None
    else:
        known = resolve(point, reference, before, near, ahead)
    if known and point.soon and not ahead and _either(text, end, known, reference):
        known = None
    if second:
        known = known and _range(known, second, reference)
        edge = edge if edge and edge["since"] else None
    if known and as_of:
        return known._replace(period=within(None, known.period.latest)), as_of.start(), end
    name = (edge and edge.lastgroup) or point.edge or _lead(text, start)
    if edge:
        end = edge.end()
    elif more and (weekday := _WEEKDAY.match(text, end)):
        end = weekday.end()
    return known and _edged(known, name, reference, ahead), start, end


def _lead(text: str, start: int) -> str:
    if start == 0 or text[start - 1] not in " 于":
        return ""
    found = _LEAD.search(text, max(0, start - 14), start)
    return (found and found.lastgroup) or ""


def _heads(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] in "。！？；，,!?;\n："


_FORMERLY = re.compile("原(?:本|先)?(?:计划|定|拟|预计|预期)[于在]?[^，,。；;]{0,4}$")


def _formerly(text: str, start: int) -> bool:
    """Return whether 原定 stands before: the day planned may have gone by or be still to come; nearness tells."""
    return (
        text.find("原", max(0, start - 10), start) >= 0
        and _FORMERLY.search(text, max(0, start - 12), start) is not None
    )


_AT = re.compile("[于在到至从自截]$")


def _is_length(text: str, start: int, point: Point, edge: re.Match[str] | None, ahead: bool) -> bool:
    """Return whether 3月后, 2月前 and 3月内 may be so many months after, before and within."""
    if not point.loose or edge is None or edge[0] not in {"后", "前", "内", "之内"}:
        return False
    return edge["inside"] is not None or not (ahead or _AT.search(text, max(0, start - 1), start))


def _unanchored(text: str, start: int, point: Point, before: Known | None, ahead: bool) -> bool:
    """Return whether 三天后 counts from something that is not known: an earlier date or a word right before it."""
    if point.onward:
        return before is not None and not ahead
    if not point.later or ahead or _WILL.match(text, point.end):
        return False
    if before is not None or (start > 0 and text[start - 1].isalnum()):
        return True
    return not (_is_all(text, start, point.end) or _COMES.search(_clause_at(text, start, point.end)))


_COMES = re.compile("[将会要就能可再见]|计划|预计")
"""What 三天后 needs beside it to be counted from now: else it goes on with a story."""


def _counts(text: str, start: int, point: Point) -> bool:
    """Return whether 三年内 and 后三天 count from the reference: behind 将, or where nothing else is said."""
    return _is_all(text, start, point.end) or looks_ahead(text, start, point.end)


_EMPTY = re.compile(r"(?:[这那]一?天)?[\s。.！!？?“”\"]{0,4}")


def _is_all(text: str, start: int, end: int) -> bool:
    return _EMPTY.fullmatch(text, 0, start) is not None and _EMPTY.fullmatch(text, end) is not None


def _next_is_meant(text: str, start: int, end: int, edge: re.Match[str] | None) -> bool:
    """
    Return whether a day that lies just ahead may be meant, rather than that of a year ago.

    Not where the clause says that it is over (曾, 了, 此前), and not where no word stands beside the date: then
    nothing speaks against the nearest past.
    """
    if (edge and edge["since"]) or _is_all(text, start, end):
        return False
    return not _OVER.search(_clause_at(text, start, end))


def _either(text: str, end: int, known: Known, reference: date | None) -> bool:
    """
    Return whether a day just ahead has two readings: set off by a comma, with no 将 behind it.

    3月28日，双方签约 tells what was, 11月2日，天安门下半旗 what will be: neither day is made up.
    """
    first = known.period.earliest
    comes = reference is not None and first is not None and first > reference
    return comes and _TELLS.match(text, end) is not None and not _FUTURE.search(text, end, end + _SENTENCE)


_TELLS = re.compile("[，,]")
_SENTENCE = 40
"""Code points in which 将 follows a date that a comma sets off: 5月9日，该国将举行阅兵."""

_OVER = re.compile("曾|(?<![为除不])了|已[于在]|此前|当时|回忆")


_FROM = re.compile(r"\s?(?:零时|0时|零点)?起(?!到|至今|草|义|诉|点)|起?(?:正式)?(?:施行|实施|执行)")
"""What is said of a day on which something begins: 4月1日起施行 is told beforehand, months ahead too."""


def _clause_at(text: str, start: int, end: int) -> str:
    """Return the clause around an expression, as far as it is looked at."""
    behind, front = text[max(0, start - _LOOK_BACK) : start], text[end : end + 2 * _LOOK_ON]
    cut = _CLAUSE.search(front, 1)
    return behind[_last(_CLAUSE, behind) :] + (front[: cut.start()] if cut else front)


_WILL = re.compile("[，,].{0,4}将")
_WEEKDAY = re.compile(
    r"\s?[，,]?(?P<open>[(（]\s?)?(?:周|星期|礼拜)[一二三四五六日天]"
    r"(?(open)\s?(?:[)）]|(?=[，,\s上下早晚中凌]))|(?:(?![一-鿿])|(?=上午|下午|早|晚|中午|凌晨)))"
)
"""The weekday that stands beside a day: 3月19日（周三）."""


def _range_end(text: str, at: int) -> Point | None:
    for pattern in (_WEEKDAY, _CLOCK):
        if found := pattern.match(text, at):
            at = found.end()
    join = _JOIN.match(text, at) or _JOIN_WORD.match(text, at)
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
    if last and second.seen and start and last.period.latest and last.period.latest < start:
        last = resolve(second, reference, first, True, True)  # 今天至周五 is the coming one
    if not last or start is None or last.period.latest is None or last.period.latest < start:
        return None
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


# ------------------------------------------------------------------ which way the words look

_LOOK_BACK, _LOOK_ON = 16, 12
"""Code points before and after an expression in which a clause says whether it lies ahead."""

_CLAUSE = re.compile("[。！？；，,!?;\n*】]")
_FUTURE = re.compile(
    r"将(?![军领士帅门相信])|保证|拟(?![定合人态真])|预计|(?<![于超及长胀场值收利益])预期|力争|有望|争取|定于|计划(?=[于在到今明用投建实完开启交推年从\d一二三四五六七八九十]|$)|届时|最快|最早|最迟|目标[是为于在到]|确保|待到|要在|须在|应于|应在|准备|延[至到后]|延[期长][至到]|推迟[到至]|顺延|不迟于|请[于在]|务必|截止[时日]|(?:报名|投票|申报|预约|缴款|公示)[时期]间?|倒计时"
    r"|\b(?:will|plans?|expects?|expected|scheduled|due|aims?|to be|next)\b"
)
_HINT = re.compile("[将保拟预力有争定计届最目确待要须应准延推顺不请务截报投申预缴公倒wpesdatn]")
"""What a word of :data:`_FUTURE` begins with: most clauses have none, and need not be cut out."""

_SPEECH = re.compile("宣布|表示|称|透露|披露|公告|介绍|发布|消息|获悉|报道|指出|said|announced")
_AT_ONCE = re.compile(r"[,，]\s?(?:将|拟|预计|计划|有望)(?![军领士帅门])")


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Return whether the clause around an expression speaks of what is to come: 将, 拟, 预计, 力争, 有望."""
    if not _HINT.search(text, max(0, start - _LOOK_BACK), end + _LOOK_ON):
        return False
    behind = text[max(0, start - _LOOK_BACK) : start]
    behind = behind[_last(_CLAUSE, behind) :]
    behind = behind[_last(_SPEECH, behind) :]
    if _FUTURE.search(behind):
        return True
    front = text[end : end + _LOOK_ON]
    if _AT_ONCE.match(front):
        return True
    cut = _CLAUSE.search(front)
    front = front[: cut.start()] if cut else front
    speech = _SPEECH.search(front)
    front = front[: speech.start()] if speech else front
    found = _FUTURE.search(front)
    return found is not None and not (found[0] == "计划" and found.end() == len(front))  # 19日公布投资计划


def _last(pattern: re.Pattern[str], text: str) -> int:
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return end
