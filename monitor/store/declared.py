"""What a person declared (topics, feeds) with the time it held, and the status of each feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from monitor.model import Counts, FeedStatus, Settings, Topic
from monitor.store import accounts
from monitor.store.rows import add, from_json, instant, parse, text, to_json

_IN_FORCE = """
    SELECT name, data FROM declarations WHERE n IN (
        SELECT max(n) FROM declarations WHERE kind = ? AND at <= ? GROUP BY name
    ) AND data IS NOT NULL ORDER BY name
"""

_FOREVER = "9999"  # sorts after every instant


def declare(db: Database, settings: Settings, now: datetime) -> None:
    """Append what differs from the declarations in force, and make the feeds those of *settings*."""
    _append(db, "topic", {t.id: to_json(t) for t in settings.topics}, now)
    # Headers may carry secrets, selectors serve nobody here: of a feed only the topics are kept.
    _append(db, "feed", {text(f.url): to_json(f.topics) for f in settings.feeds}, now)
    db.execute("UPDATE feeds SET position = NULL")
    for position, feed in enumerate(settings.feeds):
        db.execute("UPDATE feeds SET position = ? WHERE id = ?", (position, feed_number(db, feed.url)))


def _append(db: Database, kind: str, declared: dict[str, str], now: datetime) -> None:
    before = in_force(db, kind)
    changed = {name: data for name, data in declared.items() if before.get(name) != data}
    withdrawn = dict.fromkeys(before.keys() - declared.keys())
    for name, data in sorted({**changed, **withdrawn}.items()):
        add(db, "declarations", {"at": instant(now), "kind": kind, "name": name, "data": data})


def in_force(db: Database, kind: str, as_of: datetime | None = None) -> dict[str, str]:
    """Return the JSON of each declaration of *kind* in force at *as_of*, or now, by name."""
    until = instant(as_of) if as_of else _FOREVER
    return dict(db.execute(_IN_FORCE, (kind, until)).fetchall())


def topics(db: Database, as_of: datetime | None) -> Sequence[Topic]:
    """Return the topic definitions in force at *as_of*, or now, by id."""
    return [from_json(Topic, data) for data in in_force(db, "topic", as_of).values()]


def feeds_of(db: Database, topic: str, as_of: datetime | None) -> Iterable[str]:
    """Return the addresses that served *topic* at *as_of*, or now; a feed without topics serves all."""
    for url, data in in_force(db, "feed", as_of).items():
        serves = parse(data)
        if not serves or topic in serves:
            yield url


def feed_number(db: Database, url: str) -> int:
    """Return the row of the feed *url*; one never heard of gets a row, undeclared and new."""
    row = db.execute("SELECT id FROM feeds WHERE url = ?", (text(url),)).fetchone()
    if row:
        return int(row["id"])
    return add(db, "feeds", {"url": text(url), "status": to_json(FeedStatus(url, url))})


def reschedule(db: Database, moved: Iterable[FeedStatus]) -> None:
    """Save statuses that changed without a poll of their own."""
    for status in moved:
        saved = to_json(replace(status, counts=Counts()))  # always counted afresh
        db.execute("UPDATE feeds SET status = ? WHERE url = ?", (saved, text(status.url)))


def sharing(db: Database, body_sha256: str) -> Sequence[str]:
    """Return the declared feeds whose last body was exactly this one."""
    sql = "SELECT url FROM feeds WHERE position IS NOT NULL AND instr(status, ?) ORDER BY position"
    return [row["url"] for row in db.execute(sql, (f'"body_sha256":{to_json(body_sha256)}',))]


def statuses(db: Database) -> Sequence[FeedStatus]:
    """Return the status of every declared feed, in declared order, with the account of its last round."""
    last = accounts.of_last_rounds(db)
    rows = db.execute("SELECT id, status FROM feeds WHERE position IS NOT NULL ORDER BY position")
    return [replace(from_json(FeedStatus, r["status"]), counts=last[r["id"]]) for r in rows]
