"""
Events: how they are read, and how changes of them are written.

An event's record is kept once for each change (``event_versions``, append-only), so that what was known at any
moment is simply the last version before it. A version names its evidence by number: a quote is kept once however
many versions rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor import codec
from monitor.model import Change, Event, Evidence, Mention, News, Revision
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.rows import Row, add, add_numbered, chunks, instant, load, marks, parse, text, to_json

# --------------------------------------------------------------------------- read


def whole(db: Database, rows: Iterable[Row], *, revisions: bool = True) -> list[Event]:
    """Return the events whose versions *rows* are (``event``, ``version``, ``data``), in order."""
    versions = {row["event"]: row for row in rows}
    return [event for some in chunks(versions) for event in _some(db, {id: versions[id] for id in some}, revisions)]


def _some(db: Database, versions: Mapping[str, Row], with_revisions: bool) -> Iterator[Event]:
    """Yield the events of so many *versions* as are asked for at once: what they are made of is small enough to lie near."""
    evidence = _evidence(db, list(versions))
    said = _revisions(db, versions) if with_revisions else {}
    for id, row in versions.items():
        yield _event(parse(row["data"]), evidence, said.get(id, []))


def _event(data: dict[str, Any], evidence: dict[int, Any], revisions: list[Any]) -> Event:
    data["evidence"] = [evidence[n] for n in data["evidence"]]
    data["revisions"] = revisions
    return load(Event, data)


def outline(row: Row) -> Event:
    """Return an event whose version *row* is, without evidence, reasons and revisions."""
    return load(Event, parse(row["data"]) | {"evidence": [], "reasons": [], "revisions": []})


def _evidence(db: Database, ids: Sequence[str]) -> dict[int, Any]:
    rows = db.execute(f"SELECT n, data FROM evidence WHERE event IN ({marks(ids)})", ids)
    return {row["n"]: parse(row["data"]) for row in rows}


def _revisions(db: Database, versions: Mapping[str, Row]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in db.execute(
        f"SELECT * FROM revisions WHERE event IN ({marks(list(versions))}) ORDER BY n", list(versions)
    ):
        if row["version"] <= versions[row["event"]]["version"]:
            found[row["event"]].append(_revision(row))
    return found


def _revision(row: Row) -> dict[str, Any]:
    values = {name: parse(row[name]) for name in ("before", "after")}
    return {name: row[name] for name in ("at", "by", "field", "why")} | values


NOW = """
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
    return sorted(whole(db, _versions(db, topic, as_of)), key=lambda e: e.order)


_CHANGED = """
    SELECT e.id AS event, v.n AS version, v.data, e.merged_into FROM events e JOIN event_versions v ON v.n = e.version
    WHERE e.topic = ? AND e.version > ?
"""


def news(db: Database, topic: str, mark: int) -> News:
    """Return what changed of *topic* after the version *mark*."""
    last = db.execute("SELECT coalesce(max(n), 0) AS n FROM event_versions").fetchone()["n"]
    if last == mark:
        return News(mark, ())
    rows = db.execute(_CHANGED, (topic, mark)).fetchall() if mark else _versions(db, topic, None)
    gone = frozenset(row["event"] for row in rows if row["merged_into"]) if mark else frozenset()
    return News(last, tuple(whole(db, [row for row in rows if row["event"] not in gone])), gone)


def _versions(db: Database, topic: str, as_of: datetime | None) -> Iterable[Row]:
    if as_of is None:
        return db.execute(NOW.format(where="topic = ?"), (topic,))
    return db.execute(_THEN, (topic, instant(as_of)))


def one(db: Database, id: str) -> Event | None:
    """Return one event; a merged id gives the event that it redirects to."""
    found = whole(db, db.execute(NOW.format(where="id = ?"), (survivor(db, text(id)),)))
    return found[0] if found else None


def version(db: Database, id: str) -> int:
    """Return the number of the version at which *id*, or what it redirects to, stands; 0 where there is none."""
    row = db.execute("SELECT version FROM events WHERE id = ?", (survivor(db, text(id)),)).fetchone()
    return int(row["version"] or 0) if row else 0


