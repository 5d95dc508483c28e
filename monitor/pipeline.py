"""
The data path, on one page.

    collect   a feed into waiting entries      fetch -> parse -> match -> store
    read      an entry into an article         fetch -> parse -> normalize -> match -> extract
    settle    an article into events           resolve -> store
    ingest    a file that a person handed in   parse -> (as read) -> settle

Every step says what came of it; nothing is dropped unrecorded. Who calls which step when is the roof's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from monitor import codec, extract, match, normalize, parse, resolve, schedule
from monitor.errors import FetchError, Gone, ParseError, Refused
from monitor.model import (
    Article,
    Change,
    Entry,
    EntryState,
    Feed,
    FeedStatus,
    Judgement,
    KnownEntry,
    Mention,
    Page,
    ParsedFeed,
    Placed,
    Poll,
    Published,
    Request,
    Response,
    Screened,
    Settings,
    Source,
    Tier,
    Topic,
    Validators,
    Verdict,
    Waiting,
)
from monitor.normalize import urls
from monitor.store.base import Decider, Digested, Store

# How long an article that could not be had is left alone before it is asked for again; after the last it
# has failed for good. A page that is down for a day is usually down for ever.
RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


class Fetches(Protocol):
    """The way out, as the pipeline needs it."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step needs to judge: the configuration in force and what is compiled from it."""

    settings: Settings
    matcher: match.Matcher
    feeds: Mapping[str, Feed]
    topics: Mapping[str, Topic]

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """Compile *settings*."""
        return cls(
            settings,
            match.Matcher(settings.topics),
            {f.url: f for f in settings.feeds},
            {t.id: t for t in settings.topics},
        )

    def topics_of(self, feed: str) -> tuple[str, ...]:
        """Return the ids of the topics that *feed* serves; a file given by hand, as a feed no longer declared, serves all."""
        declared = self.feeds.get(feed)
        return declared.topics if declared and declared.topics else tuple(self.topics)


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a feed came to, before the store is looked at."""

    status: FeedStatus
    response: Response | None = None
    parsed: ParsedFeed | None = None
    error: FetchError | ParseError | None = None


# --------------------------------------------------------------------------- collect


async def ask(desk: Desk, fetcher: Fetches, status: FeedStatus, now: Callable[[], datetime]) -> Asked:
    """Ask one feed once; an unchanged one is not parsed, a failed one keeps its error as a value."""
    feed = desk.feeds[status.url]
    request = Request(schedule.address(feed, status, now()), status.validators, feed.headers, page=feed.kind == "list")
    try:
        response = await fetcher.get(request)
        if response.body is None or _sha256(response.body) == status.body_sha256:
            return Asked(status, response)
        return Asked(status, response, parse.feed(response, feed, now()))
    except (FetchError, ParseError) as error:
        return Asked(status, error=error)


def broken(status: FeedStatus, bug: Exception) -> Asked:
    """Return the outcome of a feed that hit a bug: it failed, and backs off like any other failure."""
    return Asked(status, error=ParseError(f"bug: {type(bug).__name__}: {bug}"))


def collect(desk: Desk, store: Store, asked: Asked, round: int, now: datetime) -> Poll:
    """Turn an answer into the poll to record: screened entries and the schedule from here on."""
    feed = desk.feeds[asked.status.url]
    if asked.response is None:
        assert asked.error is not None
        failed = schedule.failed(asked.status, feed, now, asked.error)
        return Poll(round, failed, now, "failed")
    entries, seen = _screen(desk, store, feed, asked.parsed) if asked.parsed else ((), 0)
    fresh = sum(e.state is not EntryState.DUPLICATE for e in entries)
    status = schedule.succeeded(
        asked.status,
        feed,
        now,
        headers=asked.response.headers,
        hints=asked.parsed.hints if asked.parsed else None,
        new_entries=fresh,
        body_sha256=_sha256(asked.response.body) if asked.response.body is not None else asked.status.body_sha256,
        validators=_validators(asked.response, asked.status),
        moved_to=asked.response.moved_to,
        newest=_newest(asked.parsed),
    )
    return Poll(
        round,
        status,
        now,
        "new" if fresh else "unchanged",
        asked.response.status,
        entries,
        seen,
        asked.parsed.cut if asked.parsed else 0,
        asked.parsed.warnings if asked.parsed else (),
    )


def _screen(desk: Desk, store: Store, feed: Feed, parsed: ParsedFeed) -> tuple[tuple[Screened, ...], int]:
    """Return the new and changed entries after the first screen, and how many were known as they are."""
    topics = desk.topics_of(feed.url)
    known = store.known(feed.url, [e.identity for e in parsed.entries])
    found: dict[str, Screened] = {}
    seen = 0
    for entry in parsed.entries:
        sha256 = _sha256("\0".join((entry.title, entry.summary, entry.url)).encode("utf-8", "surrogatepass"))
        held = known.get(entry.identity)
        if entry.identity in found or _as_known(held, feed, sha256, topics):
            seen += 1
        else:
            found[entry.identity] = _judge_entry(desk, entry, sha256, topics, held, feed)
    return tuple(found.values()), seen


def _as_known(held: KnownEntry | None, feed: Feed, sha256: str, topics: Sequence[str]) -> bool:
    """Return whether this feed sent the entry before, just so, and every topic has judged it."""
    return held is not None and held.feed == feed.url and held.sha256 == sha256 and held.topics.issuperset(topics)


def _judge_entry(
    desk: Desk, entry: Entry, sha256: str, topics: Sequence[str], held: KnownEntry | None, feed: Feed
) -> Screened:
    verdicts = desk.matcher.screen(entry.title, entry.summary, topics, entry.published.day)
    if all(v.judgement is Judgement.REJECTED for v in verdicts):
        return Screened(entry, sha256, EntryState.REJECTED, verdicts, _why(verdicts))
    # What another feed's entry was rejected for, a fuller summary may still earn.
    elsewhere = held is not None and held.feed != feed.url and held.topics.issuperset(topics)
    if elsewhere and held is not None and held.state not in (EntryState.REJECTED, EntryState.FAILED):
        return Screened(entry, sha256, EntryState.DUPLICATE, verdicts, f"same article as {held.id}")
    return Screened(entry, sha256, EntryState.WAITING, verdicts)


def _why(verdicts: Sequence[Verdict]) -> str:
    """Return the heaviest reason against, in words that are stable enough to count."""
    votes = [v for verdict in verdicts for v in verdict.votes]
    if not votes:
        return "names nothing of the topic"
    vote = min(votes, key=lambda v: v.weight)
    return f"{vote.rule}: {vote.text}" if vote.text else vote.rule


def _validators(response: Response, status: FeedStatus) -> Validators:
    """Return the validators of the last 200 or 304; a 304 that repeats none leaves the old ones in force (RFC 9110, 15.4.5)."""
    sent = Validators(response.header("etag"), response.header("last-modified"))
    return status.validators if response.status == 304 and sent == Validators() else sent


def _newest(parsed: ParsedFeed | None) -> datetime | None:
    return max((e.published.at for e in parsed.entries if e.published.at), default=None) if parsed else None


# --------------------------------------------------------------------------- digest


@dataclass(frozen=True, slots=True)
class Postponed:
    """An entry whose article could not be had this time."""

    entry: str
    until: datetime
    reason: str


def held(store: Store, waiting: Waiting) -> Article | None:
    """Return the article of an entry if it is kept already; an edited entry is to be read afresh."""
    return None if waiting.article else store.article(waiting.entry.identity)


async def read(
    desk: Desk, held: Article | None, fetcher: Fetches, waiting: Waiting, now: Callable[[], datetime]
) -> Digested | Postponed:
    """Get the article of a waiting entry and say what it means; one that is *held* is not fetched again."""
    if held is not None:
        return judge(desk, waiting.id, held, b"", waiting.topics)
    try:
        response = await fetcher.get(Request(waiting.entry.url, page=True))
        page = _page(response, desk.feeds.get(waiting.feed), desk, now())
    except (FetchError, ParseError) as error:
        return _later(waiting, error, now())
    article = _article(desk, waiting, page, response, now())
    judged = judge(desk, waiting.id, article, response.body or b"", waiting.topics)
    # An edited article that is no longer wanted must still withdraw what it used to say.
    return replace(judged, article=article, body=response.body or b"") if waiting.article else judged


def _page(response: Response, feed: Feed | None, desk: Desk, now: datetime) -> Page:
    zone = feed.timezone if feed else desk.settings.timezone
    return parse.page(response.body or b"", response.final_url, response.header("content-type"), zone, now)


def _later(waiting: Waiting, error: FetchError | ParseError, now: datetime) -> Digested | Postponed:
    final = isinstance(error, Refused | Gone) or waiting.attempts >= len(RETRIES)
    if final:
        return Digested(waiting.id, EntryState.FAILED, str(error), ())
    return Postponed(waiting.id, now + RETRIES[waiting.attempts], str(error))


def _article(desk: Desk, waiting: Waiting, page: Page, response: Response, now: datetime) -> Article:
    entry, feed = waiting.entry, desk.feeds.get(waiting.feed)
    source = _source(desk, response.final_url, feed)
    return _kept(
        waiting.entry.identity,
        page,
        url=page.canonical_url or response.final_url,
        title=page.title or entry.title,
        body_sha256=_sha256(response.body or b""),
        published=_published(page.published, entry.published),
        fetched=now,
        source=source,
        name=entry.source_name,
        tier=feed.tier if feed else Tier.UNKNOWN,
        timezone=feed.timezone if feed else desk.settings.timezone,
    )


def _kept(
    identity: str,
    page: Page,
    *,
    url: str,
    title: str,
    body_sha256: str,
    published: Published,
    fetched: datetime,
    source: Source | None,
    name: str,
    tier: Tier,
    timezone: str,
) -> Article:
    text_sha256 = _sha256(page.text.encode("utf-8", "surrogatepass"))
    return Article(
        id=codec.article_id(identity, text_sha256),
        identity=identity,
        url=url,
        title=title,
        text=page.text,
        text_sha256=text_sha256,
        body_sha256=body_sha256,
        published=published,
        fetched=fetched,
        source=source.id if source else "",
        source_name=source.name if source else name,
        credit=page.source_name,
        tier=source.tier if source and source.tier is not Tier.UNKNOWN else tier,
        timezone=timezone,
    )


def _source(desk: Desk, url: str, feed: Feed | None) -> Source | None:
    """Return the declared source that *url* belongs to: by its host first, since a feed may list other people's articles."""
    host = (urlsplit(url).hostname or "").lower()
    owners = [(len(h), s) for s in desk.settings.sources for h in s.hosts if host == h or host.endswith("." + h)]
    if owners:
        return max(owners, key=lambda o: (o[0], o[1].id))[1]
    return next((s for s in desk.settings.sources if feed and s.id == feed.source), None)


