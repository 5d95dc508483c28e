"""
The loops over the data path: poll what is due, digest what waits. Part of the roof.

The network is asynchronous; everything that touches the store runs on one writer thread, in the order in
which it was handed over. A failure that the house knows is a value by the time it gets here; anything else
is a bug, and costs the one feed or entry that it came from.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

import structlog

from monitor import pipeline, schedule
from monitor.clock import minute
from monitor.errors import StoreError
from monitor.fetch import Room, room_for
from monitor.model import (
    Counts,
    Digested,
    Entry,
    EntryState,
    FeedState,
    FeedStatus,
    FetchSettings,
    RoundRecord,
    Waiting,
)
from monitor.pipeline import Desk, Postponed
from monitor.progress import Progress, unwatched
from monitor.pulse import Pulse
from monitor.recording import Recorder
from monitor.store.base import Store

P = ParamSpec("P")
T = TypeVar("T")

# Waiting entries that one host and one feed may have under way: whoever answers slowly must not take every place.
PER_HOST = 4
PER_FEED = 16
UNDER_WAY = 64

# Bytes that are read where the network is served: a few milliseconds of work. What is larger is read beside it. The
# mark-up of feeds is read ten times as fast as pages are.
SMALL, SMALL_FEED = 64 * 1024, 256 * 1024
READERS = 2  # so many at once: each may take 128 MB

# Seconds until a store that could not be written is tried again, doubling.
RETRY, LONGEST_RETRY = 2.0, 60.0

# Articles are settled in the order of publication; this is how long the finished ones wait for the rest.
PATIENCE = timedelta(seconds=30)

log = structlog.get_logger()


class Writes(Protocol):
    """Does something with the store, in its turn."""

    def __call__(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Return what *act* returns."""


