"""
Bytes -> entries and articles.

    feed        a feed's response -> ParsedFeed (``feeds`` finds out its kind; ``xml``, ``jsons``, ``listing`` read it,
                ``loose`` is the last resort, ``entries`` makes entries of what was read)
    page        an article page -> Page (``pages``, dated by ``dating``)
    document    a file that a person hands in -> Documents
    text_of     an HTML fragment -> plain text
"""

from __future__ import annotations

from monitor.parse.documents import Document, Documents, document
from monitor.parse.feeds import feed
from monitor.parse.markup import text_of
from monitor.parse.pages import page

__all__ = ["Document", "Documents", "document", "feed", "page", "text_of"]
