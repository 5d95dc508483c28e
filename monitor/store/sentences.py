"""What SQLite says, as sentences that tell a person what to do."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from monitor.errors import UNWRITTEN, StoreError
from monitor.store.rows import Unreadable

# What another process, or a person who makes room, mends while we wait.
PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
}

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "{path} is locked by another process for more than {patience:g} s; let it finish and try again",
    sqlite3.SQLITE_FULL: "the disk is full: no room for {path}; free some space and run again: " + UNWRITTEN,
    sqlite3.SQLITE_READONLY: "{path} cannot be written: the file or its folder is read-only; allow writing or name another file",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: permission denied",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged ({why}); restore a backup",
    sqlite3.SQLITE_NOTADB: "{path} is not a database; name another file or restore a backup",
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written: the disk failed ({why}); " + UNWRITTEN,
}


def code(exc: sqlite3.Error) -> int:
    """Return the primary code, which is the low byte: https://www.sqlite.org/rescode.html."""
    return int(getattr(exc, "sqlite_errorcode", 0)) & 0xFF


@dataclass(frozen=True, slots=True)
class Told(AbstractContextManager[None]):  # every step of a poll is in one: a generator would take four times as long
    """Make a sentence about *path* of whatever SQLite raises inside; others were waited for *patience* seconds."""

    path: Path
    patience: float

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(exc, sqlite3.Error):
            words = _SENTENCES.get(code(exc), "{path}: {why}")
            sentence = words.format(path=self.path, why=exc, patience=self.patience)
            raise StoreError(sentence, passing=code(exc) in PASSING) from exc
        if isinstance(exc, Unreadable):
            raise StoreError(f"{self.path} holds a record that cannot be read ({exc}); restore a backup") from exc
