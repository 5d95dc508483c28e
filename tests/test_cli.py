from __future__ import annotations

import csv
import io
import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from monitor.model import Counts
from tests.commands import monitor
from tests.newsroom.play import balanced
from tests.newsroom.server import ARTICLES

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "export.schema.json").read_text("utf-8"))

# Our own article with the faults of the kind that a script-converting mirror leaves: traditional script, and
# readings in brackets after some characters.
GARBLED = (
    "2025年6月13日官方通報,6月12日洛陽市委書記江凌與小米產(chǎn)業(yè)投資總經(jīng)理孫昌旭舉行工作會談。\n"
    "打開網(wǎng)易新聞 查看精彩圖片\n"
    "孫昌旭曾任一家雜志的編輯。2016年5月3日加入小米科技有限責(zé)任公司,擔(dān)任投資部總監(jiān)。\n"
    "若合作順利,當(dāng)?shù)仄髽I(yè)或?qū)⑹芤妗?\n"
)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# --------------------------------------------------------------------------- keep up to date


def test_poll_prints_the_account_of_its_round(home):
    told = json.loads(monitor("poll", "--format", "json", cwd=home).out)
    parts = ("kept", "rejected", "duplicate", "failed", "waiting")
    assert told["fetched"] == sum(told[p] for p in parts) == len(ARTICLES)
    assert len(told["feeds"]) == 5
    for feed in told["feeds"]:
        assert feed["state"] == "ok" and feed["counts"]["fetched"] == sum(feed["counts"][p] for p in parts)
    assert told["started"].endswith("Z") and told["finished"].endswith("Z")


def test_poll_tells_a_person_what_could_not_be_reached(home, room):
    room.down.add("b/atom.xml")
    ran = monitor("poll", cwd=home)
    assert ran.status == 0
    assert "5 sources asked" in ran.out and "not reached: " in ran.out and "503" in ran.out


def test_two_polls_ask_once(home, room):
    assert len(json.loads(monitor("poll", "--format", "json", cwd=home).out)["feeds"]) == 5
    room.asked.clear()
    assert json.loads(monitor("poll", "--format", "json", cwd=home).out)["feeds"] == []
    assert not room.asked
    assert len(json.loads(monitor("poll", "--all", "--format", "json", cwd=home).out)["feeds"]) == 5


# --------------------------------------------------------------------------- read


def test_every_entry_is_printed_with_what_became_of_it(polled):
    told = lines(monitor("entries", "--format", "jsonl", cwd=polled).out)
    assert len(told) == len(ARTICLES)
    keys = {"id", "feed", "url", "title", "summary", "published", "state", "topics", "events", "article"}
    for entry in told:
        assert keys <= set(entry)
        assert entry["id"].startswith("en_")
        assert set(entry["published"]) == {"raw", "at", "flag"}
        assert all(set(t) == {"topic", "verdict", "reasons"} for t in entry["topics"])
        if entry["state"] == "kept":
            assert set(entry["article"]) >= {"url", "sha256", "fetched"}


def test_entries_can_be_asked_for_by_state_and_feed(polled):
    kept = lines(monitor("entries", "--state", "kept", "--format", "jsonl", cwd=polled).out)
    assert kept and {e["state"] for e in kept} == {"kept"}
    (feed,) = {e["feed"] for e in kept if str(e["feed"]).endswith("/gbk.xml")}
    assert {e["feed"] for e in lines(monitor("entries", "--feed", feed, "--format", "jsonl", cwd=polled).out)} == {feed}
    assert "kept" in monitor("entries", cwd=polled).out


def test_sources_tell_how_each_feed_is_doing(polled):
    told = json.loads(monitor("sources", "--format", "json", cwd=polled).out)
    keys = {"url", "url_now", "state", "error", "since", "failures", "last_poll", "next_poll", "counts", "rhythm"}
    assert len(told) == 5 and all(keys <= set(s) for s in told)
    assert {s["state"] for s in told} == {"ok"}
    assert "5 sources" in monitor("sources", cwd=polled).out


@pytest.mark.parametrize("prefix", ["en_", "ar_", "ev_"])
def test_explain_takes_any_id(polled, prefix):
    kept = lines(monitor("entries", "--state", "kept", "--format", "jsonl", cwd=polled).out)[0]
    ids = {"en_": kept["id"], "ar_": kept["article"]["id"], "ev_": kept["events"][0]}
    ran = monitor("explain", ids[prefix], cwd=polled)
    assert ran.status == 0 and ids[prefix] in ran.out and "“" in ran.out


