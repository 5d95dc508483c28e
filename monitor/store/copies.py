"""
Whole copies of a database file: made of one that is in use, verified, and put in place at once or not at all.

A copy is made in a folder of its own beside where it is to be (``.NAME.part``), read again, flushed and then moved. Whoever
makes one holds a lock on that folder; what a killed process left in it is cleared by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.errors import InputError, StoreError
from monitor.store import audit, lock, migrations
from monitor.store.sentences import Told
from monitor.store.sqlite_values import Database

PATIENCE = 10.0  # seconds that a reader waits for a database that is out of WAL mode and being written
UPGRADES = 2  # copies from before an upgrade that are kept: a second upgrade may follow before the first is judged


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was read again: its *schema*, what it holds, and what ``verify`` finds wrong in it."""

    path: Path
    size: int
    schema: int
    events: int
    seen: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def reading(path: Path) -> sqlite3.Connection:
    """Return a connection to read *path* as it is: nothing is made, or brought up to date."""
    try:
        if not path.is_file():
            raise StoreError(f"{path} is no file" if path.exists() else f"{path} does not exist")
    except OSError as exc:
        raise StoreError(f"{path} cannot be opened: {exc.strerror}") from exc
    found = path.resolve()
    # Who may write takes its WAL away again when closing. Where the index of a WAL cannot be made the file can be read
    # only as one that never changes (see on_sqlite.py).
    writable = os.access(found.parent, os.W_OK) and os.access(found, os.W_OK)
    still = not os.access(found.parent, os.W_OK) and not lock.beside(found, "-wal").exists()
    uri = f"{found.as_uri()}?mode={'rw' if writable else 'ro'}{'&immutable=1' if still else ''}"
    conn = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    conn.row_factory = sqlite3.Row
    return conn


def backup(source: Path, target: Path, *, overwrite: bool = False) -> Copied:
    """
    Write a copy of the database *source*, which may be in use, to *target*.

    :raises InputError: where *target* exists (and is not to be overwritten) or cannot be written
    :raises StoreError: where *source* cannot be read, or its copy is not what it was copied from
    """
    reading(source).close()
    with disk(target):
        if target.is_dir():
            raise InputError(f"{target} is a folder; name a file")
        if target.exists() and target.samefile(source):
            raise InputError(f"{target} is the database itself; name another file")
        _may_be(target, overwrite)
    with made(source, target) as (part, copied):
        _may_be(target, overwrite)
        part.replace(target)
    return replace(copied, path=target)


def _may_be(target: Path, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise InputError(f"{target} exists; name another file, or allow it with --overwrite")


def before_upgrade(path: Path, schema: int) -> Path:
    """Leave a verified copy of the database *path* beside it before it is brought up to date; return where."""
    target = upgrade_copy(path, schema)
    try:
        with made(path, target, judged=False) as (part, _):
            part.replace(target)
    except (InputError, StoreError) as exc:
        size = _megabytes(path)
        raise StoreError(
            f"{path} was written by an older version of monitor and is upgraded only after a copy of it ({size} MB) was"
            f" left beside it: {exc}; nothing was changed",
            passing=False,
        ) from exc
    return target


def upgrade_copy(path: Path, schema: int) -> Path:
    """Return where the copy of *path* lies that was made when its schema was *schema*."""
    return lock.beside(path, f".schema-{schema}.backup")


def prune_upgrades(path: Path) -> None:
    """Keep the last copies from before upgrades."""
    made = [upgrade_copy(path, schema) for schema in range(len(migrations.MIGRATIONS))]
    for old in [copy for copy in made if copy.exists()][:-UPGRADES]:
        old.unlink(missing_ok=True)


# --------------------------------------------------------------------------- making


@contextmanager
def made(source: Path, target: Path, *, judged: bool = True) -> Iterator[tuple[Path, Copied]]:
    """Make a verified copy of *source* and lend it to whoever puts it at *target*; then flush that folder."""
    with closing(reading(source)) as conn, _workshop(target) as folder, disk(target):
        part = folder / "copy"
        with Told(source, PATIENCE):
            recognise(conn, source)
            conn.execute("BEGIN")  # one state: what is counted is what is copied
            before = _counts(conn)
            _copy(conn, part, target)
        os.chmod(part, source.stat().st_mode & 0o777)  # noqa: PTH101 nothing is followed here
        copied = examined(part, before, judged=judged)
        flush(part)
        yield part, copied
        flush(target.absolute().parent)


def recognise(conn: sqlite3.Connection, path: Path) -> int:
    """Return the schema of *path*; StoreError where it is not ours or is newer than we are."""
    try:
        mark = conn.execute("PRAGMA application_id").fetchone()[0]
        schema = int(conn.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError as exc:
        if getattr(exc, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise StoreError(f"{path} is not a database") from exc
        raise
    if mark != migrations.APPLICATION_ID:
        raise StoreError(f"{path} is no database of monitor")
    if schema > len(migrations.MIGRATIONS):
        raise StoreError(
            f"{path} was written by a newer version of monitor (schema {schema}, this one knows"
            f" {len(migrations.MIGRATIONS)}); upgrade monitor to use it"
        )
    return schema


def _copy(conn: sqlite3.Connection, part: Path, target: Path) -> None:
    """Copy all pages in one step: a writer beside us never makes it begin anew."""
    with Told(target, PATIENCE), closing(sqlite3.connect(part, isolation_level=None)) as copy:
        # Nobody else sees it yet, and what a crash leaves is thrown away: it is flushed once, when it is whole.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        conn.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole without a WAL beside it


def examined(path: Path, before: Mapping[str, int], *, judged: bool = True) -> Copied:
    """Read the copy at *path* from end to end; StoreError where it is damaged or holds other rows than *before*."""
    conn = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    conn.row_factory = sqlite3.Row
    with closing(conn), Told(path, PATIENCE):
        damage = [row[0] for row in conn.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
        if not damage and _counts(conn) != before:
            damage = ["it holds other rows than were copied"]
        if damage:
            raise StoreError(f"what was copied is damaged: {damage[0]}")
        schema = int(conn.execute("PRAGMA user_version").fetchone()[0])
        events = conn.execute("SELECT count(*) FROM events").fetchone()[0] if schema else 0
        told_so = Copied(path, path.stat().st_size, schema, events)
        if not judged or schema != len(migrations.MIGRATIONS):  # what older ones hold is judged once they are upgraded
            return told_so
        found = audit.audit(Database(conn), (), ())
        return Copied(path, told_so.size, schema, events, found.seen, found.faults)


def _counts(conn: sqlite3.Connection) -> dict[str, int]:
    names = [r[0] for r in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")]
    return {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)}


# --------------------------------------------------------------------------- files


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """Lend an empty folder beside *target*, for one at a time; what is left in it goes."""
    folder = target.absolute().with_name(f".{target.name}.part")
    with disk(target):
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = folder.exists() and os.path.samestat(os.fstat(handle), folder.stat())
        except OSError:
            alone = False
        if not alone:
            raise InputError(f"another process is copying to {target}")
        try:
            for old in folder.iterdir():
                old.unlink()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


@contextmanager
def disk(target: Path) -> Iterator[None]:
    """Make a sentence of what the file system says about *target*."""
    try:
        yield
    except OSError as exc:
        raise InputError(f"cannot write {target}: {exc.strerror or exc}") from exc


def flush(path: Path) -> None:
    """Have *path* on the disk, whatever happens next."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _megabytes(path: Path) -> int:
    files = [path, lock.beside(path, "-wal")]
    return -(-sum(f.stat().st_size for f in files if f.exists()) // 1_000_000)
