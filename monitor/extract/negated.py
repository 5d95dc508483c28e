"""What a sentence says was not ended, not put off or not denied: its words of ending, delay and denial are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.extract.hits import Hit
from monitor.extract.language import Language, Term
from monitor.extract.telling import Clauses, Telling
from monitor.model import Kind, Polarity

# What a mark becomes that is said of nothing: 并未取消 stands as it was, 没有推迟 stays where it was, 没有否认 is no word of those
# who deny, nor of those who confirm; 并非没有 is no more than a "may".
TURNED = {"cancel": "stands", "late": "stays", "moved": "stays", "deny": "undenied", "never": "maybe"}
# Characters in which a negation stands before what it undoes (没有对上述传闻作出否认); what is farther off is of something else.
NEAR = 24
NEGATIONS = frozenset({"never", "notyet"})


def ends(hit: Hit) -> bool:
    """Return whether a word of kind tells that something stopped or was closed."""
    return hit.kind is Kind.CANCELLATION or hit.term.step == "stopped"


def turned(text: str, clauses: Clauses, hits: Sequence[Hit], language: Language) -> tuple[Hit, ...]:
    """Return *hits* with those turned that a negation right before them undoes, and without that negation."""
    found = [(h, m) for h in hits if (m := _undoes(text, clauses[h.clause][0], h, language))]
    spent = {h for h in hits if h.term.mark in NEGATIONS and any(m.start() <= h.start < m.end() for _, m in found)}
    by_place = {h.start: _turned(h, m) for h, m in found} | {
        h.start: _measured(h) for h in hits if _of_a_figure(text, clauses, h, language)
    }
    return tuple(by_place.get(h.start, h) for h in hits if h.start in by_place or h not in spent)


def _undoes(text: str, start: int, hit: Hit, language: Language) -> re.Match[str] | None:
    mark, start = hit.term.mark, max(start, hit.start - NEAR)
    if hit.kind is not None and (none := language.none.search(text, start, hit.start)):
        return none
    if mark == "never":
        return language.litotes.search(text, start, hit.start)
    if mark == "deny":
        return language.undenies.search(text, start, hit.start)
    return language.undoes.search(text, start, hit.start) if mark in TURNED or ends(hit) else None


def _of_a_figure(text: str, clauses: Clauses, hit: Hit, language: Language) -> bool:
    """Return whether a figure is denied, and nothing that happened."""
    return hit.term.mark == "deny" and language.measures.search(text, clauses[hit.clause][0], hit.start) is not None


def _measured(hit: Hit) -> Hit:
    return replace(hit, term=Term(hit.term.word, mark="misstated"))


def _turned(hit: Hit, negation: re.Match[str]) -> Hit:
    if "said" not in negation.re.groupindex and hit.kind is not None:  # no layoffs were planned
        return replace(hit, term=Term(hit.term.word, mark="none"))
    mark = TURNED.get(hit.term.mark, "stands")
    if mark != "stands":
        return replace(hit, term=Term(hit.term.word, mark=mark))
    if negation["said"]:  # 没有宣布终止: nobody says that it goes on
        return replace(hit, term=Term(hit.term.word, mark="unsaid"))
    kind, strength = hit.kind or Kind.CANCELLATION, hit.term.strength or 3
    return replace(hit, term=replace(hit.term, mark="stands", kind=kind, strength=strength))


def told_on(found: list[Telling], clauses: Clauses, marks: Sequence[Hit]) -> list[Telling]:
    """Let what is told behind what was not denied be told (公司没有否认，并于3月18日开工)."""
    hit = next((h for h in marks if h.term.mark == "undenied"), None)
    if hit is None or clauses[hit.clause][1] > hit.end:
        return found
    return [replace(t, polarity=Polarity.ASSERTED) if t.dates and t.word[0] > hit.end else t for t in found]


def answered(found: list[Telling]) -> list[Telling]:
    """Let what a sentence says did not end deny what was said of it there (网传项目取消，公司称并未取消)."""
    kinds = {t.kind for t in found if t.answers}
    said = [t for t in found if t.kind in kinds and t.polarity is Polarity.RUMOURED]
    if not said:
        return found
    return [replace(t, polarity=Polarity.DENIED) if t in said else t for t in found if not t.answers]


def without_plan(told: Sequence[Telling]) -> Iterator[Telling]:
    """Yield *told*; what was told with a plan before it, and with a later day than that plan, goes on with it for good."""
    plan: Telling | None = None
    for t in told:
        if t.goes_on and plan and plan.dates and not _earlier(t, plan):
            yield replace(t, goes_on=False)
            continue
        plan = plan if t.goes_on else t
        yield t


def _earlier(told: Telling, plan: Telling) -> bool:
    last, first = (told.dates[-1].when.latest if told.dates else None), plan.dates[0].when.earliest
    return last is not None and first is not None and last < first
