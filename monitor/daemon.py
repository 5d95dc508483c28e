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
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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

from monitor import normalize, seeding
from monitor.clock import clock
from monitor.declared import Declared, environment
from monitor.errors import ConfigError, StoreError
from monitor.fetch import Fetcher, room_for
from monitor.model import FeedStatus, FetchSettings, Settings
from monitor.pipeline import Desk
from monitor.progress import Progress, unwatched
from monitor.pulse import Pulse
from monitor.rounds import Rounds
from monitor.store import Store, open_store
from monitor.supervisor import NOBODY, Supervisor

if TYPE_CHECKING:
    from monitor.deliveries import Deliveries

RELOAD = 5.0  # seconds between two looks at the configuration file
DELIVERY = 5.0  # seconds between two looks at what is to be delivered
HOUSEKEEPING = 3600.0  # seconds between two goes at what is to be forgotten
TOGETHER = 60.0  # seconds that alerts wait for articles that are being read
LOCK_PATIENCE = 2.0  # seconds that one try to write waits for another writer
GARBAGE = (3_000, 10, 10)  # objects more than before until cycles are looked for, and how often among older ones
M_ARENA_MAX = -8  # glibc's name for how many heaps there are
DRAIN = 6.0  # seconds that a stop may take; the promise is 10

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def opened(
    declared: Declared, now: Callable[[], datetime] = clock, progress: Progress = unwatched
) -> AsyncIterator[Rounds]:
    """Open store and network for one process that polls; the store lives on its own writer thread."""
    writer = ThreadPoolExecutor(1, "store")
    loop = asyncio.get_running_loop()
    _be_lean()
    try:
        store = await loop.run_in_executor(writer, open_store, declared.settings.database)
        try:
            await loop.run_in_executor(writer, store.hold)
            room = room_for(declared.settings.fetch)
            async with Fetcher(declared.settings.fetch, now=now, room=room) as fetcher:
                rounds = Rounds(Desk.of(declared.settings), store, fetcher, writer, now, progress, room=room)
                await apply(rounds, declared)
                fetcher.resume(await rounds.write(store.begin_run, now()))
                try:
                    with _few_collections():
                        yield rounds
                finally:
                    await _leave(rounds)
        finally:
            await loop.run_in_executor(writer, store.close)
    finally:
        writer.shutdown(wait=True)


def _be_lean() -> None:
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
def _few_collections() -> Iterator[None]:
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
    with contextlib.suppress(StoreError):
        await rounds.write(rounds.store.end_run, rounds.fetcher.manners(), rounds.clock())


async def apply(rounds: Rounds, declared: Declared) -> None:
    """Make *declared* the configuration in force: feeds, topics, seeds."""
    desk = Desk.of(declared.settings)
    await rounds.write(declare, rounds.store, declared, rounds.clock())
    rounds.desk = desk


def declare(store: Store, declared: Declared, now: datetime) -> None:
    """Write feeds, topics and seeds of *declared* into *store*."""
    store.declare(declared.settings, now)
    if changed := seeding.sow(declared.settings.topics, store, declared.seeds, now):
        log.info("seeded", events=changed)


async def keep_house(rounds: Rounds, settings: Settings, now: datetime) -> None:
    """Go once over what is to be forgotten; between two steps whoever waits writes."""
    store, mark, entries, bodies, polls = rounds.store, None, 0, 0, 0
    while mark != "":
        done = await rounds.write(store.tidy, now, settings.retention, mark or "")
        mark, entries, bodies, polls = done.mark, entries + done.entries, bodies + done.bodies, polls + done.polls
    await rounds.write(store.settle)
    log.info("housekeeping", trimmed=entries, bodies=bodies, polls=polls)


def delivering(rounds: Rounds, settings: Settings) -> Deliveries:
    """Return what delivers alerts; imported only where there is a channel, since most of what it needs is needed for nothing else."""
    from monitor.deliveries import Deliveries

    def reach(fetch: FetchSettings) -> Fetcher:
        return Fetcher(fetch, now=rounds.clock)

    return Deliveries(settings, rounds.store, rounds.write, reach, environment(), rounds.clock)


