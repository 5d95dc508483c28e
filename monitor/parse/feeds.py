"""A feed's response -> its entries: what kind it is, which reader it gets, what it is when it is no feed."""

from __future__ import annotations

import re
from datetime import datetime

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed, Response
from monitor.parse import charset, entries, links, loose, xml

__all__ = ["feed"]

_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(rb"<(?:[\w.-]{1,20}:)?(?:item|entry)[\s>/]", re.IGNORECASE)


def feed(response: Response, feed: Feed, now: datetime) -> ParsedFeed:
    """
    Return the entries of *response*, an answer to asking for *feed* at *now* (aware, UTC).

    At most 10,000 entries are read, the rest is counted in ``cut``. ``kind`` is what the body is: rss, atom,
    rdf, cdf, sitemap, json-feed, json or list.

    :raises ParseError: the body is empty, an error page, truncated beyond reading, or anything but a feed;
        a feed without entries is none of these.
    """
    body = response.body
    if not body or not body.strip(b"\x00\t\n\r "):
        raise ParseError("an empty body where a feed was expected")
    if feed.kind == "list":
        from monitor.parse.listing import read as read_list

        return read_list(response, body, feed, now)
    if feed.kind == "json" or (feed.kind in ("", "feed") and _is_json(body)):
        from monitor.parse.jsons import read as read_json

        return read_json(response, body, feed, now)
    return _markup(response, body, feed, now)


def _is_json(body: bytes) -> bool:
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _markup(response: Response, body: bytes, feed: Feed, now: datetime) -> ParsedFeed:
    content_type = response.header("content-type")
    text, encoding = charset.utf8(body, content_type)
    harvest = xml.read(text)
    if encoding != "utf-8" and len(body) > charset.MAX_FOREIGN:
        harvest.warnings.append(f"long and not in UTF-8: only the first {charset.MAX_FOREIGN} bytes were read")
    if not harvest.raws and _ITEM.search(text) and harvest.root != "html" and len(body) <= loose.MAX_LOOSE:
        found = loose.read(body, content_type)
        harvest = found if found.raws else harvest
    if not harvest.kind:
        raise ParseError(_not_a_feed(text, harvest))
    base = links.absolute(harvest.base, response.final_url) or response.final_url
    home = links.absolute(harvest.home, base) or base
    if encoding != "utf-8":
        harvest.warnings.append(f"encoding: read as {encoding}")
    return ParsedFeed(
        entries=entries.finish(harvest.raws, feed, home if not harvest.base else base, home, now, url_days=False),
        kind=harvest.kind,
        title=harvest.title,
        hints=harvest.hints,
        cut=harvest.cut,
        next_url=links.absolute(harvest.next_url, base),
        warnings=tuple(harvest.warnings),
    )


def _not_a_feed(text: bytes, harvest: xml.Harvest) -> str:
    """Say what a body is that is no feed."""
    root = harvest.root
    if root == "html" or _HTML.match(text):
        return "an HTML page where a feed was expected"
    if root == "sitemapindex":
        return "an index of sitemaps: declare one of the sitemaps that it lists"
    if root:
        return f"XML, but no feed: its root is <{root[:60]}>"
    head = " ".join(text[:80].decode("utf-8", "replace").split())
    if text.lstrip()[:1] == b"<":
        return f"mark-up that cannot be read ({'; '.join(harvest.warnings)}): {head!r}"
    return f"plain text where a feed was expected: {head!r}"
