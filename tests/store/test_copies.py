"""Backups, what is restored from them, and what is left of a database before an upgrade."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import InputError, StoreError
from monitor.store import backup, copies, lock, migrations, open_store, restore, restoring
from monitor.store.on_sqlite import SqliteStore
from tests.commands import monitor
from tests.web import town

from .killing import built, count, old
from .make import NOW, collected, screened

ROOT = Path(__file__).parents[2]
KNOWN = len(migrations.MIGRATIONS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "数据 库"
    folder.mkdir()
    built(folder / "a.db", 3)
    return folder / "a.db"


def execute(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(sql)


def files(path: Path) -> set[str]:
    return {f.name for f in path.parent.iterdir()}


# --------------------------------------------------------------------------- backup


def test_a_backup_is_one_verified_file_that_opens_as_the_database_does(tmp_path):
    path, file = tmp_path / "town.db", tmp_path / "town.backup"
    town.built(path).close()
    made = backup(path, file)
    assert (made.path, made.schema) == (file, KNOWN) and made.events and made.seen["quotes"]
    assert files(path) == {"town.db", "town.backup"}
    with open_store(str(path)) as store, open_store(str(file)) as copy:
        assert copy.events(town.TOPIC.id) == store.events(town.TOPIC.id)


def test_a_backup_beside_a_writer_holds_what_was_committed(path):
    with SqliteStore(path, patience=0.2) as store:
        store.hold()
        collected(store, screened(7))
        store._connection.db.execute("BEGIN IMMEDIATE")
        store._connection.db.execute("DELETE FROM entries")
        backup(path, path.with_name("b.db"))
        store._connection.db.execute("ROLLBACK")
    assert count(path.with_name("b.db")) == 4


def test_a_backup_goes_over_no_file_unless_told(path):
    other = path.with_name("b.db")
    other.write_text("precious")
    with pytest.raises(InputError, match=r"exists; name another file, or allow it with --overwrite"):
        backup(path, other)
    assert other.read_text() == "precious"
    backup(path, other, overwrite=True)
    assert count(other) == 3


@pytest.mark.parametrize(("name", "why"), [("a.db", "is the database itself"), ("", "is a folder")])
def test_a_backup_that_could_only_do_harm_is_refused(path, name, why):
    with pytest.raises(InputError, match=why):
        backup(path, path.parent / name, overwrite=True)


def test_a_backup_into_a_folder_that_is_not_there_is_a_sentence(path):
    with pytest.raises(InputError, match=r"cannot write .*: No such file or directory"):
        backup(path, path.parent / "deep" / "b.db")


def test_a_backup_has_the_permissions_of_the_database(path):
    path.chmod(0o600)
    backup(path, path.with_name("b.db"))
    assert path.with_name("b.db").stat().st_mode & 0o777 == 0o600


def test_a_database_that_is_read_only_can_be_backed_up(path, tmp_path):
    path.parent.chmod(0o500)
    try:
        backup(path, tmp_path / "b.db")
    finally:
        path.parent.chmod(0o700)
    assert count(tmp_path / "b.db") == 3


def test_a_damaged_database_gives_no_backup(path):
    with path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 4096 * 8)
    with pytest.raises(StoreError, match="damaged"):
        backup(path, path.with_name("b.db"))
    assert files(path) == {"a.db"}


def test_a_backup_under_way_is_in_nobodys_way_and_another_to_the_same_file_is_refused(path):
    with (
        copies.made(path, path.with_name("b.db")),
        pytest.raises(InputError, match="another process is copying to"),
    ):
        backup(path, path.with_name("b.db"))
    assert files(path) == {"a.db"}


def test_what_a_killed_backup_left_is_cleared(path):
    left = path.with_name(".b.db.part")
    left.mkdir()
    (left / "copy").write_bytes(b"half")
    backup(path, path.with_name("b.db"))
    assert files(path) == {"a.db", "b.db"}


def test_a_copy_that_lost_rows_is_found_out(path):
    with closing(copies.reading(path)) as conn:
        before = copies._counts(conn)
    execute(path, "DELETE FROM entries")
    with pytest.raises(StoreError, match="other rows than were copied"):
        copies.examined(path, before)


# --------------------------------------------------------------------------- restore


def test_restoring_brings_back_what_was_and_keeps_what_is(path):
    file = path.with_name("b.db")
    backup(path, file)
    with open_store(str(path)) as store:
        collected(store, screened(7))
    done = restore(file, path, NOW)
    assert (count(path), done.aside and count(done.aside)) == (3, 4)
    restore(file, path, NOW)
    assert len(list(path.parent.glob("*.before-restore*"))) == 2


def test_restoring_where_nothing_is_clears_what_a_lost_database_left(path):
    file = path.with_name("b.db")
    backup(path, file)
    path.unlink()
    lock.beside(path, "-wal").write_bytes(b"of another file")
    assert restore(file, path, NOW).aside is None
    assert count(path) == 3


def test_restoring_beside_a_daemon_is_refused(path):
    file = path.with_name("b.db")
    backup(path, file)
    with SqliteStore(path) as daemon:
        daemon.hold()
        with pytest.raises(StoreError, match=rf"another monitor \(process {os.getpid()}\) is running"):
            restore(file, path, NOW)
    assert files(path) == {"a.db", "a.db.lock", "b.db"}


def test_restoring_while_somebody_reads_is_refused(path):
    file = path.with_name("b.db")
    backup(path, file)
    with SqliteStore(path) as reader:
        list(reader.entries())
        with pytest.raises(StoreError, match=r"in use by another process; stop it \(`monitor serve`"):
            restore(file, path, NOW)
        assert len(list(reader.entries())) == 3
    assert not [f for f in files(path) if "before-restore" in f]


def test_who_waits_while_it_is_restored_does_not_write_into_what_was_set_aside(path):
    """SQLite names a WAL after the file, so that frames of the old database could end up in the new one."""
    file = path.with_name("b.db")
    built(file, 5)
    code = "import sys\nfrom monitor.store import open_store\nopen_store(sys.argv[1]).index()"
    with copies.made(file, path) as (part, _), restoring._alone(path) as sound:
        other = subprocess.Popen([sys.executable, "-c", code, path], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(2)
        restoring._set_aside(path, NOW, sound)
        part.replace(path)
    said = other.communicate(timeout=20)[1]
    assert other.returncode == 0 or "StoreError" in said
    assert count(path) == 5


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no database of monitor"),
        (b"hello " * 1000, "is not a database"),
        (None, "does not exist"),
    ],
)
def test_what_is_no_backup_is_refused(path, content, why):
    file = path.with_name("b.db")
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=why):
        restore(file, path, NOW)
    assert count(path) == 3


def test_a_backup_of_another_program_of_a_newer_version_or_damaged_is_refused(path):
    file = path.with_name("b.db")
    backup(path, file)
    execute(file, "PRAGMA user_version = 999")
    with pytest.raises(InputError, match=r"newer version of monitor \(schema 999"):
        restore(file, path, NOW)
    execute(file, "PRAGMA application_id = 7")
    with pytest.raises(InputError, match="no database of monitor"):
        restore(file, path, NOW)
    backup(path, file, overwrite=True)
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 4096 * 8)
    with pytest.raises(InputError, match=r"b.db cannot be restored: .*damaged"):
        restore(file, path, NOW)
    with pytest.raises(InputError, match="is the database itself"):
        restore(path, path, NOW)
    assert count(path) == 3 and not [f for f in files(path) if "before-restore" in f]


def test_a_backup_of_an_older_version_is_brought_up_to_date_when_it_is_opened(path):
    file = path.with_name("b.db")
    old(file, 2)
    assert restore(file, path, NOW).copied.schema == 2
    open_store(str(path)).close()
    assert count(path, "rounds") == 3 == count(copies.upgrade_copy(path, 2), "rounds")


# --------------------------------------------------------------------------- upgrades


@pytest.mark.parametrize(
    "schema", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, KNOWN - 1)), KNOWN - 1]
)
def test_a_copy_is_left_before_an_upgrade_and_opens_with_the_program_that_made_it(tmp_path, schema):
    path = tmp_path / "a.db"
    old(path, schema)
    open_store(str(path)).close()
    with closing(sqlite3.connect(tmp_path / f"a.db.schema-{schema}.backup")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (schema,)
    assert not list(tmp_path.glob(".*"))


def test_a_new_database_and_one_that_is_up_to_date_are_not_copied(path):
    open_store(str(path)).close()
    assert not [f for f in files(path) if f.endswith(".backup")]


def test_the_last_two_copies_are_kept(path):
    for schema in (1, 2, 3):
        copies.upgrade_copy(path, schema).write_bytes(b"x")
    copies.prune_upgrades(path)
    assert files(path) == {"a.db", "a.db.schema-2.backup", "a.db.schema-3.backup"}


def test_what_a_daemon_of_the_older_version_runs_on_is_not_upgraded(path):
    path.unlink()
    old(path, 2)
    handle = lock.take(path)
    try:
        with pytest.raises(StoreError, match="another monitor"):
            SqliteStore(path, patience=0.1)
    finally:
        os.close(handle)
    assert schema_of(path) == 2


def schema_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_an_upgrade_that_fails_is_taken_back_whole(path):
    path.unlink()
    old(path, 4)
    # In the way of the last statement of the sixth step.
    execute(path, "CREATE TABLE sources (odd INTEGER)")
    with pytest.raises(StoreError, match="already"):
        SqliteStore(path)
    assert schema_of(path) == 4 and count(path, "rounds") == 3


def run_short_of_room(path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command where no file may grow beyond 100 kB."""

    def short() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    (path.parent / "config.yaml").write_text(
        "database: a.db\ntopics: [{id: t, question: q, entities: [{id: e, kind: place, names: [云川]}]}]\n", "utf-8"
    )
    command = [sys.executable, "-m", "monitor", *args]
    return subprocess.run(command, cwd=path.parent, preexec_fn=short, capture_output=True, text=True)


