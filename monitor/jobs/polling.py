"""Feeds that are due, polled by whoever is free; those of one host one after the other."""

from __future__ import annotations

from typing import Any

import structlog

from monitor import schedule
from monitor.jobs.common import Common, Pending, host, job
from monitor.rounds import finished

POLL = "poll"

log = structlog.get_logger()


class Polls:
    """A job is one feed in one round; a round is finished when none of its jobs is left."""

    def __init__(self, common: Common) -> None:
        self._common = common

    async def make(self, pending: Pending) -> None:
        """Finish the rounds that are over and begin one for what is due."""
        common, now = self._common, self._common.clock()
        polling = pending.of(POLL)
        await self._close({about["round"] for about in polling})
        statuses = schedule.due(await common.apart(common.leading.due, now), now)
        busy = {about["url"] for about in polling}
        due = [s for s in statuses if s.url in common.rounds.desk.feeds and s.url not in busy]
        common.rounds.pulse.overdue = schedule.overdue(due, now)
        if due:
            number = await common.apart(common.leading.open_round, now)
            jobs = (job(POLL, s.url, host(s.url), {"url": s.url, "round": number}) for s in due)
            await common.defer(pending, jobs)

    async def _close(self, polling: set[int]) -> None:
        common = self._common
        for number in await common.apart(common.leading.left_open):
            if number not in polling:
                desk, now = common.rounds.desk, common.clock()
                record = await common.apart(finished, common.leading, desk, number, now)
                log.info("round", number=number, feeds=len(record.feeds), fetched=record.counts.fetched)

    async def do(self, **about: Any) -> None:
        """Poll one feed, if it is still due."""
        rounds, url = self._common.rounds, about["url"]
        status = await rounds.write(rounds.store.status, url)
        if status and url in rounds.desk.feeds and schedule.due([status], self._common.clock()):
            await rounds.poll_one(status, about["round"])
