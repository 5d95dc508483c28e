"""What a channel has not been told, sealed into alerts when it is to be sent, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Alert, AlertState, Event, FeedStatus, Pending, Sealed
from monitor.store.database import Database
from monitor.store.events import NOW, whole
from monitor.store.rows import Row, add, chunks, from_json, instant, marks, moment, text

# --------------------------------------------------------------------------- sealed


# Looked at in one go: an alert of so many notices has a megabyte. What is left is the next one.
MOST = 500

_PENDING = "FROM outbox p WHERE p.channel = ? AND p.alert IS NULL AND p.at < ?"
# What is said of one event is said in order: never a retraction before what it retracts.
_IN_TURN = """
    AND NOT EXISTS (SELECT 1 FROM outbox o JOIN alerts a ON a.id = o.alert
        WHERE o.channel = p.channel AND o.about = p.about AND a.state = 'waiting')
"""


def _asked(channel: str, before: datetime | None) -> tuple[str, str]:
    return text(channel), instant(before) if before else "9999"


def is_next(db: Database, channel: str, before: datetime | None) -> bool:
    """Return whether :func:`to_seal` would return anything."""
    return db.execute(f"SELECT 1 {_PENDING} {_IN_TURN} LIMIT 1", _asked(channel, before)).fetchone() is not None


def pending(db: Database, channel: str) -> list[Pending]:
    """Return what *channel* has not been told, with how it was and how it is."""
    rows = db.execute(f"SELECT * {_PENDING} ORDER BY p.n", _asked(channel, None)).fetchall()
    return _with_events(db, rows)


def to_seal(db: Database, channel: str, before: datetime | None) -> list[Pending]:
    """Return what *channel* can be told next, of what changed *before* then."""
    # Feeds last: they may wait an hour, and are not to take the places of events.
    sql = f"SELECT * {_PENDING} {_IN_TURN} ORDER BY p.topic = '', p.n LIMIT {MOST}"
    return _with_events(db, db.execute(sql, _asked(channel, before)).fetchall())


def _with_events(db: Database, rows: Sequence[Row]) -> list[Pending]:
    about = _About.of(db, rows)
    return [about.pending(db, row) for row in rows]


@dataclass(frozen=True, slots=True)
class _About:
    """The events of some rows of the outbox: as they were, and as they are."""

    then: dict[str, Event]
    now: dict[str, Event]
    versions: dict[str, int]
    rivals: dict[str, list[Event]]

    @classmethod
    def of(cls, db: Database, rows: Sequence[Row]) -> _About:
        events = {r["about"] for r in rows if r["topic"]}
        current = _current(db, events)
        now = {e.id: e for e in whole(db, current, revisions=False)}
        topics = {e.topic for e in now.values() if e.stage}
        return cls(
            _as_they_were(db, rows),
            now,
            {row["event"]: row["version"] for row in current},
            {topic: _staged(db, topic) for topic in sorted(topics)},
        )

    def pending(self, db: Database, row: Row) -> Pending:
        at = moment(row["at"])
        assert at is not None  # NOT NULL in the table
        told = Pending(row["n"], at, row["about"], row["topic"])
        if not row["topic"]:
            return _of_feed(db, told, row)
        after = self.now.get(row["about"])
        rivals = tuple(e for e in self.rivals.get(row["topic"], ()) if e.id != row["about"])
        return replace(
            told,
            before=self.then.get(row["about"]),
            after=after,
            rivals=rivals,
            version=self.versions.get(row["about"], 0),
            was_told=_was_told(db, row),
        )


def _was_told(db: Database, row: Row) -> bool:
    sql = """SELECT 1 FROM outbox o JOIN alerts a ON a.id = o.alert
        WHERE o.about = ? AND o.channel = ? AND a.state IN ('sent', 'waiting')"""
    return db.execute(sql, (row["about"], row["channel"])).fetchone() is not None


def _of_feed(db: Database, told: Pending, row: Row) -> Pending:
    found = db.execute("SELECT blind, status, position FROM feeds WHERE url = ?", (row["about"],)).fetchone()
    if found is None or found["position"] is None:
        return told  # nobody asks it any more
    status = from_json(FeedStatus, found["status"])
    return replace(told, was_blind=bool(row["since"]), is_blind=bool(found["blind"]), feed=status)


def _current(db: Database, ids: Iterable[str]) -> list[Row]:
    found: list[Row] = []
    for some in chunks(sorted(ids)):
        found += db.execute(NOW.format(where=f"id IN ({marks(some)})"), some).fetchall()
    return found


def _as_they_were(db: Database, rows: Sequence[Row]) -> dict[str, Event]:
    """Return by what they are now the events that channels are up to date with: what was told may have gone into another."""
    then = {e.id: e for e in whole(db, _versions(db, [r["since"] for r in rows if r["topic"]]), revisions=False)}
    for row in rows:
        if row["topic"] and row["since"] is None:
            gone = db.execute(_TOLD_BEFORE, (row["channel"], row["about"])).fetchall()
            for event in whole(db, gone, revisions=False)[-1:]:
                then[row["about"]] = event
    return then


_TOLD_BEFORE = """
    SELECT e.id AS event, v.n AS version, v.data FROM events e JOIN event_versions v ON v.n = e.version
    WHERE e.merged_into = ?2
    AND EXISTS (SELECT 1 FROM outbox o WHERE o.about = e.id AND o.channel = ?1 AND o.alert IS NOT NULL) ORDER BY e.n
