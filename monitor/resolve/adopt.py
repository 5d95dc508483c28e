"""Events that came from an export, put among those that are here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from monitor.model import Change, Event, Revision, SeedEvent, SeedRecord, Topic
from monitor.resolve.table import Candidates, Table

_NO_FILE = SeedRecord("", 0, "", date.min)


def adopt(events: Sequence[Event], topic: Topic, ask: Candidates, person: str, now: datetime) -> tuple[Change, ...]:
    """
    Return what taking over *events* of *topic* changes: nothing of what is here already, by whatever way it came.

    A new event keeps its id and its history. One that an earlier import brought otherwise is told anew. What persons
    decided here is laid over it, as over everything.
    """
    table = Table(topic, now, ask, f"person:{person}")
    born = {}
    for event in events:
        seed = _seed(event)
        known = ask.seed_of(topic.id, seed.key)
        if known is None and not ask.known([event.id]):
            table.put(event.id, (), seed)
            born[event.id] = event.revisions
        elif known is not None and known.seed and known.seed.key == seed.key and known.seed != seed:
            table.learn(known)
            table.put(known.event.id, known.mentions, seed)
    return tuple(_with_history(c, born) for c in table.changes())


def _seed(event: Event) -> SeedEvent:
    """Return what carries *event* through the rules, as a seed file would: found by what it says, kept by its id."""
    return SeedEvent(
        event.topic, f"import|{event.id}", event.title, event.kind, event.phase, event.when, event.actors, event.places,
        event.figures, (), event.stage, event.relation, False, _NO_FILE, imported=event,
    )  # fmt: skip


def _with_history(change: Change, born: dict[str, tuple[Revision, ...]]) -> Change:
    history = born.get(change.event.id)
    return replace(change, event=replace(change.event, revisions=history)) if history else change
