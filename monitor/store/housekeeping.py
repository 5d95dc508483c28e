"""
What is forgotten with time, so that a daemon may run for years: a few rows at a time, so that no writer waits.

Never what an event rests on: texts, quotes, evidence, revisions and decisions stay for ever, and so does the raw body of
every article that anything ever shown quotes. What is gone leaves its row and its hash, so that it is not new when
it comes again. What a whole pass forgets follows from the store, the instant and the settings alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from monitor.model import Retention, Tidied
from monitor.store import alerts
from monitor.store.database import Database
from monitor.store.rows import chunks, instant, marks

STEP = 1_000  # rows looked at in one transaction: some milliseconds
ALERTS = timedelta(days=30)  # how long an alert that was sent can be read again

_REJECTED = """
    SELECT n, first_seen FROM entries WHERE state = 'rejected' AND summary != '' AND n > ? ORDER BY n LIMIT ?
"""
_OLD_BODIES = "SELECT sha256, at, data IS NOT NULL AS held FROM bodies WHERE sha256 > ? ORDER BY sha256 LIMIT ?"
# A mention that an event took, or that is shown with one, may become evidence again when a decision is undone.
_DROP = """
    UPDATE bodies SET data = NULL WHERE sha256 = ?1 AND NOT EXISTS (
        SELECT 1 FROM articles a CROSS JOIN evidence v ON json_extract(v.data, '$.article') = +a.id WHERE a.body_sha256 = ?1
    ) AND NOT EXISTS (
        SELECT 1 FROM articles a CROSS JOIN mentions m ON m.article = a.id
        WHERE a.body_sha256 = ?1 AND coalesce(m.event, m.shown) IS NOT NULL
    )
"""


# Of the polls of a feed on one day (in UTC) the last stays, its first success, and whatever began or ended blindness.
_SEEN = "{p}.outcome IN ('new', 'unchanged') AND {p}.state NOT IN ('blocked', 'emptied')"
_OLD_POLLS = "SELECT id, at FROM polls WHERE id > ? ORDER BY id LIMIT ?"
_THIN_OUT = f"""
    DELETE FROM polls WHERE id > ?1 AND id <= ?2 AND turned = 0 AND unseen_since IS NULL
    AND substr(at, 1, 10) = (
        SELECT substr(l.at, 1, 10) FROM polls l WHERE l.feed = polls.feed AND l.round >= polls.round AND l.id > polls.id
        ORDER BY l.round, l.id LIMIT 1
    ) AND (NOT ({_SEEN.format(p="polls")}) OR EXISTS (
        SELECT 1 FROM polls b WHERE b.feed = polls.feed AND b.round <= polls.round AND b.id < polls.id AND {_SEEN.format(p="b")}
    ))
"""
_POLLS = "polls"


def tidy(db: Database, now: datetime, keep: Retention, mark: str, step: int = STEP) -> Tidied:
    """Look at the next *step* rows after *mark*, "" at first; the mark that is returned is "" when nothing is left."""
    what, _, after = mark.partition(":")
    polls = 0
    if not what:
        alerts.trim(db, now - ALERTS)
    if what in ("", _POLLS):
        polls, more = _polls(db, instant(_before(now, keep.polls)), step) if keep.polls else (0, False)
        if more:
            return Tidied(0, 0, f"{_POLLS}:", polls)
    if what in ("", _POLLS, "entry"):
        done = _entries(db, instant(_before(now, keep.rejected)), int(after or 0), step)
        return replace(done, polls=polls, mark=done.mark or ("body:" if keep.bodies else ""))
    if keep.bodies is None:
        return Tidied(0, 0, "")
    return _bodies(db, instant(_before(now, keep.bodies)), after, step)


def _polls(db: Database, before: str, step: int) -> tuple[int, bool]:
    """Thin out the next *step* polls that nobody looked at yet; return how many went, and whether there are more."""
    held = db.execute("SELECT upto FROM tidied WHERE what = ?", (_POLLS,)).fetchone()
    after = held["upto"] if held else 0
    rows = db.execute(_OLD_POLLS, (after, step)).fetchall()
    old = [row["id"] for row in takewhile(lambda row: row["at"] < before, rows)]
    if not old:
        return 0, False
    gone = db.execute(_THIN_OUT, (after, old[-1])).rowcount
    db.execute(
        "INSERT INTO tidied (what, upto) VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET upto = excluded.upto",
        (_POLLS, old[-1]),
    )
    return gone, len(old) == step


def _before(now: datetime, kept: timedelta) -> datetime:
    return max(now - kept, datetime.min.replace(tzinfo=now.tzinfo) + timedelta(days=1))


def _entries(db: Database, before: str, after: int, step: int) -> Tidied:
    """Forget what entries that were rejected said beyond title, link and dates."""
    rows = db.execute(_REJECTED, (after, step)).fetchall()
    old = [row["n"] for row in rows if row["first_seen"] < before]
    for some in chunks(old):
        db.execute(f"UPDATE entries SET summary = '' WHERE n IN ({marks(some)})", some)
        db.execute(f"DELETE FROM entry_versions WHERE entry IN ({marks(some)}) AND until < ?", (*some, before))
    # Entries come in the order of time: where none of so many is old enough, none that follows is.
    return Tidied(len(old), 0, f"entry:{rows[-1]['n']}" if len(rows) == step and old else "")


def _bodies(db: Database, before: str, after: str, step: int) -> Tidied:
    """Forget the bytes of articles that nothing rests on."""
    rows = db.execute(_OLD_BODIES, (after, step)).fetchall()
    dropped = 0
    for row in rows:
        if row["held"] and row["at"] < before:
            dropped += db.execute(_DROP, (row["sha256"],)).rowcount
    return Tidied(0, dropped, f"body:{rows[-1]['sha256']}" if len(rows) == step else "")
