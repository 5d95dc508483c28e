"""
Rounds and their accounts: ``fetched == kept + rejected + duplicate + failed + waiting`` by construction.

An account is never stored. It is counted from the entries first seen in the round, by the state they are in now,
and from the polls, which say how many of the entries fetched were known before: those are duplicates of the round.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from monitor.errors import StoreError
from monitor.model import Counts, RoundRecord
from monitor.store.database import Database
from monitor.store.rows import Row, add_numbered, instant, moment

_POLLED = "SELECT feed, sum(known) AS known, sum(cut) AS cut FROM polls WHERE round = ? GROUP BY feed"
_STATES = """
    SELECT p.feed, e.state, count(*) AS count FROM (SELECT DISTINCT feed FROM polls WHERE round = ?1) p
    CROSS JOIN entries e ON e.feed = p.feed AND e.round = ?1 GROUP BY p.feed, e.state
"""
_LAST_STATES = """
    SELECT f.id AS feed, e.state, count(*) AS count
    FROM feeds f CROSS JOIN entries e ON e.feed = f.id AND e.round = f.round GROUP BY f.id, e.state
"""
_LAST_POLLED = """
    SELECT f.id AS feed, sum(p.known) AS known, sum(p.cut) AS cut
    FROM feeds f CROSS JOIN polls p ON p.feed = f.id AND p.round = f.round GROUP BY f.id
"""


def begin(db: Database, now: datetime) -> int:
    """Begin a round and return its number."""
    return add_numbered(db, "rounds", "id", {"started": instant(now)})


def left_open(db: Database) -> list[int]:
    """Return the rounds that are not finished and in which something was polled, oldest first."""
    sql = """SELECT id FROM rounds r WHERE finished IS NULL AND EXISTS (SELECT 1 FROM polls WHERE round = r.id)
        ORDER BY id"""
    return [row["id"] for row in db.execute(sql)]


def ends(db: Database, round: int) -> list[tuple[str, str]]:
    """Return for each poll of *round* where its feed is now, and the host that could not be connected to, or ""."""
    sql = """SELECT coalesce(json_extract(f.status, '$.url_now'), f.url) AS url, coalesce(p.unreached, '') AS lost
        FROM polls p JOIN feeds f ON f.id = p.feed WHERE p.round = ?1
        AND EXISTS (SELECT 1 FROM polls WHERE round = ?1 AND unreached IS NOT NULL) ORDER BY p.id"""
    return [(row["url"], row["lost"]) for row in db.execute(sql, (round,))]


def close(db: Database, round: int, now: datetime) -> RoundRecord:
    """Finish *round*, the first time it is asked, and return its account."""
    db.execute("UPDATE rounds SET finished = ? WHERE id = ? AND finished IS NULL", (instant(now), round))
    record = read(db, round)
    if record is None:
        raise StoreError(f"there is no round {round}")
    return record


def read(db: Database, id: int | None) -> RoundRecord | None:
    """Return one round, by default the last finished one."""
    last = "SELECT max(id) AS id FROM rounds WHERE finished IS NOT NULL"
    number = db.execute(last).fetchone()["id"] if id is None else id
    row = db.execute("SELECT started, finished FROM rounds WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    feeds = _feeds(db, number)
    started = moment(row["started"])
    assert started is not None  # NOT NULL in the table
    return RoundRecord(number, started, moment(row["finished"]), total(feeds.values()), feeds)


def _feeds(db: Database, round: int) -> dict[str, Counts]:
    sql = "SELECT f.id, f.url FROM feeds f JOIN polls p ON p.feed = f.id WHERE p.round = ?"
    urls = {row["id"]: row["url"] for row in db.execute(sql, (round,))}
    states = _by_feed(db.execute(_STATES, (round,)))
    polled = db.execute(_POLLED, (round,))
    return dict(sorted((urls[r["feed"]], _counts(states[r["feed"]], r["known"], r["cut"])) for r in polled))


def of_last_rounds(db: Database) -> defaultdict[int, Counts]:
    """Return for each feed the account of the last round that polled it; nothing for a feed never polled."""
    states = _by_feed(db.execute(_LAST_STATES))
    found = {r["feed"]: _counts(states[r["feed"]], r["known"], r["cut"]) for r in db.execute(_LAST_POLLED)}
    return defaultdict(Counts, found)


def _by_feed(rows: Iterable[Row]) -> defaultdict[int, dict[str, int]]:
    """Return how many entries of each feed are in each state."""
    states: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        states[row["feed"]][row["state"]] = row["count"]
    return states


def _counts(states: Mapping[str, int], known: int, cut: int) -> Counts:
    by_state = {**states, "duplicate": states.get("duplicate", 0) + known}
    return Counts(fetched=sum(by_state.values()), cut=cut, **by_state)


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of *counts*."""
    sums: defaultdict[str, Any] = defaultdict(int)
    for one in counts:
        for name in Counts.__slots__:
            sums[name] += getattr(one, name)
    return Counts(**sums)


def account(states: Iterable[str], known: int, cut: int) -> Counts:
    """Return the account of one poll: the *states* of its new entries, and how many were *known* before."""
    return _counts(Counter(states), known, cut)
