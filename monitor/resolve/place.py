"""Put the mentions of one article, or the events of a seed file, where they belong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor.model import Change, Event, KnownEvent, Mention, Placed, Revision, SeedEvent, Status, Topic
from monitor.resolve.compose import compose
from monitor.resolve.keys import asked, carried
from monitor.resolve.same import agreement, is_vague, succeeds

REVISED = ("title", "kind", "relation", "when", "actors", "places", "figures", "phase", "status", "stage")
"""The fields whose every change is a revision."""


class Candidates(Protocol):
    """What placing asks of the store; see ``store.base.Decider``."""

    def candidates(self, topic: str, keys: frozenset[str]) -> Sequence[KnownEvent]:
        """Return the events that carry one of *keys*."""

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        """Return the events that rest on any version of *article*."""

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        """Return the event that a seed began."""


@dataclass(slots=True)
class _Table:
    """The events touched so far, so that two mentions of one article can found and join one event."""

    topic: Topic
    now: datetime
    ask: Candidates
    by: str  # who makes the revisions
    before: dict[str, KnownEvent] = field(default_factory=dict)
    after: dict[str, KnownEvent] = field(default_factory=dict)

    def learn(self, known: KnownEvent) -> KnownEvent:
        self.before.setdefault(known.event.id, known)
        return self.after.setdefault(known.event.id, known)

    def near(self, keys: frozenset[str]) -> list[KnownEvent]:
        """Return the events on the table and in the store that could be meant."""
        fetched = [self.after.get(k.event.id, k) for k in self.ask.candidates(self.topic.id, keys)]
        ids = {k.event.id for k in fetched}
        here = [k for k in self.after.values() if k.event.id not in ids]
        return [k for k in (*here, *fetched) if k.event.topic == self.topic.id]

    def is_empty(self, known: KnownEvent) -> bool:
        """Return whether nothing supports *known* any more, as things stand on the table."""
        now = self.after.get(known.event.id, known)
        return not now.mentions and now.seed is None

    def put(self, id: str, placed: Sequence[Placed], seed: SeedEvent | None) -> None:
        old = self.before.get(id)
        event = compose(id, self.topic, placed, seed, old.event if old else None)
        self.after[id] = KnownEvent(event, tuple(placed), seed)

    def changes(self) -> tuple[Change, ...]:
        return tuple(self._change(known) for id, known in sorted(self.after.items()) if known != self.before.get(id))

    def _change(self, known: KnownEvent) -> Change:
        old = self.before.get(known.event.id)
        revisions = _revisions(old.event if old else None, known.event, self.now, self.by)
        event = replace(known.event, revisions=revisions)
        told = [p.mention for p in known.mentions] + ([known.seed] if known.seed else [])
        keys = frozenset().union(carried(event, self.topic), *(carried(t, self.topic) for t in told))
        return Change(event, known.mentions, keys, known.seed)


def place(
    article: str, placed: Sequence[Placed], topics: Mapping[str, Topic], ask: Candidates, now: datetime
) -> tuple[Change, ...]:
    """
    Return what the mentions of *article* change.

    Every event that an earlier version of the article spoke for is composed again, so that a claim that
    was edited away no longer counts.
    """
    changes: list[Change] = []
    resting = ask.place_of(article) if article else ()
    for id, topic in sorted(topics.items()):
        table = _Table(topic, now, ask, "machine:resolve")
        for known in resting:
            if known.event.topic == id:
                _recompose(table, known)
        bereft = [k for k in resting if k.event.topic == id]
        for p in placed:
            if p.mention.topic == id:
                _settle(table, p, bereft)
        changes += table.changes()
    return tuple(changes)


def sow(seeds: Sequence[SeedEvent], topic: Topic, ask: Candidates, now: datetime) -> tuple[Change, ...]:
    """
    Return what the seed events of *topic* change; nothing, where all of them are known as they are.

    A seed that was never seen looks for the event that the daemon may have found already and takes it over.
    """
    table = _Table(topic, now, ask, "seed")
    for seed in seeds:
        known = ask.seed_of(topic.id, seed.key) or _found_before(table, seed)
        if known is None:
            table.put(event_id(topic.id, f"seed|{seed.key}"), (), seed)
        elif known.seed != seed:
            table.learn(known)
            table.put(known.event.id, known.mentions, seed)
    return table.changes()


def event_id(topic: str, founded_on: str) -> str:
    """Return the id of the event of *topic* that a mention or seed founds: opaque, and the same on every machine."""
    return "ev_" + hashlib.sha256(f"{topic}|{founded_on}".encode()).hexdigest()[:20]


def _recompose(table: _Table, known: KnownEvent) -> None:
    table.learn(known)
    table.put(known.event.id, known.mentions, known.seed)


def _settle(table: _Table, p: Placed, bereft: Sequence[KnownEvent]) -> None:
    """
    Give one mention to the event that it agrees with best, or found one on it.

    *bereft* are events that rested on an earlier version of the article: an edit revises such an event, once
    nothing else supports it, before it founds another.
    """
    best = _best(table, p.mention, lambda known: agreement(p.mention, known, table.topic))
    best = best or next((k for k in bereft if table.is_empty(k) and succeeds(p.mention, k, table.topic)), None)
    if best is None:
        table.put(event_id(table.topic.id, p.id), (p,), None)
        return
    known = table.learn(best)
    if all(q.id != p.id for q in known.mentions):
        table.put(known.event.id, (*known.mentions, p), known.seed)


def _best(table: _Table, told: Mention | SeedEvent, fit: Callable[[KnownEvent], float | None]) -> KnownEvent | None:
    fits = [(score, known) for known in table.near(asked(told, table.topic)) if (score := fit(known)) is not None]
    best = max((score for score, _ in fits), default=0.0)
    equal = [known for score, known in fits if score == best]
    # A telling that fits two events alike by a weak date tells of one of them, and nobody knows of which.
    if len(equal) > 1 and is_vague(told, best):
        return None
    # Ties go to the smaller id, so that the choice does not hang on the order of rows.
    return min(equal, key=lambda known: known.event.id, default=None)


def _found_before(table: _Table, seed: SeedEvent) -> KnownEvent | None:
    return _best(
        table,
        seed,
        lambda known: None if known.seed else agreement(seed, known, table.topic),
    )


def _revisions(old: Event | None, new: Event, now: datetime, by: str) -> tuple[Revision, ...]:
    if old is None:
        return (Revision(now, by, "created", None, new.title, "first told"),)
    if old.status is Status.RETRACTED and new.status is Status.RETRACTED:
        return ()
    why = {r.field: r.rule for r in new.reasons}
    return tuple(
        Revision(now, by, f, getattr(old, f), getattr(new, f), why.get(f, "evidence changed"))
        for f in REVISED
        if getattr(old, f) != getattr(new, f)
    )