@dataclass(slots=True)
class Daemon:
    """A process that polls until it is told to stop; ``read`` reads the configuration anew or raises ConfigError."""

    rounds: Rounds
    declared: Declared
    read: Callable[[], Declared]
    stamp: Callable[[Settings], object]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    fatal: StoreError | None = None
    deliveries: Deliveries | None = None
    held: float = 0.0  # seconds that alerts have waited for articles that are being read
    supervisor: Supervisor = NOBODY

    @property
    def pulse(self) -> Pulse:
        """How the daemon is."""
        return self.rounds.pulse

    async def run(self) -> None:
        """Poll until SIGTERM or SIGINT; StoreError if the store fails for good."""
        # A daemon outlives what passes: a lock, a full disk. It asks again itself, so SIGTERM waits for no long lock.
        self.rounds.patient = True
        await self.rounds.write(self.rounds.store.patience, LOCK_PATIENCE)
        self.listen()
        scheduler = self._scheduler()
        self.pulse.feed = self.supervisor.feed
        scheduler.start()
        self.supervisor.ready(self._status())
        try:
            await self.stopping.wait()
        finally:
            self.supervisor.stopping()
            # shutdown(wait=True) would cancel running jobs in the middle: drain ours first.
            scheduler.pause()
            await self._drain()
            scheduler.shutdown(wait=False)
        if self.fatal:
            raise self.fatal

    # ------------------------------------------------------------- jobs

    def _scheduler(self) -> AsyncIOScheduler:
        # What it skips is told once, and not every five seconds.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
        scheduler.add_listener(self._unwell, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        scheduler.add_listener(self._looked, EVENT_JOB_EXECUTED | EVENT_JOB_MAX_INSTANCES)
        now = clock()
        scheduler.add_job(self._tick, "interval", seconds=self.pulse.period, id="tick", next_run_time=now)
        scheduler.add_job(self._reload_if_changed, "interval", seconds=RELOAD, id="reload")
        scheduler.add_job(self._deliver, "interval", seconds=DELIVERY, id="deliveries")
        scheduler.add_job(self._keep_house, "interval", seconds=HOUSEKEEPING, id="housekeeping")
        return scheduler

    async def _tick(self) -> None:
        """Begin a round for the feeds that are due; a slow one does not hold up the next tick."""
        try:
            due = await self.rounds.due()
        except StoreError as error:
            self._fail(error)
            return
        if due:
            self.rounds.polling.update(s.url for s in due)
            self._begin(self._round(due))
        elif not self.rounds.digesting.locked():
            self._begin(self._digest())

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
            self._keep(task)

    async def _keep_house(self) -> None:
        await keep_house(self.rounds, self.declared.settings, clock())

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        self._keep(asyncio.get_running_loop().create_task(work))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StoreError):
            self._fail(error)
        elif error is not None:
            self.pulse.count("bugs")
            log.error("bug", exc_info=error)

    def _fail(self, error: StoreError) -> None:
        """Stop: without its store the daemon could only lose things."""
        self.fatal = self.fatal or error
        self.stopping.set()

    # ------------------------------------------------------------- signals

    def listen(self) -> None:
        """Take signals from now on; doing it twice is harmless."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._begin(self._reload()))

    async def _reload_if_changed(self) -> None:
        if self.stamp(self.declared.settings) != self.declared.stamp:
            await self._reload()

    async def _reload(self) -> None:
        """Take over a changed configuration; a wrong one is refused and the old one goes on."""
        self.supervisor.reloading()
        try:
            await self._read_anew()
        finally:
            if not self.stopping.is_set():
                self.supervisor.ready(self._status())

    async def _read_anew(self) -> None:
        stamp = self.stamp(self.declared.settings)
        try:
            declared = self.read()
        except ConfigError as error:
            log.error("configuration refused, the old one goes on", problems=list(error.problems))
            self.declared = replace(self.declared, stamp=stamp)
            return
        if declared.settings.database != self.declared.settings.database:
            log.warning("the database changes only with a restart", database=self.declared.settings.shown)
        await apply(self.rounds, declared)
        self.declared = declared
        _be_lean()
        log.info("configuration read", file=declared.settings.file, feeds=len(declared.settings.feeds))

    async def _drain(self) -> None:
        """Abandon what is on the network (its feeds stay due) and let the transaction in hand finish."""
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=DRAIN)

    # ------------------------------------------------------------- how it is

    def _status(self) -> str:
        return f"{len(self.declared.settings.feeds)} feeds, {len(self.declared.settings.topics)} topics"

    def _looked(self, event: JobEvent) -> None:
        if event.job_id != "tick":
            return
        if event.code == EVENT_JOB_EXECUTED:
            self.pulse.tick()
        else:
            self.pulse.skip()
            if self.pulse.skipped == 1:
                log.warning("a look at what is due takes long", reason=self.pulse.trouble or "the store is busy")

    def _unwell(self, event: JobExecutionEvent) -> None:
        what = "failed" if event.exception else "missed"
        self.pulse.count(f"jobs_{what}", event.job_id)
        log.error(f"job {what}", job=event.job_id, reason=str(event.exception or ""))


def supervisor() -> Supervisor:
    """Return whoever started this process and wants to know how it is."""
    return Supervisor(os.environ, os.getpid())
