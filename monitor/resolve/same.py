"""
Whether a passage and an event are one happening.

Kind, date, who, what, where and how much must agree; likeness of words is never asked, because the reports of
one signing read less alike than this week's signing and last week's. What one side leaves out says nothing;
what both sides tell must fit. The better the dates agree, the less of the rest must be told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import reduce

from monitor.model import (
    Basis,
    Figure,
    Kind,
    KnownEvent,
    Mention,
    Polarity,
    Precision,
    Relation,
    SeedEvent,
    Status,
    Topic,
    When,
)
from monitor.resolve.keys import DATELESS_DAYS, SLIP_DAYS, family, is_narrow, particular

Same = Callable[[str, str], bool]

# 19.8亿 and 20亿 are one figure, told with another care; 10亿 and 20亿 are not.
FIGURE_TOLERANCE = 0.02

# Half of the characters of the shorter one: 合作协议 and 战略合作框架协议 are one thing, 供货协议 is another.
OBJECT_LIKENESS = 0.75

# Kinds of which the same parties may do several at one time: another object is another happening.
SEVERAL = frozenset({Kind.AGREEMENT, Kind.INVESTMENT, Kind.PERSONNEL, Kind.RECRUITMENT, Kind.PRODUCT})

# Kinds that are known by the thing itself: one firm is founded once, whatever capital a paper gives it.
ONCE = frozenset({Kind.REGISTRATION, Kind.LAND, Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING})


class Nearness(IntEnum):
    """How two dates stand to each other, the closer the higher."""

    APART = 0
    UNKNOWN = 1
    OVERLAP = 2
    SLIP = 3
    EQUAL = 4


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

    def with_(self, other: Sides) -> Sides:
        """Return what both name together."""
        return Sides(
            self.who | other.who,
            self.units | other.units,
            self.tied | other.tied,
            self.what | other.what,
            self.places | other.places,
        )


def agreement(mention: Mention | SeedEvent, known: KnownEvent, topic: Topic) -> float | None:
    """Return how well *mention* (or a seed, likewise) fits *known* (higher is better), or None where they are two happenings."""
    event = known.event
    if not _kinds_fit(mention, known):
        return None
    ours, theirs = sides(mention, topic), _sides_of(known, topic)
    near = _nearness(mention, known)
    who = max(_company(ours.who, theirs.who, near), Fit.SHARED if ours.units & theirs.units else Fit.CONFLICT)
    what = _fit(ours.what, theirs.what, same_thing)
    if _contradicts(mention, known, near, who, what) or _places_differ(ours.places, theirs.places):
        return None
    if not _enough(near, who, what, mention, known, ours, theirs):
        return None
    figures = sum(any(figures_agree(f, g) for g in event.figures) for f in mention.figures)
    shared = _count(ours.who, theirs.who, same_name) + _count(ours.what, theirs.what, same_thing)
    return near * 10 + min(shared, 5) * 2 + min(figures, 2) * 3 + (mention.kind is event.kind)


def sides(told: Mention | SeedEvent, topic: Topic) -> Sides:
    """Return who and what *told* names."""
    ids = {a.entity for a in told.actors if a.entity}
    units = frozenset(i for i in ids if _is_unit(i, topic))
    tied = frozenset(ids & set(topic.together)) | frozenset(e.of for i in units if (e := topic.entity(i)))
    return Sides(
        particular(told, topic) - set(told.objects), units, tied, frozenset(told.objects), frozenset(told.places)
    )


def succeeds(mention: Mention, known: KnownEvent, topic: Topic) -> bool:
    """
    Return whether *mention*, from the newer version of an article, is what an event that rested on the older one
    has become: an editor corrects one thing, so the date, the figure or the people may differ, but not all.
    """
    event = known.event
    if family(mention.kind) != family(event.kind) or _places_differ(mention.places, event.places):
        return False
    return (
        nearness(mention.when, event.when) >= Nearness.OVERLAP
        or any(figures_agree(f, g) for f in mention.figures for g in event.figures)
        or _count(particular(mention, topic), particular(event, topic), same_name) > 0
    )


def is_vague(mention: Mention | SeedEvent, score: float) -> bool:
    """Return whether a fit of *score* rests on a date so weak that a second event that fits as well forbids it."""
    return score < Nearness.SLIP * 10 and mention.when.basis is not Basis.PUBLISHED


# --------------------------------------------------------------------------- dates


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


def _nearness(mention: Mention | SeedEvent, known: KnownEvent) -> Nearness:
    """Compare the dates of two tellings; a claim has the days on which it is told and denied, not one of its own."""
    near = nearness(mention.when, known.event.when)
    if near is Nearness.APART and _is_claim(mention) and _is_doubtful(known) and _within_days(mention.when, known):
        return Nearness.OVERLAP
    return near


def _within_days(when: When, known: KnownEvent) -> bool:
    day = when.latest or when.earliest
    others = [d for p in known.mentions for d in (p.mention.when.earliest, p.mention.when.latest) if d]
    return day is not None and any(abs((day - other).days) <= DATELESS_DAYS for other in others)


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


# --------------------------------------------------------------------------- kinds and claims


def _kinds_fit(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether the kinds are of one family; a bare denial fits whatever claim was told in the same days."""
    if family(mention.kind) == family(known.event.kind):
        return True
    bare = Kind.DENIAL in (mention.kind, known.event.kind)
    return bare and _is_claim(mention) and _is_doubtful(known)


