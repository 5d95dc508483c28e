"""
The daemon: APScheduler over the schedule in the store, signals, and the re-reading of the configuration.

APScheduler holds four small jobs and no state: what is due is data in the store, so a new process or a
shifted clock changes nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import structlog
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
    JobExecutionEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import normalize
from monitor.clock import clock
from monitor.crew import DELIVERY, HOUSEKEEPING, LOOK, TOGETHER, Chore, Crew, apply, delivering, keep_house
from monitor.declared import Declared
from monitor.errors import ConfigError, MonitorError, StoreError
from monitor.fetch import Fetcher, room_for
from monitor.model import FeedStatus, Settings
from monitor.pipeline import Desk
from monitor.progress import Progress, unwatched
from monitor.pulse import Pulse
from monitor.rounds import Rounds
from monitor.store import Store, open_store, turns
from monitor.supervisor import NOBODY, Supervisor

if TYPE_CHECKING:
    from monitor.deliveries import Deliveries

RELOAD = 5.0  # seconds between two looks at the configuration file
LAST = 8.5  # seconds after which a process that was told to stop is ended; the promise is 10
LOCK_PATIENCE = 2.0  # seconds that one try to write waits for another writer
GARBAGE = (3_000, 10, 10)  # objects more than before until cycles are looked for, and how often among older ones
M_ARENA_MAX = -8  # glibc's name for how many heaps there are

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def opened(
    declared: Declared, now: Callable[[], datetime] = clock, progress: Progress = unwatched
) -> AsyncIterator[Rounds]:
    """Open store and network for the one process that polls; the store lives on its own writer thread."""
    settings, loop = declared.settings, asyncio.get_running_loop()
    be_lean()
    async with contextlib.AsyncExitStack() as stack:
        store, writer = await opened_store(stack, settings.database)
        await loop.run_in_executor(writer, store.hold)
        # On a PostgreSQL database others may still be at their last job.
        shared = None if settings.is_file else await turns(settings.database, now)
        if shared:
            stack.push_async_callback(shared.close)
        room = room_for(settings.fetch)
        fetcher = await stack.enter_async_context(Fetcher(settings.fetch, now=now, room=room, shared=shared))
        rounds = Rounds(Desk.of(settings), store, fetcher, writer, now, progress, room=room, shares=shared is not None)
        await apply(rounds, declared)
        if not shared:
            fetcher.resume(await rounds.write(store.begin_run, now()))
        stack.push_async_callback(_leave, rounds)
        with few_collections():
            yield rounds


async def opened_store(stack: contextlib.AsyncExitStack, database: str) -> tuple[Store, ThreadPoolExecutor]:
    """Open a store on a thread of its own, to be closed there with *stack*."""
    thread = ThreadPoolExecutor(1, "store")
    stack.callback(thread.shutdown)
    loop = asyncio.get_running_loop()
    store = await loop.run_in_executor(thread, open_store, database)
    stack.push_async_callback(loop.run_in_executor, thread, store.close)
    return store, thread


def be_lean() -> None:
    """
    Give back what reading the configuration took, and let all threads share what they free.

    Each would keep some megabytes for itself. The C library may not know how to do either.
    """
    normalize.release()
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
        library.malloc_trim(0)


@contextlib.contextmanager
def few_collections() -> Iterator[None]:
    """
    Let the collector of cycles leave alone what is loaded by now, and look less often at what comes and goes.

    What a poll makes is freed without it; looking for cycles in it took a tenth of the time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _leave(rounds: Rounds) -> None:
    """Say good-bye: what the next process must know. A store that cannot be written has been spoken of already."""
    await rounds.leave()
    rounds.readers.shutdown(wait=False, cancel_futures=True)
    if rounds.shares:
        return
    with contextlib.suppress(StoreError):
        await rounds.write(rounds.store.end_run, rounds.fetcher.manners(), rounds.clock())


@dataclass(slots=True)
class Alone(Crew):
    """The one process of a database: what is due is asked here, what waits is read here."""

    deliveries: Deliveries | None = None
    held: float = 0.0  # seconds that alerts have waited for articles that are being read

    def chores(self) -> Mapping[str, tuple[float, Chore]]:
        """Return what is to be done, and how often."""
        return {
            LOOK: (self.rounds.pulse.period, self._tick),
            "deliveries": (DELIVERY, self._deliver),
            "housekeeping": (HOUSEKEEPING, self._keep_house),
        }

    async def _tick(self) -> None:
        """Begin a round for the feeds that are due; a slow one does not hold up the next tick."""
        try:
            due = await self.rounds.due()
        except StoreError as error:
            self.fail(error)
            return
        if due:
            self.rounds.polling.update(s.url for s in due)
            self.begin(self._round(due))
        elif not self.rounds.digesting.locked():
            self.begin(self._digest())

    async def _round(self, due: Sequence[FeedStatus]) -> None:
        record = await self.rounds.poll(due)
        if not self.rounds.digesting.locked():  # else whoever digests takes on what is new
            await self._digest()
        log.info("round", number=record.id, feeds=len(due), fetched=record.counts.fetched)

    async def _digest(self) -> None:
        tally = await self.rounds.digest()
        if tally:
            log.info("digested", **{state.value: count for state, count in sorted(tally.items())})

    async def _deliver(self) -> None:
        """Begin to deliver what is due; a channel that is slow holds up nothing but itself."""
        settings = self.declared.settings
        if not settings.channels:
            return
        # What is being read together is to be told together.
        self.held = self.held + DELIVERY if self.rounds.digesting.locked() else 0.0
        if 0 < self.held < TOGETHER:
            return
        if self.deliveries is None:
            self.deliveries = delivering(self.rounds, settings)
        self.deliveries.settings = settings
        for task in self.deliveries.begin():
            self.keep(task)

    async def _keep_house(self) -> None:
        await keep_house(self.rounds, self.declared.settings, clock())


