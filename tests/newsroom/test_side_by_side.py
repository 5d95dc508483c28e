"""`run` and `work` as processes on one PostgreSQL database: each keeps every promise, and together they do the work once."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.alerts.press import Press, today, visit
from tests.alerts.test_kills import told
from tests.commands import monitor
from tests.newsroom import config
from tests.newsroom.crew import Crew, done
from tests.newsroom.server import ARTICLES
from tests.postgres import Server
from tests.test_supervisor import Ear
from tests.waiting import PATIENCE, stopped, until
from tests.web.test_health import samples

pytestmark = pytest.mark.long

MINUTE = 60.0  # within which another takes over


def test_several_share_the_work_and_when_the_one_that_leads_is_killed_another_does(room, server: Server, crew):
    url = server.schema(crew.home)
    config.write(room, crew.home, database=json.dumps(url))
    monitor("seed", cwd=crew.home)
    crew.begin("a", "run", "--listen", "127.0.0.1:0")
    crew.begin("b", "run", "--listen", "127.0.0.1:0")
    crew.begin("c", "work", "--listen", "127.0.0.1:0")
    until(lambda: done(url))
    assert all(count == 1 for path, count in room.asked.items() if "/n/" in path)
    until(lambda: all(crew.address(name) for name in crew.all))

    def leading(name: str) -> float:
        address = crew.address(name)
        assert httpx.get(address + "health/ready", trust_env=False).status_code == 200
        figures = samples(httpx.get(address + "metrics", trust_env=False).text)
        assert ("monitor_overdue_seconds", "") in figures or not figures["monitor_leading", ""]
        return figures["monitor_leading", ""]

    def agreed() -> bool:
        first = crew.leader()
        return {name: leading(name) for name in crew.all} == {name: float(name == first) for name in crew.all}

    until(agreed)  # each has looked who leads
    first = crew.leader()
    crew.all[first].send_signal(signal.SIGKILL)
    crew.all.pop(first).wait()
    until(crew.leader, MINUTE)
    assert "2025-06-12" in httpx.get(crew.address(crew.leader()), trust_env=False).text
    refused = monitor("poll", cwd=crew.home)
    assert refused.status == 3 and f"another monitor (process {crew.all[crew.leader()].pid}" in refused.err
    for process in crew.all.values():
        process.send_signal(signal.SIGTERM)
    assert [process.wait(10) for process in crew.all.values()] == [0, 0]
    assert monitor("poll", cwd=crew.home).status == 0 and monitor("verify", cwd=crew.home).status == 0
    assert len(monitor("entries", "--format", "jsonl", cwd=crew.home).out.splitlines()) == len(ARTICLES)


@pytest.mark.parametrize("command", ["run", "work"])
def test_each_tells_systemd_takes_over_a_changed_configuration_and_refuses_a_wrong_one(
    room, server: Server, crew, command
):
    file = config.write(room, crew.home, database=json.dumps(server.schema(crew.home)))
    good = file.read_text("utf-8")
    ear = Ear(str(crew.home / "notify"))
    process = crew.begin("one", command, **ear.environment)
    assert "READY=1" in ear.heard(PATIENCE, until="READY=1")
    assert "WATCHDOG=1" in ear.heard(PATIENCE, until="WATCHDOG=1")
    file.write_text(good + "colour: red\n", "utf-8")
    process.send_signal(signal.SIGHUP)
    until(lambda: "configuration refused" in crew.said("one"))
    file.write_text(good.replace("中原晚报", "中原早报"), "utf-8")  # seen without being told
    until(lambda: "configuration read" in crew.said("one"))
    process.send_signal(signal.SIGTERM)
    assert "STOPPING=1" in ear.heard(PATIENCE, until="STOPPING=1") and process.wait(10) == 0
    ear.close()


def test_who_is_told_to_stop_at_once_stops_in_good_order(room, server: Server, crew):
    config.write(room, crew.home, database=json.dumps(server.schema(crew.home)))
    for number, moment in enumerate((0.0, 0.1, 0.3, 0.6, 1.0)):
        process = crew.begin(str(number), "work" if number % 2 else "run")
        until(lambda pid=process.pid: catches(pid, signal.SIGTERM))
        time.sleep(moment)
        assert stopped(process) == 0, crew.said(str(number))


def catches(pid: int, number: signal.Signals) -> bool:
    (caught,) = re.findall(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.M)
    return bool(int(caught, 16) >> (number - 1) & 1)


def test_what_is_wrong_is_one_sentence_and_its_status_for_both(room, server: Server, crew):
    def ended(database: str) -> set[tuple[int, int]]:
        config.write(room, crew.home, database=json.dumps(database))
        ends = set()
        for command in ("run", "work"):
            process = crew.begin(command, command)
            ends.add((process.wait(PATIENCE), crew.said(command).strip().count("\n")))
            assert "geheim" not in crew.said(command) and "monitor: " in crew.said(command)
        return ends

    assert ended("postgresql://ann:geheim@localhost:x/a") == {(2, 0)}
    assert ended("postgresql://ann:geheim@127.0.0.1:1/a") == {(3, 0)}
    assert ended(server.url("nowhere", user="owner:geheim")) == {(3, 0)}
    url = server.schema(crew.home)
    schema = server.named(crew.home)
    server.do(f"DROP ROLE IF EXISTS {schema}_reader", f"CREATE ROLE {schema}_reader LOGIN")
    server.do(f"GRANT USAGE ON SCHEMA {schema} TO {schema}_reader")
    assert ended(url.replace("owner@", f"{schema}_reader@")) == {(3, 0)}
    server.do(f"REVOKE ALL ON SCHEMA {schema} FROM {schema}_reader", f"DROP ROLE {schema}_reader")


def test_a_worker_that_is_killed_loses_no_alert_and_doubles_none_without_its_key(server: Server, crew):
    with Press() as press:
        file = press.config(crew.home, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}"}}')
        text = file.read_text("utf-8").replace("timeline.db", json.dumps(server.schema(crew.home)))
        file.write_text(text, "utf-8")
        press.publish("洛阳市举行春季花会", "洛阳市举行春季花会。")
        assert monitor("poll", cwd=crew.home).status == 0
        for number in range(3):
            press.publish(*visit(25 * (number + 1)))
            assert monitor("ingest", _page(crew.home, number), "--published", today(), cwd=crew.home).status == 0
            killed_while_delivering(crew, press, number)
        press.answer = lambda path: (204, {})
        crew.begin("last", "run")
        listed = ("alerts", "list", "--format", "json")
        until(lambda: json.loads(monitor(*listed, cwd=crew.home).out) == {"alerts": [], "pending": []}, MINUTE)
        events = json.loads(monitor("export", "--format", "json", cwd=crew.home).out)["events"]
        keys = told(press)
        assert len(press.got) > len(keys) == len(events) >= 3  # told again, under the same key
        assert set(keys) == {e["id"] for e in events} and all(len(same) == 1 for same in keys.values())


def killed_while_delivering(crew: Crew, press: Press, number: int) -> None:
    """Let two work, and kill both the moment that one of them has an alert taken."""
    killed: list[str] = []

    def answer(path: str) -> tuple[int, dict[str, str]]:
        for name, process in crew.all.items():
            process.send_signal(signal.SIGKILL)
            killed.append(name)
        return 204, {}

    press.answer = answer
    for name in ("a", "b"):
        crew.begin(f"{name}{number}", "work")
    until(lambda: killed)
    for process in crew.all.values():
        process.wait()
    crew.all.clear()


def _page(home: Path, number: int) -> Path:
    title, text = visit(25 * (number + 1))
    (file := home / f"{number}.txt").write_text(f"{title}\n\n{text}", "utf-8")
    return file
