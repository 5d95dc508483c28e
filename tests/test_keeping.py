"""``reprocess`` and ``forget``, and the past as it was seen then, whatever happened since."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands import Ran, monitor, start

TOPIC = "xiaomi-luoyang"


def text(home: Path, *options: str) -> str:
    ran = monitor("export", "--format", "json", "--topic", TOPIC, *options, cwd=home)
    assert ran.status == 0, ran.err
    return ran.out


def by_date(home: Path) -> dict[str, dict]:
    return {e["when"]["edtf"]: e for e in json.loads(text(home))["events"]}


def done(home: Path, *args: str) -> Ran:
    ran = monitor(*args, cwd=home)
    assert ran.status == 0, ran.err
    return ran


def rows(home: Path, sql: str, *values: object) -> list[tuple]:
    with closing(sqlite3.connect(home / "timeline.db")) as db, db:
        return db.execute(sql, values).fetchall()


# --------------------------------------------------------------------------- reprocess


def misread(home: Path) -> str:
    """Make the database one that worse rules wrote: the signing was read as of another day. Return its id."""
    (id,) = {i for i, e in ((e["id"], e) for e in by_date(home).values()) if e["when"]["edtf"] == "2025-06-18"}
    data = "replace(data, '2025-06-18', '2025-06-17')"
    with closing(sqlite3.connect(home / "timeline.db")) as db, db:
        db.execute(f"UPDATE mentions SET data = {data}, id = id || 'x' WHERE event = ?", (id,))
        db.execute("DROP TRIGGER event_versions_no_update")
        db.execute(f"UPDATE event_versions SET data = {data} WHERE event = ?", (id,))
        db.execute(f"UPDATE evidence SET data = {data} WHERE event = ?", (id,))
    return id


def test_nothing_changes_where_the_rules_are_the_same(polled):
    before = text(polled)
    assert done(polled, "reprocess").out.startswith("0 events change; 0 redirect; 0 mentions")
    assert done(polled, "reprocess", "--apply").out.startswith("0 events change")
    assert text(polled) == before


def test_what_better_rules_read_is_shown_first_and_then_changed_under_the_same_id(polled):
    right = by_date(polled)
    id = misread(polled)
    wrong = text(polled)
    ran = done(polled, "reprocess")
    assert f"{id}" in ran.out and "when 2025-06-17 -> 2025-06-18" in ran.out and "nothing was changed" in ran.err
    assert text(polled) == wrong
    told = json.loads(done(polled, "reprocess", "--apply", "--format", "json").out)
    assert told["applied"] and [e["id"] for e in told["events"]] == [id] and told["mentions_gone"] == 1
    assert set(by_date(polled)) == set(right) and by_date(polled)["2025-06-18"]["id"] == id
    assert by_date(polled)["2025-06-18"]["revisions"][-1]["by"] == "machine:reprocess"
    assert done(polled, "reprocess").out.startswith("0 events change")
    assert done(polled, "verify").status == 0


def test_decisions_hold_when_all_is_read_again_and_can_still_be_undone(polled):
    dates = by_date(polled)
    signed, registered, begun = (dates[d] for d in ("2025-06-12", "2025-06-18", "2025-06-19"))
    article = begun["evidence"][-1]["article"]
    orders = (
        ("merge", signed["id"], registered["id"]),
        ("split", begun["id"], article),
        ("edit", signed["id"], "when", "2025-06-11"),
        ("retract", dates["2025-12"]["id"]),
    )
    made = [json.loads(done(polled, "review", *o, "--format", "json").out)["id"] for o in orders]
    before = text(polled)
    done(polled, "reprocess", "--apply")
    assert text(polled) == before
    for decision in made:
        done(polled, "review", "undo", decision)
    done(polled, "reprocess", "--apply")
    assert {d: e["title"] for d, e in by_date(polled).items()} == {d: e["title"] for d, e in dates.items()}


def test_an_article_that_is_no_longer_wanted_is_rejected_and_its_events_are_retracted(polled):
    file = polled / "config.yaml"
    (id,) = (e["id"] for d, e in by_date(polled).items() if d == "2025-06-18")
    told = rows(polled, "SELECT article FROM mentions WHERE event = ?", id)
    file.write_text(file.read_text("utf-8").replace("decoys: [", "decoys: [小米(洛阳)智能科技, "), "utf-8")
    done(polled, "reprocess", "--apply")
    ids = {e["id"] for e in json.loads(text(polled))["events"]}
    states = rows(polled, "SELECT state FROM entries WHERE article = ?", told[0][0])
    assert (id in ids) == (states == [("kept",)])
    assert done(polled, "verify").status == 0


# --------------------------------------------------------------------------- forget


def test_a_forgotten_text_is_gone_from_the_file_and_its_event_stays(polled):
    event = by_date(polled)["2025-06-18"]
    (quote,) = event["evidence"]
    ((body,),) = rows(polled, "SELECT text FROM articles WHERE id = ?", quote["article"])
    ran = done(polled, "forget", quote["article"], "--by", "ann", "--reason", "asked by the author")
    assert "forget" in ran.out and event["id"] in ran.out
    (marked,) = by_date(polled)["2025-06-18"]["evidence"]
    assert marked == {**quote, "forgotten": True}
    rest = body.replace(quote["quote"], "")
    assert rest not in rows(polled, "SELECT group_concat(text) FROM articles")[0][0]
    assert rows(polled, "SELECT data FROM bodies WHERE sha256 = (SELECT body_sha256 FROM articles WHERE id = ?)", quote["article"]) == [(None,)]  # fmt: skip
    for file in polled.glob("timeline.db*"):
        assert body.encode() not in file.read_bytes()
    assert "text removed on request" in done(polled, "explain", event["id"]).out
    assert "removed on request at" in done(polled, "explain", quote["article"]).out
    assert "1 forgotten articles" in done(polled, "verify").out
    assert "forget" in done(polled, "review", "log").out


def test_what_was_forgotten_is_not_read_again_nor_lost_when_everything_else_is(polled):
    (quote,) = by_date(polled)["2025-06-18"]["evidence"]
    done(polled, "forget", quote["article"])
    before = text(polled)
    rows(polled, "UPDATE entries SET state = 'waiting', edited = 1 WHERE article = ?", quote["article"])
    done(polled, "poll", "--all")
    done(polled, "reprocess", "--apply")
    assert json.loads(text(polled))["events"] == json.loads(before)["events"]
    assert rows(polled, "SELECT count(*) FROM articles WHERE url = ?", quote["url"]) == [(1,)]
    assert rows(polled, "SELECT text FROM articles WHERE id = ?", quote["article"]) == [("",)]


def test_forgetting_what_is_not_there_or_gone_is_a_sentence(polled):
    (quote,) = by_date(polled)["2025-06-18"]["evidence"]
    assert monitor("forget", "ar_none", cwd=polled).status == 1
    done(polled, "forget", quote["article"])
    ran = monitor("forget", quote["article"], cwd=polled)
    assert (ran.status, ran.out) == (1, "") and "was forgotten already" in ran.err
    (decision,) = (line.split()[0] for line in done(polled, "review", "log").out.splitlines())
    ran = monitor("review", "undo", decision, cwd=polled)
    assert ran.status == 1 and "cannot be undone" in ran.err


# --------------------------------------------------------------------------- the past


def test_every_export_can_be_made_again_byte_for_byte_whatever_happened_since(polled):
    """Through decisions, their undoing, a correction, better rules and a text that was removed."""
    kept: list[tuple[str, dict[str, str]]] = []

    def keep() -> None:
        with closing(sqlite3.connect(polled / "timeline.db")) as db:
            at = "SELECT max(at) FROM (SELECT max(at) AS at FROM event_versions UNION SELECT max(finished) FROM rounds)"
            (instant,) = db.execute(at).fetchone()
        shapes = (("json",), ("json", "--background"), ("csv",), ("csv", "--rows", "evidence"))
        forms = {"+".join(s): monitor("export", "--format", *s, "--topic", TOPIC, cwd=polled).out for s in shapes}
        kept.append((instant, forms))

    keep()
    dates = by_date(polled)
    signed, registered, begun = (dates[d]["id"] for d in ("2025-06-12", "2025-06-18", "2025-06-19"))
    article = dates["2025-06-18"]["evidence"][0]["article"]
    made = []
    for args in (
        ("review", "merge", signed, registered),
        ("review", "retract", begun),
        ("review", "edit", signed, "title", "甲"),
        ("forget", article),
    ):
        made.append(json.loads(done(polled, *args, "--format", "json").out)["id"])
        keep()
    done(polled, "review", "undo", made[0])
    keep()
    done(polled, "reprocess", "--apply")
    keep()
    done(polled, "review", "undo", made[1])
    keep()
    done(polled, "poll", "--all")
    assert len({forms["json"] for _, forms in kept}) >= 6
    for instant, forms in kept:
        for shape, then in forms.items():
            again = monitor(
                "export", "--format", *shape.split("+"), "--topic", TOPIC, "--as-of", instant, cwd=polled
            ).out
            assert again == then, (instant, shape)


# --------------------------------------------------------------------------- killed at any instant


def kills(home: Path, count: int, seed: int) -> None:
    """Begin to decide, to resolve anew and to forget, and be gone at any instant: all of it is there, or none."""
    chance = random.Random(seed)
    for number in range(count):
        ids = [e["id"] for e in json.loads(text(home))["events"]]
        logged = [line.split()[0] for line in done(home, "review", "log").out.splitlines()]
        args = chance.choice(
            (
                ("review", "merge", *chance.sample(ids, 2)),
                ("review", "edit", chance.choice(ids), "title", f"第{number}题"),
                ("review", "undo", chance.choice(logged or ["de_none"])),
                ("reprocess", "--apply"),
            )
        )
        process = start(*args, cwd=home)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.2, 0.9))
        process.kill()
        process.wait()
        ran = monitor("verify", cwd=home)
        assert ran.status == 0, (args, ran.out)


def test_whoever_is_killed_while_deciding_has_decided_or_has_not(polled):
    kills(polled, 4, 5)


@pytest.mark.long
def test_sixty_kills_while_deciding_leave_nothing_by_halves(polled):
    kills(polled, 60, 7)
