"""Killed at any instant: whatever was said to be written is there, once, and nothing by halves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.on_sqlite import SqliteStore

from .make import NOW, RSS, collected, entry, screened

ROOT = Path(__file__).parents[2]

# Each poll holds ten entries, numbered uniquely; a number is printed once its poll is written.
WRITER = """
import sys
from monitor.store import open_store
from tests.store.make import collected, screened
store = open_store(sys.argv[1])
store.hold()
first = int(sys.argv[2])
while True:
    collected(store, *(screened(n) for n in range(first, first + 10)))
    print(first, flush=True)
    first += 10
"""


def killed(path: Path, first: int, after: float) -> int:
    """Let a process write polls from *first* on, kill it after some seconds; return the first number not promised."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, str(first)], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout
    writer.stdout.readline()
    time.sleep(after)
    os.kill(writer.pid, signal.SIGKILL)
    promised = writer.stdout.read().split()
    writer.wait()
    writer.stdout.close()
    return int(promised[-1]) + 10 if promised else first + 10


def check(path: Path, before: int, promised: int) -> int:
    """Check that the polls since *before* are whole, all promised ones and at most one more; return the next number."""
    with SqliteStore(path) as store:
        store.hold()
        found = store.known(RSS, [entry(n).url for n in range(before, promised + 20)])
    assert list(found) == [entry(n).url for n in range(before, before + len(found))]
    assert before + len(found) in (promised, promised + 10)
    return before + len(found)


def cycles(path: Path, count: int) -> None:
    chance = random.Random(17)
    first = 0
    for _ in range(count):
        first = check(path, first, killed(path, first, chance.random() * 0.05))
    with SqliteStore(path) as store:
        assert [e.url for e in store.entries()] == [entry(n).url for n in range(first)]


def test_a_killed_writer_leaves_every_promised_entry_once_and_frees_its_lock(tmp_path):
    cycles(tmp_path / "a.db", 3)


@pytest.mark.long
def test_two_hundred_kills_lose_and_double_nothing(tmp_path):
    cycles(tmp_path / "a.db", 200)


def test_a_torn_wal_gives_back_whole_polls_only(tmp_path):
    path, torn = tmp_path / "a.db", tmp_path / "torn.db"
    with SqliteStore(path) as store:
        for n in range(0, 200, 10):
            collected(store, *(screened(m) for m in range(n, n + 10)))
        wal = Path(f"{path}-wal").read_bytes()
        main = path.read_bytes()
    lengths = set()
    for cut in range(0, len(wal), len(wal) // 16):
        torn.write_bytes(main)
        Path(f"{torn}-wal").write_bytes(wal[:cut])
        lengths.add(whole_polls(torn))
    assert len(lengths) > 5


def whole_polls(path: Path) -> int:
    """Return how many entries are there, after checking that they are whole polls from the first on."""
    with SqliteStore(path) as store:
        found = [e.url for e in store.entries()]
        number = store.open_round(NOW)
        assert store.close_round(number, NOW).counts.fetched == 0
        assert not found or set(store.known(RSS, found)) == set(found)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    assert found == [entry(n).url for n in range(len(found))]
    assert len(found) % 10 == 0
    return len(found)


def test_a_process_that_runs_keeps_the_lock_from_another_one(tmp_path):
    path = tmp_path / "a.db"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, "0"], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout
    writer.stdout.readline()
    with SqliteStore(path) as store, pytest.raises(StoreError, match=rf"process {writer.pid}\) is running"):
        store.hold()
    writer.kill()
    writer.communicate()
    with SqliteStore(path) as store:
        store.hold()


def test_the_lock_goes_by_the_file_whatever_it_is_called(tmp_path):
    with SqliteStore(tmp_path / "a.db") as first:
        first.hold()
        (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
        with SqliteStore(tmp_path / "b.db") as second, pytest.raises(StoreError, match="another monitor"):
            second.hold()
    shutil.rmtree(tmp_path)
