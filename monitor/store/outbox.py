"""
What channels are to be told, written down in the transaction of what it tells of.

A row of ``outbox`` says that a channel has not been told of an event since its version ``since`` (NULL: it is new), or of
a feed since it was seen (0) or not (1). A second change finds the row there already, so that twenty articles on one
event are one row. What there is to tell is what differs when the row is sealed: a change that was undone is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from monitor.model import Article, Channel, Event, Published
from monitor.store.database import Database
from monitor.store.rows import Row, instant, moment, parse, text, to_json


class Voice(StrEnum):
    """How loudly a step of the data path speaks to channels."""

    FRESH = "fresh"  # of everything
    AMENDING = "amending"  # of events that were there before
    PERSON = "person"  # of events that the channel was told of, or is about to be
    SILENT = "silent"  # of nothing: seeds, the past, better rules


Voices = Callable[[str], Voice]
"""How loudly a step speaks of a topic."""

# A time of day is often told to the minute; where only the day is known it may have been its end: in China, 16:00 UTC.
_MINUTE, _DAY = timedelta(minutes=1), timedelta(hours=16)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC) - _MINUTE


# --------------------------------------------------------------------------- declared


def declare(db: Database, channels: Sequence[Channel]) -> None:
    """Make the channels those declared; what another one was to be told stays."""
    db.execute("UPDATE channels SET position = NULL")
    for position, channel in enumerate(channels):
        db.execute(
            """INSERT INTO channels (name, position, topics) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, topics = excluded.topics""",
            (channel.id, position, to_json(channel.topics)),
        )


def _listening(db: Database, topic: str | None) -> list[str]:
    """Return the channels that are told of *topic*, or of feeds."""
    rows = db.execute("SELECT name, topics FROM channels WHERE position IS NOT NULL ORDER BY position").fetchall()
    return [r["name"] for r in rows if topic is None or not (some := parse(r["topics"])) or topic in some]


# --------------------------------------------------------------------------- how loudly


def silent(topic: str) -> Voice:
    """Say nothing: seeds tell what was checked long ago, better rules read the past again."""
    return Voice.SILENT


def amending(topic: str) -> Voice:
    """Tell what became of events that were there before."""
    return Voice.AMENDING


def by_a_person(topic: str) -> Voice:
    """Tell those who were told of an event what a person made of it: order among others is no news."""
    return Voice.PERSON


def told_by(db: Database, entry: Row | None, article: Article | None, published: Published) -> Voices:
    """
    Return how loudly *article*, that *entry* brought, speaks: what came out (was *published*), or was listed, before we began to look is the past.

    We look since the feed was first read, and since the topic was declared. An article that was there before in
    another version, or whose entry was edited, speaks of what it changes. A file is judged by its date alone.
    """
    before = entry["article"] if entry else None
    edited = bool(entry and entry["edited"]) or bool(before and article and before != article.id)

    def voice(topic: str) -> Voice:
        since = max(_first_read(db, entry) if entry else "", _declared(db, topic))
        if not _is_past(entry, _saved(db, entry, published), since):
            return Voice.FRESH
        return Voice.AMENDING if edited else Voice.SILENT

    return voice


def _saved(db: Database, entry: Row | None, published: Published) -> datetime | None:
    """Return until when what *entry* brought may have come out: what an archive has came out before it was saved."""
    latest = _latest(published)
    row = db.execute("SELECT fetched FROM archived WHERE entry = ?", (entry["id"],)).fetchone() if entry else None
    if row is None:
        return latest
    told = [at for at in (latest, moment(row["fetched"])) if at]
    return min(told, default=_LONG_AGO)


def _is_past(entry: Row | None, latest: datetime | None, since: str) -> bool:
    if entry is None and latest is None:
        return True
    return bool(entry and entry["first_seen"] <= since) or bool(latest and instant(latest) <= since)


def _latest(published: Published) -> datetime | None:
    """Return until when something may have come out."""
    if published.at:
        return min(published.at, _END) + _MINUTE
    return datetime.combine(published.day, time.min, UTC) + _DAY if published.day else None


def _first_read(db: Database, entry: Row) -> str:
    sql = """SELECT at FROM polls WHERE feed = ? AND outcome IN ('new', 'unchanged')
        AND state NOT IN ('blocked', 'emptied') ORDER BY round, id LIMIT 1"""
    row = db.execute(sql, (entry["feed"],)).fetchone()
    return str(row["at"]) if row else ""


def _declared(db: Database, topic: str) -> str:
    sql = "SELECT min(at) AS at FROM declarations WHERE kind = 'topic' AND name = ?"
    return db.execute(sql, (text(topic),)).fetchone()["at"] or ""


# --------------------------------------------------------------------------- written down


def note(db: Database, event: Event, since: int | None, now: datetime, voice: Voice) -> None:
    """Write down that *event* is another than its version *since*, for every channel that is to be told."""
    if voice is Voice.SILENT or (since is None and voice is not Voice.FRESH):
        return
    for channel in _listening(db, event.topic):
        if voice is not Voice.PERSON or _was_told(db, channel, event.id):
            _write(db, channel, event.id, event.topic, since, now)


def note_feed(db: Database, url: str, was_blind: bool, at: datetime) -> None:
    """Write down that a feed can be seen, or cannot, other than before."""
    for channel in _listening(db, None):
        _write(db, channel, text(url), "", int(was_blind), at)


def _write(db: Database, channel: str, about: str, topic: str, since: int | None, at: datetime) -> None:
    sql = """INSERT INTO outbox (channel, about, topic, since, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING"""
    db.execute(sql, (channel, about, topic, since, instant(at)))


def _was_told(db: Database, channel: str, about: str) -> bool:
    sql = "SELECT 1 FROM outbox WHERE about = ? AND channel = ? AND alert IS NOT NULL"
    return db.execute(sql, (about, channel)).fetchone() is not None
