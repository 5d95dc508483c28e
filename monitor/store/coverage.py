"""
Coverage: what "no news" is worth, as of the last finished round.

A feed was blind from its first poll that failed, or that showed nothing of it (stopped, emptied, blocked), to its
next poll that did; and from the time when it should have been asked to the poll that came too late, because no
process ran. The polls that turned sight into blindness or back, and those that came late, are marked as they are
saved, so that years of polls cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from monitor.model import Coverage, FeedCoverage, FeedState
from monitor.store.database import Database
from monitor.store.declared import feeds_of
from monitor.store.rows import Row, chunks, from_json, instant, marks, moment, text

Span = tuple[datetime, datetime | None]

_LAST_ROUND = "SELECT id, finished FROM rounds WHERE finished <= ? ORDER BY id DESC LIMIT 1"
_LAST_POLLS = """
    SELECT f.url, p.feed, p.state, p.error, p.since, p.last_ok FROM feeds f JOIN polls p ON p.id = (
        SELECT q.id FROM polls q WHERE q.feed = f.id AND q.round <= ? ORDER BY q.round DESC, q.id DESC LIMIT 1
    ) WHERE f.url IN ({marks})
"""
# A plus keeps SQLite from taking the index of all polls of a feed: few turned, or came late.
_TURNS = """
    SELECT id, feed, at, turned, unseen_since FROM polls WHERE feed IN ({marks}) AND turned = 1 AND +round <= ?
    UNION SELECT id, feed, at, turned, unseen_since FROM polls
    WHERE feed IN ({marks}) AND unseen_since IS NOT NULL AND +round <= ?
    ORDER BY id
"""


def coverage(db: Database, topic: str, as_of: datetime | None) -> Coverage:
    """Return the coverage of *topic*'s feeds at the last round finished at *as_of*, or at all."""
    row = db.execute(_LAST_ROUND, (instant(as_of) if as_of else "9999",)).fetchone()
    if row is None and (told := _imported(db, topic, as_of)):
        return told
    number = row["id"] if row else 0
    feeds = [one for some in chunks(sorted(feeds_of(db, topic, as_of))) for one in _feeds(db, some, number)]
    return Coverage(moment(row["finished"]) if row else None, tuple(feeds))


def _imported(db: Database, topic: str, as_of: datetime | None) -> Coverage | None:
    """Return what the last import said of it: all there is to say until a round of our own has finished."""
    sql = "SELECT coverage FROM imports WHERE topic = ? AND at <= ? AND coverage != 'null' ORDER BY n DESC LIMIT 1"
    row = db.execute(sql, (text(topic), instant(as_of) if as_of else "9999")).fetchone()
    return from_json(Coverage, row["coverage"]) if row else None


def _feeds(db: Database, urls: Sequence[str], round: int) -> Iterator[FeedCoverage]:
    polls = {row["url"]: row for row in db.execute(_LAST_POLLS.format(marks=marks(urls)), (round, *urls))}
    turns = _turns(db, [row["feed"] for row in polls.values()], round)
    for url in urls:
        if row := polls.get(url):
            state, since, last_ok = FeedState(row["state"]), moment(row["since"]), moment(row["last_ok"])
            yield FeedCoverage(url, state, row["error"], since, last_ok, _spans(turns.get(row["feed"], ())))
        else:
            yield FeedCoverage(url, FeedState.NEW, "", None, None)


def _turns(db: Database, feeds: Sequence[int], round: int) -> Mapping[int, Sequence[Row]]:
    """Return by feed the polls at which sight turned, or that came late."""
    found: dict[int, list[Row]] = {}
    for row in db.execute(_TURNS.format(marks=marks(feeds)), (*feeds, round, *feeds, round)):
        found.setdefault(row["feed"], []).append(row)
    return found


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
