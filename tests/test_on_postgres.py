"""Every command on a PostgreSQL database, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import monitor, start
from tests.newsroom import config
from tests.newsroom.server import ARTICLES, Newsroom
from tests.postgres import Server, serving
from tests.waiting import ended, stopped, until

pytestmark = pytest.mark.long

TOPIC = "xiaomi-luoyang"


@pytest.fixture
def home(room: Newsroom, server: Server, tmp_path: Path) -> Path:
    config.write(room, tmp_path, database=json.dumps(server.schema(tmp_path)))
    return tmp_path


def test_every_command_does_what_it_says(home):
    def done(*args: str) -> str:
        ran = monitor(*args, cwd=home)
        assert ran.status == 0, (args, ran.err)
        assert not ran.err or "monitor:" in ran.err or "polled" in ran.err
        return ran.out

    assert "no database at postgresql://owner@/postgres yet" in monitor("timeline", TOPIC, cwd=home).err
    assert "owner@/postgres\n" in done("check")
    done("seed")
    assert json.loads(done("poll", "--format", "json"))["fetched"] == len(ARTICLES)
    (home / "late.txt").write_text("2025年6月25日,洛阳市委书记江凌会见小米产投孙昌旭。", "utf-8")
    done("ingest", "late.txt", "--topic", TOPIC, "--published", "2025-06-26")
    events = json.loads(done("export", "--format", "json", "--topic", TOPIC))["events"]
    assert "2025-06-25" in {e["when"]["edtf"] for e in events}
    entries = [json.loads(line) for line in done("entries", "--format", "jsonl").splitlines()]
    assert len(entries) == len(ARTICLES)
    for args in (("timeline", TOPIC), ("sources",), ("explain", events[0]["id"]), ("explain", entries[0]["id"])):
        assert done(*args)
    assert done("search", "江凌") and done("check", "--what-if") is not None
    done("review", "retract", events[0]["id"], "--reason", "wrong", "--by", "ann")
    done("forget", next(e["article"]["url"] and e["id"] for e in entries if e["article"]), "--by", "ann")
    done("verify")
    done("reprocess")
    done("reprocess", "--apply")
    done("verify")
    assert "answers" in monitor("doctor", cwd=home).out
    refused = monitor("backup", "b.db", cwd=home)
    assert refused.status == 2 and "pg_dump" in refused.err


def test_what_is_wrong_with_a_database_is_one_line_and_its_status(home, server):
    def told(database: str) -> tuple[int, str]:
        text = (home / "config.yaml").read_text("utf-8").split("\n", 1)[1]
        (home / "config.yaml").write_text(f"database: {json.dumps(database)}\n{text}", "utf-8")
        ran = monitor("poll", cwd=home)
        assert ran.err.count("\n") == 1 and "geheim" not in ran.err, ran.err
        return ran.status, ran.err

    assert told("mysql://ann:geheim@localhost/a")[0] == 2
    assert told("postgresql:ann:geheim@localhost/a")[0] == 2
    assert told("postgresql://ann:geheim@localhost:x/a")[0] == 2
    assert told("postgresql://ann:geheim@127.0.0.1:1/a")[0] == 3
    assert told(server.url("nowhere", user="owner:geheim"))[0] == 3


def test_a_daemon_outlives_its_server_and_keeps_others_out(room, tmp_path):
    def said() -> str:
        return (tmp_path / "stderr.txt").read_text()

    with serving() as server:
        room.down.add("b/n/b2.html")
        config.write(room, tmp_path, database=json.dumps(server.schema(tmp_path)))
        daemon = start("run", cwd=tmp_path)
        try:
            until(lambda: "] round " in said())
            ran = monitor("poll", cwd=tmp_path)
            assert (ran.status, f"another monitor (process {daemon.pid} on " in ran.err) == (3, True)
            server.kill()
            until(lambda: "no jobs are made for now" in said())
            server.start()
            until(lambda: "jobs are made again" in said())
            assert monitor("poll", cwd=tmp_path).status == 3
            assert stopped(daemon) == 0
        finally:
            ended(daemon)
        room.down.clear()
        assert monitor("poll", cwd=tmp_path).status == 0
        assert monitor("verify", cwd=tmp_path).status == 0
