"""What the store is given to keep, and what it tells of what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.archives import Saved
from monitor.model.dates import Published
from monitor.model.events import Event
from monitor.model.lists import EntryState
from monitor.model.mentions import Mention, Verdict
from monitor.model.parsed import Article
from monitor.model.polls import Counts


@dataclass(frozen=True, slots=True)
class Digested:
    """
    What digesting one entry or file came to, to be written whole or not at all.

    ``entry`` is "" for a file given by hand. ``mentions`` are those of ``article`` as it stands now: they
    replace the mentions of every earlier version of the same article.
    """

    entry: str
    state: EntryState
    reason: str
    verdicts: tuple[Verdict, ...]
    article: Article | None = None
    body: bytes = b""
    origin: str = ""
    mentions: tuple[Mention, ...] = ()
    recheck: datetime | None = None  # when its page is to be asked for again


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry as ``monitor entries`` prints it."""

    id: str
    feed: str
    url: str
    title: str
    summary: str
    published: Published
    state: EntryState
    reason: str
    verdicts: tuple[Verdict, ...]
    events: tuple[str, ...]
    article_id: str
    article_url: str
    article_sha256: str
    article_fetched: datetime | None
    first_seen: datetime
    duplicate_of: str
    identity: str = ""
    saved: Saved | None = None  # what an archive has of it, without the page


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round as ``monitor poll --format json`` prints it; ``feeds`` gives the account of each feed polled in it."""

    id: int
    started: datetime
    finished: datetime | None
    counts: Counts
    feeds: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest version of an article, with what topics made of it, the feeds that brought it and who told it first."""

    article: Article
    verdicts: tuple[Verdict, ...]
    feeds: tuple[str, ...]
    origin: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that judged it."""
        return tuple(v.topic for v in self.verdicts)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was checked, counted by what it is, every fault in a sentence, and the imported quotes whose text is not here."""

    seen: Mapping[str, int]
    faults: tuple[str, ...]
    unheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Where words were found: an event or an article, and the passage around the first of them."""

    id: str
    title: str
    passage: str
    url: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What became of a topic's events since ``mark`` was lower: those that are another than before, and those that are gone."""

    mark: int
    events: tuple[Event, ...]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stock:
    """What the store holds, counted: declared feeds by state, failures in a row of the first that fail, events by topic."""

    feeds: Mapping[str, int]
    failing: Mapping[str, int]
    waiting: int
    events: Mapping[str, int]
    round: int  # the last that is finished, 0 before the first
    finished: datetime | None
    alerts: Mapping[str, int] = field(default_factory=dict)  # by state


@dataclass(frozen=True, slots=True)
class Tidied:
    """One step of keeping house: entries trimmed, bodies dropped, and where the next begins, "" when the pass is over; polls thinned out."""

    entries: int
    bodies: int
    mark: str
    polls: int = 0
