"""What somebody is told without asking: channels, what waits to be told, and the alerts made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.events import Event
from monitor.model.polls import FeedStatus


class Tell(StrEnum):
    """What is worth telling (closed)."""

    NEW = "new"
    STATUS = "status"  # how sure we are, or what came of it, has changed
    STAGE = "stage"  # a step of the ladder that no event reached before
    CORRECTION = "correction"
    RETRACTION = "retraction"
    BLIND = "blind"  # a source can no longer be seen, or can be again


class AlertState(StrEnum):
    """Where an alert stands."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up: a person may retry or drop it
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is to be read: the name of a variable of the environment, or a file; never the secret itself."""

    env: str = ""
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.env or self.file)

    @property
    def place(self) -> str:
        """Where it is, for a person."""
        return f"the variable {self.env}" if self.env else f"the file {self.file}"


@dataclass(frozen=True, slots=True)
class Channel:
    """Whom alerts go to, and when: ``digest`` are times of day at which what was gathered is sent as one."""

    id: str
    kind: str  # webhook or apprise
    url: str = ""  # of a webhook, where it is no secret
    address: Secret = Secret()
    secret: Secret = Secret()  # that a webhook is signed with
    tell: tuple[Tell, ...] = tuple(Tell)
    topics: tuple[str, ...] = ()  # empty is all
    language: str = ""  # zh or en; "" is the topic's
    digest: tuple[str, ...] = ()  # HH:MM; none: at once
    quiet: tuple[str, str] | None = None  # from, to, as HH:MM: nothing is sent; to may be on the next day
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Pending:
    """
    What a channel has not been told yet of one event or feed: how it was, and how it is now.

    ``before`` is None for an event that is new; ``after`` is None where it has gone into another.
    """

    n: int
    at: datetime  # of the first change that was not told
    about: str  # the event's id or the feed's address
    topic: str = ""
    before: Event | None = None
    after: Event | None = None
    was_blind: bool = False
    is_blind: bool = False
    feed: FeedStatus | None = None
    rivals: tuple[Event, ...] = ()  # the other events of the topic that stand on a step of the ladder
    version: int = 0  # of the event as it is now
    was_told: bool = False  # the channel got an alert about it, or is about to


@dataclass(frozen=True, slots=True)
class Shift:
    """A field that says something else than it did when it was last told of."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told: of an event, or of a feed that can no longer be seen or can be again."""

    row: int  # of the outbox
    what: tuple[Tell, ...]
    event: Event | None = None
    shifts: tuple[Shift, ...] = ()
    feed: FeedStatus | None = None
    name: str = ""  # of the source that publishes the feed
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One message to one channel; sealed when it is first tried, so that every try sends the same under the same ``id``.

    ``notices`` is what it tells, as JSON, ``title`` and ``text`` the same for a person.
    """

    id: str
    channel: str
    at: datetime
    title: str
    text: str
    notices: str
    state: AlertState = AlertState.WAITING
    attempts: int = 0
    not_before: datetime | None = None
    reason: str = ""
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """What became of what a channel had to be told: alerts, each with the pending rows in it, and rows that tell nothing."""

    alerts: tuple[tuple[Alert, tuple[int, ...]], ...] = ()
    nothing: tuple[int, ...] = ()
