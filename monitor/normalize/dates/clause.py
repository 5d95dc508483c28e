"""
What the clause around an expression says of it: whether it looks ahead, whether it is over, what is counted from what.

Every look is bounded: some code points before and behind the expression, up to the next comma or full stop.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from monitor.normalize.dates.points import Known, Point

_LOOK_BACK, _LOOK_ON = 16, 12
"""Code points before and after an expression in which a clause says whether it lies ahead."""

_LOOK_BACK_LATIN = 48
"""The same for words of letters, of which three or four make the room of one."""

_CLAUSE = re.compile(r"[。！？；，!?;\n*】]|,(?!\d{3}\b)")
_FUTURE = re.compile(
    r"将(?![军领士帅门相信])|保证|拟(?![定合人态真])|预计|(?<![于超及长胀场值收利益])预期|力争|有望|争取|定于|计划(?=[于在到今明用投建实完开启交推年从\d一二三四五六七八九十]|$)|届时|最快|最早|最迟|目标[是为于在到]|确保|待到|要在|须在|应于|应在|准备|延[至到后]|延[期长][至到]|推迟[到至]|顺延|不迟于|请[于在]|务必|临近|持续[到至]|延续[到至]|排到|截止[时日]|(?:报名|投票|申报|预约|缴款|公示)[时期]间?|倒计时"
    r"|\b(?:will|plans?|expects?|expected|scheduled|due|aims?|(?:is|are|was|were)\sto|next|takes?\seffect|effective|kicks\soff|begins|starts|opens)\b"
)
_HINT = re.compile("[bko将临保拟预力有争定计届最目确待要须应准延推顺不请务截报投申预缴公倒wpesdatn]")
"""What a word of :data:`_FUTURE` begins with: most clauses have none, and need not be cut out."""

_SPEECH = re.compile(
    "宣布|表示|称|透露|披露|公告|介绍|发布|公布|消息|获悉|报道|指出|批评|呼吁|强调|证实|确认|回应|警告|认为|决定|通报|批准|said|announced"
)
"""What a date belongs to that stands beside it: what is said, decided or published may then lie ahead."""
_AT_ONCE = re.compile(r"[,，]\s?(?:将|拟|预计|计划|有望)(?![军领士帅门])")


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Return whether the clause around an expression speaks of what is to come: 将, 拟, 预计, 力争, 有望."""
    back = _LOOK_BACK_LATIN if start and text[start - 1].isascii() else _LOOK_BACK
    if not _HINT.search(text, max(0, start - back), end + _LOOK_ON):
        return False
    behind = text[max(0, start - back) : start]
    behind = behind[end_of_last(_CLAUSE, behind) :]
    behind = behind[end_of_last(_SPEECH, behind) :]
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


def end_of_last(pattern: re.Pattern[str], text: str) -> int:
    """Return where the last match ends, 0 if there is none."""
    end = 0
    for match in pattern.finditer(text):
        end = match.end()
    return end


# ------------------------------------------------------------------ what an expression counts from

_LEAD = re.compile(
    r"(?P<since>\bsince\s)$|(?P<before>\b(?:by|before|until|till|through|no\slater\sthan)\s|(?:最[迟晚])?不(?:得|能)?[晚迟]于)$",
    re.IGNORECASE,
)
"""What stands before an expression and bounds it: 不晚于4月15日, by March 31."""


OWNS = re.compile(r"\s?['’]s\b")
"""Behind a day that 's follows stands what happened on it: hit by Tuesday's quake, before Monday's talks."""


def lead(text: str, start: int, end: int) -> str:
    if start == 0 or text[start - 1] not in " 于":
        return ""
    found = _LEAD.search(text, max(0, start - 14), start)
    if found is None or (found["before"] and OWNS.match(text, end)):
        return ""
    return found.lastgroup or ""


def heads(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] in "。！？；，,!?;\n："


_STOP = re.compile(r"[.!?;\n。]\s")
_MUST = re.compile(
    r"\b(?:should|must|may|can|could|would|hop(?:es?|ed|ing)|remain(?:s|ed)?|has\sto|have\sto|need(?:s|ed)?\sto|ordered|called)\b",
    re.I,
)
_PAST = re.compile(r"\b(?:had|has|have|was|were|did|\w{2,}ed)\b", re.I)
_HAD = re.compile(r"\bhad\b(?!\s(?:been\s)?to\b)[^,;]{0,40}$", re.I)
_BOUND_ROOM = 96
"""Code points on either side in which a sentence says which Friday its "by Friday" is."""


