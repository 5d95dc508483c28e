"""``monitor verify`` fails loudly when one character is gone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from monitor import reviewing
from monitor.model import Fixed, Order, Verb
from monitor.pipeline import Desk
from monitor.store import open_store
from tests.commands import monitor
from tests.web import told, town

TOPIC = "xiaomi-luoyang"


@pytest.fixture(scope="module")
def kept(polled_once, tmp_path_factory) -> Path:
    """A folder with a database of the newsroom, with decisions of every kind in it."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(polled_once, folder, dirs_exist_ok=True)
    told = json.loads(monitor("export", "--format", "json", "--topic", TOPIC, cwd=folder).out)
    dates = {e["when"]["edtf"]: e for e in told["events"]}
    signed, begun = dates["2025-06-12"], dates["2025-06-19"]
    article = begun["evidence"][-1]["article"]
    for order in (
        ("split", begun["id"], article),
        ("merge", signed["id"], dates["2025-06-18"]["id"]),
        ("edit", signed["id"], "when", "2025-06-11"),
        ("retract", dates["2025-12"]["id"]),
    ):
        assert monitor("review", *order, "--by", "ann", cwd=folder).status == 0
    with sqlite3.connect(folder / "timeline.db") as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def home(kept, tmp_path) -> Path:
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_what_was_kept_is_all_there(home):
    ran = monitor("verify", cwd=home)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("all there: 15 articles, 15 bodies, 4 decisions, 9 events, 16 mentions")
    told = json.loads(monitor("verify", "--format", "json", cwd=home).out)
    assert told["ok"] and told["checked"]["redirects"] == 1 and not told["faults"]


