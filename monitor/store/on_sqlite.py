"""
The store on one SQLite file: opening, transactions, the single instance lock, and errors as sentences.

Writers take the write lock at the start (BEGIN IMMEDIATE) and wait for it; readers see one state of the database
for as long as they read and wait for nobody (WAL). A commit has reached the disk when it returns (synchronous=FULL).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from monitor.errors import StoreError
from monitor.store import copies, lock, migrations
from monitor.store.database import PART_FAILED
from monitor.store.sentences import Told
from monitor.store.sqlite_values import Database, step, version
from monitor.store.tables import Tables

PATIENCE = 10.0
"""Seconds to wait for a lock; the command line promises exit 3 after ten."""

MOVING_ID = migrations.APPLICATION_ID + 1
"""The mark of a file that is half of a copy."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -2048",  # 2 MB: inner pages of the indices; the operating system keeps the rest (twice that gains nothing at 1,000,000 entries)
    "PRAGMA wal_autocheckpoint = 4000",  # 16 MB: folded back a quarter as often, busy pages of the indices go once for four times
    "PRAGMA journal_size_limit = 67108864",  # a WAL that a long reader let grow shrinks to 64 MB again
)
# Who only looks at what is there: the page holds several such connections beside the writer's.
_READER = "PRAGMA cache_size = -1024"


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
        self._writing = self._failed = False  # whether a transaction is in hand, and whether a part of it failed
        self._writable = self._in_memory or _may_write(path.absolute())
        with self._sentences():
            self.db = self._open(create)
        try:
            with self._sentences():
                self._recognise(create, moving)
                self._prepare(create)
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
        alone = not lock.beside(self.path, "-wal").exists()
        return f"{base}?mode=ro{'&immutable=1' if alone else ''}"

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

    def _prepare(self, create: bool) -> None:
        for pragma in _PRAGMAS:
            self.db.execute(pragma)
        if not create:
            self.db.execute(_READER)
        if self._writable and not self._in_memory:
            insist(lambda: self.db.execute("PRAGMA journal_mode = WAL"), self._patience)
        behind = version(self.db)
        if behind == len(migrations.MIGRATIONS):
            return
        if behind == 0 or self._in_memory:
            self._upgrade()
            return
        # A daemon of the older version must not find its tables changed under its feet.
        with lock.held(self.path, self._patience):
            self._upgrade()

    def _upgrade(self) -> None:
        """Take all missing steps, or none; of a database that somebody used, a verified copy is left beside it first."""
        with self.write() as db:
            behind = version(db)
            if 0 < behind < len(migrations.MIGRATIONS) and not self._in_memory:
                copies.before_upgrade(self.path, behind)
            while version(db) < len(migrations.MIGRATIONS):
                step(db)
        if behind and not self._in_memory:
            copies.prune_upgrades(self.path)

    def mark(self, *, moving: bool) -> None:
        with self.write() as db:
            db.execute(f"PRAGMA application_id = {MOVING_ID if moving else migrations.APPLICATION_ID}")
        self.moving = moving

    # ------------------------------------------------------------- transactions

    @contextmanager
    def write(self) -> Iterator[Database]:
        """
        Hold the write lock; what was done inside is on the disk afterwards, or none of it after an exception.

        Inside another :meth:`write`, a part of that one: both or neither.
        """
        # A savepoint for each part would cost a copy of every page that it touches: more than the poll of a feed itself.
        with self._turn, self._sentences():
            if self._writing:
                yield from self._part()
                return
            self.db.execute("BEGIN IMMEDIATE")
            self._writing, self._failed = True, False
            try:
                yield self.db
                if self._failed:
                    raise StoreError(PART_FAILED)
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.conn.in_transaction:  # a full disk may have ended it already
                    self.db.execute("ROLLBACK")
                raise
            finally:
                self._writing = False

    def _part(self) -> Iterator[Database]:
        if not self.db.conn.in_transaction:
            raise StoreError(PART_FAILED)
        try:
            yield self.db
        except BaseException:
            self._failed = True  # whoever goes on regardless is stopped at the end
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

    glance = read

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

    def hold(self, *, at_once: bool = False) -> None:
        """Take the single instance lock; the kernel drops it with the process, however that ends."""
        if self._held is not None or self._in_memory:
            return
        self._held = lock.take(self.path)

    def close(self) -> None:
        """Let go of the lock and the file; closing twice is harmless."""
        with self._turn, self._sentences():
            self.db.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _sentences(self) -> AbstractContextManager[None]:
        return Told(self.path, self._patience)


class SqliteStore(Tables):
    """A timeline in the file *path*, waiting at most *patience* seconds for another writer."""

    def __init__(self, path: Path, *, create: bool = True, patience: float = PATIENCE) -> None:
        super().__init__(Connection(path, create=create, patience=patience))
