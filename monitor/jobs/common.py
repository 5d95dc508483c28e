"""What the queues share: the store to lead with, the jobs that there are, and how more are made."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

from procrastinate import App
from procrastinate.jobs import Job

from monitor.declared import Declared
from monitor.rounds import Rounds
from monitor.store import Store

__all__ = ["Common", "Pending", "Queue", "job", "named"]

P = ParamSpec("P")
T = TypeVar("T")

_PENDING = (
    "SELECT queue_name, status::text, queueing_lock, args FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
)
_COUNTED = """
    SELECT queue_name, status::text, count(*) AS n FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1, 2
"""


class Queue(Protocol):
    """One kind of job. What a job was made of must still hold when it is done: it may be done late, or twice."""

    async def make(self, pending: Pending) -> None:
        """Make jobs of what is due and is none yet; called every few seconds where the jobs are made."""

    async def do(self, **about: Any) -> None:
        """Do the job *about* this; StoreError and bugs are told by whoever calls."""


@dataclass(slots=True)
class Pending:
    """The jobs that wait or are under way, those just made among them: queue, state, name, and what each is about."""

    jobs: list[tuple[str, str, str, Mapping[str, Any]]] = field(default_factory=list)

    def of(self, queue: str) -> list[Mapping[str, Any]]:
        """Return what the jobs in *queue* are about."""
        return [about for name, _, _, about in self.jobs if name == queue]

    def counted(self) -> Counter[tuple[str, str]]:
        """Return how many there are of each queue and state."""
        return Counter((queue, state) for queue, state, _, _ in self.jobs)


@dataclass(slots=True)
class Common:
    """One process among those on a database; *leading* is the store that has the lock while it makes the jobs."""

    rounds: Rounds
    app: App
    leading: Store
    thread: ThreadPoolExecutor
    clock: Callable[[], datetime]
    declared: Declared

    async def apart(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *act* on the thread of the store that leads."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, lambda: act(*args, **kwargs))

    async def pending(self) -> Pending:
        """Return the jobs that there are."""
        rows = await self.app.connector.execute_query_all_async(_PENDING)
        return Pending([(r["queue_name"], r["status"], r["queueing_lock"], r["args"]) for r in rows])

    async def counted(self) -> Counter[tuple[str, str]]:
        """Return how many there are of each queue and state."""
        rows = await self.app.connector.execute_query_all_async(_COUNTED)
        return Counter({(r["queue_name"], r["status"]): r["n"] for r in rows})

    async def defer(self, pending: Pending, jobs: Iterable[Job]) -> Sequence[Job]:
        """Make those of *jobs* that are not *pending*, and say which."""
        known = {name for _, _, name, _ in pending.jobs}
        made = [j for j in jobs if j.queueing_lock not in known]
        if made:
            await self.app.job_manager.batch_defer_jobs_async(made)
            pending.jobs += [(j.queue, "todo", j.queueing_lock or "", j.task_kwargs) for j in made]
        return made


def job(queue: str, name: str, turn: str, about: dict[str, Any]) -> Job:
    """Return a job of which one called *name* may wait; those of one *turn* are done one after the other."""
    return Job(id=None, queue=queue, task_name=queue, lock=turn, queueing_lock=named(queue, name), task_kwargs=about)


def named(kind: str, what: str) -> str:
    """Return a short name for *what*, an address perhaps."""
    return f"{kind}:{hashlib.sha256(what.encode('utf-8', 'replace')).hexdigest()[:32]}"


def host(queue: str, url: str) -> str:
    """
    Return the turn of whoever asks the host of *url* for *queue*.

    A turn for each: a page that nobody reads just now is not to keep its host's feeds from being polled. That nobody
    asks twice at once, the fetcher sees to.
    """
    return named(f"{queue} host", urlsplit(url).hostname or url)
