"""
The data path, on one page.

    collect   a feed into waiting entries      fetch -> parse -> match -> store
    read      an entry into an article         fetch -> parse -> normalize -> match -> extract
    settle    an article into events           resolve -> store
    ingest    a file that a person handed in   parse -> (as read) -> settle

Every step says what came of it; nothing is dropped unrecorded. Who calls which step when is the roof's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Protocol, TypeVar

from monitor import (
    articles,
    asking,
    codec,
    extract,
    match,
    namesakes,
    normalize,
    parse,
    rechecking,
    resolve,
    schedule,
    screening,
    signs,
)
from monitor.errors import FetchError, Gone, ParseError, RateLimited, Refused, Resting
from monitor.model import (
    Article,
    Change,
    Clean,
    Entry,
    EntryState,
    Feed,
    FeedStatus,
    Judgement,
    Manners,
    Mention,
    Page,
    ParsedFeed,
    Placed,
    Poll,
    Published,
    Request,
    Response,
    Settings,
    Topic,
    Validators,
    Verb,
    Verdict,
    Vote,
    Waiting,
)
from monitor.normalize import urls
from monitor.store.base import Decider, Digested, Store

T = TypeVar("T")

# How long an article that could not be had is left alone before it is asked for again; after the last it
# has failed for good. A page that is down for a day is usually down for ever.
RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


CLOSED = "the link does not say where the article is, and no other feed has brought it"


class Fetches(Protocol):
    """The way out, as the pipeline needs it."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""

    def manners(self) -> Manners:
        """Return what the next process must know of hosts."""


class Thinks(Protocol):
    """Where work on what came in is done: a large body must not keep the network waiting."""

    async def __call__(self, size: int, act: Callable[[], T]) -> T:
        """Return what *act* returns, which works on *size* bytes."""


async def at_once(size: int, act: Callable[[], T]) -> T:
    """Work where we stand."""
    return act()


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step needs to judge: the configuration in force and what is compiled from it."""

    settings: Settings
    matcher: match.Matcher
    feeds: Mapping[str, Feed]
    topics: Mapping[str, Topic]
    readings: Mapping[str, str]
    """What a body of each feed is read with."""

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """Compile *settings*."""
        topics = {t.id: t for t in settings.topics}
        readings = {f.url: signs.reading(f, f.topics or tuple(topics)) for f in settings.feeds}
        feeds = {f.url: f for f in settings.feeds}
        return cls(settings, match.Matcher(settings.topics), feeds, topics, readings)

    def topics_of(self, feed: str) -> tuple[str, ...]:
        """Return the ids of the topics that *feed* serves; a file given by hand, as a feed no longer declared, serves all."""
        declared = self.feeds.get(feed)
        return declared.topics if declared and declared.topics else tuple(self.topics)


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


# --------------------------------------------------------------------------- collect


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


def collect(desk: Desk, store: Store, asked: Asked, round: int, now: datetime) -> Poll:
    """Turn an answer into the poll to record: screened entries and the schedule from here on."""
    feed, response, parsed = asked.feed, asked.response, asked.parsed
    unseen = schedule.unseen(asked.status, feed, now)
    if isinstance(asked.error, Resting):
        return Poll(round, schedule.deferred(asked.status, now, asked.error), now, "deferred", unseen_since=unseen)
    if response is None or asked.error is not None:
        return replace(_failure(asked, round, now), unseen_since=unseen)
    screen = screening.Screen(desk.matcher, desk.settings.sources, desk.topics_of(feed.url))
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
    return Poll(round, status, now, "failed", response.status if response else 0)


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


# --------------------------------------------------------------------------- digest


@dataclass(frozen=True, slots=True)
class Postponed:
    """An entry whose article could not be had this time."""

    entry: str
    until: datetime
    reason: str
    tried: bool = True  # False: nothing was asked, because the host still rests
    told: datetime | None = None  # until when the server wants its pages left alone


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of an entry's article before it is read, and what persons said of it, by topic."""

    article: Article | None = None
    said: Mapping[str, Verb] = field(default_factory=dict)


