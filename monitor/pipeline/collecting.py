"""Collect: a feed into waiting entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor import articles, asking, parse, schedule, screening, signs
from monitor.errors import FetchError, ParseError, Resting
from monitor.model import Entry, EntryState, Feed, FeedStatus, ParsedFeed, Poll, Request, Response, Validators
from monitor.pipeline.desk import Desk, Fetches, Thinks, at_once
from monitor.store.base import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a feed came to, before the store is looked at."""

    feed: Feed
    status: FeedStatus
    response: Response | None = None
    parsed: ParsedFeed | None = None
    error: FetchError | ParseError | None = None
    reading: str = ""  # what the body was read with
    body_sha256: str = ""  # of the body, or of the last one where it is unchanged


async def no_news(entries: Sequence[Entry]) -> bool:
    """Let a list end with its first page."""
    return False


async def ask(
    desk: Desk,
    fetcher: Fetches,
    status: FeedStatus,
    now: Callable[[], datetime],
    think: Thinks = at_once,
    news: asking.News = no_news,
) -> Asked:
    """Ask one feed once, page by page while they bring *news*; an unchanged one is not parsed, a failed one keeps its error as a value."""
    feed = desk.feeds[status.url]
    reading = desk.readings[feed.url]
    # What was read with another declaration must be seen whole: "unchanged" would be true of the bytes alone.
    known = status if status.read_as == reading else replace(status, validators=Validators(), body_sha256="", found=())
    response = None

    async def read(page: Response) -> ParsedFeed:
        return await think(len(page.body or b""), partial(parse.feed, page, feed, now()))

    begun = now()
    try:
        known = await asking.looked_up(feed, known, fetcher, begun)
        url = asking.address(feed, known, now() if feed.steps else begun)
        response = await fetcher.get(Request(url, known.validators, feed.headers, page=feed.kind == "list"))
        sha256 = known.body_sha256 if response.body is None else articles.sha256(response.body)
        if response.body is None or sha256 == known.body_sha256:
            return Asked(feed, known, response, reading=reading, body_sha256=sha256)
        parsed = await asking.whole(feed, known, response, await read(response), fetcher, now(), read, news)
        # It waits to be written by its entries alone: the body is read.
        return Asked(feed, known, replace(response, body=b""), parsed, reading=reading, body_sha256=sha256)
    except (FetchError, ParseError) as error:
        return Asked(feed, status, response, error=error)


def is_news(store: Store, feed: str, entries: Sequence[Entry]) -> bool:
    """Return whether *feed* never sent one of *entries* before."""
    names = [(e.identity, *e.aliases) for e in entries]
    known = store.known(feed, [name for of_one in names for name in of_one])
    sent = {name for name, held in known.items() if held.feed == feed}
    return any(sent.isdisjoint(of_one) for of_one in names)


def broken(feed: Feed, status: FeedStatus, bug: Exception) -> Asked:
    """Return the outcome of a feed that hit a bug: it failed, and backs off like any other failure."""
    return Asked(feed, status, error=ParseError(f"bug: {type(bug).__name__}: {bug}"))


def unreached(asked: Asked) -> str:
    """Return the host that was asked last where nothing there took the connection, else ""."""
    error = asked.error
    return schedule.host(error.url) if isinstance(error, FetchError) and not error.connected else ""


def collect(desk: Desk, store: Store, asked: Asked, round: int, now: datetime) -> Poll:
    """Turn an answer into the poll to record: screened entries and the schedule from here on."""
    feed, response, parsed = asked.feed, asked.response, asked.parsed
    unseen = schedule.unseen(asked.status, feed, now)
    if isinstance(asked.error, Resting):
        return Poll(round, schedule.deferred(asked.status, now, asked.error), now, "deferred", unseen_since=unseen)
    if response is None or asked.error is not None:
        return replace(_failure(asked, round, now), unseen_since=unseen)
    topics = desk.topics_of(feed.url)
    screen = screening.Screen(desk.matcher, desk.settings.sources, topics)
    found = screen.entries(store, feed, parsed) if parsed else screening.NOTHING
    fresh = any(e.state is not EntryState.DUPLICATE for e in found.entries)
    alive = screening.alive(found, asked.status.alive, now)
    status, sight = _sight(store, asked, response, found.seen, alive, now)
    return Poll(
        round,
        schedule.succeeded(status, feed, now, sight),
        now,
        "new" if fresh else "unchanged",
        response.status,
        found.entries,
        found.seen,
        parsed.cut if parsed else 0,
        parsed.warnings if parsed else (),
        unseen,
        topics=topics,
        sent=found.sent,
    )


def _failure(asked: Asked, round: int, now: datetime) -> Poll:
    """Return the poll of a feed that failed, or that shows a page where its entries were."""
    error, response = asked.error, asked.response
    assert error is not None
    page = response is not None and signs.is_html(response)
    home = signs.homeward(response) if response is not None and page else ""
    if home:
        error = ParseError(f"redirected to the home page {home}")
    blocked = bool(home) or (page and asked.status.last_ok is not None)
    status = schedule.failed(asked.status, asked.feed, now, error, blocked=blocked)
    return Poll(round, status, now, "failed", response.status if response else 0, unreached=unreached(asked))


def _sight(
    store: Store, asked: Asked, response: Response, seen: int, alive: Sequence[Entry], now: datetime
) -> tuple[FeedStatus, schedule.Sight]:
    """Return what the answer shows, and the status that it is to be held against."""
    parsed, status = asked.parsed, asked.status
    body = asked.body_sha256
    if parsed:
        strange = not seen and status.listed > 0
        status = replace(status, read_as=asked.reading, strange=strange)
    sight = schedule.Sight(
        response.headers,
        parsed.hints if parsed else None,
        len(alive),
        body,
        signs.validators(response, status.validators),
        response.moved_to,
        len(parsed.entries) if parsed else 0,
        signs.published(alive, now),
        _foreign(store, asked.feed, status, response, body),
    )
    return status, sight


def _foreign(store: Store, feed: Feed, status: FeedStatus, response: Response, body_sha256: str) -> str:
    """Return why a body is not the feed's own, or "": the same page whatever is asked, or the home page."""
    if feed.kind == "list" and (home := signs.homeward(response)):
        return f"redirected to the home page {home}"
    if not status.strange:
        return ""
    host = schedule.host(status.url_now)
    same = [u for u in store.sharing(body_sha256) if u != feed.url and schedule.host(u) == host]
    return f"the same page as {same[0]}, and nothing that was listed before" if same else ""
