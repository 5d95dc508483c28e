"""Collect: one poll into entries, whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from monitor import ids
from monitor.model import Counts, Entry, EntryState, FeedState, KnownEntry, Poll, Screened, Verdict
from monitor.store import accounts, outbox, panels
from monitor.store.database import Database
from monitor.store.declared import SAVED, feed_row, saved
from monitor.store.rows import (
    Row,
    add,
    chunks,
    gather,
    in_short,
    insertion,
    instant,
    marks,
    spread,
    text,
    to_json,
)

_SENT = ("identity", "url", "title", "summary")
_UNJUDGED = {"panel": "", "verdicts": "[]"}
_UNSEEN = {FeedState.FAILING, FeedState.STOPPED, FeedState.EMPTIED, FeedState.BLOCKED}

_KNOWN = """
    SELECT e.identity AS asked, e.n, e.id, f.url, e.url AS link, e.sha256, e.state, e.panel,
        CASE WHEN e.panel = '' THEN e.verdicts ELSE '' END AS verdicts
    FROM entries e JOIN feeds f ON f.id = e.feed WHERE e.identity IN ({marks})
    UNION ALL
    SELECT a.alias, e.n, e.id, f.url, e.url, e.sha256, e.state, e.panel,
        CASE WHEN e.panel = '' THEN e.verdicts ELSE '' END
    FROM entry_aliases a JOIN entries e ON e.n = a.entry JOIN feeds f ON f.id = e.feed WHERE a.alias IN ({marks})
    ORDER BY 2
