"""What `poll` tells whom, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import clock
from monitor.notify import signature
from tests.alerts.press import CHINA, Press, day, signing, today, visit
from tests.commands import Ran, monitor

KEY = "s3cr3t-of-the-desk"


@pytest.fixture
def home(press: Press, tmp_path: Path) -> Path:
    (tmp_path / "key").write_text(KEY + "\n", "utf-8")
    press.config(tmp_path, f'{{id: desk, kind: webhook, url: "{press.url("/hook")}", secret_file: key}}')
    return tmp_path


def polled(home: Path) -> Ran:
    ran = monitor("poll", "--all", cwd=home)
    assert ran.status == 0, ran.err
    return ran


def looked(home: Path, press: Press) -> None:
    """Look for the first time, at a list that is not empty: it is the past."""
    press.publish("洛阳市举行春季花会", "洛阳市举行春季花会。")
    polled(home)


def listed(home: Path, *more: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        monitor("alerts", "list", "--format", "json", *more, cwd=home).out
    )
    return found


def test_an_event_is_told_with_its_evidence_and_nothing_else(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    (got,) = press.got
    (notice,) = got.told["notices"]
    assert notice["what"] == ["new", "stage"]
    assert notice["event"]["when"]["edtf"] == f"{clock().astimezone(CHINA):%Y-%m-%d}"
    assert notice["event"]["stage"] == "agreement" and notice["event"]["status"] == "reported"
    assert notice["quote"]["quote"] in signing()[1] and notice["link"] == press.url("/a/1")
    for said in (day(), "有报道：只有一个来源", "河洛日报", press.url("/a/1"), notice["quote"]["quote"]):
        assert said in str(got.told["text"])


def test_a_webhook_is_signed_over_time_and_body(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    (got,) = press.got
    at = got.headers["x-monitor-timestamp"]
    right = hmac.new(KEY.encode(), at.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-monitor-signature"] == f"sha256={right}"
    assert abs(int(at) - clock().timestamp()) < 60
    assert got.key == got.told["id"]


def test_the_receiver_in_the_documents_knows_what_is_ours():
    (code,) = re.findall(
        r"```python\n(.*?)```", (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8"), re.S
    )
    found: dict[str, object] = {"hmac": hmac, "hashlib": hashlib, "time": time}
    exec(code, found)
    is_ours: object = found["is_ours"]
    assert callable(is_ours)
    at, body = str(int(clock().timestamp())), b"{}"
    headers = {"X-Monitor-Timestamp": at, "X-Monitor-Signature": f"sha256={signature(KEY, at, body)}"}
    assert is_ours(KEY.encode(), headers, body)
    assert not is_ours(b"another", headers, body) and not is_ours(KEY.encode(), headers, b"{ }")
    assert not is_ours(KEY.encode(), headers | {"X-Monitor-Timestamp": "1"}, body)


def test_what_a_feed_lists_when_it_is_first_read_is_judged_and_not_told(home, press):
    press.publish(*signing())
    polled(home)
    assert "签署" in monitor("timeline", cwd=home).out
    assert press.got == [] and listed(home, "--all") == {"alerts": [], "pending": []}


def test_an_old_article_that_a_feed_lists_later_is_not_told(home, press):
    looked(home, press)
    press.publish(*signing(40), at=clock() - timedelta(days=40))
    polled(home)
    assert "签署" in monitor("timeline", cwd=home).out
    assert press.got == []


def test_twenty_articles_on_one_event_are_one_alert(home, press):
    looked(home, press)
    for n in range(20):
        title, text = signing()
        press.publish(f"{title}({n})", text)
    polled(home)
    assert [got.what for got in press.got] == [["new", "stage"]]
    for n in range(20):
        title, text = signing()
        press.publish(f"再说一遍:{title}({n})", text)
    polled(home)
    assert len(press.got) == 1


def test_seeds_are_not_told(home, press):
    seeds = home / "seeds"
    seeds.mkdir()
    (seeds / "a.yaml").write_text(
        "events:\n  - {key: a, title: 小米集团在洛阳设立公司, when: 2024, kind: registration, stage: registered,"
        " source: {name: 河洛日报}, checked_on: 2025-01-01}\n",
        "utf-8",
    )
    config = home / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("    question:", "    seeds: seeds\n    question:"), "utf-8")
    polled(home)
    assert "2024" in monitor("timeline", cwd=home).out
    assert press.got == [] and listed(home)["pending"] == []


def test_a_denial_of_what_was_told_is_a_status_change(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    press.publish("洛阳市否认与小米集团签约", f"洛阳市人民政府{day()}否认与小米集团签署战略合作协议。")
    polled(home)
    told = [w for got in press.got[1:] for w in got.what]
    assert set(told) <= {"status", "new"} and told


def test_a_retraction_is_told_and_one_that_is_undone_before_anybody_is_told_is_not(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    (event,) = [n["event"]["id"] for n in press.got[0].told["notices"]]
    ran = monitor("review", "retract", event, "--by", "甲", "--format", "json", cwd=home)
    assert ran.status == 0, ran.err
    monitor("review", "undo", json.loads(ran.out)["id"], "--by", "甲", cwd=home)
    polled(home)
    assert len(press.got) == 1
    monitor("review", "retract", event, "--by", "甲", cwd=home)
    polled(home)
    assert press.got[-1].what == ["retraction"]


def test_what_a_person_orders_of_events_that_nobody_was_told_of_is_not_told(home, press):
    press.publish(*signing())
    polled(home)
    (event,) = json.loads(monitor("export", "--format", "json", cwd=home).out)["events"]
    monitor("review", "retract", event["id"], "--by", "甲", cwd=home)
    polled(home)
    assert press.got == []


def test_merging_splitting_and_pinning_are_not_told(home, press):
    looked(home, press)
    press.publish(*signing())
    press.publish(*visit())
    polled(home)
    first, second = [n["event"]["id"] for got in press.got for n in got.told["notices"]]
    before = len(press.got)
    ran = monitor("review", "merge", first, second, "--by", "甲", "--format", "json", cwd=home)
    assert ran.status == 0, ran.err
    polled(home)
    monitor("review", "undo", json.loads(ran.out)["id"], "--by", "甲", cwd=home)
    polled(home)
    assert monitor("review", "pin", first, "title", "--by", "甲", cwd=home).status == 0
    polled(home)
    told = [got.what for got in press.got[before:]]
    assert told == []


def test_a_person_who_puts_a_date_right_corrects_what_was_told(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    (event,) = [n["event"]["id"] for n in press.got[0].told["notices"]]
    ran = monitor("review", "edit", event, "when", "2026-01-05", "--by", "甲", cwd=home)
    assert ran.status == 0, ran.err
    polled(home)
    assert press.got[-1].what == ["correction"]
    (notice,) = press.got[-1].told["notices"]
    assert notice["changes"][0]["after"]["edtf"] == "2026-01-05"


def test_what_is_read_again_with_better_rules_is_not_told(home, press):
    looked(home, press)
    press.publish(*signing())
    polled(home)
    assert monitor("reprocess", "--apply", cwd=home).status == 0
    polled(home)
    assert len(press.got) == 1


def test_an_archive_that_is_handed_in_is_not_told_and_todays_paper_is(home, press):
    looked(home, press)
    old = home / "old.txt"
    old.write_text(f"{visit(400)[0]}\n\n{visit(400)[1]}\n", "utf-8")
    ran = monitor("ingest", old, "--published", "2025-01-02", cwd=home)
    assert ran.status == 0, ran.err
    new = home / "new.txt"
    new.write_text(f"{signing()[0]}\n\n{signing()[1]}\n", "utf-8")
    assert monitor("ingest", new, "--published", today(), cwd=home).status == 0
    polled(home)
    assert [got.what for got in press.got] == [["new", "stage"]]