def _published(page: Published, entry: Published) -> Published:
    """Return the page's own date, else the feed's; where both are known and differ by more than a day, say so."""
    if page.day is None:
        return entry if entry.day is not None else page
    if entry.day is not None and abs((page.day - entry.day).days) > 1:
        return replace(page, flag="disagrees")
    return page


def judge(desk: Desk, entry: str, article: Article, body: bytes, topics: Sequence[str]) -> Digested:
    """Say what an article means to each of *topics*; it is kept when one of them wants it."""
    clean = normalize.clean(article.text)
    verdicts = tuple(desk.matcher.judge(topic, article.title, clean, article.published.day) for topic in topics)
    wanted = [v for v in verdicts if v.judgement is not Judgement.REJECTED]
    mentions = tuple(m for v in wanted for m in extract.mentions(article, clean, v, desk.topics[v.topic]))
    if not wanted:
        return Digested(entry, EntryState.REJECTED, _why(verdicts), verdicts)
    return Digested(entry, EntryState.KEPT, "", verdicts, article, body, _origin(article), mentions)


def _origin(article: Article) -> str:
    """Return who tells it first: the credited outlet, else the source, else the host."""
    return article.credit or article.source_name or urlsplit(article.url).hostname or article.body_sha256


def settle(desk: Desk, store: Store, digested: Digested, now: datetime) -> Sequence[str]:
    """Write what was read, and what it makes of the events; return the ids of those that changed."""
    placed = [_placed(m, digested) for m in digested.mentions]

    def decide(decider: Decider) -> Sequence[Change]:
        article = digested.article.id if digested.article else ""
        return resolve.place(article, placed, desk.topics, decider, now)

    return store.finish(digested, now, decide)


