"""
Article text by density, for pages where the extractor finds none.

The block whose own paragraphs hold the most text outside of links is the article; sentences end in a full
stop, menus do not, so punctuation counts as well.
"""

from __future__ import annotations

import re
from collections import defaultdict

from lxml import html as lxml_html

from monitor.parse import markup
from monitor.parse.soup import flow_of

__all__ = ["text"]

_STOP = re.compile(r"[。！？；，、.!?;,]")
_PARAGRAPHS = ("p", "div", "td", "section", "article", "li", "blockquote", "pre", "body")
LINKED = 0.5
"""Share of a block's text in links from which on it is a menu."""
SENTENCE = 10
"""Characters that one punctuation mark is worth: clauses of Chinese news have 10 to 15."""


def text(tree: lxml_html.HtmlElement) -> str:
    """Return the text of the densest block of *tree*, a paragraph a line; "" where there is none."""
    weights: dict[lxml_html.HtmlElement, int] = defaultdict(int)
    for node in tree.iter(*_PARAGRAPHS):
        own = _own(node)
        if not own:
            continue
        weight = len(own) + SENTENCE * len(_STOP.findall(own))
        holder = node.getparent() if node.tag in ("p", "li") else node
        if holder is not None and not _is_menu(node):
            weights[holder] += weight
    best = max(weights, key=lambda node: weights[node], default=None)
    return markup.lines(flow_of(best).text) if best is not None else ""


def _own(node: lxml_html.HtmlElement) -> str:
    """Return the text of *node* and its inline children, without its links."""
    parts = [node.text or ""]
    for child in node:
        if isinstance(child.tag, str) and child.tag not in markup.BLOCKS and child.tag not in ("a", "script", "style"):
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    return "".join("".join(parts).split())


def _is_menu(node: lxml_html.HtmlElement) -> bool:
    linked = sum(len("".join(a.itertext())) for a in node.iter("a"))
    return linked > LINKED * max(len("".join(node.itertext())), 1)
