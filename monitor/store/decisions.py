"""The log of decisions: appended to, never rewritten but for which later decision undid one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from monitor.model import Decision, Verb
from monitor.store.database import Database
from monitor.store.rows import Row, add_all, add_numbered, chunks, from_json, instant, marks, text, to_json

_NAMING = """
    SELECT DISTINCT d.* FROM decision_names w JOIN decisions d ON d.n = w.decision
    WHERE w.name IN ({marks}) AND d.topic = ? AND d.undone_by = ''
"""


def append(db: Database, decision: Decision) -> None:
    """Log *decision*; one that undoes another marks it, and one that undoes an undoing gives back what that took."""
    data = replace(decision, undone_by="", number=0)
    row = {name: text(getattr(decision, name)) for name in ("id", "topic", "person", "reason")}
    row |= {"at": instant(decision.at), "verb": decision.verb.value, "data": to_json(data)}
    number = add_numbered(db, "decisions", "n", row)
    add_all(db, "decision_names", [{"name": text(n), "decision": number} for n in sorted(decision.names)])
    if decision.verb is Verb.UNDO:
        _undo(db, decision.undoes, decision.id)


def _undo(db: Database, id: str, by: str) -> None:
    db.execute("UPDATE decisions SET undone_by = ? WHERE id = ?", (by, id))
    target = one(db, id)
    if target and target.verb is Verb.UNDO:
        db.execute("UPDATE decisions SET undone_by = '' WHERE id = ?", (target.undoes,))


def naming(db: Database, topic: str, names: Collection[str]) -> Sequence[Decision]:
    """Return the decisions in force of *topic* that name one of *names*, oldest first."""
    found: dict[int, Decision] = {}
    for some in chunks(sorted(text(n) for n in names)):
        rows = db.execute(_NAMING.format(marks=marks(some)), (*some, topic))
        found.update({row["n"]: _decision(row) for row in rows})
    return [found[n] for n in sorted(found)]


def one(db: Database, id: str) -> Decision | None:
    """Return one decision, undone or not."""
    row = db.execute("SELECT * FROM decisions WHERE id = ?", (text(id),)).fetchone()
    return _decision(row) if row else None


def every(db: Database, topic: str = "") -> Iterator[Decision]:
    """Yield every decision, of *topic* alone where one is named, oldest first."""
    rows = db.execute("SELECT * FROM decisions WHERE topic IN (?, '') OR ? = '' ORDER BY n", (topic, topic))
    return (_decision(row) for row in rows.fetchall())


def said_of(db: Database, identity: str) -> dict[str, Verb]:
    """Return by topic whether the last decision in force about an article accepts or rejects it."""
    rows = db.execute(
        """SELECT d.* FROM decision_names w JOIN decisions d ON d.n = w.decision
        WHERE w.name = ? AND d.verb IN ('accept', 'reject') AND d.undone_by = '' ORDER BY d.n""",
        (text(identity),),
    )
    return {d.topic: d.verb for d in map(_decision, rows)}


def next_number(db: Database) -> int:
    """Return the place in the log that the next decision takes."""
    return int(db.execute("SELECT coalesce(max(n), 0) + 1 AS n FROM decisions").fetchone()["n"])


def _decision(row: Row) -> Decision:
    return replace(from_json(Decision, row["data"]), undone_by=row["undone_by"], number=row["n"])
