"""Every entry ever seen, as ``monitor entries`` prints it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import EntryRecord, EntryState, Saved, Verdict
from monitor.store import panels
from monitor.store.collect import sent, verdicts
from monitor.store.database import Database
from monitor.store.rows import Row, chunks, marks, moment, text

PAGE = 500
"""Entries read at a time: between pages nothing is held, so a slow reader does not keep the WAL from shrinking."""

_RECORDS = """
    SELECT e.*, f.url AS feed_url, a.url AS article_url, a.body_sha256, a.fetched,
        v.name AS archive_name, s.place, s.digest, s.fetched AS saved_at, s.content_type, s.sha256 AS saved_sha256
    FROM entries e JOIN feeds f ON f.id = e.feed LEFT JOIN articles a ON a.id = e.article
    LEFT JOIN archived s ON s.entry = e.id LEFT JOIN archives v ON v.n = s.archive
    WHERE e.n IN ({marks}) ORDER BY e.n
"""


def numbers(db: Database, feed: str, state: EntryState | None, id: str, rules: Sequence[str], after: int) -> list[int]:
    """Return the next page of entries that fit, by number, in order of first sight."""
    wanted = _wanted(feed, state) | ({"id = ?": text(id)} if id else {})
    where = " AND ".join(["n > ?", *wanted])
    if rules:  # in the text of the verdicts: a million of them are looked through in a second, and read in a minute
        where += f" AND ({' OR '.join(['verdicts LIKE ?'] * len(rules))})"
        wanted |= {rule: f"%{rule}%" for rule in rules}
    sql = f"SELECT n FROM entries WHERE {where} ORDER BY n LIMIT {PAGE}"
    return [row["n"] for row in db.execute(sql, (after, *wanted.values()))]


def latest(db: Database, feed: str, state: EntryState | None, before: str, limit: int) -> list[int]:
    """Return the last entries that fit, by number, those *before* the entry of that id where one is named."""
    wanted = _wanted(feed, state)
    if before:
        wanted["n < (SELECT n FROM entries WHERE id = ?)"] = text(before)
    where = " AND ".join(["n > 0", *wanted])
    sql = f"SELECT n FROM entries WHERE {where} ORDER BY n DESC LIMIT ?"
    return [row["n"] for row in db.execute(sql, (*wanted.values(), limit))]


def _wanted(feed: str, state: EntryState | None) -> dict[str, str]:
    wanted: dict[str, str] = {}
    if feed:
        wanted["feed = (SELECT id FROM feeds WHERE url = ?)"] = text(feed)
    if state:
        wanted["state = ?"] = state.value
    return wanted


def records(db: Database, numbers: Sequence[int]) -> list[EntryRecord]:
    """Return the entries of these *numbers*."""
    rows = db.execute(_RECORDS.format(marks=marks(numbers)), numbers).fetchall()
    events = _events(db, [row["article"] for row in rows if row["article"]])
    judged = panels.of(db, rows)
    return [_record(row, events.get(row["article"], ()), panels.whole(row, judged, verdicts(row))) for row in rows]


def _events(db: Database, articles: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for some in chunks(articles):
        sql = f"""SELECT article, shown FROM mentions WHERE article IN ({marks(some)})
            AND superseded = 0 AND shown IS NOT NULL GROUP BY article, shown ORDER BY min(n)"""
        for row in db.execute(sql, some):
            found[row["article"]] = (*found.get(row["article"], ()), row["shown"])
    return found


def _record(row: Row, events: tuple[str, ...], judged: tuple[Verdict, ...]) -> EntryRecord:
    entry = sent(row)
    first_seen = moment(row["first_seen"])
    assert first_seen is not None  # NOT NULL in the table
    return EntryRecord(
        id=row["id"],
        feed=row["feed_url"],
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        published=entry.published,
        state=EntryState(row["state"]),
        reason=row["reason"],
        verdicts=judged,
        events=events,
        article_id=row["article"] or "",
        article_url=row["article_url"] or "",
        article_sha256=row["body_sha256"] or "",
        article_fetched=moment(row["fetched"]),
        first_seen=first_seen,
        duplicate_of=row["duplicate_of"],
        identity=row["identity"],
        saved=_saved(row),
    )


def _saved(row: Row) -> Saved | None:
    if row["archive_name"] is None:
        return None
    at = moment(row["saved_at"])
    return Saved(row["archive_name"], row["place"], row["digest"], at, row["content_type"], row["saved_sha256"])
