"""How many polls are given out at once where many feeds are due: what waits as a job costs everybody who takes one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from monitor.jobs.common import Pending
from monitor.jobs.polling import AHEAD, PER_HOST, PER_JOB, POLL, Polls
from monitor.jobs.reading import DIGEST
from monitor.pulse import Pulse
from monitor.store import open_store
from monitor.store.base import Store
from tests.store.make import feed, settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Shared:
    """What the queue needs of the process around it; jobs that are made are kept."""

    leading: Store
    rounds: SimpleNamespace
    made: list[Any] = field(default_factory=list)

    def clock(self) -> datetime:
        return NOW

    async def apart(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return act(*args, **kwargs)

    async def defer(self, pending: Pending, jobs: Iterable[Any]) -> None:
        self.made += jobs


def given(store: Store, urls: list[str], *waiting: str) -> list[str]:
    """Return the addresses of the polls that are given out while others wait."""
    store.declare(settings([feed(url) for url in urls]), NOW)
    rounds = SimpleNamespace(desk=SimpleNamespace(feeds=dict.fromkeys(urls)), pulse=Pulse())
    shared = Shared(store, rounds)
    jobs: list[Any] = [(POLL, "todo", url, {"urls": [url], "round": 1}) for url in waiting]
    asyncio.run(Polls(shared).make(Pending(jobs)))  # type: ignore[arg-type]
    assert all(len({urlsplit(url).hostname for url in job.task_kwargs["urls"]}) == 1 for job in shared.made)
    assert all(len(job.task_kwargs["urls"]) <= PER_JOB for job in shared.made)
    return [url for job in shared.made for url in job.task_kwargs["urls"]]


def of_crowd(urls: list[str]) -> int:
    return Counter(urlsplit(url).hostname for url in urls)["crowd.example"]


def test_no_more_polls_wait_than_are_done_soon_and_few_of_one_host(tmp_path: Path) -> None:
    crowd = [f"https://crowd.example/{n}" for n in range(500)]
    others = [f"https://{n}.example/feed" for n in range(2_000)]
    with open_store(str(tmp_path / "a.db")) as store:
        assert of_crowd(given(store, crowd + others[:10])) == PER_HOST
        made = given(store, crowd + others)
        assert len(made) == AHEAD
        assert of_crowd(made) == 1  # the first of every host comes before the second of any
        assert not given(store, crowd + others, *made[: AHEAD // 2 + 1])
        more = given(store, crowd + others, *made[: AHEAD // 2])
        assert len(more) == AHEAD - AHEAD // 2
        assert not set(more) & set(made[: AHEAD // 2])
        assert of_crowd(given(store, crowd + others[:10], *crowd[:PER_HOST])) == 0


def test_a_page_that_nobody_reads_keeps_no_feed_of_its_host_from_being_polled() -> None:
    from monitor.jobs.common import host

    assert host(POLL, "https://a.example/feed") != host(DIGEST, "https://a.example/1.html")
    assert host(POLL, "https://a.example/feed") == host(POLL, "https://a.example/other")
