"""What another definition of the topics would change of what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor import outlook, pipeline
from monitor.model import Entity, EntryState, Feed, Judgement, Office, Page, Published, Settings, Topic
from monitor.parse import Document
from monitor.pipeline import Handed
from monitor.store import open_store
from monitor.store.base import Store
from tests.store.make import LIST, RSS, article, collected, later, screened, settings, verdict

NOW = datetime(2025, 3, 21, tzinfo=UTC)
PORT = Topic(
    "port",
    "星河能落户临江吗?",
    (
        Entity("xinghe", "company", ("星河集团",), offices=(Office("李明", "总裁"),)),
        Entity("linjiang", "place", ("临江",), decoys=("临江路",)),
    ),
    ("xinghe", "linjiang"),
)
TEXT = "3月19日,临江市与星河汽车签署合作协议,星河汽车将在临江建设工厂。"


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store(":memory:") as store:
        store.declare(asking(PORT), NOW)
        yield store


def asking(*topics: Topic, feeds: Sequence[Feed] = ()) -> Settings:
    return settings(feeds, topics)


def named(*names: str) -> Topic:
    """Return the topic with these names of the company."""
    return replace(PORT, entities=(replace(PORT.entities[0], names=names), PORT.entities[1]))


def handed_in(store: Store, text: str = TEXT) -> str:
    """Hand in an article and return its id."""
    desk = pipeline.Desk.of(asking(PORT))
    page = Page("", text, Published("", None, None, None))
    read = pipeline.ingest(desk, Document(page, text.encode()), Handed(()), NOW)
    pipeline.settle(desk, store, read, NOW)
    assert read.article is not None
    return read.article.id


def test_the_same_topics_change_nothing(store: Store) -> None:
    handed_in(store)
    found = outlook.ahead(store, asking(PORT))
    assert (found.definitions, found.shifts, found.articles) == ((), (), 1)
    assert next(outlook.lines(found)) == "no topic is changed"


def test_a_new_name_finds_what_was_kept_without_it(store: Store) -> None:
    held = handed_in(store)
    found = outlook.ahead(store, asking(named("星河集团", "星河汽车")))
    assert [(s.id, s.before, s.after) for s in found.shifts] == [(held, Judgement.REJECTED, Judgement.RELEVANT)]
    assert found.definitions == ("topic port is changed: xinghe: names +星河汽车",)


def test_events_that_rest_on_an_article_are_counted(store: Store) -> None:
    held = handed_in(store, TEXT.replace("星河汽车", "星河集团"))
    (shift,) = outlook.ahead(store, asking(named("别家集团"))).shifts
    assert (shift.id, shift.before, shift.events) == (held, Judgement.RELEVANT, 1)
    assert any("1 event rests on it" in line for line in outlook.lines(outlook.ahead(store, asking(named("别家集团")))))


def test_entries_are_judged_by_title_and_summary_and_duplicates_not(store: Store) -> None:
    was = verdict(Judgement.REJECTED, "port")
    new = screened(1, EntryState.REJECTED, was, title="星河汽车总裁到访临江")
    collected(store, new, screened(2, EntryState.REJECTED, was, title="股市收盘"))
    collected(store, screened(1, EntryState.DUPLICATE, was, title="星河汽车总裁到访临江"), url=LIST)
    found = outlook.ahead(store, asking(named("星河集团", "星河汽车")))
    assert found.entries == 2
    assert [(s.title, s.before, s.after) for s in found.shifts] == [
        ("星河汽车总裁到访临江", Judgement.BACKGROUND, Judgement.RELEVANT)
    ]
    told = list(outlook.lines(found))
    assert any("port: to be read -> relevant" in line for line in told)
    assert told[-1] == "1 would be judged otherwise; nothing is written"


def test_an_entry_whose_article_is_kept_is_judged_by_its_text_for_its_feed_s_topics(store: Store) -> None:
    collected(store, screened(1, EntryState.WAITING, verdict(Judgement.RELEVANT, "port"), title="星河集团到访临江"))
    (waiting,) = store.inbox(NOW)
    found = replace(article(1, "星河集团到访临江,双方签署协议。"), title="星河集团到访临江")
    read = pipeline.judge(pipeline.Desk.of(asking(PORT)), waiting.id, found, b"", ("port",))
    pipeline.settle(pipeline.Desk.of(asking(PORT)), store, read, NOW)
    served = replace(settings().feeds[0], url=RSS, topics=("port",))
    new = outlook.ahead(store, asking(named("别家集团"), replace(PORT, id="other"), feeds=[served]))
    assert (new.entries, new.articles) == (0, 1)
    assert [(s.id, s.topic, s.after) for s in new.shifts] == [(found.id, "port", Judgement.REJECTED)]


def test_a_topic_that_is_new_or_gone_is_said(store: Store) -> None:
    collected(store, screened(1, EntryState.WAITING, verdict(Judgement.RELEVANT, "port"), title="星河集团到访临江"))
    other = replace(PORT, id="other")
    found = outlook.ahead(store, asking(other))
    assert found.definitions == ("topic other is new", "topic port is no longer asked")
    assert [(s.topic, s.before, s.after) for s in found.shifts] == [
        ("port", Judgement.RELEVANT, None),
        ("other", None, Judgement.RELEVANT),
    ]
    assert any("not asked -> relevant" in line for line in outlook.lines(found))


def test_a_feed_judges_only_for_the_topics_that_it_serves(store: Store) -> None:
    collected(store, screened(1, EntryState.WAITING, verdict(Judgement.RELEVANT, "port"), title="星河集团到访临江"))
    served = replace(settings().feeds[0], url=RSS, topics=("port",))
    found = outlook.ahead(store, asking(PORT, replace(PORT, id="other"), feeds=[served]))
    assert found.shifts == ()


def test_an_entry_that_no_topic_judged_is_asked_of_the_new_ones_alone(store: Store) -> None:
    collected(store, screened(1, EntryState.REJECTED, verdict(Judgement.REJECTED, "gone"), title="星河集团到访临江"))
    (shift,) = outlook.ahead(store, asking(PORT)).shifts
    assert (shift.before, shift.after) == (None, Judgement.RELEVANT)


def test_every_kind_of_change_of_a_definition_is_told_in_words(store: Store) -> None:
    company, place = PORT.entities
    changed = replace(
        PORT,
        question="另一个问题?",
        entities=(
            replace(company, kind="organisation", offices=()),
            replace(place, decoys=(), names=("临江",)),
            Entity("lin", "person", ("林远",)),
        ),
    )
    (told,) = outlook.ahead(store, asking(changed)).definitions
    assert told == "topic port is changed: question; lin added; xinghe: kind, offices; linjiang: decoys -临江路"
    two = replace(PORT, entities=(replace(company, names=("甲乙", "丙丁")), place))
    store.declare(asking(two), later(1))
    turned = replace(PORT, entities=(replace(company, names=("丙丁", "甲乙")),))
    (told,) = outlook.ahead(store, asking(turned)).definitions
    assert told == "topic port is changed: linjiang removed; xinghe: names in another order"


def test_nothing_is_written(store: Store) -> None:
    handed_in(store)
    before = ([*store.entries()], [*store.articles()], [*store.topics()])
    outlook.ahead(store, asking(named("星河汽车")))
    assert ([*store.entries()], [*store.articles()], [*store.topics()]) == before
