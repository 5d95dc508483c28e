"""Whatever the bytes, a reader gives entries or a ParseError: nothing else comes out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import parse
from monitor.errors import ParseError
from monitor.model import Feed, Select
from monitor.parse import xml
from tests.parse.cases import NOW, URL, cases, response

SAMPLES = [p.values[0] for group in ("feeds", "json", "lists") for p in cases(group) if len(p.values[0]) < 5_000]
PIECES = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"</item>",
    b"<item>",
    b"<entry>",
    b"</entry>",
    b"<item/>",
    b"<url>",
    b"<a:item xmlns:a='b'/>",
    b" xml:base='http://b.example/'",
    b"<!--",
    b"\x00",
    b"\xff",
    b"\\ud800",
    b"{",
    b"]",
    b'"',
    b"<!DOCTYPE",
]
FEEDS = [
    Feed(URL, timedelta(hours=1)),
    Feed(
        URL, timedelta(hours=1), kind="list", select=Select("li", title="a@title", date="span", summary="p", next="a")
    ),
    Feed(
        URL,
        timedelta(hours=1),
        kind="json",
        map={"entries": "data.list|0", "title": "title|0", "url_template": "http://x/{id}", "date": "d"},
    ),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.sampled_from(PIECES)) + body[at + draw(st.integers(0, 40)) :]
    return body


@settings(max_examples=150)
@given(damaged(), st.sampled_from(FEEDS))
def test_a_damaged_body_is_read_or_refused(body: bytes, feed: Feed) -> None:
    try:
        parsed = parse.feed(response(body), feed, NOW)
    except ParseError as error:
        assert str(error)
        return
    for entry in parsed.entries:
        assert entry.identity
        entry_text = entry.title + entry.summary + entry.url + entry.guid + entry.identity
        assert entry_text.encode("utf-8") is not None
        assert (entry.published.day is None) == (entry.published.flag not in (None, "disagrees"))


@settings(max_examples=150)
@given(damaged())
def test_what_is_read_at_once_is_what_is_read_piece_by_piece(body: bytes) -> None:
    found = xml.at_once(body)
    assert found is None or found == xml.piecewise(body)


@settings(max_examples=25)
@given(damaged())
def test_a_damaged_page_is_read_or_refused(body: bytes) -> None:
    try:
        page = parse.page(body, URL, "text/html", "Asia/Shanghai", NOW)
    except ParseError as error:
        assert str(error)
    else:
        assert page.text.strip()


@settings(max_examples=50)
@given(damaged(), st.sampled_from(["a.txt", "a.jsonl", "a.xml", "a.html", "a.json"]))
def test_a_damaged_file_is_read_or_refused(body: bytes, name: str) -> None:
    try:
        found = parse.document(body, name, "Asia/Shanghai", NOW)
    except ParseError as error:
        assert str(error)
    else:
        assert found.documents or found.feed


@pytest.mark.parametrize("body", SAMPLES[:20])
def test_reading_twice_gives_the_same(body: bytes) -> None:
    def once() -> object:
        try:
            return parse.feed(response(body), FEEDS[0], NOW)
        except ParseError as error:
            return str(error)

    assert once() == once()
