"""
Many processes on one PostgreSQL database: polls and digests are jobs of procrastinate. Part of the roof.

What is due stays data in the store. One process at a time, whoever has the single instance lock, looks at it every few
seconds and makes jobs of it; all of them work them off. Jobs on one host are done one after the other (their ``lock``),
and no two of one feed or entry wait (their ``queueing_lock``). A process that dies leaves its jobs to the others once
its heartbeat is missed, and its lock at once: nothing is kept here that the next one would have to know.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job

from monitor import daemon, pipeline, schedule
from monitor.clock import clock
from monitor.declared import Declared
from monitor.errors import StoreError
from monitor.fetch import Fetcher, room_for
from monitor.pipeline import Desk
from monitor.rounds import PATIENCE, PER_FEED, UNDER_WAY, Rounds, fitting
from monitor.store import Store, open_store, turns

P = ParamSpec("P")
T = TypeVar("T")

POLL, DIGEST = "poll", "digest"
QUEUES = (POLL, DIGEST)
CONCURRENCY = 32  # jobs of one process at a time: nearly all of them wait for the network
TICK = 2.0  # seconds between two looks at what is due
TEND = 30.0  # seconds between two looks at pages that are to be asked for again
GLANCE = 0.25  # seconds between two looks for a job whose host was busy: nobody says when it is free again
HEARTBEAT, STALLED = 5.0, 20.0  # seconds: a process that is gone is noticed well within a minute
POOL = 4  # connections of a process for its jobs

_PENDING = "SELECT task_name, queueing_lock, args FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_THERE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS there"

log = structlog.get_logger()


@dataclass(slots=True)
class Team:
    """One of the processes: it works, and leads while it has the lock; *leading* is its store for that."""

    rounds: Rounds
    app: App
    declared: Declared
    leading: Store
    thread: ThreadPoolExecutor
    clock: Callable[[], datetime] = clock
    tick: float = TICK
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _reading: bool = False  # pages are under way
    _since: float = 0.0  # loop time at which entries were last given to be read, or finished

    async def run(self, queues: Sequence[str] = QUEUES, concurrency: int = CONCURRENCY) -> None:
        """Work and, when it is our turn, lead until ``stopping`` is set."""
        self.rounds.patient = True
        log.info("working", queues=",".join(queues), jobs_at_a_time=concurrency)
        both = [asyncio.create_task(self._work(queues, concurrency)), asyncio.create_task(self._lead())]
        stop = asyncio.create_task(self.stopping.wait())
        try:
            done, _ = await asyncio.wait([*both, stop], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*both, stop):
                task.cancel()
            await asyncio.wait(both, timeout=daemon.DRAIN)

    # ------------------------------------------------------------- work

    async def _work(self, queues: Sequence[str], concurrency: int) -> None:
        self.app.task(name=POLL)(self._told(self._poll))
        self.app.task(name=DIGEST)(self._told(self._digest))
        while True:
            try:
                await self.app.run_worker_async(
                    queues=list(queues),
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    shutdown_graceful_timeout=daemon.DRAIN / 2,
                    fetch_job_polling_interval=GLANCE,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                )
            except ConnectorException as error:
                log.error("jobs cannot be had for now", reason=type(error.__cause__ or error).__name__)
                await asyncio.sleep(self.tick)

    def _told(self, act: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """Let what goes wrong be told by us: the job engine would print what it was given."""

        async def job(**about: Any) -> None:
            try:
                await act(**about)
            except StoreError as error:
                log.error("left for the next time", reason=str(error), **about)
            except Exception:  # a bug in one job must not stop the others
                log.exception("bug", **about)

        return job

    async def _poll(self, url: str, round: int) -> None:
        status = await self.rounds.write(self.rounds.store.status, url)
        if status and url in self.rounds.desk.feeds and schedule.due([status], self.clock()):
            await self.rounds.poll_one(status, round)

    async def _digest(self, entry: str) -> None:
        waiting = await self.rounds.write(self.rounds.store.waiting, entry)
        digested = await self.rounds.read_one(waiting) if waiting else None
        if digested:
            await self.rounds.write(self.rounds.store.leave_unsettled, digested, self.clock())

    # ------------------------------------------------------------- lead

    async def _lead(self) -> None:
        """Wait for the lock; while we have it, make jobs of what is due."""
        while True:
            try:
                await self._apart(self.leading.hold)
                await self._apart(daemon.declare, self.leading, self.declared, self.clock())
                log.info("this process makes the jobs")
                await self._leading()
            except StoreError as error:
                if "another monitor" not in str(error):
                    log.error("no jobs are made for now", reason=str(error))
            except (ConnectorException, AlreadyEnqueued) as error:
                log.error("no jobs are made for now", reason=type(error.__cause__ or error).__name__)
            await asyncio.sleep(self.tick)

    async def _leading(self) -> None:
        beside = [asyncio.create_task(self._tend()), asyncio.create_task(self._deliver())]
        try:
            while not any(task.done() for task in beside):
                await self._look()
                await asyncio.sleep(self.tick)
            for task in beside:
                if task.done():
                    task.result()
        finally:
            for task in beside:
                task.cancel()

    async def _tend(self) -> None:
        """Do what one process does for all: look at pages again, keep house."""
        loop, swept = asyncio.get_running_loop(), 0.0
        while True:
            await self.rounds.recheck()
            if not swept or loop.time() - swept > daemon.HOUSEKEEPING:
                swept = loop.time()
                await daemon.keep_house(self.rounds, self.declared.settings, self.clock())
            await asyncio.sleep(TEND)

    async def _deliver(self) -> None:
        """Let what was read together be told together."""
        settings, held, tasks = self.declared.settings, 0.0, set[asyncio.Task[None]]()
        deliveries = daemon.delivering(self.rounds, settings) if settings.channels else None
        try:
            while True:
                held = held + daemon.DELIVERY if self._reading else 0.0
                if deliveries and not 0 < held < daemon.TOGETHER:
                    for task in (begun := deliveries.begin()):
                        task.add_done_callback(_ended)
                    tasks = {t for t in tasks if not t.done()} | set(begun)
                await asyncio.sleep(min(daemon.DELIVERY, 5 * self.tick))
        finally:
            for task in tasks:
                task.cancel()

    async def _look(self) -> None:
        """Make jobs of what is due and is none yet; finish rounds that have none left."""
        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            log.warning("taken over from a process that is gone", job=job.task_name)
            await self.app.job_manager.retry_job(job)
        pending = list(await self.app.connector.execute_query_all_async(_PENDING))
        polling = {row["args"]["round"] for row in pending if row["task_name"] == POLL}
        await self._close(polling)
        polled = await self._make_polls({row["queueing_lock"] for row in pending})
        reading = await self._settle({row["args"]["entry"] for row in pending if row["task_name"] == DIGEST})
        await self._make_digests(reading, hurried=not polling and not polled)
        self._reading = bool(reading)
        while await self._apart(self.leading.index):
            pass

    async def _make_polls(self, queued: set[str]) -> bool:
        now = self.clock()
        due = schedule.due(await self._apart(self.leading.due, now), now)
        urls = [s.url for s in due if s.url in self.rounds.desk.feeds and _name(POLL, s.url) not in queued]
        if urls:
            number = await self._apart(self.leading.open_round, now)
            await self._defer(_job(POLL, u, u, {"url": u, "round": number}) for u in urls)
        return bool(urls)

    async def _settle(self, reading: set[str]) -> set[str]:
        """Finish what was read, in the order of publication, once all is or the rest takes too long; return the rest."""
        read = await self._apart(self.leading.unsettled)
        rest = reading - {d.entry for d in read}
        if read and rest and not self._patience_over():
            return reading | {d.entry for d in read}
        for digested in sorted(read, key=pipeline.canonical):
            await self.rounds.settle(digested)
        if read:
            self._since = asyncio.get_running_loop().time()
        return rest

    async def _make_digests(self, reading: set[str], *, hurried: bool) -> None:
        """Let waiting entries be read, as many at once as one process would; while feeds are polled, not at once."""
        inbox = await self._apart(self.leading.inbox, self.clock(), 4 * UNDER_WAY, 2 * PER_FEED)
        if inbox and (hurried or self._patience_over()):
            some = fitting(inbox, [w for w in inbox if w.id in reading], PER_FEED)
            await self._defer(_job(DIGEST, w.id, w.entry.url, {"entry": w.id}) for w in some)
            self._since = asyncio.get_running_loop().time()

    def _patience_over(self) -> bool:
        return asyncio.get_running_loop().time() - self._since > PATIENCE.total_seconds()

    async def _defer(self, jobs: Iterable[Job]) -> None:
        if made := list(jobs):
            await self.app.job_manager.batch_defer_jobs_async(made)

    async def _close(self, polling: set[int]) -> None:
        for number in await self._apart(self.leading.left_open):
            if number not in polling:
                record = await self._apart(self.leading.close_round, number, self.clock())
                log.info("round", number=number, feeds=len(record.feeds), fetched=record.counts.fetched)

    async def _apart(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *act* on the thread of the store that leads."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, lambda: act(*args, **kwargs))


def _ended(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, StoreError):
        log.error("alerts wait", reason=str(error))
    elif error is not None:
        log.error("bug", exc_info=error)


def _job(task: str, name: str, url: str, about: dict[str, Any]) -> Job:
    host = urlsplit(url).hostname or url
    return Job(
        id=None,
        queue=task,
        task_name=task,
        lock=_name("host", host),
        queueing_lock=_name(task, name),
        task_kwargs=about,
    )


def _name(kind: str, what: str) -> str:
    return f"{kind}:{hashlib.sha256(what.encode('utf-8', 'replace')).hexdigest()[:32]}"


# --------------------------------------------------------------------------- opening


@contextlib.asynccontextmanager
async def opened(declared: Declared, now: Callable[[], datetime] = clock, tick: float = TICK) -> AsyncIterator[Team]:
    """Open what one process needs: a store to write with and one to lead with, turns, the network, the jobs."""
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it prints what jobs are given; we tell ourselves
    url, room = declared.settings.database, room_for(declared.settings.fetch)
    shared = await turns(url, now)
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=POOL))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(shared.close)
        store, writer = await _store(stack, url)
        leading, thread = await _store(stack, url)
        await stack.enter_async_context(app.open_async())
        await _prepare(app)
        fetcher = await stack.enter_async_context(Fetcher(declared.settings.fetch, now=now, room=room, shared=shared))
        rounds = Rounds(Desk.of(declared.settings), store, fetcher, writer, now, room=room)
        stack.push_async_callback(rounds.leave)
        yield Team(rounds, app, declared, leading, thread, now, tick)


async def _store(stack: contextlib.AsyncExitStack, url: str) -> tuple[Store, ThreadPoolExecutor]:
    thread = ThreadPoolExecutor(1, "store")
    stack.callback(thread.shutdown)
    store = await asyncio.get_running_loop().run_in_executor(thread, open_store, url)
    stack.callback(store.close)
    return store, thread


async def _prepare(app: App) -> None:
    """Make the tables of the jobs; where another process does so at the same moment, take its."""
    if await _there(app):
        return
    try:
        await app.schema_manager.apply_schema_async()
    except ConnectorException:
        if not await _there(app):
            raise


async def _there(app: App) -> bool:
    return bool((await app.connector.execute_query_one_async(_THERE))["there"])
