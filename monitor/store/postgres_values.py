"""What goes to PostgreSQL and comes back: values as SQLite has them, statements in its words, long answers bit by bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, LiteralString

import psycopg
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.rows import DictRow
from psycopg.types.string import StrDumperUnknown

from monitor.store import dialect
from monitor.store.database import Values
from monitor.store.grams import Grams

_FETCHED = 200  # rows of a stream that are held at a time

# --------------------------------------------------------------------------- values

_ESCAPE = "\x1a"  # SUBSTITUTE: text of PostgreSQL holds every character but NUL


class _Text(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        if "\0" in obj or _ESCAPE in obj:
            obj = obj.replace(_ESCAPE, _ESCAPE + "1").replace("\0", _ESCAPE + "0")
        return super().dump(obj)


class _LoadText(Loader):
    def load(self, data: Buffer) -> str:
        said = bytes(data).decode()
        return said.replace(_ESCAPE + "0", "\0").replace(_ESCAPE + "1", _ESCAPE) if _ESCAPE in said else said


class _Bool(Dumper):
    """True and false are 1 and 0, as in SQLite."""

    oid = 20  # bigint

    def dump(self, obj: bool) -> Buffer | None:
        return b"1" if obj else b"0"


class _LoadNumber(Loader):
    """A sum of bigints is a numeric, and whole."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def adapt(conn: psycopg.Connection[Any]) -> None:
    """Let *conn* take and give values as SQLite does."""
    conn.adapters.register_dumper(str, _Text)
    conn.adapters.register_dumper(bool, _Bool)
    conn.adapters.register_loader("text", _LoadText)
    conn.adapters.register_loader("numeric", _LoadNumber)


# --------------------------------------------------------------------------- database


class Database:
    """PostgreSQL as the rooms ask for it."""

    def __init__(self, conn: psycopg.Connection[DictRow]) -> None:
        self.conn = conn
        self.words = Grams(self.execute)
        self._streams = count()

    def execute(self, sql: str, values: Values = (), /) -> psycopg.Cursor[DictRow]:
        return self.conn.execute(literal(dialect.statement(sql)), values)

    def stream(self, sql: str, values: Values = (), /) -> Iterator[DictRow]:
        name = f"stream{next(self._streams)}"  # closed by the end of the transaction
        self.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}", values)
        while rows := self.execute(f"FETCH {_FETCHED} FROM {name}").fetchall():
            yield from rows

    def many(self, sql: str, rows: Sequence[Values], /) -> None:
        with self.conn.cursor() as cursor:
            cursor.executemany(literal(dialect.statement(sql)), rows)

    def faults(self) -> Iterator[str]:
        return iter(())  # the server looks after its files: data checksums, amcheck

    def strays(self) -> Iterator[str]:
        return iter(())  # the server lets nothing refer to what is not there

    def scrub(self) -> None:
        """Leave it to :meth:`Connection.purge`: old versions of rows go when nobody can see them any more."""


def literal(sql: str) -> LiteralString:
    """Return *sql* as psycopg wants to be told that nobody else wrote it."""
    return sql  # put together from our own words; values go beside it