@pytest.mark.parametrize("prefix", ["en_", "ar_"])
def test_explain_shows_the_rules_that_decided_and_the_passages(polled, prefix):
    kept = lines(monitor("entries", "--state", "kept", "--format", "jsonl", cwd=polled).out)[0]
    told = monitor("explain", kept["id"] if prefix == "en_" else kept["article"]["id"], cwd=polled).out
    assert ": relevant\n" in told and "clause" in told and "    passage  “" in told


def test_explain_says_why_an_entry_was_rejected(polled):
    for entry in lines(monitor("entries", "--state", "rejected", "--format", "jsonl", cwd=polled).out):
        assert "rejected: " in monitor("explain", entry["id"], cwd=polled).out


def test_explain_of_nothing_known_is_a_sentence(polled):
    ran = monitor("explain", "en_nothing", cwd=polled)
    assert (ran.status, ran.out) == (1, "") and "en_nothing" in ran.err


def test_the_timeline_is_a_table_with_dates_in_their_true_precision(polled):
    told = monitor("timeline", "xiaomi-luoyang", cwd=polled).out
    assert "小米能落地洛阳吗?" in told and "2025-06-12" in told and "date unknown" in told
    assert "so far: construction" in told and "5 of 5 sources healthy" in told
    assert "宁德时代" in monitor("timeline", cwd=polled).out


def test_the_export_follows_its_schema_and_needs_the_topic_named(polled):
    ran = monitor("export", "--format", "json", "--topic", "xiaomi-luoyang", cwd=polled)
    jsonschema.validate(json.loads(ran.out), SCHEMA)
    unnamed = monitor("export", "--format", "json", cwd=polled)
    assert unnamed.status == 2 and "catl-luoyang" in unnamed.err
    assert monitor("export", "--format", "json", "--topic", "nobody", cwd=polled).status == 2


def test_the_export_is_written_whole_to_a_file(polled):
    args = ("export", "--format", "csv", "--topic", "catl-luoyang")
    assert monitor(*args, "--output", "out.csv", cwd=polled).out == ""
    assert (polled / "out.csv").read_bytes().decode() == monitor(*args, cwd=polled).out.replace("\n", "\n")
    assert len(list(csv.DictReader(io.StringIO((polled / "out.csv").read_text("utf-8"))))) == 2
    ran = monitor(*args, "--output", "missing/out.csv", cwd=polled)
    assert ran.status == 1 and "missing/out.csv" in ran.err


def test_the_past_can_be_exported(polled):
    args = ("export", "--format", "json", "--topic", "xiaomi-luoyang")
    assert json.loads(monitor(*args, "--as-of", "2020-01-01", cwd=polled).out)["events"] == []
    then = json.loads(monitor(*args, "--as-of", "2999-01-01T00:00:00Z", cwd=polled).out)
    assert then["events"] == json.loads(monitor(*args, cwd=polled).out)["events"]
    assert monitor(*args, "--as-of", "gestern", cwd=polled).status == 2


def test_a_day_means_its_end_however_it_is_written(polled):
    args = ("export", "--format", "json", "--topic", "catl-luoyang", "--as-of")
    now = monitor(*args[:-1], cwd=polled).out
    there = datetime.fromisoformat(json.loads(now)["as_of"]).astimezone(ZoneInfo("Asia/Shanghai"))
    for form in ("%Y-%m-%d", "%Y%m%d"):
        assert monitor(*args, f"{there:{form}}", cwd=polled).out == now
        assert not json.loads(monitor(*args, f"{there - timedelta(days=1):{form}}", cwd=polled).out)["events"]
    assert monitor(*args, "9999-12-31T23:59:59-05:00", cwd=polled).status == 2


@pytest.mark.parametrize("target", ["", "/", "config.yaml/x", "x" * 300])
def test_a_place_that_cannot_be_written_is_a_sentence(polled, target):
    ran = monitor("export", "--format", "csv", "--topic", "catl-luoyang", "--output", target, cwd=polled)
    assert ran.status == 1 and "cannot write" in ran.err and "Traceback" not in ran.err


def test_a_link_is_followed_and_a_private_file_stays_private(polled):
    real, link = polled / "real.csv", polled / "link.csv"
    real.write_text("old", "utf-8")
    real.chmod(0o600)
    link.symlink_to(real)
    assert monitor("export", "--format", "csv", "--topic", "catl-luoyang", "--output", link, cwd=polled).status == 0
    assert link.is_symlink() and real.read_text("utf-8").startswith("id,") and real.stat().st_mode & 0o777 == 0o600
    assert (
        monitor("export", "--format", "csv", "--topic", "catl-luoyang", "--output", "/dev/null", cwd=polled).status == 0
    )


