"""
The whole program killed at any instant, and a store that cannot be written: nothing accepted is lost or doubled.

The server numbers its entries: each answer lists the newest twenty and adds a few. What it has listed is there after
the next poll that ends, once.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands import monitor, start
from tests.loopback import Call, Loopback, Reply
from tests.waiting import stopped, until

CYCLES = int(os.environ.get("CRASH_CYCLES", "200"))
CONFIG = """\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{timeout: 5s, pause: 0s, allow_private: ["127.0.0.1:{port}"]}}
web: {{listen: "off"}}
feeds:
{feeds}
topics:
  - {{id: bridge, question: 大桥能通车吗?, entities: [{{id: bridge, kind: product, names: [大桥]}}]}}
"""
FEEDS = 3
WINDOW = 2000
TEXT = "通车仪式当天上午在河城举行,市里有关部门的负责人和建设单位的代表参加了仪式,现场还介绍了工程的建设过程。" * 3


@dataclass
class Press(Loopback):
    """Feeds that grow with every answer; every fifth entry is about the bridge, and has a page."""

    numbers: list[int] = field(default_factory=lambda: [0] * FEEDS)

    def reply(self, call: Call) -> Reply:
        body = self.answer(call.path)
        return Reply(200 if body else 404, body)

    def answer(self, path: str) -> bytes:
        if path.startswith("/n/"):
            return f"<html><title>大桥</title><body><p>大桥第{path[3:]}号消息,3月19日通车。{TEXT}</p></body></html>".encode()
        if not path.startswith("/feed/"):
            return b""
        feed = int(path.rpartition("/")[2])
        self.numbers[feed] += 3
        last = self.numbers[feed]
        items = "".join(self._item(feed, n) for n in range(last, max(0, last - WINDOW), -1))
        return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()

    def _item(self, feed: int, n: int) -> str:
        about = "大桥" if n % 5 == 0 else "天气"
        return f"<item><title>{about}第{feed}-{n}号</title><link>{self.url(f'/n/{feed}-{n}')}</link></item>"


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press


@pytest.fixture
def home(press: Press, tmp_path: Path) -> Path:
    feeds = "\n".join(f'  - {{url: "{press.url(f"/feed/{n}")}", every: 1h}}' for n in range(FEEDS))
    text = CONFIG.format(port=press.port, feeds=feeds)
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    return tmp_path


def entries(home: Path) -> list[dict[str, object]]:
    ran = monitor("entries", "--format", "jsonl", cwd=home)
    assert ran.status == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


def whole(home: Path, press: Press) -> None:
    """Check, after a poll that ended, that every entry listed is there once and that all accounts balance."""
    found = Counter(str(e["url"]) for e in entries(home))
    listed = {press.url(f"/n/{feed}-{n}") for feed, last in enumerate(press.numbers) for n in range(1, last + 1)}
    assert set(found) == listed
    assert set(found.values()) == {1}


def accepted(home: Path) -> set[str]:
    return {str(e["url"]) for e in entries(home)}


def tear(home: Path, chance: random.Random) -> None:
    """Do to the end of the write-ahead log what a power cut may: cut it, or leave nonsense there."""
    wal = home / "timeline.db-wal"
    if not wal.exists() or wal.stat().st_size < 64:
        return
    size = wal.stat().st_size
    lost = min(size - 32, chance.randint(1, 300))  # less than a frame: what was committed before stays
    with wal.open("r+b") as file:
        if chance.random() < 0.5:
            file.truncate(size - lost)
        else:
            file.seek(0, os.SEEK_END)
            file.write(chance.randbytes(lost))


def kills(home: Path, press: Press, cycles: int) -> None:
    chance = random.Random(11)
    for cycle in range(cycles):
        command = ("run",) if cycle % 2 else ("poll", "--all")
        process = start(*command, cwd=home)
        try:
            process.wait(0.25 + chance.random() * 0.9)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        if cycle % 5 == 4:
            before = accepted(home) if (home / "timeline.db").exists() else set()
            torn = cycle % 10 == 9
            if torn:
                tear(home, chance)
            after = accepted(home) if (home / "timeline.db").exists() else set()
            assert torn or before <= after
    finished = monitor("poll", "--all", "--format", "json", cwd=home)
    assert finished.status == 0, finished.err
    account = json.loads(finished.out)
    parts = ("kept", "rejected", "duplicate", "failed", "waiting")
    assert account["fetched"] == sum(account[p] for p in parts) > 0
    whole(home, press)
    assert sqlite3.connect(home / "timeline.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_few_kills_lose_and_double_nothing(home, press):
    kills(home, press, 4)


@pytest.mark.long
def test_many_kills_of_the_whole_program_lose_and_double_nothing(home, press):
    kills(home, press, CYCLES)


# --------------------------------------------------------------------------- a store that cannot be written

LOCKER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def said(home: Path, words: str) -> int:
    return (home / "stderr.txt").read_text("utf-8").count(words)


def hold_lock(home: Path, seconds: float) -> subprocess.Popen[bytes]:
    locker = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(home / "timeline.db"), str(seconds)], stdout=subprocess.PIPE
    )
    assert locker.stdout and locker.stdout.readline()
    return locker


@pytest.mark.parametrize("seconds", [4, pytest.param(45, marks=pytest.mark.long)])
def test_a_daemon_outlives_a_write_lock_says_so_once_and_goes_on(home, press, seconds):
    assert monitor("seed", cwd=home).status == 0
    process = start("run", cwd=home)
    try:
        until(lambda: said(home, "polled") >= FEEDS)
        locker = hold_lock(home, seconds)
        monitor_config = home / "config.yaml"
        text = monitor_config.read_text("utf-8")
        more = text.replace("feeds:\n", f'feeds:\n  - {{url: "{press.url("/feed/0")}?again", every: 1h}}\n')
        monitor_config.write_text(more, "utf-8")
        process.send_signal(signal.SIGHUP)
        until(lambda: said(home, "the store cannot be written"))
        locker.communicate()
        until(lambda: said(home, "the store can be written again"), 120)
        until(lambda: said(home, "again") >= 1 and said(home, "configuration read"))
        assert said(home, "the store cannot be written") == 1
        assert process.poll() is None
    finally:
        assert stopped(process) == 0


@pytest.mark.long
def test_a_daemon_that_waits_for_a_lock_still_ends_when_told(home, press):
    process = start("run", cwd=home)
    until(lambda: said(home, "polled") >= FEEDS)
    locker = hold_lock(home, 30)
    try:
        process.send_signal(signal.SIGHUP)
        until(lambda: said(home, "the store cannot be written"))
        time.sleep(6)  # by now a look at what is due waits, too
        assert stopped(process) == 0
        assert not said(home, "Traceback")
    finally:
        locker.kill()
        locker.communicate()


@pytest.mark.long
def test_a_full_disk_costs_one_line_and_nothing_that_was_accepted(home, press):
    assert monitor("poll", cwd=home).status == 0
    before = accepted(home)
    press.numbers = [n + 900 for n in press.numbers]
    size = sum(f.stat().st_size for f in home.glob("timeline.db*"))
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 40_000},) * 2); "
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    code = limit + ignore + "from monitor.cli import main; main(['poll', '--all'])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 3
    lines = [x for x in ran.stderr.splitlines() if x.startswith("monitor:")]
    assert len(lines) == 1 and ("full" in lines[0] or "disk" in lines[0])
    assert before <= accepted(home)
    assert monitor("poll", "--all", cwd=home).status == 0
    whole(home, press)
