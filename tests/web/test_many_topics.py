"""The page where a thousand questions are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from monitor.model import EntryState, Poll
from monitor.web import shelf
from tests.store.make import NOW, screened, status, verdict
from tests.web import town
from tests.web.town import Reader

CROWD = tuple(replace(town.TOPIC, id=f"t{n}", question=f"第{n}问?") for n in range(1, 1000))
SETTINGS = replace(town.SETTINGS, topics=(town.TOPIC, *CROWD))


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Reader]:
    with town.built(tmp_path / "town.db") as store:
        judged = screened(9, EntryState.WAITING, verdict(topic="t7"))
        number = store.open_round(NOW)
        topics = tuple(t.id for t in SETTINGS.topics)
        store.record(Poll(number, status(town.FEEDS[0].url), NOW, "new", 200, (judged,), topics=topics))
        store.close_round(number, NOW)
    found = Reader(tmp_path / "town.db", SETTINGS)
    yield found
    found.shelf.close()


def test_a_timeline_leads_to_one_page_with_all_questions(many):
    page = html.fromstring(many.get("/").content)
    assert page.xpath("//ul[@class='topics']//a/@href") == ["/topics"]
    links = html.fromstring(many.get("/topics").content).xpath("//main//li/a/@href")
    assert links == ["/", *(f"/t/{t.id}" for t in CROWD)]


def test_an_entry_shows_the_topics_that_it_names_and_how_many_others_there_are(many):
    page = html.fromstring(many.get("/entries").content)
    (first,) = page.xpath("//details[.//b='t7']")
    assert first.xpath(".//b/text()") == ["t7"]
    assert "999" in first.text_content()


def test_what_is_kept_in_memory_is_bounded(many, tmp_path):
    while len(many.shelf._known) < 20:
        many.shelf.book(CROWD[len(many.shelf._known)])
    known = many.shelf._known
    for one in known.values():
        one.events = dict.fromkeys(map(str, range(shelf.HELD // 2)), town.event("9", *town.TOLD[0][1:3]))
    many.shelf.book(town.TOPIC)
    assert list(known)[-1] == town.TOPIC.id
    assert sum(len(one.events) for one in known.values()) <= shelf.HELD
    assert {key[0] for key in many.shelf._books} <= set(known)
