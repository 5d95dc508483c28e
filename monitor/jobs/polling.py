"""Feeds that are due, polled by whoever is free; those of one host one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import structlog

from monitor import schedule
from monitor.jobs.common import Common, Pending, host, job
from monitor.model import FeedStatus
from monitor.rounds import finished

POLL = "poll"

# Polls given out at once, of one host, and in one job. To take a job costs the server 3 ms among 1,000 that wait and 26
# among 100,000 (one that has to wait for its host is looked at by everybody who asks), and all are read at every look.
AHEAD, PER_HOST, PER_JOB = 1_000, 96, 16

log = structlog.get_logger()


class Polls:
    """A job is some feeds of one host in one round; a round is finished when none of its jobs is left."""

    def __init__(self, common: Common) -> None:
        self._common = common

    async def make(self, pending: Pending) -> None:
        """Finish the rounds that are over and begin one for what is due."""
        common, now = self._common, self._common.clock()
        polling = pending.of(POLL)
        await self._close({about["round"] for about in polling})
        busy = {url for about in polling for url in _urls(about)}
        if len(busy) > AHEAD // 2:
            return
        leading = common.leading
        statuses = schedule.due(await common.apart(leading.due, now, limit=AHEAD, per_host=PER_HOST), now)
        due = [s for s in statuses if s.url in common.rounds.desk.feeds and s.url not in busy]
        common.rounds.pulse.overdue = schedule.overdue(due, now)
        if due:
            number = await common.apart(leading.open_round, now)
            some = _by_host(due[: AHEAD - len(busy)], busy)
            jobs = (job(POLL, urls[0], host(POLL, urls[0]), {"urls": urls, "round": number}) for urls in some)
            await common.defer(pending, jobs)

    async def _close(self, polling: set[int]) -> None:
        common = self._common
        for number in await common.apart(common.leading.left_open):
            if number not in polling:
                desk, now = common.rounds.desk, common.clock()
                record = await common.apart(finished, common.leading, desk, number, now)
                log.info("round", number=number, feeds=len(record.feeds), fetched=record.counts.fetched)

    async def do(self, **about: Any) -> None:
        """Poll feeds one after the other, those that are still due."""
        rounds = self._common.rounds
        for url in _urls(about):
            status = await rounds.write(rounds.store.status, url)
            if status and url in rounds.desk.feeds and schedule.due([status], self._common.clock()):
                await rounds.poll_one(status, about["round"])


def _urls(about: Mapping[str, Any]) -> list[str]:
    """Return what a job is about; one that an older version left is about nothing, and its feed is still due."""
    return list(about.get("urls", ()))


def _by_host(due: Sequence[FeedStatus], busy: Collection[str]) -> Iterator[list[str]]:
    """Yield the addresses of *due* by host, a job's worth at a time: beside those that are *busy* no more than are done soon."""
    taken = Counter(map(schedule.host, busy))
    hosts: dict[str, list[str]] = {}
    for status in due:
        hosts.setdefault(schedule.host(status.url), []).append(status.url)
    for place, urls in hosts.items():
        some = urls[: max(PER_HOST - taken[place], 0)]
        yield from (some[n : n + PER_JOB] for n in range(0, len(some), PER_JOB))