def bounded(text: str, start: int, end: int) -> str:
    """
    Return how a weekday behind by or until lies where no word looks ahead: "ahead", "over" or "either".

    Schools remain closed until Thursday; by Friday the WHO had confirmed 900 cases; get it done by Friday.
    """
    if lead(text, start, end) != "before":
        return ""
    behind, front = text[max(0, start - _BOUND_ROOM) : start], text[end : end + _BOUND_ROOM]
    stop = _STOP.search(front)
    sentence = behind[end_of_last(_STOP, behind) :] + (front[: stop.start()] if stop else front)
    if _HAD.search(behind):
        return "over"
    if _FUTURE.search(sentence) or _MUST.search(sentence):
        return "ahead"
    return "over" if _PAST.search(sentence) else "either"


_FORMERLY = re.compile("原(?:本|先)?(?:计划|定|拟|预计|预期)[于在]?[^，,。；;]{0,4}$")


def formerly(text: str, start: int) -> bool:
    """Return whether 原定 stands before: the day planned may have gone by or be still to come; nearness tells."""
    return (
        text.find("原", max(0, start - 10), start) >= 0
        and _FORMERLY.search(text, max(0, start - 12), start) is not None
    )


_AT = re.compile("[于在到至从自截]$")


def is_length(text: str, start: int, point: Point, edge: re.Match[str] | None, ahead: bool) -> bool:
    """Return whether 3月后, 2月前 and 3月内 may be so many months after, before and within."""
    if not point.loose or edge is None or edge[0] not in {"后", "前", "内", "之内"}:
        return False
    return edge["inside"] is not None or not (ahead or _AT.search(text, max(0, start - 1), start))


def unanchored(text: str, start: int, point: Point, before: Known | None, ahead: bool) -> bool:
    """Return whether 三天后 counts from something that is not known: an earlier date or a word right before it."""
    if point.onward:
        return before is not None and not ahead
    if not point.later or ahead or _WILL.match(text, point.end):
        return False
    if before is not None or (start > 0 and text[start - 1].isalnum()):
        return True
    clause = clause_at(text, start, point.end)
    return not (is_all(text, start, point.end) or (_COMES.search(clause) and not _OVER.search(clause)))


_COMES = re.compile(
    "将(?![军领士帅门相])|(?<![议大晚宴机社约协委])会(?![议员长场馆社])|要(?![求闻])|能(?![源力])|可(?![能爱怜口])|再|见|就是|计划|预计"
)
"""What 三天后 needs beside it to be counted from now: else it goes on with a story."""


def counts(text: str, start: int, point: Point) -> bool:
    """Return whether 三年内 and 后三天 count from the reference: behind 将, or where nothing else is said."""
    return is_all(text, start, point.end) or looks_ahead(text, start, point.end)


_EMPTY = re.compile(r"(?:[这那]一?天)?[\s。.！!？?“”\"]{0,4}")
_CLOCK = re.compile(
    r"\s?(?:上午|下午|中午|凌晨|早上|早晨|傍晚|晚上|晚间|夜里)?\s?(?:(?:\d{1,2}|[一二两三四五六七八九十]{1,3})[:点时](?:\d{1,2}分?|半|整)?(?:许|左右)?)?"
)


def is_all(text: str, start: int, end: int) -> bool:
    """Return whether an expression, with the time of day behind it, is all that a text says."""
    if _EMPTY.fullmatch(text, 0, start) is None:
        return False
    clock = _CLOCK.match(text, end)
    return _EMPTY.fullmatch(text, clock.end() if clock else end) is not None


def next_is_meant(text: str, start: int, end: int, edge: re.Match[str] | None) -> bool:
    """
    Return whether a day that lies just ahead may be meant, rather than that of a year ago.

    Not where the clause says that it is over (曾, 了, 此前), and not where no word stands beside the date: then
    nothing speaks against the nearest past.
    """
    if (edge and edge["since"]) or is_all(text, start, end):
        return False
    return not _OVER.search(clause_at(text, start, end))


def either(text: str, end: int, known: Known, reference: date | None) -> bool:
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

_OVER = re.compile("曾|(?<![为除不])了|已[于在]|此前|当时|回忆|发生|爆发|遇难|逝世|去世")


FROM = re.compile(r"\s?(?:零时|0时|零点)?起(?!到|至今|草|义|诉|点)|起?(?:正式)?(?:施行|实施|执行)")
"""What is said of a day on which something begins: 4月1日起施行 is told beforehand, months ahead too."""


FROM_DATE = timedelta(184)
"""How far ahead 7月1日起 reaches: half a year, past which the year is said."""
FROM_DAY = timedelta(12)
"""How far ahead 20日起 reaches: less than half a month, so that the nearer of two days is taken."""


def clause_at(text: str, start: int, end: int) -> str:
    """Return the clause around an expression, as far as it is looked at."""
    behind, front = text[max(0, start - _LOOK_BACK) : start], text[end : end + 2 * _LOOK_ON]
    cut = _CLAUSE.search(front, 1)
    return behind[end_of_last(_CLAUSE, behind) :] + (front[: cut.start()] if cut else front)


_WILL = re.compile("[，,].{0,4}将")
