from __future__ import annotations

from datetime import timedelta

import pytest

from monitor import parse
from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed
from tests.parse.cases import NOW, URL, Case, cases, feed_of, response, shown


def check(parsed: ParsedFeed, case: Case) -> None:
    for name in ("kind", "title", "next_url"):
        if name in case:
            assert getattr(parsed, name) == case[name]
    if "ttl_minutes" in case:
        assert parsed.hints.ttl == timedelta(minutes=case["ttl_minutes"])
    assert parsed.hints.skip_hours == frozenset(case.get("skip_hours", ()))
    assert parsed.hints.skip_days == frozenset(case.get("skip_days", ()))
    if "warning" in case:
        assert case["warning"] in "; ".join(parsed.warnings)
    if case.get("warning_free"):
        assert parsed.warnings == ()
    assert len(parsed.entries) == len(case["entries"])
    if "distinct" in case:
        assert len({e.identity for e in parsed.entries}) == case["distinct"]
    for entry, expected in zip(parsed.entries, case["entries"], strict=True):
        expected = dict(expected)
        assert entry.title.startswith(expected.pop("title_starts", ""))
        assert expected.pop("alias_host", "") in "".join(entry.aliases)
        seen = shown(entry)
        assert {key: seen[key] for key in expected} == expected


@pytest.mark.parametrize(("body", "case"), cases("feeds") + cases("json") + cases("lists"))
def test_a_body_gives_what_its_case_says(body: bytes, case: Case) -> None:
    if "error" in case:
        with pytest.raises(ParseError) as raised:
            parse.feed(response(body), feed_of(case), NOW)
        assert case["error"] in str(raised.value)
    else:
        check(parse.feed(response(body), feed_of(case), NOW), case)


def test_a_304_has_no_body_to_read() -> None:
    with pytest.raises(ParseError, match="empty body"):
        parse.feed(response(None), Feed(URL, timedelta(hours=1)), NOW)


def test_http_names_the_charset_where_the_document_does_not() -> None:
    body = "<rss><channel><item><title>café</title><link>/1</link></item></channel></rss>".encode("latin-1")
    parsed = parse.feed(response(body, "text/xml; charset=iso-8859-1"), Feed(URL, timedelta(hours=1)), NOW)
    assert parsed.entries[0].title == "café"


def test_relative_links_follow_the_redirect() -> None:
    body = b"<rss><channel><item><title>a</title><link>1.html</link></item></channel></rss>"
    parsed = parse.feed(response(body, url="https://other.example.net/rss/all.xml"), Feed(URL, timedelta(hours=1)), NOW)
    assert parsed.entries[0].url == "https://other.example.net/rss/1.html"


def test_an_item_keeps_its_identity_when_its_neighbours_leave() -> None:
    def identities(*titles: str) -> list[str]:
        items = "".join(
            f"<item><title>{t}</title><link>{URL}</link><guid isPermaLink='false'>g{t}</guid></item>" for t in titles
        )
        body = f"<rss><channel>{items}</channel></rss>".encode()
        return [e.identity for e in parse.feed(response(body), Feed(URL, timedelta(hours=1)), NOW).entries]

    assert identities("a") == identities("a", "b")[:1]
    assert len(set(identities("a", "b", "c"))) == 3


def test_two_titles_behind_one_link_stay_two() -> None:
    item = "<item><title>{0}</title><link>https://x.example.com/live.html</link></item>"
    body = f"<rss><channel>{item.format('a')}{item.format('b')}</channel></rss>".encode()
    entries = parse.feed(response(body), Feed(URL, timedelta(hours=1)), NOW).entries
    assert len({e.identity for e in entries}) == 2


def test_guids_of_two_feeds_do_not_meet() -> None:
    body = b"<rss><channel><item><title>a</title><guid isPermaLink='false'>1</guid></item></channel></rss>"
    one, two = (parse.feed(response(body), Feed(f"http://{h}.example.com/rss", timedelta(hours=1)), NOW) for h in "ab")
    assert one.entries[0].identity != two.entries[0].identity


def test_a_list_without_selectors_says_so() -> None:
    with pytest.raises(ParseError, match="without selectors"):
        parse.feed(response(b"<ul></ul>"), Feed(URL, timedelta(hours=1), kind="list"), NOW)
