"""One worker or eight on one PostgreSQL database: the same truth, and hosts that notice nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest

from monitor import daemon, declared, jobs, reading
from monitor.clock import clock
from monitor.errors import StoreError
from monitor.export import FORMATS, Options, render
from monitor.fetch import Fetcher
from monitor.model import EntryState, FeedState, Request, Response
from monitor.rounds import PER_HOST
from monitor.store import open_store
from tests.alerts.press import Press, signing
from tests.commands import monitor, start
from tests.newsroom import config
from tests.newsroom.crew import idle
from tests.newsroom.play import Play
from tests.newsroom.server import ARTICLES, Newsroom
from tests.postgres import Server
from tests.waiting import ended, reached, stopped, until

pytestmark = pytest.mark.long

NOW = datetime(2025, 6, 30, tzinfo=UTC)


class Watched(Newsroom):
    """A newsroom that notes who was asked when, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.at_once: Counter[str] = Counter()
        self.most = 0
        self._guard = threading.Lock()

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        with self._guard:
            self.times[host].append(time.monotonic())
            self.at_once[host] += 1
            self.most = max(self.most, self.at_once[host])
        try:
            return super().answer(host, path)
        finally:
            with self._guard:
                self.at_once[host] -= 1


@pytest.fixture
def room() -> Iterator[Watched]:
    with Watched() as room:
        yield room


def told(database: str, file: Path) -> dict[str, bytes]:
    settings = declared.read(file).settings
    with open_store(database, create=False) as store:
        timelines = [reading.timeline(store, topic, background=True) for topic in settings.topics]
    return {f"{t.topic.id} {f}": render(t, f, Options()) for t in timelines for f in FORMATS}


async def living(team: jobs.Team) -> None:
    """Let *team* live as `monitor work` does, in this process."""
    await daemon.Daemon(team, lambda: team.declared, declared.stamp).run()


def worked(file: Path, database: str, workers: int, reach: Callable[..., Fetcher] = Fetcher) -> None:
    """Let so many workers work until nothing is left to do."""

    async def all_of_them() -> None:
        async with contextlib.AsyncExitStack() as stack:
            read = declared.read(file)
            opened = [jobs.opened(read, lambda: NOW, tick=0.1, reach=reach) for _ in range(workers)]
            teams = [await stack.enter_async_context(one) for one in opened]
            running = [asyncio.create_task(living(team)) for team in teams]
            with open_store(database, create=False) as store:
                await reached(lambda: idle(store))
            for team in teams:
                team.stopping.set()
            await asyncio.gather(*running)

    asyncio.run(all_of_them())


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_what_is_told_is_the_same_with_any_number_of_workers(room, server: Server, tmp_path, workers):
    for folder in ("alone", "many"):
        (tmp_path / folder).mkdir()
    alone = config.write(room, tmp_path / "alone")
    Play(alone, NOW).poll()
    room.times.clear()
    url = server.schema(tmp_path)
    many = config.write(room, tmp_path / "many", database=json.dumps(url))
    worked(many, url, workers)
    expected = told(str(tmp_path / "alone" / "timeline.db"), alone)
    found = told(url, many)
    assert [name for name in expected if expected[name] != found[name]] == []
    with open_store(url) as store:
        states = Counter(e.state for e in store.entries())
        assert states.total() == len(ARTICLES) and set(states) == {EntryState.KEPT, EntryState.REJECTED}
    assert room.most == 1
    assert all(count == 2 for path, count in room.asked.items() if "/n/" in path)  # once alone, once by all of them


class BrokenOff(Fetcher):
    """Who is broken off at the last page of the first that an outlet is asked for, once all the others are read."""

    end: ClassVar[BaseException]
    pages: ClassVar[list[str]]

    async def get(self, request: Request) -> Response:
        if request.url.startswith("http://127.0.0.1") and "/n/" in request.url:
            self.pages.append(request.url)
            if len(self.pages) == PER_HOST:
                await asyncio.sleep(1)
                raise self.end
        return await super().get(request)


@pytest.mark.parametrize("end", [StoreError("the server was away", passing=True), asyncio.CancelledError()])
def test_articles_are_placed_in_the_same_order_where_reading_the_last_is_broken_off(
    room, server: Server, tmp_path, end
):
    BrokenOff.end, BrokenOff.pages = end, []
    (tmp_path / "alone").mkdir()
    Play(config.write(room, tmp_path / "alone"), NOW).poll()
    url = server.schema(tmp_path)
    worked(config.write(room, tmp_path, database=json.dumps(url)), url, 2, BrokenOff)
    assert len(BrokenOff.pages) == len(set(BrokenOff.pages)) + 1
    assert placed(url) == placed(str(tmp_path / "alone" / "timeline.db"))


