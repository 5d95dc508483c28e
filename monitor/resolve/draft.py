"""A table of events in memory: what the rules make of articles when they begin with nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from heapq import nsmallest

from monitor.model import CANDIDATES, Change, Days, Decision, KnownEvent


class Draft:
    """What placing asks of a store, without one; nothing in it was decided by a person."""

    def __init__(self) -> None:
        self.events: dict[str, KnownEvent] = {}
        self._keys: dict[str, frozenset[str]] = {}
        self._filed: dict[str, set[str]] = defaultdict(set)
        self._articles: dict[str, set[str]] = defaultdict(set)
        self._seeds: dict[tuple[str, str], str] = {}

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None = None) -> Sequence[KnownEvent]:
        shared = Counter(id for key in keys for id in self._filed.get(key, ()) if self.events[id].event.topic == topic)
        most = nsmallest(CANDIDATES, shared, key=lambda id: (-shared[id], id))
        return [self.events[id] for id in sorted(most)]

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        return [self.events[id] for id in sorted(self._articles.get(article, ()))]

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        id = self._seeds.get((topic, key))
        return self.events[id] if id else None

    def known(self, ids: Collection[str]) -> Sequence[KnownEvent]:
        return [self.events[id] for id in sorted(ids) if id in self.events]

    def holders(self, articles: Collection[str]) -> Sequence[str]:
        return ()

    def decisions(self, topic: str, names: Collection[str]) -> Sequence[Decision]:
        return ()

    def write(self, changes: Sequence[Change]) -> None:
        """Take in what placing decided."""
        for change in changes:
            id = change.event.id
            self.events[id] = KnownEvent(replace(change.event, revisions=()), change.placed, change.seed)
            for key in self._keys.get(id, frozenset()):
                self._filed[key].discard(id)
            self._keys[id] = change.keys or frozenset()
            for key in self._keys[id]:
                self._filed[key].add(id)
            for p in change.placed:
                self._articles[p.mention.article].add(id)
            if change.seed:
                self._seeds[(change.seed.topic, change.seed.key)] = id
            for merged in change.merges:
                self._forget(merged, id)

    def _forget(self, id: str, into: str) -> None:
        self.events.pop(id, None)
        for key in self._keys.pop(id, frozenset()):
            self._filed[key].discard(id)
        for named in self._articles.values():
            if id in named:
                named.discard(id)
                named.add(into)
        self._seeds = {key: into if held == id else held for key, held in self._seeds.items()}
