"""What can happen to one SQLite file: every mishap ends in one clear sentence, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import EntryState
from monitor.store import migrations, open_store
from monitor.store.on_sqlite import SqliteStore, insist
from monitor.store.sqlite_values import Database

from .make import NOW, RSS, TOPIC, article, change, collected, decides, digested, entry, screened, told

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "时间 线.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path, patience=0.2) as store:
        yield store


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def run(code: str, *arguments: object, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=where, capture_output=True, text=True, timeout=60)


# --------------------------------------------------------------------------- opening


def test_a_path_a_url_and_memory_can_be_opened(path):
    open_store(str(path)).close()
    with open_store(f"sqlite:///{path}", create=False) as store:
        collected(store, screened(1))
    with open_store(str(path)) as store, open_store(":memory:") as memory:
        memory.hold()
        assert (len(list(store.entries())), len(list(memory.entries()))) == (1, 0)


def test_a_relative_path_is_relative(path):
    done = run("from monitor.store import open_store\nopen_store('a.db').close()", folder=path.parent)
    assert (done.stderr, (path.parent / "a.db").exists()) == ("", True)


def test_another_kind_of_database_is_refused():
    with pytest.raises(StoreError, match="mysql:// databases are not supported"):
        open_store("mysql://localhost/timeline")


def test_reading_creates_nothing(path):
    with pytest.raises(StoreError, match="does not exist"):
        open_store(str(path), create=False)
    assert list(path.parent.iterdir()) == []


def test_an_empty_file_is_filled_but_not_read(path):
    path.touch()
    with pytest.raises(StoreError, match="is empty"):
        open_store(str(path), create=False)
    assert path.stat().st_size == 0
    with open_store(str(path)) as store:
        assert store.topics() == []


def test_a_folder_is_not_a_database(path):
    with pytest.raises(StoreError, match="is a folder"):
        open_store(str(path.parent))


def test_a_missing_folder_is_named(path):
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(str(path / "deep" / "a.db"))


def test_a_file_that_is_no_database_is_left_alone(path):
    path.write_text("洛水新桥 " * 500)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is not a database"):
        open_store(str(path))
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_left_alone(path):
    raw(path).execute("CREATE TABLE notes (id INTEGER)").connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(str(path))
    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_left_alone(path):
    open_store(str(path)).close()
    raw(path).execute("PRAGMA user_version = 999").connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version of monitor \(schema 999.*upgrade"):
        open_store(str(path))
    assert path.read_bytes() == before


def test_a_database_out_of_wal_mode_as_a_backup_leaves_it_goes_back_to_it(path, store):
    store.close()
    raw(path).execute("PRAGMA journal_mode = DELETE").connection.close()
    with SqliteStore(path):
        assert raw(path).execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_switching_to_wal_waits_for_readers_and_gives_up_in_a_sentence(path, store):
    store.close()
    reader = raw(path)
    reader.execute("PRAGMA journal_mode = DELETE")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM rounds").fetchall()
    with pytest.raises(StoreError, match="locked by another process"):
        SqliteStore(path, patience=0.05)
    done = threading.Timer(0.05, reader.rollback)
    done.start()
    SqliteStore(path, patience=5).close()
    done.join()
    reader.close()


def test_three_that_create_one_database_at_once_all_succeed(tmp_path):
    for n in range(10):
        gate = threading.Barrier(3)

        def create(path: Path, gate: threading.Barrier) -> None:
            gate.wait()
            SqliteStore(path).close()

        threads = [threading.Thread(target=create, args=(tmp_path / f"{n}.db", gate)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        db = raw(tmp_path / f"{n}.db")
        assert db.execute("PRAGMA user_version").fetchone() == (len(migrations.MIGRATIONS),)
        db.close()


def busy(code: int = sqlite3.SQLITE_BUSY) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


def test_a_lock_that_sqlite_does_not_wait_for_is_waited_for():
    answers: list[Exception | None] = [busy(), busy(), None]

    def act() -> None:
        if error := answers.pop(0):
            raise error

    insist(act, 5)
    assert answers == []


@pytest.mark.parametrize(("code", "patience"), [(sqlite3.SQLITE_FULL, 5), (sqlite3.SQLITE_BUSY, -1)])
def test_what_waiting_does_not_mend_is_raised_at_once(code, patience):
    answers = [busy(code)]

    def act() -> None:
        raise answers.pop()

    with pytest.raises(sqlite3.OperationalError):
        insist(act, patience)


def test_a_commit_has_reached_the_disk_when_it_returns(store):
    db = store._connection.db
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "foreign_keys")] == [2, 1]
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


# --------------------------------------------------------------------------- migrations


def at_version(path: Path, version: int) -> None:
    """Make the database as the program that knew *version* steps left it."""
    conn = raw(path)
    db = Database(conn)
    for number, statements in enumerate(migrations.MIGRATIONS[:version], 1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
    db.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    conn.close()


def schema(path: Path) -> set[tuple[str, str]]:
    db = raw(path)
    found = set(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    db.close()
    return found


@pytest.mark.parametrize("version", range(1, len(migrations.MIGRATIONS) + 1))
def test_every_version_we_ever_shipped_is_brought_up_to_date(tmp_path, version):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    at_version(old, version)
    for path in (old, new):
        SqliteStore(path).close()
    assert schema(old) == schema(new)


def test_a_step_that_fails_is_not_taken_at_all(path):
    at_version(path, 0)
    db = raw(path)
    db.execute("CREATE TABLE revisions (odd INTEGER)")  # in the way of a later statement of the first step
    db.close()
    with pytest.raises(StoreError, match="revisions already exists"):
        SqliteStore(path)
    assert {name for name, _ in schema(path)} == {"revisions"}


@pytest.mark.parametrize("table", ["revisions", "event_versions", "declarations"])
def test_history_is_append_only(path, store, table):
    told(store, 1, "ev_1")
    db = raw(path)
    db.execute("INSERT INTO declarations (at, kind, name, data) VALUES ('', 'topic', 'x', NULL)")
    for statement in (f"UPDATE {table} SET at = ''", f"DELETE FROM {table}"):
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
            db.execute(statement)
    db.close()


# --------------------------------------------------------------------------- mishaps


def test_a_lock_held_too_long_ends_in_a_sentence_and_the_next_try_succeeds(path, store):
    other = raw(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"locked by another process for more than 0.2 s"):
        collected(store, screened(1))
    other.rollback()
    other.close()
    collected(store, screened(1))
    assert len(list(store.entries())) == 1


def test_readers_do_not_wait_for_a_writer(path, store):
    collected(store, screened(1))
    other = raw(path)
    other.execute("BEGIN IMMEDIATE")
    assert len(list(store.entries())) == 1
    other.close()


def test_a_full_disk_ends_in_a_sentence_and_nothing_is_half_written(store):
    collected(store, screened(1))
    db = store._connection.db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 3}")
    number = store.open_round(NOW)
    with pytest.raises(StoreError, match=r"the disk is full.*free some space.*what came before is kept"):
        collected(store, *(screened(n) for n in range(2, 500)))
    assert [e.title for e in store.entries()] == [entry(1).title]
    db.execute("PRAGMA max_page_count = 100000")
    collected(store, *(screened(n) for n in range(2, 500)))
    assert len(list(store.entries())) == 499
    assert store.round(number).counts.fetched == 0


def test_where_the_disk_ended_what_is_written_together_nothing_more_is_written(store):
    with pytest.raises(StoreError), store.together():
        collected(store, screened(1))
        store._connection.db.execute("ROLLBACK")  # as SQLite itself does where a disk is full
        with pytest.raises(StoreError, match="a part of what was to be written together"):
            collected(store, screened(2))
    assert list(store.entries()) == []


def test_a_body_too_large_for_the_disk_leaves_its_entry_waiting(store):
    collected(store, screened(1))
    db = store._connection.db
    db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0] + 2}")
    found = article(1, "字" * 50_000)
    with pytest.raises(StoreError, match="the disk is full"):
        store.finish(digested(found, entry=store.inbox(NOW)[0].id), NOW, decides(change("ev_1")))
    assert (len(store.inbox(NOW)), store.article(found.identity), store.events(TOPIC)) == (1, None, [])


def test_a_damaged_file_ends_in_a_sentence(path, store):
    collected(store, *(screened(n) for n in range(300)))
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"is damaged .*restore a backup"), SqliteStore(path) as broken:
        list(broken.entries())


def test_a_cut_file_ends_in_a_sentence(path, store):
    collected(store, *(screened(n) for n in range(300)))
    store.close()
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(StoreError, match="restore a backup"), SqliteStore(path) as broken:
        list(broken.entries())


@pytest.mark.parametrize(
    ("damage", "ask"),
    [
        ("UPDATE entries SET more = '{'", lambda store: list(store.entries())),
        ("UPDATE entries SET verdicts = '[{\"topic\": 1}]'", lambda store: list(store.entries())),
        ("UPDATE feeds SET status = '{}', position = 1", lambda store: store.statuses()),
    ],
)
def test_a_record_that_is_not_ours_ends_in_a_sentence(path, store, damage, ask):
    collected(store, screened(1))
    raw(path).execute(damage).connection.close()
    with pytest.raises(StoreError, match="holds a record that cannot be read"):
        ask(store)


def test_a_lock_file_that_cannot_be_written_is_named(path, store):
    Path(f"{path}.lock").mkdir()
    with pytest.raises(StoreError, match=r"cannot write the lock file .*\.lock"):
        store.hold()


# --------------------------------------------------------------------------- read-only


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that a process without rights can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for file in (folder, *folder.iterdir()):
        file.chmod(0o755)
    shutil.rmtree(folder)


READ = """
import os, sys
from monitor.errors import StoreError
from monitor.store import open_store
from tests.store.make import NOW, collected, screened
if os.getuid() == 0:  # whom no permission stops
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with open_store(sys.argv[1], create=False) as store:
        print(len(list(store.entries())), len(store.events("river-bridge")), store.round().id)
        for write in (lambda: store.open_round(NOW), store.hold):
            try:
                write()
            except StoreError as exc:
                print(exc)
