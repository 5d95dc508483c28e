"""Digest, second half: what an article means into events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor import ids, resolve
from monitor.model import Change, Digested, Mention, Placed
from monitor.pipeline.desk import Desk
from monitor.pipeline.digesting import Rechecked
from monitor.store.base import Decider, Store


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
        id=ids.mention(mention),
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


def rechecked(desk: Desk, store: Store, seen: Rechecked, now: datetime) -> Sequence[str]:
    """Write what looking at a page again came to; the events of one that is gone say so."""

    def decide(decider: Decider) -> Sequence[Change]:
        identity = seen.article.identity or seen.article.url
        return resolve.unpublished(identity, seen.gone, desk.topics, decider, now) if seen.gone else ()

    return store.rechecked(seen.article.id, seen.again, now, decide)
