"""
What a sentence says happened, and how it says so: kind, phase and polarity by rule.

A sentence is read in groups of clauses, one for each date of its own. In a group the strongest word tells
the kind; words in the scope of a wish, an opinion or a "may" tell nothing; a question or an "if" silences
the whole sentence. Every value carries the name of its rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.negated import answered, ends, told_on, turned, without_plan
from monitor.extract.telling import Clauses, Telling, lies_in
from monitor.extract.undone import bare_denial, called_off, corrected, denied, heard, revised
from monitor.model import DateSpan, Kind, Phase, Polarity

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

DECISIVE = {
    "planned": Phase.PLANNED,
    "former": Phase.PLANNED,
    "ongoing": Phase.ONGOING,
    "done": Phase.DONE,
    "past": Phase.DONE,
}
# Who vouches for what a sentence says; what was not denied is not confirmed.
VOUCHED = (("deny", Polarity.DENIED), ("rumour", Polarity.RUMOURED), ("undenied", Polarity.RUMOURED))
GOES_ON = "goes on with the plan before it"
RELATIVE = 12  # characters between the date of a relative clause and its verb (2021年在平州启用的)
# Characters from a delay to its date (was delayed until May): any other one there is of what is said about it.
UNTIL = 2
NEAR = 24  # characters in which an auxiliary stands before its verb
# What may be done to a thing that is told first (将总部迁往, 将股权转让给): works begin and plants open by themselves.
TO_THINGS = frozenset({Kind.OTHER, Kind.INVESTMENT, Kind.CANCELLATION, Kind.PRODUCT, Kind.PERSONNEL})
# Kinds whose words become part of a noun; what is signed, granted or issued is a paper itself.
DONE = frozenset({Kind.INVESTMENT, Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.REGISTRATION, Kind.LAND, Kind.RECRUITMENT})
THOUGHT = frozenset({"wish", "opinion"})
"""Marks that bear on all that follows in their sentence."""


def tellings(
    text: str,
    clauses: Clauses,
    hits: Sequence[Hit],
    dates: Sequence[DateSpan],
    language: Language,
    *,
    amending: bool = False,
) -> tuple[Telling, ...]:
    """
    Return what one sentence, cut into *clauses*, tells: at most one happening for each of its own *dates*.

    *amending* says that its article corrects another, by its headline.
    """
    hits = turned(text, clauses, hits, language)
    marks = tuple(h for h in hits if h.term.mark)
    start, end = clauses[0][0], clauses[-1][1]
    if _silenced(text, start, end, marks, language):
        return ()
    polarity = _polarity(text, (start, end), marks, language)
    bound = _bound(text, clauses, hits, dates, language)
    found = answered(_candidates(text, clauses, hits, polarity, language))
    found = corrected(clauses, hits, found, amending=amending)
    if not found and polarity[0] is Polarity.DENIED:
        found = [bare_denial(clauses, h, hits) for h in hits if h.term.mark == "deny"][:1]
    found = [t for t in found if not t.noun or t.phase is Phase.CANCELLED] or found
    if polarity[0] is Polarity.ASSERTED:  # 今年4月签约，一直没有动工: of what did not happen nothing is denied
        found = [t for t in found if t.polarity is Polarity.ASSERTED] or found
    found = heard(denied(text, found, clauses, marks, bound, language), marks, bound)
    asides = {date: word for date, word in bound.items() if not (language.date_behind and _steps(found, word))}
    groups = _groups(clauses, found, dates, [h.clause for h in marks if h.term.mark == "past"], asides)
    told = [
        t
        for group, members, spans in _moved(groups, marks, clauses)
        if members
        for t in _read(members, group, spans, bound, language)
    ]
    told = told_on(told, clauses, marks)
    return tuple(t for t in without_plan(told) if not (t.former and t.phase is Phase.PLANNED))


def _silenced(text: str, start: int, end: int, marks: Sequence[Hit], language: Language) -> bool:
    if any(h.term.mark in ("if", "ask") for h in marks):
        return True
    return language.question.search(text, start, end) is not None


def _polarity(text: str, span: tuple[int, int], marks: Sequence[Hit], language: Language) -> tuple[Polarity, str]:
    for mark, polarity in VOUCHED:
        word = next((h.term.word for h in marks if h.term.mark == mark), None)
        if word:
            return polarity, word
    if nobody := language.hearsay.search(text, *span):
        return Polarity.RUMOURED, nobody[0]
    return Polarity.ASSERTED, "no word of doubt"


# --------------------------------------------------------------------------- candidates


def _candidates(
    text: str, clauses: Clauses, hits: Sequence[Hit], polarity: tuple[Polarity, str], language: Language
) -> list[Telling]:
    found: list[Telling] = []
    for hit in hits:
        if hit.kind is not None:
            told = _judge(text, clauses, hit, hits, polarity, found[-1] if found else None, language)
            found += [told] if told and not _permitted(text, told, found, language) else []
    for hit in hits:
        if hit.term.mark == "cancel":
            found = called_off(text, clauses, hit, hits, found, polarity, language)
    return found


def _permitted(text: str, told: Telling, found: Sequence[Telling], language: Language) -> bool:
    """Return whether *told* is what a permit before it in its clause allows (批准甲公司迁至乙市), and has not happened yet."""
    permits = [t for t in found if t.kind is Kind.PERMIT and t.clause == told.clause and told.kind is not Kind.PERMIT]
    return any(language.restart.search(text, t.word[1], told.word[0]) is None for t in permits)


def _judge(
    text: str,
    clauses: Clauses,
    hit: Hit,
    hits: Sequence[Hit],
    polarity: tuple[Polarity, str],
    before: Telling | None,
    language: Language,
) -> Telling | None:
    """Return what *hit* tells, or None where it only stands in somebody's thought."""
    assert hit.kind is not None
    scope = _scope(text, hit, hits, language)
    words = {h.term.mark: h.term.word for h in scope}
    rumoured = polarity[0] is not Polarity.ASSERTED
    if "notyet" in words or "wish" in words or ("maybe" in words and not rumoured):
        return None
    brought = [m for m in scope if _brings(text, m, hit, language)]
    told = [m for m in scope if m not in brought or not any(o.term.mark in DECISIVE for o in scope if o not in brought)]
    phase, rule, sure = _phase(text, hit, told, hits, before, language)
    if "opinion" in words and not sure:
        return None
    stands = hit.term.mark == "stands"
    if stands or ("never" in words and not rumoured):
        polarity = (Polarity.DENIED, hit.term.word if stands else words["never"])
    if stands and hit.kind is Kind.CANCELLATION:  # what was said of it
        phase = Phase.CANCELLED
    if "maybe" in words:
        phase, rule = Phase.PLANNED, words["maybe"]
    late = _late(text, hit, hits, language)
    if late:  # 投产推迟, and nobody says until when
        phase, rule, words["former"] = Phase.PLANNED, late, late
    clause = clauses[hit.clause]
    step = (("step", hit.term.step),) if hit.term.step else ()
    rules = (("kind", hit.term.word), ("phase", rule), ("polarity", polarity[1]), *step)
    fresh = not any(h.term.mark in ("done", "past") for h in scope)
    return Telling(
        *clause, clause, (hit.start, hit.end), hit.kind, phase, polarity[0], hit.term.strength, (), rules,
        sure=sure or polarity[0] is not Polarity.ASSERTED, fresh=fresh, former="former" in words,
        brought=bool(brought) and phase is Phase.PLANNED and rule == brought[-1].term.word,
        goes_on=rule == GOES_ON, answers=polarity[0] is Polarity.DENIED and ends(hit) and (stands or "never" in words),
        noun=_is_noun(text, hit, clause, language),
    )  # fmt: skip


