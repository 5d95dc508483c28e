"""What a reader is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.dates import When
from monitor.model.declared import Topic
from monitor.model.events import Event
from monitor.model.lists import FeedState


@dataclass(frozen=True, slots=True)
class FeedCoverage:
    """One feed's part in what silence is worth; ``blind`` holds the spans in which it could not be seen."""

    url: str
    state: FeedState
    error: str
    since: datetime | None
    last_ok: datetime | None
    blind: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What "no news" is worth, as of the last finished round; None where no round has finished."""

    as_of: datetime | None
    feeds: tuple[FeedCoverage, ...]
    last_event: When | None = None

    @property
    def healthy(self) -> int:
        """How many feeds answered at their last poll."""
        return sum(f.state is FeedState.OK for f in self.feeds)


@dataclass(frozen=True, slots=True)
class Answer:
    """The furthest stage that done, undenied events support, the event that shows it, and what was not seen."""

    stage: str
    event: str
    not_seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events of one topic in order, with the question, the answer so far and the coverage."""

    topic: Topic
    as_of: datetime | None
    coverage: Coverage
    answer: Answer
    events: tuple[Event, ...]
    left_out: tuple[Event, ...] = ()  # a field of theirs rests on no evidence
