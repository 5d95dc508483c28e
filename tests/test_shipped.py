"""The shipped feeds read their sources: each sample is in the form of its source, and read as config.yaml declares it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import addresses, declared, parse
from monitor.errors import ParseError
from monitor.model import Feed, Response
from tests.parse.cases import NOW, shown

HOME = Path(__file__).parents[1]
CASES = sorted(p for p in (HOME / "tests" / "data" / "sources").iterdir() if (p / "case.json").is_file())
SETTINGS = declared.read(HOME / "config.yaml").settings
FEEDS = (*SETTINGS.feeds, *SETTINGS.disabled)


def feed_at(start: str) -> Feed:
    found = [feed for feed in FEEDS if feed.url.startswith(start)]
    assert found, f"config.yaml declares nothing at {start}"
    return found[0]


def said(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "case.json").read_text("utf-8"))
    return found


def places(case: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the beginnings of the addresses of the feeds that have the form of a sample."""
    return (case["url"], *case.get("also", ()))


SAMPLES = [pytest.param(f, start, id=f"{f.name} {start}") for f in CASES for start in places(said(f))]


@pytest.mark.parametrize(("folder", "start"), SAMPLES)
def test_a_sample_is_read_as_the_shipped_feed_declares(folder, start):
    case = said(folder)
    feed = feed_at(start)
    asked = case.get("final") or addresses.filled(feed.url, feed.timezone, NOW)
    headers = (("content-type", case["content_type"]),) if "content_type" in case else ()
    response = Response(asked, asked, 200, headers, (folder / "body").read_bytes())
    if "error" in case:
        with pytest.raises(ParseError) as raised:
            parse.feed(response, feed, NOW)
        assert case["error"] in str(raised.value)
        return
    parsed = parse.feed(response, feed, NOW)
    seen = [{**shown(entry), "source_url": entry.source_url} for entry in parsed.entries]
    assert (parsed.kind, parsed.next_url) == (case["kind"], case.get("next_url", ""))
    told = zip(case["entries"], seen, strict=True)
    assert [{key: entry[key] for key in wanted} for wanted, entry in told] == case["entries"]


def test_thirty_one_feeds_are_polled_and_more_may_be():
    kinds = [feed.kind or "feed" for feed in SETTINGS.feeds]
    assert (kinds.count("feed"), kinds.count("list"), kinds.count("json")) == (17, 6, 8)
    assert len(SETTINGS.disabled) == 36
    assert all(feed.every_declared for feed in FEEDS)


def test_a_search_serves_the_topic_that_it_asks_for_and_any_other_all():
    searches = [f for f in SETTINGS.feeds if "小米" in f.url or "Xiaomi" in f.url or "stockId" in f.url]
    assert len(searches) == 9
    assert all(f.topics == ("xiaomi-luoyang",) for f in searches)
    assert not [f for f in SETTINGS.feeds if f.topics and f not in searches]


def test_every_shipped_feed_has_a_sample():
    starts = tuple(start for folder in CASES for start in places(said(folder)))
    assert not [f.url for f in FEEDS if not f.url.startswith(starts)]


def test_what_is_shipped_has_no_hosts_that_are_asked_too_often():
    pauses = SETTINGS.fetch.pauses
    assert pauses["api.gdeltproject.org"] >= timedelta(seconds=5)
    assert min(feed.every for feed in FEEDS) >= timedelta(minutes=10)
