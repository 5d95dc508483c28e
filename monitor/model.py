"""
The nouns that pass between rooms.

    Feed -> Response -> Entry -> Verdict -> [inbox] -> Article -> Mention -> Event -> Timeline

Everything here is frozen and holds no behaviour beyond what follows from its own fields. Datetimes are
aware and in UTC; days are days in the source's zone; spans count code points of the kept text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

# --------------------------------------------------------------------------- closed lists


class Tier(StrEnum):
    """Who speaks, best first; the order is the weight in votes."""

    OFFICIAL = "official"
    WIRE = "wire"
    NEWSPAPER = "newspaper"
    PORTAL = "portal"
    SELF_MEDIA = "self_media"
    MIRROR = "mirror"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly a date is known; ``range`` lasted from-to, ``within`` is once somewhere in from-to."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    RANGE = "range"
    WITHIN = "within"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a date rests on."""

    STATED = "stated"  # the text names it with its year
    RESOLVED = "resolved"  # the text names it relative to a reference, which is kept
    PUBLISHED = "published"  # only "not later than the publication"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What sort of thing happened (closed)."""

    MEETING = "meeting"
    VISIT = "visit"
    AGREEMENT = "agreement"
    INVESTMENT = "investment"
    REGISTRATION = "registration"
    LAND = "land"
    PERMIT = "permit"
    CONSTRUCTION = "construction"
    PRODUCTION = "production"
    OPENING = "opening"
    PRODUCT = "product"
    POLICY = "policy"
    PERSONNEL = "personnel"
    RECRUITMENT = "recruitment"
    ACCIDENT = "accident"
    RECALL = "recall"
    DENIAL = "denial"
    CANCELLATION = "cancellation"
    CORRECTION = "correction"
    FORECAST = "forecast"
    STATISTICS = "statistics"
    OTHER = "other"


class Phase(StrEnum):
    """What happened to it."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    DONE = "done"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """How sure we are."""

    REPORTED = "reported"
    CORROBORATED = "corroborated"
    OFFICIAL = "official"
    DISPUTED = "disputed"
    DENIED = "denied"
    RETRACTED = "retracted"


class Polarity(StrEnum):
    """How a passage says it."""

    ASSERTED = "asserted"
    RUMOURED = "rumoured"
    DENIED = "denied"


class Relation(StrEnum):
    """Whether the topic's tie holds in the passage itself."""

    DIRECT = "direct"
    BACKGROUND = "background"


class Judgement(StrEnum):
    """A verdict's word."""

    RELEVANT = "relevant"
    BACKGROUND = "background"
    REJECTED = "rejected"


class EntryState(StrEnum):
    """Where an entry stands; every entry is in exactly one."""

    WAITING = "waiting"
    KEPT = "kept"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    FAILED = "failed"