def test_a_question_is_shown_as_it_is_written(home):
    file = home / "config.yaml"
    file.write_text(
        file.read_text("utf-8").replace("question: 宁德时代在洛阳做什么?", 'question: "[/x] [bold]什么?"'), "utf-8"
    )
    assert "[/x] [bold]什么?" in monitor("timeline", "catl-luoyang", cwd=home).out


def test_the_most_important_events_can_be_asked_for(polled):
    told = json.loads(monitor("export", "--format", "json", "--topic", "xiaomi-luoyang", "--top", "2", cwd=polled).out)
    assert len(told["events"]) == 2


@pytest.mark.parametrize("option", [("--bom",), ("--rows", "evidence")])
def test_options_of_the_table_are_refused_elsewhere(polled, option):
    assert monitor("export", "--format", "json", *option, cwd=polled).status == 2


# --------------------------------------------------------------------------- by hand


def ingest(home: Path, *args: str):
    return monitor("ingest", *args, "--topic", "xiaomi-luoyang", cwd=home)


def events(home: Path) -> list[dict[str, object]]:
    args = ("export", "--format", "json", "--topic", "xiaomi-luoyang", "--background")
    return list(json.loads(monitor(*args, cwd=home).out)["events"])


def test_a_garbled_article_gives_its_events_with_true_dates_and_quotes(home, room):
    (home / "article.txt").write_text(GARBLED, "utf-8")
    assert ingest(home, "article.txt", "--published", "2025-06-13").status == 0
    told = events(home)
    assert [(e["when"]["edtf"], e["kind"]) for e in told] == [("2016-05-03", "personnel"), ("2025-06-12", "meeting")]
    for event in told:
        (quote,) = event["evidence"]
        assert GARBLED[quote["start"] : quote["end"]] == quote["quote"]
        assert "(" not in quote["reading"]
    assert not room.asked, "ingest never touches the network"


def test_a_file_counts_once_however_often_it_is_given(home):
    (home / "article.txt").write_text(GARBLED, "utf-8")
    (home / "copy.txt").write_text(GARBLED, "utf-8")
    ingest(home, "article.txt", "--published", "2025-06-13")
    before = events(home)
    assert "1 known already" in ingest(home, "article.txt", "--published", "2025-06-13").out
    assert "1 known already" in ingest(home, "copy.txt", "--published", "2025-06-14").out
    assert events(home) == before


def test_folders_lines_pages_and_feeds_can_be_handed_in(home):
    folder = home / "稿件 一"
    folder.mkdir()
    text = "6月12日,洛阳市政府与小米集团在洛阳签署战略合作协议。"
    record = {
        "url": "http://x.example/1",
        "title": "洛阳与小米签约",
        "source": "某报",
        "published": "2025-06-12",
        "text": text,
    }
    (folder / "a.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n{half", "utf-8")
    (folder / "b.html").write_text(
        f"<html><head><title>签约</title><meta property='article:published_time' content='2025-06-13T08:00:00+08:00'>"
        f"</head><body><article><h1>签约</h1><p>{text}双方表示将加强合作,共同推进产业发展。</p></article></body></html>",
        "utf-8",
    )
    (folder / "c.xml").write_text(
        f"<rss version='2.0'><channel><title>x</title><item><title>洛阳与小米签约</title><link>http://y.example/1</link>"
        f"<description>{text}</description><pubDate>Fri, 13 Jun 2025 08:00:00 +0800</pubDate></item></channel></rss>",
        "utf-8",
    )
    (folder / "notes.bin").write_bytes(b"\0\1\2")
    ran = ingest(home, str(folder))
    assert ran.status == 1 and "a.jsonl" in ran.err and "2" in ran.err
    (event,) = events(home)
    assert event["when"]["edtf"] == "2025-06-12" and len(event["evidence"]) == 3


@pytest.mark.parametrize(
    ("name", "data"),
    [("missing.txt", None), ("empty.txt", b""), ("binary.txt", bytes(range(256)) * 9), ("half.jsonl", b'{"text": "x')],
)
def test_a_bad_file_is_one_clear_sentence_and_costs_itself_alone(home, name, data):
    if data is not None:
        (home / name).write_bytes(data)
    (home / "article.txt").write_text(GARBLED, "utf-8")
    ran = ingest(home, name, "article.txt", "--published", "2025-06-13")
    assert ran.status == 1
    assert [line for line in ran.err.splitlines() if name in line] and "Traceback" not in ran.err
    assert len(events(home)) == 2


