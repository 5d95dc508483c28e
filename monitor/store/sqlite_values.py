"""SQLite as the rooms ask for it, and how many of the migrations a file has behind it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import sqlite_utils

from monitor.store import migrations
from monitor.store.database import Values
from monitor.store.fts import Fts
from monitor.store.rows import parse
from monitor.store.tokens import spaced


class Database(sqlite_utils.Database):
    """SQLite as the rooms ask for it."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn, recursive_triggers=False, execute_plugins=False)
        self.words = Fts(self.execute)
        # What migrations ask for.
        conn.create_function("spaced", 1, spaced, deterministic=True)
        conn.create_function("title_of", 1, lambda data: parse(data)["title"], deterministic=True)

    def stream(self, sql: str, values: Values = (), /) -> sqlite3.Cursor:
        return self.execute(sql, values)

    def many(self, sql: str, rows: Sequence[Values], /) -> None:
        self.conn.executemany(sql, rows)

    def faults(self) -> Iterator[str]:
        for row in self.execute("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"the file is damaged: {row[0]}"

    def strays(self) -> Iterator[str]:
        for row in self.execute("PRAGMA foreign_key_check"):
            yield f"{row['table']} row {row['rowid']} refers to a row of {row['parent']} that is not there"

    def scrub(self) -> None:
        self.execute("PRAGMA secure_delete = ON")  # zeros where it was, not only a free page


def version(db: Database) -> int:
    """Return how many steps the database has behind it."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def step(db: Database) -> None:
    """Take the next missing step, if there is one; the caller holds the write transaction."""
    behind = version(db)
    for statement in migrations.MIGRATIONS[behind] if behind < len(migrations.MIGRATIONS) else ():
        db.execute(statement)
        if behind == 0:
            db.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {behind + 1}")
