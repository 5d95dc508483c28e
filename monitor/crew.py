"""
What a process that keeps up to date does between start and stop, whether alone or among others. Part of the roof.

A crew has chores, which the daemon has done every so often, and tasks under way, which a chore may begin. How each is
done depends on the database: ``daemon.Alone`` does all itself, ``jobs.Team`` shares the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from monitor import seeding
from monitor.declared import Declared, environment
from monitor.errors import StoreError
from monitor.fetch import Fetcher
from monitor.model import FetchSettings, Settings
from monitor.pipeline import Desk
from monitor.rounds import Rounds
from monitor.store import Store

if TYPE_CHECKING:
    from monitor.deliveries import Deliveries

HOUSEKEEPING = 3600.0  # seconds between two goes at what is to be forgotten
DELIVERY = 5.0  # seconds between two looks at what is to be delivered
TOGETHER = 60.0  # seconds that alerts wait for articles that are being read
DRAIN = 6.0  # seconds that a stop may take; the promise is 10
LOOK = "tick"  # the chore that is the sign of life

log = structlog.get_logger()

Chore = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Crew:
    """Tasks under way, and the configuration in force; what fails for good sets ``stopping``."""

    rounds: Rounds
    declared: Declared
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    fatal: StoreError | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def chores(self) -> Mapping[str, tuple[float, Chore]]:
        """Return by name what is to be done, and every how many seconds; LOOK is one of them."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin what goes on until :meth:`drain`."""

    async def take_over(self, declared: Declared) -> None:
        """Make *declared* the configuration in force."""
        await apply(self.rounds, declared)
        self.declared = declared

    async def drain(self) -> None:
        """Abandon what is on the network (its feeds stay due) and let the transaction in hand finish."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)

    def begin(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Let *work* go on beside the chores."""
        task = asyncio.get_running_loop().create_task(work)
        self.keep(task)
        return task

    def keep(self, task: asyncio.Task[None]) -> None:
        """See to the end of *task*."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def fail(self, error: StoreError) -> None:
        """Stop: without its store the daemon could only lose things."""
        self.fatal = self.fatal or error
        self.stopping.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StoreError) and error.passing:
            log.error("left for the next time", reason=str(error))
        elif isinstance(error, StoreError):
            self.fail(error)
        elif error is not None:
            self.rounds.pulse.count("bugs")
            log.error("bug", exc_info=error)


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
