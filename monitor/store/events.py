"""
Events: what a decision may ask, and what it writes.

An event's record is kept once for each change (``event_versions``, append-only), so that what was known at any
moment is simply the last version before it. A version names its evidence by number: a quote is kept once however
many versions rest on it.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from monitor import codec
from monitor.model import Change, Event, Evidence, KnownEvent, Mention, Placed, Revision, SeedEvent
from monitor.store.rows import Row, add, chunks, from_json, instant, load, marks, parse, text, to_json

# --------------------------------------------------------------------------- read


def whole(db: Database, rows: Iterable[Row], *, revisions: bool = True) -> list[Event]:
    """Return the events whose versions *rows* are (``event``, ``version``, ``data``), in order."""
    versions = {row["event"]: row for row in rows}
    evidence = _evidence(db, list(versions))
    said = _revisions(db, versions) if revisions else {}
    return [_event(parse(row["data"]), evidence, said.get(id, [])) for id, row in versions.items()]


def _event(data: dict[str, Any], evidence: dict[int, Any], revisions: list[Any]) -> Event:
    data["evidence"] = [evidence[n] for n in data["evidence"]]
    data["revisions"] = revisions
    return load(Event, data)


def _evidence(db: Database, ids: Sequence[str]) -> dict[int, Any]:
    found = {}
    for some in chunks(ids):
        rows = db.execute(f"SELECT n, data FROM evidence WHERE event IN ({marks(some)})", some)
        found.update({row["n"]: parse(row["data"]) for row in rows})
    return found


def _revisions(db: Database, versions: dict[str, Row]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for some in chunks(versions):
        for row in db.execute(f"SELECT * FROM revisions WHERE event IN ({marks(some)}) ORDER BY n", some):
            if row["version"] <= versions[row["event"]]["version"]:
                found[row["event"]].append(_revision(row))
    return found


def _revision(row: Row) -> dict[str, Any]:
    values = {name: parse(row[name]) for name in ("before", "after")}
    return {name: row[name] for name in ("at", "by", "field", "why")} | values


_NOW = """
    SELECT e.id AS event, v.n AS version, v.data FROM events e JOIN event_versions v ON v.n = e.version
    WHERE e.merged_into IS NULL AND e.{where}
"""
_THEN = """
    SELECT v.event, v.n AS version, v.data FROM event_versions v WHERE v.n IN (
        SELECT max(o.n) FROM events e JOIN event_versions o ON o.event = e.id
        WHERE e.topic = ? AND o.at <= ? GROUP BY e.id
    ) AND v.merged_into IS NULL
