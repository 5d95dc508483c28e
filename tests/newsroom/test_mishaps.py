"""
What can go wrong between workers and their server, while eight of them work: nothing accepted is lost or doubled, they
recover without help, and what is told in the end is what one process alone tells, to the byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import pwd
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from monitor import declared, jobs
from monitor.model import EntryState, FeedState
from monitor.store import open_store
from tests.commands import start
from tests.namespaces import wires
from tests.newsroom import config
from tests.newsroom.play import Play
from tests.newsroom.server import ARTICLES, Newsroom
from tests.newsroom.test_many_workers import NOW, living, told
from tests.postgres import serving
from tests.waiting import PATIENCE, ended, reached, stopped, until

pytestmark = pytest.mark.long

WORKERS = 8
PAUSE = 0.3  # between two requests to a host: so that there is something to disturb
MINUTE = 60.0

Disturbs = Callable[[Sequence[jobs.Team]], Awaitable[None]]


@pytest.fixture
def alone(room: Newsroom, tmp_path: Path) -> dict[str, bytes]:
    """What one process alone tells of the same."""
    (home := tmp_path / "alone").mkdir()
    file = config.write(room, home)
    Play(file, NOW).poll()
    return told(str(home / "timeline.db"), file)


def survived(file: Path, url: str, urls: Sequence[str], disturb: Disturbs) -> None:
    """Let workers work, each by its own of *urls*, *disturb* them, and wait until all is done; *url* is undisturbed."""

    async def all_of_them() -> None:
        read = declared.read(file)
        each = [replace(read, settings=replace(read.settings, database=own)) for own in urls]
        async with contextlib.AsyncExitStack() as stack:
            teams = [await stack.enter_async_context(jobs.opened(one, lambda: NOW)) for one in each]
            running = [asyncio.create_task(living(team)) for team in teams]
            try:
                await disturb(teams)
                await finished(url)
            finally:
                for team in teams:
                    team.stopping.set()
                await asyncio.gather(*running)

    asyncio.run(all_of_them())


async def finished(url: str) -> None:
    await reached(lambda: is_idle(url), 2 * MINUTE, 0.5)


def is_idle(url: str) -> bool:
    with open_store(url, create=False) as store:
        polled = all(s.last_poll for s in store.statuses())
        return polled and not store.left_open() and not list(store.entries(state=EntryState.WAITING))


def same(file: Path, url: str, alone: dict[str, bytes]) -> None:
    """Check that nothing was lost or doubled, and that the same is told."""
    with open_store(url) as store:
        states = Counter(e.state for e in store.entries())
        assert states.total() == len(ARTICLES) and set(states) == {EntryState.KEPT, EntryState.REJECTED}
        assert {s.state for s in store.statuses()} == {FeedState.OK}
        audit = store.audit((), [t.id for t in store.topics()])
        assert not audit.faults, audit.faults
    found = told(url, file)
    for name, expected in alone.items():
        assert found[name].decode().split("\n") == expected.decode().split("\n"), name


def written(room: Newsroom, folder: Path, url: str) -> Path:
    file = config.write(room, folder, database=json.dumps(url))
    file.write_text(file.read_text("utf-8").replace("pause: 0s", f"pause: {PAUSE}s"), "utf-8")
    return file


@pytest.mark.parametrize("seed", [1, 2])
def test_the_server_and_all_its_processes_are_killed_at_any_moment(room, alone, tmp_path, seed):
    chance = random.Random(seed)
    with serving() as server:
        url = server.schema(tmp_path)

        async def killed(teams: Sequence[jobs.Team]) -> None:
            for _ in range(5):
                await asyncio.sleep(0.2 + 1.5 * chance.random())
                await asyncio.to_thread(server.kill)
                await asyncio.sleep(chance.random())
                await asyncio.to_thread(server.start)

        survived(written(room, tmp_path, url), url, [url] * WORKERS, killed)
        same(tmp_path / "config.yaml", url, alone)


def test_the_network_between_some_of_them_and_the_server_is_cut_without_a_word(room, alone, tmp_path):
    with wires(2) as (one, other), serving(namespace=one.name) as server:
        url = server.schema(tmp_path)
        ends = [server.schema(tmp_path, wire.there) for wire in (one, other)]

        async def cut(teams: Sequence[jobs.Team]) -> None:
            await reached(lambda: leading(teams) >= 0, MINUTE)
            mine, others = (one, other) if leading(teams) % 2 == 0 else (other, one)
            await asyncio.sleep(0.5)
            mine.cut()  # the one that makes the jobs is gone, and so is half of them
            await reached(lambda: leading(teams, but=mine is one) >= 0, MINUTE)
            others.deafen()  # what they write may come through, but they do not hear so
            mine.mend()
            await reached(lambda: leading(teams, but=others is one) >= 0, MINUTE)
            others.hear()

        survived(written(room, tmp_path, url), url, ends * (WORKERS // 2), cut)
        same(tmp_path / "config.yaml", url, alone)


def leading(teams: Sequence[jobs.Team], but: bool | None = None) -> int:
    """Return which of *teams* makes the jobs; *but* leaves out those on the first wire, or the second."""
    some = [n for n, _ in enumerate(teams) if but is None or (n % 2 == 0) != but]
    return next((n for n in some if teams[n].rounds.pulse.leading), -1)


# --------------------------------------------------------------------------- a full disk


@pytest.fixture
def small() -> Iterator[str]:
    """The URL of a database whose disk has 24 MB; needs root."""
    disk = Path(tempfile.mkdtemp(prefix="pg-small"))
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size=24m,uid={pwd.getpwnam('nobody').pw_uid}", "tmpfs", disk], check=True
    )
    try:
        with serving() as server:
            server.do(f"CREATE TABLESPACE small LOCATION '{disk}'", "CREATE DATABASE small TABLESPACE small")
            yield server.url("small")
    finally:
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def fill(url: str) -> None:
    """Take all room that is left, down to the last page."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE SCHEMA IF NOT EXISTS filler")
        conn.execute("CREATE TABLE filler.rows (text text)")
        for size in (1_000, 100, 10, 1, 1):
            with contextlib.suppress(psycopg.errors.DiskFull):
                while True:
                    conn.execute(
                        "INSERT INTO filler.rows SELECT repeat(md5(n::text), 30) FROM generate_series(1, %s) n", [size]
                    )


