"""What can happen to a PostgreSQL database: every mishap ends in one clear sentence, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError, StoreError
from monitor.model import Change, shown_database
from monitor.store import dialect, exists, migrations, open_store
from monitor.store.base import Decider
from monitor.store.on_postgres import Connection, PostgresStore
from tests.postgres import Server, serving

from .make import NOW, RSS, TOPIC, article, change, collected, decides, digested, entry, mention, placed, screened, told
from .relay import Relay

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(server: Server, tmp_path: Path) -> str:
    return server.schema(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    with PostgresStore(url, patience=0.2) as store:
        yield store


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        found = conn.execute(sql)  # type: ignore[arg-type]
        return found.fetchall() if found.description else []


# --------------------------------------------------------------------------- opening


def test_a_database_is_named_by_its_url_and_there_once_something_is_in_it(url):
    assert not exists(url)
    with pytest.raises(StoreError, match=r"is empty; `monitor seed`"):
        open_store(url, create=False)
    open_store(url).close()
    assert exists(url)
    with open_store(url, create=False) as store:
        assert store.topics() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ({"user": "stranger"}, 'role "stranger" does not exist'),
        ({"port": "1"}, "No such file or directory"),
    ],
)
def test_what_cannot_be_reached_is_one_sentence(server, wrong, sentence):
    with pytest.raises(StoreError, match=f"^cannot connect to postgresql://.*{sentence}") as caught:
        open_store(server.url(**wrong))
    assert "\n" not in str(caught.value)


def test_a_wrong_password_is_said_and_not_told(server):
    server.do("DROP ROLE IF EXISTS locked", "CREATE ROLE locked LOGIN PASSWORD 'right'")
    url = server.url(user="locked:geheim")
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        open_store(url)
    assert "geheim" not in str(caught.value)
    assert not exists(server.url(user="locked:right"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:ge%heim@localhost/a",
        "postgresql://ann:geheim@localhost:port/a",
        "postgresql://ann:geheim@localhost/a?sslmod=x",
        "postgresql://ann:ge/heim@localhost/a",
        "postgresql://ann:ge@heim@[localhost/a",
        "postgresql://localhost/a?password=geheim&no",
    ],
)
def test_a_url_that_cannot_be_read_is_a_matter_of_the_configuration_and_tells_no_password(url):
    with pytest.raises((ConfigError, StoreError)) as caught:
        open_store(url)
    chain: BaseException | None = caught.value
    while chain:
        assert "heim" not in str(chain)
        chain = chain.__cause__
    assert "heim" not in shown_database(url)


def test_an_old_server_is_refused(url):
    with pytest.raises(StoreError, match=r"is PostgreSQL 1\d; 99 or newer is needed"):
        Connection(url, create=True, oldest=99)


def test_text_must_be_utf8(server):
    server.do("DROP DATABASE IF EXISTS latin", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match="keeps text as LATIN1"):
        open_store(server.url("latin"))


def test_a_schema_that_is_not_there_is_named(server):
    with pytest.raises(StoreError, match="has no schema to keep tables in"):
        open_store(server.url(options="-csearch_path=none"))


def test_the_tables_of_another_program_are_left_alone(url):
    rows(url, "CREATE TABLE notes (id bigint)")
    with pytest.raises(StoreError, match="another program in its schema"):
        open_store(url)
    assert len(rows(url, "SELECT * FROM pg_tables WHERE schemaname = current_schema()")) == 1


def test_a_database_of_a_newer_version_is_left_alone_and_an_older_one_is_not_upgraded_by_reading(url):
    open_store(url).close()
    rows(url, "UPDATE monitor SET step = 999")
    with pytest.raises(StoreError, match=r"newer version of monitor \(schema 999"):
        open_store(url)
    rows(url, "UPDATE monitor SET step = 1")
    with pytest.raises(StoreError, match="older version of monitor"):
        open_store(url, create=False)


def at_version(url: str, version: int) -> None:
    """Make the tables as the program that knew *version* steps left them."""
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE monitor (step BIGINT NOT NULL, moving BIGINT NOT NULL DEFAULT 0)")
        conn.execute("INSERT INTO monitor VALUES (%s)", [version])
        for statements in list(dialect.steps(migrations.MIGRATIONS))[:version]:
            for statement in statements:
                conn.execute(statement)  # type: ignore[arg-type]


SHAPE = """
    SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
    WHERE table_schema = current_schema() ORDER BY 1, ordinal_position
