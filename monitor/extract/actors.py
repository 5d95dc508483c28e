"""
Who took part: the topic's entities by name, persons beside their office, firms by their endings.

A person introduced once with an office is known by the bare name in the rest of the article.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitor.extract.language import Firm, Language, either
from monitor.model import Actor, Entity, Topic
from monitor.normalize import Self, simplify

# More persons with an office than this are a list of names; the first ones are known.
MOST_PERSONS = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the text: ``entity`` is None for a person or firm that the topic does not know."""

    start: int
    end: int
    name: str
    kind: str  # the entity's kind, or person, firm
    entity: Entity | None = None
    short: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Everything named in one article, in order of place."""

    found: tuple[Named, ...]
    starts: tuple[int, ...]

    def within(self, start: int, end: int) -> tuple[Named, ...]:
        """Return the names that begin in *start* to *end*."""
        return self.found[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def names(text: str, topic: Topic, language: Language, selves: Sequence[Self] = ()) -> Names:
    """Return the topic's entities and the persons with an office that *text* names; *selves* is where it speaks of its publisher."""
    known = list(_entities(text, topic))
    spans = [(n.start, n.end) for n in known]
    own = [s for s in selves if not any(s.start < end and start < s.end for start, end in spans)]
    known += [Named(s.start, s.end, s.entity.names[0], s.entity.kind, s.entity) for s in own]
    taken = {n.name for n in known}
    persons = list(dict.fromkeys(p.name for p in language.people(text) if p.name not in taken))[:MOST_PERSONS]
    others = _persons(text, persons)
    found = tuple(sorted((*known, *others), key=lambda n: (n.start, -n.end)))
    return Names(found, tuple(n.start for n in found))


def known(text: str, topic: Topic) -> tuple[Named, ...]:
    """Return the topic's entities that *text* names."""
    return tuple(_entities(simplify(text), topic))


def _persons(text: str, persons: Sequence[str]) -> Iterable[Named]:
    if not persons:
        return ()
    return (Named(m.start(), m.end(), m[0], "person") for m in re.finditer(either(persons), text))


@lru_cache(maxsize=64)
def _spotter(topic: Topic) -> tuple[re.Pattern[str], dict[str, tuple[Entity | None, bool]]]:
    """Return the pattern of all names and decoys of *topic*, and what each stands for (None: a decoy)."""
    meaning: dict[str, tuple[Entity | None, bool]] = {}
    for entity in topic.entities:
        spoken: list[tuple[str, Entity | None, bool]] = [(name, entity, False) for name in entity.names]
        spoken += [(name, entity, True) for name in entity.short]
        spoken += [(name, None, False) for name in entity.decoys]
        for name, owner, short in spoken:
            meaning.setdefault(simplify(name).lower(), (owner, short))
    return re.compile("|".join(map(_edged, _longest(filter(None, meaning)))) or r"(?!)"), meaning


def _edged(name: str) -> str:
    # Each way begins with a letter and not with a look behind: then the places to try are found by one class.
    first, rest = re.escape(name[0]), re.escape(name[1:])
    return rf"{first}(?<![a-z]{first}){rest}(?![a-z])" if name.isascii() else first + rest


def _longest(found: Iterable[str]) -> list[str]:
    return sorted(found, key=lambda n: (-len(n), n))


def _entities(text: str, topic: Topic) -> Iterable[Named]:
    pattern, meaning = _spotter(topic)
    # Of all letters only this one grows when it is made small.
    for m in pattern.finditer(text.replace("İ", "I").lower()):
        entity, short = meaning[m[0]]
        if entity:
            yield Named(m.start(), m.end(), text[m.start() : m.end()], entity.kind, entity, short)


# --------------------------------------------------------------------------- from names to actors


def actors(
    text: str, named: Sequence[Named], firms: Sequence[Firm], acted_on: frozenset[int], language: Language
) -> tuple[Actor, ...]:
    """
    Return each one named once, persons with the office that stands before them.

    *acted_on* holds the beginnings of firms that something was done to: their role is ``object``.
    """
    found: dict[str, Actor] = {}
    for _, actor in sorted(_each(text, named, firms, acted_on, language), key=lambda pair: pair[0]):
        key = actor.entity or actor.name
        if key not in found or (actor.role and not found[key].role):
            found[key] = actor
    return tuple(found.values())


def _each(
    text: str, named: Sequence[Named], firms: Sequence[Firm], acted_on: frozenset[int], language: Language
) -> Iterable[tuple[int, Actor]]:
    for firm in firms:
        inside = next((n for n in named if n.entity and n.kind == "company" and _within(n, firm)), None)
        if inside and inside.entity:
            yield firm.start, Actor(inside.entity.id, _full_name(text, inside, firm, language))
        else:
            yield firm.start, Actor("", firm.name, "object" if firm.start in acted_on else "")
    for n in named:
        if not any(_within(n, f) for f in firms):
            role = language.office_before(text, n.start) if n.kind == "person" else ""
            yield n.start, Actor(n.entity.id if n.entity else "", n.name, role)


def _full_name(text: str, inside: Named, firm: Firm, language: Language) -> str:
    """Return a known firm's full name: from its own name, or the place right before it (北京…有限公司), to its ending."""
    seat = next((a for a, b, _ in language.places(text, firm.start, inside.start) if b == inside.start), inside.start)
    return text[seat : firm.end]


def _within(named: Named, firm: Firm) -> bool:
    return firm.start <= named.start and named.end <= firm.end
