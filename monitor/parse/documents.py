"""
A file that a person hands in -> the pages or entries in it, by the end of its name.

    .html .htm .xhtml     one page
    .txt .md, no ending   one page, its text exactly as decoded
    .jsonl .ndjson        one page a line: {url, title, source, published, text or html}
    .xml .rss .atom .rdf .json     a feed
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath

from monitor.errors import ParseError
from monitor.model import NO_DATE, Feed, Page, ParsedFeed, Published, Response
from monitor.normalize.dates import published as read_date
from monitor.parse import charset, feeds, markup, pages

__all__ = ["Document", "Documents", "document"]

_HTML = (".html", ".htm", ".xhtml", ".shtml")
_LINES = (".jsonl", ".ndjson")
_FEEDS = (".xml", ".rss", ".atom", ".rdf", ".json")


_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Document:
    """One page of a file: ``body`` its own bytes (the line of a .jsonl), ``line`` its number there, from 1."""

    page: Page
    body: bytes
    url: str = ""
    source: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Documents:
    """What one file held: ``problems`` are sentences about the lines that could not be used."""

    documents: tuple[Document, ...] = ()
    feed: ParsedFeed | None = None
    problems: tuple[str, ...] = ()


def document(body: bytes, name: str, zone: str, now: datetime) -> Documents:
    """
    Return what the file *name* with the bytes *body* holds; days are days in *zone*.

    :raises ParseError: it is empty, binary, of a kind that is not read, or has not one usable line.
    """
    ending = PurePath(name).suffix.lower()
    if not body.strip():
        raise ParseError("the file is empty")
    if charset.is_binary(body):
        raise ParseError("the file is binary: text, HTML, JSON lines or a feed was expected")
    if ending in _HTML:
        page = pages.page(body, "", "text/html", zone, now)
        return Documents((Document(page, body, page.canonical_url, page.source_name),))
    if ending in _LINES:
        return _lines(body, zone, now)
    if ending in _FEEDS:
        return Documents(feed=_feed(body, name, zone, now))
    if ending in ("", ".txt", ".text", ".md"):
        return Documents((Document(_text(body), body),))
    raise ParseError(f"files ending in {ending} are not read: .html, .txt, .jsonl, .xml, .rss, .atom or .json")


def _text(body: bytes) -> Page:
    text, encoding = charset.text_and_encoding(body)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return Page(title=first[: pages.MAX_TITLE], text=text, encoding=encoding)


def _feed(body: bytes, name: str, zone: str, now: datetime) -> ParsedFeed:
    url = f"file:{PurePath(name).name}"
    return feeds.feed(Response(url, "", 200, (), body), Feed(url, timedelta(days=1), timezone=zone), now)


# --------------------------------------------------------------------------- JSON lines


def _lines(body: bytes, zone: str, now: datetime) -> Documents:
    found: list[Document] = []
    problems: list[str] = []
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(_record(line, number, zone, now))
        except ParseError as error:
            problems.append(f"line {number}: {error}")
    if not found:
        raise ParseError(problems[0])
    return Documents(tuple(found), problems=tuple(problems))


def _record(line: bytes, number: int, zone: str, now: datetime) -> Document:
    text, encoding = charset.text_and_encoding(line)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ParseError("nested too deeply") from error
    except ValueError as error:
        raise ParseError(f"no JSON ({error})") from error
    if not isinstance(value, dict):
        raise ParseError("an object with url, title, source, published and text or html was expected")
    url, source = _string(value, "url"), _string(value, "source")
    return Document(_page(value, url, encoding, zone, now), line, url, source, number)


def _string(value: Mapping[str, object], key: str) -> str:
    found = value.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise ParseError(f"{key} is no text")
    # A lone surrogate has no bytes to be kept as; a question mark in its place would make a question of a statement.
    return _SURROGATE.sub("\ufffd", found)


def _page(value: Mapping[str, object], url: str, encoding: str, zone: str, now: datetime) -> Page:
    text, html = _string(value, "text"), _string(value, "html")
    title = markup.line(_string(value, "title"))[: pages.MAX_TITLE]
    if not text.strip() and not html.strip():
        raise ParseError("neither text nor html")
    sent = _string(value, "published")
    said = read_date(sent, zone, now) if sent else NO_DATE
    if text.strip():
        return Page(title, text, said, url, _string(value, "source"), encoding)
    page = pages.page(_SURROGATE.sub("\ufffd", html).encode(), url, "text/html; charset=utf-8", zone, now)
    return replace(page, title=title or page.title, published=_stated(said, page.published), encoding=encoding)


def _stated(said: Published, found: Published) -> Published:
    """A date that the record states outranks the one found on the page."""
    return said if said.day else found