"""


def _versions(db: Database, numbers: Iterable[int | None]) -> list[Row]:
    found: list[Row] = []
    for some in chunks(n for n in numbers if n):
        sql = f"SELECT event, n AS version, data FROM event_versions WHERE n IN ({marks(some)})"
        found += db.execute(sql, some).fetchall()
    return found


def _staged(db: Database, topic: str) -> list[Event]:
    """Return the events of *topic* that stand on a step of its ladder."""
    where = "topic = ? AND coalesce(json_extract(v.data, '$.stage'), '') != ''"
    return whole(db, db.execute(NOW.format(where=where), (topic,)).fetchall(), revisions=False)


def seal(db: Database, channel: str, sealed: Sealed) -> None:
    """Keep alerts as they are to be sent, whatever happens to their events from now on."""
    for alert, rows in sealed.alerts:
        row = {name: text(getattr(alert, name)) for name in ("id", "channel", "title", "text", "notices")}
        add(db, "alerts", row | {"at": instant(alert.at), "state": alert.state.value})
        for some in chunks(rows):
            db.execute(f"UPDATE outbox SET alert = ? WHERE n IN ({marks(some)})", (alert.id, *some))
    for some in chunks(sealed.nothing):
        db.execute(f"DELETE FROM outbox WHERE channel = ? AND n IN ({marks(some)})", (channel, *some))


# --------------------------------------------------------------------------- delivered


def alerts(db: Database, states: Iterable[AlertState], channel: str = "") -> list[Alert]:
    """Return the alerts in one of *states*, of one *channel* or all, oldest first."""
    some = [s.value for s in states]
    sql = f"SELECT * FROM alerts WHERE state IN ({marks(some)}) AND ? IN ('', channel) ORDER BY n"
    return [_alert(row) for row in db.execute(sql, (*some, text(channel)))]


def _alert(row: Row) -> Alert:
    at = moment(row["at"])
    assert at is not None  # NOT NULL in the table
    return Alert(
        row["id"],
        row["channel"],
        at,
        row["title"],
        row["text"],
        row["notices"],
        AlertState(row["state"]),
        row["attempts"],
        moment(row["not_before"]),
        row["reason"],
        moment(row["ended"]),
    )


def tried(db: Database, id: str, state: AlertState, now: datetime, reason: str, again: datetime | None) -> None:
    """Say what a try to deliver came to; one that was dropped meanwhile stays so."""
    ended = "" if state is AlertState.WAITING else instant(now)
    db.execute(
        """UPDATE alerts SET state = ?, attempts = attempts + 1, reason = ?, not_before = ?, ended = ?
        WHERE id = ? AND (state = 'waiting' OR ? = 1)""",
        (state.value, text(reason), (again and instant(again)) or "", ended, id, state is AlertState.SENT),
    )


def order(db: Database, id: str, state: AlertState, now: datetime) -> bool:
    """Let a person have an alert tried afresh, or dropped; return whether there is one that can be."""
    ended = "" if state is AlertState.WAITING else instant(now)
    done = db.execute(
        """UPDATE alerts SET state = ?, attempts = 0, not_before = '', ended = ?
        WHERE id = ? AND state IN ('waiting', 'dead', 'dropped') AND text != ''""",
        (state.value, ended, text(id)),
    )
    return done.rowcount > 0


def trim(db: Database, before: datetime) -> None:
    """Forget what alerts that were sent or dropped before then said; that they were stays."""
    db.execute(
        "UPDATE alerts SET title = '', text = '', notices = '[]' WHERE state IN ('sent', 'dropped') AND ended < ?",
        (instant(before),),
    )
