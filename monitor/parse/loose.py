"""
The last resort for feeds that the fast path finds no entry in: feedparser, for structure only.

Its dates are never used: it knows no Chinese date and fills what is missing. The raw strings are taken.
"""

from __future__ import annotations

import io

from monitor.parse import markup
from monitor.parse.entries import MAX_ENTRIES, MAX_TITLE, Raw
from monitor.parse.xml import Harvest

__all__ = ["MAX_LOOSE", "read"]

MAX_LOOSE = 256 * 1024
"""Bytes given to feedparser: 0.6 MB of nested items take it 2.7 seconds, and one answer may cost two."""


def read(body: bytes, content_type: str) -> Harvest:
    """Return what feedparser makes of *body*; empty where it finds no entry either."""
    import feedparser

    # A stream, never a string: feedparser takes short strings for addresses and file names.
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": content_type} if content_type else {},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return Harvest()  # it was written to raise nothing, and does: on numbers, addresses, encodings without sense
    harvest = Harvest(kind="rss", root=str(found.get("version") or ""))
    if not found.entries:
        return Harvest()
    harvest.title = markup.line(str(found.feed.get("title", "")))[:MAX_TITLE]
    harvest.home = str(found.feed.get("link", ""))
    harvest.raws = [_raw(entry) for entry in found.entries[:MAX_ENTRIES]]
    harvest.cut = max(len(found.entries) - MAX_ENTRIES, 0)
    harvest.warnings.append("hardly readable: read by the forgiving parser")
    return harvest


def _raw(entry: dict[str, object]) -> Raw:
    def text(key: str) -> str:
        # Its dict answers for "updated" with "published", and warns: only what is really there is asked for.
        value = dict.get(entry, key)
        return value if isinstance(value, str) else ""

    guid = text("id")
    return Raw(
        title=markup.line(text("title"))[:MAX_TITLE],
        links=(text("link"),) if text("link") else (),
        guid=guid,
        permalink=guid.startswith(("http://", "https://")),
        summary=markup.text_of(text("summary")),
        dates=tuple((d, d) for d in map(text, ("published", "created", "updated")) if d),
    )
