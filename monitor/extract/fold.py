"""
One mention for each happening of an article.

The same happening told twice (the lead and 此次会谈中, the visit and the meeting on it) is kept once: told in
neighbouring sentences, as one mention whose quote spans them and which says what any of them says; told further
apart, as the telling that says most. A background event stays only if it shares somebody or something with the article's
direct events.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from monitor.extract.page import Prose
from monitor.model import Actor, Basis, Kind, Mention, Phase, Polarity, Precision, Relation, Topic, When

# A visit and the meeting held on it are one happening of one article.
ENCOUNTERS = frozenset({Kind.MEETING, Kind.VISIT})
# Kinds of which one article may well tell several at one time; their objects must not differ.
SEVERAL = frozenset({Kind.INVESTMENT, Kind.AGREEMENT, Kind.PERSONNEL, Kind.REGISTRATION, Kind.PRODUCT})

# Kinds of works: who spoke or cut the ribbon tells no two of them apart.
WORKS = frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING})
# Kinds of which it is told in a sentence of its own who was there: 甲、乙出席签约仪式。
ATTENDED = WORKS | {Kind.AGREEMENT}


def fold(found: Sequence[Mention], topic: Topic, prose: Prose) -> tuple[Mention, ...]:
    """Return *found* without repetitions and without unrelated background, in order of place."""
    places = frozenset(e.id for e in topic.entities if e.kind == "place")
    guests = places | {e.id for e in topic.entities if e.kind == "person"}
    kept: list[Mention] = []
    for mention in found:
        twin = next(
            (i for i, other in enumerate(kept) if same(mention, other, guests if other.kind in ATTENDED else places)),
            None,
        )
        if twin is None:
            kept.append(mention)
        else:
            kept[twin] = _one(kept[twin], mention, prose)
    kept = [m for i, m in enumerate(kept) if not _outlook(m, kept[:i])]
    anchors = _anchors(kept, topic, places)
    return tuple(m for m in sorted(kept, key=lambda m: m.start) if m.relation is Relation.DIRECT or _shares(m, anchors))


def _outlook(mention: Mention, before: Sequence[Mention]) -> bool:
    """
    Return whether *mention* is a plan without a date, behind what its article tells as done on a day: what comes of that,
    and no event to wait for (双方今日签约，将建设…); or what goes on instead of what was denied before it (建设按计划推进).
    """
    if mention.polarity is not Polarity.ASSERTED:
        return False
    if mention.phase is Phase.ONGOING and not dated(mention.when):
        return any(m.polarity is Polarity.DENIED for m in before)
    if mention.phase is not Phase.PLANNED:
        return False
    done = (m for m in before if m.phase is Phase.DONE and m.relation is Relation.DIRECT)
    return mention.when.precision is Precision.UNKNOWN and any(m.when.precision is Precision.DAY for m in done)


def _one(a: Mention, b: Mention, prose: Prose) -> Mention:
    """Return the one mention of two tellings of one happening, *a* told first."""
    start, end = min(a.start, b.start), max(a.end, b.end)
    if not (prose.next_to(a.end, b.start) and prose.reach(start, end)):
        return max(a, b, key=_says)
    best = max(a, b, key=lambda m: (m.relation is Relation.DIRECT, m.kind is not Kind.VISIT, *_says(m)))
    other = b if best is a else a
    return replace(
        best,
        start=start,
        end=end,
        when=max(best.when, other.when, key=_fineness),
        actors=_joined(a.actors, b.actors),
        places=tuple(dict.fromkeys((*a.places, *b.places))),
        figures=tuple({(f.value, f.unit, f.what): f for f in (*a.figures, *b.figures)}.values()),
        objects=tuple(dict.fromkeys((*a.objects, *b.objects))),
    )


def _joined(first: Sequence[Actor], second: Sequence[Actor]) -> tuple[Actor, ...]:
    """Return each actor once, with the role that one of them tells."""
    found: dict[str, Actor] = {}
    for actor in (*first, *second):
        known = found.setdefault(actor.entity or actor.name, actor)
        if actor.role and not known.role:
            found[actor.entity or actor.name] = actor
    return tuple(found.values())


def same(a: Mention, b: Mention, places: Collection[str]) -> bool:
    """Return whether two mentions of one article tell one happening; *places* are the ids of entities that tell none apart."""
    if a.kind is not b.kind and not {a.kind, b.kind} <= ENCOUNTERS:
        return False
    if a.polarity is not b.polarity or (a.phase is not b.phase and not _vague(a) and not _vague(b)):
        return False
    if _step(a) and _step(b) and _step(a) != _step(b):
        return False
    if a.kind in SEVERAL and a.objects and b.objects and not _alike(a, b):
        return False
    if a.kind in WORKS and a.when == b.when and dated(a.when) and not (a.objects and b.objects):
        return True  # who spoke and who cut the ribbon on that day
    return _meet(a.when, b.when) and _company(a, b, places)


def _step(mention: Mention) -> str:
    """Return the step of its kind that *mention* tells, or ""."""
    return next((rule for field, rule in mention.rules if field == "step"), "")


def _alike(a: Mention, b: Mention) -> bool:
    """Return whether they have an object in common; a paper or a firm also by its shorter name (合作协议, 战略合作框架协议)."""
    if a.kind in (Kind.AGREEMENT, Kind.REGISTRATION):
        return any(_shortens(x, y) or _shortens(y, x) for x in a.objects for y in b.objects)
    return bool(set(a.objects) & set(b.objects))


def _shortens(short: str, long: str) -> bool:
    rest = iter(long)
    return all(c in rest for c in short)


def _vague(mention: Mention) -> bool:
    """Return whether a mention has no date of its own and no plan: it goes on about something told before."""
    return not dated(mention.when) and mention.phase not in (Phase.PLANNED, Phase.CANCELLED)


def dated(when: When) -> bool:
    """Return whether a date is the happening's own and not the publication's."""
    return when.precision is not Precision.UNKNOWN and when.basis is not Basis.PUBLISHED


def _meet(a: When, b: When) -> bool:
    if not (dated(a) and dated(b)):
        return True
    return (a.earliest or date.min) <= (b.latest or date.max) and (b.earliest or date.min) <= (a.latest or date.max)


def _company(a: Mention, b: Mention, places: Collection[str]) -> bool:
    """Return whether somebody takes part in both, or one of them names nobody; a place takes part in everything."""
    ours, theirs = _who(a.actors, places), _who(b.actors, places)
    return not ours or not theirs or bool(ours & theirs)


def _who(found: Sequence[Actor], places: Collection[str]) -> set[str]:
    return {a.entity or a.name for a in found if a.entity not in places}


def _fineness(when: When) -> int:
    if not dated(when):
        return 0
    return {Precision.DAY: 3, Precision.RANGE: 2, Precision.MONTH: 2, Precision.WITHIN: 1}.get(when.precision, 0)


def _says(mention: Mention) -> tuple[bool, int, bool, int, int, int]:
    """Order mentions by what they say: the tie, the date's fineness, the meeting before the visit, what, who, how much."""
    return (
        mention.relation is Relation.DIRECT,
        _fineness(mention.when),
        mention.kind is not Kind.VISIT,
        bool(mention.objects) + bool(mention.places),
        len(mention.actors),
        len(mention.figures),
    )


def _anchors(kept: Sequence[Mention], topic: Topic, places: Collection[str]) -> set[str]:
    """
    Return who and what the direct events are about, else the topic's own entities. What a place did with others is
    no background: everything there would be.
    """
    direct = [m for m in kept if m.relation is Relation.DIRECT]
    told = {name for m in direct for name in (*_who(m.actors, places), *m.objects)}
    # What a fund of the firm does, the firm does; what a person of it does need not be the firm's.
    firms = {e.of for e in topic.entities if e.id in told and e.kind != "person" and e.of}
    return told | firms or {e.id for e in topic.entities if e.id not in places and e.of not in places}


def _shares(mention: Mention, anchors: set[str]) -> bool:
    return bool(anchors & {*_who(mention.actors, ()), *mention.objects})