def free(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("DROP TABLE filler.rows")


def test_a_full_disk_is_waited_for_and_nothing_is_lost(room, alone, tmp_path, small: str):
    async def full(teams: Sequence[jobs.Team]) -> None:
        await asyncio.sleep(1)
        await asyncio.to_thread(fill, small)
        await reached(lambda: any("disk is full" in team.rounds.pulse.trouble for team in teams), MINUTE)
        await asyncio.sleep(5)
        await asyncio.to_thread(free, small)

    survived(written(room, tmp_path, small), small, [small] * WORKERS, full)
    same(tmp_path / "config.yaml", small, alone)


def test_who_begins_on_a_full_disk_says_so_in_one_sentence(room, tmp_path, small: str):
    config.write(room, tmp_path, database=json.dumps(small))
    fill(small)
    for command in ("run", "work"):
        process = start(command, cwd=tmp_path)
        assert process.wait(PATIENCE) == 3
        said = (tmp_path / "stderr.txt").read_text("utf-8").strip()
        assert said.startswith("monitor: the disk is full: no room for postgresql://") and "\n" not in said, said


@pytest.mark.parametrize("waited", [1, 12])
def test_who_is_cut_off_still_stops_within_ten_seconds(room, tmp_path, waited):
    with wires(1) as (wire,), serving(namespace=wire.name) as server:
        server.schema(tmp_path)
        written(room, tmp_path, server.schema(tmp_path, wire.there))
        process = start("work", cwd=tmp_path)
        try:
            until(lambda: "polled" in (tmp_path / "stderr.txt").read_text("utf-8"))
            wire.cut()
            time.sleep(waited)
            assert stopped(process) == 0
        finally:
            ended(process)
            wire.mend()
