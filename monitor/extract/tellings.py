"""
What a sentence says happened, and how it says so: kind, phase and polarity by rule.

A sentence is read in groups of clauses, one for each date of its own. In a group the strongest word tells
the kind; words in the scope of a wish, an opinion or a "may" tell nothing; a question or an "if" silences
the whole sentence. Every value carries the name of its rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.extract.groups import bind, grouped
from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.negated import answered, ends, told_on, turned, without_plan
from monitor.extract.telling import Clauses, Telling
from monitor.extract.undone import bare_denial, called_off, corrected, denied, heard
from monitor.model import DateSpan, Kind, Phase, Polarity

DECISIVE = {
    "planned": Phase.PLANNED,
    "former": Phase.PLANNED,
    "ongoing": Phase.ONGOING,
    "done": Phase.DONE,
    "past": Phase.DONE,
}
# Who vouches for what a sentence says; what was not denied is not confirmed.
VOUCHED = (("deny", Polarity.DENIED), ("rumour", Polarity.RUMOURED), ("undenied", Polarity.RUMOURED))
# Marks beside which a sentence tells nothing: what it says of a figure that is denied is what others said wrong.
SILENT = frozenset({"if", "ask", "misstated"})
# Steps that one ceremony may tell together with others (首批产品下线 at the opening); they tell plans apart, and nothing else.
GRADES = frozenset({"first", "mass"})
GOES_ON = "goes on with the plan before it"
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
    bound = bind(text, clauses, hits, dates, language)
    found = answered(_candidates(text, clauses, hits, polarity, language))
    found = corrected(clauses, hits, found, amending=amending)
    if not found and polarity[0] is Polarity.DENIED:
        found = [bare_denial(clauses, h, hits) for h in hits if h.term.mark == "deny"][:1]
    found = [t for t in found if not t.noun or t.phase is Phase.CANCELLED] or found
    if polarity[0] is Polarity.ASSERTED:  # 今年4月签约，一直没有动工: of what did not happen nothing is denied
        found = [t for t in found if t.polarity is Polarity.ASSERTED] or found
    found = heard(denied(text, found, clauses, marks, bound, language), marks, bound)
    told = grouped(text, clauses, found, dates, marks, bound, language)
    told = told_on(told, clauses, marks)
    return tuple(t for t in without_plan(told) if not (t.former and t.phase is Phase.PLANNED))


def _silenced(text: str, start: int, end: int, marks: Sequence[Hit], language: Language) -> bool:
    if any(h.term.mark in SILENT for h in marks):
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
    step = (("grade" if hit.term.step in GRADES else "step", hit.term.step),) if hit.term.step else ()
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
