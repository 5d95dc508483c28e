"""Digest: the inbox, articles and their bodies, and what one entry or file came to, whole."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, get_type_hints

from monitor import ids
from monitor.errors import StoreError
from monitor.model import (
    NO_DATE,
    Article,
    Change,
    Coverage,
    Digested,
    EntryState,
    Judgement,
    Mention,
    SeedEvent,
    Waiting,
)
from monitor.store import archives, outbox
from monitor.store.base import Decider
from monitor.store.collect import joined, judged_again, sent, verdicts
from monitor.store.database import Database
from monitor.store.decider import Decisions
from monitor.store.events import save_mention, write
from monitor.store.rows import Row, add, from_json, gather, instant, load, parse, spread, text, to_json

_COLUMNS = ("id", "identity", "url", "title", "fetched", "body_sha256", "text_sha256", "text", "forgotten")

_PAGE = 100  # texts read at a time

Decide = Callable[[Decider], Sequence[Change]]


# --------------------------------------------------------------------------- inbox


_INBOX = """
    SELECT e.*, f.url AS feed_url FROM entries e JOIN feeds f ON f.id = e.feed
    WHERE e.state = 'waiting' AND e.not_before <= ? ORDER BY e.n LIMIT ?
"""
_INBOX_BY_TURNS = """
    SELECT e.*, f.url AS feed_url FROM (
        SELECT n, turn FROM (
            SELECT n, row_number() OVER (PARTITION BY feed ORDER BY n) AS turn
            FROM entries WHERE state = 'waiting' AND not_before <= ?
        ) o WHERE turn <= ? ORDER BY turn, n LIMIT ?
    ) w JOIN entries e ON e.n = w.n JOIN feeds f ON f.id = e.feed ORDER BY w.turn, w.n
