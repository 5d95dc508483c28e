"""Who and what a telling names, and whether the names of two mean one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from monitor.model import Kind, KnownEvent, Mention, SeedEvent, Topic
from monitor.resolve.amends import HEADLINE
from monitor.resolve.keys import particulars

Same = Callable[[str, str], bool]

# Half of the characters of the shorter one: 合作协议 and 战略合作框架协议 are one thing, 供货协议 is another.
OBJECT_LIKENESS = 0.75


FIRM = "公司"
_PAPER = re.compile(r"(?<=..)(?:协议书?|合同书?|备忘录|书)$")
_STEM = re.compile(r"(?:有限责任|股份有限|有限)?公司$")


class Fit(IntEnum):
    """How two tellings of one aspect stand to each other."""

    CONFLICT = 0
    SILENT = 1
    SHARED = 2


@dataclass(frozen=True, slots=True)
class Sides:
    """Who and what a telling names: outside the tie, units of the tied, the tied themselves, things, places."""

    who: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    tied: frozenset[str] = frozenset()
    what: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


class Seen:
    """What the tellings and events of one decision name, each looked at once however often it is compared."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        # By identity: they never change, and are too large to be looked up by what they say. Held, so that none is
        # taken for another that comes to lie where it lay.
        self._seen: dict[int, tuple[Mention | SeedEvent | KnownEvent, Sides]] = {}

    def sides(self, told: Mention | SeedEvent) -> Sides:
        """Return who and what *told* names."""
        found = self._seen.get(id(told))
        if found is None:
            self._seen[id(told)] = found = (told, _sides([told], told.places, self.topic))
        return found[1]

    def sides_of(self, known: KnownEvent) -> Sides:
        """Return who and what the tellings of *known* name together."""
        found = self._seen.get(id(known))
        if found is None:
            told: list[Mention | SeedEvent] = [p.mention for p in known.mentions]
            told += [known.seed] if known.seed else []
            self._seen[id(known)] = found = (known, _sides(told, known.event.places, self.topic))
        return found[1]


def compared(a: KnownEvent, b: KnownEvent, seen: Seen) -> tuple[Fit, Fit, int]:
    """Return how two events stand to each other in who took part and in what it was done to, and how much they share."""
    ours, theirs = seen.sides_of(a), seen.sides_of(b)
    who = Fit.SHARED if ours.units & theirs.units else fit(ours.who, theirs.who, same_name)
    return who, fit(ours.what, theirs.what, same_thing), shared(ours, theirs)


def _sides(told: Sequence[Mention | SeedEvent], places: Iterable[str], topic: Topic) -> Sides:
    # A crowd tells the same over and over: what is told twice is looked at once.
    said = {(t.actors, _things(t)) for t in told}
    who = {n for actors, objects in said for n in particulars(actors, topic) if n not in objects}
    ids = {a.entity for actors, _ in said for a in actors if a.entity}
    units = frozenset(i for i in ids if _is_unit(i, topic))
    tied = frozenset(ids & set(topic.together)) | frozenset(e.of for i in units if (e := topic.entity(i)))
    what = frozenset(o for _, objects in said for o in objects)
    return Sides(frozenset(who), units, tied, what, frozenset(places).union(*(t.places for t in told)))


def _things(told: Mention | SeedEvent) -> tuple[str, ...]:
    """Return to what it was done; the headline that a correction quotes is no such thing."""
    objects = getattr(told, "objects", ())
    return tuple(o for o in objects if len(o) < HEADLINE) if told.kind is Kind.CORRECTION else objects


def _is_unit(id: str, topic: Topic) -> bool:
    entity = topic.entity(id)
    return entity is not None and entity.kind != "person" and entity.of in topic.together


def same_name(a: str, b: str) -> bool:
    """Return whether two names mean one: equal, or a firm's short form inside its long one."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return short == long or (len(short) >= 3 and short in long)


def same_thing(a: str, b: str) -> bool:
    """Return whether two words for a thing mean one; words of two scripts cannot be compared."""
    if a.isascii() != b.isascii():
        return False
    if a.endswith(FIRM) and b.endswith(FIRM):
        return _same_firm(a, b)
    # 收购意向书 and 意向协议: what a paper is called says less than what it is about.
    short, long = sorted((_PAPER.sub("", a) or a, _PAPER.sub("", b) or b), key=len)
    return short in long or sum(c in long for c in short) >= OBJECT_LIKENESS * len(short)


def _same_firm(a: str, b: str) -> bool:
    """Return whether two registered names mean one firm: what is left of them without what both begin with is alike."""
    short, long = sorted((_STEM.sub("", a), _STEM.sub("", b)), key=len)
    both = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return short in long or sum(c in long[both:] for c in short[both:]) >= OBJECT_LIKENESS * (len(short) - both)


def fit(ours: Collection[str], theirs: Collection[str], same: Same) -> Fit:
    """Compare what two tellings name, where *same* says which names mean one."""
    if not ours or not theirs:
        return Fit.SILENT
    return Fit.SHARED if count(ours, theirs, same) else Fit.CONFLICT


def count(ours: Collection[str], theirs: Collection[str], same: Same) -> int:
    """Return how many of *ours* are among *theirs*."""
    return sum(any(same(a, b) for b in theirs) for a in ours)


def shared(ours: Sides, theirs: Sides) -> int:
    """Return how much two tellings share, as a score."""
    found = count(ours.who, theirs.who, same_name) + count(ours.what, theirs.what, same_thing)
    return 2 * min(found, 5)


def same_place(a: str, b: str) -> bool:
    """Return whether one place lies in the other, by their names."""
    return a in b or b in a
