"""
What a poll costs in a large store, and with many names to look for. Part of :mod:`bench.growth`.

The store is filled with invented entries of two hundred feeds; then each feed is polled as the rounds do it, network and
parser left out: what is due, what is known, screening, one transaction, the account. Printed: milliseconds of CPU a
poll where nothing is new, where two of forty entries are, and where all are; then microseconds to screen an entry for
topics of so many names in all, and seconds to make ready for it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bench.press import PLAIN, Item, Paper
from monitor import config, match, pipeline
from monitor.model import Entity, Entry, FeedStatus, ParsedFeed, Published, Response, Topic
from monitor.normalize import urls
from monitor.pipeline import Asked, Desk
from monitor.store.on_sqlite import SqliteStore

T = TypeVar("T")

FEEDS, ROUNDS = 200, 5
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILL = """
    WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?1)
    INSERT INTO entries (id, feed, identity, sha256, state, reason, duplicate_of, round, first_seen, verdicts, url, title,
        more, summary)
    SELECT 'en_' || hex(randomblob(10)), 1 + i % ?2, 'old.example/' || hex(randomblob(4)) || '/' || i, hex(randomblob(32)),
        'rejected', 'no_name', '', 1, '2025-01-01T00:00:00.000000Z',
        '[{"topic":"t","judgement":"rejected","votes":[],"passages":[]}]', 'http://old.example/' || i, '旧闻' || i,
        '{"published":{"raw":"","at":null,"day":"2025-01-01","flag":null}}', hex(randomblob(100))
    FROM numbers
"""


# --------------------------------------------------------------------------- entries


def polled(store: SqliteStore, home: Path, count: int) -> tuple[float, float, float]:
    """Fill *store* with *count* entries; return the milliseconds of a poll: nothing new, two entries new, all new."""
    feeds = "\n".join(f"  - {{url: 'http://{n}.example/feed', every: 5m}}" for n in range(FEEDS))
    topic = "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [远航动力]}, {id: b, kind: place, names: [滨江新区]}], together: [a, b]}]"
    (home / "config.yaml").write_text(f"database: t.db\nfeeds:\n{feeds}\n{topic}\n", "utf-8")
    settings = config.load(home / "config.yaml", {}, home).settings
    desk = Desk.of(settings)
    papers = [Paper(n, PLAIN) for n in range(FEEDS)]
    store.declare(settings, NOW)
    store.open_round(NOW)
    with store._connection.write() as db:
        db.execute(FILL, (count, FEEDS))
    _all(desk, store, papers)
    idle = statistics.median(_all(desk, store, papers) for _ in range(ROUNDS))
    some = statistics.median(_all(desk, store, _turned(papers, 2)) for _ in range(ROUNDS))
    full = statistics.median(_all(desk, store, _turned(papers, 40)) for _ in range(ROUNDS))
    return idle, some, full


def _turned(papers: Sequence[Paper], times: int) -> Sequence[Paper]:
    for paper in papers:
        paper.extra += times
    return papers


def _all(desk: Desk, store: SqliteStore, papers: Sequence[Paper]) -> float:
    """Poll all feeds once and return the milliseconds that each took."""
    answers = [(f"http://{p.number}.example/feed", _parsed(p)) for p in papers]
    began = time.process_time()
    statuses = {s.url: s for s in store.due(NOW, all=True)}
    number = store.open_round(NOW)
    for start in range(0, len(answers), 25):
        with store.together():
            for url, parsed in answers[start : start + 25]:
                store.record(pipeline.collect(desk, store, asked(desk, statuses[url], parsed), number, NOW))
    store.close_round(number, NOW)
    return 1000 * (time.process_time() - began) / len(papers)


def asked(desk: Desk, status: FeedStatus, parsed: ParsedFeed) -> Asked:
    """Return what asking the feed of *status* came to."""
    response = Response(status.url, status.url, 200, (), b"x", "")
    return Asked(
        desk.feeds[status.url], status, response, parsed, reading=desk.readings[status.url], body_sha256="x" * 64
    )


def _parsed(paper: Paper) -> ParsedFeed:
    return ParsedFeed(entries=tuple(map(as_entry, paper.items())), kind="rss")


def as_entry(item: Item) -> Entry:
    """Return the entry that is read of *item*."""
    at = item.at.astimezone(UTC)
    return Entry(urls.identity(item.link), item.link, item.title, item.summary, Published(str(at), at, at.date()))


# --------------------------------------------------------------------------- names


def screened(count: int) -> tuple[float, float]:
    """Return the seconds to compile topics of *count* names in all, and to screen an entry for them."""
    topics = [_topic(n, 10) for n in range(max(1, count // 10))]
    ready, matcher = timed(lambda: match.Matcher(topics))
    entries = [as_entry(item) for n in range(25) for item in Paper(n, PLAIN).items()]
    taken, _ = timed(lambda: [matcher.screen(e.title, e.summary) for e in entries])
    return ready, taken / len(entries)


def _topic(number: int, names: int) -> Topic:
    half = names // 2
    firm = Entity("a", "company", tuple(f"{word(number * half + i)}股份" for i in range(half)))
    town = Entity("b", "place", tuple(f"{word(number * half + i)}新区" for i in range(half)))
    return Topic(f"t{number}", "?", (firm, town), together=("a", "b"))


def word(number: int) -> str:
    """Return two characters that stand for *number*, and for no other."""
    return chr(0x4E00 + number % 2000) + chr(0x5E00 + number // 2000)


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Return how many seconds of CPU *act* takes, and what it gives."""
    began = time.process_time()
    result = act()
    return time.process_time() - began, result
