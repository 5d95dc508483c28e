"""What things are called: ids that follow from content, the same on every machine."""

from __future__ import annotations

from hashlib import sha256

from monitor.model import Mention

__all__ = ["alert", "article", "entry", "mention"]


def _id(prefix: str, *parts: str) -> str:
    # 80 bits: with 100 million ids the odds of one collision are 1 in 240 million.
    return prefix + sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def entry(feed: str, identity: str) -> str:
    """Return the id of the entry *identity* of *feed*: the same on every machine."""
    return _id("en_", feed, identity)


def article(identity: str, text_sha256: str) -> str:
    """Return the id of one version of the article *identity* (its cleaned URL, or ``sha256:`` of a file's bytes)."""
    return _id("ar_", identity, text_sha256)


def alert(channel: str, *told: str) -> str:
    """Return the id of the alert that tells *channel* what is *told*: whoever gets it twice knows it by that."""
    return _id("al_", channel, *told)


def mention(told: Mention) -> str:
    """Return the id of what is *told*: of its topic, article, span, kind and date, so that two dates in one sentence differ."""
    when = f"{told.when.earliest}/{told.when.latest}"
    return _id("mn_", told.topic, told.article, str(told.start), str(told.end), told.kind, when)
