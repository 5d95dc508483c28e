"""Jobs that are broken off, or of which there are two: nothing is lost, and the others go on."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest

from monitor import backfill, declared, jobs
from monitor.clock import clock
from monitor.fetch import Fetcher
from monitor.jobs.backfilling import Backfills
from monitor.model import Archive, Request, Response, Scope, Span
from monitor.pipeline import Desk
from monitor.store import open_store
from tests.loopback import Call, Reply
from tests.newsroom import config
from tests.newsroom.crew import done
from tests.newsroom.server import Newsroom
from tests.newsroom.test_many_workers import living
from tests.postgres import Server
from tests.waiting import reached

from .archives.warcs import info, packed, page, response
from .test_downloads import Shelf

pytestmark = pytest.mark.long

MANY = 400
WARC = packed([info(), *(response(f"https://n.example/{n}", page(f"河城大桥第{n}号消息")) for n in range(MANY))])


def configured(server: Server, folder: Path, more: str = "") -> Path:
    file = folder / "config.yaml"
    file.write_text(
        f"database: {json.dumps(server.schema(folder))}\nweb: {{listen: 'off'}}\n{more}\n"
        "topics: [{id: b, question: q, entities: [{id: b, kind: product, names: [河城大桥]}]}]\n",
        "utf-8",
    )
    return file


def begun(file: Path, source: str) -> Archive:
    """Write down that *source* is to be read."""
    settings = declared.read(file).settings
    with open_store(settings.database) as store:
        reader = backfill.Backfill(Desk.of(settings), store, Scope(("b",), Span(), settings.timezone), clock)
        ((found,),) = reader._batches(reader.named([source]))
        return reader.begun(found)


def as_it_is(file: Path, id: str) -> Archive:
    with open_store(declared.read(file).settings.database, create=False) as store:
        archive = store.archive(id)
    assert archive
    return archive


def test_who_was_broken_off_at_an_archive_goes_on_with_it(server: Server, tmp_path):
    (tmp_path / "old.warc.gz").write_bytes(WARC)
    file = configured(server, tmp_path)
    id = begun(file, str(tmp_path / "old.warc.gz")).id

    async def broken_off() -> None:
        async with jobs.opened(declared.read(file), clock) as team:
            backfills = Backfills(team.common)
            first = asyncio.create_task(backfills.do(archive=id))
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.wait([first])
            for _ in range(3):
                await backfills.do(archive=id)

    asyncio.run(broken_off())
    archive = as_it_is(file, id)
    assert archive.finished and archive.reads.records == MANY and not archive.problem


class Slow(Shelf):
    """Files that come piece by piece, each after a while."""

    def reply(self, call: Call) -> Reply:
        if call.path != "/robots.txt":
            time.sleep(0.3)
        return super().reply(call)


def test_an_archive_is_not_given_up_where_fetching_it_is_broken_off(server: Server, tmp_path):
    with Slow({"/a.warc.gz": WARC}) as shelf:
        more = f"fetch: {{pause: 0s, max_bytes: 32768, allow_private: ['{shelf.address}']}}"
        file = configured(server, tmp_path, more)
        id = begun(file, shelf.url("/a.warc.gz")).id

        async def broken_off() -> None:
            async with jobs.opened(declared.read(file), clock) as team:
                backfills = Backfills(team.common)
                first = asyncio.create_task(backfills.do(archive=id))
                await reached(lambda: shelf.asked)
                first.cancel()
                await asyncio.wait([first])
                while not as_it_is(file, id).finished:
                    assert not as_it_is(file, id).problem
                    await backfills.do(archive=id)

        asyncio.run(broken_off())
    assert as_it_is(file, id).reads.records == MANY


TWICE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status)
    SELECT 'digest', 'digest', 'a host', 'a name', '{"entry": "en_0"}', status::procrastinate_job_status
    FROM unnest(ARRAY['doing', 'todo']) AS status
"""


def test_a_job_whose_worker_is_gone_and_that_was_made_twice_stops_nobody(room: Newsroom, server: Server, tmp_path):
    url = server.schema(tmp_path)
    file = config.write(room, tmp_path, database=json.dumps(url))

    async def work() -> None:
        async with jobs.opened(declared.read(file), clock, tick=0.1) as team:
            with psycopg.connect(url) as conn:
                conn.execute(TWICE)
            running = asyncio.create_task(living(team))
            try:
                await reached(lambda: done(url), 20)
            finally:
                team.stopping.set()
                await running

    asyncio.run(work())
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


class Lost(Fetcher):
    """Who is broken off at one page, whoever asks and however often."""

    asked: ClassVar[int] = 0

    async def get(self, request: Request) -> Response:
        if "/n/" in request.url:
            Lost.asked += 1
            raise asyncio.CancelledError
        return await super().get(request)


def test_a_job_that_is_broken_off_each_time_is_not_begun_anew_without_rest(room: Newsroom, server: Server, tmp_path):
    url = server.schema(tmp_path)
    file = config.write(room, tmp_path, database=json.dumps(url))

    async def work() -> None:
        async with jobs.opened(declared.read(file), clock, tick=0.1, reach=Lost) as team:
            running = asyncio.create_task(living(team))
            await asyncio.sleep(3)
            team.stopping.set()
            await running

    asyncio.run(work())
    assert 0 < Lost.asked < 80  # twenty pages, each at most once a second


class Sleepy(Newsroom):
    """A newsroom that takes its time for each page."""

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        time.sleep(3 if "/n/" in path else 0)
        return super().answer(host, path)


def test_whoever_was_not_heard_of_while_the_machine_was_at_rest_keeps_its_jobs(server: Server, tmp_path):
    url = server.schema(tmp_path)

    async def work(room: Newsroom) -> None:
        file = config.write(room, tmp_path, database=json.dumps(url))
        async with jobs.opened(declared.read(file), clock, tick=0.1) as team:
            running = asyncio.create_task(living(team))
            await reached(lambda: sum(n for path, n in room.asked.items() if "/n/" in path))
            with psycopg.connect(url) as conn:
                conn.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
            await asyncio.sleep(4)
            team.stopping.set()
            await running

    with Sleepy() as room:
        asyncio.run(work(room))
    assert {n for path, n in room.asked.items() if "/n/" in path} == {1}
