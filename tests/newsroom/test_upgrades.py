"""A newer version comes to a database while older processes work on it: of monitor, and of the job engine."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate import App

from monitor.errors import Outdated
from monitor.jobs import tables
from monitor.jobs.link import Link
from monitor.store import migrations, open_store, pooled
from tests.commands import monitor, start
from tests.newsroom import config
from tests.newsroom.crew import done
from tests.newsroom.server import ARTICLES
from tests.postgres import Server
from tests.store.make import NOW
from tests.waiting import PATIENCE, stopped, until

pytestmark = pytest.mark.long

# The program of the next version: it knows one migration more.
NEWER = """
import sys
from monitor.store import migrations
migrations.MIGRATIONS += (("ALTER TABLE feeds ADD COLUMN later TEXT",),)
from monitor.cli import main
main(sys.argv[1:])
"""


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as conn:
        found = conn.execute(sql)  # type: ignore[arg-type]
        return found.fetchall() if found.description else []


# --------------------------------------------------------------------------- monitor


def test_who_is_outdated_writes_nothing_more(server: Server, tmp_path):
    url = server.schema(tmp_path)
    with open_store(url) as old:
        old.hold()
        rows(url, "UPDATE monitor SET step = step + 1")
        for act in (lambda: old.open_round(NOW), old.hold):
            with pytest.raises(Outdated, match="brought up to date by a newer version") as caught:
                act()
            assert not caught.value.passing
        assert old.round() is None and old.topics() == []  # what is there can still be read
    assert rows(url, "SELECT count(*) FROM rounds") == [(0,)]


def test_a_newer_version_comes_while_older_ones_work_and_those_end_to_be_started_anew(room, server: Server, crew):
    url = server.schema(crew.home)
    file = config.write(room, crew.home, database=json.dumps(url))
    file.write_text(file.read_text("utf-8").replace("pause: 0s", "pause: 0.3s"), "utf-8")
    assert monitor("seed", cwd=crew.home).status == 0
    for name, command in (("a", "run"), ("b", "work"), ("c", "work")):
        crew.begin(name, command)
    until(lambda: rows(url, "SELECT 1 FROM polls LIMIT 1"))
    (home := crew.home / "new").mkdir()
    with (home / "stderr.txt").open("w") as err:
        command = [sys.executable, "-c", NEWER, "--config", str(file), "work"]
        crew.all["new"] = newer = subprocess.Popen(command, cwd=home, stderr=err, text=True)
    old = {name: process for name, process in crew.all.items() if name != "new"}
    assert {process.wait(PATIENCE) for process in old.values()} == {3}
    for name in old:
        last = crew.said(name).strip().splitlines()[-1]
        assert last.startswith("monitor: ") and last.endswith("start that one here, too"), last
    until(lambda: _is_done(url), 90)
    assert stopped(newer) == 0
    again = start("work", cwd=home, MONITOR_CONFIG=str(file))
    assert again.wait(PATIENCE) == 3  # the older one is still there: it is tried again until somebody replaces it
    assert rows(url, "SELECT step FROM monitor") == [(len(migrations.MIGRATIONS) + 1,)]
    assert rows(url, "SELECT count(*) FROM entries WHERE state IN ('kept', 'rejected')") == [(len(ARTICLES),)]
    rows(url, f"UPDATE monitor SET step = {len(migrations.MIGRATIONS)}")  # what was added does not matter here
    assert done(url) and monitor("verify", cwd=crew.home).status == 0


def _is_done(url: str) -> bool:
    open_ones = rows(
        url, "SELECT 1 FROM entries WHERE state = 'waiting' UNION ALL SELECT 1 FROM rounds WHERE finished IS NULL"
    )
    return not open_ones and rows(url, "SELECT count(*) FROM entries") == [(len(ARTICLES),)]


# --------------------------------------------------------------------------- the job engine

SHAPE = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = current_schema() ORDER BY 1, 2""",
    """SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1""",
    """SELECT proname, pg_get_function_identity_arguments(p.oid), md5(regexp_replace(prosrc, '\\s+', ' ', 'g')) FROM pg_proc p
    JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = current_schema() ORDER BY 1, 2""",
    """SELECT obj_description('procrastinate_jobs'::regclass)""",
)


def made(*urls: str, changes: Path | None = None) -> None:
    """Make the tables, or bring them up to date, by as many at once."""

    async def one(url: str) -> None:
        app = App(connector=Link())
        async with pooled(url, 2) as pool, app.open_async(pool):
            await tables.ready(app, changes)

    async def all_of_them() -> None:
        await asyncio.gather(*map(one, urls))

    asyncio.run(all_of_them())


def older(folder: Path, last: str) -> Path:
    """Return the changes that an engine had which knew them until *last*."""
    folder.mkdir()
    for file in Path(App(connector=Link()).schema_manager.get_migrations_path()).glob("*.sql"):
        if file.stem <= last:
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize("last", ["03.00.00_50_post_cancel_notification", "03.02.00_01_pre_batch_defer_jobs"])
def test_the_tables_of_an_older_engine_are_brought_up_to_date_by_whoever_comes_first(server: Server, tmp_path, last):
    old, new = server.schema(tmp_path / "old"), server.schema(tmp_path / "new")
    made(new)
    for file in sorted(older(tmp_path / last, last).glob("*.sql")):
        rows(old, file.read_text("utf-8"))
    rows(old, f"COMMENT ON TABLE procrastinate_jobs IS 'monitor: {last}'")
    made(old, old, old)
    assert [rows(old, ask) for ask in SHAPE] == [rows(new, ask) for ask in SHAPE]


def test_tables_made_before_the_comment_was_written_are_known(server: Server, tmp_path):
    url = server.schema(tmp_path)
    made(url, url, url)
    (said,) = rows(url, SHAPE[-1])[0]
    rows(url, "COMMENT ON TABLE procrastinate_jobs IS NULL")
    made(url)
    assert said == f"monitor: {tables.FIRST}"


def test_an_older_engine_leaves_newer_tables_alone(server: Server, tmp_path):
    url = server.schema(tmp_path)
    made(url)
    with pytest.raises(Outdated, match="newer procrastinate"):
        made(url, changes=older(tmp_path / "older", "03.02.00_01_pre_batch_defer_jobs"))
