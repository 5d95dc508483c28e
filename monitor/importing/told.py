"""What an export tells, and how what is wrong with one is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.config import edtf as dates
from monitor.model import FIXABLE, Coverage, Event, Topic, When

_ID = re.compile(r"ev_[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Told:
    """The events of one topic with what silence was worth, None where the file does not say; ``notes`` is what was left out."""

    topic: Topic
    events: tuple[Event, ...]
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()


class Wrong(Exception):
    """Something in a file cannot be; *where* it is, and *what*."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")

    @classmethod
    def at(cls, line: str, wrong: Wrong) -> Wrong:
        """Return *wrong* with the line before it."""
        where, _, what = str(wrong).partition(": ")
        return cls(line + where, what)


def topic_of(id: object, topics: Sequence[Topic], where: str) -> Topic:
    """Return the topic that a file is about."""
    known = ", ".join(t.id for t in topics) or "none"
    found = next((t for t in topics if t.id == id), None)
    if found is None:
        raise Wrong(
            where,
            f"the topic {str(id)[:60]!r} is not declared; there are: {known} (declare it first, or name its configuration with --config)",
        )
    return found


def dated(when: When, edtf: str | None) -> When:
    """
    Return *when* where its bounds are those of *edtf*, and of nothing else.

    :raises ValueError: where they are not.
    """
    bounds = (when.earliest, when.latest)
    meant = dates.parse(when.edtf) if when.edtf else None
    if when.edtf != edtf or bounds != ((meant.earliest, meant.latest) if meant else (None, None)):
        raise ValueError(f"{edtf!r} is not what its bounds say: {when.edtf!r} from {bounds[0]} to {bounds[1]}")
    return when


def sound(event: Event, seen: set[str], where: str) -> Event:
    """Return *event* where it can stand: under an id of its own, and with evidence for all that it says."""
    if not _ID.fullmatch(event.id):
        raise Wrong(
            f"{where}, id", f"{event.id[:60]!r} is no id of an event: ev_ and letters, digits, - or _ are expected"
        )
    if event.id in seen:
        raise Wrong(f"{where}, id", f"{event.id} stands twice")
    if not event.title.strip():
        raise Wrong(f"{where}, title", "is empty")
    if event.bare:
        raise Wrong(f"{where}, evidence", f"bears out no {', no '.join(event.bare)}")
    if strange := {f for e in event.evidence for f in e.supports} - set(FIXABLE):
        raise Wrong(f"{where}, evidence", f"supports {min(strange)[:40]!r}; expected are fields: {', '.join(FIXABLE)}")
    if event.independent_origins < 0:
        raise Wrong(f"{where}, independent_origins", "is below 0")
    size = len(event.evidence)
    if any(not 0 <= i < size for r in event.reasons for i in r.evidence):
        raise Wrong(f"{where}, reasons", f"point to evidence that is not there; it has {size} pieces")
    seen.add(event.id)
    return event