def _late(text: str, hit: Hit, hits: Sequence[Hit], language: Language) -> str:
    """Return the word by which *hit* is delayed: behind it in its clause (投产推迟), or right before it (推迟投产), or ""."""
    marks = [h for h in hits if h.term.mark in ("late", "stays") and h.clause == hit.clause]
    found = (h for h in marks if h.start > hit.start or language.delays.fullmatch(text, h.end, hit.start))
    return next((h.term.word for h in found), "")


def _is_noun(text: str, hit: Hit, clause: tuple[int, int], language: Language) -> bool:
    """Return whether *hit* is only part of a noun, or what the next word is counted from or done for."""
    nominal = hit.kind in DONE and language.nominal(text, (hit.start, hit.end), clause)
    return nominal or language.since.match(text, hit.end, clause[1]) is not None


def _brings(text: str, mark: Hit, hit: Hit, language: Language) -> bool:
    """Return whether a mark of plans only brings forward what *hit* is done to."""
    planned = mark.term.mark == "planned" and mark.clause == hit.clause and hit.kind in TO_THINGS
    return planned and language.brings(text, mark.end, hit.start)


def _scope(text: str, hit: Hit, hits: Sequence[Hit], language: Language) -> list[Hit]:
    """
    Return the marks that bear on *hit*: those before it in its clause, those of the clause before where they
    found no verb of their own, and wishes and opinions from anywhere before it.
    """
    before = [h for h in hits if h.start < hit.start]
    near = [h for h in before if h.clause >= hit.clause - 1]
    return [m for m in before if m.term.mark in THOUGHT] + [
        m for m in near if m.term.mark and m.term.mark not in THOUGHT and _reaches(text, m, hit, near, language)
    ]


