"""What an answer says of its source beside its entries: whether it is still the feed that was declared."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from urllib.parse import urlsplit

from monitor import codec
from monitor.model import Entry, Feed, Response, Validators

# What servers accept for all headers together is 8 KiB and more; a longer validator would be our own undoing.
LONGEST_VALIDATOR = 2048

_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_HOME = re.compile(r"/?|/index\.\w{1,5}")


def reading(feed: Feed, topics: Sequence[str]) -> str:
    """Return what a body of *feed* is read with: where that has changed, a body known by its bytes is not known."""
    told = (feed.kind, feed.select, feed.map, feed.steps, feed.headers, feed.timezone, feed.language)
    written = f"{repr(codec.dump(told))[:-1]}, {_listed(tuple(topics))}]"
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=64)
def _listed(topics: tuple[str, ...]) -> str:
    """Return *topics* in words: all feeds that serve a thousand of them share it."""
    return repr(codec.dump(topics))


def validators(response: Response, before: Validators) -> Validators:
    """
    Return what to send next time, after a 200 or 304.

    A 200 replaces both (a server that sends none any more is sent none); a 304 replaces what it repeats and leaves
    the other in force (RFC 9110, 15.4.5; RFC 9111, 4.3.4).
    """
    etag, modified = _bounded(response.header("etag")), _bounded(response.header("last-modified"))
    if response.status == 304:
        return Validators(etag or before.etag, modified or before.last_modified, before.url)
    return Validators(etag, modified, response.final_url) if etag or modified else Validators()


def _bounded(value: str) -> str:
    return value if len(value) <= LONGEST_VALIDATOR else ""


def is_html(response: Response) -> bool:
    """Return whether *response* is a web page."""
    return bool(_HTML.match(response.body or b""))


def homeward(response: Response) -> str:
    """Return the home page that asking for another page led to, or ""."""
    asked, got = urlsplit(response.url), urlsplit(response.final_url)
    at_home = got.path in ("", "/") and not got.query
    return response.final_url if at_home and (asked.query or not _HOME.fullmatch(asked.path)) else ""


def published(entries: Sequence[Entry], now: datetime) -> tuple[datetime, ...]:
    """Return when *entries* were published, as far as they say; of a day its noon, but nothing after *now*."""
    days = (datetime.combine(e.published.day, time(12), UTC) for e in entries if e.published.day and not e.published.at)
    return (*(e.published.at for e in entries if e.published.at), *(min(day, now) for day in days))