"""


def timeline(db: Database, topic: str, as_of: datetime | None) -> Sequence[Event]:
    """Return the events of *topic* as known at *as_of* or now, in order."""
    return sorted(whole(db, _versions(db, topic, as_of)), key=_order)


def records(db: Database, topic: str, as_of: datetime | None) -> Iterator[dict[str, Any]]:
    """Yield the events of *topic* as kept, evidence by number, in no order: for what needs only a few fields."""
    return (parse(row["data"]) for row in _versions(db, topic, as_of))


def _versions(db: Database, topic: str, as_of: datetime | None) -> Iterable[Row]:
    if as_of is None:
        return db.execute(_NOW.format(where="topic = ?"), (topic,))
    return db.execute(_THEN, (topic, instant(as_of)))


def _order(event: Event) -> tuple[date, date, str]:
    when = event.when
    return when.earliest or date.max, when.latest or date.max, event.id


def one(db: Database, id: str) -> Event | None:
    """Return one event; a merged id gives the event that it redirects to."""
    found = whole(db, db.execute(_NOW.format(where="id = ?"), (survivor(db, text(id)),)))
    return found[0] if found else None


def survivor(db: Database, id: str) -> str:
    """Return the id that *id* stands for now."""
    row = db.execute("SELECT merged_into FROM events WHERE id = ?", (id,)).fetchone()
    return (row["merged_into"] if row else None) or id


# --------------------------------------------------------------------------- what a decision may ask

# Events that one mention is compared with. bench/growth.py reads 14 of 50,000 at the median, in 2 ms, and meets this
# bound where a day is crowded, in 4.
CANDIDATES = 20


class Decisions:
    """The :class:`~monitor.store.base.Decider` of one open transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def candidates(self, topic: str, keys: frozenset[str]) -> Sequence[KnownEvent]:
        """Return the events of *topic* that carry most of *keys*, ``CANDIDATES`` at most, in order of founding."""
        shared: Counter[str] = Counter()
        for some in chunks(text(key) for key in sorted(keys)):
            sql = (
                f"SELECT event, count(*) AS n FROM event_keys WHERE topic = ? AND key IN ({marks(some)}) GROUP BY event"
            )
            for row in self._db.execute(sql, [topic, *some]):
                shared[row["event"]] += row["n"]
        return self._known(heapq.nsmallest(CANDIDATES, shared, key=lambda event: (-shared[event], event)))

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        """Return the events that rest, or rested, on any version of *article*, in order of founding."""
        rows = self._db.execute(
            """SELECT DISTINCT m.event FROM articles a JOIN mentions m ON m.article = a.id
            WHERE a.identity = (SELECT identity FROM articles WHERE id = ?) AND m.event IS NOT NULL""",
            (article,),
        )
        return self._known(row["event"] for row in rows)

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        """Return what the event that this seed began is now, or None."""
        row = self._db.execute("SELECT event FROM seeds WHERE topic = ? AND key = ?", (topic, key)).fetchone()
        return self._known([row["event"]])[0] if row else None

    def _known(self, ids: Iterable[str]) -> list[KnownEvent]:
        rows: list[Row] = []
        for some in chunks(ids):
            rows += self._db.execute(_NOW.format(where=f"id IN ({marks(some)}) ORDER BY e.n"), some)
        events = whole(self._db, rows, revisions=False)
        return [KnownEvent(e, self._placed(e.id), self._seed(e.id)) for e in events]

    def _placed(self, event: str) -> tuple[Placed, ...]:
        rows = self._db.execute(
            """SELECT m.id, m.data, m.origin, a.url, a.title, a.fetched, a.text_sha256, a.more
            FROM mentions m JOIN articles a ON a.id = m.article
            WHERE m.event = ? AND m.superseded = 0 ORDER BY m.n""",
            (event,),
        )
        return tuple(_placed(row) for row in rows)

    def _seed(self, event: str) -> SeedEvent | None:
        row = self._db.execute("SELECT data FROM seeds WHERE event = ? ORDER BY key LIMIT 1", (event,)).fetchone()
        return from_json(SeedEvent, row["data"]) if row else None


def _placed(row: Row) -> Placed:
    about = parse(row["more"])
    data = {name: row[name] for name in ("id", "url", "title", "fetched", "text_sha256", "origin")}
    data |= {"source": about.get("source", ""), "tier": about["tier"], "published": about["published"]}
    return load(Placed, data | {"mention": parse(row["data"])})


# --------------------------------------------------------------------------- write


def write(db: Database, changes: Sequence[Change], now: datetime) -> list[str]:
    """Write *changes*; return the ids of the events that are now another than before."""
    return list(dict.fromkeys(c.event.id for c in changes if _write(db, c, now)))


def _write(db: Database, change: Change, now: datetime) -> bool:
    event = change.event
    db.execute("INSERT OR IGNORE INTO events (id, topic) VALUES (?, ?)", (event.id, event.topic))
    changed = _write_version(db, event, now)
    merged = [id for id in change.merges if _redirect(db, id, event.id, now)]
    _write_mentions(db, change)
    _write_keys(db, change)
    if change.seed:
        sql = "INSERT INTO seeds (topic, key, event, data) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET event = excluded.event, data = excluded.data"
        db.execute(sql, (change.seed.topic, change.seed.key, event.id, to_json(change.seed)))
    return changed or bool(merged)


