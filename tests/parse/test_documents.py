from __future__ import annotations

import json

import pytest

from monitor import parse
from monitor.errors import ParseError
from tests.parse.cases import NOW

ZONE = "Asia/Shanghai"
HTML = f"<html><head><title>标题在此</title><link rel='canonical' href='https://x.example.com/1.html'></head><body><h1>标题在此</h1><p>2025-03-18 10:00 来源：晨报</p><p>{'双方交流，' * 20}</p></body></html>"


def documents(body: str | bytes, name: str) -> parse.Documents:
    return parse.document(body if isinstance(body, bytes) else body.encode(), name, ZONE, NOW)


@pytest.mark.parametrize("name", ["a.txt", "a", "A.TXT", "a.md"])
def test_a_text_is_kept_exactly_as_decoded(name: str) -> None:
    (found,) = documents("\ufeff\n 第一行 \r\n\r\n第二行\n", name).documents
    assert (found.page.title, found.page.text) == ("第一行", "\n 第一行 \r\n\r\n第二行\n")


def test_a_text_in_an_old_encoding_is_read() -> None:
    (found,) = documents("洛阳市委".encode("gb18030"), "a.txt").documents
    assert (found.page.text, found.page.encoding) == ("洛阳市委", "gb18030")


def test_a_text_of_two_bytes_a_character_is_not_binary() -> None:
    assert documents("洛阳".encode("utf-16"), "a.txt").documents[0].page.text == "洛阳"


def test_a_page_brings_its_own_address_and_source() -> None:
    (found,) = documents(HTML, "saved.html").documents
    assert (found.url, found.source, found.page.title) == ("https://x.example.com/1.html", "晨报", "标题在此")


def test_a_feed_file_gives_its_entries() -> None:
    feed = documents(
        "<rss><channel><item><title>a</title><link>https://x.example.com/1</link></item></channel></rss>", "f.xml"
    ).feed
    assert feed is not None and feed.entries[0].url == "https://x.example.com/1"


def test_every_line_of_json_is_a_document_and_a_bad_one_is_named() -> None:
    lines = [
        json.dumps(
            {
                "url": "https://x.example.com/1",
                "title": "甲 &amp; 乙",
                "source": "晨报",
                "published": "2025-03-19",
                "text": " 一\n二 \ud800",
            }
        ),
        "",
        "{broken",
        json.dumps({"url": "https://x.example.com/2", "published": "2025-03-01", "html": HTML}),
        json.dumps({"title": "自己的标题", "html": HTML, "source": None}),
        "[1]",
        json.dumps({"text": 5}),
        json.dumps({"title": "t", "text": " "}),
        "[" * 100_000,
    ]
    found = documents("\n".join(lines), "many.jsonl")
    one, two, three = found.documents
    assert (one.line, one.url, one.source, one.page.title, one.page.text) == (
        1,
        "https://x.example.com/1",
        "晨报",
        "甲 & 乙",
        " 一\n二 \ufffd",
    )
    assert one.body == lines[0].encode()
    assert one.page.published.day is not None and one.page.published.day.isoformat() == "2025-03-19"
    assert two.page.published.raw == "2025-03-01"
    assert (three.page.title, three.page.published.raw) == ("自己的标题", "2025-03-18 10:00")
    assert [p.partition(":")[0] for p in found.problems] == ["line 3", "line 6", "line 7", "line 8", "line 9"]


@pytest.mark.parametrize(
    ("body", "name", "reason"),
    [
        (b"", "a.txt", "empty"),
        (b" \n", "a.html", "empty"),
        (b"PK\x03\x04rest", "a.txt", "binary"),
        (b"ab\x00cd", "a.txt", "binary"),
        (bytes(range(1, 9)) * 10, "a.txt", "binary"),
        (b"text", "a.docx", "ending in .docx"),
        (b"{broken\n", "a.jsonl", "line 1: no JSON"),
        (b"not a feed", "a.xml", "plain text"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(body: bytes, name: str, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        documents(body, name)