def _reaches(text: str, mark: Hit, hit: Hit, near: Sequence[Hit], language: Language) -> bool:
    between = [h for h in near if (h.kind or h.term.mark == "noun") and mark.end <= h.start]
    if mark.clause == hit.clause:
        # "计划总投资10亿元的工厂开工": the plan ends with the relative clause, the opening is done.
        return not between or language.restart.search(text, between[0].end, hit.start) is None
    # 因投产需要，…: what ends a clause is no auxiliary of the next one.
    auxiliary = mark.term.mark == "maybe" and text[mark.end : mark.end + 1] not in ("，", ",")
    return not between and (auxiliary or mark.term.mark == "planned")


def _phase(
    text: str, hit: Hit, scope: Sequence[Hit], hits: Sequence[Hit], before: Telling | None, language: Language
) -> tuple[Phase, str, bool]:
    """Return the phase, its rule, and whether a word says it."""
    if language.aspect.match(text, hit.end):
        return Phase.DONE, "aspect after the word", True
    if language.progress.search(text[max(0, hit.start - NEAR) : hit.end]):
        return Phase.ONGOING, "progressive form", True
    decisive = [h for h in scope if h.term.mark in DECISIVE]
    if decisive:
        return DECISIVE[decisive[-1].term.mark], decisive[-1].term.word, True
    after = next((h for h in hits if h.term.mark == "ongoing" and h.clause == hit.clause), None)
    if after:
        return Phase.ONGOING, after.term.word, True
    if before and before.phase is Phase.PLANNED:
        return Phase.PLANNED, GOES_ON, True
    firm = any(h.term.mark == "firm" for h in scope)
    return Phase.DONE, "told without a word of plan or doubt", firm


# --------------------------------------------------------------------------- groups

Group = tuple[tuple[int, int], list[Telling], list[DateSpan]]


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


def _moved(groups: list[Group], marks: Sequence[Hit], clauses: Clauses) -> list[Group]:
    """Give a plan that was put off (原定7月开工，现推迟至9月) its new date, and let the old one go."""
    for mark in (h for h in marks if h.term.mark in ("moved", "late")):
        number = next(i for i, (span, *_) in enumerate(groups) if mark.start < span[1])
        span, members, dates = groups[number]
        late = mark.term.mark == "late"
        # A date behind the clause (投产推迟，3月10日致歉) is of what is told next.
        reach = min(clauses[mark.clause][1], mark.end + UNTIL if late else clauses[-1][1])
        later = [d for d in dates if mark.end <= d.start <= reach]
        first = number if members or not number else number - 1
        (start, _), told, _ = groups[first]
        behind = not late or any(t.former and t.word[1] <= mark.start for t in told)
        if later and told and behind:
            rule = ("phase", mark.term.word)
            put_off = [
                replace(t, phase=Phase.PLANNED, former=False, moved=True, sure=True, rules=revised(t.rules, rule))
                for t in told
            ]
            groups[first : number + 1] = [((start, span[1]), put_off, later)]
    return groups


def _steps(found: Sequence[Telling], word: int) -> bool:
    """Return whether *word* tells a step (broke ground in May), and is no aside on who somebody is (founded in 2009)."""
    return any(t.word[0] == word and t.kind is not Kind.REGISTRATION for t in found)


def _bound(
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
    told = _best([t for t in members if t.word[0] not in recalled] or members, group, spans, bound, language)
    for t in members:
        own = tuple(d for d in spans if bound.get(d.start) == t.word[0])
        if t.word != told.word and own and told.kind is not Kind.CORRECTION:
            yield replace(
                t, start=min(own[0].start, t.word[0]), end=max(own[-1].end, t.clause[1]), dates=own, recalled=True
            )
    yield told


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