def at_version(db: Database, number: int) -> Event | None:
    """Return an event as its version *number* had it."""
    sql = "SELECT event, n AS version, data FROM event_versions WHERE n = ?"
    found = whole(db, db.execute(sql, (number,)))
    return found[0] if found else None


def survivor(db: Database, id: str) -> str:
    """Return the id that *id* stands for now."""
    row = db.execute("SELECT merged_into FROM events WHERE id = ?", (id,)).fetchone()
    return (row["merged_into"] if row else None) or id


# --------------------------------------------------------------------------- write


def write(db: Database, changes: Sequence[Change], now: datetime, voices: outbox.Voices) -> list[str]:
    """Write *changes* and, as loudly as *voices* say, what is to be told of them; return the events that are now another than before."""
    for change in changes:  # first, since they may redirect to one another
        db.execute(
            "INSERT INTO events (id, topic) VALUES (?, ?) ON CONFLICT DO NOTHING", (change.event.id, change.event.topic)
        )
    changed = list(dict.fromkeys(c.event.id for c in changes if _write(db, c, now, voices)))
    for change in changes:
        _show(db, change)
    return changed


def _write(db: Database, change: Change, now: datetime, voices: outbox.Voices) -> bool:
    event = change.event
    changed = _write_version(db, change, now, voices)
    absorbed = [id for id in change.merges if _absorb(db, id, event.id, now)]
    _write_mentions(db, change)
    if change.keys is not None:
        _write_keys(db, event, change.keys)
    _write_days(db, change)
    if change.seed:
        sql = "INSERT INTO seeds (topic, key, event, data) VALUES (?, ?, ?, ?) ON CONFLICT (topic, key) DO UPDATE SET event = excluded.event, data = excluded.data"
        db.execute(sql, (change.seed.topic, change.seed.key, event.id, to_json(change.seed)))
    return changed or bool(absorbed)


def _write_version(db: Database, change: Change, now: datetime, voices: outbox.Voices) -> bool:
    """Append the event as it is from now on, where that is another than it was; make its redirects right."""
    event, into = change.event, change.into or None
    base = change.base and to_json(change.base)
    data = _data(db, event)
    before = db.execute(
        """SELECT v.n, v.data, e.merged_into, e.absorbed_by, e.base FROM events e
        LEFT JOIN event_versions v ON v.n = e.version WHERE e.id = ?""",
        (event.id,),
    ).fetchone()
    if before["base"] != base:
        db.execute("UPDATE events SET base = ? WHERE id = ?", (base, event.id))
    same = before["data"] == data and before["merged_into"] == into and before["absorbed_by"] is None
    if same and not event.revisions:
        return False
    version = add_numbered(
        db, "event_versions", "n", {"event": event.id, "at": instant(now), "merged_into": into, "data": data}
    )
    bounds = [day and day.isoformat() for day in (event.when.earliest, event.when.latest)]
    db.execute(
        "UPDATE events SET earliest = ?, latest = ?, merged_into = ?, absorbed_by = NULL, version = ? WHERE id = ?",
        (*bounds, into, version, event.id),
    )
    _point(db, event.id, into)
    outbox.note(db, event, before["n"], now, voices(event.topic))
    for revision in event.revisions:
        _append(db, event.id, version, revision)
    return True


def _point(db: Database, id: str, into: str | None) -> None:
    """Let what the rules merged into *id*, and what redirects to it, redirect to where it is to be seen."""
    db.execute("UPDATE events SET merged_into = ? WHERE absorbed_by = ?", (into or id, id))
    if into:
        db.execute("UPDATE events SET merged_into = ? WHERE merged_into = ?", (into, id))


def _data(db: Database, event: Event) -> str:
    """Return the record as a version keeps it: evidence by number, revisions apart."""
    record = codec.nearly(replace(event, evidence=(), revisions=()))
    record["evidence"] = _numbers(db, event.id, event.evidence)
    return codec.written(record, Event)


def _numbers(db: Database, event: str, evidence: Sequence[Evidence]) -> list[int]:
    rows = db.execute("SELECT data, n FROM evidence WHERE event = ?", (event,))
    held = {row["data"]: row["n"] for row in rows}
    told = [to_json(one) for one in evidence]
    for one in told:
        if one not in held:
            held[one] = add_numbered(db, "evidence", "n", {"event": event, "data": one})
    return [held[one] for one in told]


