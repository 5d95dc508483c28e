"""
What a happening is filed under and looked for by.

A candidate shares a family of kinds and either a day (a month that is named, a plan still open) or a piece of the
name of somebody particular. That is all that ``same`` can ever join: where a date is vaguer than that, it asks for a
name in common. Words only propose; the more keys two tellings share, the sooner they are compared. The entities that
the topic ties together are in everything and therefore tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib import resources

from monitor.model import Actor, Basis, Event, Kind, Mention, Phase, Polarity, Precision, SeedEvent, Status, Topic, When

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

# How far apart a rumour and its denial may be told: a firm answers in a filing within days, else at its next meeting or in the
# next number of a weekly paper. Beyond a week they must be of one step (a move, a stop).
CLAIM_DAYS = 14

# Two reports that both name a day may differ by this much and still mean one happening, if they agree on
# everybody particular: the announcement of the next day is the usual slip.
SLIP_DAYS = 1

# A span no wider than this, or a month that is named, may be filled by the tie alone; "lately" may not, and a year
# holds many meetings of the same parties.
NARROW_DAYS = 10

# How long after its announcement a plan without a date is looked for by the days on which it may have happened;
# later it takes a name in common.
AWAITED_DAYS = 60


# How long after its report a paper corrects it; a filing's correction may take a quarter.
AMENDED_DAYS = 92

# Kinds that are known by the thing itself: one firm is founded once, whatever capital a paper gives it.
ONCE = frozenset({Kind.REGISTRATION, Kind.LAND, Kind.CONSTRUCTION, Kind.PRODUCTION, Kind.OPENING})

# Kinds filed under their year as well: those of which a plan may come true years later, and what may be ended years later.
YEARLY = ONCE | {Kind.AGREEMENT, Kind.INVESTMENT, Kind.CANCELLATION}

# Phases of what did not happen yet, or never will.
AHEAD = frozenset({Phase.PLANNED, Phase.CANCELLED})

# Smaller sums are told of many deals (1,000 jobs, 500 mu); ten million of one unit is told of one.
LARGE = 1e7


WORKS = "construction"  # the family of what is built and opened


@cache
def family(kind: Kind) -> str:
    """Return the name of the family that *kind* belongs to."""
    return next((min(f).value for f in FAMILIES if kind in f), kind.value)


def particular(told: Mention | SeedEvent | Event, topic: Topic) -> frozenset[str]:
    """Return who and what tells this happening from others: actors outside the topic's tie, and objects."""
    return frozenset((*particulars(told.actors, topic), *(o for o in getattr(told, "objects", ()) if o)))


def particulars(actors: Iterable[Actor], topic: Topic) -> set[str]:
    """Return those of *actors* that stand outside the topic's tie, by one name each."""
    return {n for a in actors if not _is_common(a, topic) and (n := _name(a, topic))}


def carried(told: Mention | SeedEvent | Event, topic: Topic, published: date | None = None) -> frozenset[str]:
    """Return the keys under which a happening is filed that was *published* on that day."""
    group = family(told.kind)
    amended = {f"any|{_month(d)}" for d in _ends(told.when)} if told.kind is Kind.CORRECTION else set()
    on_day = {f"{_by_day(told)}:{published}"} if published and _by_day(told) else set()
    over = {f"{WORKS}|off:{d.year}" for d in _ends(told.when)} if told.kind is Kind.CANCELLATION else set()
    return frozenset({f"{group}|{key}" for key in _years(told)} | amended | on_day | over) | _own(told, topic)


def _by_day(told: Mention | SeedEvent | Event) -> str:
    """Return under what a claim or a plan is filed by the day on which it is told; what happened is known by its own."""
    if is_claim(told):
        return "claim|d"
    if told.phase is Phase.CANCELLED:
        return "off|d"
    return f"{family(told.kind)}|u" if told.phase is Phase.PLANNED else ""


def _own(told: Mention | SeedEvent | Event, topic: Topic) -> frozenset[str]:
    """Return the keys that two tellings of one happening have in common."""
    group = family(told.kind)
    claims = {f"claim|{key}" for key in _claimed(told.when, 0) or ["t:unknown"]} if is_claim(told) else set()
    own = (*_named(told, topic), *_filed(told.when), *_sums(told))
    return frozenset({f"{group}|{key}" for key in own} | claims)


