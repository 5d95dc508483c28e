"""What asking a feed came to, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.fetched import Validators
from monitor.model.lists import EntryState, FeedState
from monitor.model.mentions import Verdict
from monitor.model.parsed import Entry, Hints


@dataclass(frozen=True, slots=True)
class Counts:
    """An account of entries: ``fetched == kept + rejected + duplicate + failed + waiting`` always holds."""

    fetched: int = 0
    kept: int = 0
    rejected: int = 0
    duplicate: int = 0
    failed: int = 0
    waiting: int = 0
    cut: int = 0  # beyond the cap: never looked at, so not in ``fetched``


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence of a feed that ended: the time between two signs of life."""

    ended: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What is remembered of a feed between polls; the schedule is this row and the clock, nothing else."""

    url: str
    url_now: str
    state: FeedState = FeedState.NEW
    error: str = ""
    since: datetime | None = None  # when the state began
    failures: int = 0
    last_poll: datetime | None = None
    last_ok: datetime | None = None
    next_poll: datetime | None = None  # None: due at once
    not_before: datetime | None = None  # Retry-After: not even --all asks earlier
    validators: Validators = Validators()
    body_sha256: str = ""
    interval: timedelta | None = None  # the rhythm in force
    unchanged: int = 0  # successful polls in a row without a new entry
    newest: datetime | None = None  # the newest publication instant ever seen
    moved_to: str = ""
    moved_seen: int = 0
    counts: Counts = Counts()  # of the last round
    hints: Hints = Hints()  # of the last body that was read: a 304 repeats none
    last_new: datetime | None = None  # the last poll that brought a new entry
    read_as: str = ""  # the declaration that the last body was read with: another one must see it whole again
    shown: FeedState = FeedState.OK  # what the last body that was read showed: ok, emptied or blocked
    listed: int = 0  # entries in the last body that held any
    refilled: bool = False  # it was empty once and filled again: being empty is its habit
    strange: bool = False  # the last body that was read held nothing that the feed had listed before
    alive: datetime | None = None  # the last sign of life: publication of the newest entry, or the poll that brought it
    watched: datetime | None = None  # since when its rhythm is known
    silences: int = 0  # between two signs of life, seen since then
    alarmed: datetime | None = None  # when it was last called frozen
    gaps: tuple[Gap, ...] = ()  # the longest silences of late, each longer than those that came after it
    found: tuple[tuple[str, str], ...] = ()  # what the steps of the feed found
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """A fetched entry after the first screen: ``state`` is waiting, rejected or duplicate."""

    entry: Entry
    sha256: str  # over title and summary: tells an edited entry from a known one
    state: EntryState
    verdicts: tuple[Verdict, ...]  # of the topics that it names
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Poll:
    """
    The result of asking one feed once; ``entries`` are the new and changed ones, ``seen`` counts the rest.

    ``deferred`` means that nothing was asked, because the host still rests.
    """

    round: int
    status: FeedStatus  # as it is to be from now on
    at: datetime
    outcome: str  # "new", "unchanged", "failed", "deferred"
    http_status: int = 0
    entries: tuple[Screened, ...] = ()
    seen: int = 0  # entries known and unchanged: duplicates of this round
    cut: int = 0
    warnings: tuple[str, ...] = ()
    unseen_since: datetime | None = None  # since when nobody looked, although it was time
    topics: tuple[str, ...] = ()  # that its entries were judged for; those of their verdicts when empty
    unreached: str = ""  # the host, where nothing there took the connection
    sent: frozenset[str] | None = None  # identities that the feed sent before; None where nobody looked


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """What the store says about an identity before anything is converted."""

    id: str
    feed: str
    sha256: str
    topics: frozenset[str]  # judged for these
    state: EntryState = EntryState.WAITING
    url: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry in the inbox."""

    id: str
    feed: str
    entry: Entry
    topics: tuple[str, ...]  # that the first screen did not rule out
    attempts: int = 0
    round: int = 0
    article: str = ""  # the article this entry gave before: set where it was edited and is to be read again
