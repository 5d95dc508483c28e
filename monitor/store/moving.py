"""
A whole database copied into another, whatever each is: every table row by row, then compared.

The source is read as of one moment and nothing in it is written. Rows go over in the order of their keys, some in one
transaction, so that a copy that was broken off goes on after the last row that arrived. Until all is compared, the
target is marked, and no other command opens it. The index of words is not copied: the target makes its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from monitor.errors import StoreError
from monitor.store import search
from monitor.store.database import Connection, Database
from monitor.store.migrations import MIGRATIONS
from monitor.store.rows import marks
from monitor.store.schema import Table, tables

Tell = Callable[[str, int], None]
"""What is told of each table when it has been copied: its name and its rows."""

ROWS, BYTES = 1000, 8_000_000  # go over in one transaction, whichever comes first
_OWN = {"searched"}  # what a database knows of itself


def move(source: Connection, target: Connection, tell: Tell) -> None:
    """Copy all that is in *source* into *target*, which is empty or half of such a copy; StoreError if they differ then."""
    moved = [table for table in tables(MIGRATIONS) if table.name not in _OWN]
    source.hold()
    target.hold()  # refused as well where both are one and the same
    _begin(target, moved)
    with source.read() as there:
        for table in moved:
            _copy(there, target, table)
        for table in moved:
            _point(there, target, table)
        with target.read() as here:
            for table in moved:
                tell(table.name, _compare(there, here, table))
    _index(target)
    target.mark(moving=False)


def _begin(target: Connection, moved: Sequence[Table]) -> None:
    """Mark *target*, unless something is in it already that no copying brought."""
    if not target.moving:
        with target.read() as db:
            for table in moved:
                if db.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchone():
                    raise StoreError(f"{target.name} holds a timeline already; name an empty database")
        target.mark(moving=True)


# --------------------------------------------------------------------------- copy


def _copy(there: Database, target: Connection, table: Table) -> None:
    """Copy the rows of *table* that have not arrived; what they may refer to onward is left empty for now."""
    names, holes = _names(table.columns), marks(table.columns)
    sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({holes})'
    with target.read() as here:
        last = here.execute(
            f'SELECT {_names(table.key)} FROM "{table.name}" {_order(table, "DESC")} LIMIT 1'
        ).fetchone()
    rows = _rows(there, table, tuple(last[c] for c in table.key) if last else ())
    empty = [table.columns.index(c) for c in table.onward]
    for some in _batches(rows):
        for row in some if empty else ():
            for at in empty:
                row[at] = None
        with target.write() as here:
            here.many(sql, some)


def _rows(db: Database, table: Table, after: Sequence[Any] = ()) -> Iterator[list[Any]]:
    where = f"WHERE ({_names(table.key)}) > ({marks(after)})" if after else ""
    sql = f'SELECT {_names(table.columns)} FROM "{table.name}" {where} {_order(table)}'
    return ([row[c] for c in table.columns] for row in db.stream(sql, after))


def _batches(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    some: list[list[Any]] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if len(some) >= ROWS or size >= BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _point(there: Database, target: Connection, table: Table) -> None:
    """Fill in what rows refer to, now that all have arrived."""
    if not table.onward:
        return
    values = ", ".join(f'"{c}" = ?' for c in table.onward)
    sql = f'UPDATE "{table.name}" SET {values} WHERE {" AND ".join(f"{c} = ?" for c in table.key)}'
    at = [table.columns.index(c) for c in (*table.onward, *table.key)]
    for some in _batches(_rows(there, table)):
        with target.write() as here:
            here.many(sql, [[row[i] for i in at] for row in some])


# --------------------------------------------------------------------------- compare


def _compare(there: Database, here: Database, table: Table) -> int:
    """Return how many rows *table* has; StoreError unless they are the same in both."""
    (count, digest), arrived = _digest(there, table), _digest(here, table)
    if arrived != (count, digest):
        raise StoreError(
            f"the copy of {table.name} ({arrived[0]} rows) is another than what is there ({count} rows): it was changed"
            " since the copying began; empty the target and move again"
        )
    return count


def _digest(db: Database, table: Table) -> tuple[int, int]:
    """Return how many rows there are, and a number that is another where one of them is, whatever their order."""
    count, digest = 0, 0
    for count, row in enumerate(_rows(db, table), 1):  # noqa: B007
        digest += int.from_bytes(hashlib.sha256(repr(row).encode()).digest())
    return count, digest % 2**256


def _index(target: Connection) -> None:
    added = 1
    while added:
        with target.write() as db:
            added = search.catch_up(db)
    target.settle()


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _order(table: Table, way: str = "") -> str:
    return "ORDER BY " + ", ".join(f'"{c}" {way}' for c in table.key)
