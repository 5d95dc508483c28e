"""A page, or a document that a person hands in, as the article that is kept of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor import ids, namesakes, normalize, parse, resolve
from monitor.model import Article, Feed, Page, Published, Response, Settings, Source, Tier, Waiting
from monitor.normalize import urls

_SURROGATE = re.compile("[\ud800-\udfff]")


def read(
    settings: Settings, feed: Feed | None, waiting: Waiting, page: Page, response: Response, now: datetime
) -> Article:
    """Return the article behind a waiting entry of *feed*."""
    entry = waiting.entry
    return _kept(
        entry.identity,
        page,
        # What a mirror calls its own address is the original's, which nobody has read there.
        url=response.final_url if urls.is_mirror(entry.url) else page.canonical_url or response.final_url,
        title=page.title or entry.title,
        body_sha256=sha256(response.body or b""),
        published=_published(page.published, entry.published),
        fetched=now,
        source=_source(settings, response.final_url, feed),
        name=entry.source_name,
        tier=feed.tier if feed else Tier.UNKNOWN,
        timezone=feed.timezone if feed else settings.timezone,
    )


def handed(
    settings: Settings,
    document: parse.Document,
    now: datetime,
    *,
    url: str = "",
    source: str = "",
    published: Published | None = None,
) -> Article:
    """Return the article of a file, with what a person says about it before what it says itself."""
    url = url or document.url
    digest = sha256(document.body)
    named = next((s for s in settings.sources if source in (s.id, s.name) and source), None)
    return _kept(
        urls.identity(url) if url else f"sha256:{digest}",
        document.page,
        url=url,
        title=document.page.title,
        body_sha256=digest,
        published=published or document.page.published,
        fetched=now,
        source=named or (_source(settings, url, None) if url else None),
        name=source or document.source,
        tier=Tier.UNKNOWN,
        timezone=settings.timezone,
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
    # The kept text is what the digest is over and what spans count in, so it must be text that UTF-8 can hold.
    text = _storable(page.text)
    text_sha256 = sha256(text.encode())
    return Article(
        id=ids.article(identity, text_sha256),
        identity=identity,
        url=url,
        title=_storable(title),
        text=text,
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


def _storable(text: str) -> str:
    """Return *text* with every lone surrogate, one code point, as U+FFFD, one code point."""
    return _SURROGATE.sub("\ufffd", text)


def _source(settings: Settings, url: str, feed: Feed | None) -> Source | None:
    """Return the declared source that *url* belongs to: by its host first, since a feed may list other people's articles."""
    owner = namesakes.owner(url, settings.sources)
    return owner or next((s for s in settings.sources if feed and s.id == feed.source), None)


def _published(page: Published, entry: Published) -> Published:
    """Return the page's own date, else the feed's; where both are known and differ by more than a day, say so."""
    if page.day is None:
        return entry if entry.day is not None else page
    if entry.day is not None and abs((page.day - entry.day).days) > 1:
        return replace(page, flag="disagrees")
    return page


LATER = timedelta(days=400)
"""A date that is another one seen so much later was told by how long ago it was, or without its year."""


def page_of(body: bytes, url: str, content_type: str, zone: str, saved: datetime | None, now: datetime) -> Page:
    """Return the page in *body* as it read when it was *saved*; where nobody knows when, without a date that hangs on it."""
    page = parse.page(body, url, content_type, zone, saved or now)
    if saved is None and parse.page(body, url, content_type, zone, now + LATER).published != page.published:
        return replace(page, published=undated(page.published))
    return page


def undated(published: Published) -> Published:
    """Return a date as it was sent, and not understood: it was told from a day that nobody knows."""
    return Published(published.raw, flag="unreadable")


def origin(article: Article) -> str:
    """Return who tells it first: whom the page or the text credits, else the source, else the host."""
    outlet = article.source_name or urlsplit(article.url).hostname or article.body_sha256
    return resolve.teller(article.credit, outlet, article.text)


def publisher(article: Article, settings: Settings) -> normalize.Publisher:
    """Return who speaks in it where it says 公司 or 我市: whom it credits, and for whom its source speaks."""
    own = next((s.entities for s in settings.sources if s.id == article.source), ())
    return normalize.Publisher(origin(article), own)


def sha256(data: bytes) -> str:
    """Return the digest of *data* as it is written down everywhere."""
    return hashlib.sha256(data).hexdigest()
