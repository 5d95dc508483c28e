"""What tables there are, read from the migrations that made them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

TABLE = re.compile(r"CREATE TABLE (\w+) \((.*)\)( WITHOUT ROWID)?\s*", re.DOTALL)
REFERENCE = re.compile(r" REFERENCES (\w+) \((\w+)\)")
_COLUMN = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``key`` tells its rows apart, ``onward`` are the columns that may refer to rows that come later."""

    name: str
    columns: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    onward: tuple[str, ...] = ()


def parts(body: str) -> Iterator[str]:
    """Yield the columns, and the key where it stands apart, between the brackets of CREATE TABLE."""
    return (part.strip() for part in re.split(r",\n|,(?= PRIMARY| UNIQUE| \w+ [A-Z]{4})", body.strip()))


def listed(part: str) -> list[str]:
    """Return the columns in the brackets of *part*."""
    return part[part.index("(") + 1 : part.rindex(")")].split(", ")


def tables(migrations: Iterable[Sequence[str]]) -> tuple[Table, ...]:
    """Return the tables in the order in which they were made: what one refers to was made before, but for ``onward``."""
    found: dict[str, Table] = {}
    for statement in (s for step in migrations for s in step):
        if made := TABLE.fullmatch(statement):
            found[made[1]] = Table(made[1])
            for part in parts(made[2]):
                found[made[1]] = _with(found, made[1], part)
        elif added := _COLUMN.fullmatch(statement):
            found[added[1]] = _with(found, added[1], added[2])
    return tuple(found.values())


def _with(found: dict[str, Table], name: str, part: str) -> Table:
    table = found[name]
    if part.startswith("PRIMARY KEY"):
        return replace(table, key=tuple(listed(part)))
    if part.startswith("UNIQUE"):
        return table
    column = part.partition(" ")[0]
    table = replace(table, columns=(*table.columns, column))
    if "PRIMARY KEY" in part:
        table = replace(table, key=(column,))
    refers = REFERENCE.search(part)
    if refers and (refers[1] == name or list(found).index(name) < _place(found, refers[1])):
        table = replace(table, onward=(*table.onward, column))
    return table


def _place(found: dict[str, Table], name: str) -> int:
    return list(found).index(name) if name in found else len(found)
