"""Digest and resolve over everything kept, with the rules of today: what would change, and the change itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor import pipeline, resolve
from monitor.errors import DecisionError
from monitor.model import Digested, Kept, Reread, Rework, SeedEvent
from monitor.pipeline import Desk
from monitor.store.base import Decider, Store

# Articles that come in meanwhile are read as well; who brings them faster than they are read must stop first.
ATTEMPTS = 5


def reworked(desk: Desk, store: Store, seeds: Sequence[SeedEvent], now: datetime, *, apply: bool) -> Rework:
    """
    Return what today's rules make of everything kept; with *apply*, write it, whole or not at all.

    :raises DecisionError: where articles keep coming in.
    """
    read: dict[str, Reread] = {}

    def decide(decider: Decider) -> Rework:
        return resolve.rework(list(read.values()), seeds, desk.topics.values(), decider, now)

    for _ in range(ATTEMPTS):
        ids = store.newest()
        fresh = (store.kept(id) for id in ids if id not in read)
        read |= {kept.article.id: _reread(desk, store, kept) for kept in fresh if kept}
        read = {id: r for id, r in read.items() if id in set(ids)}
        made = store.rework(list(read.values()), now, decide, apply=apply)
        if made is not None:
            return made
    raise DecisionError("articles keep coming in while everything is read again; stop the daemon, or try again later")


def _reread(desk: Desk, store: Store, kept: Kept) -> Reread:
    article = kept.article
    serving = {t for feed in kept.feeds for t in desk.topics_of(feed)}
    topics = sorted(desk.topics.keys() & {*kept.topics, *serving})
    digested = pipeline.judge(desk, "", article, b"", topics, store.said_of(article.identity))
    if article.forgotten:  # there is nothing left to read; what it said stands
        told = tuple(m for _, m in store.mentions_of(article.id))
        digested = Digested("", digested.state, "", (), article, origin=kept.origin, mentions=told)
    placed = tuple(pipeline.placed(m, digested) for m in digested.mentions)
    order = pipeline.canonical(replace(digested, article=article))
    return Reread(article.id, order, digested.state, digested.reason, digested.verdicts, placed)
