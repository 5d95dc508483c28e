"""
What the topics are called by: every name, short form, person and office of every topic in one automaton.

Two automata are made. The *gate* runs over raw titles, so it holds each name as it may be written
(simplified, traditional, in three cases, full-width); the *names* run over a reading that was simplified
and folded. Both give the same answer for every text that the gate lets through.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.match.scan import Words, fold
from monitor.model import Entity, Office, Topic
from monitor.normalize import simplify, traditional_forms

__all__ = ["Hit", "Name", "Names", "alternatives", "common", "side_of"]

_VARIANTS = 64  # spellings of one name in the gate; a longer product is cut to the name's last characters
_RUN = 60  # characters of running English in which a capital says that capitals are used
_LATIN_END = re.compile(r"[a-zA-Z][,;]? $")
_LATIN_START = re.compile(r" [a-zA-Z]")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True)
class Name:
    """
    One word that may stand for an entity; ``role`` is name, short, person, office or decoy, or self: a word by which the
    text speaks of whom it is from.
    """

    topic: int
    topic_id: str
    entity: Entity
    side: str
    role: str
    text: str
    offices: tuple[Office, ...] = ()
    contexts: tuple[str, ...] = ()  # of the entity, folded
    against: tuple[str, ...] = ()
    placed: bool = False  # the side that it stands for is a place
    proper: bool = False  # in Latin letters and with a capital: what is written without one is a common noun


@dataclass(frozen=True, slots=True)
class Hit:
    """An occurrence of a name in a folded reading."""

    start: int
    end: int
    name: Name


def alternatives(topic: Topic) -> tuple[frozenset[str], ...]:
    """Return the sets of sides that make a tie: ``together``, or else each entity that belongs to no other by itself."""
    if topic.together:
        return (frozenset(topic.together),)
    return tuple(frozenset({e.id}) for e in topic.entities if not e.of)


def common(written: str, hit: Hit) -> bool:
    """Return whether a proper name stands in small letters in running English: foreign intel, apple growers."""
    if not written[hit.start : hit.end].islower():
        return False
    left, right = written[max(0, hit.start - _RUN) : hit.start], written[hit.end : hit.end + _RUN]
    english = _LATIN_END.search(left) or _LATIN_START.match(right)
    return bool(english) and any("A" <= char <= "Z" for char in left + right)


def _proper(name: str) -> bool:
    return name.isascii() and name[:1].isupper()


def side_of(topic: Topic, entity: Entity) -> str:
    """Return the side that *entity* stands for by its chain of ``of``, or ""."""
    ends = frozenset().union(*alternatives(topic))
    seen: set[str] = set()
    here: Entity | None = entity
    while here and here.id not in seen:
        if here.id in ends:
            return here.id
        seen.add(here.id)
        here = topic.entity(here.of)
    return ""


class Names:
    """The words of many topics, found in one pass."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        by_word: dict[str, list[Name]] = {}
        for index, topic in enumerate(topics):
            for name in _names(index, topic):
                by_word.setdefault(name.text, []).append(name)
        self._firsts = {
            (n.topic, n.entity.id): n for names in reversed(by_word.values()) for n in names if n.role == "name"
        }
        self._words = Words(by_word)
        self._groups = [_grouped(by_word[word]) for word in self._words.words]
        self._called = {w: refs for w, refs in by_word.items() if any(name.role != "decoy" for name in refs)}
        spelled: dict[str, set[int]] = {}
        for spelling, refs in self.spelled():
            spelled.setdefault(spelling, set()).update(name.topic for name in refs)
        self.gate = Words(spelled)
        self._owners = [tuple(spelled[word]) for word in self.gate.words]
        self._weights = [len(owners) for owners in self._owners]

    def spelled(self) -> Iterator[tuple[str, Sequence[Name]]]:
        """Yield each word that calls somebody, as it may be written, with whom it calls."""
        for word, refs in self._called.items():
            yield from ((spelling, refs) for spelling in _spellings(word))

    def find(self, folded: str, topics: Container[int], limit: int) -> Iterator[tuple[list[int], list[Hit]]]:
        """Yield the hits of *topics* in a folded reading in order, at most *limit* of each, with those that share them."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for i, start, end in self._words.find(folded):
            if len(some := spans.setdefault(i, [])) < limit:
                some.append((start, end))
        held: dict[int, list[tuple[int, int]]] = {}  # by topic: its groups of the words that stand there
        for i in spans:
            for n, (_, owners) in enumerate(self._groups[i]):
                for topic in owners:
                    if topic in topics:
                        held.setdefault(topic, []).append((i, n))
        sharing: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for topic, groups in held.items():
            sharing.setdefault(tuple(groups), []).append(topic)
        for shared, owners in sharing.items():
            places = sorted([(end, start, i, n) for i, n in shared for start, end in spans[i]])
            hits = [Hit(start, end, name) for end, start, i, n in places for name in self._groups[i][n][0]]
            yield owners, hits[:limit]

    def first(self, topic: int, entity: Entity) -> Name:
        """Return the first name of a firm or a place of the *topic* with that number."""
        return self._firsts[topic, entity.id]

    def cost(self, raw: str) -> int:
        """Return how many names there are to weigh in a raw text: one that many topics share counts for each."""
        return sum([self._weights[i] for i in self.gate.matches(raw)])

    def owners(self, raw: str) -> set[int]:
        """Return the topics that something in a raw text may name."""
        return {topic for i in set(self.gate.matches(raw, overlapping=True)) for topic in self._owners[i]}


def _grouped(names: Sequence[Name]) -> list[tuple[Sequence[Name], list[int]]]:
    """Return the topics that one word calls, those together to which it means alike, and what it means to the first."""
    by_topic: dict[int, list[Name]] = {}
    for name in names:
        by_topic.setdefault(name.topic, []).append(name)
    alike: dict[tuple[object, ...], tuple[Sequence[Name], list[int]]] = {}
    for topic, mine in by_topic.items():
        alike.setdefault(tuple(map(_alike, mine)), (mine, []))[1].append(topic)
    return list(alike.values())


def _alike(name: Name) -> object:
    """Return all of *name* that judging looks at, but for whose it is."""
    entity = name.entity.id, name.entity.kind, bool(name.entity.of)
    return *entity, name.side, name.role, name.text, name.offices, name.contexts, name.against, name.placed, name.proper


def _names(index: int, topic: Topic) -> Iterable[Name]:
    for entity in topic.entities:
        side = side_of(topic, entity)
        owner = topic.entity(side)
        placed = owner is not None and owner.kind == "place"
        words = _folded(entity.contexts), _folded(entity.against)
        role = {"person": "person", "office": "office"}.get(entity.kind, "name")
        held = entity.offices if role == "person" else ()  # an office is its place's at all times
        groups = [(role, entity.names, held), ("short", entity.short, held), ("decoy", entity.decoys, ())]
        groups += _holders(topic, entity) if role != "person" else []
        for kind, texts, offices in groups:
            for text in texts:
                if word := fold(simplify(text)).strip():
                    yield Name(index, topic.id, entity, side, kind, word, offices, *words, placed, _proper(text))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(simplify(word)) for word in words)


def _holders(topic: Topic, entity: Entity) -> list[tuple[str, tuple[str, ...], tuple[Office, ...]]]:
    """Return the people who hold an office of *entity*: each is known by name or by the id of a person."""
    people: dict[str, list[Office]] = {}
    for office in entity.offices:
        people.setdefault(office.person, []).append(office)
    known = {person: topic.entity(person) for person in people}
    return [
        ("person", (e.names if (e := known[person]) else (person,)), tuple(held)) for person, held in people.items()
    ]


def _spellings(word: str) -> set[str]:
    if word.isascii():
        forms = {word, word.upper(), word.title(), word.capitalize()}
        return forms | {form.translate(_FULL_WIDTH) for form in forms}
    variants = [_variants(char) for char in word]
    while _product(variants) > _VARIANTS:
        variants = variants[1:]
    return {"".join(chars) for chars in itertools.product(*variants)}


def _product(variants: list[tuple[str, ...]]) -> int:
    total = 1
    for chars in variants:
        total *= len(chars)
    return total


def _variants(char: str) -> tuple[str, ...]:
    if char.isascii() and char.isalpha():
        return char, char.upper()
    return (char, *traditional_forms(char))