class FeedState(StrEnum):
    """How a feed is doing, as ``monitor sources`` says it."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    STOPPED = "stopped"
    FROZEN = "frozen"
    EMPTIED = "emptied"
    BLOCKED = "blocked"


DEFAULT_STAGES = ("contact", "visit", "talks", "agreement", "registered", "construction", "production")
"""The default ladder, lowest first; the ids are fixed."""


# --------------------------------------------------------------------------- dates


@dataclass(frozen=True, slots=True)
class When:
    """
    A date with its precision and basis.

    ``earliest`` and ``latest`` bound it, both inclusive; ``None`` is open. ``raw`` is the text as it stood;
    ``reference`` the day that a relative expression was resolved against.
    """

    earliest: date | None
    latest: date | None
    precision: Precision
    basis: Basis
    raw: str = ""
    reference: date | None = None

    @property
    def edtf(self) -> str | None:
        """The date in EDTF (ISO 8601-2): level 2 for quarters (33-36) and halves (40, 41); unknown is None."""
        match self.precision:
            case Precision.UNKNOWN:
                return None
            case Precision.WITHIN:
                return f"[{_iso(self.earliest)}..{_iso(self.latest)}]"
            case Precision.RANGE:
                return f"{_iso(self.earliest) or '..'}/{_iso(self.latest) or '..'}"
        first = self.earliest
        if first is None:
            return None
        match self.precision:
            case Precision.DAY:
                return first.isoformat()
            case Precision.MONTH:
                return f"{first.year:04d}-{first.month:02d}"
            case Precision.QUARTER:
                return f"{first.year:04d}-{33 + (first.month - 1) // 3}"
            case Precision.HALF:
                return f"{first.year:04d}-{40 + (first.month - 1) // 6}"
            case _:
                return f"{first.year:04d}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


UNKNOWN_WHEN = When(None, None, Precision.UNKNOWN, Basis.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Published:
    """
    A publication date as sent and as understood.

    ``at`` is the instant where the time of day is known, ``day`` the day in the source's zone (set whenever
    ``at`` is). Both are None when it cannot be known; ``flag`` then says why (``missing``, ``unreadable``,
    ``imprecise``,
    ``impossible``, ``future``, ``absurd``, ``crawl_time``), or notes a doubt beside a value (``disagrees``;
    ``updated``: only the day of the last change is known).
    """

    raw: str = ""
    at: datetime | None = None
    day: date | None = None
    flag: str | None = "missing"


NO_DATE = Published()


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression found in a text: ``text[start:end]`` means ``when``."""

    start: int
    end: int
    when: When


# --------------------------------------------------------------------------- text


