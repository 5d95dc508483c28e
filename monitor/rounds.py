"""
The loops over the data path: poll what is due, digest what waits. Part of the roof.

The network is asynchronous; everything that touches the store runs on one writer thread, in the order in
which it was handed over. A failure that the house knows is a value by the time it gets here; anything else
is a bug, and costs the one feed or entry that it came from.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

import structlog

from monitor import pipeline, schedule
from monitor.errors import StoreError
from monitor.model import Counts, EntryState, FeedStatus, Waiting
from monitor.pipeline import Desk, Postponed
from monitor.progress import Progress, unwatched
from monitor.store.base import Digested, RoundRecord, Store

P = ParamSpec("P")
T = TypeVar("T")

# Waiting entries that one host may have under way: a host that answers slowly must not take every place.
PER_HOST = 4
UNDER_WAY = 64

# Articles are settled in the order of publication; this is how long the finished ones wait for the rest.
PATIENCE = timedelta(seconds=30)

log = structlog.get_logger()


@dataclass(slots=True)
class Rounds:
    """Poll and digest with one store, one fetcher and the configuration in force (``desk``, replaced at a reload)."""

    desk: Desk
    store: Store
    fetcher: pipeline.Fetches
    writer: ThreadPoolExecutor
    clock: Callable[[], datetime]
    progress: Progress = unwatched
    polling: set[str] = field(default_factory=set)
    digesting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *act* on the writer thread; once begun it is finished, even if the caller is cancelled."""
        running = asyncio.get_running_loop().run_in_executor(self.writer, lambda: act(*args, **kwargs))
        return await asyncio.shield(running)

    # ------------------------------------------------------------- poll

    async def due(self, *, all: bool = False) -> Sequence[FeedStatus]:
        """Return the feeds to ask now that are not being asked already."""
        statuses = await self.write(self.store.statuses)
        ready = schedule.due(statuses, self.clock(), all=all)
        return [s for s in ready if s.url in self.desk.feeds and s.url not in self.polling]

    async def poll(self, statuses: Sequence[FeedStatus], *, digest: bool = False) -> RoundRecord:
        """Ask *statuses* at once and record each as it answers; with *digest* the inbox is worked off as well."""
        self.polling.update(s.url for s in statuses)
        try:
            number = await self.write(self.store.open_round, self.clock())
            await self._poll_each(statuses, number)
            if digest:
                await self.digest()
            return await self.write(self.store.close_round, number, self.clock())
        finally:
            self.polling.difference_update(s.url for s in statuses)

    async def _poll_each(self, statuses: Sequence[FeedStatus], number: int) -> None:
        tasks = [asyncio.create_task(self._poll_one(s, number)) for s in statuses]
        try:
            for done, task in enumerate(asyncio.as_completed(tasks), 1):
                await task
                self.progress("polled", done, len(tasks))
        finally:
            for task in tasks:
                task.cancel()

    async def _poll_one(self, status: FeedStatus, number: int) -> None:
        try:
            asked = await pipeline.ask(self.desk, self.fetcher, status, self.clock)
            counts, after = await self.write(self._record, asked, number)
        except StoreError:
            raise
        except Exception as bug:  # a bug in one feed must not stop the others
            log.exception("bug", feed=status.url)
            await self.write(self._record, pipeline.broken(status, bug), number)
            return
        _tell(after, counts)

    def _record(self, asked: pipeline.Asked, number: int) -> tuple[Counts, FeedStatus]:
        poll = pipeline.collect(self.desk, self.store, asked, number, self.clock())
        return self.store.record(poll), poll.status

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
        return tally

    async def _begin(self, running: dict[asyncio.Task[Digested | Postponed], Waiting]) -> bool:
        """Start reading as many waiting entries as there is room for; return whether any is under way."""
        waiting = await self.write(self.store.inbox, self.clock(), 4 * UNDER_WAY)
        busy = {w.id for w in running.values()}
        hosts = Counter(_host(w) for w in running.values())
        for w in waiting:
            if w.id in busy or hosts[_host(w)] >= PER_HOST or len(running) >= UNDER_WAY:
                continue
            hosts[_host(w)] += 1
            running[asyncio.create_task(self._read(w))] = w
        return bool(running)

    async def _read(self, waiting: Waiting) -> Digested | Postponed:
        held = await self.write(pipeline.held, self.store, waiting)
        return await pipeline.read(self.desk, held, self.fetcher, waiting, self.clock)

    async def _finish(
        self, done: dict[asyncio.Task[Digested | Postponed], Waiting], tally: Counter[EntryState]
    ) -> None:
        read: list[Digested] = []
        for task, waiting in done.items():
            outcome = self._outcome(task, waiting)
            if isinstance(outcome, Postponed):
                await self.write(self.store.postpone, outcome.entry, outcome.until, outcome.reason)
                log.info("article waits", url=waiting.entry.url, reason=outcome.reason, next_try=_minute(outcome.until))
            else:
                read.append(outcome)
        for digested in sorted(read, key=pipeline.canonical):
            await self._settle(digested)
            tally[digested.state] += 1

    def _outcome(self, task: asyncio.Task[Digested | Postponed], waiting: Waiting) -> Digested | Postponed:
        bug = task.exception()
        if bug is None:
            return task.result()
        if isinstance(bug, StoreError):
            raise bug
        log.error("bug", entry=waiting.id, url=waiting.entry.url, exc_info=bug)
        return Digested(waiting.id, EntryState.FAILED, f"bug: {type(bug).__name__}: {bug}", ())

    async def _settle(self, digested: Digested) -> None:
        try:
            changed = await self.write(pipeline.settle, self.desk, self.store, digested, self.clock())
        except StoreError:
            raise
        except Exception as bug:  # a bug over one article must not stop the others
            log.exception("bug", entry=digested.entry)
            failed = Digested(digested.entry, EntryState.FAILED, f"bug: {type(bug).__name__}: {bug}", ())
            await self.write(pipeline.settle, self.desk, self.store, failed, self.clock())
            return
        for id in changed:
            log.info("event", id=id, article=digested.article.url if digested.article else "")


def _host(waiting: Waiting) -> str:
    return urlsplit(waiting.entry.url).hostname or ""


def _tell(status: FeedStatus, counts: Counts) -> None:
    """Log one poll in a line."""
    if status.error:
        log.warning("not reached", feed=status.url, reason=status.error, next_try=_minute(status.next_poll))
    else:
        log.info("polled", feed=status.url, **{k: v for k, v in _shown(counts).items() if v})


def _shown(counts: Counts) -> dict[str, int]:
    new = counts.kept + counts.rejected + counts.failed + counts.waiting
    return {"new": new, "waiting": counts.waiting, "rejected": counts.rejected, "known": counts.duplicate}


def _minute(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "at once"
