"""What is forgotten with time, so that a daemon may run for years."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.model import EntryState
from monitor.store import alerts
from monitor.store.rows import instant

ALERTS = timedelta(days=30)  # how long an alert that was sent can be read again


def forget(db: Database, now: datetime, rejected_days: int) -> int:
    """
    Forget what entries rejected more than *rejected_days* ago said beyond title, link and dates; return how many.

    The row stays: without it the same entry would be new again at the next poll.
    """
    alerts.trim(db, now - ALERTS)
    before = instant(now - timedelta(days=rejected_days))
    trimmed = db.execute(
        "UPDATE entries SET summary = '' WHERE state = ? AND first_seen < ? AND summary != ''",
        (EntryState.REJECTED.value, before),
    )
    db.execute(
        "DELETE FROM entry_versions WHERE until < ? AND entry IN (SELECT n FROM entries WHERE state = ?)",
        (before, EntryState.REJECTED.value),
    )
    return trimmed.rowcount
