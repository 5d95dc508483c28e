"""
Days of polling by eight workers on one PostgreSQL database: the real jobs, rounds, stores, turns and fetchers.

    world = Together(server, "name", scripts, feeds, settings)
    world.live(days=3)
    world.seen                         every request with its time, headers and answer

The servers are those of :mod:`tests.simulated`. Time passes RATE times as fast, for the workers and for the database
alike, and where nothing is under way it jumps to what is due next.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from monitor import daemon, jobs, schedule
from monitor.declared import Declared, stamp
from monitor.fetch import Fetcher
from monitor.fetch.wire import Answer, Limits, Trip
from monitor.model import Feed, FeedStatus, FetchSettings
from monitor.store import Store, open_store
from tests.fetch.make import trust
from tests.postgres import Server
from tests.simulated import START, Asked, Script, answered, settings_of

RATE = 8.0
BATCH = timedelta(minutes=15)  # what is due within so long is waited for, so that fewer jumps are made
WORKERS = 8
LOOK = 0.25  # seconds on the wall between two looks at what is due: the scheduler keeps to that clock
DEPOSED = 20  # jumps after which the one that makes the jobs loses its connection

# It takes the place of the server's own for whoever has its schema before pg_catalog in the search path.
CLOCK = """
    CREATE TABLE {0}.passed (shift float8 NOT NULL, began timestamptz NOT NULL);
    INSERT INTO {0}.passed VALUES (0, pg_catalog.clock_timestamp());
    CREATE FUNCTION {0}.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
        $$ SELECT began + (pg_catalog.clock_timestamp() - began) * {1} + make_interval(secs => shift) FROM {0}.passed $$
"""
PENDING = "SELECT count(*) FROM {0}.procrastinate_jobs WHERE status IN ('todo', 'doing')"
DEPOSE = """
    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND application_name ~ '^monitor [0-9]+ on '
"""


class _Quick(selectors.DefaultSelector):  # type: ignore[valid-type, misc]
    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout / RATE if timeout else timeout)


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes faster, and can be put forward."""

    def __init__(self) -> None:
        super().__init__(_Quick())
        self.shift = 0.0
        self._began = time.monotonic()

    def time(self) -> float:
        return (time.monotonic() - self._began) * RATE + self.shift


@dataclass
class Together:
    """Servers that follow *scripts*, and eight workers that poll *feeds* of them."""

    server: Server
    name: str
    scripts: Mapping[str, Script]
    feeds: Sequence[Feed]
    fetch: FetchSettings
    days: float = 0
    slack: timedelta = BATCH + timedelta(minutes=2)
    seen: list[Asked] = field(default_factory=list)
    statuses: Mapping[str, FeedStatus] = field(default_factory=dict)
    leaders: int = 0
    loop: Loop = field(default_factory=Loop)

    def of(self, url: str) -> list[Asked]:
        return [a for a in self.seen if a.url == url]

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.loop.time())

    async def exchange(
        self, trip: Trip, headers: Sequence[tuple[bytes, bytes]], limits: Limits, method: str, content: bytes
    ) -> Answer:
        """Answer one request by its script (a wire, as the fetcher sees it)."""
        return await answered(self.scripts, self.seen, self.clock, trip, headers)

    async def close(self) -> None:
        """Nothing is held."""

    # ------------------------------------------------------------- living

    def live(self, *, days: float) -> None:
        """Let eight workers live for so many days, with a new one to make the jobs every few hours."""
        self.days = days
        schema = self.server.named(self.name)
        self.server.do(
            f"CREATE SCHEMA {schema}", f"CREATE SCHEMA {schema}_clock", CLOCK.format(f"{schema}_clock", RATE)
        )
        url = self.server.url(options=f"-csearch_path={schema},{schema}_clock,pg_catalog")
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            runner.run(self._lived(url, schema, START + timedelta(days=days)))

    async def _lived(self, url: str, schema: str, end: datetime) -> None:
        settings = settings_of(url, self.feeds, self.fetch)
        declared = Declared(settings, (), stamp=stamp(settings))
        reach = partial(Fetcher, tls=trust(), wire=self)
        async with contextlib.AsyncExitStack() as stack:
            opened = [jobs.opened(declared, self.clock, LOOK, reach=reach) for _ in range(WORKERS)]
            teams = [await stack.enter_async_context(one) for one in opened]
            living = [asyncio.create_task(daemon.Daemon(t, lambda: declared, stamp).run()) for t in teams]
            store = stack.enter_context(open_store(url))
            try:
                with psycopg.connect(self.server.url(), autocommit=True) as conn:
                    await self._days(store, conn, schema, end)
            finally:
                for team in teams:
                    team.stopping.set()
                await asyncio.gather(*living)
            self.statuses = {s.url: s for s in store.statuses()}

    async def _days(self, store: Store, conn: psycopg.Connection[Any], schema: str, end: datetime) -> None:
        jumps = 0
        while self.clock() < end:
            await self._idle(store, conn, schema)
            statuses = [s for s in store.statuses() if schedule.due([s], datetime.max.replace(tzinfo=UTC))]
            ahead = (min(s.next_poll or START for s in statuses) + BATCH - self.clock()).total_seconds()
            conn.execute(f"UPDATE {schema}_clock.passed SET shift = shift + {max(ahead, 0)}")  # type: ignore[arg-type]
            self.loop.shift += max(ahead, 0)
            jumps += 1
            if jumps % DEPOSED == 0:
                self.leaders += len(conn.execute(DEPOSE).fetchall())

    async def _idle(self, store: Store, conn: psycopg.Connection[Any], schema: str) -> None:
        """Wait until nothing is due, and no job is left; it may take a minute of the clock on the wall."""
        deadline = time.monotonic() + 60
        while True:
            due = schedule.due(store.statuses(), self.clock())
            left = conn.execute(PENDING.format(schema)).fetchone()  # type: ignore[arg-type]
            if not due and left == (0,) and not store.left_open():
                return
            assert time.monotonic() < deadline, f"not done in a minute: {len(due)} due, {left} jobs"
            await asyncio.sleep(1)
