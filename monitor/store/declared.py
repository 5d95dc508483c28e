"""What a person declared (topics, feeds) with the time it held, and the status of each feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor.model import FeedState, FeedStatus, Settings, Topic
from monitor.store import accounts, outbox
from monitor.store.database import Database
from monitor.store.rows import add, add_numbered, from_json, in_short, instant, parse, text, to_json

_IN_FORCE = """
    SELECT name, data FROM declarations WHERE n IN (
        SELECT max(n) FROM declarations WHERE kind = ? AND at <= ? GROUP BY name
    ) AND data IS NOT NULL ORDER BY name
"""

_FOREVER = "9999"  # sorts after every instant
_ALL = "SELECT status FROM feeds WHERE position IS NOT NULL ORDER BY position"
_DUE = """
    SELECT position, status FROM feeds WHERE position IS NOT NULL AND next_poll <= ?1
    UNION SELECT position, status FROM feeds WHERE position IS NOT NULL AND last_poll > ?1
    ORDER BY position
"""
# Of each host those that wait longest, and the first of every host before the second of any.
_SOME = """
    SELECT position, status FROM (
        SELECT position, status, next_poll, row_number() OVER (PARTITION BY host ORDER BY next_poll, position) AS turn
        FROM feeds WHERE position IS NOT NULL AND next_poll <= ?
    ) by_host WHERE turn <= ? ORDER BY turn, next_poll, position LIMIT ?
"""
_AHEAD = "SELECT position, status FROM feeds WHERE position IS NOT NULL AND last_poll > ?"


def declare(db: Database, settings: Settings, now: datetime) -> None:
    """Append what differs from the declarations in force, and make the feeds those of *settings*."""
    _append(db, "topic", {t.id: to_json(t) for t in settings.topics}, now)
    # Headers may carry secrets, selectors serve nobody here: of a feed only the topics are kept.
    _append(db, "feed", {text(f.url): to_json(f.topics) for f in settings.feeds}, now)
    db.execute("UPDATE feeds SET position = NULL")
    outbox.declare(db, settings.channels)
    for position, feed in enumerate(settings.feeds):
        held = position, urlsplit(feed.url).hostname or "", feed_number(db, feed.url)
        db.execute("UPDATE feeds SET position = ?, host = ? WHERE id = ?", held)


def _append(db: Database, kind: str, declared: dict[str, str], now: datetime) -> None:
    before = in_force(db, kind)
    changed = {name: data for name, data in declared.items() if before.get(name) != data}
    withdrawn = dict.fromkeys(before.keys() - declared.keys())
    for name, data in sorted({**changed, **withdrawn}.items()):
        add(db, "declarations", {"at": instant(now), "kind": kind, "name": name, "data": data})


def in_force(db: Database, kind: str, as_of: datetime | None = None) -> dict[str, str]:
    """Return the JSON of each declaration of *kind* in force at *as_of*, or now, by name."""
    until = instant(as_of) if as_of else _FOREVER
    return {row["name"]: row["data"] for row in db.execute(_IN_FORCE, (kind, until))}


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
    return feed_row(db, url)[0]


def feed_row(db: Database, url: str) -> tuple[int, bool]:
    """Return the number of the feed *url*, and whether it was blind at its last poll."""
    row = db.execute("SELECT id, blind FROM feeds WHERE url = ?", (text(url),)).fetchone()
    return (int(row["id"]), bool(row["blind"])) if row else (_added(db, url), False)


def _added(db: Database, url: str) -> int:
    return add_numbered(db, "feeds", "id", {"url": text(url), "status": in_short(FeedStatus(url, url))})


def reschedule(db: Database, moved: Iterable[FeedStatus]) -> None:
    """Save statuses that changed without a poll of their own."""
    for status in moved:
        db.execute(f"UPDATE feeds SET {SAVED} WHERE url = ?", (*saved(status), text(status.url)))


_UNSAVED = ("counts",)
SAVED = "status = ?, next_poll = ?, last_poll = ?"


def saved(status: FeedStatus) -> tuple[str, str, str]:
    """Return what is kept of *status*, in the order of SAVED; counts are always counted afresh."""
    waits = [instant(at) for at in (status.next_poll, status.not_before) if at]
    next_poll = _FOREVER if status.state is FeedState.STOPPED else max(waits, default="")
    last_poll = status.last_poll and instant(status.last_poll)
    return in_short(status, _UNSAVED), next_poll, last_poll or ""


def sharing(db: Database, body_sha256: str) -> Sequence[str]:
    """Return the declared feeds whose last body was exactly this one."""
    sql = "SELECT url FROM feeds WHERE position IS NOT NULL AND instr(status, ?) > 0 ORDER BY position"
    return [row["url"] for row in db.execute(sql, (f'"body_sha256":{to_json(body_sha256)}',))]


def due(db: Database, now: datetime, *, all: bool = False) -> Sequence[FeedStatus]:
    """Return the statuses whose time has come, or *all*; and those polled after *now*, for a clock that has been put right."""
    rows = db.execute(_ALL if all else _DUE, [] if all else [instant(now)])
    return [from_json(FeedStatus, row["status"]) for row in rows]


def some_due(db: Database, now: datetime, limit: int, per_host: int) -> Sequence[FeedStatus]:
    """Return of what is due at most *limit*, and *per_host*, those first that wait longest; and all polled after *now*."""
    rows = {row["position"]: row for row in db.execute(_SOME, (instant(now), per_host, limit))}
    rows |= {row["position"]: row for row in db.execute(_AHEAD, (instant(now),))}
    return [from_json(FeedStatus, row["status"]) for row in rows.values()]


def status(db: Database, url: str) -> FeedStatus | None:
    """Return the status of one declared feed, without counts."""
    row = db.execute("SELECT status FROM feeds WHERE url = ? AND position IS NOT NULL", (text(url),)).fetchone()
    return from_json(FeedStatus, row["status"]) if row else None


def statuses(db: Database) -> Sequence[FeedStatus]:
    """Return the status of every declared feed, in declared order, with the account of its last round."""
    last = accounts.of_last_rounds(db)
    rows = db.execute("SELECT id, status FROM feeds WHERE position IS NOT NULL ORDER BY position")
    return [replace(from_json(FeedStatus, r["status"]), counts=last[r["id"]]) for r in rows]
