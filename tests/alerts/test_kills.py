"""The whole program killed at any instant: every event that is news is told, and whoever is told twice can know it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.alerts.press import Press, signing, today, visit
from tests.commands import monitor, start
from tests.waiting import PATIENCE, ended, stopped

CYCLES = int(os.environ.get("CRASH_CYCLES", "60"))


@pytest.fixture
def home(press: Press, tmp_path: Path) -> Path:
    press.config(tmp_path, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}"}}')
    press.publish("洛阳市举行春季花会", "洛阳市举行春季花会。")
    assert monitor("poll", cwd=tmp_path).status == 0
    return tmp_path


def told(press: Press) -> dict[str, set[str]]:
    """Return the keys under which each event was told as new; the same key always came with the same body."""
    keys: dict[str, set[str]] = defaultdict(set)
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for got in press.got:
        bodies[got.key].add(got.body)
        notices = got.told["notices"]
        assert isinstance(notices, list)
        for notice in notices:
            if "new" in notice["what"]:
                keys[notice["event"]["id"]].add(got.key)
    assert all(len(same) == 1 for same in bodies.values())
    return keys


def test_killed_after_an_alert_was_taken_and_before_that_was_kept_it_sends_the_same_again(home, press):
    process: list[subprocess.Popen[str]] = []

    def answer(path: str) -> tuple[int, dict[str, str]]:
        if len(press.got) <= 3:
            process[-1].kill()
        return 204, {}

    press.answer = answer
    press.publish(*signing())
    for _ in range(4):
        process.append(start("poll", "--all", cwd=home))
        process[-1].wait(PATIENCE)
    assert [p.returncode for p in process] == [-signal.SIGKILL] * 3 + [0]
    assert len(press.got) == 4 and len({got.key for got in press.got}) == len({got.body for got in press.got}) == 1


def kills(home: Path, press: Press, cycles: int) -> None:
    chance = random.Random(7)
    for cycle in range(cycles):
        press.publish(*visit(25 * (cycle + 1)))
        if cycle % 3 == 0:
            press.answer = (lambda path: (500, {})) if cycle % 2 else (lambda path: (204, {}))
        process = start("poll", "--all", cwd=home)
        try:
            process.wait(0.4 + chance.random() * 1.2)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
    press.answer = lambda path: (204, {})
    last(home)
    events = json.loads(monitor("export", "--format", "json", cwd=home).out)["events"]
    keys = told(press)
    assert set(keys) == {e["id"] for e in events} and len(events) >= cycles * 0.9
    assert all(len(same) == 1 for same in keys.values())


def last(home: Path) -> None:
    """Deliver what is left: put the hour forward for what was put off, and poll."""
    assert monitor("poll", "--all", cwd=home).status == 0
    waiting = json.loads(monitor("alerts", "list", "--format", "json", cwd=home).out)
    if waiting["alerts"]:
        assert monitor("alerts", "retry", *(a["id"] for a in waiting["alerts"]), cwd=home).status == 0
    assert monitor("poll", "--all", cwd=home).status == 0
    assert json.loads(monitor("alerts", "list", "--format", "json", cwd=home).out) == {"alerts": [], "pending": []}


def test_a_few_kills_lose_no_alert_and_double_none_without_its_key(home, press):
    kills(home, press, 4)


def test_a_source_that_cannot_be_seen_is_told_and_so_is_its_return(home, press):
    press.config(home, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}"}}', "  blind_after: 0\n")
    assert monitor("poll", "--all", cwd=home).status == 0
    for down in (True, True, False, False):
        press.down = down
        assert monitor("poll", "--all", cwd=home).status == 0
    said = [got.told for got in press.got]
    assert [(n["what"], n["seen"]) for told in said for n in told["notices"]] == [(["blind"], False), (["blind"], True)]
    assert "来源看不到" in str(said[0]["title"]) and press.url("/rss") in str(said[0]["text"])


@pytest.mark.long
def test_many_kills_lose_no_alert_and_double_none_without_its_key(home, press):
    kills(home, press, CYCLES)


def test_a_daemon_tells_beside_its_polls_and_ends_when_told_while_a_channel_hangs(home, press):
    press.hang = 60
    press.config(
        home,
        f'{{id: slow, kind: webhook, url: "{press.url("/hang")}"}}\n{{id: desk, kind: webhook, url: "{press.url("/hook")}"}}',
    )
    assert monitor("seed", cwd=home).status == 0  # the channels are declared from here on
    press.publish(*signing())
    process = start("run", cwd=home)
    try:
        (home / "now.txt").write_text("\n\n".join(signing()), "utf-8")
        assert monitor("ingest", home / "now.txt", "--published", today(), cwd=home).status == 0
        press.heard(2)
        assert stopped(process) == 0
    finally:
        ended(process)
    assert {got.headers["path"] for got in press.got} == {"/hang", "/hook"}
    assert abs(press.got[0].at - press.got[1].at) < 2  # on one host, and neither waits for the other
    states = json.loads(monitor("alerts", "list", "--all", "--format", "json", cwd=home).out)["alerts"]
    assert {a["channel"]: a["state"] for a in states} == {"slow": "waiting", "desk": "sent"}