# A trigger keeps what is append-only from being changed by mistake; whoever tampers takes it away first.
TAMPERED = {
    "a character of a text": ("UPDATE articles SET text = substr(text, 2) WHERE n = 1", "is another than was kept"),
    "a hash of a text": ("UPDATE articles SET text_sha256 = 'x' WHERE n = 1", "is another than was kept"),
    "a body": ("UPDATE bodies SET data = x'00' WHERE sha256 = (SELECT body_sha256 FROM articles WHERE n = 1)", "cannot be unpacked"),
    "a size": ("UPDATE bodies SET size = size + 1 WHERE sha256 = (SELECT body_sha256 FROM articles WHERE n = 1)", "is another than was kept"),
    "a body that is gone": ("DELETE FROM bodies WHERE sha256 = (SELECT body_sha256 FROM articles WHERE n = 1)", "is not there"),
    "a quote": ("UPDATE evidence SET data = replace(data, '签约', '签字')", "does not say so"),
    "a span": ("UPDATE evidence SET data = json_set(data, '$.start', 0, '$.end', 1) WHERE n = 1", "does not say so"),
    "a quote's article": ("UPDATE evidence SET data = json_set(data, '$.article', 'ar_x') WHERE n = 1", "there is no such article"),
    "a quote's hash": ("UPDATE evidence SET data = json_set(data, '$.text_sha256', 'x') WHERE n = 1", "names another text"),
    "a mention": ("UPDATE mentions SET data = json_set(data, '$.start', 0) WHERE n = 1", "is not at 0:"),
    "what a quote bears out": ("UPDATE evidence SET data = json_set(data, '$.supports', json('[]'))", "rests on no evidence"),
    "evidence that is gone": ("DELETE FROM evidence WHERE n = 1", "is not there"),
    "a revision that is gone": ("DELETE FROM revisions WHERE n = (SELECT n FROM revisions WHERE field = 'actors' LIMIT 1)", "no revision says why its actors"),
    "the last revision": ("DELETE FROM revisions WHERE field = 'when' AND by = 'person:ann'", "no revision says why its when"),
    "what a revision says": ("UPDATE revisions SET after = '\"x\"' WHERE field = 'title'", "says another change"),
    "a revision too many": ("INSERT INTO revisions SELECT max(n) + 1, event, version, at, by, 'stage', before, after, why FROM revisions", "which does not show it"),
    "a version": ("DELETE FROM event_versions WHERE n = (SELECT n FROM event_versions LIMIT 1)", "are gone"),
    "the last version": ("DELETE FROM event_versions WHERE n = (SELECT max(n) FROM event_versions)", "that is not there"),
    "a redirect": ("UPDATE events SET merged_into = 'ev_x' WHERE merged_into IS NOT NULL", "where no event is"),
    "a redirect that goes on": ("UPDATE events SET merged_into = id WHERE merged_into IS NOT NULL", "where no event is"),
    "an entry's article": ("UPDATE entries SET article = 'ar_x' WHERE article IS NOT NULL", "that is not there"),
    "an event of a decision": ("UPDATE decisions SET data = json_set(data, '$.events[0]', 'ev_x') WHERE n = 1", "which is not there"),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_whatever_is_tampered_with_is_found(home, what):
    statement, words = TAMPERED[what]
    db = sqlite3.connect(home / "timeline.db")
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    assert db.execute(statement).rowcount
    db.commit()
    db.close()
    ran = monitor("verify", cwd=home)
    assert ran.status == 1 and "FAULT" in ran.out and words in ran.out
    assert "cannot all be traced" in ran.err
    assert not json.loads(monitor("verify", "--format", "json", cwd=home).out)["ok"]


def test_an_event_that_says_something_without_evidence_is_not_exported(home):
    before = json.loads(monitor("export", "--format", "json", "--topic", TOPIC, cwd=home).out)
    db = sqlite3.connect(home / "timeline.db")
    shown = "SELECT json_extract(data, '$.evidence[0]') FROM event_versions WHERE n = (SELECT version FROM events WHERE id = ?)"
    (number,) = db.execute(shown, (before["events"][-1]["id"],)).fetchone()
    db.execute("UPDATE evidence SET data = json_set(data, '$.supports', json('[]')) WHERE n = ?", (number,))
    db.commit()
    db.close()
    ran = monitor("export", "--format", "json", "--topic", TOPIC, cwd=home)
    assert ran.status == 1 and "rests on no evidence" in ran.err
    assert len(json.loads(ran.out)["events"]) == len(before["events"]) - 1


def test_a_seed_that_is_no_longer_in_its_file_is_told(tmp_path):
    seeds = Path(__file__).parents[1] / "seeds" / "xiaomi-luoyang" / "start.yaml"
    shipped = (Path(__file__).parents[1] / "config.yaml").read_text("utf-8")
    folder = tmp_path / "seeds" / "xiaomi-luoyang"
    folder.mkdir(parents=True)
    (tmp_path / "config.yaml").write_text(shipped, "utf-8")
    file = folder / "start.yaml"
    file.write_text(seeds.read_text("utf-8"), "utf-8")
    assert monitor("seed", cwd=tmp_path).status == 0
    assert monitor("verify", cwd=tmp_path).status == 0
    file.write_text("# moved down by a line\n" + seeds.read_text("utf-8"), "utf-8")
    ran = monitor("verify", cwd=tmp_path)
    assert ran.status == 1 and "run `monitor seed`" in ran.out
    monitor("seed", cwd=tmp_path)
    assert monitor("verify", cwd=tmp_path).status == 0


@pytest.mark.parametrize(
    ("verb", "field", "fixed"), [(Verb.RETRACT, "status", Fixed()), (Verb.EDIT, "title", Fixed(title="签约"))]
)
def test_a_later_article_revises_what_was_shown_and_not_what_the_rules_had_made(tmp_path, verb, field, fixed):
    database = tmp_path / "town.db"
    first, later = sorted(told.CASES.glob("*.txt"))[:2]
    with open_store(str(database)) as store:
        store.declare(town.SETTINGS, town.BEGAN)
    told.ingest(database, first.stem, first.read_text("utf-8"))
    with open_store(str(database)) as store:
        signed = next(e for e in store.events(town.TOPIC.id) if e.when.edtf == "2025-06-12")
        order = Order(verb, "ann", "", (signed.id,), fixed)
        reviewing.order(Desk.of(town.SETTINGS), store, order, town.NOW)
    told.ingest(database, later.stem, later.read_text("utf-8"))
    with open_store(str(database)) as store:
        revised = next(e for e in store.events(town.TOPIC.id) if e.id == signed.id)
        assert "machine:resolve" in {r.by for r in revised.revisions[2:]}
        assert [r.by for r in revised.revisions if r.field == field] == ["person:ann"]
        assert not store.audit((), [town.TOPIC.id]).faults