def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path):
    path = tmp_path / "a.db"
    old(path, 3)
    before = count(path, "rounds")
    ran = run_short_of_room(path, "timeline")
    assert ran.returncode == 3 and "Traceback" not in ran.stderr
    assert "upgraded only after a copy" in ran.stderr and "nothing was changed" in ran.stderr
    assert (schema_of(path), count(path, "rounds")) == (3, before)
    assert not [f for f in files(path) if "backup" in f or "part" in f]


def test_without_room_no_backup_is_left_and_nothing_is_restored(path):
    file = path.with_name("b.db")
    ran = run_short_of_room(path, "backup", "b.db")
    assert ran.returncode in (1, 3) and "Traceback" not in ran.stderr and not file.exists()
    built(file, 5)
    ran = run_short_of_room(path, "restore", "b.db")
    assert ran.returncode in (1, 3) and "Traceback" not in ran.stderr
    assert count(path) == 3 and not [f for f in files(path) if "before-restore" in f or "part" in f]


# --------------------------------------------------------------------------- killed


@pytest.mark.slow
@pytest.mark.parametrize("what", ["backup", "restore", "damaged", "upgrade"])
def test_killed_anywhere_leaves_the_old_or_the_new_whole(tmp_path, what):
    kill(tmp_path, what, 89)