def is_claim(told: Mention | SeedEvent | Event) -> bool:
    """Return whether this is rumoured or denied, as told or as things stand."""
    if isinstance(told, Mention):
        return told.polarity is not Polarity.ASSERTED
    return isinstance(told, Event) and told.status in (Status.DENIED, Status.DISPUTED)


def asked(told: Mention | SeedEvent, topic: Topic, published: date | None = None) -> frozenset[str]:
    """
    Return the keys to look for: those it would be filed under, and the ones around its date; of a claim or a plan, around
    the day on which it was *published*.
    """
    group = family(told.kind)
    around = {f"{group}|{key}" for key in (*_named(told, topic), *_looked(told.when), *_awaited(told))}
    by_day = "" if is_claim(told) else _by_day(told)
    told_near = _days(by_day, published, published, DATELESS_DAYS, DATELESS_DAYS) if by_day and published else ()
    return _own(told, topic) | around | _doubted(told, published) | _amended(told) | set(told_near) | _ended(told)


def _ended(told: Mention | SeedEvent) -> set[str]:
    """Return the keys of the plans of works that an ending (取消二期项目) may call off."""
    if told.kind is not Kind.CANCELLATION or told.phase is not Phase.CANCELLED:
        return set()
    years = {d.year + step for d in _ends(told.when) for step in range(-1, 3)}
    return {f"{WORKS}|plan:{year}" for year in years} | {f"{WORKS}|plan:unknown"}


def _doubted(told: Mention | SeedEvent, published: date | None) -> set[str]:
    if not is_claim(told):
        return set()
    near = _days("d", published, published, CLAIM_DAYS, CLAIM_DAYS) if published else ()
    claims = {f"claim|{key}" for key in (*_claimed(told.when, CLAIM_DAYS), *near, "t:unknown")}
    # What is denied was told before, by some who did not call it a rumour.
    told_on = [d for d in (told.when.latest or told.when.earliest, published) if d]
    return claims | {f"{family(told.kind)}|{key}" for d in told_on for key in _days("r", d, d, DATELESS_DAYS)}


