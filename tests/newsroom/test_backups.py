"""Backup and restore with PostgreSQL's own tools, as docs/scale.md says: taken beside running workers, and whole."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from monitor.model import EntryState
from monitor.store import open_store
from tests.commands import monitor
from tests.newsroom import config
from tests.newsroom.server import ARTICLES
from tests.postgres import Server, programs
from tests.waiting import stopped, until

pytestmark = pytest.mark.long

TOPIC = "xiaomi-luoyang"


@pytest.fixture
def url(server: Server) -> str:
    server.do("DROP DATABASE IF EXISTS kept", "CREATE DATABASE kept")
    return server.url("kept")


def done_by(program: str, *args: str | Path) -> None:
    ran = subprocess.run([programs() / program, *args], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def finished(url: str) -> bool:
    with open_store(url, create=False) as store:
        waiting = list(store.entries(state=EntryState.WAITING))
        return not waiting and not store.left_open() and all(s.last_poll for s in store.statuses())


def export(home: Path) -> str:
    ran = monitor("export", "--format", "json", "--topic", TOPIC, cwd=home)
    assert ran.status == 0, ran.err
    return ran.out


def test_what_was_dumped_dropped_and_restored_is_whole_and_goes_on(room, server: Server, crew, url):
    config.write(room, crew.home, database=json.dumps(url))
    monitor("seed", cwd=crew.home)
    for name in ("a", "b"):
        crew.begin(name, "work")
    until(lambda: finished(url))
    dump = crew.home / "timeline.dump"
    done_by("pg_dump", "--format=custom", f"--file={dump}", url)  # beside them
    for process in crew.all.values():
        assert stopped(process) == 0
    before = export(crew.home)
    server.do("DROP DATABASE kept", "CREATE DATABASE kept")
    done_by("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", dump)
    assert monitor("verify", cwd=crew.home).status == 0
    assert export(crew.home) == before
    assert monitor("search", "江凌", cwd=crew.home).out
    crew.begin("c", "run")
    until(lambda: "makes the jobs" in crew.said("c"))
    assert stopped(crew.all["c"]) == 0
    assert len(monitor("entries", "--format", "jsonl", cwd=crew.home).out.splitlines()) == len(ARTICLES)


def test_a_dump_taken_in_the_middle_of_everything_is_one_state_from_which_the_rest_is_done(
    room, server: Server, crew, url
):
    file = config.write(room, crew.home, database=json.dumps(url))
    file.write_text(file.read_text("utf-8").replace("pause: 0s", "pause: 0.3s"), "utf-8")
    monitor("seed", cwd=crew.home)
    for name in ("a", "b"):
        crew.begin(name, "work")
    until(lambda: monitor("entries", "--format", "jsonl", cwd=crew.home).out)
    dump = crew.home / "timeline.dump"
    done_by("pg_dump", "--format=custom", f"--file={dump}", url)
    crew.end()
    server.do("DROP DATABASE kept WITH (FORCE)", "CREATE DATABASE kept")
    done_by("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", dump)
    assert monitor("verify", cwd=crew.home).status == 0
    crew.begin("c", "work")
    until(lambda: finished(url), 90)
    assert len(monitor("entries", "--format", "jsonl", cwd=crew.home).out.splitlines()) == len(ARTICLES)
    assert monitor("verify", cwd=crew.home).status == 0
