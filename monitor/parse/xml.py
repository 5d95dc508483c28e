"""
RSS 0.9x to 2.0, Atom, RDF, CDF and news sitemaps, in one pass of libxml2's push parser.

A well-formed body is read once as it is. A body with a fault is mended (``repair``) and read again, as far
as it goes. Entities are never expanded, nothing is loaded, and the tree holds one item at a time, so that
time and memory follow from the length of the body alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from lxml import etree

from monitor.model import Hints
from monitor.parse.entries import MAX_ENTRIES, Raw
from monitor.parse.fields import Plans, attribute, first_text, hints_of, item_of, local, url_of
from monitor.parse.repair import doctype_at, repaired

__all__ = ["Harvest", "read"]

_CHUNK = 65_536
_ITEMS = tuple(f"{{*}}{name}" for name in ("item", "entry", "url", "ITEM", "ENTRY", "Item", "Entry"))
_TRAILING = "extra content at the end of the document"
_DOCTYPE = "a document type"
_FORMATS = {"rss": "rss", "rdf": "rdf", "feed": "atom", "channel": "cdf", "urlset": "sitemap"}

_STRICT: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
    "encoding": "utf-8",
}
"""What is asked of libxml2, however much it is given at a time."""

MAX_WHOLE = 256 * 1024
"""Bytes of a body that is read at once, at a quarter less time: its tree takes some 3 MB, and cannot reach MAX_LOAD."""
MAX_LOAD = 300_000
"""Tags and attributes without a finished item among them: some 40 MB of tree, a hundred times any honest item."""
MAX_HEAD = 500
"""Elements of a channel in which it is looked for what the feed says about itself."""
OVERLOADED = "more mark-up outside of entries than any feed has: the rest was not read"
MAX_FULL = 8 * 1024 * 1024
MAX_SAID = 1_000
"""Bytes of a body after which only the first 1,000 characters of a marked-up text are looked at: mark-up costs a second per 10 MB."""
MAX_MESSAGE = 200
"""Characters of the parser's own words: it repeats a tag's name, whatever its length."""
MAX_REPAIR = 4 * 1024 * 1024
"""Bytes that are mended and read again: mending costs a second per 8 MB of nothing but faults."""


@dataclass(slots=True)
class Harvest:
    """What one body held: ``kind`` is "" where the root is no feed's, ``root`` its name ("" if there is none)."""

    kind: str = ""
    root: str = ""
    title: str = ""
    home: str = ""
    base: str = ""
    next_url: str = ""
    raws: list[Raw] = field(default_factory=list)
    cut: int = 0
    closing: bytes = b""  # how an item of this body ends
    hints: Hints = field(default_factory=Hints)
    warnings: list[str] = field(default_factory=list)


def read(body: bytes) -> Harvest:
    """Return what the UTF-8 *body* holds; never raises: a body that is no XML gives a harvest without a root."""
    if whole := at_once(body):
        return whole
    return piecewise(body)


def at_once(body: bytes) -> Harvest | None:
    """Return what *body* holds where it is as nearly all are: small, without a fault, its items side by side; else None."""
    if len(body) > MAX_WHOLE or doctype_at(body) >= 0:
        return None
    try:
        root = etree.fromstring(body, etree.XMLParser(**_STRICT))
    except etree.XMLSyntaxError:
        return None
    items = list(root.iter(*_ITEMS))
    parents = {item.getparent() for item in items}
    if len(items) > MAX_ENTRIES or not (parents <= {root} or parents <= {_head(root)}):
        return None
    gatherer = _Gatherer(Harvest(), b"xml:base" in body)
    for item in items:
        gatherer.read(item)
    gatherer.end(root)
    return gatherer.harvest


def piecewise(body: bytes) -> Harvest:
    """Return what *body* holds, whatever it is."""
    harvest, fault = _pass(body, recover=False)
    if fault is None:
        return harvest
    if fault == _TRAILING and harvest.kind:
        harvest.warnings.append("ignored what follows the end of the document")
        return harvest
    again, _ = _pass(repaired(body[:MAX_REPAIR]), recover=True)
    if len(body) > MAX_REPAIR:
        again.cut += _counted(body, again.closing, MAX_REPAIR)
        again.warnings.append(f"not well-formed and long: only the first {MAX_REPAIR} bytes were read")
    if fault != _DOCTYPE:
        again.warnings.append(f"not well-formed: {fault}")
    return again


def _pass(body: bytes, *, recover: bool) -> tuple[Harvest, str | None]:
    """Read *body* once; return the harvest, and the first fault where there was one."""
    harvest = Harvest()
    if not recover and doctype_at(body) >= 0:
        # With a document type, references to undeclared entities are no faults any more but holes in the text.
        return harvest, _DOCTYPE
    parser = etree.XMLPullParser(events=("end",), tag=_ITEMS, recover=recover, **_STRICT)
    root: etree._Element | None = None
    fault: str | None = None
    gatherer = _Gatherer(harvest, b"xml:base" in body)
    try:
        for start in range(0, len(body), _CHUNK):
            chunk = body[start : start + _CHUNK]
            parser.feed(chunk)
            gatherer.long = start > MAX_FULL
            gatherer.take(parser)
            fault = fault or (None if recover else _fatal(parser))
            if fault:
                break
            if gatherer.full:
                harvest.cut += _counted(body, harvest.closing, start + _CHUNK)
                break
            # A bare "&" also ends here: libxml2 waits for its ";" to the end of the body.
            if gatherer.overloaded(chunk):
                harvest.warnings.append(OVERLOADED)
                fault = None if recover else OVERLOADED
                break
        else:
            root = parser.close()
    except etree.XMLSyntaxError as error:
        fault = _fatal(parser) or str(error.msg)[:MAX_MESSAGE]
    gatherer.half = recover  # an item that ends with the body only
    gatherer.take(parser)
    gatherer.end(root)
    return harvest, fault


