from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import parse
from monitor.errors import ParseError
from monitor.parse import opml

OPML = """<?xml version="1.0" encoding="%s"?>
<opml version="2.0"><head><title>订阅</title></head><body>
  <outline text="新闻">
    <outline type="rss" text="甲" title="甲报" xmlUrl="http://a.example.com/rss" htmlUrl="http://a.example.com/"/>
    <outline type="rss" TEXT="乙" XMLURL=" http://b.example.com/rss "/>
  </outline>
  <outline text="甲又一次" xmlUrl="http://a.example.com/rss"/>
  <outline text="不是地址" xmlUrl="feed:x"/>
  <!-- <outline xmlUrl="http://c.example.com/"/> -->
</body></opml>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_the_feeds_of_all_folders_are_read_each_address_once(encoding):
    assert parse.outlines((OPML % encoding).encode(encoding)) == (
        parse.Outline("http://a.example.com/rss", "甲报", "http://a.example.com/"),
        parse.Outline("http://b.example.com/rss", "乙"),
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "no OPML"),
        (b"<opml>", "no OPML"),
        (b"<rss/>", "its root is <rss>"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "document type"),
        (b"<opml>" + b"<outline xmlUrl='http://a/'/>" * (opml.MAX_OUTLINES + 1) + b"</opml>", "10001 feeds"),
        (b"<o>" * 100_000, "no OPML"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused(body, sentence):
    with pytest.raises(ParseError, match=sentence):
        parse.outlines(body)


@given(st.binary() | st.text().map(lambda t: f"<opml>{t}</opml>".encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(body):
    try:
        parse.outlines(body)
    except ParseError as error:
        assert str(error)
