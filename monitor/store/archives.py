"""Archives: how far each was read, and what it has of the entries that it brought."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor import ids
from monitor.errors import Overtaken
from monitor.model import Archive, Brought, EntryState, Reads, Saved, Scope, Taken
from monitor.store import accounts, collect
from monitor.store.database import Database
from monitor.store.declared import feed_number
from monitor.store.rows import Row, add, chunks, from_json, instant, marks, moment, text, to_json

_ARCHIVE = "SELECT a.*, f.url AS feed_url FROM archives a JOIN feeds f ON f.id = a.feed"


def begin(db: Database, archive: Archive, now: datetime) -> Archive:
    """Return what is known of *archive*, which is written down where it was never heard of."""
    row = db.execute(f"{_ARCHIVE} WHERE a.id = ?", (archive.id,)).fetchone()
    if row is None:
        add(
            db,
            "archives",
            {
                "id": archive.id,
                "name": text(archive.name),
                "kind": archive.kind,
                "feed": feed_number(db, archive.feed),
                "round": _round(db, now),
                "scope": to_json(archive.scope),
                "position": archive.position,
                "reads": to_json(archive.reads),
            },
        )
        row = db.execute(f"{_ARCHIVE} WHERE a.id = ?", (archive.id,)).fetchone()
    elif row["problem"] or (not row["finished"] and row["name"] != text(archive.name)):
        # Asked for again, it may well be there; what was broken off may have been moved.
        db.execute("UPDATE archives SET problem = '', name = ? WHERE id = ?", (text(archive.name), archive.id))
        row = db.execute(f"{_ARCHIVE} WHERE a.id = ?", (archive.id,)).fetchone()
    return _archive(db, row)


def _round(db: Database, now: datetime) -> int:
    """Return the round of all that comes from archives: one that nobody finishes, since nobody was asked."""
    row = db.execute("SELECT min(round) AS round FROM archives").fetchone()
    return int(row["round"]) if row["round"] else accounts.begin(db, now)


def opened(db: Database) -> Sequence[Archive]:
    """Return the archives that are to be read on, oldest first."""
    rows = db.execute(f"{_ARCHIVE} WHERE a.finished IS NULL AND a.problem = '' ORDER BY a.n").fetchall()
    return [_archive(db, row) for row in rows]


def give_up(db: Database, id: str, problem: str) -> None:
    """Say why an archive cannot be read on; it is left alone until somebody asks for it again."""
    db.execute("UPDATE archives SET problem = ? WHERE id = ? AND finished IS NULL", (text(problem), id))


def read(db: Database, id: str) -> Archive | None:
    """Return the archive called *id*."""
    row = db.execute(f"{_ARCHIVE} WHERE a.id = ?", (id,)).fetchone()
    return _archive(db, row) if row else None


def _archive(db: Database, row: Row) -> Archive:
    states = db.execute(
        "SELECT state, count(*) AS count FROM entries WHERE feed = ? AND round = ? GROUP BY state ORDER BY state",
        (row["feed"], row["round"]),
    )
    return Archive(
        row["id"],
        row["name"],
        row["kind"],
        row["feed_url"],
        from_json(Scope, row["scope"]),
        row["position"],
        from_json(Reads, row["reads"]),
        moment(row["finished"]),
        row["problem"],
        {r["state"]: r["count"] for r in states},
    )


# --------------------------------------------------------------------------- written


def take(db: Database, taken: Taken, now: datetime) -> None:
    """Save a part of an archive whole: its entries, what the archive has of them, and where to go on."""
    row = db.execute(f"{_ARCHIVE} WHERE a.id = ?", (taken.archive,)).fetchone()
    if row is None or row["finished"] or row["position"] != taken.before:
        raise Overtaken(f"{row['name'] if row else taken.archive} is read by another process at the same time")
    topics = from_json(Scope, row["scope"]).topics
    screened = [b.screened for b in taken.brought]
    collect.save(db, row["feed"], row["feed_url"], row["round"], now, topics, screened)
    states = _states(db, row["feed_url"], taken.brought)
    for id, brought in states.items():
        _save(db, id, row["n"], *brought)
    db.execute(
        "UPDATE archives SET position = ?, reads = ?, finished = ? WHERE n = ?",
        (
            taken.position,
            to_json(from_json(Reads, row["reads"]) + taken.reads),
            instant(now) if taken.ended else None,
            row["n"],
        ),
    )


def _states(db: Database, feed: str, brought: Sequence[Brought]) -> Mapping[str, tuple[Brought, bool]]:
    """Return by entry what was brought, and whether its page is still to be read."""
    by_id = {ids.entry(feed, text(b.screened.entry.identity)): b for b in brought}
    found: dict[str, tuple[Brought, bool]] = {}
    for some in chunks(by_id):
        sql = f"""SELECT e.id, e.state, o.state AS original FROM entries e LEFT JOIN entries o ON o.id = e.duplicate_of
            WHERE e.id IN ({marks(some)})"""
        for row in db.execute(sql, some):
            # Where another feed's entry of the article fails, this one is read in its place.
            waits = EntryState.WAITING.value in (row["state"], row["original"])
            found[row["id"]] = by_id[row["id"]], waits
    return found


def _save(db: Database, entry: str, archive: int, brought: Brought, waits: bool) -> None:
    saved = brought.saved
    db.execute("DELETE FROM archived WHERE entry = ?", (entry,))
    add(
        db,
        "archived",
        {
            "entry": entry,
            "archive": archive,
            "place": saved.offset,
            "digest": text(saved.digest),
            "fetched": saved.fetched and instant(saved.fetched),
            "content_type": text(saved.content_type),
            "sha256": saved.sha256,
            "body": zlib.compress(saved.body) if waits and saved.body else None,
        },
    )


# --------------------------------------------------------------------------- read


_SAVED = "SELECT s.*, a.name FROM archived s JOIN archives a ON a.n = s.archive"
# The page of an article as it is kept was saved there; another version may have been fetched since.
_OF_ARTICLE = f"""{_SAVED} JOIN entries e ON e.id = s.entry JOIN articles t ON t.id = e.article
    WHERE t.id = ? AND s.sha256 = t.body_sha256 ORDER BY e.n LIMIT 1"""


def saved(db: Database, id: str) -> Saved | None:
    """Return what an archive has of an entry or article, with the page where it is still to be read."""
    row = db.execute(_OF_ARTICLE if id.startswith("ar_") else f"{_SAVED} WHERE s.entry = ?", (text(id),)).fetchone()
    if row is None:
        return None
    body = zlib.decompress(row["body"]) if row["body"] else b""
    return Saved(
        row["name"], row["place"], row["digest"], moment(row["fetched"]), row["content_type"], row["sha256"], body
    )


def release(db: Database, entry: str, state: EntryState) -> None:
    """Let go of pages that are read: of *entry*, and of its copies unless it failed and one of them takes its place."""
    db.execute("UPDATE archived SET body = NULL WHERE entry = ? AND body IS NOT NULL", (entry,))
    if state is not EntryState.FAILED:
        db.execute(
            """UPDATE archived SET body = NULL WHERE body IS NOT NULL
            AND entry IN (SELECT id FROM entries WHERE duplicate_of = ? AND duplicate_of != '')""",
            (entry,),
        )
