"""An article page as a tree, and as one run of visible text with the elements that it came from."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import cast

from lxml import etree
from lxml import html as lxml_html

from monitor.errors import ParseError
from monitor.parse import markup

__all__ = ["Flow", "flow_of", "metas", "tree_of"]

MAX_TEXT = 3_000_000
"""Characters of a page that are read; the longest pages with an article in them have 800,000, most of it scripts."""
MAX_TAGS = 30_000
"""Tags of a page that are read, scripts and styles apart."""

MAX_NAME = 200
"""Characters of an element's class or id: both are read again for everything within."""
_NAMED_AT_LENGTH = etree.XPath(f"//*[string-length(@class) > {MAX_NAME} or string-length(@id) > {MAX_NAME}]")
MAX_WEIGHT = 1_000_000
"""Depths of all elements together, each table around one counted ten times: so often they are looked at. The heaviest of 56 pages weighs 64,000."""

_UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "select", "textarea", "iframe", "svg", "head", "button")
)
_WRITES = re.compile(r"""\(\s?["']((?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}[^"']{0,20})["']\s?\)""")
MAX_WRITER = 200
_HEAVY = re.compile(r"<(style|svg)\b[^>]{0,2000}>", re.IGNORECASE)


def tree_of(text: str) -> lxml_html.HtmlElement:
    """
    Return *text* parsed as HTML.

    :raises ParseError: there is no mark-up in it.
    """
    text = markup.without_forbidden(_bounded(_without_heavy(text[:MAX_TEXT])))
    parser = lxml_html.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8"
    )
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ParseError("no HTML in the page") from error
    for node in cast("list[lxml_html.HtmlElement]", _NAMED_AT_LENGTH(tree)):
        for name in ("class", "id"):
            node.set(name, (node.get(name) or "")[:MAX_NAME])
    return tree


def _without_heavy(text: str) -> str:
    """Return *text* without style sheets and drawings, which may be half of a page and say nothing."""
    parts: list[str] = []
    at = 0
    for found in _HEAVY.finditer(text):
        if found.start() < at:
            continue
        end = text.find(f"</{found[1].lower()}", found.end())
        if end < 0:
            break
        parts.append(text[at : found.start()])
        at = end
    return "".join((*parts, text[at:]))


def _bounded(text: str) -> str:
    """Return *text* up to its 30,000th tag; a "<" in a script is none."""
    last = next(islice(_TAG.finditer(text), MAX_TAGS, None), None)
    return text[: last.start()] if last else text


_TAG = re.compile(r"</?[a-zA-Z]")


# --------------------------------------------------------------------------- what is said about the page


def metas(tree: lxml_html.HtmlElement) -> dict[str, list[str]]:
    """Return the contents of meta elements by name, property or itemprop in lower case, in order."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        if content:
            for key in ("name", "property", "itemprop"):
                name = (meta.get(key) or "").strip().lower()
                if name:
                    found.setdefault(name, []).append(content[:2000])
    return found


# --------------------------------------------------------------------------- what is seen


def _printed(script: str) -> str:
    """Return the date that a script of one line writes where it stands, or ""."""
    found = _WRITES.search(script) if len(script) <= MAX_WRITER else None
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Flow:
    """The visible text of a page, blocks on lines of their own; ``starts[i]`` is where ``owners[i]`` begins to speak."""

    text: str
    starts: tuple[int, ...]
    owners: tuple[lxml_html.HtmlElement, ...]

    def owner(self, at: int) -> lxml_html.HtmlElement:
        """Return the element whose text stands at *at*."""
        return self.owners[max(bisect_right(self.starts, at) - 1, 0)]

    def line(self, at: int) -> tuple[int, int]:
        """Return the span of the line in which *at* lies."""
        end = self.text.find("\n", at)
        return self.text.rfind("\n", 0, at) + 1, end if end >= 0 else len(self.text)


def flow_of(tree: lxml_html.HtmlElement) -> Flow:
    """
    Return the visible text of *tree*, without scripts, forms' choices and the head.

    :raises ParseError: its elements lie within each other as no article's do.
    """
    parts: list[str] = []
    starts: list[int] = []
    owners: list[lxml_html.HtmlElement] = []
    length = hidden = depth = weight = 0

    def say(text: str | None, owner: lxml_html.HtmlElement) -> None:
        nonlocal length
        words = " ".join(text.split()) if text else ""
        if words and not hidden:
            starts.append(length)
            owners.append(owner)
            parts.append(words + " ")
            length += len(words) + 1

    for event, node in etree.iterwalk(tree, events=("start", "end")):
        unseen = node.tag in _UNSEEN
        if node.tag in markup.BLOCKS and parts and parts[-1] != "\n":
            parts.append("\n")
            length += 1
        if event == "start":
            depth += 10 if node.tag == "table" else 1
            weight += depth
            if node.tag == "script":
                say(_printed(node.text or ""), node)
            hidden += unseen
            say(node.text, node)
        else:
            hidden -= unseen
            depth -= 10 if node.tag == "table" else 1
            parent = node.getparent()
            if parent is not None:
                say(node.tail, parent)
        if weight > MAX_WEIGHT:
            raise ParseError("a page nested deeper than any article")
    return Flow("".join(parts), tuple(starts), tuple(owners))
