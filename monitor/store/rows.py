"""Records to rows and back: which fields are columns, which lie together as JSON in ``more``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from monitor import codec
from monitor.codec import text as text
from monitor.store.database import Database

T = TypeVar("T")

Row = Mapping[str, Any]

CHUNK = 500
"""Values in one IN (...): the oldest SQLite that we meet takes 32,766 variables, but short statements are cached."""


class Unreadable(Exception):
    """A row does not hold what we write there."""


def instant(at: datetime) -> str:
    """Return *at* in UTC with six decimals always, so that text sorts as time."""
    return _written(at if at.tzinfo is UTC else at.astimezone(UTC))


@lru_cache(maxsize=64)  # what happens in one moment is written with it several times
def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")[:-6] + "Z"


def moment(value: str | None) -> datetime | None:
    """Return the instant that a column holds."""
    return codec.load(datetime, value) if value else None


def to_json(value: object) -> str:
    """Return *value* as compact JSON: the same value gives the same text."""
    return codec.encode(value)


def from_json(kind: type[T], data: str) -> T:
    """Return what :func:`to_json` wrote."""
    return load(kind, parse(data))


def parse(data: str) -> Any:
    """Return the JSON value in *data*."""
    try:
        return codec.decode(data)
    except ValueError as exc:
        raise Unreadable(str(exc)) from exc


def load(kind: type[T], data: object) -> T:
    """Return the record that *data* stands for."""
    try:
        return codec.load(kind, data)
    except ValueError as exc:
        raise Unreadable(str(exc)) from exc


def spread(record: Any, columns: Sequence[str]) -> dict[str, Any]:
    """Return the row of *record*: its *columns*, and the rest in short as JSON in ``more``."""
    row = {name: text(v) if (v := getattr(record, name)).__class__ is str else codec.dump(v) for name in columns}
    row["more"] = in_short(record, columns)
    return row


def in_short(record: Any, but: Sequence[str] = ()) -> str:
    """Return *record* as JSON without the fields that are empty as they are by default, and without those in *but*."""
    kind: Any = type(record)
    names, values, empties = _empties(kind, tuple(but))
    told = {
        name: value if value.__class__ is str else codec.nearly(value)
        for name, value, empty in zip(names, values(record), empties, strict=True)
        if value is not empty and value != empty
    }
    return codec.written(told, kind)


def gather(kind: type[T], row: Row, columns: Sequence[str]) -> T:
    """Return the record that :func:`spread` made *row* from."""
    data: dict[str, Any] = parse(row["more"])
    data.update({name: row[name] for name in columns})
    return load(kind, data)


@cache
def _empties(
    kind: type, but: tuple[str, ...]
) -> tuple[Sequence[str], Callable[[Any], tuple[Any, ...]], Sequence[object]]:
    """Return the fields of *kind*, what reads them off a record, and the default of each where that is empty."""
    told = [f for f in fields(kind) if f.name not in but]
    names = [f.name for f in told]
    # Only these may be left out: another default could change one day, and old rows with it.
    return names, attrgetter(*names), [f.default if _is_empty(f.default) else _FULL for f in told]


_FULL = object()


def _is_empty(value: Any) -> bool:
    return all(_is_empty(getattr(value, f.name)) for f in fields(value)) if is_dataclass(value) else not value


def marks(values: Sequence[object]) -> str:
    """Return ``?, ?, ?`` for an IN list; nothing is in an empty one."""
    return ", ".join("?" * len(values)) or "NULL"


def chunks(values: Iterable[T], most: int = CHUNK) -> Iterable[list[T]]:
    """Cut *values* into lists that fit one IN list."""
    whole = list(values)
    return (whole[i : i + most] for i in range(0, len(whole), most))


def add(db: Database, table: str, row: Row) -> None:
    """Insert one row."""
    db.execute(insertion(table, tuple(row)), tuple(row.values()))


def add_numbered(db: Database, table: str, number: str, row: Row) -> int:
    """Insert one row and return its *number*, the column so called."""
    (added,) = db.execute(f"{insertion(table, tuple(row))} RETURNING {number}", tuple(row.values())).fetchall()
    return int(added[number])


def add_all(db: Database, table: str, rows: Sequence[Row]) -> None:
    """Insert *rows*, which have the same columns."""
    if rows:
        db.many(insertion(table, tuple(rows[0])), [tuple(row.values()) for row in rows])


@cache
def insertion(table: str, columns: tuple[str, ...]) -> str:
    """Return the statement that inserts a row of these *columns*."""
    # Not Table.insert_all: it looks at the schema before every call, which costs more than a poll's few rows.
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks(columns)})'
