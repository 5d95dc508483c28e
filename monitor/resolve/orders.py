"""What a person orders, checked against what there is, and what it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitor.errors import DecisionError
from monitor.model import (
    NOTHING_FIXED,
    Change,
    Decision,
    Order,
    Placed,
    Ruling,
    Status,
    Topic,
    Verb,
)
from monitor.resolve.decided import lay, neighbourhood
from monitor.resolve.table import Candidates, Table

# What each order names: how many events and how many articles, and how that is said.
_ONE_EVENT = ({(1, 0)}, "an event (ev_...)")
_NAMED: dict[Verb, tuple[set[tuple[int, int]], str]] = {
    Verb.ACCEPT: ({(1, 0), (0, 1)}, "an event (ev_...), an entry (en_...) or an article (ar_...)"),
    Verb.REJECT: ({(1, 0), (0, 1)}, "an event (ev_...), an entry (en_...) or an article (ar_...)"),
    Verb.RETRACT: _ONE_EVENT,
    Verb.EDIT: _ONE_EVENT,
    Verb.PIN: _ONE_EVENT,
    Verb.MERGE: ({(2, 0)}, "two events (ev_...)"),
    Verb.APART: ({(2, 0)}, "two events (ev_...)"),
    Verb.SPLIT: ({(1, 1)}, "an event (ev_...) and one or more of its articles (ar_...)"),
    Verb.MOVE: ({(1, 1)}, "an article (ar_...) and an event (ev_...)"),
    Verb.FORGET: ({(0, 1)}, "an article (ar_...) or entry (en_...)"),
}


class Log(Candidates, Protocol):
    """What ordering asks of the store; see ``store.base.Decider``."""

    def logged(self, id: str) -> Decision | None:
        """Return the decision called *id*, undone or not."""

    def next_number(self) -> int:
        """Return the place in the log that the next decision takes."""

    def identity(self, id: str) -> str:
        """Return the identity of the article ``ar_...`` or behind the entry ``en_...``, or ""."""


def rule(order: Order, topics: Mapping[str, Topic], ask: Log, now: datetime) -> Ruling:
    """
    Return the decision that *order* comes to, and what it changes.

    :raises DecisionError: with a sentence, where it cannot be done.
    """
    if order.verb is Verb.UNDO:
        return _undo(order, topics, ask, now)
    return _Bench(order, topics, ask, now).ruling()


# --------------------------------------------------------------------------- a new decision


class _Bench:
    """One order, with the events that it is about as they are shown now."""

    def __init__(self, order: Order, topics: Mapping[str, Topic], ask: Log, now: datetime) -> None:
        self.order, self.ask, self.now = order, ask, now
        self.topics = topics
        _check(order)
        self.topic = _topic(order, topics, ask)
        events = [i for i in order.ids if i.startswith("ev_")]
        self.articles = {i: _article(i, ask) for i in order.ids if not i.startswith("ev_")}
        source = [order.source] if order.source else []
        near = neighbourhood({}, {*events, *source, *self.articles.values()}, self.topic, ask)
        self.known = dict(near.events)
        self.laid = lay(near, self.topic)
        self.events = [self._event(i) for i in events]

    def _event(self, id: str) -> str:
        """Return the event that *id* stands for now."""
        home = self.laid.home(id)
        if home in self.known:
            return home
        for elsewhere in self.ask.known([id]):
            raise DecisionError(f"{id} belongs to the topic {elsewhere.event.topic}, not to {self.topic.id}")
        raise DecisionError(f"there is no event {id}; `monitor export` and `monitor review list` name them")

    def ruling(self) -> Ruling:
        decision = _MADE[self.order.verb](self)
        # An article may have been told under every topic.
        topics = list(self.topics.values()) if decision.verb is Verb.FORGET else [self.topic]
        log = _with(decision)
        changes = [c for t in topics for c in _changes(decision, decision.names, t, self.ask, self.now, log)]
        return Ruling(decision, tuple(changes))

    def made(self, *events: str, **more: object) -> Decision:
        """Return the decision, with its id."""
        order = self.order
        number = self.ask.next_number()
        said = "|".join((str(number), self.topic.id, order.verb, order.person, *order.ids, self.now.isoformat()))
        base = Decision(
            "de_" + hashlib.sha256(said.encode()).hexdigest()[:20],
            self.topic.id,
            self.now,
            order.person,
            order.reason,
            order.verb,
            events,
            number=number,
        )
        return replace(base, **more)  # type: ignore[arg-type]

    # ------------------------------------------------------------- by verb

    def whole(self) -> Decision:
        """Accept or reject an event or an article."""
        if self.articles:
            ((id, article),) = self.articles.items()
            return self.made(articles=(article,), entry=id if id.startswith("en_") else "")
        return self.retract()

    def retract(self) -> Decision:
        (id,) = self.events
        withdrawn = self.known[id].event.status is Status.RETRACTED
        if withdrawn and self.order.verb is not Verb.ACCEPT:
            raise DecisionError(f"{id} is retracted already")
        if withdrawn and not (self.laid.told.get(id) or self.laid.seed(id)):
            raise DecisionError(f"{id} rests on nothing any more; it cannot be accepted")
        return self.made(id)

    def two(self) -> Decision:
        into, other = self.events
        if into == other:
            raise DecisionError(f"{self.order.ids[0]} and {self.order.ids[1]} are one event already")
        return self.made(into, other)

    def split(self) -> Decision:
        (id,) = self.events
        told = {p.article for p in self.laid.told.get(id, ())}
        moved = tuple(dict.fromkeys(self.articles.values()))
        for name, article in self.articles.items():
            if article not in told:
                raise DecisionError(f"{id} does not rest on {name}; `monitor explain {id}` names its articles")
        kept = tuple(sorted(told - set(moved)))
        if not kept and not self.laid.seed(id):
            raise DecisionError(f"nothing would be left of {id}: name fewer articles")
        draft = self.made(id)
        born = "ev_" + hashlib.sha256(f"{self.topic.id}|split|{draft.id}".encode()).hexdigest()[:20]
        return replace(draft, events=(id, born), articles=moved, kept=kept)

    def move(self) -> Decision:
        (name, article), to = next(iter(self.articles.items())), self.events[0]
        holding = sorted(i for i, told in self.laid.told.items() if any(p.article == article for p in told))
        others = [i for i in holding if i != to]
        if self.order.source:
            source = self._event(self.order.source)
            if source not in others:
                raise DecisionError(f"{source} does not rest on {name}")
            others = [source]
        if not others:
            why = "tells of that event already" if holding else f"tells of no event of {self.topic.id}"
            raise DecisionError(f"{name} {why}")
        if len(others) > 1:
            raise DecisionError(f"{name} tells of {', '.join(others)}: say which with --from")
        return self.made(others[0], to, articles=(article,))

    def edit(self) -> Decision:
        (id,) = self.events
        stage = self.order.fixed.stage
        if stage and stage not in self.topic.stages:
            raise DecisionError(f"{self.topic.id} has no stage {stage!r}; there are: {', '.join(self.topic.stages)}")
        return self.made(id, fixed=self.order.fixed)

    def pin(self) -> Decision:
        (id,) = self.events
        value = getattr(self.known[id].event, self.order.field)
        return self.made(id, fixed=replace(NOTHING_FIXED, **{self.order.field: value}))

    def forget(self) -> Decision:
        (article,) = self.articles.values()
        return self.made(articles=(article,), topic="")


_MADE: dict[Verb, Callable[[_Bench], Decision]] = {
    Verb.ACCEPT: _Bench.whole,
    Verb.REJECT: _Bench.whole,
    Verb.RETRACT: _Bench.retract,
    Verb.MERGE: _Bench.two,
    Verb.APART: _Bench.two,
    Verb.SPLIT: _Bench.split,
    Verb.MOVE: _Bench.move,
    Verb.EDIT: _Bench.edit,
    Verb.PIN: _Bench.pin,
    Verb.FORGET: _Bench.forget,
}


def _check(order: Order) -> None:
    """Refuse what names the wrong things, or none."""
    shapes, wanted = _NAMED[order.verb]
    events = sum(i.startswith("ev_") for i in order.ids)
    articles = len(order.ids) - events
    if (events, min(articles, 1) if order.verb is Verb.SPLIT else articles) not in shapes:
        raise DecisionError(f"{order.verb} takes {wanted}, not {' '.join(order.ids) or 'nothing'}")


def _topic(order: Order, topics: Mapping[str, Topic], ask: Log) -> Topic:
    """Return the topic of the first event named, else the one that the order names, else the only one."""
    named = [i for i in order.ids if i.startswith("ev_")]
    for id in named[:1]:
        known = ask.known([id])
        if not known:
            raise DecisionError(f"there is no event {id}; `monitor export` and `monitor review list` name them")
        if known[0].event.topic not in topics:
            raise DecisionError(f"{id} belongs to the topic {known[0].event.topic}, which is declared no more")
        return topics[known[0].event.topic]
    if order.topic:
        return topics[order.topic]
    if len(topics) != 1 and order.verb is not Verb.FORGET:
        raise DecisionError(f"name the topic with --topic; there are: {', '.join(sorted(topics))}")
    return next(iter(topics.values()))


def _article(id: str, ask: Log) -> str:
    found = ask.identity(id)
    if not found:
        raise DecisionError(f"nothing is known under {id!r}; ids begin with ev_, en_ or ar_")
    return found


# --------------------------------------------------------------------------- undo


def _undo(order: Order, topics: Mapping[str, Topic], ask: Log, now: datetime) -> Ruling:
    target = ask.logged(order.ids[0])
    if target is None:
        raise DecisionError(f"there is no decision {order.ids[0]}; `monitor review log` names them")
    if target.verb is Verb.FORGET:
        raise DecisionError(f"{target.id} removed a text, which is gone: that cannot be undone")
    if target.undone_by:
        raise DecisionError(f"{target.id} was undone already, by {target.undone_by}")
    if target.topic not in topics:
        raise DecisionError(f"{target.id} belongs to the topic {target.topic}, which is declared no more")
    # Undoing an undo puts the first decision in force again, in its old place.
    again = ask.logged(target.undoes) if target.verb is Verb.UNDO else None
    bears = again or target
    number = ask.next_number()
    said = f"{number}|{target.id}|{order.person}|{now.isoformat()}"
    id = "de_" + hashlib.sha256(said.encode()).hexdigest()[:20]
    decision = Decision(
        id, target.topic, now, order.person, order.reason, Verb.UNDO, undoes=target.id, entry=bears.entry, number=number
    )
    log = _with(again) if again else _without(target)
    return Ruling(decision, _changes(decision, bears.names, topics[target.topic], ask, now, log))


Filter = Callable[[Sequence[Decision]], Sequence[Decision]]


def _with(decision: Decision) -> Filter:
    return lambda found: [*(d for d in found if d.id != decision.id), replace(decision, undone_by="")]


def _without(decision: Decision) -> Filter:
    return lambda found: [d for d in found if d.id != decision.id]


# --------------------------------------------------------------------------- what it changes


def _changes(
    decision: Decision, names: Collection[str], topic: Topic, ask: Log, now: datetime, log: Filter
) -> tuple[Change, ...]:
    if decision.verb is Verb.APART:
        return ()
    table = Table(topic, now, ask, f"person:{decision.person}", decision)
    for known in ask.known(ask.holders(names)) if decision.verb is Verb.FORGET else ():
        if known.event.topic == topic.id:
            again = table.learn(known)
            table.put(known.event.id, tuple(_forgotten(p, names) for p in again.mentions), again.seed)
    return table.changes(names, log)


def _forgotten(p: Placed, names: Collection[str]) -> Placed:
    return replace(p, forgotten=True) if p.article in names else p
