"""
What persons decided, laid over what the rules made: events = f(mentions, seeds, decisions).

The rules never see a decision. They go on giving mentions to events as if there were none, and the decisions in force
are applied to the outcome, oldest first, wherever an event that they name is touched. So a decision holds whatever
comes later, and undoing it leaves exactly what the rules made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from monitor.model import Decision, KnownEvent, Placed, SeedEvent, Topic, Verb
from monitor.resolve.compose import compose
from monitor.resolve.ruled import Ruled
from monitor.resolve.same import agreement
from monitor.resolve.sides import Seen


class Known(Protocol):
    """What laying decisions over events asks of the store; see ``store.base.Decider``."""

    def decisions(self, topic: str, names: Collection[str]) -> Sequence[Decision]:
        """Return the decisions in force that name one of *names*, oldest first."""

    def known(self, ids: Collection[str]) -> Sequence[KnownEvent]:
        """Return the events called *ids*; one that the rules merged gives the one that it went into."""

    def holders(self, articles: Collection[str]) -> Sequence[str]:
        """Return the events to which the rules gave a mention of one of *articles* (identities)."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Events that decisions bind together, as the rules have them now, with the decisions in force among them."""

    events: Mapping[str, KnownEvent]
    orders: tuple[Decision, ...]


def neighbourhood(
    changed: Mapping[str, KnownEvent],
    names: Collection[str],
    topic: Topic,
    ask: Known,
    log: Callable[[Sequence[Decision]], Sequence[Decision]] = tuple,
) -> Neighbourhood:
    """
    Return what must be looked at together: *changed* events, what *names* stand for, and all that decisions tie to them.

    *log* turns the decisions that the store holds into those in force (one more, one less).
    """
    events = dict(changed)
    orders: dict[str, Decision] = {}
    asked: set[str] = set()
    named = set(names)
    while True:
        for known in _unmet(named - _ids(events), events, ask):
            if known.event.topic == topic.id:  # an article may tell of several topics
                events[known.event.id] = known
        fresh = {*named, *(n for k in events.values() for n in _names(k))} - asked
        if not fresh:
            return Neighbourhood(events, tuple(sorted(orders.values(), key=lambda d: d.number or sys.maxsize)))
        asked |= fresh
        orders |= {d.id: d for d in log(ask.decisions(topic.id, fresh))}
        named |= {n for d in orders.values() for n in d.names} | {k.into for k in events.values() if k.into}


def _names(known: KnownEvent) -> set[str]:
    return {known.event.id, *known.absorbed, *(p.article for p in known.mentions)}


def _ids(events: Mapping[str, KnownEvent]) -> set[str]:
    return {i for k in events.values() for i in (k.event.id, *k.absorbed)}


def _unmet(names: set[str], events: Mapping[str, KnownEvent], ask: Known) -> list[KnownEvent]:
    """Return the events that *names* stand for: their own ids, and who holds a mention of an article."""
    if not names:
        return []
    ids = {*names, *ask.holders(names)} - _ids(events)
    return [k for k in ask.known(ids) if k.event.id not in events] if ids else []


# --------------------------------------------------------------------------- apply


@dataclass(slots=True)
class Laid:
    """Where mentions and seeds are to be shown, after the decisions so far."""

    topic: Topic
    told: dict[str, list[Placed]] = field(default_factory=dict)
    seeds: dict[str, list[SeedEvent]] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    orders: dict[str, list[Decision]] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)  # what the rules merged, and into what

    def home(self, id: str) -> str:
        """Return the event that *id* stands for now."""
        id = self.alias.get(id, id)
        while id in self.into:
            id = self.into[id]
        return id

    def mark(self, id: str, order: Decision) -> None:
        self.orders.setdefault(id, []).append(order)

    def take(self, id: str, wanted: Callable[[Placed], bool]) -> list[Placed]:
        """Take the mentions that are *wanted* out of the event *id*."""
        held = self.told.get(id, [])
        self.told[id] = [p for p in held if not wanted(p)]
        return [p for p in held if wanted(p)]

    def give(self, id: str, told: Iterable[Placed]) -> None:
        self.told.setdefault(id, []).extend(told)

    def ruled(self, id: str) -> Ruled:
        return Ruled(tuple(self.orders.get(id, ())), tuple(self.seeds.get(id, ())[1:]))

    def seed(self, id: str) -> SeedEvent | None:
        return next(iter(self.seeds.get(id, ())), None)


