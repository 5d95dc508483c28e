"""
Whether a passage and an event are one happening.

Kind, date, actors, places and figures must agree; likeness of words is never asked, because the reports of
one signing read less alike than this week's signing and last week's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import IntEnum

from monitor.model import Basis, Figure, KnownEvent, Mention, Precision, Relation, SeedEvent, Topic, When
from monitor.resolve.keys import family, particular

# How far after a happening a report without a date of its own may still mean it, and how far apart two such
# reports may be. News is told within days; a week takes in the weekly papers.
DATELESS_DAYS = 7

# Two reports that both name a day may differ by this much and still mean one happening, if they agree on
# everybody particular: the announcement of the next day is the usual slip.
SLIP_DAYS = 1

# 19.8亿 and 20亿 are one figure, told with another care; 10亿 and 20亿 are not.
FIGURE_TOLERANCE = 0.02


class Nearness(IntEnum):
    """How two dates stand to each other, the closer the higher."""

    APART = 0
    UNKNOWN = 1
    OVERLAP = 2
    SLIP = 3
    EQUAL = 4


def agreement(mention: Mention | SeedEvent, known: KnownEvent, topic: Topic) -> float | None:
    """Return how well *mention* (or a seed, likewise) fits *known* (higher is better), or None where they are two happenings."""
    event = known.event
    if family(mention.kind) != family(event.kind) or _conflict(mention, known):
        return None
    near = nearness(mention.when, event.when)
    ours, theirs = particular(mention, topic), _particular(known, topic)
    shared = _shared(ours, theirs)
    if not _enough(near, shared, ours, theirs, mention, known):
        return None
    return near * 10 + min(shared, 5) * 2 + (mention.kind is event.kind)


def succeeds(mention: Mention, known: KnownEvent, topic: Topic) -> bool:
    """
    Return whether *mention*, from the newer version of an article, is what an event that rested on the older
    one has become: an editor corrects one thing at a time, so date, figure or people may differ, not all.
    """
    event = known.event
    if family(mention.kind) != family(event.kind) or _places_differ(mention.places, event.places):
        return False
    return (
        nearness(mention.when, event.when) >= Nearness.OVERLAP
        or any(_figures_agree(f, g) for f in mention.figures for g in event.figures)
        or _shared(particular(mention, topic), particular(event, topic)) > 0
    )


def nearness(a: When, b: When) -> Nearness:
    """Compare two dates by what they leave open."""
    if Precision.UNKNOWN in (a.precision, b.precision):
        return Nearness.UNKNOWN
    if a.precision is b.precision is Precision.DAY and a.earliest and b.earliest:
        gap = abs((a.earliest - b.earliest).days)
        return Nearness.EQUAL if gap == 0 else Nearness.SLIP if gap <= SLIP_DAYS else Nearness.APART
    if Basis.PUBLISHED in (a.basis, b.basis):
        return _told_about(a, b)
    return Nearness.OVERLAP if _overlap(a, b) else Nearness.APART


def _told_about(a: When, b: When) -> Nearness:
    """
    Compare where one has only its publication.

    A report is told within days after the happening; of something planned the publication is the other bound:
    it was announced before it happens.
    """
    if a.basis is not Basis.PUBLISHED:
        a, b = b, a
    told, happened = a.latest or a.earliest, b.latest or b.earliest
    if told is None or happened is None:
        return Nearness.UNKNOWN
    if b.basis is Basis.PUBLISHED:
        return Nearness.OVERLAP if abs((told - happened).days) <= DATELESS_DAYS else Nearness.APART
    if a.latest is None:
        return Nearness.OVERLAP if told <= happened else Nearness.APART
    began = b.earliest or happened
    return Nearness.OVERLAP if began <= told and (told - happened).days <= DATELESS_DAYS else Nearness.APART


def _overlap(a: When, b: When) -> bool:
    return (a.earliest or date.min) <= (b.latest or date.max) and (b.earliest or date.min) <= (a.latest or date.max)


def _enough(
    near: Nearness,
    shared: int,
    ours: Collection[str],
    theirs: Collection[str],
    mention: Mention | SeedEvent,
    known: KnownEvent,
) -> bool:
    """Return whether the agreement on who and what suffices for how well the dates agree."""
    tied = mention.relation is Relation.DIRECT and known.event.relation is Relation.DIRECT
    silent = not ours or not theirs  # one of them names nobody but the topic's own entities
    match near:
        case Nearness.APART:
            return False
        case Nearness.EQUAL:
            return shared > 0 or (silent and tied)
        case Nearness.SLIP:
            return shared >= 2
        case Nearness.OVERLAP if Basis.PUBLISHED in (mention.when.basis, known.event.when.basis):
            return shared > 0 or (silent and tied and mention.kind is known.event.kind)
        case Nearness.OVERLAP:
            return shared > 0
        case _:
            return shared >= 2 or (shared == 1 and mention.kind is known.event.kind and len(theirs) == 1)


def _particular(known: KnownEvent, topic: Topic) -> frozenset[str]:
    told = [particular(p.mention, topic) for p in known.mentions]
    seeded = [particular(known.seed, topic)] if known.seed else []
    return frozenset().union(*told, *seeded)


def _shared(ours: Collection[str], theirs: Collection[str]) -> int:
    return sum(any(_same_name(a, b) for b in theirs) for a in ours)


def _same_name(a: str, b: str) -> bool:
    """Return whether two names mean one: equal, or a firm's short form inside its long one."""
    short, long = sorted((a, b), key=len)
    return short == long or (len(short) >= 3 and short in long)


def _conflict(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    return _places_differ(mention.places, known.event.places) or any(
        _figures_differ(f, g) and not any(_figures_agree(f, h) for h in known.event.figures)
        for f in mention.figures
        for g in known.event.figures
    )


def _places_differ(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Return whether both name places and none lies in another (a city, its district)."""
    return bool(ours) and bool(theirs) and not any(a in b or b in a for a in ours for b in theirs)


def _figures_differ(a: Figure, b: Figure) -> bool:
    return a.unit == b.unit and a.what == b.what and not _figures_agree(a, b)


def _figures_agree(a: Figure, b: Figure) -> bool:
    largest = max(abs(a.value), abs(b.value))
    return a.unit == b.unit and abs(a.value - b.value) <= largest * FIGURE_TOLERANCE