except StoreError as exc:
    print(exc)
"""


def test_a_database_in_a_read_only_folder_is_read_and_refuses_writing(public):
    path = public / "a.db"
    with SqliteStore(path) as store:
        collected(store, screened(1))
        told(store, 1, "ev_1")
    path.chmod(0o444)
    public.chmod(0o555)
    said = run(READ, path).stdout.splitlines()
    assert said[0] == "1 1 1"
    assert "read-only" in said[1]
    assert "cannot write the lock file" in said[2]
    assert [f.name for f in public.iterdir()] == ["a.db"]


def test_a_read_only_database_is_read_while_its_owner_writes(public):
    path = public / "a.db"
    with SqliteStore(path) as store:
        collected(store, screened(1))
        for file in public.iterdir():
            file.chmod(0o444)
        said = run(READ, path).stdout.splitlines()
        assert said[0] == "1 0 1"


def test_an_old_read_only_database_is_not_brought_up_to_date(public):
    path = public / "a.db"
    with SqliteStore(path):
        pass
    raw(path).execute("PRAGMA user_version = 0").connection.close()
    path.chmod(0o444)
    public.chmod(0o555)
    assert "older version" in run(READ, path).stdout


# --------------------------------------------------------------------------- how it is kept


def test_bodies_are_kept_compressed_beside_their_hash(path, store):
    body = "<p>大桥开工</p>".encode() * 1000
    told(store, 1, "ev_1")
    found = article(2)
    whole = digested(found)
    store.finish(type(whole)("", EntryState.KEPT, "", (), found, body), NOW, decides())
    ((size, packed),) = raw(path).execute("SELECT size, data FROM bodies WHERE sha256 = ?", (found.body_sha256,))
    assert (size, zlib.decompress(packed), len(packed) < 1000) == (len(body), body, True)


def test_an_edited_entry_keeps_what_was_sent_before(path, store):
    collected(store, screened(1))
    collected(store, screened(1, title="更正"))
    ((data,),) = raw(path).execute("SELECT data FROM entry_versions")
    assert entry(1).title in data


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        ("SELECT * FROM entries WHERE identity IN (?, ?)", "entries_identity"),
        ("SELECT n FROM entries WHERE state = 'waiting' AND n > 5 ORDER BY n", "entries_state"),
        ("SELECT state, count(*) FROM entries WHERE feed = ? AND round = ? GROUP BY state", "entries_account"),
        ("SELECT event FROM event_keys WHERE topic = ? AND key IN (?, ?)", "PRIMARY KEY"),
        ("SELECT at FROM polls WHERE feed = ? AND turned = 1 ORDER BY id", "polls_turned"),
    ],
)
def test_what_is_asked_often_is_looked_up_in_an_index(path, store, ask, index):
    plan = raw(path).execute(f"EXPLAIN QUERY PLAN {ask}", ("",) * ask.count("?")).fetchall()
    assert [index in row[3] and "TEMP B-TREE" not in row[3] for row in plan] == [True]


def test_a_feed_never_declared_is_no_feed_of_ours(store):
    collected(store, screened(1), url=RSS)
    assert store.statuses() == []
