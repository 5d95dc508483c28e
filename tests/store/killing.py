"""
Kill a process before every line that it runs in the files that move databases about; look each time at what is left.

Run as a program (it forks): ``python -m tests.store.killing backup|restore|damaged|upgrade FOLDER STEP``, where STEP
leaves lines out. Prints how often it killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any

from monitor.store import backup, copies, lock, migrations, on_sqlite, open_store, restore, restoring
from monitor.store.sqlite_values import Database
from tests.store.make import NOW, collected, screened

WATCHED = {module.__file__ for module in (on_sqlite, copies, lock, restoring)}


def built(path: Path, entries: int) -> None:
    with open_store(str(path)) as store:
        collected(store, *(screened(n) for n in range(entries)))


def old(path: Path, schema: int) -> None:
    """Make a database as the program that knew *schema* steps left it, with three rounds in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statements in migrations.MIGRATIONS[:schema]:
            for statement in statements:
                Database(db).execute(statement)
        db.execute(f"PRAGMA user_version = {schema}")
        db.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        db.executemany("INSERT INTO rounds (started) VALUES (?)", [("2025",)] * 3)


def count(path: Path, table: str = "entries") -> int:
    """Return how many rows are in *path*, all of which must be sound."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert isinstance(found, int)
        return found


def killed(act: Callable[[], object], line: int) -> bool:
    """Do *act* in a child that is killed before the *line*-th line it runs; False if it ended before."""
    child = os.fork()
    if child == 0:
        left = line

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in WATCHED:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        act()
        sys.settrace(None)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or status == 0, "it ended with an error"
    return os.WIFSIGNALED(status)


class Case:
    """What is done in a folder of its own, and what must be true whenever it is cut short."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database, self.file = folder / "a.db", folder / "copy.db"

    def prepare(self) -> None:
        built(self.database, 3)
        built(self.file, 5)

    def act(self) -> None:
        raise NotImplementedError

    def check(self, *, done: bool) -> None:
        raise NotImplementedError


class Backup(Case):
    def act(self) -> None:
        backup(self.database, self.file, overwrite=True)

    def check(self, *, done: bool) -> None:
        assert count(self.database) == 3
        assert count(self.file) in ((3,) if done else (3, 5))


class Restore(Case):
    def act(self) -> None:
        restore(self.file, self.database, NOW)

    def check(self, *, done: bool) -> None:
        assert count(self.file) == 5
        found = count(self.database)
        assert found in ((5,) if done else (3, 5))
        aside = list(self.folder.glob("*.before-restore"))
        assert found == 3 or [count(a) for a in aside] == [3]
        with open_store(str(self.database)) as store:
            assert len(list(store.entries())) == found


class Damaged(Restore):
    def prepare(self) -> None:
        super().prepare()
        self.database.write_bytes(b"no database at all" * 500)

    def check(self, *, done: bool) -> None:
        if done or self.database.read_bytes()[:6] == b"SQLite":
            assert count(self.database) == 5
            (aside,) = self.folder.glob("*.before-restore")
            assert aside.read_bytes()[:11] == b"no database"


class Upgrade(Case):
    def prepare(self) -> None:
        old(self.database, 3)

    def act(self) -> None:
        open_store(str(self.database)).close()

    def check(self, *, done: bool) -> None:
        with closing(sqlite3.connect(self.database)) as db:
            schema = db.execute("PRAGMA user_version").fetchone()[0]
        assert schema in ((len(migrations.MIGRATIONS),) if done else (3, len(migrations.MIGRATIONS)))
        assert count(self.database, "rounds") == 3
        kept = copies.upgrade_copy(self.database, 3)
        assert schema == 3 or kept.exists()
        assert not kept.exists() or count(kept, "rounds") == 3


def main(what: str, folder: Path, step: int) -> int:
    kind = {"backup": Backup, "restore": Restore, "damaged": Damaged, "upgrade": Upgrade}[what]
    kills = 0
    going = True
    while going:
        case = kind(folder / "work")
        case.folder.mkdir()
        case.prepare()
        going = killed(case.act, 1 + kills * step)
        case.check(done=not going)
        case.act()  # what a killed one left is in nobody's way
        case.check(done=True)
        assert not list(case.folder.glob(".*.part")), "something is left lying about"
        shutil.rmtree(case.folder)
        kills += going
    return kills


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