def lay(near: Neighbourhood, topic: Topic) -> Laid:
    """Apply the decisions of *near*, oldest first."""
    laid = Laid(topic)
    silent = _silenced(near.orders)
    for id, known in near.events.items():
        laid.told[id] = [p for p in known.mentions if p.article not in silent]
        laid.seeds[id] = [known.seed] if known.seed else []
        laid.alias |= dict.fromkeys(known.absorbed, id)
        for order in dict.fromkeys(silent[p.article] for p in known.mentions if p.article in silent):
            laid.mark(id, order)
    for order in near.orders:
        if order.verb in _APPLIED:
            _APPLIED[order.verb](laid, order)
    return laid


def _silenced(orders: Sequence[Decision]) -> dict[str, Decision]:
    """Return the articles that may not speak, by the last order about each."""
    last = {a: d for d in orders if d.verb in (Verb.ACCEPT, Verb.REJECT) and not d.events for a in d.articles}
    return {a: d for a, d in last.items() if d.verb is Verb.REJECT}


def _mark(laid: Laid, order: Decision) -> None:
    for id in order.events:
        laid.mark(laid.home(id), order)


def _merge(laid: Laid, order: Decision) -> None:
    into, other = (laid.home(id) for id in order.events)
    if into == other:
        return
    laid.give(into, laid.take(other, lambda p: True))
    laid.seeds[into] = [*laid.seeds.get(into, ()), *laid.seeds.pop(other, ())]
    laid.into[other] = into
    laid.mark(into, order)


def _split(laid: Laid, order: Decision) -> None:
    here, new = laid.home(order.events[0]), order.events[1]
    named = {*order.articles, *order.kept}
    laid.give(new, laid.take(here, lambda p: p.article in order.articles))
    # What came after the split goes to the part that it fits better, and stays where it fits both alike.
    stay, go = (_part(laid, id, [p for p in laid.told.get(id, ()) if p.article in named]) for id in (here, new))
    seen = Seen(laid.topic)
    late = laid.take(here, lambda p: p.article not in named and _fits_better(p, stay, go, seen))
    laid.give(new, late)
    for id in (here, new):
        laid.mark(id, order)


def _part(laid: Laid, id: str, told: Sequence[Placed]) -> KnownEvent | None:
    seed = laid.seed(id)
    return KnownEvent(compose(id, laid.topic, told, seed, None), tuple(told), seed) if told or seed else None


def _fits_better(p: Placed, stays: KnownEvent | None, goes: KnownEvent | None, seen: Seen) -> bool:
    stay, go = ((agreement(p.mention, part, seen, p.published.day) if part else None) for part in (stays, goes))
    return go is not None and (stay is None or go > stay)


def _move(laid: Laid, order: Decision) -> None:
    away, to = (laid.home(id) for id in order.events)
    if away == to:
        return
    said = laid.take(away, lambda p: p.article in order.articles)
    if not said and not any(p.article in order.articles for p in laid.told.get(to, ())):
        # The rules have given it to somebody else since.
        said = [p for id in list(laid.told) for p in laid.take(id, lambda p: p.article in order.articles)]
    laid.give(to, said)
    for id in (away, to):
        laid.mark(id, order)


_APPLIED: dict[Verb, Callable[[Laid, Decision], None]] = {
    Verb.ACCEPT: _mark,
    Verb.REJECT: _mark,
    Verb.RETRACT: _mark,
    Verb.EDIT: _mark,
    Verb.PIN: _mark,
    Verb.MERGE: _merge,
    Verb.SPLIT: _split,
    Verb.MOVE: _move,
}
