"""
Coverage: what "no news" is worth, as of the last finished round.

A feed was blind from its first poll that failed, or that showed nothing of it (stopped, emptied, blocked), to its
next poll that did. The polls that turned sight into blindness or back are marked as they are saved, so that years
of polls cost nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.model import Coverage, FeedCoverage, FeedState
from monitor.store.declared import feeds_of
from monitor.store.rows import instant, moment

_LAST_ROUND = "SELECT id, finished FROM rounds WHERE finished <= ? ORDER BY id DESC LIMIT 1"
_LAST_POLL = """
    SELECT p.feed, p.state, p.error, p.since, p.last_ok FROM feeds f JOIN polls p ON p.feed = f.id
    WHERE f.url = ? AND p.round <= ? ORDER BY p.id DESC LIMIT 1
"""
_TURNS = "SELECT at FROM polls WHERE feed = ? AND turned = 1 AND round <= ? ORDER BY id"


def coverage(db: Database, topic: str, as_of: datetime | None) -> Coverage:
    """Return the coverage of *topic*'s feeds at the last round finished at *as_of*, or at all."""
    row = db.execute(_LAST_ROUND, (instant(as_of) if as_of else "9999",)).fetchone()
    number = row["id"] if row else 0
    feeds = tuple(_feed(db, url, number) for url in sorted(feeds_of(db, topic, as_of)))
    return Coverage(moment(row["finished"]) if row else None, feeds)


def _feed(db: Database, url: str, round: int) -> FeedCoverage:
    row = db.execute(_LAST_POLL, (url, round)).fetchone()
    if row is None:
        return FeedCoverage(url, FeedState.NEW, "", None, None)
    turns = [moment(r["at"]) for r in db.execute(_TURNS, (row["feed"], round))]
    return FeedCoverage(
        url, FeedState(row["state"]), row["error"], moment(row["since"]), moment(row["last_ok"]), _spans(turns)
    )


def _spans(turns: Sequence[datetime | None]) -> tuple[tuple[datetime, datetime | None], ...]:
    """Pair the turns, which alternate: into blindness, out of it."""
    ends = [*turns[1::2], None]
    return tuple((start, end) for start, end in zip(turns[::2], ends, strict=False) if start)
