"""
What feeds and entries cost on each store, and what workers make of them.

    python -m bench.scale [--feeds 1000] [--entries 1000000] [--workers 1 ...] [--json FILE]

Feeds are those of :mod:`bench.press`, on loopback. On SQLite and on PostgreSQL one process polls them all twice, cold and
with nothing new; then ``monitor work`` does, with so many processes on PostgreSQL. CPU is that of our processes and that
of the server's, read from /proc; a server of our own is started in a temporary folder. :mod:`bench.million` says what
so many entries take. On a machine that others use, wall times say little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench import million
from bench.collect import serving as press
from bench.contestants import CONFIG, Measured, Watch, addresses
from bench.press import NAMES
from tests.postgres import Server, children, serving

# 8 workers hold some 9 connections each; the rest is what Debian sets, but for memory on a small machine.
OPTIONS = "-c listen_addresses='' -c max_connections=150 -c shared_buffers=256MB -c max_wal_size=2GB"
WORKERS = (1, 2, 4, 8)
LIMIT = 120.0  # seconds that one measure of workers may take
TICKS = os.sysconf("SC_CLK_TCK")
IDLE = 10.0  # seconds that idle workers are watched


def main() -> None:
    """Print the figures."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--feeds", type=int, default=1000)
    ask.add_argument("--entries", type=int, default=1_000_000)
    ask.add_argument("--workers", type=int, action="append", help="so many; 0: none")
    ask.add_argument("--plain", type=Path, help="poll what this configuration names, and print JSON")
    ask.add_argument("--json", type=Path)
    said = ask.parse_args()
    if said.plain:
        print(json.dumps(asyncio.run(_polled(said.plain))))
        return
    # Ended from outside, it takes the server and the workers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    kept: dict[str, Any] = {}
    with serving(OPTIONS) as server, tempfile.TemporaryDirectory() as home:
        if said.feeds:
            with press(said.feeds, "plain") as paper:
                kept["rounds"] = _rounds(server, Path(home), paper.port, said.feeds)
                kept["workers"] = [
                    _working(server, Path(home), paper.port, said.feeds, n) for n in said.workers or WORKERS if n
                ]
        if said.entries:
            kept["entries"] = million.measure(server, Path(home), said.entries)
    if said.json:
        said.json.write_text(json.dumps(kept, indent=1), "utf-8")


# --------------------------------------------------------------------------- one process


def _rounds(server: Server, home: Path, port: int, feeds: int) -> dict[str, list[Measured]]:
    """Let one process poll everything, twice on each store; print what it took."""
    found: dict[str, list[Measured]] = {"SQLite": [], "PostgreSQL": []}
    for store, database in (("SQLite", "timeline.db"), ("PostgreSQL", server.schema("rounds"))):
        file = _configured(home / store, database, port, feeds)
        for what in ("cold", "nothing new"):
            before = cpu(family(server.pid))
            told = json.loads(_run([sys.executable, "-m", "bench.scale", "--plain", str(file)]))
            told["server"] = cpu(family(server.pid)) - before
            found[store].append(told)
            print(
                f"one process, {store:10} {what:11} {feeds} feeds: {told['cpu']:.2f} s of CPU"
                f" and {told['server']:.2f} s of the server's; {told['wall']:.1f} s wall, peak {told['peak']:.0f} MB"
            )
    return found


async def _polled(file: Path) -> Measured:
    import monitor.parse.feeds
    import monitor.parse.xml  # noqa: F401
    from monitor import declared
    from monitor.console import log
    from monitor.daemon import opened

    log.configure()
    async with opened(declared.read(file)) as rounds:
        watch = Watch()
        await rounds.poll(await rounds.due(all=True))
        return watch.read()


