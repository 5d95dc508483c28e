"""
The published record: how nouns are written down for other programs.

Instants are RFC 3339 in UTC with Z, days ISO 8601, unknown is null. ``docs/export.schema.json`` states the
same as a schema; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

from monitor.model import (
    Coverage,
    DecisionRecord,
    Event,
    Evidence,
    FeedCoverage,
    Published,
    Quote,
    SeedRecord,
    Timeline,
    When,
)

SCHEMA = "monitor-timeline/1"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

EVIDENCE_KINDS = {Quote: "quote", SeedRecord: "seed", DecisionRecord: "decision"}


def timeline(told: Timeline) -> dict[str, Json]:
    """Return the whole export of one topic."""
    return {**head(told), "events": [event(e) for e in told.events]}


def head(told: Timeline) -> dict[str, Json]:
    """Return what an export says before its events: the question, as of when, what silence is worth, the answer."""
    return {
        "schema": SCHEMA,
        "topic": told.topic.id,
        "question": told.topic.question,
        "as_of": plain(told.as_of),
        "coverage": coverage(told.coverage),
        "answer": {
            "stage": told.answer.stage or None,
            "event": told.answer.event or None,
            "not_seen": list(told.answer.not_seen),
        },
    }


def event(told: Event) -> dict[str, Json]:
    """Return the record of one event."""
    return {
        "id": told.id,
        "topic": told.topic,
        "title": told.title,
        "kind": told.kind.value,
        "relation": told.relation.value,
        "when": when(told.when),
        "actors": [{"entity": a.entity or None, "name": a.name, "role": a.role or None} for a in told.actors],
        "places": list(told.places),
        "figures": [plain(f) for f in told.figures],
        "phase": told.phase.value,
        "status": told.status.value,
        "stage": told.stage or None,
        "importance": told.importance,
        "independent_origins": told.independent_origins,
        "evidence": [evidence(e) for e in told.evidence],
        "reasons": [plain(r) for r in told.reasons],
        "revisions": [plain(r) for r in told.revisions],
        "links": [plain(link) for link in told.links],
    }


def when(told: When) -> dict[str, Json]:
    """Return a date with its precision and basis."""
    return {
        "edtf": told.edtf,
        "earliest": plain(told.earliest),
        "latest": plain(told.latest),
        "precision": told.precision.value,
        "basis": told.basis.value,
        "raw": told.raw or None,
        "reference": plain(told.reference),
    }


def published(told: Published) -> dict[str, Json]:
    """Return a publication date as sent and as understood; ``at`` is an instant, or a day where only that is known."""
    return {"raw": told.raw or None, "at": plain(told.at or told.day), "flag": told.flag}


def evidence(told: Evidence) -> dict[str, Json]:
    """Return one piece of evidence; ``type`` tells which of the three kinds it is."""
    kind: Any = type(told)
    record = _fields_of(kind)(told)
    if isinstance(told, Quote):
        record |= {"published": published(told.published), "reading": told.reading or None, "url": told.url or None}
        if not told.forgotten:
            del record["forgotten"]
    if isinstance(told, SeedRecord):
        record["source_url"] = told.source_url or None
    return {"type": EVIDENCE_KINDS[kind], **record}


def coverage(told: Coverage) -> dict[str, Json]:
    """Return what silence is worth: how many sources answered, and where we were blind."""
    return {
        "as_of": plain(told.as_of),
        "feeds": len(told.feeds),
        "healthy": told.healthy,
        "last_event": told.last_event.edtf if told.last_event else None,
        "blind": [_blind(f) for f in told.feeds if f.blind or f.state.value not in ("ok", "new")],
        "statement": statement(told),
    }


def statement(told: Coverage) -> str:
    """
    Return the coverage in one sentence: since when nothing new was seen, and where it could not have been.

    Spans of blindness that ended before the last event are left out: they say nothing of the silence since.
    """
    if told.as_of is None:
        return "no round of polling has finished yet: silence means nothing"
    since = told.last_event.latest if told.last_event else None
    news = f"no new event since {since}" if since else "no event seen"
    parts = [news, f"{told.healthy} of {len(told.feeds)} sources healthy"]
    blind = [f"{f.url} {_spans(f, since)}" for f in told.feeds if _spans(f, since)]
    frozen = [f"{f.url} since {_minute(f.since)}" for f in told.feeds if f.state.value == "frozen"]
    if blind:
        parts.append(f"blind on {_some(blind)}")
    if frozen:
        parts.append(f"frozen: {_some(frozen)}")
    return "; ".join(parts)


NAMED = 3  # sources named in the sentence; where nothing can be reached they would be all of them


def _some(told: Sequence[str]) -> str:
    """Return the first of *told*, and how many more there are."""
    more = [f"{len(told) - NAMED} more"] if len(told) > NAMED else []
    return ", ".join([*told[:NAMED], *more])


SPANS = 3  # named of one source; the whole list is in ``coverage.blind``


def _spans(feed: FeedCoverage, since: date | None) -> str:
    """Return when *feed* could not be seen after *since*, the last spans in words."""
    late = [(a, b) for a, b in feed.blind if b is None or since is None or b.date() >= since]
    told = [f"since {_minute(a)}" if b is None else f"from {_minute(a)} to {_minute(b)}" for a, b in late[-SPANS:]]
    if len(late) > SPANS:
        told.insert(0, f"{len(late) - SPANS} times before")
    return " and ".join(told)


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if at else "unknown"


def _blind(feed: FeedCoverage) -> dict[str, Json]:
    return {
        "url": feed.url,
        "state": feed.state.value,
        "error": feed.error or None,
        "since": plain(feed.since),
        "spans": [[plain(a), plain(b)] for a, b in feed.blind],
    }


def plain(value: object) -> Json:
    """
    Return *value* as JSON.

    Raises TypeError for what no noun holds.
    """
    kind: Any = type(value)
    told: Json = value if kind in _AS_IT_IS else _writer(kind)(value)  # type: ignore[assignment]
    return told


_AS_IT_IS = frozenset({str, int, float, bool, type(None)})  # most of all values: asked first

_Writes = Callable[[Any], Json]


@cache
def _writer(kind: Any) -> _Writes:
    """Return what writes a *kind*: it is asked of every value, so it is looked up once."""
    for base, write in _WRITERS:
        if issubclass(kind, base):
            return write
    return _fields_of(kind)


@cache
def _fields_of(kind: Any) -> Callable[[Any], dict[str, Json]]:
    """Return what writes the fields of the noun *kind* under their names."""
    if not is_dataclass(kind):
        raise TypeError(f"cannot write {kind.__name__} as JSON")
    names = tuple(f.name for f in fields(kind))

    def write(value: object) -> dict[str, Json]:
        told = {name: getattr(value, name) for name in names}
        return {n: v if v.__class__ in _AS_IT_IS else _writer(v.__class__)(v) for n, v in told.items()}

    return write


_WRITERS: tuple[tuple[type | tuple[type, ...], _Writes], ...] = (
    (When, when),
    (Enum, lambda value: plain(value.value)),
    (datetime, lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z")),
    (date, date.isoformat),
    ((str, int, float), lambda value: value),
    (Mapping, lambda value: {str(k): plain(v) for k, v in value.items()}),
    ((tuple, list, frozenset), lambda value: [plain(v) for v in value]),
)
