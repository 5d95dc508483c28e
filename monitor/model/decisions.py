"""What a person ordered: the log that outranks the machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.dates import When
from monitor.model.lists import Kind, Phase, Relation, Status
from monitor.model.mentions import Actor, Figure


class Verb(StrEnum):
    """What can be ordered (closed)."""

    ACCEPT = "accept"  # show this event; let this article speak
    REJECT = "reject"  # this event is none of the topic's; let this article be silent
    MERGE = "merge"  # these two are one
    APART = "apart"  # these two are not one: propose it no more
    SPLIT = "split"  # these articles tell of another happening
    MOVE = "move"  # this article tells of that event
    EDIT = "edit"  # this field is so
    PIN = "pin"  # this field stays as it is
    RETRACT = "retract"  # what was told is not so
    FORGET = "forget"  # the text of this article is removed; cannot be undone
    UNDO = "undo"  # that decision no longer holds


@dataclass(frozen=True, slots=True)
class Fixed:
    """The fields of an event that a person fixed; None is left to the rules."""

    title: str | None = None
    kind: Kind | None = None
    relation: Relation | None = None
    when: When | None = None
    actors: tuple[Actor, ...] | None = None
    places: tuple[str, ...] | None = None
    figures: tuple[Figure, ...] | None = None
    phase: Phase | None = None
    status: Status | None = None
    stage: str | None = None


FIXABLE = ("title", "kind", "relation", "when", "actors", "places", "figures", "phase", "status", "stage")
"""The fields that a person may fix: those of :class:`Fixed`."""

NOTHING_FIXED = Fixed()


@dataclass(frozen=True, slots=True)
class Decision:
    """
    One order of one person.

    ``events`` are ids in the order of the words: merge (into, other), apart (one, other), split (from, new one), move
    (from, to), else the one event. ``articles`` are identities (an article is meant in all its versions); ``kept`` are
    those that a split left where they were.
    """

    id: str
    topic: str
    at: datetime
    person: str
    reason: str
    verb: Verb
    events: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    entry: str = ""  # the entry that an accept or reject was about
    fixed: Fixed = NOTHING_FIXED
    undoes: str = ""  # the decision that an undo is about
    undone_by: str = ""
    number: int = 0  # its place in the log; 0: not logged yet, and so the last

    @property
    def names(self) -> frozenset[str]:
        """The events and articles that it is about."""
        return frozenset((*self.events, *self.articles, *self.kept))


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for, before it is known whether it can be done: ids as typed, values as read."""

    verb: Verb
    person: str
    reason: str = ""
    ids: tuple[str, ...] = ()
    fixed: Fixed = NOTHING_FIXED
    field: str = ""
    topic: str = ""  # for an article or entry
    source: str = ""  # move: the event to take the article from, where it speaks for several
