"""
A list page -> its entries, by declared CSS selectors.

A selector may end in ``@attribute``. What is found by ``entry`` is one entry; the other selectors look inside
it, and an empty one stands for the entry itself (its link, its text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed, Response, Select
from monitor.parse import charset, entries, links, markup
from monitor.parse.entries import MAX_ENTRIES, Raw

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

__all__ = ["read", "value"]

_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}>")  # XHTML says that it is XML; it is not read as such
MAX_TAGS = 20_000
"""Tags of a page that are read: a soup of them takes half a second and 30 MB; long list pages have 5,000."""
MAX_TEXT = 2_000_000
"""Characters of a page that are read."""
MAX_DEPTH = 100
"""Tags within tags: long list pages have 30, and a selector looks at all that stand around each."""
MAX_NESTED = 4
"""Entries within entries that are read: a place that holds another holds all that is in it once more."""
MAX_BYTES = 2 * MAX_TEXT
"""Bytes of it that are decoded: one sign beyond the usual makes each character of a text four bytes."""


def read(response: Response, body: bytes, feed: Feed, now: datetime) -> ParsedFeed:
    """
    Return the entries of a list page, relative dates resolved against *now*.

    Where an entry shows no date, the day in its link stands in.

    :raises ParseError: a page in which the entry selector finds nothing, or nothing with a link.
    """
    if feed.select is None:
        raise ParseError("a list page without selectors: declare select.entry")
    text, encoding = charset.text_and_encoding(body[:MAX_BYTES], response.header("content-type"))
    if "<" not in text:
        raise ParseError(f"plain text where a list page was expected: {' '.join(text[:80].split())!r}")
    text, warnings = _bounded(text, whole=len(body) <= MAX_BYTES)
    if encoding != "utf-8":
        warnings += (f"encoding: read as {encoding}",)
    soup = _soup(text)
    found = soup.select(feed.select.entry)
    if not found:
        raise ParseError(f"nothing on the page matches {feed.select.entry!r}: has its layout changed?")
    raws = [_raw(tag, feed.select) for tag in _apart(found)]
    # A heading among the rows, an empty last row: what leads nowhere is no entry.
    rows = [raw for raw in raws if raw.links and raw.title]
    if not rows:
        raise ParseError(
            f"{len(found)} places match {feed.select.entry!r}, but none has a link: has the layout changed?"
        )
    base = _base(soup, response.final_url)
    return ParsedFeed(
        entries=entries.finish(rows[:MAX_ENTRIES], feed, base, "", now, url_days=True),
        kind="list",
        title=markup.line(soup.title.get_text())[: entries.MAX_TITLE] if soup.title else "",
        cut=max(len(rows) - MAX_ENTRIES, 0),
        next_url=links.absolute(_target(soup, feed.select.next) if feed.select.next else "", base),
        warnings=warnings,
    )


def value(page: str, selector: str) -> str:
    """Return the text or attribute that *selector* names first on *page*."""
    return _value(_soup(_bounded(page)[0]), selector)


def _bounded(text: str, *, whole: bool = True) -> tuple[str, tuple[str, ...]]:
    """Return as much of *text* as is read, and a warning if that is not all, or it was not the *whole* page."""
    end = min(len(text), MAX_TEXT)
    if text.count("<", 0, end) > MAX_TAGS:
        parts = text.split("<", MAX_TAGS)
        end = min(end, len(text) - len(parts[-1]) - 1)
    cut = end < len(text) or not whole
    return text[:end], ("a page too large for a list: the rest was not read",) if cut else ()


def _soup(text: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup

    html = _DECLARATION.sub("", markup.without_forbidden(text), count=1)
    # Any other declaration, whole or broken off, is text: else the page would be taken for XML.
    return _shallow(BeautifulSoup(html.replace("<?", "&lt;?"), "lxml"))


def _shallow(soup: BeautifulSoup) -> BeautifulSoup:
    """Take out what lies deeper than any page goes."""
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depth = depths.get(id(tag.parent), MAX_DEPTH + 1) + 1
        if depth <= MAX_DEPTH:
            depths[id(tag)] = depth
        elif id(tag.parent) in depths:
            tag.extract()
    return soup


def _apart(found: Sequence[Tag]) -> Iterator[Tag]:
    """Yield those of *found* (in order of the page) that lie in at most a few of the others."""
    ours = {id(tag) for tag in found}
    for tag in found:
        if sum(id(up) in ours for up in tag.parents) < MAX_NESTED:
            yield tag


def _base(soup: BeautifulSoup, url: str) -> str:
    tag = soup.select_one("base[href]")
    return (links.absolute(str(tag["href"]), url) if tag else "") or url


def _raw(tag: Tag, select: Select) -> Raw:
    link = _target(tag, select.link)
    date = _value(tag, select.date) if select.date else ""
    return Raw(
        title=_title(tag, select),
        links=(link,) if link and not link.startswith(("javascript:", "#")) else (),
        summary=_text(tag, select.summary) if select.summary else "",
        dates=((date, date),) if date else (),
    )


def _title(tag: Tag, select: Select) -> str:
    """Return the declared title, else the link's title attribute where its text is cut short, else its text."""
    if select.title:
        return " ".join(_value(tag, select.title).split())
    selector = select.link.partition("@")[0]
    link = (tag.select_one(selector) if selector else None) or tag
    shown = " ".join(link.get_text().split())
    full = " ".join(str(link.get("title") or "").split())
    return full if full and (not shown or full.startswith(shown.rstrip(".…"))) else shown


def _target(tag: Tag, selector: str) -> str:
    """Return the address that *selector* names inside *tag*, or of *tag* itself if it is a link; href unless it says otherwise."""
    css, _, name = selector.partition("@")
    found = (tag.select_one(css) if css.strip() else tag) or (tag if tag.name == "a" else None)
    return str(found.get(name.strip() or "href") or "").strip() if found else ""


def _text(tag: Tag, selector: str) -> str:
    found = tag.select_one(selector) if "@" not in selector else None
    return markup.text_of(found.decode_contents()) if found else _value(tag, selector)


def _value(tag: Tag, selector: str) -> str:
    """Return the text or attribute that *selector* names inside *tag*."""
    css, _, name = selector.partition("@")
    found = tag.select_one(css) if css.strip() else tag
    if found is None:
        return ""
    return str(found.get(name.strip()) or "").strip() if name else found.get_text(" ", strip=True)