def test_half_a_surrogate_pair_costs_one_character_and_not_the_event(home):
    line = {
        "text": "6月12日,洛阳市政府与小米集团在洛阳签署战略合作协议\ud800。",
        "published": "2025-06-13",
        "title": "签约",
    }
    (home / "a.jsonl").write_text(json.dumps(line), "utf-8")
    ingest(home, "a.jsonl")
    assert [e["when"]["edtf"] for e in events(home)] == ["2025-06-12"]


def test_what_is_no_plain_file_is_not_read(home):
    ran = ingest(home, "/dev/zero")
    assert ran.status == 1 and "no plain file" in ran.err


def test_a_publication_that_is_no_date_is_refused(home):
    (home / "article.txt").write_text(GARBLED, "utf-8")
    assert ingest(home, "article.txt", "--published", "soon").status == 2


# --------------------------------------------------------------------------- seeds


SEEDS = """\
events:
  - key: signing
    title: 洛阳与小米签约
    when: 2025-06-12
    kind: agreement
    stage: agreement
    relation: direct
    actors: [{entity: xiaomi}]
    places: [洛阳]
    source: {name: 某报, published: 2025-06-13}
    checked_on: 2025-06-30
"""


def with_seeds(home: Path, text: str = SEEDS) -> Path:
    (home / "seeds").mkdir(exist_ok=True)
    (home / "seeds" / "start.yaml").write_text(text, "utf-8")
    file = home / "config.yaml"
    settings = file.read_text("utf-8").replace(
        "question: 小米能落地洛阳吗?", "question: 小米能落地洛阳吗?\n    seeds: seeds"
    )
    file.write_text(settings, "utf-8")
    return home


def test_seeding_is_idempotent_and_an_edit_appends_a_revision(home):
    with_seeds(home)
    assert "1 changed" in monitor("seed", cwd=home).err
    assert "0 changed" in monitor("seed", cwd=home).err
    (before,) = events(home)
    (home / "seeds" / "start.yaml").write_text(SEEDS.replace("洛阳与小米签约", "洛阳与小米正式签约"), "utf-8")
    assert "1 changed" in monitor("seed", cwd=home).err
    (after,) = events(home)
    assert (after["id"], after["title"]) == (before["id"], "洛阳与小米正式签约")
    assert [r["field"] for r in after["revisions"]] == ["created", "title"]


def test_without_a_database_the_seeds_alone_are_shown_and_nothing_is_made(home):
    with_seeds(home)
    ran = monitor("timeline", "xiaomi-luoyang", cwd=home)
    assert ran.status == 0 and "2025-06-12" in ran.out and "no database" in ran.err
    assert not list(home.glob("timeline.db*"))


@pytest.mark.parametrize(
    ("text", "word"), [(b"", "start.yaml"), (b"- key: [", "start.yaml"), (b"\0\xff", "start.yaml")]
)
def test_a_bad_seed_file_is_a_sentence_and_exit_2(home, text, word):
    with_seeds(home)
    (home / "seeds" / "start.yaml").write_bytes(text)
    ran = monitor("check", cwd=home)
    assert ran.status == 2 and word in ran.err and "Traceback" not in ran.err


# --------------------------------------------------------------------------- mishaps


def test_all_faults_of_a_configuration_are_told_at_once_with_their_place(home):
    file = home / "config.yaml"
    file.write_text(file.read_text("utf-8").replace("every: 1h", "every: soon", 1) + "colour: red\n", "utf-8")
    ran = monitor("check", cwd=home)
    assert ran.status == 2
    assert "config.yaml:" in ran.err and "feeds[0].every" in ran.err and "colour" in ran.err


@pytest.mark.parametrize("data", [b"", b"\0\1", b"feeds: [", b"\xff\xfe", b"- a"])
def test_a_configuration_that_is_none_is_refused(tmp_path, data):
    (tmp_path / "config.yaml").write_bytes(data)
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 2 and "config.yaml" in ran.err and "Traceback" not in ran.err


