"""
One topic read out of a store of its own, and out of one in which it stands beside others with as many events.

The others are copies of the first under other names: what is looked for stands in the first alone. Part of
:mod:`bench.topics`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from bench import mentions
from monitor import finding, noticing, reading
from monitor.deliveries import desk
from monitor.export import render
from monitor.model import Channel, Feed, FetchSettings, Published, Relation, Settings, Topic
from monitor.resolve import place
from monitor.store import open_store
from monitor.store.base import Store
from monitor.web.app import application
from monitor.web.shelf import Shelf

EVENTS, AGAIN = 100, 15
FIRM, OTHER = "甲公司", "丙公司"
LATER = mentions.NOW + timedelta(days=60)
CHANNEL = Channel("c", "webhook", "https://a.example/", topics=("t",))


def compare(topics: int) -> dict[str, Any]:
    """Print what reading one topic takes, alone and beside the others."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as home:
        stores = [_made(Path(home) / f"{n}.db", n) for n in (1, topics)]
        for name, alone, beside in zip(FACES, _read(*stores[0]), _read(*stores[1]), strict=True):
            told[name] = (alone, beside)
            print(
                f"  {name:22} {alone:8.2f} ms alone, {beside:8.2f} ms beside {topics - 1}: {beside / alone:.2f} times"
            )
    return told


# --------------------------------------------------------------------------- read


FACES = (
    "timeline",
    "export as JSON",
    "page, first",
    "page, again",
    "page, changed",
    "search",
    "event told and sealed",
    "metrics",
)


def _read(path: Path, settings: Settings) -> Iterator[float]:
    """Yield the milliseconds of CPU that each of FACES takes."""
    topic = settings.topics[0]
    with open_store(str(path)) as store:
        yield _median(lambda: reading.timeline(store, topic, background=True))
        yield _median(lambda: render(reading.timeline(store, topic, background=True), "json"))
        yield from _page(store, path, settings)
        yield _median(lambda: _found(store, settings))
        number = count(1)
        yield _median(lambda: _told(store, settings, next(number)))
    yield _page_of(path, settings, "/metrics")


def _page(store: Store, path: Path, settings: Settings) -> Iterator[float]:
    """Yield what the page takes at the first look, at the next, and once an event has changed."""
    yield statistics.median(_ms(partial(_get, *_shelf(path, settings), "/")) for _ in range(5))
    shelf, app = _shelf(path, settings)
    _get(shelf, app, "/")
    yield _median(lambda: _get(shelf, app, "/"))
    times = []
    for n in range(AGAIN):
        _told(store, settings, 1000 + n)
        times.append(_ms(lambda: _get(shelf, app, "/")))
    shelf.close()
    yield statistics.median(times)


def _page_of(path: Path, settings: Settings, address: str) -> float:
    shelf, app = _shelf(path, settings)
    taken = _median(lambda: _get(shelf, app, address))
    shelf.close()
    return taken


def _shelf(path: Path, settings: Settings) -> tuple[Shelf, Any]:
    shelf = Shelf(lambda: settings, lambda: open_store(str(path)))
    return shelf, application(shelf, lambda: LATER)


def _get(shelf: Shelf, app: Any, address: str) -> None:
    """Ask the application for a page, as its server does."""
    said: list[dict[str, Any]] = []
    scope = {
        "type": "http", "method": "GET", "path": address, "raw_path": address.encode(), "query_string": b"",
        "headers": [(b"host", b"localhost")], "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 9),
        "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(app(scope, receive, send))
    assert said[0]["status"] == 200, said


def _found(store: Store, settings: Settings) -> None:
    found = finding.find(store, FIRM, settings.topics)
    assert found and all(FIRM in hit.title + hit.passage for hit in found)


def _told(store: Store, settings: Settings, number: int) -> None:
    """Let an article tell of a new event, and seal what the channel is told of it."""
    rng = random.Random(number)
    n = 90_000_000 + number
    mention = replace(mentions._mention(rng, n, f"ar_{n}"), relation=Relation.DIRECT)
    said = Published("2026-02-01", None, date(2026, 2, 1), None)
    told = mentions._digested(n, [mention])
    assert told.article
    told = replace(told, article=replace(told.article, published=said))
    one = replace(mentions._placed(mention, n), published=said)
    store.finish(told, LATER, lambda decider: place("", [one], {"t": settings.topics[0]}, decider, LATER))
    store.seal("c", noticing.next_of(desk(settings), CHANNEL, LATER))


def _median(act: Callable[[], object]) -> float:
    act()
    return statistics.median(_ms(act) for _ in range(AGAIN))


def _ms(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return 1000 * (time.process_time() - began)


# --------------------------------------------------------------------------- made


def _made(path: Path, topics: int) -> tuple[Path, Settings]:
    """Make a store in which the first of *topics* has its events, and each of the others a copy of them."""
    some = [mentions.TOPIC, *(_topic(n) for n in range(1, topics))]
    feeds = tuple(Feed(f"http://{n}.example/feed", timedelta(hours=1)) for n in range(20))
    settings = Settings(
        "c", str(path), "Asia/Shanghai", FetchSettings(), "off", (), feeds, tuple(some), channels=(CHANNEL,)
    )
    with open_store(str(path)) as store:
        store.declare(settings, mentions.NOW)
        mentions.fill(store, EVENTS)
    with closing(sqlite3.connect(path)) as db, db:
        db.row_factory = sqlite3.Row
        _copied(db, topics)
    with open_store(str(path)) as store:
        while store.index():
            pass
        store.settle()
    return path, settings


def _topic(number: int) -> Topic:
    entities = tuple(replace(e, names=(f"{e.names[0]}{number}",)) for e in mentions.TOPIC.entities)
    return replace(mentions.TOPIC, id=f"t{number}", question=f"第{number}家公司会落户乙市吗?", entities=entities)


def _copied(db: sqlite3.Connection, topics: int) -> None:
    """Copy what the first topic has, for each of the others under a name of its own."""
    tables = {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in TABLES}
    most = {name: max((row.get("n", 0) for row in rows), default=0) for name, rows in tables.items()}
    for name, rows in tables.items():
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            made = (tuple(_copy(name, row, k, most).values()) for k in range(1, topics) for row in rows)
            db.executemany(f"INSERT INTO {name} VALUES ({marks})", made)


TABLES = ("events", "event_versions", "evidence", "revisions", "event_keys", "mentions")


def _copy(table: str, row: dict[str, Any], k: int, most: dict[str, int]) -> dict[str, Any]:
    new = dict(row)
    for column, numbered in (("n", table), ("version", "event_versions")):
        if new.get(column):
            new[column] += k * most[numbered]
    for column in ("id", "event", "shown"):
        if new.get(column):
            new[column] += f"x{k}"
    if "topic" in new:
        new["topic"] = f"t{k}"
    if "data" in new:
        new["data"] = _retold(table, new["data"], k, most)
    return new


def _retold(table: str, data: str, k: int, most: dict[str, int]) -> str:
    told = json.loads(data.replace(FIRM, OTHER))
    if "topic" in told:
        told["topic"] = f"t{k}"
    if table == "event_versions":
        told["id"] += f"x{k}"
        told["evidence"] = [n + k * most["evidence"] for n in told["evidence"]]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