"""
INDICES = """
    SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1
"""


@pytest.mark.parametrize("version", range(len(migrations.MIGRATIONS) + 1))
def test_every_version_we_ever_shipped_is_brought_up_to_date(server, tmp_path, version):
    old, new = server.schema(tmp_path / "old"), server.schema(tmp_path / "new")
    at_version(old, version)
    for url in (old, new):
        open_store(url).close()
    assert [rows(old, ask) for ask in (SHAPE, INDICES)] == [rows(new, ask) for ask in (SHAPE, INDICES)]


def test_three_that_make_the_tables_at_once_all_succeed(server, tmp_path):
    for n in range(5):
        url, gate = server.schema(tmp_path / str(n)), threading.Barrier(3)

        def create(url: str = url, gate: threading.Barrier = gate) -> None:
            gate.wait()
            PostgresStore(url).close()

        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(create) for _ in range(3)]:
                done.result()
        assert rows(url, "SELECT step FROM monitor") == [(len(migrations.MIGRATIONS),)]


# --------------------------------------------------------------------------- rights


@pytest.fixture
def stranger(server: Server, url: str) -> str:
    """The URL of one who may read the tables and nothing else."""
    with open_store(url) as store:
        collected(store, screened(1))
    (schema,) = rows(url, "SELECT current_schema()")[0]
    if not rows(url, "SELECT 1 FROM pg_roles WHERE rolname = 'stranger2'"):
        server.do("CREATE ROLE stranger2 LOGIN")
    server.do(
        f"GRANT USAGE ON SCHEMA {schema} TO stranger2", f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO stranger2"
    )
    return url.replace("owner@", "stranger2@")


def test_who_may_only_read_reads_and_is_told_what_is_missing_to_write(stranger):
    with open_store(stranger, create=False) as store:
        assert len(list(store.entries())) == 1
        with pytest.raises(StoreError, match=r"permission denied for .*grant the right"):
            store.open_round(NOW)


def test_who_may_make_no_tables_is_told_so(server, url):
    server.do("DROP ROLE IF EXISTS nobody_much", "CREATE ROLE nobody_much LOGIN")
    (schema,) = rows(url, "SELECT current_schema()")[0]
    server.do(f"GRANT USAGE ON SCHEMA {schema} TO nobody_much")
    with pytest.raises(StoreError, match=r"permission denied for schema .*; grant the right and run again"):
        open_store(url.replace("owner@", "nobody_much@"))
    server.do(f"REVOKE ALL ON SCHEMA {schema} FROM nobody_much", "DROP ROLE nobody_much")


def test_a_server_that_only_answers_refuses_writing_for_now(url):
    open_store(url).close()
    reading = f"{url}%20-cdefault_transaction_read_only%3Don"  # as on a standby
    with open_store(reading, create=False) as reader, pytest.raises(StoreError, match="read-only") as caught:
        reader.open_round(NOW)
    assert caught.value.passing


# --------------------------------------------------------------------------- mishaps


def test_a_full_disk_ends_in_a_sentence_and_nothing_is_half_written(url, store):
    collected(store, screened(1))
    rows(
        url,
        """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.n > 300) EXECUTE FUNCTION full_disk()""",
    )
    with pytest.raises(StoreError, match=r"the disk is full.*free some space.*what came before is kept") as caught:
        collected(store, *(screened(n) for n in range(2, 500)))
    assert caught.value.passing and [e.title for e in store.entries()] == [entry(1).title]
    rows(url, "DROP TRIGGER full_disk ON entries")
    collected(store, *(screened(n) for n in range(2, 500)))
    assert len(list(store.entries())) == 499


def test_a_record_that_is_not_ours_ends_in_a_sentence(url, store):
    collected(store, screened(1))
    rows(url, "UPDATE entries SET more = '{'")
    with pytest.raises(StoreError, match="holds a record that cannot be read"):
        list(store.entries())


def ended(url: str, store: PostgresStore) -> None:
    """Let the server end the connection of *store*."""
    (gone,) = rows(url, f"SELECT pg_terminate_backend({store._connection.db.conn.info.backend_pid}, 5000)")
    assert gone == (True,)


def test_a_lost_connection_is_made_again_with_the_next_transaction(url, store):
    collected(store, screened(1))
    ended(url, store)
    with pytest.raises(StoreError) as caught:
        store.open_round(NOW)
    assert caught.value.passing and "\n" not in str(caught.value)
    collected(store, screened(2))
    assert len(list(store.entries())) == 2


def test_a_connection_that_is_lost_while_writing_loses_that_transaction_whole(url, store):
    def decide(decider: Decider) -> Sequence[Change]:
        ended(url, store)
        return [change("ev_1")]

    with pytest.raises(StoreError) as caught:
        store.finish(digested(article(1)), NOW, decide)
    assert caught.value.passing
    assert (store.article(article(1).identity), store.events(TOPIC)) == (None, [])
    told(store, 1, "ev_1")
    assert len(store.events(TOPIC)) == 1


def test_what_was_to_be_written_together_is_not_written_in_part_where_the_connection_was_lost_between(url, store):
    with pytest.raises(StoreError), store.together():
        collected(store, screened(1))
        ended(url, store)
        for n in (2, 3):
            with pytest.raises(StoreError):
                collected(store, screened(n))
    assert list(store.entries()) == []


@pytest.fixture
def relay(server: Server, tmp_path: Path) -> Iterator[Relay]:
    relay = Relay(tmp_path, server.folder)
    yield relay
    relay.close()


def through(url: str, server: Server, folder: Path) -> PostgresStore:
    from urllib.parse import quote

    return PostgresStore(url.replace(quote(str(server.folder), safe=""), quote(str(folder), safe="")))


def test_a_commit_whose_answer_is_lost_is_asked_for_again(server, url, relay, tmp_path):
    with through(url, server, tmp_path) as store:
        store.hold()
        relay.cut = "after"
        store.seed([], NOW, decides(change("ev_1")))
        assert [e.id for e in store.events(TOPIC)] == ["ev_1"]
        relay.cut = "before"
        with pytest.raises(StoreError) as caught:
            store.seed([], NOW, decides(change("ev_2")))
        assert caught.value.passing and [e.id for e in store.events(TOPIC)] == ["ev_1"]
        with pytest.raises(StoreError, match="another monitor"), PostgresStore(url) as other:
            other.hold()


def test_the_lock_is_taken_again_or_another_has_it(url, store):
    store.hold()
    ended(url, store)
    with pytest.raises(StoreError, match=r"lost|ended our work"):
        store.topics()
    store.topics()
    with PostgresStore(url) as other:
        with pytest.raises(StoreError, match=rf"another monitor \(process {os.getpid()} on "):
            other.hold()
        ended(url, store)
        other.hold()
        with pytest.raises(StoreError):
            store.topics()
        with pytest.raises(StoreError, match="another monitor"):
            store.topics()


# --------------------------------------------------------------------------- killed

WRITER = """
import sys, time
from monitor.errors import StoreError
from monitor.store import open_store
from tests.store.make import collected, screened
store = open_store(sys.argv[1])
store.hold()
first = int(sys.argv[2])
while True:
    try:
        collected(store, *(screened(n) for n in range(first, first + 10)))
    except StoreError as error:
        assert error.passing, error
        time.sleep(0.05)
        continue
    print(first, flush=True)
    first += 10
