"""
Waiting entries, read by whoever is free and placed among the events by the one that makes the jobs.

What was read is kept in the store until all of a batch is: placed in the order of publication, it comes to the same
however many read it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from monitor import pipeline
from monitor.jobs.common import Common, Pending, host, job
from monitor.jobs.polling import POLL
from monitor.rounds import PATIENCE, PER_FEED, UNDER_WAY, fitting

DIGEST = "digest"


class Digests:
    """A job is one entry to be read."""

    def __init__(self, common: Common) -> None:
        self._common = common
        # Loop time since when there is something to wait for: what is read or given to be read, or feeds before that.
        self._since = asyncio.get_running_loop().time()

    async def make(self, pending: Pending) -> None:
        """Finish what was read, and give more to be read: while feeds are polled, not at once."""
        common = self._common
        reading = await self._settle({about["entry"] for about in pending.of(DIGEST)})
        inbox = await common.apart(common.leading.inbox, common.clock(), 4 * UNDER_WAY, 2 * PER_FEED)
        given = False
        if inbox and (not pending.of(POLL) or self._patience_over()):
            some = fitting(inbox, [w for w in inbox if w.id in reading], PER_FEED)
            jobs = (job(DIGEST, w.id, host(DIGEST, w.entry.url), {"entry": w.id}) for w in some)
            given = bool(await common.defer(pending, jobs))
        if not reading and (given or not inbox):
            self._since = asyncio.get_running_loop().time()
        while await common.apart(common.leading.index):
            pass

    async def _settle(self, reading: set[str]) -> set[str]:
        """Finish what was read, in the order of publication, once all is or the rest takes too long; return the rest."""
        common = self._common
        read = await common.apart(common.leading.unsettled)
        rest = reading - {d.entry for d in read}
        if read and rest and not self._patience_over():
            return reading | {d.entry for d in read}
        for digested in sorted(read, key=pipeline.canonical):
            # By the store that has the lock: who has lost it finishes nothing.
            await common.rounds.settle(digested, common.leading, common.apart)
            common.rounds.pulse.count("digested", digested.state.value)
        if read:
            self._since = asyncio.get_running_loop().time()
        return rest

    def _patience_over(self) -> bool:
        return asyncio.get_running_loop().time() - self._since > PATIENCE.total_seconds()

    async def do(self, **about: Any) -> None:
        """Read one entry, if it still waits to be read: who was broken off at the last moment has read it, or put it off."""
        rounds = self._common.rounds
        waiting = await rounds.write(rounds.store.unread, about["entry"], self._common.clock())
        digested = await rounds.read_one(waiting) if waiting else None
        if digested:
            await rounds.write(rounds.store.leave_unsettled, digested, self._common.clock())