@dataclass(slots=True)
class Rounds:
    """Poll and digest with one store, one fetcher and the configuration in force (``desk``, replaced at a reload)."""

    desk: Desk
    store: Store
    fetcher: pipeline.Fetches
    writer: ThreadPoolExecutor
    clock: Callable[[], datetime]
    progress: Progress = unwatched
    shares: bool = False
    """
    The database is a server, on which others work as well: what is learned of hosts is told to them as it is learned, and
    kept by them.
    """

    patient: bool = False
    """Wait for a store that cannot be written now, instead of giving up what was fetched."""

    polling: set[str] = field(default_factory=set)
    digesting: asyncio.Lock = field(default_factory=asyncio.Lock)
    readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS, "reader"))
    room: Room = field(default_factory=lambda: room_for(FetchSettings()))
    """What waits to be read or written; where the fetcher has the same, it asks nothing while that is too much."""

    pulse: Pulse = field(default_factory=Pulse)

    recorder: Recorder = field(init=False)
    _robots: frozenset[tuple[str, str, str]] = frozenset()  # as kept
    _told: dict[str, datetime] = field(default_factory=dict)  # hosts that asked for a delay of their pages
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.store, self.write, lambda: self.clock(), self.room, self.shares)

    async def write(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """
        Run *act* on the writer thread; once begun it is finished, even if the caller is cancelled.

        Where the store cannot be written for now, a patient process tries again until it can: nothing of the
        failed try was written, and everybody else waits in turn.
        """
        async with self._turn:
            wait = 0.0
            while True:
                running = asyncio.get_running_loop().run_in_executor(self.writer, lambda: act(*args, **kwargs))
                try:
                    result = await asyncio.shield(running)
                except StoreError as error:
                    if not (self.patient and error.passing):
                        raise
                    if not wait:
                        log.error("the store cannot be written, everything waits for it", reason=str(error))
                    self.pulse.trouble = str(error)
                    wait = min(2 * wait or RETRY, LONGEST_RETRY)
                    await asyncio.sleep(wait)
                else:
                    if wait:
                        self.pulse.trouble = ""
                        log.info("the store can be written again")
                    return result

    async def think(self, size: int, act: Callable[[], T]) -> T:
        """Return what *act* makes of *size* bytes: here if they are few, else beside the network."""
        if size <= SMALL:
            return act()
        with self.room.claimed(size):
            return await asyncio.get_running_loop().run_in_executor(self.readers, act)

    async def skim(self, size: int, act: Callable[[], T]) -> T:
        """
        Return what *act* makes of a feed of *size* bytes, as :meth:`think` does, but not while this process writes to a file.

        Both are Python's work, of which one thread does a piece at a time: in each other's way they take a fifth longer.
        A server does its part of a write elsewhere, which is better used.
        """
        if size > SMALL_FEED:
            return await self.think(size, act)
        with self.room.claimed(size):
            async with contextlib.nullcontext() if self.shares else self._turn:
                return act()

    async def remember(self) -> None:
        """Keep what was learned of robots.txt files, in case this process is killed."""
        if self.shares:
            return
        known = self.fetcher.manners()
        robots = frozenset((e.origin, e.rules, e.closed) for e in known.robots)
        if robots != self._robots:
            await self.write(self.store.keep_manners, known, self.clock())
            self._robots = robots

    # ------------------------------------------------------------- poll

    async def due(self, *, all: bool = False) -> Sequence[FeedStatus]:
        """Return the feeds to ask now that are not being asked already."""
        now = self.clock()
        statuses = await self.write(self.store.due, now, all=all)
        ready = schedule.due(statuses, now, all=all)
        self.pulse.overdue = schedule.overdue(ready, now)
        return [s for s in ready if s.url in self.desk.feeds and s.url not in self.polling]

    async def poll(self, statuses: Sequence[FeedStatus], *, digest: bool = False) -> RoundRecord:
        """Ask *statuses* at once and record each as it answers; with *digest* the inbox is worked off as well."""
        self.polling.update(s.url for s in statuses)
        try:
            number = await self.write(self.store.open_round, self.clock())
            await self._poll_each(statuses, number)
            await self.remember()
            if digest:
                await self.digest()
            return await self.write(finished, self.store, self.desk, number, self.clock())
        finally:
            self.polling.difference_update(s.url for s in statuses)

    async def _poll_each(self, statuses: Sequence[FeedStatus], number: int) -> None:
        """Poll each of *statuses*; say so where none could be reached."""
        done = itertools.count(1)

        async def one(status: FeedStatus) -> str:
            end = await self.poll_one(status, number)
            self.progress("polled", next(done), len(statuses))
            return end

        tasks = [asyncio.create_task(one(s)) for s in statuses]
        try:
            ends = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        if all(ends) and len(set(ends)) > 1:
            log.warning("none of the sources could be reached; `monitor doctor --network` says why", asked=len(ends))

    async def poll_one(self, status: FeedStatus, number: int) -> str:
        """Poll one feed; return its host where nothing there took the connection, else ""."""
        self.recorder.under_way += 1
        try:
            return await self._polled(status, number)
        finally:
            self.recorder.under_way -= 1

    async def _polled(self, status: FeedStatus, number: int) -> str:
        desk = self.desk

        async def news(entries: Sequence[Entry]) -> bool:
            return await self.write(pipeline.is_news, self.store, status.url, entries)

        try:
            think = self.think if desk.feeds[status.url].kind == "list" else self.skim
            asked = await pipeline.ask(desk, self.fetcher, status, self.clock, think, news)
            counts, after = await self.recorder.record(desk, asked, number)
        except StoreError:
            raise
        except Exception as bug:  # a bug in one feed must not stop the others
            self.pulse.count("bugs")
            log.exception("bug", feed=status.url)
            asked = pipeline.broken(desk.feeds[status.url], status, bug)
            counts, after = await self.recorder.record(desk, asked, number)
        finally:
            self.polling.discard(status.url)  # it is not to wait for the slowest of its round
        self.pulse.count("polls", "failed" if after.failures else "answered")
        self.pulse.count("entries", "fetched", counts.fetched)
        self.pulse.count("entries", "new", counts.fetched - counts.duplicate)
        _tell(after, counts)
        return pipeline.unreached(asked)

    async def leave(self) -> None:
        """Give up what is not written yet, and wait for nothing."""
        self.patient = False
        await self.recorder.leave()

    # ------------------------------------------------------------- digest

    async def digest(self) -> Counter[EntryState]:
        """Work off the inbox until nothing more can be done now; return how many entries ended in which state."""
        tally: Counter[EntryState] = Counter()
        async with self.digesting:
            running: dict[asyncio.Task[Digested | Postponed], Waiting] = {}
            try:
                while await self._begin(running):
                    done, _ = await asyncio.wait(running, timeout=PATIENCE.total_seconds())
                    await self._finish({t: running.pop(t) for t in done}, tally)
                    self.progress("read", tally.total(), tally.total() + len(running))
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
            await self.recheck()
        while await self.write(self.store.index):
            pass
        return tally

    async def read_one(self, waiting: Waiting) -> Digested | None:
        """Read one waiting entry, to be settled; None where it is left waiting."""
        reading = asyncio.create_task(self._read(waiting))
        try:
            await asyncio.wait([reading])
        finally:
            reading.cancel()
        outcome = self._outcome(reading, waiting)
        if isinstance(outcome, Digested):
            return outcome
        await self._postpone(outcome, waiting)
        return None

    async def recheck(self) -> None:
        """Look again at the pages whose time has come; each look says when the next one is."""
        while due := await self.write(self.store.rechecks, self.clock(), 4 * UNDER_WAY):
            some = fitting(due, (), UNDER_WAY)
            seen = await asyncio.gather(*(self._look(w) for w in some))
            for digested in sorted((s for s in seen if isinstance(s, Digested)), key=pipeline.canonical):
                await self.settle(digested)
            for waiting, one in zip(some, seen, strict=True):
                if isinstance(one, pipeline.Rechecked):
                    await self._rechecked(waiting, one)

    async def _look(self, waiting: Waiting) -> Digested | pipeline.Rechecked:
        article = await self.write(self.store.article_by_id, waiting.article)
        assert article is not None  # which the store just named
        if (until := self._told.get(_host(waiting), self.clock())) > self.clock():
            return pipeline.Rechecked(article, until, failed=f"{_host(waiting)} asked for a delay")
        said = await self.write(self.store.said_of, article.identity)
        try:
            return await pipeline.recheck(self.desk, article, said, self.fetcher, waiting, self.clock, self.think)
        except StoreError:
            raise
        except Exception as bug:  # a bug over one article must not stop the others
            self.pulse.count("bugs")
            log.exception("bug", entry=waiting.id, url=waiting.entry.url)
            return pipeline.Rechecked(article, None, failed=f"bug: {type(bug).__name__}: {bug}")

    async def _rechecked(self, waiting: Waiting, seen: pipeline.Rechecked) -> None:
        if seen.told:
            self._told[_host(waiting)] = seen.told
        changed = await self.write(pipeline.rechecked, self.desk, self.store, seen, self.clock())
        if seen.gone or seen.failed:
            log.info("looked again", url=seen.article.url, reason=seen.gone or seen.failed)
        for id in changed:
            log.info("event", id=id, article=seen.article.url)

    async def _begin(self, running: dict[asyncio.Task[Digested | Postponed], Waiting]) -> bool:
        """Start reading as many waiting entries as there is room for; return whether any is under way."""
        for w in fitting(await self._ready(), list(running.values()), PER_FEED):
            running[asyncio.create_task(self._read(w))] = w
        return bool(running)

    async def _ready(self) -> Sequence[Waiting]:
        """Return waiting entries whose time has come; those on a host that asked for a delay wait for its end."""
        while True:
            now = self.clock()
            waiting = await self.write(self.store.inbox, now, 4 * UNDER_WAY, 2 * PER_FEED)
            self._told = {host: until for host, until in self._told.items() if until > now}
            held = [w for w in waiting if _host(w) in self._told]
            for w in held:
                host = _host(w)
                reason = f"{host} asked for a delay"
                await self.write(self.store.postpone, w.id, self._told[host], reason, tried=False)
            if not held:
                return waiting

    async def _read(self, waiting: Waiting) -> Digested | Postponed:
        held = await self.write(pipeline.held, self.desk, self.store, waiting)
        return await pipeline.read(self.desk, held, self.fetcher, waiting, self.clock, self.think)

    async def _finish(
        self, done: dict[asyncio.Task[Digested | Postponed], Waiting], tally: Counter[EntryState]
    ) -> None:
        read: list[Digested] = []
        for task, waiting in done.items():
            outcome = self._outcome(task, waiting)
            if isinstance(outcome, Postponed):
                await self._postpone(outcome, waiting)
            else:
                read.append(outcome)
        for digested in sorted(read, key=pipeline.canonical):
            await self.settle(digested)
            tally[digested.state] += 1
            self.pulse.count("digested", digested.state.value)

    async def _postpone(self, outcome: Postponed, waiting: Waiting) -> None:
        until, why = outcome.until, outcome.reason
        await self.write(self.store.postpone, outcome.entry, until, why, tried=outcome.tried)
        if outcome.told:
            self._told[_host(waiting)] = outcome.told
        log.info("article waits", url=waiting.entry.url, reason=outcome.reason, next_try=minute(outcome.until))

    def _outcome(self, task: asyncio.Task[Digested | Postponed], waiting: Waiting) -> Digested | Postponed:
        bug = task.exception()
        if bug is None:
            return task.result()
        if isinstance(bug, StoreError):
            raise bug
        self.pulse.count("bugs")
        log.error("bug", entry=waiting.id, url=waiting.entry.url, exc_info=bug)
        return Digested(waiting.id, EntryState.FAILED, f"bug: {type(bug).__name__}: {bug}", ())

    async def settle(self, digested: Digested, store: Store | None = None, write: Writes | None = None) -> None:
        """Place what an entry says among the events, by another *store* in its own way to *write* where one is named."""
        store, write = store or self.store, write or self.write
        try:
            changed = await write(pipeline.settle, self.desk, store, digested, self.clock())
        except StoreError:
            raise
        except Exception as bug:  # a bug over one article must not stop the others
            self.pulse.count("bugs")
            log.exception("bug", entry=digested.entry)
            failed = Digested(digested.entry, EntryState.FAILED, f"bug: {type(bug).__name__}: {bug}", ())
            await write(pipeline.settle, self.desk, store, failed, self.clock())
            return
        self.pulse.count("changes", by=len(changed))
        for id in changed:
            log.info("event", id=id, article=digested.article.url if digested.article else "")


def finished(store: Store, desk: Desk, number: int, now: datetime) -> RoundRecord:
    """Finish the round *number*: what nothing on a host could be connected to is asked again together."""
    ends = store.ends(number)
    dead = {lost for _, lost in ends} - {schedule.host(url) for url, lost in ends if not lost} - {""}
    moved = schedule.held(store.statuses(), desk.feeds, dead, now) if dead else ()
    return store.close_round(number, now, moved)


def fitting(waiting: Sequence[Waiting], running: Sequence[Waiting], per_feed: int) -> list[Waiting]:
    """Return those of *waiting* that may be under way beside what is *running*: few of one host, few of one feed."""
    busy = {w.id for w in running}
    hosts, feeds = Counter(map(_host, running)), Counter(w.feed for w in running)
    taken: list[Waiting] = []
    for w in waiting:
        full = hosts[_host(w)] >= PER_HOST or feeds[w.feed] >= per_feed or len(running) + len(taken) >= UNDER_WAY
        if full or w.id in busy:
            continue
        hosts[_host(w)] += 1
        feeds[w.feed] += 1
        taken.append(w)
    return taken


def _host(waiting: Waiting) -> str:
    return urlsplit(waiting.entry.url).hostname or ""


def _tell(status: FeedStatus, counts: Counts) -> None:
    """Log one poll in a line."""
    if status.state in (FeedState.FROZEN, FeedState.EMPTIED) or (status.error and not status.failures):
        log.warning("shows nothing new", feed=status.url, state=status.state.value, reason=status.error)
    elif status.error:
        log.warning("not reached", feed=status.url, reason=status.error, next_try=minute(status.next_poll))
    elif counts.fetched > counts.duplicate:  # most polls bring nothing: a line for each would hide the others
        log.info("polled", feed=status.url, **{k: v for k, v in _shown(counts).items() if v})


def _shown(counts: Counts) -> dict[str, int]:
    new = counts.kept + counts.rejected + counts.failed + counts.waiting
    return {"new": new, "waiting": counts.waiting, "rejected": counts.rejected, "known": counts.duplicate}
