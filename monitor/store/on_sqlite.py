"""
The store on one SQLite file: opening, transactions, the single instance lock, and errors as sentences.

Writers take the write lock at the start (BEGIN IMMEDIATE) and wait for it; readers see one state of the database
for as long as they read and wait for nobody (WAL). A commit has reached the disk when it returns (synchronous=FULL).
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

from monitor.errors import StoreError
from monitor.store import migrations
from monitor.store.database import Values
from monitor.store.fts import Fts
from monitor.store.rows import Unreadable
from monitor.store.tables import Tables

PATIENCE = 10.0
"""Seconds to wait for a lock; the command line promises exit 3 after ten."""

MOVING_ID = migrations.APPLICATION_ID + 1
"""The mark of a file that is half of a copy."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -4096",  # 4 MB: inner pages of the indices; the operating system keeps the rest
    "PRAGMA wal_autocheckpoint = 4000",  # 16 MB: folded back a quarter as often, busy pages of the indices go once for four times
    "PRAGMA journal_size_limit = 67108864",  # a WAL that a long reader let grow shrinks to 64 MB again
)


_ALONE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_WITHIN = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))


def _may_write(path: Path) -> bool:
    """Return whether *path* and its folder, where WAL and index lie, may be written."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def insist(act: Callable[[], object], patience: float) -> None:
    """
    Do *act* until SQLite has no lock against it, for *patience* seconds.

    SQLite itself makes everybody wait in turn but those who switch a new file to WAL at the same moment.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


