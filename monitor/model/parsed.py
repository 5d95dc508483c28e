"""What a body holds: entries of a feed, the page behind one, and the article that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.dates import NO_DATE, Published
from monitor.model.lists import Tier


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One item of a feed as sent; ``identity`` is what makes it the same item next time (the cleaned link
    before the guid), ``title`` and ``summary`` are plain text.
    """

    identity: str
    url: str
    title: str
    summary: str = ""
    published: Published = NO_DATE
    guid: str = ""
    source_name: str = ""  # the outlet that an aggregator names
    aliases: tuple[str, ...] = ()
    source_url: str = ""  # where that outlet is


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed says about its own rhythm; None and empty mean that it says nothing."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()  # Monday is 0


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one body held; ``cut`` counts the entries beyond the cap, ``warnings`` name what was forgiven."""

    entries: tuple[Entry, ...]
    kind: str
    title: str = ""
    hints: Hints = Hints()
    cut: int = 0
    next_url: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """An article page or file, read: ``text`` is the kept text, raw as extracted."""

    title: str
    text: str
    published: Published = NO_DATE
    canonical_url: str = ""
    source_name: str = ""  # who the page credits (来源)
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Article:
    """A kept page: what evidence points into. ``text_sha256`` is over the UTF-8 of ``text``."""

    id: str
    url: str
    title: str
    text: str
    text_sha256: str
    body_sha256: str
    published: Published
    fetched: datetime
    source: str = ""
    source_name: str = ""
    credit: str = ""  # 来源
    tier: Tier = Tier.UNKNOWN
    timezone: str = "Asia/Shanghai"
    identity: str = ""  # what its versions have in common: the cleaned URL or a file's ``sha256:``; "" is ``url``
    forgotten: datetime | None = None  # when its text was removed on request
