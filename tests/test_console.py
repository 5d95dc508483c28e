"""What a server sent must not drive the terminal of the person who watches."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from pathlib import Path

import structlog

from monitor.console import log
from tests.commands import monitor, start
from tests.waiting import PATIENCE, stopped, until


def test_neither_a_value_nor_a_traceback_in_the_log_carries_control_or_bidi_characters(capsys):
    log.configure()
    try:
        said = structlog.get_logger()
        said.warning("not reached", reason="\x1b[2J\x9b1m\u202egnp.exe\r\n[info] all is well")
        try:
            raise ValueError("netloc '\x1b]0;owned\x07\u202e' is none")
        except ValueError:
            said.exception("bug")
    finally:
        structlog.reset_defaults()
    told = capsys.readouterr().err
    assert "ValueError: netloc" in told
    assert all(c.isprintable() or c == "\n" for c in told)
    assert "\n[info]" not in told


HOSTILE = "好\x1b[2J\x9b1m\u202egnp.exe\u2028\r\n2025-03-20 08:00:00 [info] event id=ev_1 \ud800" + "长" * 5_000_000


def said(form: str, capsys) -> str:
    """Return what is logged of a hostile server in all the ways that something is logged."""
    log.configure(form)
    try:
        own = structlog.get_logger()
        own.warning("not reached", reason=HOSTILE, problems=[HOSTILE], other=Path(HOSTILE[:50]), count=3, none=None)
        own.error(HOSTILE)
        logging.getLogger("library").warning("job %s was skipped", HOSTILE)
        logging.getLogger("asyncio").error("never retrieved", exc_info=ValueError(HOSTILE))
        try:
            raise ValueError(HOSTILE)
        except ValueError:
            own.exception("bug", url=HOSTILE)
        sys.excepthook(*([ValueError, ValueError(HOSTILE), None]))
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers = []
        sys.excepthook = sys.__excepthook__
    return capsys.readouterr().err


def test_lines_for_people_hold_one_thing_each_and_nothing_that_drives_a_terminal(capsys):
    told = said("text", capsys)
    assert all(c.isprintable() or c == "\n" for c in told) and len(told) < 200_000
    own = [line for line in told.splitlines() if not line.startswith("  ")]
    assert len(own) == 6 and all("[info]" not in line.split("]")[0] for line in own)


def test_lines_for_programs_are_objects_of_ascii(capsys):
    told = said("json", capsys)
    assert told.isascii() and len(told) < 200_000
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["level"] for line in lines] == ["warning", "error", "warning", "error", "error", "critical"]
    assert all(datetime.fromisoformat(line["timestamp"]).tzinfo for line in lines)
    values = [v for line in lines for k, v in line.items() if k != "exception" and isinstance(v, str)]
    assert all(v.isprintable() for v in values)
    assert lines[0]["count"] == 3 and lines[0]["none"] is None and "gnp.exe" in lines[0]["problems"][0]


def test_a_sentence_on_stderr_drives_no_terminal(tmp_path):
    (tmp_path / "config.yaml").write_text("topics: []\n'\u202e\x9b1m': 1\n", "utf-8")
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 2 and all(c.isprintable() or c == "\n" for c in ran.err)


def test_a_daemon_that_logs_for_programs_says_nothing_else(tmp_path):
    (tmp_path / "config.yaml").write_text(
        "database: a.db\nlog: {format: json}\n"
        "topics: [{id: t, question: 桥?, entities: [{id: e, kind: place, names: [云川]}]}]\n",
        "utf-8",
    )
    process = start("run", "--listen", "127.0.0.1:0", cwd=tmp_path)
    until(lambda: "the timeline is at" in (tmp_path / "stderr.txt").read_text("utf-8"))
    assert stopped(process) == 0
    assert (tmp_path / "stdout.txt").read_text() == ""
    assert [json.loads(line) for line in (tmp_path / "stderr.txt").read_text("utf-8").splitlines()]


def test_what_ends_a_daemon_that_logs_for_programs_is_an_object_too(tmp_path):
    (tmp_path / "config.yaml").write_text(
        "database: a.db\nlog: {format: json}\n"
        "topics: [{id: t, question: 桥?, entities: [{id: e, kind: place, names: [云川]}]}]\n",
        "utf-8",
    )
    (tmp_path / "a.db").write_text("no database " * 200)
    process = start("run", cwd=tmp_path)
    assert process.wait(PATIENCE) == 3
    (line,) = (tmp_path / "stderr.txt").read_text("utf-8").splitlines()
    assert "is not a database" in json.loads(line)["event"]
