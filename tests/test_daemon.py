"""The daemon as a process of its own: it polls, obeys signals, and can be killed at any time."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands import monitor, start
from tests.newsroom import config
from tests.newsroom.server import ARTICLES
from tests.waiting import ended, stopped, until


@pytest.fixture
def home(room, tmp_path) -> Path:
    folder = tmp_path / "新闻 室"
    folder.mkdir()
    config.write(room, folder)
    return folder


@pytest.fixture
def run(home) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    begun: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        begun.append(start("run", cwd=home))
        return begun[-1]

    yield begin
    for process in begun:
        ended(process)


def states(home: Path) -> list[str]:
    ran = monitor("entries", "--format", "jsonl", cwd=home)
    return [json.loads(line)["state"] for line in ran.out.splitlines()]


def settled(home: Path) -> bool:
    found = states(home)
    return len(found) == len(ARTICLES) and "waiting" not in found


def said(home: Path, words: str) -> bool:
    return words in (home / "stderr.txt").read_text("utf-8")


def test_it_shows_the_timeline_polls_alone_and_ends_cleanly_when_told(home, run):
    process = run()
    until(lambda: said(home, "polled"))
    refused = monitor("poll", cwd=home)
    assert refused.status == 3 and len(refused.err.strip().splitlines()) == 1
    # Whoever else writes is not kept from it.
    assert monitor("seed", cwd=home).status == 0
    assert monitor("timeline", "xiaomi-luoyang", cwd=home).status == 0
    until(lambda: settled(home))
    assert stopped(process) == 0
    out = (home / "stdout.txt").read_text("utf-8")
    assert "小米能落地洛阳吗?" in out and "5 sources" in out
    assert "2025-06-12" in monitor("timeline", "xiaomi-luoyang", cwd=home).out


def test_it_takes_over_a_changed_configuration_and_refuses_a_wrong_one(home, run):
    file = home / "config.yaml"
    good = file.read_text("utf-8")
    process = run()
    until(lambda: settled(home))
    file.write_text(good + "colour: red\n", "utf-8")
    process.send_signal(signal.SIGHUP)
    until(lambda: said(home, "configuration refused"))
    file.write_text(good.replace("中原晚报", "中原早报"), "utf-8")
    process.send_signal(signal.SIGHUP)
    until(lambda: said(home, "configuration read"))
    assert stopped(process, signal.SIGINT) == 0  # as a person at a terminal does


WITHIN = """
import os, signal, sys, weakref
from monitor.cli import polling
polling._may_be_ended()
class Module: pass
module = Module()
callback = weakref.ref(module, lambda _: os.kill(os.getpid(), signal.SIGTERM))
del module
sys.exit(7)
"""


def test_who_is_told_to_stop_while_a_module_is_imported_stops(tmp_path):
    """Python forgets a module's lock in a callback, where an exception is shown and ends nothing."""
    assert subprocess.run([sys.executable, "-c", WITHIN], cwd=tmp_path).returncode == 0


def test_a_kill_loses_nothing_and_doubles_nothing(home, run):
    for moment in (0.0, 0.05, 0.2):
        process = run()
        until(lambda: "5 sources" in (home / "stdout.txt").read_text("utf-8"))
        time.sleep(moment)
        ended(process)
    run()
    until(lambda: settled(home))
    ids = [json.loads(line)["id"] for line in monitor("entries", "--format", "jsonl", cwd=home).out.splitlines()]
    assert len(ids) == len(set(ids)) == len(ARTICLES)
    args = ("export", "--format", "json", "--topic", "xiaomi-luoyang")
    events = json.loads(monitor(*args, cwd=home).out)["events"]
    assert [e["independent_origins"] for e in events if e["when"]["edtf"] == "2025-06-12"] == [4]


def test_sources_that_cannot_be_reached_are_said_with_their_next_try(home, room, run):
    room.__exit__()
    run()
    until(lambda: (home / "stderr.txt").read_text("utf-8").count("not reached") == 5)
    line = next(x for x in (home / "stderr.txt").read_text("utf-8").splitlines() if "not reached" in x)
    assert "next_try=" in line and "reason=" in line
    told = json.loads(monitor("sources", "--format", "json", cwd=home).out)
    assert {s["state"] for s in told} == {"failing"} and all(s["next_poll"] for s in told)