@dataclass(frozen=True, slots=True)
class Repair:
    """A span of the raw text that was repaired, by which rule, and into what; ``sure`` is False where it was only flagged."""

    start: int
    end: int
    rule: str
    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Clean:
    """
    A raw text beside its reading (repaired, simplified, width-folded, no invisible characters).

    ``offsets[i]`` is the index in ``raw`` at which ``text[i]`` begins; it has ``len(text) + 1`` entries and
    never falls, so ``raw[offsets[a]:offsets[b]]`` is the raw form of ``text[a:b]``.
    """

    raw: str
    text: str
    offsets: tuple[int, ...] | range
    repairs: tuple[Repair, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of ``raw`` that ``text[start:end]`` stands for."""
        return self.offsets[start], self.offsets[end]

    def repaired(self, start: int, end: int) -> bool:
        """Return whether ``text[start:end]`` rests on a repaired or flagged span."""
        a, b = self.raw_span(start, end)
        return any(r.start < b and a < r.end for r in self.repairs)


# --------------------------------------------------------------------------- what a person declares


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


# --------------------------------------------------------------------------- fetch


@dataclass(frozen=True, slots=True)
class Validators:
    """
    What a conditional request sends back, exactly as received.

    ``url`` is where they came from: they mean nothing to another address that a redirect leads to. "" is any.
    """

    etag: str = ""
    last_modified: str = ""
    url: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Request:
    """
    One thing to ask for; ``page`` requests heed robots.txt.

    ``body`` goes with POST alone, ``method`` is GET or POST; a POST is followed nowhere but on its own server.
    """

    url: str
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = ()
    page: bool = False
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """
    A usable answer: status 200 with a body, or 304 with ``body`` None.

    ``headers`` are lower-cased name and value, in order. ``moved_to`` is where a chain made only of
    permanent redirects (301, 308) led, else "".
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    moved_to: str = ""

    def header(self, name: str) -> str:
        """Return the first header called *name* (lower case), or ""."""
        return next((v for n, v in self.headers if n == name), "")


@dataclass(frozen=True, slots=True)
class RobotsEntry:
    """
    What is remembered of one origin's robots.txt ("https://example.org:443") for another *fresh* seconds.

    ``rules`` are the lines that speak to us; ``closed`` says why nothing may be read, or "".
    """

    origin: str
    rules: str
    closed: str
    fresh: float


@dataclass(frozen=True, slots=True)
class Manners:
    """
    What a process knows of hosts that the next one must know too.

    ``rests`` are seconds for which a host ("example.org" or "example.org:8080") is still to be left alone.
    ``abrupt``: the process did not end in good order, so that any host may have been asked just now.
    """

    rests: Mapping[str, float] = field(default_factory=dict)
    robots: tuple[RobotsEntry, ...] = ()
    abrupt: bool = False


# --------------------------------------------------------------------------- parse


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


# --------------------------------------------------------------------------- judge


@dataclass(frozen=True, slots=True)
class Vote:
    """One reason for or against: the rule, its weight (above 0 speaks for), and the words that gave it."""

    rule: str
    weight: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a topic makes of a text; ``passages`` are the spans of the reading (``Clean.text``) where the
    topic's tie holds.
    """

    topic: str
    judgement: Judgement
    votes: tuple[Vote, ...] = ()
    passages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who took part: ``entity`` is an id of the topic or "", ``name`` as the text has it (simplified)."""

    entity: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, scaled (10亿 is 1e9) beside its raw form; ``what`` names what is counted."""

    value: float
    unit: str
    raw: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """
    One passage of one article that says something happened.

    ``start`` and ``end`` are the span in the kept raw text, ``quote`` is exactly that slice, ``reading`` its
    repaired and simplified form ("" where it does not differ).
    """

    topic: str
    article: str
    start: int
    end: int
    quote: str
    reading: str
    title: str
    kind: Kind
    phase: Phase
    polarity: Polarity
    relation: Relation
    when: When
    actors: tuple[Actor, ...] = ()
    places: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    objects: tuple[str, ...] = ()  # what it was done to: 协议, 领充新能源
    stage: str = ""
    rules: tuple[tuple[str, str], ...] = ()  # (field, rule) for kind, phase, stage, polarity, relation


# --------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence: a slice of a kept text."""

    article: str
    source: str
    tier: Tier
    url: str
    title: str
    published: Published
    fetched: datetime
    quote: str
    start: int
    end: int
    text_sha256: str
    reading: str
    origin: str
    supports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedRecord:
    """Evidence: what a person checked and wrote down in a seed file."""

    file: str
    line: int
    source_url: str
    checked_on: date
    supports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """Evidence: what a person ordered."""

    person: str
    at: datetime
    reason: str
    supports: tuple[str, ...] = ()


Evidence = Quote | SeedRecord | DecisionRecord


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a derived field (kind, phase, status, stage, ...) has its value: the rule, and indices into ``evidence``."""

    field: str
    rule: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """One appended change of an event; ``before`` and ``after`` are JSON values of the field."""

    at: datetime
    by: str  # "machine:<rule>", "seed" or "person:<name>"
    field: str
    before: object
    after: object
    why: str


@dataclass(frozen=True, slots=True)
class Link:
    """A tie to another event: follows, ends or part_of."""

    kind: str
    event: str


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, once, with the mentions that say so."""

    id: str
    topic: str
    title: str
    kind: Kind
    relation: Relation
    when: When
    phase: Phase
    status: Status
    stage: str = ""
    actors: tuple[Actor, ...] = ()
    places: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    importance: float = 0.0
    independent_origins: int = 0
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    revisions: tuple[Revision, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedEvent:
    """An event as a seed file states it; ``key`` names it for ever, so editing the rest appends a revision."""

    topic: str
    key: str
    title: str
    kind: Kind
    phase: Phase
    when: When
    actors: tuple[Actor, ...]
    places: tuple[str, ...]
    figures: tuple[Figure, ...]
    objects: tuple[str, ...]
    stage: str
    relation: Relation
    pin: bool
    record: SeedRecord
    source_name: str = ""
    announced: date | None = None


# --------------------------------------------------------------------------- settings


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
    concurrency: int = 32


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

    def topic(self, id: str) -> Topic | None:
        """Return the topic called *id*, or None."""
        return next((t for t in self.topics if t.id == id), None)


# --------------------------------------------------------------------------- accounts


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
    verdicts: tuple[Verdict, ...]
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


# --------------------------------------------------------------------------- resolve


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


# --------------------------------------------------------------------------- reading


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
