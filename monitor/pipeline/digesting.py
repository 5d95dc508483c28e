"""Digest, first half: an entry, a page that is looked at again, or a file handed in, into what its article means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from monitor import articles, extract, namesakes, normalize, parse, rechecking, screening
from monitor.errors import FetchError, Gone, ParseError, RateLimited, Refused, Resting
from monitor.model import (
    Article,
    Clean,
    Digested,
    Entry,
    EntryState,
    Feed,
    Judgement,
    Page,
    Published,
    Request,
    Response,
    Saved,
    Verb,
    Verdict,
    Vote,
    Waiting,
)
from monitor.normalize import urls
from monitor.pipeline.desk import Desk, Fetches, Thinks, at_once
from monitor.store.base import Store

# How long an article that could not be had is left alone before it is asked for again; after the last it
# has failed for good. A page that is down for a day is usually down for ever.
RETRIES = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))

CLOSED = "the link does not say where the article is, and no other feed has brought it"

FORGOTTEN = "the text was removed on request; it is not read again"


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
    saved: Saved | None = None  # the page itself, from an archive


def held(desk: Desk, store: Store, waiting: Waiting) -> Held:
    """Return what is kept of an entry's article already, or its page from an archive; an edited entry is to be read afresh."""
    known = _known(desk, store, waiting)
    saved = store.saved(waiting.id) if known.article is None else None
    return replace(known, saved=saved) if saved and saved.sha256 else known


def _known(desk: Desk, store: Store, waiting: Waiting) -> Held:
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
    if held.saved is not None and held.saved.body:
        return await think(len(held.saved.body), partial(_saved, desk, waiting, held.saved, held.said, now()))
    if parse.is_closed(waiting.entry.url):
        return _later(waiting, ParseError(CLOSED), now())
    try:
        response = await fetcher.get(Request(waiting.entry.url, page=True))
        return await think(len(response.body or b""), partial(_understood, desk, waiting, response, now(), held.said))
    except (FetchError, ParseError) as error:
        return _later(waiting, error, now())


def _understood(desk: Desk, waiting: Waiting, response: Response, now: datetime, said: Mapping[str, Verb]) -> Digested:
    page = _page(response, desk.feeds.get(waiting.feed), desk, now)
    return _meant(desk, waiting, page, response, now, said)


def _meant(
    desk: Desk, waiting: Waiting, page: Page, response: Response, now: datetime, said: Mapping[str, Verb]
) -> Digested:
    article = articles.read(desk.settings, desk.feeds.get(waiting.feed), waiting, page, response, now)
    judged = judge(desk, waiting.id, article, response.body or b"", waiting.topics, said)
    judged = replace(judged, recheck=rechecking.due(article, now))
    # An edited article that is no longer wanted must still withdraw what it used to say.
    return replace(judged, article=article, body=response.body or b"") if waiting.article else judged


def _saved(desk: Desk, waiting: Waiting, saved: Saved, said: Mapping[str, Verb], now: datetime) -> Digested:
    """Say what a page from an archive means: it was read when it was saved, and nobody is asked for it."""
    url = waiting.entry.url
    response = Response(url, url, 200, (("content-type", saved.content_type),), saved.body)
    try:
        zone = desk.settings.timezone
        page = articles.page_of(saved.body, url, saved.content_type, zone, saved.fetched, now)
        read = _meant(desk, waiting, page, response, saved.fetched or now, said)
    except ParseError as error:
        return Digested(waiting.id, EntryState.FAILED, str(error), ())
    return replace(read, recheck=rechecking.due(read.article, now) if read.article else None)


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
    publisher = articles.publisher(article, desk.settings)
    judged = desk.matcher.judged(topics, article.title, clean, article.published.day, publisher)
    verdicts = tuple(_accepted(v, clean) if said.get(v.topic) is Verb.ACCEPT else v for v in judged)
    wanted = [v for v in verdicts if v.judgement is not Judgement.REJECTED]
    mentions = tuple(m for v in wanted for m in extract.mentions(article, clean, v, desk.topics[v.topic], publisher))
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
