"""
The store on a PostgreSQL database: connecting, transactions, locks, and errors as sentences.

One writer at a time, as on SQLite: a transaction that writes first takes an advisory lock, which goes with it. Readers
see one state of the database (REPEATABLE READ) and wait for nobody. A lost connection is made again with the next
transaction; where it is lost while a commit is under way, the server is asked what became of it.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, cast

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

from monitor.errors import UNWRITTEN, Occupied, Outdated, StoreError
from monitor.model import shown_database
from monitor.store import dialect, migrations
from monitor.store.database import PART_FAILED, Rows
from monitor.store.postgres_link import PASSING, SESSION, connected, reason
from monitor.store.postgres_values import Database, adapt, literal
from monitor.store.rows import Unreadable
from monitor.store.tables import Tables

PATIENCE = 10.0
"""Seconds to wait for a lock; the command line promises exit 3 after ten."""

GRACE = 1.0  # seconds that the server may take to notice that a process has gone, and its lock with it
OLDEST = 15  # the first whose `public` is not everybody's, and the oldest that these tests run on

# --------------------------------------------------------------------------- connection


class Connection:
    """
    A database at *url*, brought up to date; its tables are in the schema that comes first in the search path.

    Any method may raise StoreError. May be used from any thread, by one at a time; others wait.
    """

    _schema: str | None

    def __init__(
        self, url: str, *, create: bool, patience: float = PATIENCE, moving: bool = False, oldest: int = OLDEST
    ) -> None:
        self.name = shown_database(url)
        self._url, self._patience, self._oldest = url, patience, oldest
        self._turn = threading.RLock()
        self._closed = self._holding = self._checked = False
        self._writing = self._failed = False  # whether a transaction is in hand, and whether a part of it failed
        self._old = 0  # the server's process that had our locks
        self.db = self._opened()
        try:
            with self._sentences():
                self._recognise(create, moving)
                if create:
                    self._prepare()
            self._checked = not moving
        except BaseException:
            self.db.conn.close()
            raise

    # ------------------------------------------------------------- opening

    def _opened(self) -> Database:
        return self._ready(connected(self._url))

    def _ready(self, conn: psycopg.Connection[DictRow]) -> Database:
        adapt(conn)
        if conn.info.server_version < 10_000 * self._oldest:
            version = conn.info.server_version // 10_000
            conn.close()
            raise StoreError(f"{self.name} is PostgreSQL {version}; {self._oldest} or newer is needed")
        if (encoding := conn.info.parameter_status("server_encoding")) != "UTF8":
            conn.close()
            raise StoreError(f"{self.name} keeps text as {encoding}; make it with ENCODING 'UTF8'")
        db = Database(conn)
        with self._sentences():
            for setting in SESSION:
                db.execute(setting)
            row: Any = db.execute("SELECT current_schema() AS name").fetchone()
            self._schema = row["name"]
            self._wait(db)
        if self._schema is None:
            conn.close()
            raise StoreError(f"{self.name} has no schema to keep tables in; make the one that its search_path names")
        return db

    def _wait(self, db: Database) -> None:
        db.execute(f"SET lock_timeout = {max(int(self._patience * 1000), 1)}")

    def _recognise(self, create: bool, moving: bool) -> None:
        """Refuse, before anything is written, what is not ours or is newer than we are."""
        with self.read() as db:
            sql = "SELECT count(*) AS n, bool_or(tablename = 'monitor') AS ours FROM pg_tables WHERE schemaname = ?"
            found: Any = db.execute(sql, (self._schema,)).fetchone()
            behind, known = (_version(db) if found["ours"] else 0), len(migrations.MIGRATIONS)
            self.moving = bool(found["ours"] and _half(db))
        if self.moving and not moving:
            raise StoreError(f"{self.name} is half of a copy; run `monitor move` again to finish it, or empty it")
        if found["n"] and not found["ours"]:
            raise StoreError(
                f"{self.name} holds the tables of another program in its schema {self._schema}; name another database"
            )
        if not found["n"] and not create:
            raise StoreError(f"{self.name} is empty; `monitor seed` or `monitor poll` fills it")
        if behind > known:
            raise StoreError(
                f"{self.name} was written by a newer version of monitor (schema {behind}, this one knows {known});"
                " upgrade monitor to use it"
            )
        if behind < known and not create:
            raise StoreError(f"{self.name} was written by an older version of monitor; `monitor seed` upgrades it")

    def _prepare(self) -> None:
        steps = list(dialect.steps(migrations.MIGRATIONS))
        while True:
            with self.read() as db:
                if _made(db) and _version(db) >= len(steps):
                    return
            with self.write() as db:
                _step(db, steps)

    def mark(self, *, moving: bool) -> None:
        with self.write() as db:
            db.execute("UPDATE monitor SET moving = ?", (moving,))
        self.moving = moving

    # ------------------------------------------------------------- transactions

    @contextmanager
    def write(self) -> Iterator[Database]:
        with self._turn, self._sentences():
            self._connect()
            if self._writing:
                yield from self._part()
                return
            self._writing, self._failed = True, False
            try:
                number = self._begun()
                yield self.db
                if self._failed:
                    raise StoreError(PART_FAILED)
                self._commit(number)
            except BaseException:
                if self._open():
                    self.db.execute("ROLLBACK")
                raise
            finally:
                self._writing = False

    def _part(self) -> Iterator[Database]:
        try:
            yield self.db
        except BaseException:
            self._failed = True  # whoever goes on regardless is stopped at the end
            raise

    def _open(self) -> bool:
        """Whether a transaction is open; one that failed is, until it is rolled back."""
        return self.db.conn.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def _begun(self) -> str:
        """Begin, and wait until nobody else writes; return the number of the transaction."""
        sql = "SELECT pg_advisory_xact_lock(?, ?), pg_current_xact_id()::text AS number"
        with self.db.conn.pipeline():  # all in one round trip; each statement sees what is there once it is its turn
            self.db.execute("BEGIN")
            locked = self.db.execute(sql, (_OURS, self._key("write")))
            step = self.db.execute(_STEP) if self._checked else None
        self._check(step)
        row: Any = locked.fetchone()
        return cast("str", row["number"])

    def _check(self, step: Rows | None) -> None:
        """Leave alone what a newer version has brought up to date meanwhile: what we would write may be wrong there."""
        if step and (found := int(step.fetchone()["step"])) > len(migrations.MIGRATIONS):
            raise Outdated(
                f"{self.name} was brought up to date by a newer version of monitor (schema {found}, this one knows"
                f" {len(migrations.MIGRATIONS)}); start that one here, too"
            )

    def _commit(self, number: str) -> None:
        try:
            if self.db.execute("COMMIT").statusmessage == "ROLLBACK":  # what failed inside was not told to us
                raise errors.InFailedSqlTransaction("a part of it failed")
        except psycopg.OperationalError:
            if not self.db.conn.closed or not self._came_through(number):
                raise

    def _came_through(self, number: str) -> bool:
        """Return whether the transaction *number*, on whose commit the connection was lost, was committed."""
        with suppress(StoreError):
            self._again()
            row: Any = self.db.execute("SELECT pg_xact_status(?::xid8) AS status", (number,)).fetchone()
            return bool(row["status"] == "committed")
        return False

    @contextmanager
    def read(self) -> Iterator[Database]:
        with self._turn, self._sentences():
            self._connect()
            if self._open():
                yield self.db
                return
            self.db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield self.db
            finally:
                if self._open():
                    self.db.execute("ROLLBACK")

    @contextmanager
    def glance(self) -> Iterator[Database]:
        with self._turn, self._sentences():
            self._connect()
            yield self.db

    def settle(self) -> None:
        """Leave it to the server's autovacuum, which knows what was changed."""

    def purge(self) -> None:
        """Take the old versions of rows out of the tables now, and what stood in them."""
        with self._turn, self._sentences():
            self._connect()
            self.db.execute("VACUUM articles, bodies, entries, entry_versions, search")

    def patience(self, seconds: float) -> None:
        self._patience = seconds
        with self._turn, self._sentences():
            self._connect()
            self._wait(self.db)

    def _connect(self) -> None:
        """Connect again where the connection was lost, with the lock that was held."""
        if self._closed:
            raise StoreError(f"{self.name} is closed")
        if not self.db.conn.closed:
            return
        if self._writing:  # what the outer transaction wrote is gone with it
            raise psycopg.OperationalError("in the middle of a transaction")
        self._again()

    def _again(self) -> None:
        self.db = self._opened()
        if self._holding:
            self._holding = False  # until we have it again: another may have been quicker
            # The server may not have noticed yet that our old connection is gone.
            self.db.execute(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE pid = ? AND {_LOCK}", self._lock())
            self._take(GRACE)
            self._holding = True

    # ------------------------------------------------------------- one daemon at a time

    def hold(self, *, at_once: bool = False) -> None:
        with self._turn, self._sentences():
            self._connect()
            self._check(self.db.execute(_STEP) if self._checked else None)
            if not self._holding:
                self._take(0 if at_once else GRACE)
                self._holding = True

    def _take(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while not self._got():
            if time.monotonic() >= deadline:
                raise Occupied(f"another monitor ({self._holder()}) is running on {self.name}")
            time.sleep(0.02)
        self._old = self.db.conn.info.backend_pid

    def _got(self) -> bool:
        row: Any = self.db.execute("SELECT pg_try_advisory_lock(?, ?) AS got", (_OURS, self._key("hold"))).fetchone()
        return bool(row["got"])

    def _holder(self) -> str:
        sql = f"SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE pid != ? AND {_LOCK}"
        row = self.db.execute(sql, (0, *self._lock()[1:])).fetchone()
        return f"process {row['name'].removeprefix('monitor ')}" if row and row["name"] else "unknown"

    def _lock(self) -> tuple[int, int, int]:
        return self._old, _OURS, self._key("hold") & 0xFFFFFFFF

    def _key(self, purpose: str) -> int:
        return zlib.crc32(f"{self._schema}:{purpose}".encode()) - 0x80000000

    def close(self) -> None:
        with self._turn:
            self._closed = True
            self.db.conn.close()

    # ------------------------------------------------------------- errors

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as exc:
            if isinstance(exc, errors.FeatureNotSupported):  # a plan from before another version changed the tables
                self.db.conn.close()
            raise self._told(exc) from exc
        except Unreadable as exc:
            raise StoreError(f"{self.name} holds a record that cannot be read ({exc}); restore a backup") from exc

    def _told(self, exc: psycopg.Error) -> StoreError:
        state = exc.sqlstate or ""
        lost = not state and isinstance(exc, psycopg.OperationalError)
        words = _SENTENCES.get(state) or _SENTENCES.get(state[:2]) or (_LOST if lost else "{name}: {why}")
        passing = lost or state in PASSING or state[:2] in PASSING
        return StoreError(
            words.format(name=self.name, why=reason(exc, self._url), patience=self._patience), passing=passing
        )


_OURS = migrations.APPLICATION_ID
_LOCK = """locktype = 'advisory' AND granted AND classid::bigint = ? AND objid::bigint = ?
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_LOST = "the connection to {name} was lost; what was not yet written was not written ({why})"

_SENTENCES = {
    "55P03": "{name} is locked by another process for more than {patience:g} s; let it finish and try again",
    "53100": "the disk is full: no room for {name}; free some space and run again: " + UNWRITTEN,
    "53": "{name} has nothing left for us ({why}); " + UNWRITTEN,
    "42501": "{name} may not be used as it must be: {why}; grant the right and run again",
    "0A000": "the tables of {name} were changed while we used them ({why}); " + UNWRITTEN,
    "25006": "{name} cannot be written: it is read-only ({why})",
    "57": "the server of {name} ended our work ({why}); " + UNWRITTEN,
    "58": "{name} cannot be read or written: the disk failed ({why}); " + UNWRITTEN,
    "08": _LOST,
    "XX": "{name} is damaged ({why}); restore a backup",
}


# --------------------------------------------------------------------------- migrations


def _made(db: Database) -> bool:
    # Not to_regclass: what it remembers may be older than the lock that we waited for.
    sql = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'monitor'"
    return db.execute(sql).fetchone() is not None


_STEP = "SELECT step FROM monitor"


def _version(db: Database) -> int:
    row: Any = db.execute(_STEP).fetchone()
    return int(row["step"])


def _half(db: Database) -> bool:
    row: Any = db.execute("SELECT moving FROM monitor").fetchone()
    return bool(row["moving"])


def _step(db: Database, steps: Sequence[Sequence[str]]) -> None:
    """Take the next missing step, if there is one; nobody else writes meanwhile."""
    if not _made(db):
        db.conn.execute("CREATE TABLE monitor (step BIGINT NOT NULL, moving BIGINT NOT NULL DEFAULT 0)")
        db.conn.execute("INSERT INTO monitor VALUES (0)")
    behind = _version(db)
    if behind < len(steps):
        for statement in steps[behind]:
            db.conn.execute(literal(statement))
        db.execute("UPDATE monitor SET step = ?", (behind + 1,))


# --------------------------------------------------------------------------- the store


class PostgresStore(Tables):
    """A timeline in the database at *url*, waiting at most *patience* seconds for another writer."""

    def __init__(self, url: str, *, create: bool = True, patience: float = PATIENCE) -> None:
        super().__init__(Connection(url, create=create, patience=patience))


def exists(url: str) -> bool:
    """Return whether the database at *url* holds tables of ours."""
    with closing(connected(url)) as conn:
        return _made(Database(conn))
