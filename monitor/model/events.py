"""What happened, once, with the evidence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.dates import Published, When
from monitor.model.lists import Kind, Phase, Relation, Status, Tier
from monitor.model.mentions import Actor, Figure


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
    forgotten: bool = False  # the text that it is a slice of was removed on request


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
    id: str = ""  # of the decision: de_...
    verb: str = ""


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


EVIDENT = ("title", "when", "actors", "places", "figures")
"""The fields that need evidence of their own; the others name the rule that they follow from."""


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

    @property
    def order(self) -> tuple[date, date, str]:
        """Its place in a timeline: by ``earliest``, then ``latest``, then id, what is not known last."""
        return self.when.earliest or date.max, self.when.latest or date.max, self.id

    @property
    def bare(self) -> tuple[str, ...]:
        """The fields that no evidence bears out: none, or the event cannot be shown."""
        borne = frozenset().union(*(e.supports for e in self.evidence))
        if borne.issuperset(EVIDENT):
            return ()
        said = {f: bool(getattr(self, f)) for f in EVIDENT} | {"when": self.when.edtf is not None}
        return tuple(f for f in EVIDENT if said[f] and f not in borne)


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
    imported: Event | None = None  # not from a seed file: the whole event as an export told it
