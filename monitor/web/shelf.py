"""Timelines read from the store and kept until something changes there; a few connections that readers share."""

from __future__ import annotations

import queue
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from monitor import reading, resolve
from monitor.export import chart, lines
from monitor.export.words import Words
from monitor.model import Actor, Coverage, Event, Settings, Timeline, Topic
from monitor.store.base import Store

READERS = 4  # connections: so many read at once
PASTS = 8  # timelines as of some day that are kept
MOST = 40  # values offered of one filter
HELD = 10_000  # events kept of all topics together, 70 MB; of the topic asked last all are

Choice = tuple[str, str, int]
Key = tuple[str, datetime | None, bool]


@dataclass(frozen=True, slots=True)
class Facets:
    """What a timeline can be filtered by: how often each value stands in it."""

    kind: Counter[str]
    status: Counter[str]
    actors: Sequence[Choice]
    sources: Sequence[Choice]

    def kinds(self, words: Words) -> list[Choice]:
        """Return the kinds with their names."""
        return [(k, words(f"kind.{k}"), n) for k, n in self.kind.most_common()]

    def statuses(self, words: Words) -> list[Choice]:
        """Return the statuses with their names."""
        return [(s, words(f"status.{s}"), n) for s, n in self.status.most_common()]


@dataclass(frozen=True, slots=True)
class Book:
    """One timeline, whole, with what follows from it."""

    told: Timeline
    facets: Facets
    began: datetime | None
    """When the first of its events became known."""
    reports: Counter[date] = field(default_factory=Counter)
    """How many articles told of it, by month."""


@dataclass(slots=True)
class _Known:
    """The events of a topic as last read."""

    mark: int = 0
    events: dict[str, Event] = field(default_factory=dict)
    ordered: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A book with what it was made from: it holds while none of these changes."""

    topic: Topic
    mark: int
    coverage: Coverage
    book: Book


class Shelf:
    """What readers see; safe to use from many threads. *opener* gives another connection to the same store."""

    def __init__(self, settings: Callable[[], Settings], opener: Callable[[], Store]) -> None:
        self.settings = settings
        self._opener = opener
        self._idle: queue.LifoQueue[Store | None] = queue.LifoQueue()
        for _ in range(READERS):
            self._idle.put(None)
        self._turn = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._books: OrderedDict[Key, _Kept] = OrderedDict()
        self._looked: datetime | None = None

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Lend a connection."""
        lent = self._idle.get()
        try:
            if lent is None:
                lent = self._opener()
            yield lent
        finally:
            self._idle.put(lent)

    def close(self) -> None:
        """Close what nobody reads from."""
        while not self._idle.empty():
            if store := self._idle.get():
                store.close()

    def name(self, source: str) -> str:
        """Return what a source is called."""
        return next((s.name for s in self.settings().sources if s.id == source), source)

    def standing(self, store: Store, topic: Topic) -> tuple[int, Sequence[Event]]:
        """
        Return the number of the last version of any event, and all events of *topic* as they stood then, background and
        retracted ones too.
        """
        with self._turn:
            known = self._read(store, topic)
            return known.mark, known.ordered

    def topic(self, id: str = "") -> Topic | None:
        """Return a topic, by default the first."""
        settings = self.settings()
        return settings.topic(id) if id else next(iter(settings.topics), None)

    def looked_since(self) -> datetime | None:
        """Return when the first round began: what was before nobody looked for."""
        if self._looked is None:
            with self.store() as store:
                first = store.round(1)
            self._looked = first.started if first else None
        return self._looked

    def book(self, topic: Topic, as_of: datetime | None = None, background: bool = False) -> Book:
        """Return the timeline of *topic* as it stands, or as it was known at *as_of*."""
        with self.store() as store, self._turn:
            asked = reading.question(store, topic, as_of)
            coverage = store.coverage(topic.id, as_of)
            known = self._read(store, topic)
            key, kept = (topic.id, as_of, background), self._books.get((topic.id, as_of, background))
            if kept is None or (kept.topic, kept.mark) != (asked, known.mark):
                events = known.ordered if as_of is None else store.events(topic.id, as_of)
                told = resolve.assemble(asked, events, coverage, background=background)
                kept = _Kept(asked, known.mark, coverage, self._book(told, kept))
            elif kept.coverage != coverage:
                book = replace(kept.book, told=resolve.covered(kept.book.told, coverage))
                kept = replace(kept, coverage=coverage, book=book)
            self._books[key] = kept
            self._books.move_to_end(key)
            while len(self._books) > PASTS + 2 * len(self.settings().topics):
                self._books.popitem(last=False)
            return kept.book

    def _read(self, store: Store, topic: Topic) -> _Known:
        known = self._known.setdefault(topic.id, _Known())
        self._known.move_to_end(topic.id)
        news = store.news(topic.id, known.mark)
        if news.events or news.gone:
            known.events.update((e.id, e) for e in news.events)
            for id in news.gone:
                known.events.pop(id, None)
            known.ordered = sorted(known.events.values(), key=lambda e: e.order)
            self._make_room()
        known.mark = news.mark
        return known

    def _make_room(self) -> None:
        """Forget the topics that nobody has asked for the longest, beyond so many events."""
        held = sum(len(known.events) for known in self._known.values())
        while held > HELD and len(self._known) > 1:
            topic, known = self._known.popitem(last=False)
            held -= len(known.events)
            for key in [key for key in self._books if key[0] == topic]:
                del self._books[key]

    def _book(self, told: Timeline, before: _Kept | None) -> Book:
        if before and before.book.told.events == told.events:
            return replace(before.book, told=told)
        began = min((e.revisions[0].at for e in told.events if e.revisions), default=None)
        return Book(told, self._facets(told.topic, told.events), began, chart.reports(told.events))

    def _facets(self, topic: Topic, events: Sequence[Event]) -> Facets:
        actors: Counter[str] = Counter()
        names = {e.id: e.names[0] for e in topic.entities if e.names}
        sources: Counter[str] = Counter()
        for event in events:
            for actor in event.actors:
                names.setdefault(called(actor), actor.name)
            actors.update({called(a) for a in event.actors})
            sources.update(lines.sources(event, self.name))
        return Facets(
            Counter(e.kind.value for e in events),
            Counter(e.status.value for e in events),
            [(id, names[id], n) for id, n in actors.most_common(MOST)],
            [(s, s, n) for s, n in sources.most_common(MOST)],
        )


def called(actor: Actor) -> str:
    """Return what an actor is filtered by: its entity, else its name."""
    return actor.entity or actor.name
