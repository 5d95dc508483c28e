"""
HTML fragments -> plain text.

Titles and summaries pass here by the ten thousand, so what holds no tag never reaches a parser.
"""

from __future__ import annotations

import html
import re
from contextlib import suppress

from lxml import etree

__all__ = ["BLOCKS", "line", "lines", "text_of", "without_forbidden"]

MAX_HTML = 16_384
"""Characters of a fragment that are looked at: four times the longest summary kept, so mark-up has room."""

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
"""Elements that begin a new line; all others join their neighbours (小<b>米</b> is one word)."""

_TAG = re.compile(r"<(?:[a-zA-Z/][^<>]*>|!--|[!?][^<>]*>)")
_SIMPLE = re.compile(r"""</?([a-zA-Z][a-zA-Z0-9]*+)[^<>"']*+(?:(?:"[^"<>]*+"|'[^'<>]*+')[^<>"']*+)*+>""")
_DANGLING = re.compile(r"</?[a-zA-Z][^<>]*$")
_BLOCK = re.compile(rf"<(?=/?(?:{'|'.join(sorted(BLOCKS))})[\s/>])", re.IGNORECASE)
_UNSEEN = ("script", "style", "noscript", "template", "title", "iframe", "textarea")
_UNSEEN_TAG = re.compile(rf"<(?:{'|'.join(_UNSEEN)}|!--)", re.IGNORECASE)
_INLINE = ("a", "b", "big", "code", "em", "font", "i", "img", "s", "small", "span", "strong", "sub", "sup", "u")
_AS_TEXT = {
    spelled: mark
    for names, mark in ((BLOCKS, "\n"), (_INLINE, ""))
    for name in names
    for spelled in (name, name.upper())
}
"""What the usual tags are in a text: a fragment of these alone need not be asked for what is unseen."""
_ENDLESS = re.compile(r"&#[xX]?[0-9a-fA-F]{40,};?")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def text_of(html: str) -> str:
    """
    Return the plain text of an HTML fragment: blocks on lines of their own, white space collapsed, no empty lines.

    Text without a tag keeps its ``<``; entities are resolved once. Only the first 16,384 characters are read.
    """
    return lines(_bare(html[:MAX_HTML]))


def line(html: str) -> str:
    """Return the plain text of an HTML fragment on one line, for titles."""
    if "<" not in html and "&" not in html:
        return " ".join(html[:MAX_HTML].split())
    return " ".join(_bare(html[:MAX_HTML]).split())


def lines(text: str) -> str:
    """Return *text* with white space collapsed within its lines and without empty lines."""
    if "\n" not in text:
        return " ".join(text.split())
    return "\n".join(filter(None, [" ".join(part.split()) for part in text.split("\n") if part]))


def without_forbidden(text: str) -> str:
    """Return *text* without the control characters and lone surrogates that no mark-up parser takes."""
    return _FORBIDDEN.sub("", text) if _FORBIDDEN.search(text) else text


def _bare(text: str) -> str:
    if "<" not in text:
        return _unescaped(text)
    # Nine in ten fragments are plain enough to be read without a parser, at four times its speed.
    with suppress(KeyError):
        parts = _SIMPLE.split(text)
        parts[1::2] = map(_AS_TEXT.__getitem__, parts[1::2])
        usual = "".join(parts)
        if "<" not in usual:
            return _unescaped(usual)
    return _with_odd_tags(text)


def _with_odd_tags(text: str) -> str:
    if _UNSEEN_TAG.search(text) is None:
        parts = _SIMPLE.split(text)
        parts[1::2] = ["\n" if name.lower() in BLOCKS else "" for name in parts[1::2]]
        text = "".join(parts)
        if "<" in text:
            text = _DANGLING.sub("", text)
        if "<" not in text or not _TAG.search(text):
            return _unescaped(text)
    return _parsed(_BLOCK.sub("\n<", without_forbidden(text)))


def _unescaped(text: str) -> str:
    # A reference of thousands of digits is no character, and too long for Python to count.
    return html.unescape(_ENDLESS.sub("\ufffd", text)) if "&" in text else text


def _parsed(text: str) -> str:
    # A literal < before anything but a tag's first letter (1 < 2, <一>) must reach the reader as text.
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, recover=True)
    root = etree.fromstring(f"<div>{_LOOSE.sub('&lt;', text)}</div>", parser)
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    return "".join(map(str, root.itertext()))


_LOOSE = re.compile(r"<(?![a-zA-Z/!?])")