class Database(sqlite_utils.Database):
    """SQLite as the rooms ask for it."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__(conn, recursive_triggers=False, execute_plugins=False)
        self.words = Fts(self.execute)

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


class Connection:
    """
    A database file, opened and brought up to date; ``:memory:`` is one that nobody else sees and nothing survives.

    Any method may raise StoreError. May be used from any thread, by one at a time; others wait.
    """

    def __init__(self, path: Path, *, create: bool, patience: float = PATIENCE, moving: bool = False) -> None:
        self.path = path
        self.name = str(path)
        self._in_memory = str(path) == ":memory:"
        self._patience = patience
        self._turn = threading.RLock()
        self._held: int | None = None
        self._writable = self._in_memory or _may_write(path.absolute())
        with self._sentences():
            self.db = self._open(create)
        try:
            with self._sentences():
                self._recognise(create, moving)
                self._prepare()
        except BaseException:
            self.db.close()
            raise

    # ------------------------------------------------------------- opening

    def _open(self, create: bool) -> Database:
        if self.path.is_dir():
            raise StoreError(f"{self.path} is a folder; name a database file")
        if not create and not self.path.exists():
            raise StoreError(f"{self.path} does not exist; `monitor seed` or `monitor poll` creates it")
        conn = sqlite3.connect(
            self._uri(create), uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        conn.row_factory = sqlite3.Row
        return Database(conn)

    def _uri(self, create: bool) -> str:
        if self._in_memory:
            return "file::memory:"
        base = self.path.absolute().as_uri()
        if self._writable:
            return f"{base}?mode={'rwc' if create else 'rw'}"
        # What is in WAL mode cannot be read where its index file can be neither found nor made, unless the file is
        # said never to change. Without a WAL beside it nobody has it open, so that nobody changes it.
        alone = not self._beside("-wal").exists()
        return f"{base}?mode=ro{'&immutable=1' if alone else ''}"

    def _beside(self, suffix: str) -> Path:
        path = self.path.resolve()
        return path.with_name(path.name + suffix)

    def _recognise(self, create: bool, moving: bool) -> None:
        """Refuse, before anything is written, what is not ours or is newer than we are."""
        with self.read() as db:  # as one: another process may be filling it
            mark = db.execute("PRAGMA application_id").fetchone()[0]
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            behind, known = version(db), len(migrations.MIGRATIONS)
        self.moving = mark == MOVING_ID
        if self.moving and not moving:
            raise StoreError(f"{self.path} is half of a copy; run `monitor move` again to finish it, or remove it")
        if mark not in (migrations.APPLICATION_ID, MOVING_ID) and (mark or tables):
            raise StoreError(f"{self.path} is the database of another program; name another file")
        if not tables and not create:
            raise StoreError(f"{self.path} is empty; `monitor seed` or `monitor poll` fills it")
        if behind > known:
            raise StoreError(
                f"{self.path} was written by a newer version of monitor (schema {behind}, this one knows {known});"
                " upgrade monitor to use it"
            )
        if behind < known and not self._writable:
            raise StoreError(
                f"{self.path} was written by an older version of monitor; allow writing it once, to upgrade it"
            )

    def _prepare(self) -> None:
        for pragma in _PRAGMAS:
            self.db.execute(pragma)
        if self._writable and not self._in_memory:
            insist(lambda: self.db.execute("PRAGMA journal_mode = WAL"), self._patience)
        while version(self.db) < len(migrations.MIGRATIONS):
            with self.write() as db:
                step(db)

    def mark(self, *, moving: bool) -> None:
        with self.write() as db:
            db.execute(f"PRAGMA application_id = {MOVING_ID if moving else migrations.APPLICATION_ID}")
        self.moving = moving

    # ------------------------------------------------------------- transactions

    @contextmanager
    def write(self) -> Iterator[Database]:
        """
        Hold the write lock; what was done inside is on the disk afterwards, or none of it after an exception.

        Inside another :meth:`write`, the same but for the disk, which the outer one sees to.
        """
        with self._turn, self._sentences():
            begin, commit, rollback = _WITHIN if self.db.conn.in_transaction else _ALONE
            self.db.execute(begin)
            try:
                yield self.db
                self.db.execute(commit)
            except BaseException:
                if self.db.conn.in_transaction:  # a full disk may have ended it already
                    for statement in rollback:
                        self.db.execute(statement)
                raise

    @contextmanager
    def read(self) -> Iterator[Database]:
        """Read one state of the database; inside :meth:`write`, the state so far."""
        with self._turn, self._sentences():
            if self.db.conn.in_transaction:
                yield self.db
                return
            self.db.execute("BEGIN")
            try:
                yield self.db
            finally:
                self.db.rollback()

    def settle(self) -> None:
        """Fold the write-ahead log back into the file as far as readers allow, and refresh the planner's figures."""
        with self._turn, self._sentences():
            self.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self.db.execute("PRAGMA optimize").fetchall()

    def purge(self) -> None:
        """Fold the write-ahead log back, where what was removed could still be read."""
        self.settle()

    def patience(self, seconds: float) -> None:
        """Wait at most *seconds* for another writer from now on."""
        self._patience = seconds
        with self._turn, self._sentences():
            self.db.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")

    # ------------------------------------------------------------- one daemon at a time

    def hold(self) -> None:
        """Take the single instance lock; the kernel drops it with the process, however that ends."""
        if self._held is not None or self._in_memory:
            return
        path = self._beside(".lock")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise StoreError(f"cannot write the lock file {path}: {exc.strerror}") from exc
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            who = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise StoreError(f"another monitor (process {who or 'unknown'}) is running on {self.path}") from exc
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._held = handle

    def close(self) -> None:
        """Let go of the lock and the file; closing twice is harmless."""
        with self._turn, self._sentences():
            self.db.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None

    # ------------------------------------------------------------- errors

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise StoreError(self._sentence(exc), passing=_code(exc) in _PASSING) from exc
        except Unreadable as exc:
            raise StoreError(f"{self.path} holds a record that cannot be read ({exc}); restore a backup") from exc

    def _sentence(self, exc: sqlite3.Error) -> str:
        words = _SENTENCES.get(_code(exc), "{path}: {why}")
        return words.format(path=self.path, why=exc, patience=self._patience)


def _code(exc: sqlite3.Error) -> int:
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    return int(getattr(exc, "sqlite_errorcode", 0)) & 0xFF


# What another process, or a person who makes room, mends while we wait.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
}

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{path} is locked by another process for more than {patience:g} s; let it finish and try again",
    sqlite3.SQLITE_FULL: "the disk is full: no room for {path}; free some space and run again, nothing was written",
    sqlite3.SQLITE_READONLY: "{path} cannot be written: the file or its folder is read-only; allow writing or name another file",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: permission denied",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged ({why}); restore a backup",
    sqlite3.SQLITE_NOTADB: "{path} is not a database; name another file or restore a backup",
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written: the disk failed ({why}); nothing was written",
}


# --------------------------------------------------------------------------- migrations


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


# --------------------------------------------------------------------------- the store


class SqliteStore(Tables):
    """A timeline in the file *path*, waiting at most *patience* seconds for another writer."""

    def __init__(self, path: Path, *, create: bool = True, patience: float = PATIENCE) -> None:
        super().__init__(Connection(path, create=create, patience=patience))
