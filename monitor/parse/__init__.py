"""
Bytes -> entries and articles.

    feed        a feed's response -> ParsedFeed (``feeds`` finds out its kind; ``xml``, ``jsons``, ``listing`` read it,
                ``loose`` is the last resort, ``entries`` makes entries of what was read)
    page        an article page -> Page (``pages``, dated by ``dating``)
    document    a file that a person hands in -> Documents
    lookup      a page or answer -> the value that a list is asked for with
    is_closed   whether a link is an aggregator's that does not say where it leads
    outlines    an OPML file -> the feeds that it lists
    text_of     an HTML fragment -> plain text
"""

from __future__ import annotations

from monitor.parse.documents import Document, Documents, document
from monitor.parse.feeds import feed
from monitor.parse.links import is_closed
from monitor.parse.lookup import lookup
from monitor.parse.markup import text_of
from monitor.parse.opml import Outline, outlines
from monitor.parse.pages import page

__all__ = ["Document", "Documents", "Outline", "document", "feed", "is_closed", "lookup", "outlines", "page", "text_of"]
