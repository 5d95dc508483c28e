"""What becomes of a job that was begun and not done: it waits again, unless it is done anyway."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from monitor.errors import StoreError

__all__ = ["LONG_AGO", "Jobs", "Unfinished", "rest"]

AGAIN = 1.0  # seconds until a job that could not be finished is begun anew
LONG_AGO = datetime.fromtimestamp(0, UTC)  # from when on a job may be done, whatever the clocks of two machines say


class Unfinished(BaseRetryStrategy):
    """
    A job that was broken off, or could not write what it came to, waits again.

    Were it dropped, a later look would make it anew; but until then what else was read at the same time would be placed
    without it, and be told otherwise than by one process.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Return that a job that ended so is to be done again, None where it is over."""
        passing = isinstance(exception, StoreError) and exception.passing
        broken_off = isinstance(exception, asyncio.CancelledError)
        return RetryDecision(retry_at=LONG_AGO) if passing or broken_off else None


async def rest() -> None:
    """Keep a job that is to wait again from being begun at once, unless this process ends."""
    task = asyncio.current_task()
    if task is None or not task.cancelling():
        await asyncio.sleep(AGAIN)


class Jobs(JobManager):
    """The jobs on a database, of which one of a name waits."""

    async def retry_job(self, job: Job, *args: Any, **about: Any) -> None:
        """
        Let *job* wait again; where one of its name does already, that one is enough.

        Whoever made jobs, lost the lock and did not know it yet may have made it. Neither would ever be done, and no
        job of their host: this one holds the host, that one the name.
        """
        try:
            await super().retry_job(job, *args, **about)
        except UniqueViolation:
            await self.finish_job(job, Status.ABORTED, delete_job=True)