def test_what_another_definition_would_change_is_told_and_nothing_is_written(polled):
    file = polled / "config.yaml"
    draft = polled / "draft.yaml"
    draft.write_text(file.read_text("utf-8").replace("names: [洛阳]", "names: [开封]", 1), "utf-8")
    before = monitor("entries", "--format", "jsonl", cwd=polled).out
    ran = monitor("--config", "draft.yaml", "check", "--what-if", cwd=polled)
    assert ran.status == 0
    assert "topic xiaomi-luoyang is changed: luoyang: names +开封 -洛阳" in ran.out
    assert "relevant -> " in ran.out and "nothing is written" in ran.out
    assert monitor("entries", "--format", "jsonl", cwd=polled).out == before
    same = monitor("check", "--what-if", cwd=polled)
    assert "no topic is changed" in same.out and "0 would be judged otherwise" in same.out


def test_a_configuration_that_is_named_and_missing_is_refused(tmp_path):
    ran = monitor("--config", "nowhere.yaml", "check", cwd=tmp_path)
    assert ran.status == 2 and "nowhere.yaml" in ran.err


def test_without_a_configuration_the_shipped_one_is_used_and_said(tmp_path):
    ran = monitor("check", cwd=tmp_path)
    assert ran.status == 0 and "shipped" in ran.err and "2025-03-19" in ran.out
    told = json.loads(monitor("export", "--format", "json", cwd=tmp_path).out)
    assert [e["when"]["edtf"] for e in told["events"]] == ["2017-09-01", "2018", "2024", "2025-03-19"]


def test_a_damaged_database_is_exit_3_and_stays_as_it_was(home):
    (home / "timeline.db").write_bytes(b"this is no database, whatever its name says" * 99)
    for command in (("timeline",), ("seed",), ("poll",)):
        ran = monitor(*command, cwd=home)
        assert ran.status == 3 and "timeline.db" in ran.err and "Traceback" not in ran.err
    assert (home / "timeline.db").read_bytes().startswith(b"this is no database")


def test_a_database_of_a_newer_version_is_refused(home):
    monitor("seed", cwd=home)
    with sqlite3.connect(home / "timeline.db") as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version + 1}")
    db.close()
    ran = monitor("timeline", cwd=home)
    assert ran.status == 3 and "newer" in ran.err


def test_a_database_in_a_folder_that_is_none_is_exit_3(home):
    (home / "plain").write_text("a file", "utf-8")
    file = home / "config.yaml"
    file.write_text(file.read_text("utf-8").replace("database: timeline.db", "database: plain/timeline.db"), "utf-8")
    ran = monitor("seed", cwd=home)
    assert ran.status == 3 and "Traceback" not in ran.err


@pytest.mark.parametrize(
    "args", [("nonsense",), ("export",), ("poll", "--format", "xml"), ("ingest",), ("timeline", "nobody")]
)
def test_wrong_usage_is_exit_2_with_a_sentence(home, args):
    ran = monitor(*args, cwd=home)
    assert ran.status == 2 and ran.err and "Traceback" not in ran.err


def test_version_and_help_are_quick_answers(tmp_path):
    assert monitor("--help", cwd=tmp_path).status == 0
    assert "monitor" in monitor("--version", cwd=tmp_path).out


def test_counts_balance():
    assert balanced(Counts(5, 1, 1, 1, 1, 1)) and not balanced(Counts(5, 1))


# --------------------------------------------------------------------------- what a newcomer is told to do next


def test_where_no_entry_came_yet_it_is_said_where_to_look(home):
    assert "`monitor sources`" in monitor("entries", cwd=home).err
    assert monitor("entries", "--state", "failed", cwd=home).err.endswith("monitor: no such entry\n")


def test_a_rejected_file_is_told_with_the_way_to_its_reasons(home):
    (home / "a.txt").write_text("秋季丰收\n\n今年秋季谷物获得丰收，亩产增加了两成。\n", "utf-8")
    ran = monitor("ingest", "a.txt", cwd=home)
    assert ran.status == 0 and "1 rejected" in ran.out and "`monitor explain ID`" in ran.err


def test_where_no_source_can_be_reached_one_line_says_what_to_do(tmp_path):
    feeds = [{"url": f"http://{name}.invalid/rss"} for name in "ab"]
    entities = [{"id": id, "kind": "company", "names": [name]} for id, name in (("a", "甲公司"), ("b", "乙公司"))]
    topics = [{"id": "ab", "question": "?", "together": ["a", "b"], "entities": entities}]
    told = {"database": "t.db", "timezone": "Asia/Shanghai", "feeds": feeds, "topics": topics}
    (tmp_path / "config.yaml").write_text(json.dumps(told), "utf-8")
    said = monitor("poll", cwd=tmp_path).err
    assert said.count("none of the sources could be reached") == 1 and "monitor doctor --network" in said
