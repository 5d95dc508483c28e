"""Where the words of the lexicon stand in a sentence, each as the one term that its surroundings allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.language import Lexicon, Term
from monitor.model import Kind

# How far to the left a word that changes the sense may begin; the longest such word has six characters.
LEFT = 12
# A sentence of news holds some ten words of the lexicon; one that holds more than this is made of them.
MOST_WORDS = 60
OPENERS = frozenset(" \n\t，,。；;：:、！？!?“”\"'（(「『")


@dataclass(frozen=True, slots=True)
class Hit:
    """A term at ``start`` to ``end`` of the reading, in clause number ``clause`` of its sentence."""

    start: int
    end: int
    clause: int
    term: Term

    @property
    def kind(self) -> Kind | None:
        """What happened, or None where the word tells how."""
        return self.term.kind


def within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Return whether *start* to *end* touches one of *spans*."""
    return any(start < b and a < end for a, b in spans)


def scan(text: str, start: int, end: int, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return the span of every word of the lexicon in ``text[start:end]``, or none where no word tells anything."""
    found = [m.span() for m in lexicon.pattern.finditer(text, start, end)]
    if len(found) > MOST_WORDS:
        return []
    return found if any(text[a:b].lower() in lexicon.telling for a, b in found) else []


def hits(
    text: str, clauses: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], lexicon: Lexicon
) -> tuple[Hit, ...]:
    """Return the terms of one sentence, cut into *clauses*, whose words stand at the spans *found*, in order."""
    here = []
    clause = 0
    for start, end in found:
        while clause < len(clauses) - 1 and start >= clauses[clause][1]:
            clause += 1
        term = _term(text, start, end, clauses[clause], lexicon)
        if term:
            here.append(Hit(start, end, clause, term))
    return tuple(here)


def _term(text: str, start: int, end: int, clause: tuple[int, int], lexicon: Lexicon) -> Term | None:
    word = text[start:end]
    terms = lexicon.terms.get(word) or lexicon.terms.get(word.lower(), ())
    return next((t for t in terms if _fits(t, text, start, end, clause)), None)


def _fits(term: Term, text: str, start: int, end: int, clause: tuple[int, int]) -> bool:
    if term.mark == "noise" or (term.opening and start > 0 and text[start - 1] not in OPENERS):
        return False
    if term.not_after and term.not_after.search(text[max(0, start - LEFT) : start]):
        return False
    if term.not_before and term.not_before.match(text, end):
        return False
    return term.needs is None or term.needs.search(text, *clause) is not None
