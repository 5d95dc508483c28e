"""``monitor review``: what a person decides in the terminal, and that it can be undone."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import declared, reading, reviewing
from monitor.errors import DecisionError
from monitor.export import render
from monitor.model import Fixed, Order, Phase, Quote, Verb
from monitor.pipeline import Desk
from monitor.store import open_store
from monitor.store.base import Store
from tests.commands import Ran, monitor

TOPIC = "xiaomi-luoyang"


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


# --------------------------------------------------------------------------- one by one, on a terminal


def at_terminal(home: Path, *keys: str) -> str:
    """Run ``monitor review`` on a terminal, type *keys*, and return what it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "MONITOR_PERSON": "ann"}
    command = [sys.executable, "-m", "monitor", "review"]
    with subprocess.Popen(command, cwd=home, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{key}\n" for key in keys).encode())
        shown = b""
        with contextlib.suppress(OSError):  # the terminal ends with its last process
            while piece := os.read(ours, 4096):
                shown += piece
    os.close(ours)
    assert process.returncode == 0, shown
    return shown.decode("utf-8", "replace")


def test_a_person_at_a_terminal_is_asked_one_by_one(polled):
    waiting = json.loads(review(polled, "list", "--format", "json").out)
    shown = at_terminal(polled, "s", *(["s"] * (len(waiting) - 1)))
    assert f"1 of {len(waiting)}" in shown and "0 decided" in shown
    shown = at_terminal(polled, "r", "two meetings", "q")
    assert "1 decided" in shown and "monitor review undo de_" in shown
    (logged,) = json.loads(review(polled, "log", "--format", "json").out)
    assert (logged["person"], logged["reason"], logged["what"]["verb"]) == ("ann", "two meetings", "apart")
    assert len(json.loads(review(polled, "list", "--format", "json").out)) == len(waiting) - 1


# --------------------------------------------------------------------------- property


def anything(chance: random.Random, desk: Desk, store: Store, now: datetime) -> None:
    """Order something at random; what cannot be done is refused."""
    ids = [e.id for e in store.events(TOPIC)]
    ars = sorted({m.article for e in store.events(TOPIC) for m in e.evidence if isinstance(m, Quote)})
    one, other, article = chance.choice(ids), chance.choice(ids), chance.choice(ars)
    standing = [d.id for d in store.decisions() if not d.undone_by]
    verb = chance.choice(list(Verb))
    fields: dict[str, object] = {}
    match verb:
        case Verb.FORGET:
            return
        case Verb.MERGE | Verb.APART:
            about: tuple[str, ...] = (one, other)
        case Verb.SPLIT:
            about = (one, article)
        case Verb.MOVE:
            about, fields = (article, one), {"source": chance.choice((other, ""))}
        case Verb.UNDO:
            about = (chance.choice(standing or ["de_none"]),)
        case Verb.EDIT:
            fixes = (Fixed(title="改"), Fixed(phase=Phase.CANCELLED), Fixed(places=()), Fixed(stage="visit"))
            about, fields = (one,), {"fixed": chance.choice(fixes)}
        case Verb.PIN:
            about, fields = (one,), {"field": chance.choice(("title", "when", "actors"))}
        case _:
            about = (chance.choice((one, article)),)
    order = Order(verb, "ann", "", about, topic=TOPIC, **fields)  # type: ignore[arg-type]
    reviewing.order(desk, store, order, now)


EACH = 20
"""Sequences on one database: its history grows with every one, and is read at every export."""


def sequences(home: Path, count: int) -> None:
    settings = declared.read(home / "config.yaml").settings
    desk, file = Desk.of(settings), home / "copy.db"
    for first in range(0, count, EACH):
        with closing(sqlite3.connect(settings.database)) as db:
            file.unlink(missing_ok=True)
            db.execute("VACUUM INTO ?", (str(file),))
        with open_store(str(file)) as store:
            undone(store, desk, range(first, min(first + EACH, count)))


def undone(store: Store, desk: Desk, numbers: range) -> None:
    """Play the sequences of these *numbers* and undo each; the export is as before, and all of it can be found."""

    def seen() -> dict:
        told = reading.timeline(store, desk.topics[TOPIC], background=True)
        return but_for_revisions(json.loads(render(told, "json")))

    before, now = seen(), datetime(2027, 1, 1, tzinfo=UTC)
    for number in numbers:
        chance = random.Random(number)
        for _ in range(chance.randint(1, 6)):
            now += timedelta(seconds=1)
            with contextlib.suppress(DecisionError):
                anything(chance, desk, store, now)
        while left := [d.id for d in store.decisions() if not d.undone_by and d.verb is not Verb.UNDO]:
            now += timedelta(seconds=1)
            reviewing.order(desk, store, Order(Verb.UNDO, "ann", "", (chance.choice(left),)), now)
        assert seen() == before, number
    audit = store.audit((), ())
    assert not audit.faults and audit.seen["decisions"] > 2 * len(numbers)


def test_random_decisions_undone_leave_the_export_as_it_was(polled):
    sequences(polled, 15)


@pytest.mark.long
def test_a_thousand_random_sequences_undone_leave_the_export_as_it_was(polled):
    sequences(polled, 1000)
