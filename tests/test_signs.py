"""What an answer says of its source beside its entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor import signs
from monitor.model import Entry, Feed, FeedState, FetchSettings, Published, Response, Select, Validators
from tests.simulated import START, Says, World, bulletin, rss, steady, tagged
from tests.sites import TOPIC, Desktop
from tests.sites import rss as items

HOUR = timedelta(hours=1)
URL = "http://example.org/rss"
OLD = Validators('"a"', "Mon, 03 Mar 2025 00:00:00 GMT", URL)


def answer(status: int, *headers: tuple[str, str], to: str = URL, url: str = URL, body: bytes = b"x") -> Response:
    return Response(url, to, status, headers, body if status == 200 else None)


@pytest.mark.parametrize(
    ("response", "kept"),
    [
        (answer(200, ("etag", '"b"')), Validators('"b"', "", URL)),
        (answer(200), Validators()),
        (answer(200, ("etag", '"' + "x" * 5000 + '"')), Validators()),
        (answer(200, ("last-modified", "x"), to="http://b.org/"), Validators("", "x", "http://b.org/")),
        (answer(304), OLD),
        (answer(304, ("etag", '"b"')), replace(OLD, etag='"b"')),
        (answer(304, ("last-modified", "x")), replace(OLD, last_modified="x")),
    ],
)
def test_a_200_replaces_both_validators_and_a_304_what_it_repeats(response, kept):
    assert signs.validators(response, OLD) == kept


@pytest.mark.parametrize(
    ("asked", "got", "home"),
    [
        ("http://a.org/news/", "http://a.org/", True),
        ("http://a.org/?q=x", "http://www.a.org", True),
        ("http://a.org/", "http://a.org/", False),
        ("http://a.org/index.htm", "http://a.org/", False),
        ("http://a.org/news/", "http://a.org/news/list", False),
        ("http://a.org/news/", "http://a.org/?p=1", False),
    ],
)
def test_another_page_that_leads_home_is_noticed(asked, got, home):
    assert bool(signs.homeward(answer(200, url=asked, to=got))) is home


def test_publication_is_an_instant_or_the_noon_of_a_day_but_never_to_come():
    now = datetime(2025, 3, 3, 9, tzinfo=UTC)
    days = [Published("", now, now.date(), None), Published("", None, date(2025, 3, 1), None)]
    days += [Published("", None, now.date(), None), Published("", None, None, None)]
    told = signs.published([Entry("i", "u", "t", published=p) for p in days], now)
    assert told == (now, datetime(2025, 3, 1, 12, tzinfo=UTC), now)


def test_a_changed_declaration_reads_another_way():
    feed = Feed(URL, HOUR)
    first = signs.reading(feed, ("a",))
    assert first == signs.reading(replace(feed, every=2 * HOUR), ("a",))
    assert first != signs.reading(replace(feed, kind="list", select=Select("li", "a", "a@href")), ("a",))
    assert first != signs.reading(feed, ("a", "b"))


# --------------------------------------------------------------------------- in the whole


def lived(folder: Path, scripts, feeds, *, days: float, **fetch: object) -> World:
    world = World(folder / "a.db", scripts, feeds, FetchSettings(**fetch))  # type: ignore[arg-type]
    world.live(days=days)
    return world


def test_the_same_page_whatever_is_asked_is_called_blocked(tmp_path):
    urls = [f"http://one.example/{n}" for n in range(3)]
    wall = rss([("http://one.example/welcome", START)])

    def script(url):
        body = bulletin(url, HOUR)
        return lambda now, _: Says(200, wall if now > START + 6 * HOUR else body(now))

    world = lived(tmp_path, {u: script(u) for u in urls}, [Feed(u, HOUR, every_declared=True) for u in urls], days=0.5)
    assert {s.state for s in world.statuses.values()} == {FeedState.BLOCKED}
    assert all("the same page as" in s.error for s in world.statuses.values())


def test_two_addresses_of_one_feed_are_healthy(tmp_path):
    urls = ["http://one.example/a", "http://one.example/b"]
    body = bulletin("http://one.example/n", HOUR)
    world = lived(tmp_path, {u: steady(body) for u in urls}, [Feed(u, HOUR) for u in urls], days=0.5)
    assert {s.state for s in world.statuses.values()} == {FeedState.OK}


def test_a_feed_that_turns_into_its_home_page_is_called_blocked_with_the_address(tmp_path):
    body = bulletin(URL, HOUR)
    scripts = {
        URL: lambda now, _: (
            Says(302, b"", {"Location": "http://example.org/"}) if now > START + 3 * HOUR else Says(200, body(now))
        ),
        "http://example.org/": steady(lambda now: b"<html><title>Home</title></html>"),
    }
    status = lived(tmp_path, scripts, [Feed(URL, HOUR)], days=0.3).statuses[URL]
    assert (status.state, status.error) == (FeedState.BLOCKED, "redirected to the home page http://example.org/")


def test_a_feed_declared_anew_is_read_whole_again(tmp_path):
    world = lived(tmp_path, {URL: tagged(lambda now: rss([(f"{URL}/1", START)]))}, [Feed(URL, HOUR)], days=0.2)
    assert {a.status for a in world.of(URL)} == {200, 304}
    world.seen.clear()
    again = World(world.database, world.scripts, [Feed(URL, HOUR, language="zh")], now=world.now)
    again.live(days=0.1)
    assert [a.status for a in again.of(URL)][:2] == [200, 304]
    assert "if-none-match" not in again.of(URL)[0].headers


def test_a_host_that_rests_for_long_is_no_failure_of_its_feeds(tmp_path):
    urls = [f"http://one.example/{n}" for n in range(3)]
    pauses = {"one.example": timedelta(minutes=10)}
    scripts = {u: tagged(bulletin(u, HOUR)) for u in urls}
    world = lived(tmp_path, scripts, [Feed(u, HOUR) for u in urls], days=0.2, pauses=pauses)
    assert {(s.state, s.failures) for s in world.statuses.values()} == {(FeedState.OK, 0)}
    times = [a.began for a in world.seen]
    assert min(b - a for a, b in pairwise(times)) >= timedelta(minutes=10)


def test_a_feed_whose_entries_another_one_brings_first_is_as_alive_as_that_one(tmp_path):
    urls = ["http://a.example.com/rss", "http://b.example.com/rss"]
    desk = Desktop(tmp_path, "feeds:" + "".join(f'\n  - {{url: "{u}", every: 5m}}' for u in urls) + f"\ntopics:{TOPIC}")
    for n in range(3):
        item = f"<title>小米考察洛阳第{n}天</title><link>http://n.example.com/{n}.html</link>"
        for url in urls:
            desk.site.pages[url] = items(item)
            polled = desk.now
            desk.poll()
    assert [e.state.value for e in desk.entries(urls[1])] == ["duplicate"] * 3
    assert desk.status(1).last_new == polled


def test_an_old_entry_in_other_words_is_no_sign_of_life_and_one_with_a_later_date_is(tmp_path):
    desk = Desktop(tmp_path, f'feeds: [{{url: "{URL}", every: 5m}}]\ntopics:{TOPIC}')
    item = "<title>要闻一则</title><link>http://n.example.com/1.html</link><description>%d人看过</description><pubDate>%s</pubDate>"
    first = desk.now
    for n in range(3):
        desk.site.pages[URL] = items(item % (n, "Wed, 19 Mar 2025 00:00:00 GMT"))
        desk.poll()
    assert desk.status().last_new == first
    polled, later = desk.now, "Thu, 20 Mar 2025 05:00:00 GMT"
    desk.site.pages[URL] = items(item % (9, later))
    desk.poll()
    assert desk.status().last_new == polled