def _fatal(parser: etree.XMLPullParser) -> str | None:
    """Return the first fault that makes the document no XML; the parser itself speaks up only at the end."""
    for entry in parser.feed_error_log:
        if entry.level == etree.ErrorLevels.FATAL:
            trailing = entry.type == etree.ErrorTypes.ERR_DOCUMENT_END
            return _TRAILING if trailing else f"{entry.message[:MAX_MESSAGE]}, line {entry.line}"
    return None


def _counted(body: bytes, closing: bytes, start: int) -> int:
    """Return how many items end after *start*; they are counted, not parsed."""
    return body.count(closing, max(start - len(closing) + 1, 0)) if closing else 0


class _Gatherer:
    """Takes items out of the growing tree as they are finished."""

    def __init__(self, harvest: Harvest, with_bases: bool) -> None:
        self.harvest = harvest
        self.with_bases = with_bases
        self.around: tuple[etree._Element | None, str] = (None, "")
        self.previous: etree._Element | None = None
        self.root: etree._Element | None = None
        self.sitemap = False
        self.plans: Plans = {}
        self.load = 0
        self.half = False
        self.long = False

    def take(self, parser: etree.XMLPullParser) -> None:
        """Read and clear the items that were finished since the last call."""
        for _, item in parser.read_events():
            self.load = 0
            if self.read(cast(etree._Element, item)):
                self._drop(cast(etree._Element, item))

    @property
    def full(self) -> bool:
        """Return whether as many items were read as are kept."""
        return len(self.harvest.raws) >= MAX_ENTRIES

    def overloaded(self, chunk: bytes) -> bool:
        """Count *chunk* and return whether the tree may have grown too large without an item."""
        self.load += chunk.count(b"<") + chunk.count(b"=")
        return self.load > MAX_LOAD

    def read(self, item: etree._Element) -> bool:
        """Read an item; return whether it is one of this kind of feed."""
        if self.root is None:
            self.root = item.getroottree().getroot()
            self.harvest.root = local(self.root.tag).lower()
            self.sitemap = self.harvest.root == "urlset"
        if str(item.tag).endswith("url") is not self.sitemap:
            return False
        if not self.harvest.closing:
            name = f"{item.prefix}:{local(item.tag)}" if item.prefix else local(item.tag)
            self.harvest.closing = f"</{name}>".encode()
        if self.half and len(item):
            item.remove(item[-1])  # what was being said when the body broke off: half a date is a wrong one
        if self.long:
            _shorten(item)
        if self.full:
            self.harvest.cut += 1
        elif self.sitemap:
            self.harvest.raws.append(url_of(item))
        else:
            self.harvest.raws.append(item_of(item, self._base(item) if self.with_bases else None, self.plans))
        return True

    def _base(self, item: etree._Element) -> str:
        """Return what xml:base says around *item*; asked once for all items of one parent, since it climbs the tree."""
        parent = item.getparent()
        if parent is not None and parent is not self.around[0]:
            self.around = (parent, parent.base or "")
        return self.around[1]

    def _drop(self, item: etree._Element) -> None:
        # The last child may still be growing a tail inside libxml2: only its predecessor may leave the tree.
        item.clear(keep_tail=True)  # type: ignore[call-arg]  # newer than the stubs
        before, self.previous = self.previous, item
        parent = before.getparent() if before is not None else None
        if before is None or parent is None:
            return
        # Siblings, as nearly all are, need no climb up the tree.
        if item.getparent() is parent or not _holds(before, item):
            parent.remove(before)

    def end(self, root: etree._Element | None) -> None:
        """Read what the feed says about itself."""
        root = root if root is not None else self.root
        if root is None:
            return
        self.harvest.root = local(root.tag).lower()
        self.harvest.kind = _FORMATS.get(self.harvest.root, "rss" if self.harvest.raws else "")
        channel = _head(root)
        head = list(islice((child for child in channel if not _is_item(child.tag)), MAX_HEAD))
        self.harvest.title = first_text(head, "title")
        self.harvest.home, self.harvest.next_url = _links(head)
        self.harvest.base = attribute(root, "base") or attribute(channel, "base")
        self.harvest.hints = hints_of(head)


@lru_cache(maxsize=256)
def _is_item(tag: object) -> bool:
    return local(tag).lower() in ("item", "entry", "url")


def _shorten(item: etree._Element) -> None:
    for child in item:
        if child.text and len(child.text) > MAX_SAID and "<" in child.text:
            child.text = child.text[:MAX_SAID]


def _holds(outer: etree._Element, inner: etree._Element) -> bool:
    return any(ancestor is outer for ancestor in inner.iterancestors())


def _head(root: etree._Element) -> etree._Element:
    if local(root.tag).lower() in ("rss", "rdf"):
        return next((c for c in islice(root, MAX_HEAD) if local(c.tag).lower() == "channel"), root)
    return root


def _links(head: Sequence[etree._Element]) -> tuple[str, str]:
    """Return the channel's own page and the next page of the feed (RFC 5005)."""
    home = next_url = ""
    for child in head:
        if local(child.tag).lower() != "link":
            continue
        rel = child.get("rel", "alternate")
        target = child.get("href") or (child.text or "").strip()
        if rel == "alternate":
            home = home or target
        elif rel == "next":
            next_url = next_url or target
    return home, next_url
