"""
What many entries take, and which questions cost more where there are many. Part of :mod:`bench.scale`.

The forty thousand entries of a thousand feeds, as a poll left them on each store, are copied under other addresses until
there are as many as asked for, with a thousand polls of every feed. Printed: bytes a row of every large table, with
its indices apart; then milliseconds of CPU (ours and the server's) of each question that is asked again and again, before
and after.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.polls import as_entry, asked
from bench.press import PLAIN, Paper
from monitor import declared, pipeline
from monitor.model import EntryState, ParsedFeed, Retention
from monitor.pipeline import Desk
from monitor.store import open_store
from monitor.store.base import Store
from tests.postgres import Server, children

AGAIN = 0.4  # seconds that a question is asked again, at least three times
POLLS = 1000  # of each feed
Cpu = Callable[[], float]
Sizes = Mapping[str, tuple[int, float, float]]
"""Rows, megabytes of the table and of its indices, by table."""

_COPY = """
    INSERT INTO entries (n, id, feed, identity, sha256, state, reason, duplicate_of, round, first_seen, attempts,
        not_before, edited, article, verdicts, url, title, more, summary, panel)
    SELECT n + k * {most}, 'en_' || substr({hash}, 1, length(id) - 3), feed, replace(identity, '/news/', '/old' || k || '/'),
        {hash} || {hash}, {state}, reason, duplicate_of, round + 1000 + k, first_seen, attempts, not_before, edited, article,
        verdicts, replace(url, '/news/', '/old' || k || '/'), title, more, summary, panel
    FROM entries, {numbers}
"""
_POLLED = """
    INSERT INTO polls (id, feed, round, at, outcome, http_status, state, error, since, last_ok, known, cut, turned,
        warnings, unseen_since)
    SELECT id + k * {most}, feed, round + k, at, 'unchanged', 304, state, error, since, last_ok, known, cut, 0, warnings,
        NULL
    FROM polls, {numbers} WHERE round = {first}
