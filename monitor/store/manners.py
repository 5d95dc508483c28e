"""
What one process leaves to the next: who rests for how long, what robots.txt files said, and whether it ended well.

Kept as a time and a number of seconds from it, never as an end: a clock that was ahead and has been put right then
makes nobody wait for longer than the server asked.
"""

from __future__ import annotations

from datetime import datetime

from monitor.model import Manners, RobotsEntry
from monitor.store.database import Database
from monitor.store.rows import Row, add, add_all, instant, moment, text

LONGEST = 7 * 86400.0  # what a Retry-After may ask for


def begin(db: Database, now: datetime) -> Manners:
    """Begin a run and return what the last one left, as it stands at *now*."""
    last = db.execute("SELECT ended FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    db.execute("DELETE FROM runs")  # the last one is all that is ever asked for
    add(db, "runs", {"started": instant(now)})
    rests = {r["host"]: rest for r in db.execute("SELECT * FROM rests") if (rest := left(r, now)) > 0}
    robots = (
        RobotsEntry(r["origin"], r["rules"], r["closed"], rest)
        for r in db.execute("SELECT * FROM robots ORDER BY origin")
        if (rest := left(r, now)) > 0
    )
    return Manners(rests, tuple(robots), abrupt=last is not None and last["ended"] is None)


def keep(db: Database, manners: Manners, now: datetime) -> None:
    """Replace what was left before by *manners*."""
    at = instant(now)
    db.execute("DELETE FROM rests")
    db.execute("DELETE FROM robots")
    add_all(db, "rests", [{"host": text(h), "at": at, "seconds": s} for h, s in manners.rests.items()])
    add_all(
        db,
        "robots",
        [
            {"origin": text(e.origin), "at": at, "seconds": e.fresh, "closed": text(e.closed), "rules": text(e.rules)}
            for e in manners.robots
        ],
    )


def end(db: Database, manners: Manners, now: datetime) -> None:
    """Say that the run ended well, and keep what it knew."""
    keep(db, manners, now)
    db.execute("UPDATE runs SET ended = ?", (instant(now),))


def left(row: Row, now: datetime) -> float:
    """Return the seconds that are left at *now* of what *row* holds."""
    at = moment(row["at"])
    assert at is not None  # NOT NULL in the table
    passed = max((now - at).total_seconds(), 0.0)
    return min(float(row["seconds"]), LONGEST) - passed
