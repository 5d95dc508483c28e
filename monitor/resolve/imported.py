"""Events that came from an export, beside those of our own: what they say stands, what we read since is added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.model import Event, Evidence, KnownEvent, Placed, Polarity, Quote, Status, Tier, Topic
from monitor.resolve.origins import origins
from monitor.resolve.ruled import Ruled


def is_imported(known: KnownEvent) -> bool:
    """Return whether *known* came from an export."""
    return known.seed is not None and known.seed.imported is not None


def joined(
    id: str,
    topic: Topic,
    told: Sequence[Placed],
    event: Event,
    ruled: Ruled,
    quote: Callable[[Event, Placed], Quote],
) -> Event:
    """Return the imported *event* with what *told* adds to its evidence, as far as persons have not *ruled* otherwise."""
    shown = replace(event, id=id, topic=topic.id, revisions=(), **ruled.fields)
    told = [p for p in told if not _is_there(p, event)]
    others = [e for s in ruled.seeds for e in (borne(shown, s.imported) if s.imported else (s.record,))]
    said = (*borne(shown, event), *(quote(shown, p) for p in told), *others)
    shown = replace(shown, evidence=(*said, *ruled.records), independent_origins=_origins(event, told))
    if "status" not in ruled.fields:
        shown = replace(shown, status=_status(shown, told))
    kept = tuple(r for r in event.reasons if r.field not in ruled.fields)
    return ruled.withdrawn(replace(shown, reasons=(*kept, *ruled.reasons(len(said)))))


def borne(event: Event, imported: Event) -> tuple[Evidence, ...]:
    """Return the evidence of *imported* with the fields of *event* that it bears out: what *event* says as it did."""
    same = {f for e in imported.evidence for f in e.supports if getattr(event, f) == getattr(imported, f)}
    return tuple(replace(e, supports=tuple(f for f in e.supports if f in same)) for e in imported.evidence)


def _is_there(p: Placed, event: Event) -> bool:
    m = p.mention
    return any(
        isinstance(e, Quote) and (e.article, e.start, e.end) == (m.article, m.start, m.end) for e in event.evidence
    )


def _origins(event: Event, told: Sequence[Placed]) -> int:
    known = {e.origin for e in event.evidence if isinstance(e, Quote)}
    fresh = [p for p in told if p.origin not in known]
    return event.independent_origins + len(set(origins(fresh)))


def _status(event: Event, told: Sequence[Placed]) -> Status:
    """Return how sure we are: what was only reported is confirmed, or disputed, by what came since."""
    if event.status is not Status.REPORTED or not told:
        return event.status
    asserted = [p for p in told if p.mention.polarity is Polarity.ASSERTED]
    if any(p.mention.polarity is Polarity.DENIED for p in told):
        return Status.DISPUTED
    if any(p.tier is Tier.OFFICIAL for p in asserted):
        return Status.OFFICIAL
    return Status.CORROBORATED if asserted and event.independent_origins > 1 else event.status
