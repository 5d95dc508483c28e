"""``monitor sources``: feeds tried without storing, and lists for and from other readers."""

from __future__ import annotations

import json
import re

import pytest

from monitor import declared, parse
from monitor.errors import ConfigError
from monitor.model import Feed, ParsedFeed
from monitor.trial import EVERY, Trial, as_text
from tests.commands import monitor
from tests.newsroom import config

# --------------------------------------------------------------------------- tried


def test_every_feed_is_tried_and_nothing_is_stored(home):
    ran = monitor("sources", "--try", "--format", "json", cwd=home)
    told = json.loads(ran.out)
    assert ran.status == 0
    assert [t["ok"] for t in told] == [True] * 5
    assert {t["kind"] for t in told} == {"rss", "atom", "json-feed", "list"}
    assert all(t["entries"] and t["newest"] and t["keeps"] for t in told)
    assert {topic for t in told for k in t["keeps"] for topic in k["topics"]} <= {"xiaomi-luoyang", "catl-luoyang"}
    assert not (home / "timeline.db").exists()


def test_one_feed_is_tried_and_a_person_sees_what_it_would_keep(room, home):
    url = room.at("a", "/rss.xml")
    shown = monitor("sources", "--try", url, cwd=home).out
    assert shown.startswith(f"{url}\n  rss")
    assert "pass the first screen" in shown
    assert re.search(r"^  would keep   2025-\d\d-\d\d  \S", shown, re.M)


def test_a_feed_that_fails_says_why_and_that_is_no_error(room, home):
    url = room.at("a", "/nothing-here")
    ran = monitor("sources", "--try", url, "--format", "json", cwd=home)
    (told,) = json.loads(ran.out)
    assert (ran.status, told["ok"], told["entries"], told["kind"]) == (0, False, 0, None)
    assert "404" in told["error"]
    assert "failed" in monitor("sources", "--try", url, cwd=home).out


def test_what_was_forgiven_is_told():
    tried = Trial(Feed("http://a/", EVERY), "http://a/", "", ParsedFeed((), "rss", warnings=("read as gb18030",)))
    assert list(as_text(tried)) == [
        "http://a/",
        "  rss          0 entries, 0 with a date; 0 pass the first screen",
        "  note         read as gb18030",
    ]


def test_a_feed_that_is_not_declared_may_be_tried(room, tmp_path):
    private = room.at("a", "/").split("/")[2]
    (tmp_path / "config.yaml").write_text(
        f'fetch: {{pause: 0, allow_private: ["{private}"]}}\n'
        "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [小米]}]}]\n"
    )
    assert "  rss " in monitor("sources", "--try", room.at("a", "/rss.xml"), cwd=tmp_path).out


def test_a_disabled_feed_is_tried_as_it_is_declared(room, home):
    file = home / "config.yaml"
    file.write_text(file.read_text("utf-8").replace("kind: list,", "kind: list, enabled: false,"), "utf-8")
    url = room.at("e", "/list.html")
    (told,) = json.loads(monitor("sources", "--try", url, "--format", "json", cwd=home).out)
    assert told["kind"] == "list"
    assert url not in monitor("sources", cwd=home).out
    assert f"disabled      list      {url}" in monitor("check", cwd=home).out


def test_a_search_is_tried_by_the_address_that_is_declared_for_each_topic_that_it_serves(room, tmp_path):
    private = room.at("a", "/").split("/")[2]
    search = room.at("a", "/rss.xml?q={q}")
    topic = "{id: %s, question: q, entities: [{id: a, kind: company, names: [%s]}]}"
    (tmp_path / "config.yaml").write_text(
        f'fetch: {{pause: 0, allow_private: ["{private}"]}}\n'
        f'feeds: [{{url: "{search}", topics: [one, two], enabled: false, every: 2h}}]\n'
        f"topics: [{topic % ('one', '小米')}, {topic % ('two', '蔚来')}, {topic % ('three', '比亚迪')}]\n"
    )
    told = json.loads(monitor("sources", "--try", search, "--format", "json", cwd=tmp_path).out)
    assert [t["url"] for t in told] == [search.replace("{q}", q) for q in ("小米", "蔚来")]


def test_what_is_no_address_cannot_be_tried(home):
    ran = monitor("sources", "--try", "lyd", cwd=home)
    assert ran.status == 2 and "http://" in ran.err


# --------------------------------------------------------------------------- OPML


def test_feeds_are_written_as_opml_and_read_again(room, home, tmp_path):
    ran = monitor("sources", "--opml", cwd=home)
    assert [o.url for o in parse.outlines(ran.out.encode())] == [room.at(x, config.PATHS[x]) for x in "abcd"]
    assert "1 of 5" in ran.err
    (tmp_path / "list.opml").write_text(ran.out, "utf-8")
    (tmp_path / "other.yaml").write_text(
        f'feeds: [{{url: "{room.at("a", "/rss.xml")}", every: 2h}}]\nopml: [list.opml]\n'
        "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [小米]}]}]\n"
    )
    settings = declared.read(tmp_path / "other.yaml").settings
    assert [f.url for f in settings.feeds] == [room.at(x, config.PATHS[x]) for x in "abcd"]
    assert settings.feeds[0].every.total_seconds() == 7200  # as declared, not as listed


def test_nothing_is_said_where_every_feed_can_be_written(tmp_path):
    (tmp_path / "config.yaml").write_text(
        'feeds: [{url: "http://a.example.com/?a=1&b=%22", every: 2h}]\n'
        "topics: [{id: t, question: q, entities: [{id: a, kind: company, names: [小米]}]}]\n"
    )
    ran = monitor("sources", "--opml", cwd=tmp_path)
    assert (ran.err, [o.url for o in parse.outlines(ran.out.encode())]) == ("", ["http://a.example.com/?a=1&b=%22"])


def test_a_list_that_changes_is_read_again(tmp_path):
    opml = tmp_path / "list.opml"
    opml.write_text("<opml/>")
    (tmp_path / "config.yaml").write_text(
        "opml: [list.opml]\ntopics: [{id: t, question: q, entities: [{id: a, kind: company, names: [小米]}]}]\n"
    )
    before = declared.read(tmp_path / "config.yaml")
    opml.write_text('<opml><body><outline xmlUrl="http://a.example.com/"/></body></opml>')
    assert declared.stamp(before.settings) != before.stamp


def test_lists_that_cannot_be_read_are_told_at_once(tmp_path):
    (tmp_path / "bad.opml").write_text("<rss/>")
    (tmp_path / "config.yaml").write_text(
        "opml: [bad.opml, gone.opml]\ntopics: [{id: t, question: q, entities: [{id: a, kind: company, names: [小米]}]}]\n"
    )
    with pytest.raises(ConfigError) as caught:
        declared.read(tmp_path / "config.yaml")
    assert [p.partition("opml: ")[2] for p in caught.value.problems] == [
        "no OPML: its root is <rss>",
        "No such file or directory",
    ]
    assert monitor("check", cwd=tmp_path).status == 2
