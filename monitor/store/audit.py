"""
Whether everything that is claimed can still be found: every quote in its text, every hash, every reference.

What is read is streamed, so that a large store is checked in little memory. A fault is a sentence, not an exception.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from monitor.model import FIXABLE, Audit, Event, Quote, SeedEvent, SeedRecord, Status
from monitor.store import decisions
from monitor.store.database import Database
from monitor.store.events import NOW, whole
from monitor.store.rows import Row, Unreadable, from_json, moment, parse

Fault = str


def audit(db: Database, seeds: Sequence[SeedEvent], topics: Sequence[str]) -> Audit:
    """Check all of *db*; *seeds* are those that the files hold now, *topics* those that are declared."""
    seen: Counter[str] = Counter()
    if damage := tuple(db.faults()):  # what is read from a damaged database says nothing
        return Audit({}, damage)
    imported = _Imported(db)
    found = [
        *db.strays(),
        *_bodies(db, seen),
        *_articles(db, seen),
        *_archived(db, seen),
        *_mentions(db, seen),
        *_quotes(db, seen, imported),
        *_redirects(db, seen),
        *_events(db, seen, imported),
        *_history(db, seen, imported),
        *_seeds(db, seen, seeds, topics),
        *_decisions(db, seen),
    ]
    return Audit(dict(sorted(seen.items())), tuple(found), tuple(imported.unheld))


class _Imported:
    """What came from exports: its texts, its links and the history before it came are not here to be checked."""

    def __init__(self, db: Database) -> None:
        rows = db.execute("SELECT event, data FROM seeds WHERE key LIKE 'import|%'").fetchall()
        told = {row["event"]: from_json(SeedEvent, row["data"]).imported for row in rows}
        self.events = {id for id, event in told.items() if event is not None}
        self._quotes = {
            (e.article, e.quote, e.start, e.text_sha256)
            for event in told.values()
            for e in (event.evidence if event else ())
            if isinstance(e, Quote)
        }
        self.unheld: list[str] = []

    def holds(self, told: Mapping[str, Any]) -> bool:
        return (told["article"], told["quote"], told["start"], told["text_sha256"]) in self._quotes


# --------------------------------------------------------------------------- what was kept


def _bodies(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    for row in db.stream("SELECT sha256, size, data FROM bodies WHERE data IS NOT NULL"):
        seen["bodies"] += 1
        try:
            body = zlib.decompress(row["data"])
        except zlib.error as exc:
            yield f"the body {row['sha256']} cannot be unpacked: {exc}"
            continue
        if _sha256(body) != row["sha256"] or len(body) != row["size"]:
            yield f"the body {row['sha256']} is another than was kept"
    missing = """SELECT id, body_sha256 FROM articles WHERE forgotten IS NULL
        AND body_sha256 NOT IN (SELECT sha256 FROM bodies)"""
    for row in db.execute(missing):
        yield f"the body {row['body_sha256']} of {row['id']} is not there"


def _articles(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    for row in db.stream("SELECT id, text, text_sha256, forgotten FROM articles"):
        seen["articles"] += 1
        if row["forgotten"]:
            seen["forgotten articles"] += 1
            if row["text"]:
                yield f"the text of {row['id']} was to be forgotten and is there"
        elif _sha256(row["text"].encode()) != row["text_sha256"]:
            yield f"the text of {row['id']} is another than was kept"
    for row in db.execute("SELECT identity FROM articles GROUP BY identity HAVING sum(newest) != 1"):
        yield f"not just one version of {row['identity']} is the newest"


def _archived(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    """Check that a page that was read in an archive is the one that is kept, and one that waits is whole."""
    rows = db.stream(
        """SELECT s.entry, s.sha256, s.fetched, s.body, v.name, a.fetched AS read, a.body_sha256
        FROM archived s JOIN archives v ON v.n = s.archive JOIN entries e ON e.id = s.entry
        LEFT JOIN articles a ON a.id = e.article"""
    )
    for row in rows:
        seen["pages in archives"] += 1
        # Kept as of another moment, it was read elsewhere.
        read = moment(row["read"])
        if read and read == moment(row["fetched"]) and row["sha256"] and row["body_sha256"] != row["sha256"]:
            yield f"the page of {row['entry']} is another than {row['name']} had"
        if row["body"] and not _unpacks(row["body"], row["sha256"]):
            yield f"the page of {row['entry']}, from {row['name']}, is another than was kept"


def _unpacks(packed: bytes, sha256: str) -> bool:
    try:
        return _sha256(zlib.decompress(packed)) == sha256
    except zlib.error:
        return False


_MENTIONS = """
    SELECT m.id, m.data, m.article, a.text, a.forgotten FROM mentions m LEFT JOIN articles a ON a.id = m.article
