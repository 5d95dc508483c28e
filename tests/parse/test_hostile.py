"""Bodies that are sent to hurt: bounded in time, and what is good in them is kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from monitor import parse
from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed, Select
from tests.costs import affordable
from tests.parse.cases import NOW, URL, response

FEED = Feed(URL, timedelta(hours=1))
LIST = Feed(URL, timedelta(hours=1), kind="list", select=Select("li"))
HEAD = b"<rss><channel><item><title>good</title><link>/good</link></item>"
SECONDS = 2.0  # of CPU for any one answer


def read(body: bytes, feed: Feed = FEED) -> ParsedFeed:
    def tried() -> ParsedFeed | ParseError:
        try:
            return parse.feed(response(body), feed, NOW)
        except ParseError as error:
            return error

    told = affordable(tried, SECONDS)
    if isinstance(told, ParseError):
        raise told
    return told


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"<item " + b" ".join(b'a%d="x"' % i for i in range(100_000)) + b"/>", id="attributes"),
        pytest.param(b"<a>" * 100_000, id="depth"),
        pytest.param(b"<a/>" * 350_000, id="elements"),
        pytest.param(b"<item><title>" + b"x" * 5_000_000, id="title"),
        pytest.param(b"<item><title>" + b"&" * 100_000, id="ampersands"),
        pytest.param(b"<item><title>" + b"&nbsp;" * 40_000, id="entities"),
        pytest.param(b"<item><title>" + b"<![CDATA[" * 30_000, id="CDATA"),
        pytest.param(b"<!--" * 500_000, id="comments"),
        pytest.param(b"".join(b'<item xmlns:n%d="u%d"/>' % (i, i) for i in range(5_000)), id="namespaces"),
        pytest.param(b"<item>" + b"<pubDate>Monday, the 45th of 2024</pubDate>" * 70_000 + b"</item>", id="dates"),
        pytest.param(b"<item><link>http://" + b"a." * 2_000 + b"x/1</link></item>", id="labels"),
        pytest.param(b"<x xml:base='b/'>" * 200 + b"<item><link>1</link></item>" * 2_000, id="bases"),
        pytest.param(b"<x>" + "\u4e00".encode("gbk") * 2_000_001 + b"\xff", id="bad bytes"),
    ],
)
def test_what_was_good_before_the_flood_is_kept(tail: bytes) -> None:
    assert read(HEAD + tail).entries[0].title == "good"


@pytest.mark.parametrize("count", [12_345, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_all_items_are_counted_and_ten_thousand_read(count: int) -> None:
    parsed = read(b"<rss><channel>" + b"<item><title>t</title></item>" * count + b"</channel></rss>")
    assert (len(parsed.entries), len(parsed.entries) + parsed.cut) == (10_000, count)


@pytest.mark.long
def test_many_broken_items_are_read_as_far_as_mending_goes() -> None:
    parsed = read(b"<rss><channel>" + b"<item><title>t & u</title></item>" * 300_000)
    assert (len(parsed.entries), parsed.entries[0].title) == (10_000, "t & u")
    # The item that the border of what is mended cuts in two may be counted twice.
    assert abs(len(parsed.entries) + parsed.cut - 300_000) <= 1


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bombs = b"".join(b'<!ENTITY b%d "%s">' % (i, b"&b%d;" % (i - 1) * 10) for i in range(1, 10))
    doctype = b'<!DOCTYPE x [<!ENTITY b0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">' + bombs + b"]>"
    parsed = read(doctype + b"<rss><channel><item><title>&b9; &f;</title></item></channel></rss>")
    assert parsed.entries[0].title == "&b9; &f;"


def test_titles_and_summaries_are_cut_to_size() -> None:
    item = b"<item><title>" + b"t" * 50_000 + b"</title><description>" + b"s " * 50_000 + b"</description></item>"
    entry = read(b"<rss><channel>" + item + b"</channel></rss>").entries[0]
    assert (len(entry.title), len(entry.summary)) == (1_000, 4_000)


def test_behind_eight_megabytes_marked_up_texts_are_read_in_short() -> None:
    item = b"<item><title>t</title><link>/%s</link><description><![CDATA[<b>%s]]></description></item>"
    items = b"".join(item % (b"l" * 2_000 + b"%d" % i, b"word " * 3_000) for i in range(600))
    first, *_, last = read(b"<rss><channel>" + items + b"</channel></rss>").entries
    assert (len(first.summary), len(last.summary) < 1_000, len(last.url) > 2_000) == (4_000, True, True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"<a/>" * 100_000, "its root is <a>", id="many roots"),
        pytest.param(b"<x>" + b"<a/>" * 350_000, "more mark-up outside of entries", id="no items"),
        pytest.param(b"<!DOCTYPE x [" + b'"' * 200_000, "cannot be read", id="an open document type"),
        pytest.param(b"<!-- " * 10, "cannot be read", id="an open comment"),
        pytest.param(b"<html>" + b"<item>" * 10_000, "an HTML page", id="a page full of items"),
        pytest.param(b"[" * 400_001, "more than the 400000", id="brackets"),
        pytest.param(b'{"a":' * 100_000, "nested deeper", id="nested JSON"),
    ],
)
def test_what_holds_nothing_says_what_it_is(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read(body)


def test_hardly_readable_items_cost_a_bounded_time() -> None:
    assert read(b"x<iTEM>" * 11_000).cut == 1_000


LINKS = {
    "hosts": "https://" + "a." * 760 + "qq.com/%d",
    "letters of other scripts": "https://a.com/" + "洛" * 500 + "%d",
    "escapes": "https://a.com/?" + "%%e6" * 500 + "%d",
    "parameters": "https://m.thepaper.cn/x.jsp?" + "a=1&amp;" * 180 + "contid=%d",
    "wrapped": "https://google.com/url?" + "u=1&amp;" * 180 + "url=http://google.com/url?q=http://x/%d",
}


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_links_without_end_cost_a_bounded_time(link: str, count: int) -> None:
    items = "".join(f"<item><title>t{n}</title><link>{link % n}</link></item>" for n in range(count))
    parsed = read(f"<rss><channel>{items}</channel></rss>".encode())
    assert len({e.identity for e in parsed.entries}) == count


@pytest.mark.parametrize("megabytes", [0.1, pytest.param(1.9, marks=pytest.mark.long)])
def test_escapes_that_json_does_not_know_are_mended_in_time(megabytes: float) -> None:
    feed = Feed(URL, timedelta(hours=1), kind="json", map={"entries": "a"})
    lead = b"\\x" * int(megabytes * 500_000)
    parsed = read(b'{"b":"%s","a":[{"title":"it\\\'s"}]}' % lead, feed)
    assert parsed.entries[0].title == "it\\'s"


def test_more_of_them_than_any_list_has_are_refused() -> None:
    with pytest.raises(ParseError, match="escape"):
        read(b'{"b":"%s"}' % (b"\\x" * 4_000_000), Feed(URL, timedelta(hours=1), kind="json", map={"entries": "a"}))


@pytest.mark.parametrize("title", ["&#" + "9" * 5_000 + ";", "&#x" + "f" * 5_000 + ";", "&#" + "0" * 90 + ";"])
def test_a_sign_whose_number_no_text_has_costs_itself_alone(title: str) -> None:
    parsed = read(b"<rss><channel><item><title><![CDATA[a %s b]]></title></item></channel></rss>" % title.encode())
    assert parsed.entries[0].title == "a \ufffd b"


@pytest.mark.parametrize("digits", [20, 5_000])
def test_what_the_forgiving_parser_stumbles_over_is_no_feed(digits: int) -> None:
    with pytest.raises(ParseError):
        read(b"x<iTEM><title>a &#" + b"9" * digits + b";<media:content url=")


def test_a_guid_is_kept_as_its_digest_where_it_is_endless_and_still_tells_items_apart() -> None:
    items = b"".join(b"<item><title>t</title><guid>%s%d</guid></item>" % (b"g" * 90_000, i) for i in range(2))
    first, second = read(b"<rss><channel>" + items + b"</channel></rss>").entries
    assert first.identity != second.identity
    assert len(first.identity) < 100


def test_an_item_has_four_links_at_most() -> None:
    space = b"xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'"
    many = b"".join(b"<f:origLink>http://x.example/%d</f:origLink>" % i for i in range(20_000))
    (entry,) = read(b"<rss %s><channel><item><title>t</title>%s</item></channel></rss>" % (space, many)).entries
    assert (entry.url, len(entry.aliases)) == ("http://x.example/0", 3)


@pytest.mark.parametrize("link", ["http://a[b/1", "http://a]/1", "http://a\u2100b.com/x", "http://a\uff0fb/1"])
def test_a_link_that_cannot_be_taken_apart_is_none(link: str) -> None:
    (entry,) = read(f"<rss><channel><item><title>t</title><link>{link}</link></item></channel></rss>".encode()).entries
    assert entry.url == ""


def test_json_of_more_bytes_than_any_list_has_is_refused() -> None:
    with pytest.raises(ParseError, match="more than the 8388608"):
        read(b'["' + b"x" * 8_388_608 + b'"]')


def test_a_json_feed_is_cut_at_the_same_number() -> None:
    items = ",".join(f'{{"id":"{i}"}}' for i in range(10_050))
    parsed = read(b'{"version":"https://jsonfeed.org/version/1","items":[%s]}' % items.encode())
    assert (len(parsed.entries), parsed.cut) == (10_000, 50)


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"<li><a href='/1'>x</a>" * 7_000, id="rows"),
        pytest.param(b"<div>" * 30_000, id="depth"),
        pytest.param(b"x" * 5_000_000, id="text"),
        pytest.param(b"<li><a href='/1'>x</a><ul>" * 6_000, id="rows in rows"),
        pytest.param(b"<p " + b" ".join(b"a%d=1" % i for i in range(20_000)) + b">", id="attributes"),
    ],
)
def test_a_list_page_without_end_is_read_to_a_bound(tail: bytes) -> None:
    parsed = read(b"<ul><li><a href='/good'>good</a></li>" + tail, LIST)
    assert parsed.entries[0].title == "good"


def page(html: str) -> Callable[[], object]:
    return lambda: parse.page(html.encode(), "https://x.example.com/a", "text/html", "Asia/Shanghai", NOW)


@pytest.mark.parametrize(
    "piece",
    [
        "<p>hello world.</p>",
        "<div>",
        "<div>x",
        "<b>x</b>",
        "2024-01-02 10:00 ",
        "<div>2024-01-02 10:00</div>",
        "20240102",
        " ",
        "<h1>title here</h1>",
        "<ul><li><a href=x>hello world</a>2024-01-02",
        "<script>pubtime:'2024-01-02',",
        "<script type='application/ld+json'>[[[[[",
        "<meta name=date content='2024-01-01'>",
        "<style>",
        "<svg>",
        "来源：",
        "<table><tr><td>",
        "<span>hello, ",
        "<title>a - ",
        "<div>2024-01-02</div><a href=x>y</a>",
        "<div><b><p>hello, world. ",
        "<table><tr><td><table><tr><td>hello, world.",
    ],
)
@pytest.mark.parametrize("size", [60_000, pytest.param(3_000_000, marks=pytest.mark.long)])
def test_a_page_of_one_thing_is_read_or_refused_in_time(piece: str, size: int) -> None:
    read = page("<html><title>title here</title><h1>title here</h1>" + piece * (size // len(piece)))

    def tried() -> None:
        try:
            read()
        except ParseError as error:
            assert "no article text" in str(error) or "nested deeper" in str(error)

    affordable(tried, SECONDS)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<div>" * 240 + "<p>hello, world.</p>" * 20_000, id="deep"),
        pytest.param("<table>" * 200 + "<tr><td>hello, world." * 9_000, id="tables"),
        pytest.param("<ul><li>" + "<div>a 2024-01-02 b</div><a href=x>hello</a>" * 4_000, id="dates in one row"),
        pytest.param("<div class='" + "date " * 500_000 + "'>" + "<p>2024-01-02</p>" * 1_000, id="names"),
    ],
)
def test_a_page_of_nothing_but_depth_costs_a_bounded_time(html: str) -> None:
    read = page("<title>title here</title><h1>title here</h1>" + html)

    def tried() -> None:
        with suppress(ParseError):
            read()

    affordable(tried, SECONDS)


def test_a_plain_text_is_kept_to_a_bound() -> None:
    found = parse.page(b"x" * 5_000_000, "https://x.example.com/a.txt", "text/plain", "Asia/Shanghai", NOW)
    assert len(found.text) == 400_000


def peak_of(act: Callable[[], object]) -> int:
    """Return how many bytes *act* held at once, as Python counts them; libxml2's own are bounded by tags."""
    tracemalloc.start()
    try:
        with suppress(ParseError):
            act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


EMOJI = "\U0001f600".encode()  # one is enough to make every character of its text four bytes


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"<ul><li><a href=/1>x</a>" + b"a" * 32_000_000 + EMOJI, LIST, id="list"),
        pytest.param(b'["' + b"a" * 8_000_000 + EMOJI + b'"]', FEED, id="JSON"),
        pytest.param(
            b"<?xml version='1.0' encoding='cp1252'?><rss>" + b"\x80" * 32_000_000, FEED, id="another encoding"
        ),
        pytest.param(b"<?xml version='1.0' encoding='gbk'?><rss>" + b"\xb0" * 32_000_001, FEED, id="bad bytes"),
    ],
)
def test_a_body_of_one_thing_is_held_in_a_bounded_memory(body: bytes, kind: Feed) -> None:
    assert peak_of(lambda: parse.feed(response(body), kind, NOW)) < 96_000_000


@pytest.mark.long
def test_a_page_of_one_thing_is_held_in_a_bounded_memory() -> None:
    body = b"<p>" + b"a, " * 10_000_000 + EMOJI
    assert peak_of(lambda: parse.page(body, "https://x.example.com/a", "text/html", "Asia/Shanghai", NOW)) < 96_000_000
