"""What passes between the store and resolve: events with what they rest on, and changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.dates import Published
from monitor.model.events import Event, SeedEvent
from monitor.model.lists import Tier
from monitor.model.mentions import Mention


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


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event as resolve needs it: what it was made from, and what was last made of it."""

    event: Event  # revisions left empty
    mentions: tuple[Placed, ...]
    seed: SeedEvent | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """
    What resolve decided about one event; only the store writes it.

    ``event`` is the event as it is to be (its ``revisions`` are those to append), ``placed`` the mentions
    that are now its own, ``keys`` what it can be found by, ``merges`` ids that redirect to it from now on.
    """

    event: Event
    placed: tuple[Placed, ...]
    keys: frozenset[str]
    seed: SeedEvent | None = None
    merges: tuple[str, ...] = ()
