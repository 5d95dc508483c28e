"""Archives as jobs of several processes on PostgreSQL: each record read once, whoever dies."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands import monitor, start
from tests.postgres import Server
from tests.waiting import ended, until

from .archives.warcs import info, packed, page, response

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


def test_archives_are_read_once_by_whoever_is_free_though_one_is_killed(home):
    monitor("seed", cwd=home)
    workers = [worker(home, "one"), worker(home, "two")]
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
    assert monitor("verify", cwd=home).status == 0
    assert f"{FILES} archives ({FILES} read before)" in monitor("backfill", "old", cwd=home).out