"""


def inbox(db: Database, now: datetime, limit: int, per_feed: int) -> Sequence[Waiting]:
    """Return waiting entries whose time has come, oldest first; with *per_feed*, the feeds take turns."""
    if per_feed:
        rows = db.execute(_INBOX_BY_TURNS, (instant(now), per_feed, limit))
    else:
        rows = db.execute(_INBOX, (instant(now), limit))
    return [_waiting(row) for row in rows]


def _waiting(row: Row) -> Waiting:
    topics = tuple(v.topic for v in verdicts(row) if v.judgement is not Judgement.REJECTED)
    before = row["article"] if row["edited"] and row["article"] else ""
    return Waiting(row["id"], row["feed_url"], sent(row), topics, row["attempts"], row["round"], before)


def unread(db: Database, entry: str, now: datetime) -> Waiting | None:
    """Return one entry, while it waits to be read and its time has come."""
    sql = """SELECT e.*, f.url AS feed_url FROM entries e JOIN feeds f ON f.id = e.feed
        WHERE e.id = ? AND e.state = 'waiting' AND e.not_before <= ?
        AND NOT EXISTS (SELECT 1 FROM unsettled u WHERE u.entry = e.id)"""
    row = db.execute(sql, (text(entry), instant(now))).fetchone()
    return _waiting(row) if row else None


def postpone(db: Database, entry: str, until: datetime, reason: str, *, tried: bool) -> None:
    """Leave *entry* waiting until later; one that waits no more (digested meanwhile) is left alone."""
    db.execute(
        "UPDATE entries SET attempts = attempts + ?, not_before = ?, reason = ? WHERE id = ? AND state = 'waiting'",
        (int(tried), instant(until), text(reason), entry),
    )


# --------------------------------------------------------------------------- articles


def article(db: Database, column: str, value: str) -> Article | None:
    """Return the newest article version whose *column* (``identity`` or ``id``) is *value*."""
    row = db.execute(
        f"SELECT * FROM articles WHERE {column} = ? ORDER BY newest DESC LIMIT 1", (text(value),)
    ).fetchone()
    return gather(Article, row, _COLUMNS) if row else None


def newest(db: Database, after: int) -> Sequence[tuple[int, Article]]:
    """Return the next page of the newest versions, with their numbers, in order of arrival."""
    sql = f"SELECT * FROM articles WHERE newest = 1 AND n > ? ORDER BY n LIMIT {_PAGE}"
    return [(row["n"], gather(Article, row, _COLUMNS)) for row in db.execute(sql, (after,))]


def holds_body(db: Database, body_sha256: str) -> bool:
    """Return whether these bytes were ever saved."""
    return db.execute("SELECT 1 FROM bodies WHERE sha256 = ?", (body_sha256,)).fetchone() is not None


def _save_article(db: Database, digested: Digested, found: Article, now: datetime) -> None:
    """Save *found* as the newest version of its article; a text held already is not saved again."""
    row = spread(found, _COLUMNS)
    row["identity"] = row["identity"] or row["url"]
    db.execute("UPDATE articles SET newest = 0 WHERE identity = ? AND newest = 1", (row["identity"],))
    held = db.execute("SELECT id, verdicts FROM articles WHERE id = ?", (found.id,)).fetchone()
    judged = joined(verdicts(held) if held else (), digested.verdicts)
    if held:
        db.execute("UPDATE articles SET newest = 1, verdicts = ? WHERE id = ?", (judged, found.id))
    else:
        add(db, "articles", {**row, "newest": 1, "verdicts": judged})
    if digested.body:  # it was fetched, and not judged again
        again = digested.recheck and instant(digested.recheck)
        db.execute("UPDATE articles SET recheck = NULL WHERE identity = ?", (row["identity"],))
        db.execute("UPDATE articles SET recheck = ? WHERE id = ?", (again, found.id))
    _save_body(db, found.body_sha256, digested.body, now)


def _save_body(db: Database, sha256: str, body: bytes, now: datetime) -> None:
    packed = zlib.compress(body) if body else None
    if not holds_body(db, sha256):
        add(db, "bodies", {"sha256": sha256, "at": instant(now), "size": len(body), "data": packed})
    elif packed:  # what was let go of with time is there again, and something may rest on it now
        db.execute(
            "UPDATE bodies SET data = ?, at = ? WHERE sha256 = ? AND data IS NULL", (packed, instant(now), sha256)
        )


def _supersede(db: Database, found: Article, mentions: Sequence[Mention]) -> None:
    """Leave standing only those *mentions* among the ones that any version of this article ever made."""
    now_said = {to_json(m) for m in mentions}
    rows = db.execute(
        """SELECT m.n, m.article, m.event, m.data, m.superseded FROM mentions m JOIN articles a ON a.id = m.article
        WHERE a.identity = (SELECT identity FROM articles WHERE id = ?)""",
        (found.id,),
    )
    for row in rows.fetchall():
        gone = row["article"] != found.id or row["data"] not in now_said
        if gone != bool(row["superseded"]):
            db.execute("UPDATE mentions SET superseded = ? WHERE n = ?", (gone, row["n"]))
        if row["superseded"] and not gone:  # it may lie where its event did not lie without it
            db.execute("UPDATE events SET first_told = NULL, last_told = NULL WHERE id = ?", (row["event"],))


def _save_unplaced(db: Database, digested: Digested, found: Article) -> None:
    """Keep the mentions that no event took, so that they can be judged again."""
    standing = {r["data"] for r in _standing(db, found.id)}
    left = [m for m in digested.mentions if to_json(m) not in standing]
    held = {from_json(Mention, data) for data in standing} if left else ()  # they may be told in another form
    for mention in left:
        if mention not in held:
            save_mention(db, ids.mention(mention), mention, None, digested.origin)


def _standing(db: Database, article: str) -> Sequence[Row]:
    sql = "SELECT shown, data FROM mentions WHERE article = ? AND superseded = 0 ORDER BY n"
    rows: Sequence[Row] = db.execute(sql, (article,)).fetchall()
    return rows


def mentions_of(db: Database, article: str) -> Sequence[tuple[str, Mention]]:
    """Return (event id or "", mention) of one article, as it stands."""
    return [(r["shown"] or "", from_json(Mention, r["data"])) for r in _standing(db, article)]


# --------------------------------------------------------------------------- look again


_RECHECKS = """
    SELECT e.*, f.url AS feed_url FROM articles a JOIN entries e ON e.n = (
        SELECT min(n) FROM entries WHERE article = a.id AND state = 'kept'
    ) JOIN feeds f ON f.id = e.feed
    WHERE a.recheck <= ? AND a.newest = 1 AND a.forgotten IS NULL ORDER BY a.recheck, a.n LIMIT ?
