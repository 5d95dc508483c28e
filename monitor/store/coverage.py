"""
Coverage: what "no news" is worth, as of the last finished round.

A feed was blind from its first poll that failed, or that showed nothing of it (stopped, emptied, blocked), to its
next poll that did; and from the time when it should have been asked to the poll that came too late, because no
process ran. The polls that turned sight into blindness or back, and those that came late, are marked as they are
saved, so that years of polls cost nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model import Coverage, FeedCoverage, FeedState
from monitor.store.database import Database
from monitor.store.declared import feeds_of
from monitor.store.rows import Row, from_json, instant, moment, text

Span = tuple[datetime, datetime | None]

_LAST_ROUND = "SELECT id, finished FROM rounds WHERE finished <= ? ORDER BY id DESC LIMIT 1"
_LAST_POLL = """
    SELECT p.feed, p.state, p.error, p.since, p.last_ok FROM feeds f JOIN polls p ON p.feed = f.id
    WHERE f.url = ? AND p.round <= ? ORDER BY p.id DESC LIMIT 1
"""
_TURNS = """
    SELECT id, at, turned, unseen_since FROM polls WHERE feed = ? AND turned = 1 AND round <= ?
    UNION SELECT id, at, turned, unseen_since FROM polls WHERE feed = ? AND unseen_since IS NOT NULL AND round <= ?
    ORDER BY id
"""


def coverage(db: Database, topic: str, as_of: datetime | None) -> Coverage:
    """Return the coverage of *topic*'s feeds at the last round finished at *as_of*, or at all."""
    row = db.execute(_LAST_ROUND, (instant(as_of) if as_of else "9999",)).fetchone()
    if row is None and (told := _imported(db, topic, as_of)):
        return told
    number = row["id"] if row else 0
    feeds = tuple(_feed(db, url, number) for url in sorted(feeds_of(db, topic, as_of)))
    return Coverage(moment(row["finished"]) if row else None, feeds)


def _imported(db: Database, topic: str, as_of: datetime | None) -> Coverage | None:
    """Return what the last import said of it: all there is to say until a round of our own has finished."""
    sql = "SELECT coverage FROM imports WHERE topic = ? AND at <= ? AND coverage != 'null' ORDER BY n DESC LIMIT 1"
    row = db.execute(sql, (text(topic), instant(as_of) if as_of else "9999")).fetchone()
    return from_json(Coverage, row["coverage"]) if row else None


def _feed(db: Database, url: str, round: int) -> FeedCoverage:
    row = db.execute(_LAST_POLL, (url, round)).fetchone()
    if row is None:
        return FeedCoverage(url, FeedState.NEW, "", None, None)
    turns = db.execute(_TURNS, (row["feed"], round, row["feed"], round)).fetchall()
    return FeedCoverage(
        url, FeedState(row["state"]), row["error"], moment(row["since"]), moment(row["last_ok"]), _spans(turns)
    )


def _spans(turns: Sequence[Row]) -> tuple[Span, ...]:
    """Return the spans of blindness, in order; those that touch are one."""
    spans: list[Span] = []
    since: datetime | None = None  # the beginning of the span that is open
    for turn in turns:
        at, unseen = _instant(turn["at"]), moment(turn["unseen_since"])
        if since is None and unseen is not None:
            spans.append((unseen, at))
        if turn["turned"] and since is None:
            since = spans.pop()[0] if spans and spans[-1][1] == at else at
        elif turn["turned"] and since is not None:
            spans.append((since, at))
            since = None
    return (*spans, (since, None)) if since else tuple(spans)


def _instant(value: str) -> datetime:
    at = moment(value)
    assert at is not None  # NOT NULL in the table
    return at
