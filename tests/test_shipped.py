"""The shipped feeds read their sources: each sample is in the form of its source, and read as config.yaml declares it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import addresses, declared, parse
from monitor.errors import FetchError, ParseError
from monitor.model import Feed, FeedState, Request, Response
from monitor.store import open_store
from tests.parse.cases import NOW, shown
from tests.sites import Desktop, Site

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


# --------------------------------------------------------------------------- polled as it is shipped

LOOKED_UP = {
    "https://www1.hkexnews.hk/search/prefix.do": b'callback({"more":"1","stockInfo":[{"stockId":209,"code":"01810"}]});',
    "http://www.news.cn/xhsxw.htm": b'<html><ul class="wz-list" data="datasource:4ab_c"><li>x</li></ul></html>',
}


class Samples(Site):
    """Every source at once: what begins like a sample's address is answered with it."""

    def __init__(self) -> None:
        super().__init__()
        read = [f for f in CASES if "error" not in said(f)]
        self.bodies = {start.split("{")[0]: (f / "body").read_bytes() for f in read for start in places(said(f))}
        self.bodies |= LOOKED_UP

    async def get(self, request: Request) -> Response:
        self.asked.append(request.url)
        start = max((s for s in self.bodies if request.url.startswith(s)), key=len, default="")
        if not start or "/detail/" in request.url:
            raise FetchError(request.url, "http 404")
        return Response(request.url, request.url, 200, (), self.bodies[start])


def test_every_shipped_feed_is_polled_with_its_look_ups_pages_and_days(tmp_path):
    text = (HOME / "config.yaml").read_text("utf-8").replace("enabled: false", "enabled: true")
    samples = Samples()
    desk = Desktop(tmp_path, text.replace("seeds: seeds/", f"seeds: {HOME}/seeds/"), samples)
    counts = desk.poll()
    with open_store(str(tmp_path / "timeline.db"), create=False) as store:
        told = {s.url: (s.state, s.error) for s in store.statuses()}
    assert told == dict.fromkeys((f.url for f in FEEDS), (FeedState.OK, ""))
    assert counts.fetched > len(FEEDS)
    for part in (
        "stockId=209&documentType=-1&fromDate=20250218&toDate=20250320&",  # looked up, and a month of days
        "http://www.news.cn/ds_4ab_c.json",
        "/html2/2025-03/20/node_4.htm",  # the page after the first
        "lid=2509&k=&num=50&page=2",
        "cb=jQuery1_1742443200000&",
        "q=小米%20洛陽+when:7d",
    ):
        assert [url for url in samples.asked if part in url], part
    assert not [url for url in samples.asked if "page=3" in url]  # the second was the first again
