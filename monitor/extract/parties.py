"""
When a place is a party to what is told, and not only where it happens.

X与平州市政府签约, 平州携手X, 平州出台…: the place acts, by itself or by its government. 在平州签约, 平州工厂: it does not.
The words are the language's own (``data/<name>/parties.tsv``).
"""

from __future__ import annotations

import re

from monitor.extract.actors import Named
from monitor.extract.language import Language, Partnering
from monitor.model import Kind

LEFT = 16  # characters before a place in which what introduces it stands

# Kinds that a place may be the bare subject of; in others a place before the verb is where it happened (平州开工).
DONE_BY_PLACES = frozenset(
    {
        Kind.AGREEMENT,
        Kind.MEETING,
        Kind.VISIT,
        Kind.INVESTMENT,
        Kind.CANCELLATION,
        Kind.POLICY,
        Kind.PERMIT,
        Kind.PERSONNEL,
        Kind.RECRUITMENT,
    }
)


def party(
    text: str, place: Named, telling: tuple[int, int], word: tuple[int, int], kind: Kind, language: Language
) -> Named | None:
    """
    Return *place* as a party to the happening of *kind* that *word* tells, or None where it is only a place.

    *telling* is the span in which the happening is told: its first part (a date, a word of leading in) left out.
    """
    rules = language.partnering
    end = _end(rules.tail, text, place.end)
    start = _seat(text, place.start, language)
    left = text[max(telling[0], start - LEFT) : start]
    if rules.where.search(left):
        return None
    after = _end(rules.gap, text, end)
    joins = rules.also.match(text, end, telling[1]) or rules.also.match(text, after, telling[1])
    joined = rules.together.search(left) and (word[0] in (end, after) or _then(rules, text, (end, after), telling[1]))
    opens = start == telling[0] or text[start - 1].isspace()
    if not (
        joins or joined or (opens and kind in DONE_BY_PLACES and (after == word[0] or _does(text, after, language)))
    ):
        return None
    return Named(place.start, end, text[place.start : end], "party", place.entity)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _does(text: str, at: int, language: Language) -> bool:
    """Return whether a word stands at *at* that tells what a place may do."""
    found = language.lexicon.pattern.match(text, at)
    terms = language.lexicon.terms.get(found[0].lower(), ()) if found else ()
    return any(t.kind in DONE_BY_PLACES for t in terms)


def _then(rules: Partnering, text: str, places: tuple[int, int], end: int) -> bool:
    return any(rules.then.match(text, at, end) for at in places)


def _seat(text: str, start: int, language: Language) -> int:
    """Return where the name of the larger place begins that stands right before *start*, else *start*."""
    larger = language.places(text, max(0, start - LEFT), start)
    if larger and language.partnering.seat.fullmatch(text, larger[-1][1], start):
        return larger[-1][0]
    return start
