"""Archives as jobs of several processes on PostgreSQL: each record read once, whoever dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from monitor.clock import clock
from monitor.downloads import Remote
from monitor.model import FetchSettings
from monitor.store import open_store, turns
from tests.commands import monitor, start
from tests.postgres import Server
from tests.waiting import ended, until

from .archives.warcs import info, packed, page, response
from .test_downloads import FILE, Shelf

pytestmark = pytest.mark.long

FILES, PAGES = 6, 60


@pytest.fixture
def home(server: Server, tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(
        f"database: {json.dumps(server.schema(tmp_path))}\nweb: {{listen: 'off'}}\n"
        "topics: [{id: b, question: q, entities: [{id: b, kind: product, names: [河城大桥]}]}]\n",
        "utf-8",
    )
    (tmp_path / "old").mkdir()
    for file in range(FILES):
        numbers = range(file * PAGES, (file + 1) * PAGES)
        told = [response(f"https://n{n % 50}.example/{n}.html", page(f"河城大桥第{n}号消息")) for n in numbers]
        (tmp_path / "old" / f"{file}.warc.gz").write_bytes(packed([info(), *told]))
    return tmp_path


def worker(home: Path, name: str) -> subprocess.Popen[str]:
    (home / name).mkdir()
    return start("--config", home / "config.yaml", "work", cwd=home / name)


def entries(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in monitor("entries", "--format", "jsonl", cwd=home).out.splitlines()]


COUNT = """
    CREATE TABLE made (queue text);
    CREATE FUNCTION count_job() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO made VALUES (NEW.queue_name); RETURN NEW; END $$;
    CREATE TRIGGER count_job AFTER INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION count_job()
"""


def counting(url: str) -> None:
    """Count the jobs that are made from now on, once there are tables for them."""
    deadline = time.monotonic() + 30
    while True:
        with psycopg.connect(url) as conn, contextlib.suppress(psycopg.errors.UndefinedTable):
            conn.execute(COUNT)  # type: ignore[arg-type]
            return
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_archives_are_read_once_by_whoever_is_free_though_one_is_killed(server, home):
    monitor("seed", cwd=home)
    workers = [worker(home, "one"), worker(home, "two")]
    counting(server.schema(home))
    asking = start("backfill", "old", "none.warc.gz", cwd=home)
    try:
        until(lambda: entries(home))
        workers[0].kill()
        assert asking.wait(180) == 1  # one of the files that were named is not there
        out, err = ((home / f).read_text() for f in ("stdout.txt", "stderr.txt"))
        assert f"{FILES} archives; {FILES * PAGES} records: {FILES * PAGES} found" in out
        assert "none.warc.gz: there is no such file" in err
        assert "whoever runs `monitor work`" in err
        waiting = (home / "two" / "stderr.txt").read_text
        until(lambda: all(e["state"] != "waiting" for e in entries(home)), 260, lambda: waiting()[-3000:])
    finally:
        for process in (*workers, asking):
            ended(process)
    found = entries(home)
    assert sorted(str(e["title"]) for e in found) == sorted(f"河城大桥第{n}号消息" for n in range(FILES * PAGES))
    assert {e["state"] for e in found} == {"kept"}
    with psycopg.connect(server.schema(home)) as conn:
        made = conn.execute("SELECT count(*) FROM made WHERE queue = 'backfill'").fetchone()
    assert made and FILES <= made[0] <= FILES + 2  # none is taken by who reads enough, to be made again
    assert monitor("verify", cwd=home).status == 0
    assert f"{FILES} archives ({FILES} read before)" in monitor("backfill", "old", cwd=home).out


def test_what_is_fetched_by_the_command_itself_waits_for_the_turn_that_all_share(server, tmp_path):
    url = server.schema(tmp_path)
    open_store(url).close()
    with Shelf({"/warc.paths": FILE}) as shelf:
        settings = FetchSettings(pause=timedelta(), allow_private=(shelf.address,))

        def fetch() -> None:
            with Remote(settings, tmp_path / "kept", url) as remote:
                assert remote.get(shelf.url("/warc.paths")).read_bytes() == FILE

        async def busy() -> threading.Thread:
            other = await turns(url, clock)
            assert await other.take(shelf.address, 0) == 0
            fetching = threading.Thread(target=fetch)
            fetching.start()
            await asyncio.sleep(1.5)
            assert not shelf.asked
            await other.close()
            return fetching

        asyncio.run(busy()).join(20)
        assert shelf.asked