"""


def rechecks(db: Database, now: datetime, limit: int) -> Sequence[Waiting]:
    """Return the kept articles whose page is to be asked for again, each as the entry that brought it."""
    rows = db.execute(_RECHECKS, (instant(now), limit))
    return [replace(_waiting(row), article=row["article"]) for row in rows]


def rechecked(db: Database, article: str, again: datetime | None, now: datetime, decide: Decide) -> Sequence[str]:
    """Say when a page is to be asked for next, with what was made of what was seen."""
    changed = write(db, decide(Decisions(db)), now, outbox.amending)
    db.execute("UPDATE articles SET recheck = ? WHERE id = ?", (again and instant(again), article))
    return changed


# --------------------------------------------------------------------------- read by one process, finished by another


def leave_unsettled(db: Database, digested: Digested, now: datetime) -> None:
    """Keep what reading an entry came to, while it waits; what was read of it before is replaced."""
    db.execute("DELETE FROM unsettled WHERE entry = ?", (digested.entry,))
    # Who was held up may come when another has read it and it is finished: kept, that would be taken for its next edit.
    if not db.execute("SELECT 1 FROM entries WHERE id = ? AND state = 'waiting'", (digested.entry,)).fetchone():
        return
    data = to_json({name: getattr(digested, name) for name in _told()})
    row = {"entry": digested.entry, "at": instant(now), "data": data, "body": zlib.compress(digested.body)}
    add(db, "unsettled", row)


def unsettled(db: Database) -> list[Digested]:
    """Return what was read of entries that still wait, oldest first."""
    rows = db.execute(
        """SELECT u.data, u.body FROM unsettled u JOIN entries e ON e.id = u.entry
        WHERE e.state = 'waiting' ORDER BY u.at, u.entry LIMIT ?""",
        (_PAGE,),
    )
    return [_digested(parse(row["data"]), zlib.decompress(row["body"])) for row in rows]


@cache
def _told() -> dict[str, Any]:
    """Return the fields of what was read, but for the body, with their types."""
    return {name: kind for name, kind in get_type_hints(Digested).items() if name != "body"}


def _digested(data: dict[str, Any], body: bytes) -> Digested:
    return Digested(**{name: load(kind, data[name]) for name, kind in _told().items()}, body=body)


# --------------------------------------------------------------------------- finish


def finish(db: Database, digested: Digested, now: datetime, decide: Decide) -> Sequence[str]:
    """Save what digesting came to; return the ids of changed events."""
    found = digested.article
    if found:
        _save_article(db, digested, found, now)
        _supersede(db, found, digested.mentions)
    changed = write(db, decide(Decisions(db)), now, _voices(db, digested.entry, found))
    if found:
        _save_unplaced(db, digested, found)
    if digested.entry:
        _settle(db, digested)
    return changed


def _voices(db: Database, entry: str, found: Article | None) -> outbox.Voices:
    row = db.execute("SELECT * FROM entries WHERE id = ?", (entry,)).fetchone() if entry else None
    published = found.published if found else NO_DATE
    if row and published.day is None:  # the page does not say
        published = sent(row).published
    return outbox.told_by(db, row, found, published)


def _settle(db: Database, digested: Digested) -> None:
    row = db.execute("SELECT verdicts, panel, article FROM entries WHERE id = ?", (digested.entry,)).fetchone()
    if row is None:
        raise StoreError(f"there is no entry {digested.entry}")
    article = digested.article.id if digested.article else row["article"]
    fields = {"state": digested.state.value, "reason": text(digested.reason), "article": article, "edited": 0}
    fields |= judged_again(db, row, tuple(v.topic for v in digested.verdicts), digested.verdicts)
    names = ", ".join(f"{name} = ?" for name in fields)
    db.execute(f"UPDATE entries SET {names} WHERE id = ?", (*fields.values(), digested.entry))
    db.execute("DELETE FROM unsettled WHERE entry = ?", (digested.entry,))
    archives.release(db, digested.entry, digested.state)
    if digested.state is EntryState.FAILED:
        _revive(db, digested.entry)


def _revive(db: Database, failed: str) -> None:
    """
    Let the oldest duplicate of an entry that *failed* wait in its place, and the others be duplicates of that one.

    Its own address may well answer: an article has several, and not all of them lead to it.
    """
    copies = "duplicate_of = ? AND duplicate_of != '' AND state = ?"
    first = db.execute(
        f"SELECT n, id FROM entries WHERE {copies} ORDER BY n LIMIT 1", (failed, EntryState.DUPLICATE.value)
    ).fetchone()
    if first is None:
        return
    db.execute(
        "UPDATE entries SET state = ?, reason = '', duplicate_of = '', attempts = 0, not_before = '' WHERE n = ?",
        (EntryState.WAITING.value, first["n"]),
    )
    db.execute(
        f"UPDATE entries SET duplicate_of = ? WHERE {copies}",
        (first["id"], failed, EntryState.DUPLICATE.value),
    )


def seed(db: Database, seeds: Sequence[SeedEvent], now: datetime, decide: Decide) -> int:
    """Save what *decide* makes of *seeds*, then the seeds as they are now; return how many events changed."""
    changed = write(db, decide(Decisions(db)), now, outbox.silent)
    for one in seeds:
        db.execute("UPDATE seeds SET data = ? WHERE topic = ? AND key = ?", (to_json(one), one.topic, one.key))
    return len(changed)


def adopt(db: Database, topic: str, coverage: Coverage | None, sha256: str, now: datetime, decide: Decide) -> int:
    """Save what *decide* makes of an export, and what it said silence was worth; return how many events changed."""
    changed = len(write(db, decide(Decisions(db)), now, outbox.silent))
    db.execute(
        """INSERT INTO imports (topic, at, sha256, events, coverage) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING""",
        (text(topic), instant(now), sha256, changed, to_json(coverage)),
    )
    return changed
