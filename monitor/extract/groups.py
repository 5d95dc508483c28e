"""
The groups of clauses of one sentence, one for each date of its own, and what each tells: its strongest word, what it recalls
with a date of its own, and what does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.telling import Clauses, Telling, lies_in
from monitor.extract.undone import revised
from monitor.model import DateSpan, Kind, Phase, Polarity
from monitor.normalize.dates import find

# Of two equally strong words in one group the weightier happening is told: a meeting at which something is
# signed is a signing, a visit on which somebody is met is a meeting, a recall because of fires is a recall.
PRIORITY = (
    Kind.RECALL,
    Kind.ACCIDENT,
    Kind.CANCELLATION,
    Kind.CORRECTION,
    Kind.PRODUCTION,
    Kind.CONSTRUCTION,
    Kind.PERMIT,
    Kind.LAND,
    Kind.AGREEMENT,
    Kind.REGISTRATION,
    Kind.OPENING,
    Kind.PERSONNEL,
    Kind.INVESTMENT,
    Kind.PRODUCT,
    Kind.POLICY,
    Kind.RECRUITMENT,
    Kind.MEETING,
    Kind.VISIT,
    Kind.OTHER,
    Kind.FORECAST,
    Kind.STATISTICS,
    Kind.DENIAL,
)
_RANK = {kind: len(PRIORITY) - i for i, kind in enumerate(PRIORITY)}

RELATIVE = 12  # characters between the date of a relative clause and its verb (2021年在平州启用的)
# Characters from a delay to its date (was delayed until May): any other one there is of what is said about it.
UNTIL = 2
NEAR = 12  # characters in which the word for "until" stands before it

Group = tuple[tuple[int, int], list[Telling], list[DateSpan]]


def grouped(
    text: str,
    clauses: Clauses,
    found: Sequence[Telling],
    dates: Sequence[DateSpan],
    marks: Sequence[Hit],
    bound: Mapping[int, int],
    language: Language,
) -> list[Telling]:
    """Return what is told of *found*: one happening of each group, what it recalls, and what does not hold."""
    asides = {date: word for date, word in bound.items() if not (language.date_behind and _steps(found, word))}
    groups = _groups(clauses, found, dates, [h.clause for h in marks if h.term.mark == "past"], asides)
    return [
        t
        for group, members, spans in _moved(text, groups, marks, clauses, language)
        if members
        for t in _read(members, group, spans, bound, language)
    ]


def _groups(
    clauses: Clauses, found: Sequence[Telling], dates: Sequence[DateSpan], past: Sequence[int], bound: Mapping[int, int]
) -> list[Group]:
    """
    Return the sentence cut where a new date begins and something was already told.

    A clause of *past* tells something as well, though no word of the lexicon names it (曾任分析师). Dates that are *bound*
    to one word begin nothing.
    """
    groups: list[Group] = []
    for number, (start, end) in enumerate(clauses):
        own = [d for d in dates if start <= d.start < end]
        told = [t for t in found if t.clause == (start, end)]
        free = [d for d in own if d.start not in bound]
        if groups and not _begins(groups[-1], free, number - 1 in past):
            (first, _), members, spans = groups[-1]
            groups[-1] = ((first, end), members + told, spans + own)
        else:
            groups.append(((start, end), told, own))
    return _rejoined(groups)


def _begins(last: Group, own: Sequence[DateSpan], past: bool) -> bool:
    _, members, spans = last
    return bool(own) and bool(members or spans or past)


def _rejoined(groups: list[Group]) -> list[Group]:
    """
    Give a dated group without a happening to the undated one before it, and a day alone to the happening behind it that is
    told with the season that it lies in.
    """
    for a, b in pairwise(range(len(groups))):
        (first, _), members, spans = groups[a]
        (_, end), later, own = groups[b]
        if members and not spans and not later:
            groups[a] = ((first, end), members, own)
        elif not members and later and spans and all(lies_in(s.when, d.when) for s in spans for d in own):
            groups[a], groups[b] = ((first, first), [], []), ((first, end), later, spans + own)
    return groups


def _moved(text: str, groups: list[Group], marks: Sequence[Hit], clauses: Clauses, language: Language) -> list[Group]:
    """Give a plan that was put off (原定7月开工，现推迟至9月) its new date, and let the old one go."""
    for mark in (h for h in marks if h.term.mark in ("moved", "late")):
        number = next(i for i, (span, *_) in enumerate(groups) if mark.start < span[1])
        span, members, dates = groups[number]
        late = mark.term.mark == "late"
        # A date behind the clause (投产推迟，3月10日致歉) is of what is told next.
        reach = min(clauses[mark.clause][1], mark.end + UNTIL if late else clauses[-1][1])
        later = [d for d in dates if mark.end <= d.start <= reach]
        if late and not later:
            behind_it = [_second(d, language) for d in dates if mark.end <= d.start < clauses[mark.clause][1]]
            later = [d for d in behind_it if _until(text, d, language)]
        first = number if members or not number else number - 1
        (start, _), told, _ = groups[first]
        behind = not late or any(t.former and later and t.word[1] <= later[0].start for t in told)
        if later and told and behind:
            rule = ("phase", mark.term.word)
            put_off = [
                replace(t, phase=Phase.PLANNED, former=False, moved=True, sure=True, rules=revised(t.rules, rule))
                for t in told
            ]
            groups[first : number + 1] = [((start, span[1]), put_off, later)]
    return groups


def _second(date: DateSpan, language: Language) -> DateSpan:
    """Return the second of two dates that are told as one (from June to August): until which something is put off, and from when."""
    halves = language.halves.fullmatch(date.when.raw)
    read = find(halves["second"], date.when.reference or date.when.earliest) if halves else ()
    return (
        replace(date, start=date.end - len(halves["second"]), when=read[0].when) if halves and len(read) == 1 else date
    )


def _until(text: str, date: DateSpan, language: Language) -> bool:
    """Return whether *date* is the one until which something is put off (推迟投产至5月, pushed back the opening to May)."""
    return language.until.search(text, max(0, date.start - NEAR), date.start) is not None


def _steps(found: Sequence[Telling], word: int) -> bool:
    """Return whether *word* tells a step (broke ground in May), and is no aside on who somebody is (founded in 2009)."""
    return any(t.word[0] == word and t.kind is not Kind.REGISTRATION for t in found)


def bind(
    text: str, clauses: Clauses, hits: Sequence[Hit], dates: Sequence[DateSpan], language: Language
) -> dict[int, int]:
    """
    Return the dates that are of one word alone, with where it begins: of the word before (成立于2009年), or of the verb of a
    relative clause (2019年启用的中心).
    """
    ending = "cancel" if language.date_behind else None
    strong = [(h, clauses[h.clause]) for h in hits if h.term.strength > 1 or h.term.mark == ending]
    return {
        d.start: h.start
        for d in dates
        for h, (start, end) in strong
        if start <= d.start < end and _dates(text, h, d, language)
    }


def _dates(text: str, hit: Hit, date: DateSpan, language: Language) -> bool:
    if hit.end <= date.start:
        return language.dates_it.fullmatch(text, hit.end, date.start) is not None
    near = 0 <= hit.start - date.end <= RELATIVE and not language.pause.search(text, date.end, hit.start)
    return near and language.restart.match(text, hit.end) is not None


def _read(
    members: Sequence[Telling],
    group: tuple[int, int],
    spans: Sequence[DateSpan],
    bound: Mapping[int, int],
    language: Language,
) -> Iterator[Telling]:
    """Yield what a group tells, and what it recalls with a date of its own (10月18日开工的 before 产业园已封顶)."""
    recalled = {word for date, word in bound.items() if date < word}
    denied = [t for t in members if _only_denied(t, members) and t.word[0] not in recalled]
    if 0 < len(denied) < len(members):  # 主体已于1月完工，不存在停工问题: what does not hold is told for itself
        beside = [d for d in spans if any(t.clause[0] <= d.start < t.clause[1] for t in denied)]
        yield from _read(denied, (denied[0].clause[0], denied[-1].clause[1]), beside, bound, language)
        members, spans = [t for t in members if t not in denied], tuple(d for d in spans if d not in beside)
    told = _best([t for t in members if t.word[0] not in recalled] or members, group, spans, bound, language)
    for t in members:
        own = tuple(d for d in spans if bound.get(d.start) == t.word[0])
        if t.word != told.word and own and told.kind is not Kind.CORRECTION:
            yield replace(
                t, start=min(own[0].start, t.word[0]), end=max(own[-1].end, t.clause[1]), dates=own, recalled=True
            )
    yield told


def _only_denied(told: Telling, members: Sequence[Telling]) -> bool:
    """Return whether *told* is denied and nothing of its kind and step holds beside it (有人死亡 is of the accident)."""
    if told.polarity is not Polarity.DENIED or told.kind is Kind.DENIAL:
        return False
    return not any(_what(t) == _what(told) for t in members if t.polarity is not Polarity.DENIED)


def _what(told: Telling) -> tuple[Kind, str]:
    return told.kind, next((rule for field, rule in told.rules if field == "step"), "")


def _best(
    members: Sequence[Telling],
    group: tuple[int, int],
    spans: Sequence[DateSpan],
    bound: Mapping[int, int],
    language: Language,
) -> Telling:
    told = max(members, key=lambda t: (t.strength, t.phase is not Phase.PLANNED, _RANK[t.kind], -t.word[0]))
    # What a correction corrects has its own date, by which it is found.
    right = told.kind is Kind.CORRECTION
    own = tuple(d for d in spans if right or bound.get(d.start, told.word[0]) == told.word[0])
    # Not in Chinese, where 签署2024年采购协议 names a year of the agreement.
    named = tuple(d for d in own if bound.get(d.start) == told.word[0] and language.date_behind and not right)
    return replace(told, start=group[0], end=group[1], dates=named or own)