def _is_claim(told: Mention | SeedEvent) -> bool:
    return isinstance(told, Mention) and told.polarity is not Polarity.ASSERTED


def _is_doubtful(known: KnownEvent) -> bool:
    return known.event.status in (Status.DENIED, Status.DISPUTED) or any(_is_claim(p.mention) for p in known.mentions)


# --------------------------------------------------------------------------- who, what, where, how much


def _enough(
    near: Nearness, who: Fit, what: Fit, mention: Mention | SeedEvent, known: KnownEvent, ours: Sides, theirs: Sides
) -> bool:
    """Return whether the agreement on who and what suffices for how well the dates agree."""
    event = known.event
    alike = mention.kind is event.kind or _is_claim(mention)
    named = Fit.SHARED in (who, what)
    tied = _tied(mention, known, ours, theirs)
    match near:
        case Nearness.APART:
            return False
        case Nearness.EQUAL:
            return named or tied
        case Nearness.SLIP:
            return _count(ours.who, theirs.who, same_name) >= 2 or (who is Fit.SHARED and what is Fit.SHARED)
        case Nearness.OVERLAP if _tells_days(mention, known):
            return named or (tied and alike)
        case Nearness.OVERLAP:
            return named
        case _:
            return who is Fit.SHARED and tied and mention.kind is event.kind


def _tells_days(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether both dates are bounded closely: by days, a month that is named, or a publication."""
    return all(w.basis is Basis.PUBLISHED or is_narrow(w) for w in (mention.when, known.event.when))


def _tied(mention: Mention | SeedEvent, known: KnownEvent, ours: Sides, theirs: Sides) -> bool:
    """Return whether both tell of the topic's own tie: by their relation, or by naming the same party and place."""
    direct = mention.relation is Relation.DIRECT and known.event.relation is Relation.DIRECT
    placed = any(_same_place(a, b) for a in ours.places for b in theirs.places)
    return direct or bool(ours.tied & theirs.tied and (placed or _is_claim(mention)))


def _contradicts(mention: Mention | SeedEvent, known: KnownEvent, near: Nearness, who: Fit, what: Fit) -> bool:
    """Return whether what both tell forbids that they are one."""
    if who is Fit.CONFLICT and what is not Fit.SHARED:
        return True
    if what is Fit.CONFLICT and (who is not Fit.SHARED or mention.kind in SEVERAL) and not _is_claim(mention):
        return True
    itself = mention.kind in ONCE and Fit.SHARED in (who, what) and near is Nearness.EQUAL
    return not itself and _figures_conflict(mention.figures, known.event.figures)


def _figures_conflict(ours: Collection[Figure], theirs: Collection[Figure]) -> bool:
    return any(
        f.unit == g.unit
        and (f.what == g.what or not f.what or not g.what)
        and not any(figures_agree(f, h) for h in theirs)
        for f in ours
        for g in theirs
    )


def figures_agree(a: Figure, b: Figure) -> bool:
    """Return whether two figures are one, told with another care."""
    largest = max(abs(a.value), abs(b.value))
    return a.unit == b.unit and abs(a.value - b.value) <= largest * FIGURE_TOLERANCE


def _places_differ(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Return whether both name places and none lies in another (a city, its district)."""
    return bool(ours) and bool(theirs) and not any(_same_place(a, b) for a in ours for b in theirs)


def _same_place(a: str, b: str) -> bool:
    return a in b or b in a


def same_name(a: str, b: str) -> bool:
    """Return whether two names mean one: equal, or a firm's short form inside its long one."""
    short, long = sorted((a, b), key=len)
    return short == long or (len(short) >= 3 and short in long)


def same_thing(a: str, b: str) -> bool:
    """Return whether two words for a thing mean one; words of two scripts cannot be compared and may."""
    if a.isascii() != b.isascii():
        return True
    short, long = sorted((a, b), key=len)
    return short in long or sum(c in long for c in short) >= OBJECT_LIKENESS * len(short)


def _company(ours: Collection[str], theirs: Collection[str], near: Nearness) -> Fit:
    """Compare who took part; where the dates agree only weakly, one company must lie within the other."""
    found = _fit(ours, theirs, same_name)
    within = len(ours) == _count(ours, theirs, same_name) or len(theirs) == _count(theirs, ours, same_name)
    return found if near >= Nearness.SLIP or found is not Fit.SHARED or within else Fit.CONFLICT


def _fit(ours: Collection[str], theirs: Collection[str], same: Same) -> Fit:
    if not ours or not theirs:
        return Fit.SILENT
    return Fit.SHARED if _count(ours, theirs, same) else Fit.CONFLICT


def _count(ours: Collection[str], theirs: Collection[str], same: Same) -> int:
    return sum(any(same(a, b) for b in theirs) for a in ours)


def _is_unit(id: str, topic: Topic) -> bool:
    entity = topic.entity(id)
    return entity is not None and entity.kind != "person" and entity.of in topic.together


def _sides_of(known: KnownEvent, topic: Topic) -> Sides:
    told: Iterable[Mention | SeedEvent] = [p.mention for p in known.mentions] + ([known.seed] if known.seed else [])
    return reduce(Sides.with_, (sides(t, topic) for t in told), Sides(places=frozenset(known.event.places)))
