"""
XML as it is sent -> XML that a parser accepts.

The sins that cost nothing here: bare ``&``, HTML entities, control characters, anything before the first
tag, a document type with whatever entities it declares. Works on UTF-8 bytes, in linear time, and never
looks inside CDATA.
"""

from __future__ import annotations

import re
from html.entities import html5

__all__ = ["doctype_at", "repaired"]

# What XML 1.0 does not allow; U+FFFE and U+FFFF in UTF-8 as well.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_DOCTYPE = re.compile(
    rb"""<!DOCTYPE[^\[>]{0,2000}+(?:\[(?:[^\]"'<]|"[^"]*+"|'[^']*+'|<!--(?:[^-]|-(?!->))*+-->|<)*+\]\s*+)?>""",
    re.IGNORECASE,
)
_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([a-zA-Z][a-zA-Z0-9]{1,31});")
_BARE = re.compile(rb"&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")
_ILLEGAL = re.compile(rb"&#(?:0++|0*+(?:[1-8]|1[124-9]|2\d|3[01])|[xX]0++|[xX]0*+(?:[1-8bBcCeEfF]|1[0-9a-fA-F]));")
_NUMBERS = (
    (b"&lt;", b"&#60;"),
    (b"&gt;", b"&#62;"),
    (b"&quot;", b"&#34;"),
    (b"&apos;", b"&#39;"),
    (b"&amp;", b"&#38;"),
)
_BLANK = re.compile(rb"[\s\x00]*+")
_SKIPPED = ((b"<?", b"?>"), (b"<!--", b"-->"))
_PREAMBLE = 65_536
"""Bytes before the root in which a declaration is looked for: warnings of a server's script language come first."""
_SLICE, _LONGEST = 65_536, 40  # the longest entity name in use has 31 letters
_OPEN, _CLOSE = b"<![CDATA[", b"]]>"


_START = re.compile(rb"<(?:\?xml\s|!DOCTYPE\s|(?:[\w.-]{1,20}:)?(?:rss|rdf|feed|channel|urlset)[\s>])", re.IGNORECASE)


def repaired(body: bytes) -> bytes:
    """Return *body* with the common sins mended; what is well-formed comes back as it was."""
    start = _START.search(body, 0, _PREAMBLE)
    body = _without_doctype(body[start.start() if start else max(body.find(b"<"), 0) :])
    if _CONTROL.search(body):
        body = _CONTROL.sub(b"", body)
    if b"&" not in body:
        return body
    head, *rest = body.split(_OPEN)
    return _entities(head) + b"".join(_OPEN + _after(part) for part in rest)


def _after(part: bytes) -> bytes:
    inside, close, outside = part.partition(_CLOSE)
    return inside + close + _entities(outside)


def _entities(markup: bytes) -> bytes:
    """Return *markup* with every entity one that XML knows; in slices, so that a body of faults costs no memory."""
    if b"&" not in markup:
        return markup
    parts: list[bytes] = []
    start = 0
    while start < len(markup):
        end = min(start + _SLICE, len(markup))
        last = markup.rfind(b"&", end - _LONGEST, end) if end < len(markup) else -1
        end = last if last > start else end
        part = _NAMED.sub(_named, markup[start:end])
        parts.append(_by_number(_BARE.sub(b"&amp;", _ILLEGAL.sub(b"", part))))
        start = end
    return b"".join(parts)


def _by_number(markup: bytes) -> bytes:
    # After a fault that libxml2 recovers from it still reads &#38; but drops &amp; (2.14).
    for name, number in _NUMBERS:
        markup = markup.replace(name, number)
    return markup


def _named(entity: re.Match[bytes]) -> bytes:
    known = html5.get(f"{entity[1].decode()};")
    return known.encode() if known and known not in "<>&" else b"&amp;" + entity[0][1:]


def _blank_until(body: bytes, at: int) -> int:
    found = _BLANK.match(body, at)
    return found.end() if found else at


def doctype_at(body: bytes) -> int:
    """Return where the document type declaration begins, or -1 if the root comes first."""
    at = 0
    while True:
        at = _blank_until(body, at)
        close = next((end for start, end in _SKIPPED if body.startswith(start, at)), None)
        if close is None:
            return at if body[at : at + 9].upper() == b"<!DOCTYPE" else -1
        found = body.find(close, at)
        if found < 0:
            return -1
        at = found + len(close)


def _without_doctype(body: bytes) -> bytes:
    start = doctype_at(body)
    found = _DOCTYPE.match(body, start) if start >= 0 else None
    return body[:start] + body[found.end() :] if found else body