"""
_ROUNDS = "INSERT INTO rounds SELECT {first} + k, started, finished FROM rounds, {numbers} WHERE id = {first}"


def measure(server: Server, home: Path, entries: int) -> dict[str, Any]:
    """Measure both stores that :func:`bench.scale._rounds` filled; print what came out."""
    stores: tuple[tuple[str, str, Cpu], ...] = (
        ("SQLite", str(home / "SQLite" / "timeline.db"), time.process_time),
        ("PostgreSQL", server.schema("rounds"), lambda: time.process_time() + server_cpu(server)),
    )
    found: dict[str, Any] = {}
    for name, url, cpu in stores:
        desk = Desk.of(declared.read(home / name / "config.yaml").settings)
        before = dict(_asked_all(url, desk, cpu))
        began = time.perf_counter()
        (_fill_file if name == "SQLite" else _fill_server)(url, entries)
        print(f"{name}: filled with {entries} entries in {time.perf_counter() - began:.0f} s")
        sizes = dict(_sizes_of_file(Path(url)) if name == "SQLite" else _sizes_of_server(url))
        _show_sizes(name, sizes)
        after = dict(_asked_all(url, desk, cpu))
        for what, spent in after.items():
            print(f"  {name:10} {what:28} {before[what]:9.3f} ms, {spent:9.3f} ms: {spent / before[what]:6.1f} times")
        found[name] = {"sizes": sizes, "before": before, "after": after}
    return found


def server_cpu(server: Server) -> float:
    """Return the seconds of CPU of the server and all its processes."""
    from bench.scale import cpu  # which measures us

    return cpu([server.pid, *children(server.pid)])


# --------------------------------------------------------------------------- filled


def _fill_file(path: str, entries: int) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        _fill(
            db,
            entries,
            "WITH RECURSIVE counted (k) AS (SELECT {a} UNION ALL SELECT k + 1 FROM counted WHERE k < {b})",
            "lower(hex(randomblob(16)))",
        )
        db.execute("ANALYZE")


def _fill_server(url: str, entries: int) -> None:
    with psycopg.connect(url) as db:
        db.execute("SET synchronous_commit = off")
        _fill(db, entries, "", "md5(id || ':' || k)")
        db.commit()
        db.autocommit = True
        db.execute("VACUUM (ANALYZE)")


def _fill(db: Any, entries: int, numbers: str, hash: str) -> None:
    have, most, first, polled = db.execute(
        "SELECT count(*), max(n), (SELECT min(round) FROM polls), (SELECT max(id) FROM polls) FROM entries"
    ).fetchone()

    def do(sql: str, until: int, **words: object) -> None:
        table = "counted" if numbers else f"generate_series(1, {until}) AS counted (k)"
        # What waits is worked off: of the copies it was kept or rejected.
        state = "CASE state WHEN 'waiting' THEN 'rejected' ELSE state END"
        db.execute(
            numbers.format(a=1, b=until) + sql.format(numbers=table, hash=hash, state=state, first=first, **words)
        )

    do(_ROUNDS.replace("{first} + k", "{first} + 1000 + k"), POLLS)
    do(_COPY, max(entries // have - 1, 1), most=most)
    do(_POLLED.replace("round + k", "round + 1000 + k"), POLLS, most=polled)


# --------------------------------------------------------------------------- bytes


def _sizes_of_file(path: Path) -> Iterator[tuple[str, tuple[int, float, float]]]:
    with closing(sqlite3.connect(path)) as db:
        of = dict(db.execute("SELECT name, tbl_name FROM sqlite_master").fetchall())
        pages = db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        for table in ("entries", "polls", "bodies", "articles"):
            (rows,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
            own = sum(size for name, size in pages if name == table)
            more = sum(size for name, size in pages if of.get(name) == table and name != table)
            yield table, (rows, own / 1e6, more / 1e6)


def _sizes_of_server(url: str) -> Iterator[tuple[str, tuple[int, float, float]]]:
    with psycopg.connect(url) as db:
        for table in ("entries", "polls", "bodies", "articles"):
            sql = f"SELECT (SELECT count(*) FROM {table}), pg_table_size('{table}'), pg_indexes_size('{table}')"
            rows, own, more = db.execute(sql).fetchone() or (0, 0, 0)  # type: ignore[arg-type]
            yield table, (rows, own / 1e6, more / 1e6)


def _show_sizes(name: str, sizes: Sizes) -> None:
    for table, (rows, own, more) in sizes.items():
        if rows:
            print(
                f"  {name:10} {table:10} {rows:9} rows: {own:8.1f} MB and {more:8.1f} MB of indices,"
                f" {1e6 * (own + more) / rows:.0f} bytes a row"
            )


# --------------------------------------------------------------------------- asked again and again


def _asked_all(url: str, desk: Desk, cpu: Cpu) -> Iterator[tuple[str, float]]:
    """Yield each question with the milliseconds of CPU that it takes."""
    now = datetime.now(UTC)
    with open_store(url) as store:
        some = store.latest(limit=40)
        topic, feed = next(iter(desk.topics)), some[0].feed
        # Right after the last poll nothing is due, however long ago that was.
        quiet = max(s.last_poll for s in store.statuses() if s.last_poll) + timedelta(seconds=1)
        poll = _Polls(store, desk, feed, store.open_round(now))
        questions: dict[str, Callable[[], object]] = {
            "what is due: nothing": lambda: store.due(quiet),
            "what is due: all feeds": lambda: store.due(now, all=True),
            "what waits": lambda: store.inbox(now, 256, 32),
            "one that waits": lambda: store.unread(some[0].id, now),
            "what was read": store.unsettled,
            "what is to be looked at again": lambda: store.rechecks(now, 256),
            "what is not indexed": store.index,
            "rounds left open": store.left_open,
            "the status of a feed": lambda: store.status(feed),
            "forty known entries": lambda: store.known(feed, [e.identity for e in some]),
            "a poll with nothing new": lambda: poll(0),
            "a poll with two new": lambda: poll(2),
            "a round begun and finished": lambda: store.close_round(store.open_round(now), now),
            "the last round": store.round,
            "all feeds, for a page": store.statuses,
            "figures for metrics": store.stock,
            "coverage of a topic": lambda: store.coverage(topic),
            "the newest entries": lambda: store.latest(limit=51),
            "the newest that wait": lambda: store.latest(state=EntryState.WAITING, limit=51),
            "the newest of a feed": lambda: store.latest(feed, limit=51),
            "one step of housekeeping": lambda: store.tidy(now, Retention()),
        }
        for name, ask in questions.items():
            yield name, _spent(ask, cpu)


@dataclass
class _Polls:
    """Polls of one feed, again and again: of its forty entries so many are new each time."""

    store: Store
    desk: Desk
    feed: str
    number: int
    made: int = 0

    def __post_init__(self) -> None:
        self.known = tuple(map(as_entry, Paper(900_000, PLAIN).items()))
        self(0)

    def __call__(self, new: int) -> None:
        self.made += new
        fresh = [replace(e, identity=f"{e.identity}?{self.made}") for e in self.known[:new]]
        status = self.store.status(self.feed)
        assert status
        answer = asked(self.desk, status, ParsedFeed(entries=(*fresh, *self.known[new:]), kind="rss"))
        self.store.record(pipeline.collect(self.desk, self.store, answer, self.number, datetime.now(UTC)))


def _spent(act: Callable[[], object], cpu: Cpu) -> float:
    """Return the milliseconds of CPU of one *act*."""
    act()
    began, times, end = cpu(), 0, time.monotonic() + AGAIN
    while time.monotonic() < end or times < 3:
        act()
        times += 1
    return max(1000 * (cpu() - began) / times, 0.001)