def _append(db: Database, event: str, version: int, revision: Revision) -> None:
    row = {"event": event, "version": version, "at": codec.dump(revision.at)}
    row |= {name: text(getattr(revision, name)) for name in ("by", "field", "why")}
    add(db, "revisions", row | {name: to_json(getattr(revision, name)) for name in ("before", "after")})


def _absorb(db: Database, id: str, into: str, now: datetime) -> bool:
    """Merge *id*, and what the rules merged into it, into *into* for good; return whether that is new."""
    row = db.execute("SELECT absorbed_by, merged_into, version FROM events WHERE id = ?", (id,)).fetchone()
    if row is None or row["version"] is None or id == into or row["absorbed_by"] == into:
        return False
    target = survivor(db, into)
    last = db.execute("SELECT data FROM event_versions WHERE n = ?", (row["version"],)).fetchone()["data"]
    row = {"event": id, "at": instant(now), "merged_into": target, "data": last}
    version = add_numbered(db, "event_versions", "n", row)
    db.execute("UPDATE events SET version = ? WHERE id = ?", (version, id))
    db.execute("UPDATE events SET absorbed_by = ?, base = NULL WHERE id = ? OR absorbed_by = ?", (into, id, id))
    db.execute("UPDATE events SET merged_into = ? WHERE id = ? OR merged_into = ?", (target, id, id))
    for table in ("mentions", "seeds"):
        db.execute(f"UPDATE {table} SET event = ? WHERE event = ?", (into, id))
    db.execute("UPDATE mentions SET shown = ? WHERE shown = ?", (target, id))
    db.execute("DELETE FROM event_keys WHERE event = ?", (id,))
    return True


def _write_mentions(db: Database, change: Change) -> None:
    """Make the placed mentions, and of those that stand no other, the event's own."""
    own = {placed.id for placed in change.placed}
    sql = "SELECT id, shown, origin, data FROM mentions WHERE event = ? AND superseded = 0"
    standing = {row["id"]: row for row in db.execute(sql, (change.event.id,)).fetchall()}
    for id in standing.keys() - own:
        db.execute("UPDATE mentions SET event = NULL, shown = NULL WHERE id = ?", (id,))
    shown = change.event.id if change.told is None else None
    for placed in change.placed:
        wanted = (shown, text(placed.origin), to_json(placed.mention))
        row = standing.get(placed.id)
        if row is None or (row["shown"], row["origin"], row["data"]) != wanted:  # of a crowd most stand as they are
            save_mention(db, placed.id, placed.mention, change.event.id, placed.origin, shown)


def _show(db: Database, change: Change) -> None:
    """Say with which event mentions are shown, where that is not the one that the rules gave them."""
    for some in chunks(change.told or ()):
        db.execute(f"UPDATE mentions SET shown = ? WHERE id IN ({marks(some)})", (change.event.id, *some))


def save_mention(
    db: Database, id: str, mention: Mention, event: str | None, origin: str, shown: str | None = None
) -> None:
    """Save *mention* as one that stands, given to *event* by the rules, or to none yet, and *shown* with one or none."""
    db.execute(
        """INSERT INTO mentions (id, article, event, shown, origin, data) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE
        SET event = excluded.event, shown = excluded.shown, origin = excluded.origin, data = excluded.data,
            superseded = 0""",
        (id, mention.article, event, shown, text(origin), to_json(mention)),
    )


def _write_days(db: Database, change: Change) -> None:
    days = [day.isoformat() for day in change.days] if change.days else [None, None]
    db.execute("UPDATE events SET first_told = ?, last_told = ? WHERE id = ?", (*days, change.event.id))


def _write_keys(db: Database, event: Event, keys: Iterable[str]) -> None:
    held = {row["key"] for row in db.execute("SELECT key FROM event_keys WHERE event = ?", (event.id,))}
    wanted = {text(key) for key in keys}
    for key in held - wanted:
        db.execute("DELETE FROM event_keys WHERE topic = ? AND key = ? AND event = ?", (event.topic, key, event.id))
    for key in sorted(wanted - held):
        add(db, "event_keys", {"topic": event.topic, "key": key, "event": event.id})
