"""One of the processes: it works, and makes the jobs while it has the lock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition

from monitor import daemon
from monitor.clock import clock
from monitor.crew import DRAIN, HOUSEKEEPING, LOOK, Chore, Crew, apply, keep_house
from monitor.declared import Declared
from monitor.errors import Occupied, Outdated, StoreError
from monitor.fetch import Fetcher, room_for
from monitor.jobs import again, tables
from monitor.jobs.backfilling import AT_ONCE, BACKFILL
from monitor.jobs.common import Common, Queue
from monitor.jobs.link import Link
from monitor.jobs.queues import QUEUES
from monitor.jobs.reading import DIGEST
from monitor.pipeline import Desk
from monitor.progress import Progress, unwatched
from monitor.rounds import Rounds
from monitor.store import pooled, turns

CONCURRENCY = 32  # jobs of one process at a time: nearly all of them wait for the network
TICK = 2.0  # seconds between two looks at what is due
TEND = 30.0  # seconds between two looks at pages that are to be asked for again
GLANCE = 0.25  # seconds between two looks for a job whose host was busy: nobody says when it is free again
# Seconds: a process that is gone is noticed well within a minute. Where a machine was at rest, ours perhaps, nobody was
# heard of meanwhile: each has the time to be heard of again.
HEARTBEAT, STALLED, GRACE = 5.0, 13.0, 2.0
POOL = 4  # connections of a process for its jobs

log = structlog.get_logger()


@dataclass(slots=True)
class Team(Crew):
    """One process among those on a database; it serves the queues *wanted*."""

    common: Common = field(kw_only=True)
    tick: float = TICK
    wanted: Sequence[str] = tuple(QUEUES)
    concurrency: int = CONCURRENCY
    _makers: Sequence[Queue] = ()  # while it makes the jobs
    # Jobs, with the loop time since when their process is silent.
    _stalled: dict[int | None, float] = field(default_factory=dict)
    _away: bool = False  # the server cannot be had
    _tended: float = 0.0  # loop time
    _tending: asyncio.Task[None] | None = None

    def chores(self) -> Mapping[str, tuple[float, Chore]]:
        """Return what is to be done, and how often."""
        return {LOOK: (self.tick, self._look), "housekeeping": (HOUSEKEEPING, self._keep_house)}

    def start(self) -> None:
        """Begin to work."""
        log.info("working", queues=",".join(self.wanted), jobs_at_a_time=self.concurrency)
        for name, kind in QUEUES.items():
            self.common.app.task(name=name, retry=again.Unfinished())(self._told(kind(self.common).do))
        # Apart, so that no more archives are taken than are read: what is not taken is left to another process.
        if most := [queue for queue in self.wanted if queue != BACKFILL]:
            self.begin(self._work(most, self.concurrency, GLANCE))
        if BACKFILL in self.wanted:
            self.begin(self._work([BACKFILL], min(AT_ONCE, self.concurrency), self.tick, listen_notify=False))

    async def take_over(self, declared: Declared) -> None:
        """Make *declared* the configuration in force."""
        await Crew.take_over(self, declared)
        self.common.declared = declared

    # ------------------------------------------------------------- work

    async def _work(self, queues: list[str], concurrency: int, glance: float, *, listen_notify: bool = True) -> None:
        while True:
            try:
                await tables.ready(self.common.app)
                await self.common.app.run_worker_async(
                    queues=queues,
                    concurrency=concurrency,
                    listen_notify=listen_notify,
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    shutdown_graceful_timeout=DRAIN / 2,
                    fetch_job_polling_interval=glance,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED + HEARTBEAT + GRACE,
                )
            except ConnectorException as error:
                log.error("jobs cannot be had for now", reason=type(error.__cause__ or error).__name__)
            await asyncio.sleep(self.tick)

    def _told(self, act: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """Let what goes wrong be told by us: the job engine would print what it was given."""

        async def job(**about: Any) -> None:
            try:
                await act(**about)
            except Outdated as error:
                self.fail(error)
            except StoreError as error:
                log.error("left for the next time", reason=str(error), **about)
                if error.passing:
                    await again.rest()
                    raise
            except asyncio.CancelledError:
                await again.rest()
                raise
            except Exception:  # a bug in one job must not stop the others
                self.rounds.pulse.count("bugs")
                log.exception("bug", **about)

        return job

    # ------------------------------------------------------------- lead

    async def _look(self) -> None:
        """Make jobs of what is due where it is our turn; what passes is waited for, and tried again at the next look."""
        try:
            await self._lead()
        except Occupied as rival:
            await self._follow(rival)
        except StoreError as error:
            if error.passing:
                self._lost(str(error))
            else:
                self.fail(error)
        except (ConnectorException, AlreadyEnqueued) as error:
            self._lost(f"jobs cannot be made: {type(error.__cause__ or error).__name__}")
        else:
            self._found()

    async def _lead(self) -> None:
        common = self.common
        await common.apart(common.leading.hold, at_once=True)
        if not self._makers:
            self._makers = self._new_makers()
            if not self.rounds.pulse.leading:
                log.info("this process makes the jobs")
            self.rounds.pulse.leading = True
        # Where much is to be read the next batch does not wait for the next look.
        end = asyncio.get_running_loop().time() + self.tick - 2 * GLANCE
        for _ in range(max(int(self.tick / GLANCE), 1)):
            if not await self._made() or asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(GLANCE)
        self._tend()

    async def _made(self) -> bool:
        """Make jobs of what is due and is none yet; return whether any is to be read."""
        await self._take_over_jobs()
        pending = await self.common.pending()
        for queue in self._makers:
            await queue.make(pending)
        self.rounds.pulse.jobs = pending.counted()
        return bool(pending.of(DIGEST))

    async def _take_over_jobs(self) -> None:
        jobs, now = self.common.app.job_manager, asyncio.get_running_loop().time()
        stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED))
        self._stalled = {job.id: self._stalled.get(job.id, now) for job in stalled}
        for job in stalled:
            if job.worker_id is not None and now - self._stalled[job.id] < HEARTBEAT + GRACE:
                continue
            log.warning("taken over from a process that is gone", job=job.task_name)
            await jobs.retry_job(job, again.LONG_AGO)
            self._makers = self._new_makers()

    def _new_makers(self) -> Sequence[Queue]:
        """Return what makes jobs, with all its patience: what was under way elsewhere is waited for once more."""
        return [kind(self.common) for kind in QUEUES.values()]

    async def _follow(self, rival: Occupied) -> None:
        """Work alone, while another process makes the jobs."""
        if self.rounds.pulse.leading is not False:
            log.info("another process makes the jobs", reason=str(rival))
        self._makers, self.rounds.pulse.leading, self.rounds.pulse.overdue = (), False, None
        with contextlib.suppress(ConnectorException):
            self.rounds.pulse.jobs = await self.common.counted()
            self._found()

    def _lost(self, why: str) -> None:
        if not self._away:
            log.error("no jobs are made for now", reason=why)
        self._makers, self._away, self.rounds.pulse.trouble = (), True, why

    def _found(self) -> None:
        if self._away:
            log.info("jobs are made again")
            self._away, self.rounds.pulse.trouble = False, ""

    # ------------------------------------------------------------- what one does for all

    def _tend(self) -> None:
        """Look again at the pages whose time has come."""
        now = asyncio.get_running_loop().time()
        if now - self._tended > TEND and (self._tending is None or self._tending.done()):
            self._tended, self._tending = now, self.begin(self.rounds.recheck())

    async def _keep_house(self) -> None:
        if self._makers:
            await keep_house(self.rounds, self.declared.settings, self.common.clock())


def _unretrieved(loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    """Say nothing of a job whose end could not be kept: it is taken over, and finds that nothing is to be done."""
    if not isinstance(about.get("exception"), ConnectorException):
        loop.default_exception_handler(about)


# --------------------------------------------------------------------------- opening


@contextlib.asynccontextmanager
async def opened(
    declared: Declared,
    now: Callable[[], datetime] = clock,
    tick: float = TICK,
    progress: Progress = unwatched,
    wanted: Sequence[str] = tuple(QUEUES),
    concurrency: int = CONCURRENCY,
    reach: Callable[..., Fetcher] = Fetcher,
) -> AsyncIterator[Team]:
    """Open what one process needs: a store to write with and one to lead with, turns, the jobs, the network (by *reach*)."""
    for library in ("procrastinate", "psycopg.pool"):  # they print what jobs are given, and each try; we tell ourselves
        logging.getLogger(library).setLevel(logging.CRITICAL)
    asyncio.get_running_loop().set_exception_handler(_unretrieved)
    settings = declared.settings
    room = room_for(settings.fetch)
    daemon.be_lean()
    async with contextlib.AsyncExitStack() as stack:
        store, writer = await daemon.opened_store(stack, settings.database)
        leading, thread = await daemon.opened_store(stack, settings.database)
        shared = await turns(settings.database, now)
        stack.push_async_callback(shared.close)
        pool = await stack.enter_async_context(pooled(settings.database, POOL))
        app = App(connector=Link())
        app.job_manager = again.Jobs(app.job_manager.connector)
        await stack.enter_async_context(app.open_async(pool))
        await tables.ready(app)
        fetcher = await stack.enter_async_context(reach(settings.fetch, now=now, room=room, shared=shared))
        rounds = Rounds(Desk.of(settings), store, fetcher, writer, now, progress, room=room, shares=True)
        stack.push_async_callback(rounds.leave)
        await apply(rounds, declared)
        common = Common(rounds, app, leading, thread, now, declared)
        stack.enter_context(daemon.few_collections())
        yield Team(rounds, declared, common=common, tick=tick, wanted=wanted, concurrency=concurrency)
