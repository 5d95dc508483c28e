"""What every step has before it: the configuration in force, the way out, and where work is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from monitor import match, signs
from monitor.model import Feed, Manners, Request, Response, Settings, Topic

T = TypeVar("T")


class Fetches(Protocol):
    """The way out, as the pipeline needs it."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""

    def manners(self) -> Manners:
        """Return what the next process must know of hosts."""


class Thinks(Protocol):
    """Where work on what came in is done: a large body must not keep the network waiting."""

    async def __call__(self, size: int, act: Callable[[], T]) -> T:
        """Return what *act* returns, which works on *size* bytes."""


async def at_once(size: int, act: Callable[[], T]) -> T:
    """Work where we stand."""
    return act()


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step needs to judge: the configuration in force and what is compiled from it."""

    settings: Settings
    matcher: match.Matcher
    feeds: Mapping[str, Feed]
    topics: Mapping[str, Topic]
    readings: Mapping[str, str]
    """What a body of each feed is read with."""

    @classmethod
    def of(cls, settings: Settings) -> Desk:
        """Compile *settings*."""
        topics = {t.id: t for t in settings.topics}
        readings = {f.url: signs.reading(f, f.topics or tuple(topics)) for f in settings.feeds}
        feeds = {f.url: f for f in settings.feeds}
        return cls(settings, match.Matcher(settings.topics), feeds, topics, readings)

    def topics_of(self, feed: str) -> tuple[str, ...]:
        """Return the ids of the topics that *feed* serves; a file given by hand, as a feed no longer declared, serves all."""
        declared = self.feeds.get(feed)
        return declared.topics if declared and declared.topics else tuple(self.topics)
