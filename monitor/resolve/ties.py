"""
What ties one event to another: an ending to what it ended (``ends``), news to what it goes on from (``follows``).

An ending is an event of its own; the agreement that it ended is from then on cancelled. News follows the earlier events
of the tie that its article recalls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from monitor.model import (
    Event,
    Kind,
    KnownEvent,
    Link,
    Phase,
    Placed,
    Polarity,
    Precision,
    Reason,
    Relation,
    Status,
)
from monitor.resolve.keys import family, particular
from monitor.resolve.same import DEALS
from monitor.resolve.sides import Fit, Seen, compared

if TYPE_CHECKING:
    from monitor.resolve.table import Table  # which asks here what is tied

ENDS, FOLLOWS = "ends", "follows"
ENDED_BY = "ended by "

# An ending that names no party (双方终止合作) is sought so many years after the agreement.
YEARS = 5


def tie(table: Table, own: Sequence[Placed]) -> None:
    """Give the events on *table* their links; *own* are the mentions of the article that was placed."""
    _keep(table)
    for known in _standing(table):
        _end(table, known)
    _follow(table, own)


def tied(rules: Event, shown: Event, names: Mapping[str, str] | None = None, *, fixed: bool = False) -> Event:
    """Return *shown* with the links of *rules*, by today's *names*, and ended as that is, unless a person *fixed* the phase."""
    named = names or {}
    links = tuple(replace(link, event=named.get(link.event, link.event)) for link in rules.links)
    over = next((r for r in rules.reasons if r.field == "phase" and r.rule.startswith(ENDED_BY)), None)
    if over is None or fixed:
        return replace(shown, links=links)
    by = over.rule.removeprefix(ENDED_BY)
    reasons = (*(r for r in shown.reasons if r.field != "phase"), replace(over, rule=ENDED_BY + named.get(by, by)))
    return replace(shown, links=links, phase=Phase.CANCELLED, reasons=reasons)


def _standing(table: Table) -> list[KnownEvent]:
    return [k for id, k in sorted(table.after.items()) if id not in table.dealt and (k.mentions or k.seed)]


def _keep(table: Table) -> None:
    """Let an event that was made anew keep what it follows."""
    for known in _standing(table):
        old = table.before.get(known.event.id)
        kept = [link for link in (old.event.links if old else ()) if link.kind == FOLLOWS]
        _link(table, known.event.id, kept)


def _link(table: Table, id: str, links: Iterable[Link]) -> None:
    known = table.after[id]
    found = tuple(dict.fromkeys((*known.event.links, *links)))
    table.after[id] = replace(known, event=replace(known.event, links=found))


# --------------------------------------------------------------------------- endings


def _end(table: Table, known: KnownEvent) -> None:
    """Tie *known*, an ending or an agreement, to its other half."""
    if known.event.kind is Kind.CANCELLATION:
        _end_one(table, known)
    elif known.event.kind in DEALS:
        for ending in _others(table, known, Kind.CANCELLATION):
            _end_one(table, ending)


def _end_one(table: Table, ending: KnownEvent) -> None:
    """Let *ending* end what it is seen to end now, and nothing else."""
    others = _others(table, ending, Kind.AGREEMENT)
    agreed = ended(ending, others, table.seen)
    old = table.before.get(ending.event.id)  # what it ended before it was made anew
    links = (*ending.event.links, *(old.event.links if old else ()))
    wrong = {link.event for link in links if link.kind == ENDS}
    for known in others:
        if known.event.id in wrong and (agreed is None or known.event.id != agreed.event.id):
            before = table.learn(known)
            table.put(before.event.id, before.mentions, before.seed)
    ending = table.learn(ending)
    kept = tuple(link for link in ending.event.links if link.kind != ENDS)
    table.after[ending.event.id] = replace(ending, event=replace(ending.event, links=kept))
    if agreed:
        _cancel(table, ending, agreed)


def _cancel(table: Table, ending: KnownEvent, agreed: KnownEvent) -> None:
    known = table.learn(agreed)
    _link(table, ending.event.id, [Link(ENDS, agreed.event.id)])
    others = tuple(r for r in known.event.reasons if r.field != "phase")
    reasons = (*others, Reason("phase", ENDED_BY + ending.event.id))
    table.after[agreed.event.id] = replace(known, event=replace(known.event, phase=Phase.CANCELLED, reasons=reasons))