"""


def writing(url: str, first: int) -> subprocess.Popen[bytes]:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(first)], cwd=ROOT, stdout=subprocess.PIPE)
    assert writer.stdout and writer.stdout.readline()
    return writer


def whole(url: str) -> int:
    """Check that what is there is whole polls in order, each entry once; return the next number."""
    with PostgresStore(url) as store:
        found = [e.url for e in store.entries()]
        assert set(store.known(RSS, found)) == set(found)
    assert found == [entry(n).url for n in range(len(found))] and len(found) % 10 == 0
    return len(found)


def test_killed_writers_leave_every_promised_entry_once_and_free_their_lock(url):
    first = 0
    for n in range(10):
        writer = writing(url, first)
        time.sleep(0.01 * n)
        writer.send_signal(signal.SIGKILL)
        assert writer.stdout
        promised = [int(line) for line in writer.stdout.read().split()] or [first]
        writer.wait()
        writer.stdout.close()
        first = whole(url)
        assert first >= promised[-1] + 10


def test_a_server_that_is_killed_comes_back_with_all_that_was_promised_and_its_writer_goes_on(tmp_path):
    with serving() as server:
        url = server.schema(tmp_path)
        writer = writing(url, 0)
        assert writer.stdout
        for n in range(4):
            time.sleep(0.05 + 0.03 * n)
            server.kill()
            server.start()
        promised = [int(writer.stdout.readline()) for _ in range(21)]  # it goes on: more are to come
        writer.kill()
        promised += [int(line) for line in writer.stdout.read().split()]
        writer.wait()
        writer.stdout.close()
        assert promised == [10 * n for n in range(1, len(promised) + 1)]
        assert whole(url) >= promised[-1] + 10


# --------------------------------------------------------------------------- how it is kept


@pytest.mark.parametrize("table", ["revisions", "event_versions", "declarations"])
def test_history_is_append_only(url, store, table):
    told(store, 1, "ev_1")
    rows(url, "INSERT INTO declarations (at, kind, name, data) VALUES ('', 'topic', 'x', NULL)")
    for statement in (f"UPDATE {table} SET at = ''", f"DELETE FROM {table}"):
        with pytest.raises(psycopg.IntegrityError, match=f"{table} is append-only"):
            rows(url, statement)


def test_an_address_may_be_as_long_as_one_may_be(store):
    long = "https://paper.example/" + "".join(f"{n:04x}" for n in range(1000))
    found = screened(1)
    named = type(found)(
        type(found.entry)(long, long, "题", "", found.entry.published), "sha", found.state, found.verdicts
    )
    collected(store, named, url=long)
    collected(store, named, url=RSS)
    assert [known.feed for known in store.known(long, [long]).values()] == [long]
    assert len(list(store.entries())) == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\x1a01")))
def test_any_text_comes_back_as_it_was(store, said):
    with store._connection.read() as db:
        assert db.execute("SELECT CAST(? AS text) AS said", (said,)).fetchone()["said"] == said


def test_text_is_ordered_as_sqlite_orders_it(store):
    with store._connection.read() as db:
        sql = "SELECT name FROM (VALUES ('b'), ('B'), ('a'), ('é'), ('中')) x (name) ORDER BY name COLLATE \"C\""
        assert [r["name"] for r in db.execute(sql)] == sorted(["b", "B", "a", "é", "中"])


def test_numbers_have_no_gaps_where_writing_failed(url, store):
    stray = placed(mention(article(9)), article(9))  # of an article that nobody saved
    for n in range(3):
        told(store, n, f"ev_{n}")
        with pytest.raises(ZeroDivisionError):
            store.seed([], NOW, lambda d: [][1 // 0])
        with pytest.raises(StoreError):
            store.seed([], NOW, decides(change("ev_x"), change("ev_y", stray)))
    assert not [fault for fault in store.audit([], []).faults if "are gone" in fault]
    assert rows(url, "SELECT max(n), count(*) FROM evidence") == [(3, 3)]
