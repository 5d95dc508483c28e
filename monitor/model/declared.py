"""What a person declares: sources, feeds, topics, and the settings as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from monitor.model.alerts import Channel
from monitor.model.lists import DEFAULT_STAGES, Tier


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes; ``hosts`` are the domains (with their subdomains) that are this source's."""

    id: str
    name: str
    tier: Tier = Tier.UNKNOWN
    hosts: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()  # the entities that this source speaks for officially


@dataclass(frozen=True, slots=True)
class Select:
    """CSS selectors of a list page; ``selector@attribute`` reads an attribute."""

    entry: str
    title: str = ""
    link: str = "a@href"
    date: str = ""
    summary: str = ""
    next: str = ""  # the link to the next page of the list


@dataclass(frozen=True, slots=True)
class Step:
    """
    What is looked up before a list is asked for: a value on the page or in the answer at ``url``.

    It stands where ``path`` (JSON) or ``select`` (CSS, ``selector@attribute``) says, or anywhere, and begins behind
    the words ``after`` if there are any. ``{name}`` in a later address of the feed is that value.
    """

    name: str
    url: str
    path: str = ""
    select: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that lists entries, as declared; its ``url`` is its identity."""

    url: str
    every: timedelta
    kind: str = ""  # feed, list, json, sitemap; "" is found out
    source: str = ""
    tier: Tier = Tier.UNKNOWN
    timezone: str = "Asia/Shanghai"
    language: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()  # empty serves all
    every_max: timedelta = timedelta(hours=24)
    every_declared: bool = False
    select: Select | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    pages: int = 1  # of the list, read in one poll at most
    rhythm: timedelta | None = None  # something new is expected at least this often; None is learned


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a person holds or held: ``until`` and ``since`` are None where open or not known."""

    person: str
    title: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """
    A company, place, person or office.

    ``names`` stand for it anywhere; ``short`` only where its ``contexts`` or the other entity is near (洛 in
    来洛考察). ``decoys`` look like a name and vote against it. ``contexts`` and ``against`` are words that
    speak for and against its sense. ``of`` is the entity that a person or unit belongs to.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    decoys: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    of: str = ""
    offices: tuple[Office, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A standing question and all that is needed to judge a text against it."""

    id: str
    question: str
    entities: tuple[Entity, ...]
    together: tuple[str, ...] = ()
    seeds: str = ""
    stages: tuple[str, ...] = DEFAULT_STAGES
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    query: str = ""  # what a search is asked; "" is the first names of ``together``
    query_en: str = ""  # the same in English; "" is their first names in Latin letters

    def entity(self, id: str) -> Entity | None:
        """Return the entity called *id*, or None."""
        return next((e for e in self.entities if e.id == id), None)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How we go out: see ``fetch`` in the configuration."""

    timeout: timedelta = timedelta(seconds=20)  # one feed or page in all, redirects included
    pause: timedelta = timedelta(seconds=1)  # rest between two requests to one host
    pauses: Mapping[str, timedelta] = field(default_factory=dict)  # host -> a longer rest it asks for
    allow_private: tuple[str, ...] = ()  # "host:port" as written in the URL
    proxy: str = ""
    user_agent: str = ""
    max_bytes: int = 16 * 1024 * 1024  # on the wire
    max_inflated: int = 32 * 1024 * 1024
    concurrency: int = 96


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what no event rests on is kept; None is for ever."""

    rejected: timedelta = timedelta(days=180)  # what entries that were rejected said
    bodies: timedelta | None = None  # the bytes of pages
    polls: timedelta | None = timedelta(days=400)  # every poll; of what is older one a day


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration, checked; paths are absolute."""

    file: str
    database: str
    timezone: str
    fetch: FetchSettings
    web_listen: str  # "host:port" or "off"
    sources: tuple[Source, ...]
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]
    disabled: tuple[Feed, ...] = ()  # declared, but not polled
    opml: tuple[str, ...] = ()  # files that list more feeds
    web_review: bool = False  # whether decisions may be made on the page, behind a token
    channels: tuple[Channel, ...] = ()  # where alerts go
    blind_after: timedelta = timedelta(hours=1)  # how long a source is not seen before anybody is told
    retention: Retention = Retention()
    log_format: str = "text"  # "text" or "json"

    def topic(self, id: str) -> Topic | None:
        """Return the topic called *id*, or None."""
        return next((t for t in self.topics if t.id == id), None)

    @property
    def is_file(self) -> bool:
        """Whether the database is a file, and not on a server."""
        return "://" not in self.database

    @property
    def shown(self) -> str:
        """The database as people may see it."""
        return shown_database(self.database)


def shown_database(url: str) -> str:
    """Return *url* without password and options, however badly it is written; a path is shown as it is."""
    scheme, found, rest = url.partition("://")
    if not found or scheme == "sqlite":
        return url
    person, at, place = rest.rpartition("@")  # the last: a password may hold one that nobody escaped
    return f"{scheme}://{person.partition(':')[0]}{at}{place.partition('?')[0]}"
