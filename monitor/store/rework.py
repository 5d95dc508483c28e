"""Everything kept, to be read again, and what became of it, written whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.model import Kept, Reread, Rework
from monitor.store import digest, outbox
from monitor.store.base import Decider
from monitor.store.collect import joined, judged_again, verdicts
from monitor.store.database import Database
from monitor.store.decider import Decisions
from monitor.store.events import write
from monitor.store.rows import chunks, marks, text


def newest(db: Database) -> list[str]:
    """Return the newest version of every article, in order of arrival."""
    return [row["id"] for row in db.execute("SELECT id FROM articles WHERE newest = 1 ORDER BY n")]


def kept(db: Database, id: str) -> Kept | None:
    """Return one kept article with what it was judged for."""
    row = db.execute("SELECT verdicts FROM articles WHERE id = ?", (id,)).fetchone()
    article = digest.article(db, "id", id)
    if row is None or article is None:
        return None
    feeds = """SELECT DISTINCT f.url FROM entries e JOIN feeds f ON f.id = e.feed
        WHERE e.article IN (SELECT id FROM articles WHERE identity = ?) ORDER BY f.url"""
    brought = tuple(r["url"] for r in db.execute(feeds, (text(article.identity),)))
    told = db.execute("SELECT origin FROM mentions WHERE article = ? ORDER BY n LIMIT 1", (id,)).fetchone()
    return Kept(article, verdicts(row), brought, told["origin"] if told else "")


def rework(
    db: Database, read: Sequence[Reread], now: datetime, decide: Callable[[Decider], Rework], *, apply: bool
) -> Rework | None:
    """Return what *decide* makes of what was *read*, and write it where it is to be applied."""
    if sorted(newest(db)) != sorted(r.article for r in read):
        return None
    made = decide(Decisions(db))
    if apply:
        for some in chunks(made.gone):
            db.execute(f"UPDATE mentions SET superseded = 1 WHERE id IN ({marks(some)})", some)
        write(db, made.changes, now, outbox.silent)
        for one in read:
            _judge(db, one)
    return made


def _judge(db: Database, read: Reread) -> None:
    """Say of an article, and of the entries that brought it, what today's rules say."""
    if not read.verdicts:
        return
    held = db.execute("SELECT verdicts FROM articles WHERE id = ?", (read.article,)).fetchone()
    db.execute("UPDATE articles SET verdicts = ? WHERE id = ?", (joined(verdicts(held), read.verdicts), read.article))
    entries = db.execute(
        "SELECT n, verdicts, panel FROM entries WHERE article = ? AND state IN ('kept', 'rejected')", (read.article,)
    ).fetchall()
    for row in entries:
        judged = judged_again(db, row, tuple(v.topic for v in read.verdicts), read.verdicts)
        db.execute(
            "UPDATE entries SET state = ?, reason = ?, panel = ?, verdicts = ? WHERE n = ?",
            (read.state.value, text(read.reason), judged["panel"], judged["verdicts"], row["n"]),
        )
