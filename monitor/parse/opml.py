"""OPML 1.0 and 2.0: the feeds that another reader subscribes to."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from monitor.errors import ParseError
from monitor.parse import charset, links, markup
from monitor.parse.repair import doctype_at

__all__ = ["MAX_OUTLINES", "Outline", "outlines"]

MAX_OUTLINES = 10_000
"""Feeds of one file that are read."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed: ``url`` is its address, ``home`` the page that it belongs to, as far as the file says."""

    url: str
    title: str = ""
    home: str = ""


def outlines(body: bytes) -> tuple[Outline, ...]:
    """
    Return the feeds that an OPML file lists, in whatever folders, each address once.

    :raises ParseError: it is no OPML, or lists more than 10,000 feeds.
    """
    text, _ = charset.utf8(body)
    if doctype_at(text) >= 0:
        raise ParseError("OPML with a document type: not read, for what it may load")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, encoding="utf-8")
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(f"no OPML: {error.msg}") from error
    if root.tag != "opml":
        raise ParseError(f"no OPML: its root is <{str(root.tag)[:60]}>")
    found = [outline for element in root.iter("outline") if (outline := _outline(element))]
    if len(found) > MAX_OUTLINES:
        raise ParseError(f"{len(found)} feeds: more than the {MAX_OUTLINES} that are read of one file")
    first: dict[str, Outline] = {}
    for outline in found:
        first.setdefault(outline.url, outline)
    return tuple(first.values())


def _outline(element: etree._Element) -> Outline | None:
    said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
    url = links.absolute(said.get("xmlurl", ""), "")
    title = markup.line(said.get("title") or said.get("text", ""))
    return Outline(url, title, links.absolute(said.get("htmlurl", ""), "")) if url else None