def _amended(told: Mention | SeedEvent) -> set[str]:
    """Return the keys of what a correction may be of, and of corrections of what is told."""
    ends = _ends(told.when)
    if told.kind is not Kind.CORRECTION:
        return {f"any|{_month(d + timedelta(days))}" for d in ends for days in (0, AMENDED_DAYS // 2, AMENDED_DAYS)}
    times = [key for d in ends for prefix in "dr" for key in _days(prefix, d, d, before=AMENDED_DAYS)]
    groups = {family(kind) for kind in Kind}
    return {f"{group}|{key}" for group in groups for key in (*times, *_sums(told))}


def _is_common(actor: Actor, topic: Topic) -> bool:
    """Return whether *actor* is one of the tied entities, or a unit of one: a fund of the firm is the firm."""
    if not actor.entity or actor.entity in topic.together:
        return bool(actor.entity)
    entity = topic.entity(actor.entity)
    return entity is not None and entity.kind != "person" and entity.of in topic.together


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


def _pieces(name: str) -> list[str]:
    """Return the words of a Latin name, or the neighbouring characters of a Chinese one, but for what all names have."""
    words, pattern = _common()
    if name.isascii():
        return sorted(set(name.lower().split()) - words)
    if len(name) < 3:
        return []
    stems = [stem for stem in pattern.split(name) if len(stem) > 1] or [name]
    return sorted({stem[i : i + 2] for stem in stems for i in range(len(stem) - 1)})


@lru_cache(maxsize=1)
def _common() -> tuple[frozenset[str], re.Pattern[str]]:
    lines = resources.files("monitor.resolve").joinpath("data/common_words.txt").read_text("utf-8").splitlines()
    words = frozenset(word for line in lines if not line.startswith("#") for word in line.split())
    return words, re.compile("|".join(sorted(w for w in words if not w.isascii())))


# --------------------------------------------------------------------------- how much, and in what years


def _sums(told: Mention | SeedEvent | Event) -> list[str]:
    return [f"sum:{f.value:g}{f.unit}" for f in told.figures if f.value >= LARGE]


def _years(told: Mention | SeedEvent | Event) -> Iterator[str]:
    """Yield the years of what is filed under them, those of a plan, and of one that is called off."""
    years = sorted({d.year for d in _ends(told.when)})
    if _is_off(told):
        yield from (f"off:{year}" for year in years)
    if _is_yearly(told):
        yield from (f"in:{year}" for year in years)
    if told.kind in ONCE and told.phase in AHEAD:
        yield from ((f"plan:{year}" for year in years) if years else ("plan:unknown",))


def _awaited(told: Mention | SeedEvent) -> Iterator[str]:
    """Yield the years of plans of what happens once, two to either side; of a plan or a vague date those of what it may be."""
    years = {d.year for d in _ends(told.when)}
    if _is_off(told):
        yield from (f"in:{year - back}" for year in years for back in range(3))
    elif _is_yearly(told) and told.phase is Phase.PLANNED:
        yield from (f"off:{year + step}" for year in years for step in range(3))
    if told.kind not in ONCE:
        return
    yield from (f"plan:{year + step}" for year in years for step in range(-2, 3))
    yield "plan:unknown"
    if told.phase in AHEAD or (years and not is_narrow(told.when) and told.when.basis is not Basis.PUBLISHED):
        yield from (
            f"in:{year + step}" for year in years for step in (range(-1, 3) if told.phase in AHEAD else range(1))
        )


def _is_off(told: Mention | SeedEvent | Event) -> bool:
    """Return whether *told* is a plan that was called off."""
    return told.phase is Phase.CANCELLED and _is_yearly(told) and told.kind is not Kind.CANCELLATION


def _is_yearly(told: Mention | SeedEvent | Event) -> bool:
    """Return whether *told* is filed under its year too; of what has no kind (a move) only what is ahead."""
    return told.kind in YEARLY or (told.kind is Kind.OTHER and told.phase in AHEAD)


def _ends(when: When) -> list[date]:
    return [d for d in (when.earliest, when.latest) if d]


# --------------------------------------------------------------------------- when


def is_narrow(when: When) -> bool:
    """Return whether *when* is bounded by days, or names a month."""
    short = bool(when.earliest and when.latest and (when.latest - when.earliest).days <= NARROW_DAYS)
    return short or when.precision is Precision.MONTH


def is_by(when: When) -> bool:
    """Return whether *when* only says by what day it was so (截至12月20日)."""
    return when.earliest is None and when.latest is not None


def is_told(when: When) -> bool:
    """Return whether *when* is bounded by when it was told: by a publication alone, or as "lately" as well."""
    lately = bool(when.earliest and when.latest and when.latest == when.reference)
    return (
        when.basis is Basis.PUBLISHED
        or is_by(when)
        or (when.precision is Precision.WITHIN and lately and not is_narrow(when))
    )


def _filed(when: When) -> Iterator[str]:
    """Yield the times that something of this date is filed under: what is vaguer than a month takes a name."""
    first, last = when.earliest, when.latest
    if when.precision is Precision.MONTH and first:
        yield _month(first)
    elif first and last and is_narrow(when):
        yield from _days("d", first, last)
    elif last and is_told(when):
        yield from _days("r", last, last)
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
        yield from _days("d", day, day, after=AWAITED_DAYS)
        yield from _days("r", day, day, after=AWAITED_DAYS)
    elif first and is_narrow(when):
        yield from _days("d", first, last, SLIP_DAYS, SLIP_DAYS)
        yield from _days("r", first, last, after=DATELESS_DAYS)
    elif is_told(when):
        yield from _days("d", last, last, DATELESS_DAYS, DATELESS_DAYS)  # after it lies a denial
        yield from _days("r", last, last, DATELESS_DAYS, DATELESS_DAYS)


def _claimed(when: When, around: int) -> list[str]:
    """Return the days of a claim: the one that it names, else the one on which it was told; and its month, if that is named."""
    day = when.latest or when.earliest
    return [*_days("d", day, day, around, around), _month(day)] if day else []


def _days(prefix: str, first: date, last: date, before: int = 0, after: int = 0) -> Iterator[str]:
    numbers = range(max(first.toordinal() - before, 1), min(last.toordinal() + after, date.max.toordinal()) + 1)
    yield from (f"{prefix}:{date.fromordinal(n)}" for n in numbers)


def _month(day: date) -> str:
    return f"m:{day.year:04d}-{day.month:02d}"