@pytest.mark.long
@pytest.mark.parametrize("what", ["backup", "restore", "damaged", "upgrade"])
def test_killed_at_every_line_leaves_the_old_or_the_new_whole(tmp_path, what):
    kill(tmp_path, what, 1)


def kill(folder: Path, what: str, step: int) -> None:
    command = [sys.executable, "-m", "tests.store.killing", what, str(folder), str(step)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) * step > 100


# --------------------------------------------------------------------------- as commands


def test_the_commands_say_what_they_did(tmp_path):
    assert monitor("seed", cwd=tmp_path).status == 0
    ran = monitor("backup", "b.db", cwd=tmp_path)
    assert ran.status == 0 and "4 events" in ran.out
    assert monitor("backup", "b.db", cwd=tmp_path).status == 1
    ran = monitor("restore", "b.db", cwd=tmp_path)
    assert ran.status == 0 and "restored from b.db" in ran.out and "kept as" in ran.err
    assert monitor("verify", cwd=tmp_path).status == 0


def test_a_copy_of_what_is_wrong_is_made_and_said_to_be_wrong(tmp_path):
    town.built(tmp_path / "timeline.db").close()
    execute(tmp_path / "timeline.db", "UPDATE articles SET text = text || '。'")
    ran = monitor("backup", "b.db", cwd=tmp_path)
    assert ran.status == 1 and "FAULT" in ran.err and (tmp_path / "b.db").exists()
