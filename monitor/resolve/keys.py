"""
What a happening is filed under and looked for by.

A candidate shares a family of kinds and either a day (a month that is named, a plan still open) or a piece of the
name of somebody particular. That is all that ``same`` can ever join: where a date is vaguer than that, it asks for a
name in common. Words only propose; the more keys two tellings share, the sooner they are compared. The entities that
the topic ties together are in everything and therefore tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from importlib import resources

from monitor.model import Actor, Basis, Event, Kind, Mention, Polarity, Precision, SeedEvent, Status, Topic, When

# Kinds that two careful reporters may choose for one happening; a kind not named stands alone. A signing
# with money in it is an agreement to one paper and an investment to the next; ground is broken for a plant
# whose construction the next paper reports.
FAMILIES: tuple[frozenset[Kind], ...] = (
    frozenset({Kind.MEETING, Kind.VISIT}),
    frozenset({Kind.AGREEMENT, Kind.INVESTMENT}),
    frozenset({Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING}),
    frozenset({Kind.PERSONNEL, Kind.RECRUITMENT}),
)

# How far after a happening a report without a date of its own may still mean it, and how far apart two such
# reports may be. News is told within days; a week takes in the weekly papers.
DATELESS_DAYS = 7

# Two reports that both name a day may differ by this much and still mean one happening, if they agree on
# everybody particular: the announcement of the next day is the usual slip.
SLIP_DAYS = 1

# A span no wider than this, or a month that is named, may be filled by the tie alone; "lately" may not, and a year
# holds many meetings of the same parties.
NARROW_DAYS = 10

# How long after its announcement a plan without a date is looked for by the days on which it may have happened;
# later it takes a name in common.
AWAITED_DAYS = 60


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
    claims = {f"claim|{key}" for key in _days(told.when, 0, 0)} if is_claim(told) else set()
    return frozenset({f"{group}|{key}" for key in (*_named(told, topic), *_filed(told.when))} | claims)


def is_claim(told: Mention | SeedEvent | Event) -> bool:
    """Return whether this is rumoured or denied, as told or as things stand."""
    if isinstance(told, Mention):
        return told.polarity is not Polarity.ASSERTED
    return isinstance(told, Event) and told.status in (Status.DENIED, Status.DISPUTED)


def asked(told: Mention | SeedEvent, topic: Topic) -> frozenset[str]:
    """Return the keys to look for: those it would be filed under, and the ones around its date."""
    group = family(told.kind)
    around = {f"{group}|{key}" for key in (*_named(told, topic), *_looked(told.when))}
    claims = {f"claim|{key}" for key in _days(told.when, -DATELESS_DAYS, DATELESS_DAYS)} if is_claim(told) else set()
    return carried(told, topic) | around | claims


def _is_common(actor: Actor, topic: Topic) -> bool:
    """Return whether *actor* is one of the tied entities, or a unit of one: a fund of the firm is the firm."""
    entity = topic.entity(actor.entity) if actor.entity else None
    tied = entity is not None and entity.kind != "person" and entity.of in topic.together
    return actor.entity in topic.together or tied


def _name(actor: Actor, topic: Topic) -> str:
    """Return one spelling for an actor: the first name of the topic's entity, else the name as told."""
    entity = topic.entity(actor.entity) if actor.entity else None
    return entity.names[0] if entity and entity.names else actor.name


# --------------------------------------------------------------------------- who


def _named(told: Mention | SeedEvent | Event, topic: Topic) -> Iterator[str]:
    """Yield a key for each name and thing, and for the pieces of each name: one paper's short form is in another's long one."""
    things = frozenset(getattr(told, "objects", ()))
    for name in particular(told, topic):
        yield f"p:{name}"
        if name not in things:
            yield from (f"g:{piece}" for piece in _pieces(name))


def _pieces(name: str) -> Iterable[str]:
    if name.isascii():
        found = set(name.lower().split())
    else:
        found = {name[i : i + 2] for i in range(len(name) - 1)} if len(name) > 2 else set()
    return sorted(found - _common_pieces())


@lru_cache(maxsize=1)
def _common_pieces() -> frozenset[str]:
    lines = resources.files("monitor.resolve").joinpath("data/common_pieces.txt").read_text("utf-8").splitlines()
    return frozenset(piece for line in lines if not line.startswith("#") for piece in line.split())


# --------------------------------------------------------------------------- when


def is_narrow(when: When) -> bool:
    """Return whether *when* is bounded by days, or names a month."""
    short = bool(when.earliest and when.latest and (when.latest - when.earliest).days <= NARROW_DAYS)
    return short or when.precision is Precision.MONTH


def _filed(when: When) -> Iterator[str]:
    """Yield the times that something of this date is filed under: what is vaguer than a month takes a name."""
    first, last = when.earliest, when.latest
    if when.precision is Precision.MONTH and first:
        yield _month(first)
    elif is_narrow(when) or (when.basis is Basis.PUBLISHED and last):
        yield from _days(when, 0, 0)
    elif first and last is None:
        yield f"o:{first.year}"


def _looked(when: When) -> Iterator[str]:
    """Yield the times under which what may be the same could be filed."""
    first, last = when.earliest, when.latest
    day = last or first
    if day is None:
        return
    yield from {_month(d) for d in (first, last) if d}
    yield from (f"o:{day.year - back}" for back in (0, 1))
    if last is None:
        yield from _days(when, 0, AWAITED_DAYS)
    elif when.basis is Basis.PUBLISHED or is_narrow(when):
        yield from _days(when, -DATELESS_DAYS if when.basis is Basis.PUBLISHED else -SLIP_DAYS, DATELESS_DAYS)


def _days(when: When, before: int, after: int) -> Iterator[str]:
    """Yield the days of a date that is bounded by days, or else its one bound, with those around."""
    last = when.latest or when.earliest
    first = (when.earliest if is_narrow(when) else None) or last
    if first and last:
        days = range(first.toordinal() + before, last.toordinal() + after + 1)
        yield from (f"d:{date.fromordinal(n)}" for n in days if 0 < n <= date.max.toordinal())


def _month(day: date) -> str:
    return f"m:{day.year:04d}-{day.month:02d}"
