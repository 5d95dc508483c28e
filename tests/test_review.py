"""``monitor review``: what a person decides in the terminal, and that it can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Ran, monitor
from tests.newsroom import config
from tests.newsroom.server import Newsroom

TOPIC = "xiaomi-luoyang"


@pytest.fixture
def polled(tmp_path) -> Iterator[Path]:
    """A folder with a timeline of the newsroom, which can still be asked."""
    with Newsroom() as room:
        config.write(room, tmp_path)
        assert monitor("poll", cwd=tmp_path).status == 0
        yield tmp_path


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def export(home: Path, *options: str) -> dict:
    return json.loads(monitor("export", "--format", "json", "--topic", TOPIC, *options, cwd=home).out)


def but_for_revisions(told: dict) -> dict:
    return {**told, "events": [{k: v for k, v in e.items() if k != "revisions"} for e in told["events"]]}


def by_date(home: Path) -> dict[str, dict]:
    return {e["when"]["edtf"]: e for e in export(home)["events"]}


def review(home: Path, *args: str) -> Ran:
    return monitor("review", *args, cwd=home)


def decided(home: Path, *args: str) -> str:
    """Decide something and return the id of the decision."""
    ran = review(home, *args, "--by", "ann", "--reason", "because", "--format", "json")
    assert ran.status == 0, ran.err
    return json.loads(ran.out)["id"]


def test_the_inbox_says_what_waits_and_why(polled):
    told = json.loads(review(polled, "list", "--topic", TOPIC, "--format", "json").out)
    assert {d["kind"] for d in told} == {"merge", "entry"}
    assert all(d["why"] for d in told)
    assert all(d["id"] in review(polled, "list").out for d in told)
    assert review(polled).out == review(polled, "list").out  # nobody is asked who does not sit at a terminal


def test_a_proposed_merge_is_accepted_or_rejected_by_its_id(polled):
    (proposed,) = [d for d in json.loads(review(polled, "list", "--format", "json").out) if d["kind"] == "merge"]
    apart = decided(polled, "reject", proposed["id"])
    assert proposed["id"] not in review(polled, "list").out
    decided(polled, "undo", apart)
    decided(polled, "accept", proposed["id"])
    into, other = proposed["about"]
    assert other not in {e["id"] for e in export(polled)["events"]}
    assert into in monitor("explain", other, cwd=polled).out
    assert proposed["id"] not in review(polled, "list").out
    assert review(polled, "accept", proposed["id"]).status == 1


def test_every_kind_of_decision_undone_leaves_the_export_as_it_was(polled):
    before, dates = export(polled), by_date(polled)
    signed, registered, begun = (dates[d] for d in ("2025-06-12", "2025-06-18", "2025-06-19"))
    article = begun["evidence"][-1]["article"]
    entry = next(e["id"] for e in lines(monitor("entries", "--format", "jsonl", cwd=polled).out) if e["events"])
    orders = [
        ("merge", signed["id"], registered["id"]),
        ("split", begun["id"], article),
        ("move", article, signed["id"], "--from", begun["id"]),
        ("edit", registered["id"], "when", "2025-06"),
        ("edit", registered["id"], "actors", "卢伟冰(总裁)、洛阳"),
        ("edit", registered["id"], "figures", "600000000 元 注册资本"),
        ("edit", registered["id"], "places", ""),
        ("pin", registered["id"], "title"),
        ("retract", signed["id"]),
        ("reject", begun["id"]),
        ("reject", entry, "--topic", TOPIC),
    ]
    for order in orders:
        decision = decided(polled, *order)
        assert but_for_revisions(export(polled)) != but_for_revisions(before), order
        assert but_for_revisions(export(polled))["answer"], order
        decided(polled, "undo", decision)
        assert but_for_revisions(export(polled)) == but_for_revisions(before), order


def test_an_edit_is_shown_with_who_made_it_and_why(polled):
    event = by_date(polled)["2025-06-18"]
    decision = decided(polled, "edit", event["id"], "when", "2025-06-17")
    edited = by_date(polled)["2025-06-17"]
    assert edited["id"] == event["id"]
    record = edited["evidence"][-1]
    assert (record["type"], record["person"], record["supports"], record["id"]) == (
        "decision", "ann", ["when"], decision,
    )  # fmt: skip
    assert [r["by"] for r in edited["revisions"]][-1] == "person:ann"
    explained = monitor("explain", event["id"], cwd=polled).out
    assert "edit by ann" in explained and "because" in explained
    assert decision in review(polled, "log").out
    (logged,) = json.loads(review(polled, "log", "--topic", TOPIC, "--format", "json").out)
    assert logged["what"]["fixed"]["when"]["edtf"] == "2025-06-17"


def test_decisions_hold_when_everything_is_polled_again(polled):
    event = by_date(polled)["2025-06-18"]
    decided(polled, "retract", event["id"])
    before = export(polled)
    assert monitor("poll", "--all", cwd=polled).status == 0
    assert export(polled)["events"] == before["events"]


def test_an_accepted_entry_is_read_and_tells_its_events(polled):
    """It waits for the daemon, which is not asked to judge it again."""
    told = lines(monitor("entries", "--format", "jsonl", "--state", "rejected", cwd=polled).out)
    entry = next(e for e in told if "上调全年出货目标" in e["title"])
    decision = decided(polled, "accept", entry["id"], "--topic", TOPIC)
    assert entry["id"] in monitor("entries", "--state", "waiting", cwd=polled).out
    monitor("poll", cwd=polled)
    assert entry["id"] in monitor("entries", "--state", "kept", cwd=polled).out
    decided(polled, "undo", decision)
    assert entry["id"] in monitor("entries", "--state", "rejected", cwd=polled).out
    assert entry["id"] in review(polled, "list").out


WRONG = [
    (("merge", "EVENT", "ev_none"), 1, "there is no event ev_none"),
    (("split", "EVENT", "ar_none"), 1, "nothing is known under 'ar_none'"),
    (("move", "EVENT", "EVENT"), 1, "move takes an article (ar_...) and an event (ev_...)"),
    (("edit", "EVENT", "when", "19.3.2025"), 2, "expected a date as EDTF"),
    (("edit", "EVENT", "when", "2025-02-30"), 2, "there is no day 2025-02-30"),
    (("edit", "EVENT", "kind", "party"), 2, "there is no kind 'party'"),
    (("edit", "EVENT", "stage", "party"), 2, "there is no stage 'party'"),
    (("edit", "EVENT", "colour", "red"), 2, "there is no field 'colour'"),
    (("edit", "EVENT", "title", " "), 2, "a title cannot be empty"),
    (("edit", "EVENT", "figures", "much"), 2, "NUMBER UNIT [WHAT]"),
    (("edit", "EVENT", "actors", "甲(乙"), 2, "NAME(ROLE)"),
    (("edit", "EVENT", "status", "retracted"), 2, "monitor review retract"),
    (("edit", "ev_none", "title", "x"), 1, "there is no event ev_none"),
    (("pin", "EVENT", "colour"), 2, "there is no field 'colour'"),
    (("undo", "de_none"), 1, "there is no decision de_none"),
    (("accept", "pr_none"), 1, "there is no proposal pr_none"),
    (("accept", "en_none"), 1, "name the topic with --topic"),
    (("accept", "en_none", "--topic", TOPIC), 1, "nothing is known under 'en_none'"),
    (("accept", "EVENT", "--topic", "none"), 2, "no topic 'none'"),
    (("retract", "EVENT", "--by", " "), 2, "say who decides"),
]


@pytest.mark.parametrize(("args", "status", "sentence"), WRONG, ids=[f"{a[0]}: {s}" for a, _, s in WRONG])
def test_what_cannot_be_done_is_a_sentence_and_writes_nothing(polled, args, status, sentence):
    event = by_date(polled)["2025-06-18"]["id"]
    ran = review(polled, *(event if a == "EVENT" else a for a in args))
    assert (ran.status, ran.out) == (status, "")
    assert sentence in " ".join(ran.err.split())
    assert review(polled, "log").out == ""


def test_what_was_seeded_can_be_decided_about_before_anything_was_polled(tmp_path):
    told = monitor("export", "--format", "json", cwd=tmp_path).out
    event = json.loads(told)["events"][0]["id"]
    assert review(tmp_path, "edit", event, "title", "甲", "--by", "ann").status == 0
    monitor("seed", cwd=tmp_path)
    assert json.loads(monitor("export", "--format", "json", cwd=tmp_path).out)["events"][0]["title"] == "甲"


def test_the_log_cannot_be_rewritten(polled):
    decided(polled, "retract", by_date(polled)["2025-06-18"]["id"])
    with sqlite3.connect(polled / "timeline.db") as db:
        for wrong in ("DELETE FROM decisions", "UPDATE decisions SET person = 'bob'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(wrong)
