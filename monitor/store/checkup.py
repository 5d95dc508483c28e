"""What can be said of SQLite and of a database file without changing anything: for ``monitor doctor``."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import MonitorError, StoreError
from monitor.store import copies, lock, migrations
from monitor.store.rows import moment
from monitor.store.sentences import Told

OLDEST = (3, 35)  # docs/schema.md


@dataclass(frozen=True, slots=True)
class Engine:
    """The SQLite that this Python brings, and what it lacks."""

    version: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkup:
    """A database file: its schema beside the one we know, who polls into it, its newest instant, and what is wrong."""

    exists: bool
    size: int = 0
    schema: int = 0
    known: int = len(migrations.MIGRATIONS)
    holder: str | None = None
    newest: datetime | None = None
    fault: str = ""


def engine() -> Engine:
    """Look at the library."""
    lacks = [] if sqlite3.sqlite_version_info >= OLDEST else [f"version {OLDEST[0]}.{OLDEST[1]}"]
    wanted = {
        "FTS5 (search)": "CREATE VIRTUAL TABLE t USING fts5 (a)",
        "JSON": "SELECT json_extract('{\"a\": 1}', '$.a')",
    }
    with closing(sqlite3.connect(":memory:")) as db:
        for name, sql in wanted.items():
            try:
                db.execute(sql)
            except sqlite3.Error:
                lacks.append(name)
    return Engine(sqlite3.sqlite_version, tuple(lacks))


def keeps_wal(folder: Path) -> str:
    """Return why a database in *folder* cannot be in WAL mode, or ""; a file is made there and removed."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as inside,
            closing(sqlite3.connect(Path(inside) / "try.db", isolation_level=None)) as db,
        ):
            mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            db.execute("CREATE TABLE t (a)")
            return "" if mode == "wal" else f"SQLite falls back to {mode}"
    except (OSError, sqlite3.Error) as exc:
        return str(exc)


def checkup(path: Path) -> Checkup:
    """Look at the database *path*, from end to end."""
    try:
        if not path.exists():
            return Checkup(exists=False, holder=lock.holder(path))
        size = path.stat().st_size
    except OSError as exc:
        return Checkup(exists=True, fault=f"{path} cannot be opened: {exc.strerror}")
    schema, newest, fault = 0, None, ""
    try:
        with closing(copies.reading(path)) as conn, Told(path, copies.PATIENCE):
            schema = copies.recognise(conn, path)
            damage = [row[0] for row in conn.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
            if damage:
                raise StoreError(f"{path} is damaged ({'; '.join(damage)}); restore a backup")
            newest = _newest(conn)
    except MonitorError as exc:
        fault = str(exc)
    return Checkup(True, size, schema, holder=lock.holder(path), newest=newest, fault=fault)


def _newest(conn: sqlite3.Connection) -> datetime | None:
    with suppress(sqlite3.Error):  # a file that was made a moment ago holds no tables yet
        return moment(conn.execute("SELECT max(started) FROM rounds").fetchone()[0])
    return None
