"""What passes between the store and resolve: events with what they rest on, and changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.dates import Published
from monitor.model.decisions import Decision
from monitor.model.events import Event, SeedEvent
from monitor.model.lists import EntryState, Tier
from monitor.model.mentions import Mention, Verdict

# Events that one mention may be compared with; of 50,000 bench/growth.py reads 3 at the median and 16 at most, since the others
# lie on other days.
CANDIDATES = 20


# The first and the last of some days.
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention beside the facts of its article that evidence needs (an Article without its text)."""

    id: str  # of the mention: mn_...
    mention: Mention
    source: str
    tier: Tier
    url: str
    title: str
    published: Published
    fetched: datetime
    text_sha256: str
    origin: str
    identity: str = ""  # of the article: what its versions have in common; "" is the version's id
    forgotten: bool = False

    @property
    def article(self) -> str:
        """What a decision names the article by."""
        return self.identity or self.mention.article


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """
    An event as resolve needs it: what the rules made it from, and what was last shown of it.

    ``mentions`` and ``seed`` are those that the rules gave it. Where a person's decision bears on it, ``base`` is what
    the rules alone make of it, and ``into`` the event that it was merged into by that.
    """

    event: Event  # as shown; revisions left empty
    mentions: tuple[Placed, ...]
    seed: SeedEvent | None = None
    base: Event | None = None  # None: just what is shown
    into: str = ""
    absorbed: tuple[str, ...] = ()  # ids that the rules merged into it
    whole: bool = True  # False: without the event's evidence and reasons, which comparing does not ask for


@dataclass(frozen=True, slots=True)
class Change:
    """
    What resolve decided about one event; only the store writes it.

    ``event`` is the event as it is to be shown (its ``revisions`` are those to append), ``placed`` the mentions
    that the rules give it, ``keys`` what it can be found by (None: by what it was), ``days`` those that it touches if it
    is one with what is plainly dated (None: any), ``merges`` ids that the rules merge into it. Where decisions bear on it,
    ``told`` are the mentions that it is shown with, ``base`` is what the rules alone make of it, and ``into`` the event that
    it redirects to.
    """

    event: Event
    placed: tuple[Placed, ...]
    keys: frozenset[str] | None
    seed: SeedEvent | None = None
    merges: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None  # None: those placed
    base: Event | None = None
    into: str = ""
    days: Days | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision to be logged, with what it changes."""

    decision: Decision
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Reread:
    """A kept article as today's rules read it; ``order`` is its place among all of them."""

    article: str
    order: tuple[str, str]
    state: EntryState
    reason: str
    verdicts: tuple[Verdict, ...]
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Rework:
    """What today's rules make of everything kept: changes, and the mentions that no article makes any more."""

    changes: tuple[Change, ...]
    gone: tuple[str, ...]
