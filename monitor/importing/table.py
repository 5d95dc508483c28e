"""CSV exports, a row an event, read back: the columns that they have, and not what only the JSON export holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from monitor import codec
from monitor.export.csv import EVENT_COLUMNS, EVIDENCE_COLUMNS, unguard
from monitor.importing.told import Told, Wrong, dated, sound, topic_of
from monitor.model import (
    Actor,
    DecisionRecord,
    Event,
    Figure,
    Published,
    Quote,
    Tier,
    Topic,
    When,
)
from monitor.model.events import EVIDENT

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # where a table does not say when it was so
LONGEST = 1_000_000  # characters of one cell

_ACTOR = re.compile(r"(?P<name>.+?)(?: \((?P<role>[^()]*)\))?")
_FIGURE = re.compile(r"(?P<value>-?[0-9]{1,30}(?:\.[0-9]{1,30})?)(?P<scale>万亿|亿|万)?(?P<unit>(?![0-9.]).*)")
_SCALES = {None: 1, "万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}

Row = Mapping[str, str]


def read(text: str, name: str, topics: Sequence[Topic], person: str) -> Told:
    """Return what the table *text* tells; where no quote stands in a row, *person* vouches for it."""
    csv.field_size_limit(LONGEST)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    events: list[Event] = []
    seen: set[str] = set()
    notes: list[str] = []
    topic: Topic | None = None
    try:
        _columns(reader)
        for row in reader:
            where = f", line {reader.line_num}"
            cells = _cells(row, where)
            topic = topic or topic_of(cells["topic"], topics, f"{where}, topic")
            if cells["topic"] != topic.id:
                raise Wrong(f"{where}, topic", f"{cells['topic'][:60]!r} where {topic.id!r} was expected")
            vouched = f"imported from {name}, line {reader.line_num}"
            events.append(sound(_Line(cells, topic, where, notes).event(person, vouched), seen, where))
    except csv.Error as error:
        raise Wrong(f", line {reader.line_num}", f"is no CSV: {error}") from None
    if topic is None:
        raise Wrong("", "has no rows")
    return Told(topic, tuple(events), None, tuple(notes))


def _columns(reader: csv.DictReader[str]) -> None:
    names = list(reader.fieldnames or ())
    if set(names) == set(EVIDENCE_COLUMNS):
        raise Wrong("", "is a table of evidence; a table of events was expected (export without --rows evidence)")
    if missing := [c for c in EVENT_COLUMNS if c not in names]:
        if len(missing) == len(EVENT_COLUMNS):
            raise Wrong(", line 1", "is no export that can be read back: JSON, JSON Lines or CSV was expected")
        raise Wrong(", line 1", f"is no export of a timeline: the columns {', '.join(missing)} were expected")
    if strange := [c for c in names if c not in EVENT_COLUMNS or names.count(c) > 1]:
        raise Wrong(", line 1", f"unknown or repeated columns: {', '.join(strange)[:200]}")


def _cells(row: Mapping[Any, Any], where: str) -> Row:
    if None in row or None in row.values():
        raise Wrong(where, f"{len(EVENT_COLUMNS)} cells were expected")
    return {k: unguard(v) for k, v in row.items()}


class _Line:
    """One row, read."""

    def __init__(self, cells: Row, topic: Topic, where: str, notes: list[str]) -> None:
        self.cells, self.topic, self.where, self.notes = cells, topic, where, notes

    def event(self, person: str, vouched: str) -> Event:
        """Return the event of the row."""
        c = self.cells
        at = self._one("as_of", lambda v: codec.load(Published, {"at": v, "day": None}).at if v else None) or NEVER
        data = {name: c[name] for name in ("id", "topic", "title", "kind", "relation", "phase", "status", "stage")}
        data |= {"when": codec.dump(self._when()), "importance": self._number("importance", float)}
        data |= {"independent_origins": self._number("independent_origins", int)}
        made = self._one("", lambda _: codec.load(Event, data))
        fields = {
            "actors": self._actors(),
            "figures": self._figures(),
            "places": tuple(self._list("places")),
            "when": c["when"],
        }
        said = tuple(f for f in EVIDENT if fields.get(f, True))
        number = sha256(f"{self.topic.id}|import|{made.id}".encode()).hexdigest()[:20]
        record = DecisionRecord(person, at, vouched, said, f"de_{number}", "import")
        return codec.load(Event, codec.dump(made) | {k: codec.dump(v) for k, v in fields.items() if k != "when"} | {
            "evidence": [*(codec.dump(q) for q in self._quote(at)), codec.dump(record)]
        })  # fmt: skip

    def _one(self, column: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(self.cells.get(column, ""))
        except (ValueError, OverflowError) as wrong:
            raise Wrong(f"{self.where}, {column}" if column else self.where, str(wrong)) from None

    def _number(self, column: str, kind: Callable[[str], Any]) -> Any:
        return self._one(column, kind)

    def _list(self, column: str) -> list[str]:
        return [part for part in self.cells[column].split("; ") if part]

    def _when(self) -> When:
        c = self.cells
        data: dict[str, Any] = {name: c[name] or None for name in ("earliest", "latest")}
        data |= {"precision": c["precision"], "basis": c["basis"], "raw": c["when_raw"]}
        found: When = self._one("when", lambda edtf: dated(codec.load(When, data), edtf or None))
        return found

    def _actors(self) -> tuple[Actor, ...]:
        ids = {name: e.id for e in reversed(self.topic.entities) for name in (*e.names, e.id)}
        found = [m for part in self._list("actors") if (m := _ACTOR.fullmatch(part))]
        return tuple(Actor(ids.get(m["name"], ""), m["name"], m["role"] or "") for m in found)

    def _figures(self) -> tuple[Figure, ...]:
        found = []
        for raw in self._list("figures"):
            m = _FIGURE.fullmatch(raw)
            if m is None:  # its value stands only in the JSON export, and is not guessed
                self.notes.append(
                    f"{self.cells['id']}: the figure {raw[:40]!r} is left out, its value is not in the table"
                )
                continue
            found.append(Figure(float(m["value"]) * _SCALES[m["scale"]], m["unit"], raw))
        return tuple(found)

    def _quote(self, at: datetime) -> list[Quote]:
        """Return the quote of the row, of a text that is not here; what it bears out the table does not say."""
        c = self.cells
        if not c["quote"]:
            return []
        sources = self._list("sources")
        source = sources[0] if len(sources) == 1 else ""
        return [
            Quote(
                "", source, Tier.UNKNOWN, c["quote_url"], "", self._published(), at, c["quote"], 0, len(c["quote"]),
                c["quote_text_sha256"], "", source,
            )
        ]  # fmt: skip

    def _published(self) -> Published:
        said = self.cells["quote_published"]
        if not said:
            return Published()
        if len(said) == len("2025-03-20"):
            return self._one("quote_published", lambda v: Published("", None, date.fromisoformat(v), None))  # type: ignore[no-any-return]
        at: datetime = self._one("quote_published", lambda v: codec.load(Published, {"at": v, "day": None}).at)
        return Published("", at, at.astimezone(ZoneInfo(self.topic.timezone)).date(), None)
