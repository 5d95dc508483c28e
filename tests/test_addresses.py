"""What placeholders stand for, and one search for all topics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor import addresses
from monitor.model import Entity, Feed, FetchSettings, Settings, Step, Topic

NOW = datetime(2025, 3, 19, 17, 0, 0, 500_000, tzinfo=UTC)  # already the 20th in Shanghai
HOUR = timedelta(hours=1)


def topic(id: str, *names: tuple[str, ...], **said: str) -> Topic:
    entities = tuple(Entity(f"e{i}", "company", n) for i, n in enumerate(names))
    return Topic(id, "?", entities, tuple(e.id for e in entities), **said)


XIAOMI = topic("x", ("小米", "Xiaomi"), ("洛阳", "洛阳市", "Luoyang"))
SAIC = topic("s", ("上汽",), ("南京", "Nanjing"))


def feeds(url: str, *topics: Topic, **said: object) -> tuple[Feed, ...]:
    fetch = FetchSettings()
    settings = Settings("c", "d", "UTC", fetch, "off", (), (Feed(url, HOUR, **said),), topics)  # type: ignore[arg-type]
    return addresses.expanded(settings).feeds


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://a/{date:%Y-%m/%d}/n{date:%d}.htm", "http://a/2025-03/20/n20.htm"),
        ("http://a/?from={date-30d:%Y%m%d}&to={date:%Y%m%d}", "http://a/?from=20250218&to=20250320"),
        ("http://a/{date-1h:%d}-{date-2h:%d}", "http://a/20-19"),
        ("http://a/?t={ms}", "http://a/?t=1742403600500"),
        ("http://a/{page}", "http://a/3"),
        ("http://a/ds_{list}.json", "http://a/ds_4a%26%2F洛.json"),
        ("http://a/{other}", "http://a/{other}"),
        ("http://a/", "http://a/"),
    ],
)
def test_a_placeholder_stands_for_the_day_the_instant_the_page_or_what_was_found(url, asked):
    assert addresses.filled(url, "Asia/Shanghai", NOW, page=3, found={"list": "4a&/洛"}) == asked
    assert addresses.is_fixed(url) == (url == "http://a/")


def test_one_search_becomes_a_feed_for_each_topic():
    one, two = feeds("http://a/s?q={q}+when:7d", XIAOMI, SAIC, language="zh")
    assert (one.url, one.topics) == ("http://a/s?q=小米%20洛阳+when:7d", ("x",))
    assert (two.url, two.topics, two.language) == ("http://a/s?q=上汽%20南京+when:7d", ("s",), "zh")


def test_the_traditional_script_is_asked_in_the_traditional_script():
    assert [f.url for f in feeds("http://a/{q_trad}", XIAOMI)] == ["http://a/小米%20洛陽"]


def test_a_topic_without_an_english_name_is_not_asked_for_in_english():
    assert [f.topics for f in feeds("http://a/{q_en}", XIAOMI, SAIC)] == [("x",)]
    assert [f.url for f in feeds("http://a/{q_en}", topic("s", ("上汽",), query_en="SAIC  x"))] == [
        "http://a/SAIC%20%20x"
    ]


def test_a_topic_may_say_what_is_asked():
    assert [f.url for f in feeds("http://a/?q={q}", topic("x", ("小米",), query="小米&洛阳"))] == [
        "http://a/?q=小米%26洛阳"
    ]


def test_a_search_for_one_topic_serves_that_topic_alone():
    assert [f.topics for f in feeds("http://a/{q}", XIAOMI, SAIC, topics=("s",))] == [("s",)]


def test_topics_that_ask_for_the_same_words_share_a_feed():
    (feed,) = feeds("http://a/{q}", XIAOMI, topic("y", ("小米",), ("洛阳",)))
    assert feed.topics == ("x", "y")


def test_a_search_that_a_step_asks_is_one_for_each_topic_too():
    (feed,) = feeds("http://a/{q}/{id}", XIAOMI, steps=(Step("id", "http://a/find?{q}", "id"),))
    assert feed.steps[0].url == "http://a/find?小米%20洛阳"
    assert feed.url == "http://a/小米%20洛阳/{id}"


def test_any_other_feed_stays_as_it_is_declared():
    (feed,) = feeds("http://a/{date:%Y}/{page}", XIAOMI, SAIC)
    assert feed == Feed("http://a/{date:%Y}/{page}", HOUR)


def test_an_address_declared_for_all_topics_stays_so_beside_a_search_that_comes_to_it():
    plain, search = Feed("http://a/小米%20洛阳", HOUR), Feed("http://a/{q}", HOUR)
    settings = Settings("c", "d", "UTC", FetchSettings(), "off", (), (plain, search), (XIAOMI,))
    assert addresses.expanded(settings).feeds == (plain,)