"""


def _mentions(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    for row in db.stream(_MENTIONS):
        seen["mentions"] += 1
        told = parse(row["data"])
        if not row["forgotten"] and not _is_slice(told, row["text"]):
            yield f"{row['id']}: the quote {_short(told['quote'])} is not at {_span(told)} of {row['article']}"
    standing = """SELECT m.id FROM mentions m LEFT JOIN events e ON e.id = m.event
        WHERE m.superseded = 0 AND e.absorbed_by IS NOT NULL"""
    for row in db.execute(standing):
        yield f"{row['id']} belongs to an event that was merged into another"


def _quotes(db: Database, seen: Counter[str], imported: _Imported) -> Iterator[Fault]:
    """Check every quote that was ever shown: those of earlier versions are what ``--as-of`` shows."""
    rows = db.stream(
        """SELECT v.n, v.event, v.data, a.id AS article, a.text, a.text_sha256, a.forgotten FROM evidence v
        LEFT JOIN articles a ON a.id = json_extract(v.data, '$.article')
        WHERE json_extract(v.data, '$.quote') IS NOT NULL"""
    )
    for row in rows:
        seen["quotes"] += 1
        told = parse(row["data"])
        if row["article"] is None and imported.holds(told):
            seen["quotes whose text is not held"] += 1
            imported.unheld.append(f"{row['event']}: {_short(told['quote'])} of {told['url'] or told['article']}")
            continue
        yield from (f"{row['event']}: {fault}" for fault in _quote(told, row, seen))


def _quote(told: dict[str, Any], row: Row, seen: Counter[str]) -> Iterator[Fault]:
    where = f"the quote {_short(told['quote'])} at {_span(told)} of {told['article']}"
    if row["article"] is None:
        if told["text_sha256"]:
            yield f"{where}: there is no such article"
        else:
            seen["quotes whose text is not held"] += 1
    elif told["text_sha256"] != row["text_sha256"]:
        yield f"{where}: it names another text"
    elif row["forgotten"]:
        seen["quotes of forgotten texts"] += 1
    elif not _is_slice(told, row["text"]):
        yield f"{where}: the text does not say so"


def _is_slice(told: dict[str, Any], text: str | None) -> bool:
    return bool(told["quote"]) and (text or "")[told["start"] : told["end"]] == told["quote"]


# --------------------------------------------------------------------------- what was made of it


def _redirects(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    rows = db.execute(
        """SELECT e.id, e.merged_into, t.id AS target, t.merged_into AS further FROM events e
        LEFT JOIN events t ON t.id = e.merged_into WHERE e.merged_into IS NOT NULL"""
    )
    for row in rows:
        seen["redirects"] += 1
        if row["target"] is None or row["further"] is not None:
            yield f"{row['id']} redirects to {row['merged_into']}, where no event is"
    for row in db.execute(
        """SELECT e.id FROM events e WHERE coalesce(e.version, 0) !=
        coalesce((SELECT max(n) FROM event_versions v WHERE v.event = e.id), 0)"""
    ):
        yield f"{row['id']} is not at its last version"


def _events(db: Database, seen: Counter[str], imported: _Imported) -> Iterator[Fault]:
    known = {row["id"] for row in db.execute("SELECT id FROM events")}
    for row in db.execute("SELECT id, topic FROM events WHERE merged_into IS NULL"):
        seen["events"] += 1
        try:
            (event,) = whole(db, db.execute(NOW.format(where="id = ?"), (row["id"],)))
        except (KeyError, ValueError, Unreadable) as exc:
            yield f"{row['id']} cannot be read: {type(exc).__name__} {exc}"
            continue
        yield from (f"{event.id}: {fault}" for fault in _event(event, known, imported))


def _event(event: Event, known: set[str], imported: _Imported) -> Iterator[Fault]:
    if event.status is not Status.RETRACTED:
        for field in event.bare:
            yield f"its {field} rests on no evidence"
    if any(i >= len(event.evidence) for r in event.reasons for i in r.evidence):
        yield "a reason points to evidence that is not there"
    for link in event.links:
        if link.event not in known and event.id not in imported.events:
            yield f"it {link.kind} {link.event}, which is not there"


def _history(db: Database, seen: Counter[str], imported: _Imported) -> Iterator[Fault]:
    """Check that each version of an event rests on evidence that is there, and that revisions say all that changed."""
    for table in ("event_versions", "revisions", "evidence", "decisions"):
        row = db.execute(f"SELECT coalesce(max(n), 0) - count(*) AS gone FROM {table}").fetchone()
        if row["gone"]:
            yield f"{row['gone']} of {table} are gone"
    versions = db.stream("SELECT n, event, data FROM event_versions ORDER BY event, n")
    for id, group in groupby(versions, key=lambda row: str(row["event"])):
        held = {row["n"] for row in db.execute("SELECT n FROM evidence WHERE event = ?", (id,))}
        said = db.execute("SELECT * FROM revisions WHERE event = ? ORDER BY n", (id,)).fetchall()
        seen["revisions"] += len(said)
        history = [(row["n"], parse(row["data"])) for row in group]
        for number, data in history:
            if gone := set(data["evidence"]) - held:
                yield f"{id}: evidence {sorted(gone)} of its version {number} is not there"
        yield from (f"{id}: {fault}" for fault in _chain(history, said, imported=id in imported.events))


def _chain(history: Sequence[tuple[int, dict[str, Any]]], said: Sequence[Row], *, imported: bool) -> Iterator[Fault]:
    first, title = history[0][0], history[0][1]["title"]
    changes = {} if imported else {(first, "created"): (None, title)}
    for (_, old), (number, new) in pairwise(history):
        changes |= {(number, f): (old[f], new[f]) for f in FIXABLE if old[f] != new[f]}
    # An imported event brings its history along, which began before its first version here.
    own = (r for r in said if not imported or r["version"] != first)
    told = {(r["version"], r["field"]): (parse(r["before"]), parse(r["after"])) for r in own}
    revised = {key: value for key, value in told.items() if key[1] in (*FIXABLE, "created")}
    for version, field in sorted(changes.keys() - revised.keys()):
        yield f"no revision says why its {field} is another since version {version}"
    for version, field in sorted(revised.keys() - changes.keys()):
        yield f"a revision of its {field} came with version {version}, which does not show it"
    for key in sorted(changes.keys() & revised.keys()):
        if changes[key] != revised[key]:
            yield f"a revision of its {key[1]} says another change than version {key[0]} shows"


# --------------------------------------------------------------------------- what persons say


def _seeds(db: Database, seen: Counter[str], declared: Sequence[SeedEvent], topics: Sequence[str]) -> Iterator[Fault]:
    """Find each seed that an event shown now rests on in its file, where it was."""
    there = {(s.topic, s.key): s for s in declared}
    rows = db.execute(
        """SELECT s.topic, s.key, s.data, e.version FROM seeds s JOIN events e ON e.id = s.event"""
    ).fetchall()
    for row in rows:
        kept = from_json(SeedEvent, row["data"])
        if row["topic"] not in topics or kept.imported is not None:
            continue
        seen["seeds"] += 1
        found = there.get((row["topic"], row["key"]))
        if found is None:
            yield f"the seed {row['key']} is no longer at {_place(kept.record)}, nor anywhere"
        elif found != kept:
            yield f"the seed {row['key']} at {_place(found.record)} was edited since it was applied; run `monitor seed`"


def _place(record: SeedRecord) -> str:
    return f"{record.file}:{record.line}"


def _decisions(db: Database, seen: Counter[str]) -> Iterator[Fault]:
    log = {d.id: d for d in decisions.every(db)}
    events = {row["id"] for row in db.execute("SELECT id FROM events")}
    for decision in log.values():
        seen["decisions"] += 1
        for id in decision.events:
            if id not in events:
                yield f"{decision.id} is about {id}, which is not there"
        for other in filter(None, (decision.undoes, decision.undone_by)):
            if other not in log:
                yield f"{decision.id} names the decision {other}, which is not there"


# --------------------------------------------------------------------------- words


def _short(quote: str) -> str:
    return f"“{quote[:20]}{'…' if len(quote) > 20 else ''}”"


def _span(told: Mapping[str, Any]) -> str:
    return f"{told['start']}:{told['end']}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