def _others(table: Table, known: KnownEvent, kind: Kind) -> list[KnownEvent]:
    """
    Return the events of the family of *kind* that share somebody or something particular with *known*, and of the years
    between an agreement and its ending.
    """
    group = family(kind)
    names = {n for p in known.mentions for n in particular(p.mention, table.topic)}
    years = {d.year for d in (known.event.when.earliest, known.event.when.latest) if d}
    steps = range(-YEARS, 1) if kind is Kind.AGREEMENT else range(YEARS + 1)
    spans = {f"{group}|in:{year + step}" for year in years for step in steps}
    near = table.near(frozenset({f"{group}|p:{name}" for name in names} | spans))
    return [k for k in near if k.event.id != known.event.id and family(k.event.kind) == family(kind)]


def is_ending(event: Event) -> bool:
    """Return whether *event* ended something, as far as is known."""
    sure = event.status not in (Status.DENIED, Status.DISPUTED, Status.RETRACTED)
    return event.kind is Kind.CANCELLATION and event.phase is Phase.CANCELLED and sure


def _is_hearsay(known: KnownEvent) -> bool:
    """Return whether nobody says it but as what was heard: that ends nothing."""
    return known.seed is None and all(p.mention.polarity is not Polarity.ASSERTED for p in known.mentions)


def ended(ending: KnownEvent, agreed: Sequence[KnownEvent], seen: Seen) -> KnownEvent | None:
    """Return the one of *agreed* that *ending* ended, or None where none or more than one can be meant."""
    if not is_ending(ending.event) or _is_hearsay(ending):
        return None
    fits = [(shared, k) for k in agreed if (shared := _fits(ending, k, seen))]
    best = max((shared for shared, _ in fits), default=0)
    chosen = [k for shared, k in fits if shared == best]
    return chosen[0] if len(chosen) == 1 else None


def _fits(ending: KnownEvent, agreed: KnownEvent, seen: Seen) -> int:
    """Return in how much an agreement and an ending agree, 0 where they cannot be of one thing."""
    if not _before(agreed.event, ending.event) or not _was(agreed.event):
        return 0
    who, what, shared = compared(ending, agreed, seen)
    direct = ending.event.relation is agreed.event.relation is Relation.DIRECT
    if Fit.CONFLICT in (who, what) or not (shared or direct):
        return 0
    return shared + 1


def _was(event: Event) -> bool:
    """Return whether something was agreed at all: no plan, and nothing that is denied."""
    doubtful = event.status in (Status.DENIED, Status.DISPUTED, Status.RETRACTED)
    return event.phase in (Phase.DONE, Phase.ONGOING, Phase.CANCELLED) and not doubtful


def _before(earlier: Event, later: Event) -> bool:
    begun, over = earlier.when.earliest or earlier.when.latest, later.when.latest or later.when.earliest
    return begun is None or over is None or begun <= over


# --------------------------------------------------------------------------- what goes on


def _follow(table: Table, own: Sequence[Placed]) -> None:
    """Link the event that an article tells first to the earlier ones of the tie that it tells besides."""
    homes = _homes(table)
    told = [homes[p.id] for p in sorted(own, key=lambda p: p.mention.start) if p.id in homes]
    direct = [id for id in dict.fromkeys(told) if table.after[id].event.relation is Relation.DIRECT]
    for id in direct[1:]:
        if _day(table.after[id].event, late=True) < _day(table.after[direct[0]].event, late=False):
            _link(table, direct[0], [Link(FOLLOWS, id)])


def _homes(table: Table) -> Mapping[str, str]:
    return {p.id: k.event.id for k in _standing(table) for p in k.mentions}


def _day(event: Event, *, late: bool) -> date:
    """Return the last or the first day that *event* can have been; never before or after another where it is unknown."""
    when = event.when
    if when.precision is Precision.UNKNOWN:
        return date.max if late else date.min
    return (when.latest or date.max) if late else (when.earliest or when.latest or date.min)