def held(desk: Desk, store: Store, waiting: Waiting) -> Held:
    """Return what is kept of an entry's article already; an edited entry is to be read afresh."""
    entry = waiting.entry
    found = store.article(entry.identity)
    known = found or (_namesake(desk, store, entry) if parse.is_closed(entry.url) else None)
    said = store.said_of(known.identity if known else entry.identity)
    # What was forgotten is never read again; an original speaks for itself, whatever a mirror says now.
    if found and (found.forgotten or (urls.is_mirror(entry.url) and not _is_copied(found))):
        return Held(found, said)
    if waiting.article or (found and not urls.is_mirror(entry.url) and _is_a_mirrors(store, found)):
        return Held(None, said)
    return Held(known, said)


def _is_copied(article: Article) -> bool:
    """Return whether an article was read somewhere else than at the address that it is known by."""
    return urls.is_mirror(article.url) or urls.identity(article.url) != article.identity


def _is_a_mirrors(store: Store, article: Article) -> bool:
    """Return whether the entry that brought *article* first led to a mirror, and nobody has read the original since."""
    first = store.known("", [article.identity]).get(article.identity)
    return first is not None and urls.is_mirror(first.url) and _is_copied(article)


def _namesake(desk: Desk, store: Store, entry: Entry) -> Article | None:
    """Return the article that another feed brought under the name of *entry*."""
    name = namesakes.name(entry, desk.settings.sources)
    known = store.known("", [name]).get(name) if name else None
    record = next(iter(store.entries(id=known.id)), None) if known else None
    return store.article_by_id(record.article_id) if record and record.article_id else None


async def read(
    desk: Desk,
    held: Held,
    fetcher: Fetches,
    waiting: Waiting,
    now: Callable[[], datetime],
    think: Thinks = at_once,
) -> Digested | Postponed:
    """Get the article of a waiting entry and say what it means; one that is *held* is not fetched again."""
    if held.article is not None:
        return judge(desk, waiting.id, held.article, b"", waiting.topics, held.said)
    if parse.is_closed(waiting.entry.url):
        return _later(waiting, ParseError(CLOSED), now())
    try:
        response = await fetcher.get(Request(waiting.entry.url, page=True))
        return await think(len(response.body or b""), partial(_understood, desk, waiting, response, now(), held.said))
    except (FetchError, ParseError) as error:
        return _later(waiting, error, now())