def _placed(mention: Mention, digested: Digested) -> Placed:
    article = digested.article
    assert article is not None
    return Placed(
        id=codec.mention_id(mention),
        mention=mention,
        source=article.source or article.source_name,
        tier=article.tier,
        url=article.url,
        title=article.title,
        published=article.published,
        fetched=article.fetched,
        text_sha256=article.text_sha256,
        origin=digested.origin,
    )


def canonical(digested: Digested) -> tuple[str, str]:
    """Order digested articles by publication, then address, so that a round gives one result however it was fetched."""
    article = digested.article
    if article is None:
        return ("", digested.entry)
    return (str(article.published.at or article.published.day or "9999"), article.url)


# --------------------------------------------------------------------------- by hand


@dataclass(frozen=True, slots=True)
class Handed:
    """What a person says about a file handed in; empty means that the file must say it itself."""

    topics: tuple[str, ...]
    published: Published | None = None
    url: str = ""
    source: str = ""


def ingest(desk: Desk, document: parse.Document, handed: Handed, now: datetime) -> Digested:
    """Judge one document given by hand; it is kept whatever the verdict, since a person wanted it read."""
    url = handed.url or document.url
    body = document.body
    identity = urls.identity(url) if url else f"sha256:{_sha256(body)}"
    named = next((s for s in desk.settings.sources if handed.source in (s.id, s.name) and handed.source), None)
    article = _kept(
        identity,
        document.page,
        url=url,
        title=document.page.title,
        body_sha256=_sha256(body),
        published=handed.published or document.page.published,
        fetched=now,
        source=named or (_source(desk, url, None) if url else None),
        name=handed.source or document.source,
        tier=Tier.UNKNOWN,
        timezone=desk.settings.timezone,
    )
    judged = judge(desk, "", article, body, handed.topics or tuple(desk.topics))
    return replace(judged, article=article, body=body, origin=_origin(article))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
