"""
The elements of a feed -> their meaning.

A name is written as ``local`` for the feed's own vocabulary, ``prefix:local`` for one that we know and
``?:local`` for one that we do not, always in lower case: RSS in the wild is not particular about either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import urljoin

from lxml import etree

from monitor.model import Hints
from monitor.parse import markup
from monitor.parse.entries import MAX_TITLE, Raw

__all__ = ["Plans", "attribute", "first_text", "hints_of", "item_of", "local", "name_of", "url_of"]

_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_PREFIXES = {
    "purl.org/dc/elements/1.": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "search.yahoo.com/mrss": "media",
    "rssnamespace.org/feedburner": "feedburner",
    "www.itunes.com/dtds/": "itunes",
    "www.google.com/schemas/sitemap-news": "news",
    "schemas.google.com": "?",
}
_OWN = (
    "www.w3.org/2005/atom",
    "purl.org/atom/",
    "purl.org/rss/1.0/",
    "purl.org/net/rss1.1",
    "netscape.com/rdf",
    "channel.netscape.com",
    "backend.userland.com",
    "blogs.law.harvard.edu",
    "www.sitemaps.org/schemas",
    "www.google.com/schemas/sitemap/",
    "my.netscape.com",
)

_TITLES = ("title", "dc:title", "media:title")
_SUMMARIES = (
    "description",
    "summary",
    "content:encoded",
    "content",
    "body",
    "media:description",
    "dc:description",
    "abstract",
    "itunes:summary",
)
_GUIDS = ("guid", "id", "dc:identifier")
_DATES = (
    "published",
    "pubdate",
    "issued",
    "dc:date",
    "dcterms:issued",
    "dcterms:created",
    "created",
    "date",
    "updated",
    "modified",
    "dcterms:modified",
    "lastmod",
)
_SOURCES = ("source", "?:source", "news:source", "dc:source")
_LINKS = ("link", "a")
_SLOTS = {
    name: (slot, rank)
    for slot, names in (
        ("title", _TITLES),
        ("summary", _SUMMARIES),
        ("guid", _GUIDS),
        ("date", _DATES),
        ("source", _SOURCES),
        ("link", _LINKS),
        ("own_link", ("feedburner:origlink",)),
    )
    for rank, name in enumerate(names)
}
"""What an element is for, and how good it is for that (0 best)."""
_ATOM_PLAIN = ("", "text", "text/plain")


def local(tag: object) -> str:
    """Return a tag's name without namespace and prefix; "" for what is no element."""
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


class _Plan(NamedTuple):
    """Which children of an item serve for what, by their places, best first."""

    title: tuple[int, ...]
    summary: tuple[int, ...]
    guid: tuple[int, ...]
    date: tuple[int, ...]
    source: tuple[int, ...]
    link: tuple[int, ...]
    own_link: tuple[int, ...]


Plans = dict[tuple[object, ...], _Plan]
"""The plans of the items of one body, by what they and their children are called: most items are of one make."""


def _planned(own: str, tags: Sequence[object]) -> _Plan:
    places: dict[str, list[tuple[int, int]]] = {slot: [] for slot in _Plan._fields}
    for place, tag in enumerate(tags):
        if slot := _SLOTS.get(name_of(str(tag), own)):
            places[slot[0]].append((slot[1], place))
    return _Plan(*(tuple(place for _, place in sorted(found)) for found in places.values()))


def name_of(tag: str, own: str) -> str:
    """Return the name of *tag* inside an item of the namespace *own*."""
    space, _, name = tag.removeprefix("{").rpartition("}")
    if not space or space == own:
        return name.lower()  # in a mended body "dc:date" is one word, prefix included
    space = space.lower()
    for known, prefix in _PREFIXES.items():
        if known in space:
            return f"{prefix}:{name.lower()}"
    return name.lower() if any(known in space for known in _OWN) else f"?:{name.lower()}"


def attribute(element: etree._Element, name: str) -> str:
    """Return the attribute *name* whatever its case; ``base`` means xml:base."""
    if name == "base":
        return element.get(_XML_BASE) or ""
    return element.get(name) or element.get(name.upper()) or ""


def first_text(head: Sequence[etree._Element], name: str) -> str:
    """Return the plain text of the first element called *name*."""
    child = next((c for c in head if local(c.tag).lower() == name), None)
    return _line(child, child.text or "")[:MAX_TITLE] if child is not None else ""


# --------------------------------------------------------------------------- items


def item_of(item: etree._Element, base: str | None, plans: Plans) -> Raw:
    """Read an item or entry; *base* is what xml:base says around it, None where the body has none anywhere."""
    children = list(item)
    tags = (item.tag, *[child.tag for child in children])
    plan = plans.get(tags) or plans.setdefault(tags, _planned(_space(item.tag), tags[1:]))
    guid, told = next(_filled(children, plan.guid), (None, ""))
    named = told.strip() or item.get(_RDF_ABOUT, "")
    return Raw(
        _said(children, plan.title, _line),
        _best_links(item, children, plan, base),
        named,
        guid is not None and _is_permalink(guid, named),
        _said(children, plan.summary, _lines),
        _dates(item, children, plan.date),
        _said(children, plan.source, _source) if plan.source else "",
        _source_url(_filled(children, plan.source)) if plan.source else "",
    )


# An element and its text: making a string of it takes time, so it is done once, and not before it is needed.
_Part = tuple[etree._Element, str]


def _filled(children: Sequence[etree._Element], places: Sequence[int]) -> Iterator[_Part]:
    """Yield those of *children* in *places* that hold something."""
    for place in places:
        child = children[place]
        text = child.text or ""
        if (text and not text.isspace()) or len(child):
            yield child, text


