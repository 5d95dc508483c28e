"""What the doctor finds on machines that are well and that are not, and with which status it ends."""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import declared, doctor
from monitor.clock import clock
from monitor.doctor import State
from monitor.errors import InputError
from monitor.store import lock, migrations
from tests.commands import monitor
from tests.loopback import Call, Loopback, Reply
from tests.store.make import collected, screened
from tests.web import town

CONFIG = """\
database: a.db
web: {{listen: "off"}}
fetch: {{timeout: 2s, pause: 0s, allow_private: [{private}]}}
feeds: [{feeds}]
topics: [{{id: bridge, question: 大桥能通车吗?, entities: [{{id: bridge, kind: product, names: [大桥]}}]}}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    configured(tmp_path, "http://127.0.0.1:9/rss.xml")
    with town.open_store(str(tmp_path / "a.db")) as store:
        collected(store, screened(1))
    return tmp_path


def configured(home: Path, *urls: str) -> None:
    feeds = ", ".join(f'{{url: "{url}"}}' for url in urls)
    private = ", ".join(f'"{url.split("/")[2]}"' for url in urls)
    (home / "config.yaml").write_text(CONFIG.format(feeds=feeds, private=private), "utf-8")


def found(home: Path, *options: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """Return the status, and for each check its gravest state with what was found and what is to be done."""
    ran = monitor("doctor", "--format", "json", *options, cwd=home)
    told = json.loads(ran.out)["findings"]
    grave = ["ok", "warning", "failure"]
    ordered = sorted(told, key=lambda f: grave.index(f["state"]))
    return ran.status, {f["check"]: (f["state"], f["found"], f["todo"] or "") for f in ordered}


def execute(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "a.db", isolation_level=None)) as db:
        db.execute(sql)


def test_a_machine_that_is_well_is_said_to_be(home):
    before = (home / "a.db").read_bytes()
    status, told = found(home)
    assert status == 0 and {state for state, _, _ in told.values()} == {"ok"}
    assert set(told) == {
        "python",
        "packages",
        "sqlite",
        "config",
        "disk",
        "database",
        "lock",
        "clock",
        "zones",
        "files",
        "page",
    }
    assert (home / "a.db").read_bytes() == before and {f.name for f in home.iterdir()} == {"a.db", "config.yaml"}


def test_it_looks_before_there_is_a_database_and_makes_none(home):
    (home / "a.db").unlink()
    status, told = found(home)
    assert status == 0 and "not there yet" in told["database"][1] and not (home / "a.db").exists()


def test_a_wrong_configuration_is_told_whole_and_the_rest_is_looked_at(home):
    (home / "config.yaml").write_text("colour: red\n", "utf-8")
    status, told = found(home)
    assert status == 2 and told["config"][0] == "failure" and "colour" in told["config"][1]
    assert "mend the file" in told["config"][2] and told["sqlite"][0] == "ok"


def test_a_damaged_database_is_found(home):
    with (home / "a.db").open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 4096 * 8)
    status, told = found(home)
    assert status == 3 and "damaged" in told["database"][1] and "monitor restore" in told["database"][2]


def test_what_is_no_database_is_found(home):
    (home / "a.db").write_text("hello " * 1000)
    status, told = found(home)
    assert (status, told["database"][0]) == (3, "failure") and "is not a database" in told["database"][1]


def test_a_newer_database_is_found_and_an_older_one_is_left_as_it_is(home):
    execute(home, "PRAGMA user_version = 999")
    status, told = found(home)
    assert status == 3 and "newer version" in told["database"][1]
    execute(home, "PRAGMA user_version = 2")
    status, told = found(home)
    assert status == 0 and told["database"][0] == "warning" and "leaves a copy" in told["database"][2]
    with closing(sqlite3.connect(home / "a.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_daemon_is_named(home):
    with lock.held(home / "a.db"):
        assert "polls into it" in found(home)[1]["lock"][1]
    assert "nobody" in found(home)[1]["lock"][1]


def test_a_folder_that_is_not_there_is_found(home):
    text = (home / "config.yaml").read_text("utf-8").replace("a.db", "deep/a.db")
    (home / "config.yaml").write_text(text, "utf-8")
    status, told = found(home)
    assert (status, told["disk"][0]) == (3, "failure") and "make the folder" in told["disk"][2]


def test_a_disk_that_takes_no_database_is_found(home):
    """No file may have a byte, as on a disk that is full."""
    code = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\nfrom monitor.cli import main\nmain()"
    command = [sys.executable, "-c", code, "doctor", "--format", "json"]
    ran = subprocess.run(command, cwd=home, capture_output=True, text=True)
    (disk,) = [f for f in json.loads(ran.stdout)["findings"] if f["check"] == "disk"]
    assert (ran.returncode, disk["state"]) == (3, "failure") and "no database can be kept" in disk["found"]


def test_a_clock_that_stands_before_the_last_round_or_the_installation_is_found(home):
    with town.open_store(str(home / "a.db")) as store:
        store.open_round(clock() + timedelta(days=1))
    status, told = found(home)
    assert (status, told["clock"][0]) == (1, "failure") and "before the last round" in told["clock"][1]
    told_then, _ = doctor.examined(
        lambda: declared.read(home / "config.yaml"), lambda _: None, datetime(2001, 1, 1, tzinfo=UTC)
    )
    assert [f.state for f in told_then if f.check == "clock"] == [State.FAILURE]


def test_few_open_files_are_a_warning(home):
    settings = declared.read(home / "config.yaml").settings
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    asked = doctor._files(replace(settings.fetch, concurrency=limit))
    assert asked.state is State.WARNING and "LimitNOFILE" in asked.todo


def test_an_address_that_is_taken_is_a_warning_but_beside_the_daemon(home):
    def taken(_: str) -> None:
        raise InputError("cannot listen on it")

    text = (home / "config.yaml").read_text("utf-8")
    (home / "config.yaml").write_text(text.replace('"off"', '"127.0.0.1:8321"'), "utf-8")

    def state() -> State:
        told, _ = doctor.examined(lambda: declared.read(home / "config.yaml"), taken, clock())
        return next(f.state for f in told if f.check == "page")

    assert state() is State.WARNING
    with lock.held(home / "a.db"):
        assert state() is State.OK


class Late(Loopback):
    """A server that answers, and whose clock is an hour behind ours."""

    dated = False

    def reply(self, call: Call) -> Reply:
        dated = {"Date": "Thu, 20 Mar 2025 08:30:00 GMT"}
        return Reply(404, headers=dated) if call.path == "/robots.txt" else Reply(200, b"ok", dated)


def test_the_network_is_asked_only_where_a_person_says_so_and_tells_the_time_too(home):
    with Late() as server:
        configured(home, server.url("/rss.xml"), "http://127.0.0.1:9/rss.xml")
        assert "network" not in found(home)[1]
        status, told = found(home, "--network")
        assert status == 0 and told["network"][0] == "warning" and "127.0.0.1:9" in told["network"][1]
        assert told["clock"][0] == "warning" and "2025-03-20 08:30:00" in told["clock"][1]


def test_a_machine_without_a_network_is_found(home):
    status, told = found(home, "--network")
    assert status == 1 and told["network"][:2] == ("failure", "no host answered")
    configured(home)
    assert found(home, "--network")[1]["network"][0] == "warning"


def test_people_read_what_to_do_under_what_was_found(home):
    execute(home, "PRAGMA user_version = 999")
    ran = monitor("doctor", cwd=home)
    line = next(line for line in ran.out.splitlines() if "newer version" in line)
    assert line.startswith("failure  database") and ran.status == 3
    assert "-> " in ran.out and str(len(migrations.MIGRATIONS)) in line


def test_what_is_graver_decides_the_status():
    one = doctor.Finding("clock", State.FAILURE, "")
    assert doctor.status([one]) == 1
    assert doctor.status([one, replace(one, status=3)]) == 3
    assert doctor.status([one, replace(one, status=2), replace(one, status=3)]) == 2
    assert doctor.status([replace(one, state=State.WARNING, status=3)]) == 0


AS_NOBODY = """
import os, sys
from pathlib import Path
from monitor.store.checkup import checkup
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
print(checkup(Path(sys.argv[1])).fault)
"""


def test_a_folder_that_may_not_be_looked_into_is_told_in_a_sentence(home):
    locked = home / "locked"
    locked.mkdir()
    (home / "a.db").rename(locked / "a.db")
    locked.chmod(0o000)
    try:
        command = [sys.executable, "-c", AS_NOBODY, str(locked / "a.db")]
        ran = subprocess.run(command, capture_output=True, text=True)
    finally:
        locked.chmod(0o700)
    assert "cannot be opened: Permission denied" in ran.stdout, ran.stderr
