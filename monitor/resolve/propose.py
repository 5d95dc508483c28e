"""Which events may be one, where the rules were not sure enough: proposed to a person, never done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from monitor.model import Event, Precision, Relation, Status, Topic
from monitor.resolve.keys import carried, family, particular
from monitor.resolve.nearness import Nearness, nearness
from monitor.resolve.same import figures_agree

# Days apart at which two reports may still mean one happening: told on Friday, printed in Monday's paper.
NEAR_DAYS = 3

# What speaks for one happening must come to this: a shared party and a fitting date do; a date alone does not.
ENOUGH = 3.0

# Events under one key that are compared with each other; a month that holds more of one kind says nothing by itself.
CROWD = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two events that may be one: the one to keep, the other, and what speaks for and against it."""

    into: Event
    other: Event
    weight: float
    pro: tuple[str, ...]
    con: tuple[str, ...]


def merges(events: Sequence[Event], topic: Topic, apart: Collection[frozenset[str]]) -> list[Proposal]:
    """Return the proposed merges among *events*, the likeliest first, but for the pairs that a person said are *apart*."""
    live = [e for e in events if e.status is not Status.RETRACTED]
    found = [p for a, b in _pairs(live, topic) if frozenset((a.id, b.id)) not in apart if (p := _weighed(a, b, topic))]
    return sorted(found, key=lambda p: (-p.weight, p.into.id, p.other.id))


def _pairs(events: Sequence[Event], topic: Topic) -> Iterator[tuple[Event, Event]]:
    """Yield each pair that shares a key once."""
    filed: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        for key in carried(event, topic):
            filed[key].append(event)
    seen: set[tuple[str, str]] = set()
    for key in sorted(filed):
        for a, b in combinations(filed[key][:CROWD], 2):
            pair = (min(a.id, b.id), max(a.id, b.id))
            if pair not in seen:
                seen.add(pair)
                yield (a, b) if _rank(a) <= _rank(b) else (b, a)


def _rank(event: Event) -> tuple[bool, int, date, str]:
    """Order events by how well they are established: the first of two is kept."""
    return (
        event.relation is not Relation.DIRECT,
        -event.independent_origins,
        event.when.earliest or date.max,
        event.id,
    )


def _weighed(a: Event, b: Event, topic: Topic) -> Proposal | None:
    if family(a.kind) != family(b.kind):
        return None
    pro: list[tuple[float, str]] = []
    con: list[str] = []
    if not _dates(a, b, pro, con):
        return None
    shared = sorted(particular(a, topic) & particular(b, topic))
    if shared:
        pro.append((min(len(shared), 2) * 1.5, f"both name {'、'.join(shared)}"))
    _figures(a, b, pro, con)
    _places(a, b, pro, con)
    alike = _alike(a.title, b.title)
    pro.append((3 * alike, f"their titles are alike by {alike:.2f}"))
    weight = sum(w for w, _ in pro) - len(con)
    return Proposal(a, b, round(weight, 3), tuple(t for _, t in pro), tuple(con)) if weight >= ENOUGH else None


def _dates(a: Event, b: Event, pro: list[tuple[float, str]], con: list[str]) -> bool:
    """Say what the dates say; return whether they leave it open that the two are one."""
    first, second = a.when.edtf or "no date", b.when.edtf or "no date"
    near = nearness(a.when, b.when)
    if near is Nearness.EQUAL:
        pro.append((2.0, f"both are of {first}"))
    elif near in (Nearness.OVERLAP, Nearness.SLIP, Nearness.UNKNOWN):
        pro.append((1.0, f"{first} and {second} may be one date"))
    elif _days_apart(a, b) <= NEAR_DAYS:
        con.append(f"{first} and {second} are {_days_apart(a, b)} days apart")
    else:
        return False
    return True


def _days_apart(a: Event, b: Event) -> int:
    days = (a.when.earliest, b.when.earliest)
    if None in days or {a.when.precision, b.when.precision} != {Precision.DAY}:
        return NEAR_DAYS + 1
    return abs(((a.when.earliest or date.min) - (b.when.earliest or date.min)).days)


def _figures(a: Event, b: Event, pro: list[tuple[float, str]], con: list[str]) -> None:
    same = [f for f in a.figures if any(figures_agree(f, g) for g in b.figures)]
    if same:
        pro.append((1.5, f"both tell of {same[0].raw}"))
    elif any(f.unit == g.unit for f in a.figures for g in b.figures):
        con.append(f"their figures differ: {a.figures[0].raw} and {b.figures[0].raw}")


def _places(a: Event, b: Event, pro: list[tuple[float, str]], con: list[str]) -> None:
    if a.places and b.places and not any(x in y or y in x for x in a.places for y in b.places):
        con.append(f"their places differ: {'、'.join(a.places)} and {'、'.join(b.places)}")


def _alike(a: str, b: str) -> float:
    """Return the share of neighbouring characters that two titles have in common."""
    ours, theirs = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (a, b))
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.0
