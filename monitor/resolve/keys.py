"""
What a happening is filed under and looked for by.

A candidate must share a family of kinds and either a month, or a coarse year, or somebody particular. The
entities that the topic ties together are in everything and therefore tell nothing.
"""

from __future__ import annotations

from datetime import date

from monitor.model import Actor, Event, Kind, Mention, Polarity, Precision, SeedEvent, Status, Topic, When

# Kinds that two careful reporters may choose for one happening; a kind not named stands alone. A signing
# with money in it is an agreement to one paper and an investment to the next; ground is broken for a plant
# whose construction the next paper reports.
FAMILIES: tuple[frozenset[Kind], ...] = (
    frozenset({Kind.MEETING, Kind.VISIT}),
    frozenset({Kind.AGREEMENT, Kind.INVESTMENT}),
    frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING}),
    frozenset({Kind.PERSONNEL, Kind.RECRUITMENT}),
)

COARSE = frozenset({Precision.QUARTER, Precision.HALF, Precision.YEAR, Precision.RANGE, Precision.WITHIN})
"""Precisions that can span months: filed and looked for by year as well."""


def family(kind: Kind) -> str:
    """Return the name of the family that *kind* belongs to."""
    return next((min(f).value for f in FAMILIES if kind in f), kind.value)


def particular(told: Mention | SeedEvent | Event, topic: Topic) -> frozenset[str]:
    """Return who and what tells this happening from others: actors outside the topic's tie, and objects."""
    names = (_name(a, topic) for a in told.actors if not _is_common(a, topic))
    return frozenset(n for n in (*names, *getattr(told, "objects", ())) if n)


def carried(told: Mention | SeedEvent | Event, topic: Topic) -> frozenset[str]:
    """Return the keys under which a happening is filed."""
    group = family(told.kind)
    who = {f"{group}|p:{name}" for name in particular(told, topic)}
    claims = {f"claim|{key}" for key in _times(told.when)} if is_claim(told) else set()
    return frozenset(who | claims | {f"{group}|{key}" for key in _times(told.when)})


def is_claim(told: Mention | SeedEvent | Event) -> bool:
    """Return whether this is rumoured or denied, as told or as things stand."""
    if isinstance(told, Mention):
        return told.polarity is not Polarity.ASSERTED
    return isinstance(told, Event) and told.status in (Status.DENIED, Status.DISPUTED)


def asked(told: Mention | SeedEvent, topic: Topic) -> frozenset[str]:
    """Return the keys to look for: those it would be filed under, and the ones around its date."""
    group = family(told.kind)
    days = [d for d in (told.when.earliest, told.when.latest) if d is not None]
    around = {f"{group}|m:{_month(d, step)}" for d in days for step in (-1, 0, 1)}
    years = {f"{group}|y:{d.year}" for d in days}
    claims = {f"claim|m:{_month(d, step)}" for d in days for step in (-1, 0, 1)} if is_claim(told) else set()
    return carried(told, topic) | around | years | claims


def _is_common(actor: Actor, topic: Topic) -> bool:
    """Return whether *actor* is one of the tied entities, or a unit of one: a fund of the firm is the firm."""
    entity = topic.entity(actor.entity) if actor.entity else None
    tied = entity is not None and entity.kind != "person" and entity.of in topic.together
    return actor.entity in topic.together or tied


def _name(actor: Actor, topic: Topic) -> str:
    """Return one spelling for an actor: the first name of the topic's entity, else the name as told."""
    entity = topic.entity(actor.entity) if actor.entity else None
    return entity.names[0] if entity and entity.names else actor.name


def _times(when: When) -> set[str]:
    days = [d for d in (when.earliest, when.latest) if d is not None]
    if not days:
        return {"t:unknown"}
    months = {f"m:{_month(d, 0)}" for d in days}
    return months | {f"y:{d.year}" for d in days} if when.precision in COARSE else months


def _month(day: date, step: int) -> str:
    count = day.year * 12 + day.month - 1 + step
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
