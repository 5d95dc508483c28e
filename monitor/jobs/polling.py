"""Feeds that are due, polled by whoever is free; those of one host one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

import structlog

from monitor import schedule
from monitor.jobs.common import Common, Pending, host, job
from monitor.model import FeedStatus
from monitor.rounds import finished

POLL = "poll"

# Polls given out at once, and of one host. To take a job costs the server 3 ms among 1,000 that wait and 26 among 100,000
# (one that has to wait for its host is looked at by everybody who asks), and all are read at every look: 2 ms, 1.5 s.
AHEAD, PER_HOST = 1_000, 100

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
        if len(polling) > AHEAD // 2:
            return
        statuses = schedule.due(await common.apart(common.leading.due, now), now)
        busy = {about["url"] for about in polling}
        due = [s for s in statuses if s.url in common.rounds.desk.feeds and s.url not in busy]
        common.rounds.pulse.overdue = schedule.overdue(due, now)
        if due:
            number = await common.apart(common.leading.open_round, now)
            some = islice(_fitting(due, busy), AHEAD - len(busy))
            jobs = (job(POLL, s.url, host(POLL, s.url), {"url": s.url, "round": number}) for s in some)
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


def _fitting(due: Sequence[FeedStatus], busy: Collection[str]) -> Iterator[FeedStatus]:
    """Yield those of *due* that may be given out beside those that are *busy*: no more of one host than it can do soon."""
    taken = Counter(map(schedule.host, busy))
    for status in due:
        place = schedule.host(status.url)
        if taken[place] < PER_HOST:
            taken[place] += 1
            yield status