def _write_version(db: Database, event: Event, now: datetime) -> bool:
    data = _data(db, event)
    before = db.execute(
        "SELECT v.data, e.merged_into FROM events e LEFT JOIN event_versions v ON v.n = e.version WHERE e.id = ?",
        (event.id,),
    ).fetchone()
    if before["data"] == data and not before["merged_into"] and not event.revisions:
        return False
    version = add(db, "event_versions", {"event": event.id, "at": instant(now), "data": data})
    bounds = [day and day.isoformat() for day in (event.when.earliest, event.when.latest)]
    db.execute(
        "UPDATE events SET earliest = ?, latest = ?, merged_into = NULL, version = ? WHERE id = ?",
        (*bounds, version, event.id),
    )
    for revision in event.revisions:
        _append(db, event.id, version, revision)
    return True


def _data(db: Database, event: Event) -> str:
    """Return the record as a version keeps it: evidence by number, revisions apart."""
    record = codec.dump(replace(event, evidence=(), revisions=()))
    record["evidence"] = _numbers(db, event.id, event.evidence)
    return to_json(record)


def _numbers(db: Database, event: str, evidence: Sequence[Evidence]) -> list[int]:
    rows = db.execute("SELECT data, n FROM evidence WHERE event = ?", (event,))
    held = {row["data"]: row["n"] for row in rows}
    for one in map(to_json, evidence):
        if one not in held:
            held[one] = add(db, "evidence", {"event": event, "data": one})
    return [held[to_json(one)] for one in evidence]


def _append(db: Database, event: str, version: int, revision: Revision) -> None:
    row = {"event": event, "version": version, "at": codec.dump(revision.at)}
    row |= {name: text(getattr(revision, name)) for name in ("by", "field", "why")}
    add(db, "revisions", row | {name: to_json(getattr(revision, name)) for name in ("before", "after")})


def _redirect(db: Database, id: str, into: str, now: datetime) -> bool:
    """Make *id*, and what redirected to it, redirect to *into*; return whether that is new."""
    row = db.execute("SELECT merged_into, version FROM events WHERE id = ?", (id,)).fetchone()
    if row is None or id == into or row["merged_into"] == into:
        return False
    last = db.execute("SELECT data FROM event_versions WHERE n = ?", (row["version"],)).fetchone()["data"]
    add(db, "event_versions", {"event": id, "at": instant(now), "merged_into": into, "data": last})
    db.execute("UPDATE events SET merged_into = ? WHERE id = ? OR merged_into = ?", (into, id, id))
    for table in ("mentions", "seeds"):
        db.execute(f"UPDATE {table} SET event = ? WHERE event = ?", (into, id))
    db.execute("DELETE FROM event_keys WHERE event = ?", (id,))
    return True


def _write_mentions(db: Database, change: Change) -> None:
    """Make the placed mentions, and of those that stand no other, the event's own."""
    own = {placed.id for placed in change.placed}
    standing = db.execute("SELECT id FROM mentions WHERE event = ? AND superseded = 0", (change.event.id,)).fetchall()
    for row in standing:
        if row["id"] not in own:
            db.execute("UPDATE mentions SET event = NULL WHERE id = ?", (row["id"],))
    for placed in change.placed:
        save_mention(db, placed.id, placed.mention, change.event.id, placed.origin)


def save_mention(db: Database, id: str, mention: Mention, event: str | None, origin: str) -> None:
    """Save *mention* as one that stands, belonging to *event* or to none yet."""
    db.execute(
        """INSERT INTO mentions (id, article, event, origin, data) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE
        SET event = excluded.event, origin = excluded.origin, data = excluded.data, superseded = 0""",
        (id, mention.article, event, text(origin), to_json(mention)),
    )


def _write_keys(db: Database, change: Change) -> None:
    event = change.event
    held = {row["key"] for row in db.execute("SELECT key FROM event_keys WHERE event = ?", (event.id,))}
    wanted = {text(key) for key in change.keys}
    for key in held - wanted:
        db.execute("DELETE FROM event_keys WHERE topic = ? AND key = ? AND event = ?", (event.topic, key, event.id))
    for key in sorted(wanted - held):
        add(db, "event_keys", {"topic": event.topic, "key": key, "event": event.id})
