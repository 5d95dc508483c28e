"""
Lists that one request does not give: what is looked up before, and the pages that follow. Part of the data path.

The same manners hold as for any request: everything goes through the one way out, which rests between two requests
to a host.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from monitor import addresses, parse
from monitor.errors import FetchError, ParseError, RateLimited
from monitor.model import Entry, Feed, FeedStatus, ParsedFeed, Request, Response

__all__ = ["FRESH", "address", "looked_up", "whole"]

FRESH = timedelta(days=1)
"""How long what was looked up is taken for true while the list answers: ids of stocks and lists hardly ever change."""

Reads = Callable[[Response], Awaitable[ParsedFeed]]
News = Callable[[Sequence[Entry]], Awaitable[bool]]


class Gets(Protocol):
    """The way out."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""


def address(feed: Feed, status: FeedStatus, now: datetime, page: int = 1) -> str:
    """Return what to ask for: where *feed* has moved to, with the placeholders filled in."""
    return addresses.filled(status.url_now, feed.timezone, now, page=page, found=dict(status.found))


async def looked_up(feed: Feed, status: FeedStatus, fetcher: Gets, now: datetime) -> FeedStatus:
    """
    Return *status* with what the steps of *feed* found: again after a day, and at once where the list has failed.

    :raises FetchError, ParseError: a step could not be asked, or what it looks for is not there.
    """
    if not feed.steps and not status.found and not status.failures:  # as nearly all
        return status
    names = {step.name for step in feed.steps}
    fresh = status.found_at is not None and timedelta(0) <= now - status.found_at < FRESH
    if names == {name for name, _ in status.found} and (fresh or not names) and not status.failures:
        return status
    found: dict[str, str] = {}
    for step in feed.steps:
        url = addresses.filled(step.url, feed.timezone, now, found=found)
        response = await fetcher.get(Request(url, headers=feed.headers, page=not step.path))
        found[step.name] = parse.lookup(response, step)
    return replace(status, found=tuple(found.items()), found_at=now if found else None)


async def whole(
    feed: Feed,
    status: FeedStatus,
    first: Response,
    parsed: ParsedFeed,
    fetcher: Gets,
    now: datetime,
    read: Reads,
    news: News,
) -> ParsedFeed:
    """
    Return *parsed*, which was read from *first*, with the pages that follow it, while each brings *news* that no
    earlier one had: a server may send the first page whatever is asked.

    A page that cannot be had ends the list there and is a warning: what came before it is not lost for it.
    """
    held, last, fresh = parsed, parsed, parsed.entries
    asked = {first.url, first.final_url}
    for page in range(2, feed.pages + 1):
        url = _next(feed, status, first, last, now, page)
        if not url or url in asked or not await news(fresh):
            break
        asked.add(url)
        try:
            last = await read(await fetcher.get(Request(url, headers=feed.headers, page=feed.kind == "list")))
        except (FetchError, ParseError) as error:
            return _ended(held, page, error)
        before = {entry.identity for entry in held.entries}
        fresh = tuple(entry for entry in last.entries if entry.identity not in before)
        held = _joined(held, last)
    return held


def _ended(held: ParsedFeed, page: int, error: FetchError | ParseError) -> ParsedFeed:
    hints = held.hints
    if isinstance(
        error, RateLimited
    ):  # the server has had enough: what it was asked before is kept, and it is left alone
        hints = replace(hints, ttl=max(hints.ttl or timedelta(0), error.retry_after))
    return replace(held, hints=hints, warnings=(*held.warnings, f"page {page} could not be read: {error}"))


def _next(feed: Feed, status: FeedStatus, first: Response, last: ParsedFeed, now: datetime, page: int) -> str:
    """Return the address of the next page; a link to it leads nowhere but to the list's own host."""
    if "{page}" in status.url_now:
        return address(feed, status, now, page)
    return last.next_url if urlsplit(last.next_url).netloc == urlsplit(first.final_url).netloc else ""


def _joined(one: ParsedFeed, other: ParsedFeed) -> ParsedFeed:
    """Return both pages as one: while the second was asked for, an entry may have slipped down to it."""
    entries = {entry.identity: entry for entry in (*other.entries, *one.entries)}
    order = dict.fromkeys(entry.identity for entry in (*one.entries, *other.entries))
    return replace(
        one,
        entries=tuple(entries[identity] for identity in order),
        cut=one.cut + other.cut,
        warnings=tuple(dict.fromkeys((*one.warnings, *other.warnings))),
    )