def _configured(folder: Path, database: str, port: int, feeds: int) -> Path:
    folder.mkdir()
    lines = "\n".join(f'  - {{url: "{url}", every: 5m}}' for url in addresses(port, feeds))
    hosts = ", ".join(f'"127.0.1.{n + 1}:{port}"' for n in range(NAMES))
    text = CONFIG.format(hosts=hosts, feeds=lines).replace("timeline.db", f'"{database}"')
    (folder / "config.yaml").write_text(text, "utf-8")
    return folder / "config.yaml"


def _run(command: Sequence[str]) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    if ran.returncode:
        sys.exit(f"{command} failed:\n{ran.stderr[-4000:]}")
    return ran.stdout


# --------------------------------------------------------------------------- workers


def _working(server: Server, home: Path, port: int, feeds: int, count: int) -> dict[str, float]:
    """Let *count* processes poll everything cold and then with nothing new; print what it took."""
    url = server.schema(f"work{count}")
    file = _configured(home / f"work{count}", url, port, feeds)
    told: dict[str, float] = {"workers": count}
    with psycopg.connect(url, autocommit=True) as db, _team(file, count, url) as team:
        _until(lambda: _polls(db) >= feeds, "the first round")  # whoever leads made jobs before all were there
        for what in ("nothing new", "again"):
            before, served, began, polls = cpu(team), cpu(family(server.pid)), time.perf_counter(), _polls(db)
            db.execute("UPDATE feeds SET next_poll = '', status = (status::jsonb - 'next_poll')::text")
            _until(lambda polls=polls: _polls(db) >= polls + feeds, what)  # type: ignore[misc]
            wall = time.perf_counter() - began
            told = told | {"cpu": cpu(team) - before, "server": cpu(family(server.pid)) - served, "wall": wall}
        _until(lambda: _quiet(db), "the pages that the entries name")
        time.sleep(5)
        before, served = cpu(team), cpu(family(server.pid))
        time.sleep(IDLE)
        told |= {"idle": (cpu(team) - before) / IDLE, "idle_server": (cpu(family(server.pid)) - served) / IDLE}
        told["memory"] = max(map(_memory, team))
        (connections,) = db.execute("SELECT count(*) FROM pg_stat_activity").fetchone() or (0,)
        told["connections"] = connections
    print(
        f"{count} workers: {feeds / told['wall']:.0f} polls/s with nothing new; a poll {1e3 * told['cpu'] / feeds:.2f} ms"
        f" of CPU and {1e3 * told['server'] / feeds:.2f} ms of the server's; idle {100 * told['idle']:.1f} % of a core and"
        f" {100 * told['idle_server']:.1f} % of the server's; {told['memory']:.0f} MB each, {told['connections']:.0f} connections"
    )
    return told


@contextmanager
def _team(file: Path, count: int, url: str) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "monitor", "--config", str(file), "work"]
    with (file.parent / "log").open("ab") as log:
        started = [subprocess.Popen(command, stdout=log, stderr=log) for _ in range(count)]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(30)


def _polls(db: psycopg.Connection[Any]) -> int:
    try:
        row = db.execute("SELECT count(*) FROM polls").fetchone()
    except psycopg.errors.UndefinedTable:  # nobody is there yet
        return 0
    return int(row[0]) if row else 0


def _quiet(db: psycopg.Connection[Any]) -> bool:
    """Return whether no job is left, and no entry waits."""
    sql = """SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing')),
        EXISTS (SELECT 1 FROM entries WHERE state = 'waiting')"""
    return db.execute(sql).fetchone() == (False, False)


def _until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not done():
        if time.monotonic() > deadline:
            sys.exit(f"{what} took longer than {LIMIT:g} s")
        time.sleep(0.1)


# --------------------------------------------------------------------------- /proc


def family(pid: int) -> list[int]:
    """Return *pid* and its children."""
    return [pid, *children(pid)]


def cpu(pids: Sequence[int]) -> float:
    """Return the seconds of CPU that *pids* have used, with those of children that are gone."""
    return sum(map(_cpu, pids))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # gone since: its parent has what it used
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _memory(pid: int) -> float:
    """Return the most megabytes that *pid* ever had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
