"""Seed events into a store: the one step of the data path that needs no article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor import resolve
from monitor.model import Change, SeedEvent, Topic
from monitor.store.base import Decider, Store


def sow(topics: Iterable[Topic], store: Store, seeds: Sequence[SeedEvent], now: datetime) -> int:
    """Apply seed events, topic by topic; return how many events changed: none, the second time."""
    changed = 0
    for topic in topics:
        mine = [s for s in seeds if s.topic == topic.id]

        def decide(decider: Decider, topic: Topic = topic, mine: Sequence[SeedEvent] = mine) -> Sequence[Change]:
            return resolve.sow(mine, topic, decider, now)

        if mine:
            changed += store.seed(mine, now, decide)
    return changed