def _said(children: Sequence[etree._Element], places: Sequence[int], read: Callable[[etree._Element, str], str]) -> str:
    """Return the text of the best of *children* in *places* that has one."""
    for place in places:
        child = children[place]
        if words := read(child, child.text or ""):
            return words
    return ""


def url_of(url: etree._Element) -> Raw:
    """Read a sitemap's url: its news extension where it has one; lastmod says nothing about publication."""
    found: dict[str, str] = {}
    for child in url.iter():
        name = local(child.tag).lower()
        if len(child) == 0 and child.text:
            found.setdefault(name, child.text.strip())
    date = found.get("publication_date", "")
    return Raw(
        title=markup.line(found.get("title", "")),
        links=(found["loc"],) if "loc" in found else (),
        dates=((date, date),) if date else (),
        source=found.get("name", ""),
    )


def _space(tag: object) -> str:
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def _raw(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _is_permalink(guid: etree._Element, text: str) -> bool:
    return text.startswith(("http://", "https://")) and guid.get("isPermaLink", "true").lower() != "false"


def _best_links(
    item: etree._Element, children: Sequence[etree._Element], plan: _Plan, base: str | None
) -> tuple[str, ...]:
    """Return the link to the article: the publisher's own before a counter's, HTML before other forms."""
    links = [children[place] for place in plan.link]
    if len(links) == 1 and base is None and not plan.own_link and (only := _link(links[0])[1]):
        return (only,)
    best = [text.strip() for _, text in _filled(children, plan.own_link)]
    ranked = [(*_link(link), link) for link in links]
    good = min((r for r in ranked if r[1]), key=itemgetter(0), default=None)
    if good:
        _, target, link = good
        best.append(target if base is None else _joined(base, attribute(item, "base"), attribute(link, "base"), target))
    return tuple(best or filter(None, (attribute(item, "href"), item.get(_RDF_ABOUT, ""))))


def _joined(base: str, *steps: str) -> str:
    for step in steps:
        try:
            base = urljoin(base, step)
        except ValueError:
            return steps[-1]
    return base


def _link(link: etree._Element) -> tuple[int, str]:
    """Return how good a link element is (0 best) and where it leads; "" where it leads to no article."""
    text = link.text or ""
    if text and not len(link) and not link.keys():
        return 0, text.strip()
    target = (attribute(link, "href") or ("".join(map(str, link.itertext())) if len(link) else text)).strip()
    rel = link.get("rel", "alternate").lower()
    if rel not in ("", "alternate") and not rel.endswith("/alternate"):
        return 9, ""
    kind = link.get("type", "")
    return (0 if not kind or "html" in kind else 1), target


def _dates(
    item: etree._Element, children: Sequence[etree._Element], places: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    texts = [text.strip()[:MAX_TITLE] for _, text in _filled(children, places)]
    return tuple([(t, t) for t in texts or [attribute(item, "lastmod")[:MAX_TITLE]] if t])


def _source_url(parts: Iterable[_Part]) -> str:
    return next((url for e, _ in parts if (url := e.get("url", "") or e.get("href", ""))), "")


def _source(element: etree._Element, text: str) -> str:
    if len(element) == 0:
        return _line(element, text)
    title = next((c for c in element if local(c.tag) == "title"), None)
    return _line(title, title.text or "") if title is not None else ""


# --------------------------------------------------------------------------- text


def _line(element: etree._Element, text: str) -> str:
    """Return an element's text on one line."""
    if len(element):
        return " ".join(_inner(element).split())[:MAX_TITLE]
    text = text[: markup.MAX_HTML]
    if _is_literal(element, text):
        return " ".join(text.split())[:MAX_TITLE]
    return markup.line(text)[:MAX_TITLE]


def _lines(element: etree._Element, text: str) -> str:
    """Return an element's text, blocks on lines of their own."""
    if len(element):
        return markup.lines(_inner(element)[: markup.MAX_HTML])
    text = text[: markup.MAX_HTML]
    return markup.lines(text) if _is_literal(element, text) else markup.text_of(text)


def _is_literal(element: etree._Element, text: str) -> bool:
    """Return whether Atom says that the text is no HTML, and the text does not belie it."""
    if "<" not in text and "&" not in text:
        return False
    space = _space(element.tag)
    if "Atom" not in space and "purl.org/atom" not in space:
        return False
    return element.get("type", "") in _ATOM_PLAIN and "</" not in text and "<br" not in text


def _inner(element: etree._Element) -> str:
    """Return the text of an element with children of its own, blocks on lines of their own."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if local(node.tag).lower() in markup.BLOCKS:
            parts.append("\n")
        if event == "start":
            parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


# --------------------------------------------------------------------------- rhythm

_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 730, "yearly": 8760}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LONGEST = timedelta(days=366)


def hints_of(head: Sequence[etree._Element]) -> Hints:
    """Return what a channel says about its rhythm: ttl is in minutes (RSS 2.0), skipHours are in GMT."""
    found = {local(child.tag).lower(): child for child in head}
    ttl = _number(found.get("ttl"))
    period = _PERIODS.get(_raw(found.get("updateperiod")).lower(), 0)
    often = _number(found.get("updatefrequency")) or 1
    spans = [timedelta(minutes=ttl), timedelta(hours=period) / often]
    longest = max(spans)
    return Hints(
        ttl=min(longest, _LONGEST) if longest else None,
        skip_hours=frozenset(n % 24 for n in (_number(c, -1) for c in found.get("skiphours", ())) if 0 <= n <= 24),
        skip_days=frozenset(_DAYS.index(d) for d in (_raw(c).lower() for c in found.get("skipdays", ())) if d in _DAYS),
    )


def _number(element: etree._Element | None, other: int = 0) -> int:
    text = _raw(element)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else other
