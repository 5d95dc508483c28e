"""`monitor alerts`: what waits, what was given up, and what a person does about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.alerts.press import Press, signing
from tests.commands import monitor
from tests.web.town import Reader


@pytest.fixture
def home(press: Press, tmp_path: Path) -> Path:
    """A store with one alert that was given up, since the address is gone."""
    press.config(tmp_path, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}"}}')
    press.publish("洛阳市举行春季花会", "洛阳市举行春季花会。")
    assert monitor("poll", cwd=tmp_path).status == 0
    press.publish(*signing())
    press.answer = lambda path: (410, {})
    assert monitor("poll", "--all", cwd=tmp_path).status == 0
    press.answer = lambda path: (204, {})
    return tmp_path


def states(home: Path) -> list[str]:
    listed = json.loads(monitor("alerts", "list", "--all", "--format", "json", cwd=home).out)["alerts"]
    return [a["state"] for a in listed]


def test_what_was_given_up_is_listed_with_the_reason_until_a_person_retries_it(home, press):
    line = monitor("alerts", cwd=home).out
    assert "desk  dead, tried 1x: webhook: http 410" in line and "签署" in line
    ran = monitor("alerts", "retry", cwd=home)
    assert ran.status == 0 and "1 alert to be tried again" in ran.err
    assert states(home) == ["waiting"]
    monitor("poll", "--all", cwd=home)
    assert states(home) == ["sent"] and press.got[0].body == press.got[1].body
    assert monitor("alerts", cwd=home).out == "no alert waits and none was given up\n"
    assert "sent, tried 1x" in monitor("alerts", "list", "--all", cwd=home).out


def test_what_was_given_up_may_be_dropped(home, press):
    (id,) = [a["id"] for a in json.loads(monitor("alerts", "list", "--format", "json", cwd=home).out)["alerts"]]
    assert monitor("alerts", "drop", id, cwd=home).status == 0
    monitor("poll", "--all", cwd=home)
    assert states(home) == ["dropped"] and len(press.got) == 1


def test_the_page_of_sources_says_how_many_were_given_up(home):
    reader = Reader(home / "timeline.db")
    assert "1 条提醒未能送达" in reader.get("/sources").text
    monitor("alerts", "drop", cwd=home)
    assert "未能送达" not in reader.get("/sources").text


def test_an_alert_that_is_not_there_is_said(home):
    ran = monitor("alerts", "retry", "al_nobody", cwd=home)
    assert ran.status == 1 and "al_nobody" in ran.err


def test_a_test_is_sent_and_kept_nowhere(home, press):
    assert monitor("alerts", "test", "desk", cwd=home).status == 0
    assert press.got[-1].told["notices"] == [] and "测试" in str(press.got[-1].told["text"])
    assert states(home) == ["dead"]
    press.answer = lambda path: (500, {})
    ran = monitor("alerts", "test", "desk", cwd=home)
    assert ran.status == 1 and ran.err == "monitor: webhook: http 500\n"


def test_a_channel_that_is_not_declared_is_a_mistake(home):
    ran = monitor("alerts", "test", "nobody", cwd=home)
    assert ran.status == 2 and "there are: desk" in ran.err


def test_what_is_not_told_yet_is_counted(home, press):
    press.config(home, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}", digest: ["00:00"]}}')
    title, text = signing(60)
    press.publish(title, text)
    monitor("poll", "--all", cwd=home)
    assert "desk: 1 not told yet, since 20" in monitor("alerts", cwd=home).out


def test_the_configuration_says_who_is_told_what_and_when(home, press):
    press.config(home, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}", digest: [8:05], quiet: "22:00-7:00"}}')
    said = monitor("check", cwd=home).out
    assert "gathered until 08:05, quiet 22:00-07:00 (Asia/Shanghai)" in said and "not signed" in said


def test_a_private_address_is_asked_only_where_that_is_allowed(home, press):
    config = home / "config.yaml"
    config.write_text(config.read_text("utf-8").replace(f'"127.0.0.1:{press.port}"]', "]"), "utf-8")
    ran = monitor("alerts", "test", "desk", cwd=home)
    assert (
        ran.status == 1
        and ran.err == "monitor: webhook: not public; fetch.allow_private lets private addresses be asked\n"
    )