"""


def sent(row: Row) -> Entry:
    """Return the entry as its feed sent it last."""
    return gather(Entry, row, _SENT)


def verdicts(row: Row) -> tuple[Verdict, ...]:
    """Return the verdicts on an article, or of an entry those that are kept with it (see :mod:`monitor.store.panels`)."""
    return panels.told(row)


def joined(before: tuple[Verdict, ...], new: tuple[Verdict, ...]) -> str:
    """Return the verdicts as they are kept: one a topic, the new before the old."""
    return panels.written(tuple({v.topic: v for v in (*before, *new)}.values()))


# --------------------------------------------------------------------------- known


def known(db: Database, feed: str, identities: Sequence[str]) -> Mapping[str, KnownEntry]:
    """Return what is known of *identities*, aliases included; the entry of *feed* first, else the oldest."""
    if not identities:
        return {}
    asked = {text(identity): identity for identity in identities}
    found: dict[str, KnownEntry] = {}
    for some in chunks(asked):
        rows = db.execute(_KNOWN.format(marks=marks(some)), [*some, *some]).fetchall()
        judged = panels.of(db, rows)
        for row in rows:
            identity = asked[row["asked"]]
            if identity not in found or (row["url"] == text(feed) != found[identity].feed):
                found[identity] = _known(row, judged)
    return found


def _known(row: Row, judged: Mapping[str, panels.Panel]) -> KnownEntry:
    topics = panels.topics(row, judged, verdicts(row) if not row["panel"] else ())
    return KnownEntry(row["id"], row["url"], row["sha256"], _set(topics), EntryState(row["state"]), row["link"])


@lru_cache(maxsize=256)
def _set(topics: tuple[str, ...]) -> frozenset[str]:
    return frozenset(topics)


# --------------------------------------------------------------------------- record


def record(db: Database, poll: Poll) -> Counts:
    """Save one poll whole; return its account."""
    feed, was_blind = feed_row(db, poll.status.url)
    new = save(db, feed, poll.status.url, poll.round, poll.at, poll.topics, poll.entries, poll.sent)
    seen_before = poll.seen + len(poll.entries) - len(new)
    _save_poll(db, feed, poll, seen_before, was_blind)
    return accounts.account((row[0] for row in new), seen_before, poll.cut)


def save(
    db: Database,
    feed: int,
    url: str,
    round: int,
    at: datetime,
    topics: tuple[str, ...],
    entries: Sequence[Screened],
    sent: frozenset[str] | None = None,
) -> Sequence[tuple[Any, ...]]:
    """
    Save *entries* of the *feed* at *url* as they were judged for *topics* in *round*; return the rows of those never
    seen before, their state first. Of those *sent* before it is known in this transaction, where it is not None.
    """
    if not entries:
        return ()
    held = _held(db, feed, entries if sent is None else _among(entries, sent))
    new: dict[str, tuple[Any, ...]] = {}
    alike = round, instant(at), panels.keep(db, topics)
    for screened in entries:
        key = text(screened.entry.identity)
        if key in held:
            _update(db, held[key], at, topics, screened)
        elif key not in new:  # what a feed lists twice is saved once, as listed first
            new[key] = _row(db, feed, url, screened, key, alike)
    if new:
        db.many(_ADD, list(new.values()))
    _save_aliases(db, feed, entries)
    return list(new.values())


def _among(entries: Sequence[Screened], sent: frozenset[str]) -> Sequence[Screened]:
    keys = set(map(text, sent))
    return [s for s in entries if text(s.entry.identity) in keys] if keys else ()


def _held(db: Database, feed: int, entries: Sequence[Screened]) -> dict[str, Row]:
    found = {}
    for some in chunks(text(s.entry.identity) for s in entries):
        sql = f"SELECT * FROM entries WHERE identity IN ({marks(some)}) AND feed = ?"
        found.update({row["identity"]: row for row in db.execute(sql, [*some, feed])})
    return found


_COLUMNS = (
    "state", "duplicate_of", "id", "feed", "sha256", "reason", "verdicts",
    "identity", "url", "title", "summary", "more", "round", "first_seen", "panel",
)  # fmt: skip
_ADD = insertion("entries", _COLUMNS)


def _row(
    db: Database, feed: int, url: str, screened: Screened, key: str, alike: tuple[int, str, str]
) -> tuple[Any, ...]:
    """Return the row of a new entry in the order of _COLUMNS; what is *alike* in all of one poll comes last."""
    entry = screened.entry
    return (
        *_judged(db, feed, screened),
        ids.entry(url, key),
        feed,
        screened.sha256,
        text(screened.reason),
        panels.written(screened.verdicts),
        key,
        text(entry.url),
        text(entry.title),
        text(entry.summary),
        in_short(entry, _SENT),
        *alike,
    )


def _judged(db: Database, feed: int, screened: Screened) -> tuple[str, str]:
    """Return the state to save and the entry that a duplicate points to."""
    if screened.state is not EntryState.DUPLICATE:
        return screened.state.value, ""
    original = _original(db, feed, screened.entry)
    # A duplicate of nothing would be lost for good: it waits like any other.
    return (EntryState.DUPLICATE.value, original) if original else (EntryState.WAITING.value, "")


def _original(db: Database, feed: int, entry: Entry) -> str:
    names = [text(name) for name in (entry.identity, *entry.aliases)]
    rows = db.execute(
        f"""
        SELECT n, id, duplicate_of, feed, identity FROM entries WHERE identity IN ({marks(names)})
        UNION SELECT e.n, e.id, e.duplicate_of, e.feed, e.identity
        FROM entry_aliases a JOIN entries e ON e.n = a.entry WHERE a.alias IN ({marks(names)})
        ORDER BY 1
        """,
        [*names, *names],
    )
    others = [r for r in rows if (r["feed"], r["identity"]) != (feed, names[0])]
    return next((r["duplicate_of"] or r["id"] for r in others), "")


def _update(db: Database, row: Row, at: datetime, judged: tuple[str, ...], screened: Screened) -> None:
    """Save an entry that the feed held before: sent again with other words, or judged for more topics."""
    edited = row["sha256"] != screened.sha256
    if edited:
        _keep_version(db, row, at)
    topics = judged or tuple(v.topic for v in screened.verdicts)
    fields = judged_again(db, _UNJUDGED if edited else row, topics, screened.verdicts)
    if edited or screened.state is EntryState.WAITING:
        fields |= _again(db, row["feed"], screened)
    if edited:
        fields |= spread(screened.entry, _SENT) | {"sha256": screened.sha256, "edited": True}
    names = ", ".join(f"{name} = ?" for name in fields)
    db.execute(f"UPDATE entries SET {names} WHERE n = ?", (*fields.values(), row["n"]))


def judged_again(db: Database, row: Row, topics: tuple[str, ...], told: Sequence[Verdict]) -> dict[str, Any]:
    """Return the columns that say how the entry of *row* stands, once *topics* have judged it again as *told*."""
    held = verdicts(row)
    before = panels.topics(row, panels.of(db, [row]), held)
    panel, said = panels.again(before, held, topics, told)
    return {"panel": panels.keep(db, panel), "verdicts": panels.written(said)}


def _again(db: Database, feed: int, screened: Screened) -> dict[str, Any]:
    state, original = _judged(db, feed, screened)
    fresh = {"attempts": 0, "not_before": ""}
    return {"state": state, "reason": text(screened.reason), "duplicate_of": original, **fresh}


def _keep_version(db: Database, row: Row, at: datetime) -> None:
    version = {"entry": row["n"], "until": instant(at), "sha256": row["sha256"], "data": to_json(sent(row))}
    add(db, "entry_versions", version)


def _save_aliases(db: Database, feed: int, entries: Sequence[Screened]) -> None:
    named = [(text(a), text(s.entry.identity), feed) for s in entries for a in s.entry.aliases]
    if not named:
        return
    db.many(
        """INSERT INTO entry_aliases (alias, entry) SELECT ?, n FROM entries WHERE identity = ? AND feed = ?
        ON CONFLICT DO NOTHING""",
        named,
    )


# --------------------------------------------------------------------------- the poll itself


def _save_poll(db: Database, feed: int, poll: Poll, seen_before: int, was_blind: bool) -> None:
    status = poll.status
    blind = was_blind if poll.outcome == "deferred" else poll.outcome == "failed" or status.state in _UNSEEN
    add(
        db,
        "polls",
        {
            "feed": feed,
            "round": poll.round,
            "at": instant(poll.at),
            "outcome": poll.outcome,
            "http_status": poll.http_status,
            "state": status.state.value,
            "error": text(status.error),
            "since": status.since and instant(status.since),
            "last_ok": status.last_ok and instant(status.last_ok),
            "known": seen_before,
            "cut": poll.cut,
            "turned": blind != was_blind,
            "warnings": to_json(poll.warnings) if poll.warnings else "[]",
            "unseen_since": poll.unseen_since and instant(poll.unseen_since),
            "unreached": text(poll.unreached) or None,
        },
    )
    if blind != was_blind:
        outbox.note_feed(db, status.url, was_blind, poll.at)
    db.execute(
        f"UPDATE feeds SET {SAVED}, round = ?, blind = ? WHERE id = ?", (*saved(status), poll.round, blind, feed)
    )
