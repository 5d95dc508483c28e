"""
A copy in the place of the database: verified first, put there in one step, with what was there kept aside.

Killed at any instant this leaves either the database that was or the copy, whole. The order sees to that: what the old
one has in its WAL is folded into it, its content gets a second name, and then one rename gives its first name to the copy.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from monitor.errors import InputError, StoreError
from monitor.store import copies, lock
from monitor.store.copies import Copied
from monitor.store.sentences import Told, code

PATIENCE = 2.0  # seconds that others may take to let go of the database

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now, and where what was there before is; None where there was nothing."""

    copied: Copied
    aside: Path | None


def restore(source: Path, path: Path, now: datetime) -> Restored:
    """
    Put a copy of the backup *source* in the place of the database *path*.

    :raises InputError: where *source* is not there, damaged, or no database of ours that we can read
    :raises StoreError: where a daemon runs on *path*, others have it open, or it cannot be written
    """
    path = path.resolve()
    with _restorable(source), copies.disk(path):
        copies.reading(source).close()  # a sentence about the backup comes before one about the database
        if path.exists() and source.samefile(path):
            raise InputError(f"{source} is the database itself; name a backup")
    with lock.held(path), _copied(source, path) as (part, copied), _alone(path) as sound:
        aside = _set_aside(path, now, sound)
        part.replace(path)
    return Restored(replace(copied, path=path), aside)


@contextmanager
def _copied(source: Path, path: Path) -> Iterator[tuple[Path, Copied]]:
    with ExitStack() as stack:
        with _restorable(source):
            made = stack.enter_context(copies.made(source, path))
        yield made


@contextmanager
def _restorable(source: Path) -> Iterator[None]:
    try:
        yield
    except StoreError as exc:
        if exc.passing:  # a full disk, say: that is of the store, not of the backup
            raise
        raise InputError(f"{source} cannot be restored: {exc}") from exc


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """
    Keep everybody out of the database *path*, with its WAL folded into it; yields whether it could be read.

    Whoever waits for it meanwhile finds it moved, and is told so by SQLite when it tries to write.
    """
    if not path.exists():
        yield True
        return
    with Told(path, PATIENCE), closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as conn:
        try:
            conn.execute("PRAGMA locking_mode = EXCLUSIVE")
            conn.execute("PRAGMA journal_mode = DELETE").fetchone()  # refused while anybody has it open
            conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as exc:
            if code(exc) == sqlite3.SQLITE_BUSY:
                raise StoreError(
                    f"{path} is in use by another process; stop it (`monitor serve`, say) and try again"
                ) from exc
            if code(exc) not in _DAMAGED:
                raise
            yield False
            return
        yield True
        conn.execute("ROLLBACK")


def _set_aside(path: Path, now: datetime, sound: bool) -> Path | None:
    """Give what is at *path* a second name; of a damaged one, take its WAL along: it must not meet the copy."""
    stamp = f".{now:%Y%m%dT%H%M%SZ}.before-restore"
    names = (lock.beside(path, stamp if n == 0 else f"{stamp}-{n}") for n in itertools.count())
    aside = next(name for name in names if not name.exists())
    there = path.exists()
    if there:
        os.link(path, aside)
    if not (there and sound):
        for suffix in ("-wal", "-shm", "-journal"):
            if (beside := lock.beside(path, suffix)).exists():
                beside.replace(lock.beside(aside, suffix))
    copies.flush(path.parent)
    return aside if there else None