def _understood(desk: Desk, waiting: Waiting, response: Response, now: datetime, said: Mapping[str, Verb]) -> Digested:
    page = _page(response, desk.feeds.get(waiting.feed), desk, now)
    article = articles.read(desk.settings, desk.feeds.get(waiting.feed), waiting, page, response, now)
    judged = judge(desk, waiting.id, article, response.body or b"", waiting.topics, said)
    judged = replace(judged, recheck=rechecking.due(article, now))
    # An edited article that is no longer wanted must still withdraw what it used to say.
    return replace(judged, article=article, body=response.body or b"") if waiting.article else judged


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A page that was looked at again and is not another: as it was, out of reach, or ``gone``."""

    article: Article
    again: datetime | None
    gone: str = ""
    failed: str = ""
    told: datetime | None = None


async def recheck(
    desk: Desk,
    article: Article,
    said: Mapping[str, Verb],
    fetcher: Fetches,
    waiting: Waiting,
    now: Callable[[], datetime],
    think: Thinks = at_once,
) -> Digested | Rechecked:
    """Look at the page of a kept article again; what it says now, if that is another text."""
    # A mirror may have brought what was read at the original since.
    url = article.url if urls.is_mirror(waiting.entry.url) else waiting.entry.url
    seen = await rechecking.look(fetcher, url, article, now())
    if seen.response is None:
        return Rechecked(article, seen.again, seen.gone, seen.failed, seen.told)
    body = seen.response.body or b""
    if articles.sha256(body) == article.body_sha256:
        return Rechecked(article, seen.again)
    try:
        read = await think(len(body), partial(_understood, desk, waiting, seen.response, now(), said))
    except ParseError as error:
        return Rechecked(article, seen.again, failed=str(error))
    same = read.article is None or read.article.id == article.id
    return Rechecked(article, seen.again) if same else read


def rechecked(desk: Desk, store: Store, seen: Rechecked, now: datetime) -> Sequence[str]:
    """Write what looking at a page again came to; the events of one that is gone say so."""

    def decide(decider: Decider) -> Sequence[Change]:
        identity = seen.article.identity or seen.article.url
        return resolve.unpublished(identity, seen.gone, desk.topics, decider, now) if seen.gone else ()

    return store.rechecked(seen.article.id, seen.again, now, decide)


def _page(response: Response, feed: Feed | None, desk: Desk, now: datetime) -> Page:
    zone = feed.timezone if feed else desk.settings.timezone
    return parse.page(response.body or b"", response.final_url, response.header("content-type"), zone, now)


def _later(waiting: Waiting, error: FetchError | ParseError, now: datetime) -> Digested | Postponed:
    if isinstance(error, Resting):
        return Postponed(waiting.id, now + error.retry_after, str(error), tried=False)
    final = isinstance(error, Refused | Gone) or waiting.attempts >= len(RETRIES)
    if final:
        return Digested(waiting.id, EntryState.FAILED, str(error), ())
    told = now + error.retry_after if isinstance(error, RateLimited) else None
    until = now + RETRIES[waiting.attempts]
    return Postponed(waiting.id, max(until, told or until), str(error), told=told)


FORGOTTEN = "the text was removed on request; it is not read again"


def judge(
    desk: Desk,
    entry: str,
    article: Article,
    body: bytes,
    topics: Sequence[str],
    said: Mapping[str, Verb] = MappingProxyType({}),
) -> Digested:
    """Say what an article means to each of *topics*, where a person has not *said* so; it is kept when one of them wants it."""
    if article.forgotten:
        return Digested(entry, EntryState.KEPT, FORGOTTEN, ())
    clean = normalize.clean(article.text)
    judged = (desk.matcher.judge(topic, article.title, clean, article.published.day) for topic in topics)
    verdicts = tuple(_accepted(v, clean) if said.get(v.topic) is Verb.ACCEPT else v for v in judged)
    wanted = [v for v in verdicts if v.judgement is not Judgement.REJECTED]
    mentions = tuple(m for v in wanted for m in extract.mentions(article, clean, v, desk.topics[v.topic]))
    if not wanted:
        return Digested(entry, EntryState.REJECTED, screening.why(verdicts), verdicts)
    # What a rejected article says is kept beside the decision, which can be undone.
    silent = all(said.get(v.topic) is Verb.REJECT for v in wanted)
    state, reason = (EntryState.REJECTED, "rejected by a person") if silent else (EntryState.KEPT, "")
    return Digested(entry, state, reason, verdicts, article, body, articles.origin(article), mentions)


def _accepted(verdict: Verdict, text: Clean) -> Verdict:
    """Return *verdict* as a person's word makes it: where no passage ties the sides, all of the text may tell."""
    vote = Vote("accepted by a person", 0.0)
    passages = verdict.passages or ((0, len(text.text)),)
    return replace(verdict, judgement=Judgement.RELEVANT, votes=(*verdict.votes, vote), passages=passages)


def settle(desk: Desk, store: Store, digested: Digested, now: datetime) -> Sequence[str]:
    """Write what was read, and what it makes of the events; return the ids of those that changed."""
    return store.finish(digested, now, placing(desk, digested, now))


def placing(desk: Desk, digested: Digested, now: datetime) -> Callable[[Decider], Sequence[Change]]:
    """Return what says, while nobody else can write, what the mentions of an article change."""
    found = [placed(m, digested) for m in digested.mentions]

    def decide(decider: Decider) -> Sequence[Change]:
        article = digested.article.id if digested.article else ""
        return resolve.place(article, found, desk.topics, decider, now)

    return decide


def placed(mention: Mention, digested: Digested) -> Placed:
    """Return *mention* with the facts of its article that evidence needs."""
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
        identity=article.identity or article.url,
        forgotten=article.forgotten is not None,
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
    url, source, published = handed.url, handed.source, handed.published
    article = articles.handed(desk.settings, document, now, url=url, source=source, published=published)
    body = document.body
    judged = judge(desk, "", article, body, handed.topics or tuple(desk.topics))
    return replace(judged, article=article, body=body, origin=articles.origin(article))