def placed(database: str) -> list[str]:
    """Return the addresses of the articles that are kept, in the order in which they were."""
    connect = psycopg.connect if database.startswith("postgresql:") else sqlite3.connect
    with contextlib.closing(connect(database)) as db:
        return [str(url) for (url,) in db.execute("SELECT url FROM articles ORDER BY n")]


def test_eight_workers_leave_a_host_its_rest_together_and_ask_for_its_rules_once(room, server: Server, tmp_path):
    file = config.write(room, tmp_path, database=json.dumps(server.schema(tmp_path)))
    file.write_text(file.read_text("utf-8").replace("pause: 0s", "pause: 0.2s"), "utf-8")
    worked(file, declared.read(file).settings.database, 8)
    assert room.most == 1
    for times in room.times.values():
        assert min(b - a for a, b in pairwise(times)) >= 0.19
    assert {count for path, count in room.asked.items() if path.endswith("robots.txt")} == {1}


def test_workers_and_the_one_that_makes_the_jobs_may_be_killed_at_any_moment(room, server: Server, tmp_path):
    url = server.schema(tmp_path)
    file = config.write(room, tmp_path, database=json.dumps(url))
    file.write_text(file.read_text("utf-8").replace("pause: 0s", "pause: 0.1s"), "utf-8")
    (tmp_path / "alone").mkdir()
    config.write(room, tmp_path / "alone")
    assert monitor("poll", cwd=tmp_path / "alone").status == 0
    with open_store(str(tmp_path / "alone" / "timeline.db")) as store:
        alone = {e.id: e.state for e in store.entries()}
    chance, running = random.Random(8), [start("work", cwd=tmp_path)]
    try:
        for number in range(6):
            (last := tmp_path / str(number)).mkdir()
            running.append(start("work", cwd=last, MONITOR_CONFIG=str(file)))
            time.sleep(0.5 + chance.random())
            gone = running.pop(0)
            gone.send_signal(signal.SIGKILL)
            gone.wait()
        with open_store(url) as store:
            until(lambda: idle(store), 120)
            assert len(list(store.entries())) == len(ARTICLES)
            assert {s.state for s in store.statuses()} == {FeedState.OK}
            states = {e.id: e.state for e in store.entries()}
        assert states == alone
        until(lambda: "working" in (last / "stderr.txt").read_text("utf-8", "replace"))  # it may just have been started
        assert stopped(running.pop()) == 0
    finally:
        for one in running:
            ended(one)
    assert monitor("verify", cwd=tmp_path).status == 0


def test_a_file_is_not_for_several(tmp_path, room):
    config.write(room, tmp_path)
    ran = monitor("work", cwd=tmp_path)
    assert (ran.status, "need one PostgreSQL database" in ran.err) == (2, True)
    ran = monitor("work", "--queues", "poll,dance", cwd=tmp_path)
    assert (ran.status, "no queue dance" in ran.err) == (2, True)


def test_what_is_new_is_told_once_by_the_one_that_makes_the_jobs(server: Server, tmp_path):
    ahead = [timedelta()]

    async def played(press: Press, read: declared.Declared) -> None:
        async with contextlib.AsyncExitStack() as stack:
            opened = [jobs.opened(read, lambda: clock() + ahead[0], tick=0.1) for _ in range(3)]
            teams = [await stack.enter_async_context(one) for one in opened]
            running = [asyncio.create_task(living(team)) for team in teams]
            with open_store(read.settings.database, create=False) as store:
                await reached(lambda: bool(store.round()))
                ahead[0] += timedelta(minutes=10)
                press.publish(*signing(), at=clock() + ahead[0] - timedelta(minutes=1))
                await reached(lambda: bool(press.got))
            await asyncio.sleep(1)
            for team in teams:
                team.stopping.set()
            await asyncio.gather(*running)

    with Press() as press:
        file = press.config(tmp_path, f'{{id: desk, kind: webhook, url: "{press.url("/desk")}"}}')
        text = file.read_text("utf-8").replace("timeline.db", json.dumps(server.schema(tmp_path)))
        file.write_text(text, "utf-8")
        asyncio.run(played(press, declared.read(file)))
        assert [got.what for got in press.got] == [["new", "stage"]]
