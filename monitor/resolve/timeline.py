"""Which events a reader is shown, and what they say about the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import (
    Answer,
    Coverage,
    DecisionRecord,
    Event,
    Phase,
    Precision,
    Relation,
    SeedRecord,
    Status,
    Timeline,
    Topic,
    When,
)
from monitor.resolve.ruled import ACCEPTED


def assemble(
    topic: Topic,
    events: Sequence[Event],
    coverage: Coverage,
    *,
    background: bool = False,
    top: int = 0,
    retracted: bool = False,
) -> Timeline:
    """
    Return the timeline of *topic*: retracted events left out unless asked for, background ones but where they earned
    it, and any that says something without evidence.

    It is dated by what it rests on, never by the moment that was asked for, so that the past looks as it looked then.
    *top* keeps that many of the most important events (of equals those that more origins tell), still in order of time.
    """
    standing = [e for e in events if e.status is not Status.RETRACTED]
    bare = {e.id for e in events if e.bare}
    told = [e for e in standing if e.id not in bare]
    seen = [e for e in events if e.id not in bare] if retracted else told
    shown = [e for e in seen if background or is_shown(e)]
    if top:
        best = {e.id for e in sorted(shown, key=lambda e: (-e.importance, -e.independent_origins, e.id))[:top]}
        shown = [e for e in shown if e.id in best]
    known = replace(coverage, last_event=last_event([e for e in shown if e.status is not Status.RETRACTED]))
    return Timeline(
        topic,
        _known_at(events, coverage),
        known,
        answer(topic, told),
        tuple(shown),
        tuple(e for e in standing if e.id in bare),
    )


def covered(told: Timeline, coverage: Coverage) -> Timeline:
    """Return *told* with a later *coverage*, as :func:`assemble` would of the same events."""
    instants = [at for at in (told.as_of, coverage.as_of) if at]
    last = told.coverage.last_event
    return replace(told, coverage=replace(coverage, last_event=last), as_of=max(instants, default=None))


def is_shown(event: Event) -> bool:
    """Return whether *event* belongs to the default timeline: direct, seeded, told by two independent origins, or accepted."""
    seeded = any(isinstance(e, SeedRecord) for e in event.evidence)
    accepted = any(r.field == ACCEPTED for r in event.reasons)
    return event.relation is Relation.DIRECT or seeded or accepted or event.independent_origins >= 2


def last_event(events: Sequence[Event]) -> When | None:
    """Return the date of the latest direct event that is more than a plan: what "no new event since" counts from."""
    happened = [e for e in events if e.relation is Relation.DIRECT and e.phase is not Phase.PLANNED and e.when.latest]
    return max(happened, key=_age).when if happened else None


def answer(topic: Topic, events: Sequence[Event]) -> Answer:
    """Return the furthest stage of the ladder that something done and not denied supports, and what was not seen."""
    reached = [e for e in events if e.stage in topic.stages and supports_stage(e)]
    best = max(reached, key=lambda e: (topic.stages.index(e.stage), _age(e)), default=None)
    above = topic.stages[topic.stages.index(best.stage) + 1 :] if best else topic.stages
    return Answer(best.stage if best else "", best.id if best else "", tuple(above))


def supports_stage(event: Event) -> bool:
    """Return whether *event* really happened as far as is known: done and neither denied, disputed nor retracted."""
    doubtful = event.status in (Status.DENIED, Status.DISPUTED, Status.RETRACTED)
    return event.phase in (Phase.DONE, Phase.ONGOING) and event.relation is Relation.DIRECT and not doubtful


def _age(event: Event) -> tuple[int, str]:
    """Order events of one stage, the latest first known day last; unknown dates count as oldest."""
    known = event.when.precision is not Precision.UNKNOWN and event.when.latest is not None
    return (event.when.latest.toordinal() if known and event.when.latest else 0, event.id)


def _known_at(events: Sequence[Event], coverage: Coverage) -> datetime | None:
    """Return when the last came in that the events rest on: a round, a revision by rules, or a decision in force."""
    instants = [r.at for e in events for r in e.revisions if not r.by.startswith("person:")]
    instants += [r.at for e in events for r in e.evidence if isinstance(r, DecisionRecord)]
    if coverage.as_of:
        instants.append(coverage.as_of)
    return max(instants, default=None)