@dataclass(slots=True)
class Daemon:
    """A process that keeps up to date until it is told to stop; ``read`` reads the configuration anew or raises ConfigError."""

    crew: Crew
    read: Callable[[], Declared]
    stamp: Callable[[Settings], object]
    supervisor: Supervisor = NOBODY

    @property
    def pulse(self) -> Pulse:
        """How the daemon is."""
        return self.crew.rounds.pulse

    async def run(self) -> None:
        """Do what the crew does until SIGTERM or SIGINT; StoreError if the store fails for good."""
        crew, rounds = self.crew, self.crew.rounds
        # A daemon outlives what passes: a lock, a full disk. It asks again itself, so SIGTERM waits for no long lock.
        rounds.patient = True
        await rounds.write(rounds.store.patience, LOCK_PATIENCE)
        listen(crew.stopping, lambda: crew.begin(self._reload()))
        scheduler = self._scheduler()
        self.pulse.feed = self.supervisor.feed
        crew.start()
        scheduler.start()
        self.supervisor.ready(self._status())
        try:
            await crew.stopping.wait()
        finally:
            self.supervisor.stopping()
            # shutdown(wait=True) would cancel running jobs in the middle: drain ours first.
            scheduler.pause()
            await crew.drain()
            scheduler.shutdown(wait=False)
        if crew.fatal:
            raise crew.fatal

    # ------------------------------------------------------------- chores

    def _scheduler(self) -> AsyncIOScheduler:
        # What it skips is told once, and not every five seconds; what fails is told by us, and a stop is no failure.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
        scheduler.add_listener(self._unwell, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        scheduler.add_listener(self._looked, EVENT_JOB_EXECUTED | EVENT_JOB_MAX_INSTANCES)
        for name, (seconds, chore) in self.crew.chores().items():
            first = {"next_run_time": clock()} if name == LOOK else {}
            scheduler.add_job(chore, "interval", seconds=seconds, id=name, **first)
        scheduler.add_job(self._reload_if_changed, "interval", seconds=RELOAD, id="reload")
        return scheduler

    # ------------------------------------------------------------- configuration

    async def _reload_if_changed(self) -> None:
        if self.stamp(self.crew.declared.settings) != self.crew.declared.stamp:
            await self._reload()

    async def _reload(self) -> None:
        """Take over a changed configuration; a wrong one is refused and the old one goes on."""
        self.supervisor.reloading()
        try:
            await self._read_anew()
        finally:
            if not self.crew.stopping.is_set():
                self.supervisor.ready(self._status())

    async def _read_anew(self) -> None:
        crew = self.crew
        stamp = self.stamp(crew.declared.settings)
        try:
            declared = self.read()
        except ConfigError as error:
            log.error("configuration refused, the old one goes on", problems=list(error.problems))
            crew.declared = replace(crew.declared, stamp=stamp)
            return
        if declared.settings.database != crew.declared.settings.database:
            log.warning("the database changes only with a restart", database=crew.declared.settings.shown)
        await crew.take_over(declared)
        be_lean()
        log.info("configuration read", file=declared.settings.file, feeds=len(declared.settings.feeds))

    # ------------------------------------------------------------- how it is

    def _status(self) -> str:
        settings = self.crew.declared.settings
        return f"{len(settings.feeds)} feeds, {len(settings.topics)} topics"

    def _looked(self, event: JobEvent) -> None:
        if event.job_id != LOOK:
            return
        if event.code == EVENT_JOB_EXECUTED:
            self.pulse.tick()
        else:
            self.pulse.skip()
            every, _ = self.crew.chores()[LOOK]
            if self.pulse.skipped == max(round(self.pulse.period / every), 1):
                log.warning("a look at what is due takes long", reason=self.pulse.trouble or "the store is busy")

    def _unwell(self, event: JobExecutionEvent) -> None:
        if isinstance(event.exception, asyncio.CancelledError):  # we are about to stop
            return
        what = "failed" if event.exception else "missed"
        self.pulse.count(f"jobs_{what}", event.job_id)
        bug = None if isinstance(event.exception, MonitorError) else event.exception
        log.error(f"job {what}", job=event.job_id, reason=str(event.exception or ""), exc_info=bug)


def listen(stopping: asyncio.Event, reload: Callable[[], object] = lambda: None) -> None:
    """Take signals from now on; doing it again, with what is to be done on SIGHUP, is harmless."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reload)


class Ending:
    """
    Ends the process LAST seconds after it was told to stop, whatever hangs: a server that is gone without a word, say.

    What was not committed then was not written, and locks go with the process. It outlasts the ``async with``: what
    hangs may be the end of the event loop, or of a thread.
    """

    def __init__(self, stopping: asyncio.Event) -> None:
        self.crew: Crew | None = None
        self._stopping = stopping
        self._last = threading.Timer(LAST, self._end)
        self._last.daemon = True

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()

    async def _watch(self) -> None:
        await self._stopping.wait()
        self._last.start()

    def _end(self) -> None:
        os._exit(3 if self.crew and self.crew.fatal else 0)


def supervisor() -> Supervisor:
    """Return whoever started this process and wants to know how it is."""
    return Supervisor(os.environ, os.getpid())
