"""
What an event says, from the seed and the mentions that it rests on.

Composing is a function of the set: the order in which mentions came does not matter. Nothing is said that
no mention says: a value is taken over whole or left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from monitor.model import (
    UNKNOWN_WHEN,
    Actor,
    DecisionRecord,
    Event,
    Evidence,
    Figure,
    Kind,
    Mention,
    Phase,
    Placed,
    Polarity,
    Precision,
    Quote,
    Reason,
    Relation,
    SeedEvent,
    Status,
    Tier,
    Topic,
    When,
)
from monitor.normalize import unnamed
from monitor.resolve import imported
from monitor.resolve.amends import amended, news
from monitor.resolve.origins import origins
from monitor.resolve.plans import dating
from monitor.resolve.ruled import UNRULED, Ruled
from monitor.resolve.weigh import importance, weight

T = TypeVar("T")

# An actor or place that less than this share of the weight names is dissent, not part of the event.
SHARE = 0.25

FINEST = (
    Precision.DAY,
    Precision.RANGE,
    Precision.MONTH,
    Precision.QUARTER,
    Precision.HALF,
    Precision.YEAR,
    Precision.WITHIN,
    Precision.UNKNOWN,
)

PHASES = (Phase.UNKNOWN, Phase.PLANNED, Phase.ONGOING, Phase.DONE)
"""How far a thing has come; cancelled stands apart."""


def compose(
    id: str,
    topic: Topic,
    placed: Sequence[Placed],
    seed: SeedEvent | None,
    before: Event | None,
    ruled: Ruled = UNRULED,
    *,
    whole: bool = True,
) -> Event:
    """
    Return the event that *placed* and *seed* support, as far as persons have not *ruled* otherwise; where it is only to be
    compared, and not *whole*, without evidence, importance and reasons.

    Where nothing supports it any more (an article was edited and no longer says it) the event as it was
    *before* is retracted; its old evidence stays as history.
    """
    told = sorted(placed, key=_order)
    if seed is not None and seed.imported is not None:
        return imported.joined(id, topic, told, seed.imported, ruled, _quote)
    if not told and seed is None:
        return _retracted(id, topic, before, ruled)
    groups = origins(told)
    weights = _weights(told, groups)
    asserted = [p for p in news(told) if p.mention.polarity is not Polarity.DENIED]
    said = news(told)
    shares = {p.id: w for p, w in zip(told, weights, strict=True)}
    when, when_reason = _when(dating(said), [shares[p.id] for p in dating(said)], seed)
    # What is called off (取消二期项目) is of the kind that it was to be.
    works = [p for p in said if p.mention.kind is not Kind.CANCELLATION] or said
    kind = _vote([(p.mention.kind, shares[p.id]) for p in works], seed.kind if seed else None)
    phase = _phase(asserted, seed)
    status, status_reason = _status(told, groups, seed)
    direct = (seed is not None and seed.relation is Relation.DIRECT) or any(
        p.mention.relation is Relation.DIRECT for p in told
    )
    event = Event(
        id=id,
        topic=topic.id,
        title=_title(asserted or said, seed),
        kind=kind,
        relation=Relation.DIRECT if direct else Relation.BACKGROUND,
        when=when,
        phase=phase,
        status=status,
        stage=_stage(asserted, seed, topic) if direct else "",
        actors=_actors(told, weights, seed),
        places=_places(told, weights, seed),
        figures=amended(told, _figures(asserted, seed)),
        independent_origins=max(len(set(groups)), 1),
    )
    if not whole:
        return event
    event = replace(event, **ruled.fields)
    event = replace(event, evidence=_evidence(event, told, seed, ruled), importance=importance(event, told))
    return ruled.withdrawn(replace(event, reasons=_reasons(event, told, seed, when_reason, status_reason, ruled)))


def _order(p: Placed) -> tuple[float, str, str, int]:
    return (-weight(p.tier), str(p.published.at or p.published.day or "9999"), p.url, p.mention.start)


def _retracted(id: str, topic: Topic, before: Event | None, ruled: Ruled) -> Event:
    if before is None:
        raise ValueError(f"{id} of {topic.id}: an event needs a mention or a seed")
    kept = tuple(e for e in before.evidence if not isinstance(e, DecisionRecord))
    reason = Reason("status", "its last evidence was withdrawn")
    # Decisions come last among the evidence: what points to others points to them still.
    others = tuple(
        replace(r, evidence=tuple(i for i in r.evidence if i < len(kept)))
        for r in before.reasons
        if r.field != "status"
    )
    gone = replace(before, status=Status.RETRACTED, importance=0.0, reasons=(*others, reason), revisions=())
    return replace(gone, evidence=(*kept, *ruled.records))


def _weights(told: Sequence[Placed], groups: Sequence[int]) -> list[float]:
    """Return a weight a mention, such that the copies of one text share the weight of the best of them."""
    best: dict[int, float] = defaultdict(float)
    size: dict[int, int] = defaultdict(int)
    for p, g in zip(told, groups, strict=True):
        best[g] = max(best[g], weight(p.tier))
        size[g] += 1
    return [best[g] / size[g] for g in groups]


def _vote(ballots: Iterable[tuple[T, float]], fixed: T | None) -> T:
    if fixed is not None:
        return fixed
    sums: dict[T, float] = {}
    for value, share in ballots:
        sums[value] = sums.get(value, 0.0) + share
    return max(sums, key=lambda v: (round(sums[v], 6), str(v)))


# --------------------------------------------------------------------------- date


def _when(told: Sequence[Placed], weights: Sequence[float], seed: SeedEvent | None) -> tuple[When, str]:
    """Return the date and why: the finest precision that is told, and in it the day with the most weight."""
    if seed and (seed.pin or seed.when.precision is Precision.DAY):
        return seed.when, "seed" + _dissent(seed.when, told)
    ballots = [(p.mention.when, w) for p, w in zip(told, weights, strict=True)]
    if seed and seed.when.precision is not Precision.UNKNOWN:
        ballots = [(w, s) for w, s in ballots if _finer(w, seed.when)]
        if not ballots:
            return seed.when, "seed" + _dissent(seed.when, told)
    known = [b for b in ballots if b[0].precision is not Precision.UNKNOWN]
    if not known:
        return UNKNOWN_WHEN, "no date is told"
    finest = min(FINEST.index(w.precision) for w, _ in known)
    chosen = _heaviest([(w, s) for w, s in known if FINEST.index(w.precision) == finest])
    return chosen, "finest date told, weighted by tier" + _dissent(chosen, told)


def _heaviest(ballots: Sequence[tuple[When, float]]) -> When:
    spans: dict[tuple[date | None, date | None], float] = defaultdict(float)
    for when, share in ballots:
        spans[(when.earliest, when.latest)] += share
    # Where only publications bound the date, the first report bounds it best.
    if ballots[0][0].precision is Precision.WITHIN:
        best = min(spans, key=lambda s: (s[1] or date.max, s[0] or date.min))
    else:
        best = max(spans, key=lambda s: (round(spans[s], 6), -(s[0] or date.min).toordinal()))
    return next(w for w, _ in ballots if (w.earliest, w.latest) == best)


def _finer(when: When, coarse: When) -> bool:
    if FINEST.index(when.precision) >= FINEST.index(coarse.precision) or when.earliest is None or when.latest is None:
        return False
    return (coarse.earliest or date.min) <= when.earliest and when.latest <= (coarse.latest or date.max)


def _dissent(chosen: When, told: Sequence[Placed]) -> str:
    others = {
        p.mention.when.edtf
        for p in told
        if p.mention.when.precision is chosen.precision and p.mention.when.edtf != chosen.edtf
    }
    return f"; dissent: {', '.join(sorted(o for o in others if o))}" if others else ""


# --------------------------------------------------------------------------- who, where, how much


def _actors(told: Sequence[Placed], weights: Sequence[float], seed: SeedEvent | None) -> tuple[Actor, ...]:
    ballots = [(a, w) for p, w in zip(told, weights, strict=True) for a in p.mention.actors]
    kept = _shared(ballots, sum(weights), lambda a: a.entity or a.name)
    merged = [_fullest([a for a, _ in ballots if (a.entity or a.name) == key]) for key in kept]
    if seed is None:
        return tuple(merged)
    seeded = {a.entity or a.name for a in seed.actors}
    return (*seed.actors, *(a for a in merged if (a.entity or a.name) not in seeded and a.name not in seeded))


def _fullest(same: Sequence[Actor]) -> Actor:
    """Return the first of the spellings of one actor that tells a role, else the first."""
    return next((a for a in same if a.role), same[0])


def _places(told: Sequence[Placed], weights: Sequence[float], seed: SeedEvent | None) -> tuple[str, ...]:
    ballots = [(x, w) for p, w in zip(told, weights, strict=True) for x in p.mention.places]
    kept = _shared(ballots, sum(weights), lambda x: x)
    first = seed.places if seed else ()
    return (*first, *(x for x in kept if x not in first))


def _shared(ballots: Sequence[tuple[T, float]], total: float, key: Callable[[T], str]) -> list[str]:
    """Return the keys that at least ``SHARE`` of the weight names, heaviest first."""
    sums: dict[str, float] = {}
    for value, share in ballots:
        sums[key(value)] = sums.get(key(value), 0.0) + share
    return sorted((k for k, s in sums.items() if s >= SHARE * total - 1e-9), key=lambda k: (-round(sums[k], 6), k))


def _figures(told: Sequence[Placed], seed: SeedEvent | None) -> tuple[Figure, ...]:
    seen: dict[tuple[float, str, str], Figure] = {}
    for figure in (*(seed.figures if seed else ()), *(f for p in told for f in p.mention.figures)):
        seen.setdefault((figure.value, figure.unit, figure.what), figure)
    return tuple(seen.values())


# --------------------------------------------------------------------------- title, phase, stage, status


def _title(told: Sequence[Placed], seed: SeedEvent | None) -> str:
    if seed:
        return seed.title
    return max(told, key=_clarity).mention.title


def _clarity(p: Placed) -> tuple[bool, bool, int, float, int]:
    m = p.mention
    fields = bool(m.actors) + bool(m.places) + (m.when.precision is Precision.DAY) + bool(m.figures)
    return (m.relation is Relation.DIRECT, not unnamed(m.title), fields, weight(p.tier), -len(m.title))


def _phase(asserted: Sequence[Placed], seed: SeedEvent | None) -> Phase:
    told = [p.mention.phase for p in asserted] + ([seed.phase] if seed else [])
    if Phase.CANCELLED in told:
        return Phase.CANCELLED
    return max(told, key=PHASES.index, default=Phase.UNKNOWN)


def _stage(asserted: Sequence[Placed], seed: SeedEvent | None, topic: Topic) -> str:
    told = [p.mention.stage for p in asserted if p.mention.relation is Relation.DIRECT] + [seed.stage if seed else ""]
    return max((s for s in told if s in topic.stages), key=topic.stages.index, default="")


def _status(told: Sequence[Placed], groups: Sequence[int], seed: SeedEvent | None) -> tuple[Status, str]:
    denied = [p for p in told if p.mention.polarity is Polarity.DENIED]
    asserted = [(p, g) for p, g in zip(told, groups, strict=True) if p.mention.polarity is Polarity.ASSERTED]
    if denied and not asserted and not seed:
        return Status.DENIED, "only denials are told"
    if denied:
        official = any(p.tier is Tier.OFFICIAL for p in denied)
        return (Status.DENIED, "an official source denies it") if official else (Status.DISPUTED, "reported and denied")
    if any(p.tier is Tier.OFFICIAL for p, _ in asserted):
        return Status.OFFICIAL, "an official source says so"
    count = len({g for _, g in asserted})
    if count >= 2:
        return Status.CORROBORATED, f"{count} independent origins"
    return Status.REPORTED, "checked by a person when the topic was seeded" if seed else "one origin"


# --------------------------------------------------------------------------- evidence


def _evidence(event: Event, told: Sequence[Placed], seed: SeedEvent | None, ruled: Ruled) -> tuple[Evidence, ...]:
    quotes = [_quote(event, p) for p in sorted(told, key=_chronology)]
    seeds = [e for s in ((seed,) if seed else ()) + ruled.seeds for e in _seeded(event, s, ruled)]
    return (*seeds, *quotes, *ruled.records)


def _seeded(event: Event, seed: SeedEvent, ruled: Ruled) -> tuple[Evidence, ...]:
    """Return the record of *seed* with the fields of *event* that it bears out: what a person fixed, only where it says the same."""
    if seed.imported is not None:
        return imported.borne(event, seed.imported)
    fields = ("title", "when", "actors", "places", "figures")
    strict = {"when", *ruled.fields} if seed not in ruled.seeds else set(fields)
    same = {f: getattr(seed, f) == getattr(event, f) for f in fields} | {"when": seed.when.edtf == event.when.edtf}
    borne = tuple(f for f in fields if getattr(event, f) and (same[f] or f not in strict))
    return (replace(seed.record, supports=borne),)


def _chronology(p: Placed) -> tuple[str, str, str, int]:
    return (str(p.published.day or "9999"), str(p.published.at or "9999"), p.url, p.mention.start)


def _quote(event: Event, p: Placed) -> Quote:
    m = p.mention
    return Quote(
        article=m.article,
        source=p.source,
        tier=p.tier,
        url=p.url,
        title=p.title,
        published=p.published,
        fetched=p.fetched,
        quote=m.quote,
        start=m.start,
        end=m.end,
        text_sha256=p.text_sha256,
        reading=m.reading,
        origin=p.origin,
        supports=_supports(event, p),
        forgotten=p.forgotten,
    )


def _supports(event: Event, p: Placed) -> tuple[str, ...]:
    """Return the fields of *event* that this mention bears out."""
    m = p.mention
    names = {a.entity or a.name for a in m.actors}
    tests = {
        "title": m.title == event.title,
        "when": m.when.edtf is not None and m.when.edtf == event.when.edtf,
        "actors": any((a.entity or a.name) in names or a.name in names for a in event.actors),
        "places": any(x in event.places for x in m.places),
        "figures": any(f in event.figures for f in m.figures),
    }
    return tuple(f for f, holds in tests.items() if holds)


def _reasons(
    event: Event, told: Sequence[Placed], seed: SeedEvent | None, when_reason: str, status_reason: str, ruled: Ruled
) -> tuple[Reason, ...]:
    shown = {"kind": event.kind.value, "phase": event.phase.value, "stage": event.stage}
    derived = [_derived(event, told, seed, field, value) for field, value in shown.items() if value]
    numbers = tuple(range(len(event.evidence)))
    dated = tuple(i for i in numbers if "when" in event.evidence[i].supports)
    said = len(event.evidence) - len(ruled.records)
    reasons = (
        Reason("when", when_reason, dated),
        *_dissenting(event, told),
        *derived,
        Reason("status", status_reason, numbers[:said]),
    )
    return (*(r for r in reasons if r.field not in ruled.fields), *ruled.reasons(said))


def _dissenting(event: Event, told: Sequence[Placed]) -> tuple[Reason, ...]:
    """Say who is named by too little weight to be taken for somebody who took part."""
    kept = {n for a in event.actors for n in (a.entity, a.name)}
    named = {a.entity or a.name: a.name for p in told for a in p.mention.actors}
    left = sorted(name for key, name in named.items() if key not in kept and name not in kept)
    if not left:
        return ()
    rule = f"named by a quarter of the weight; dissent: {'、'.join(left)}"
    naming = {_place(p.mention) for p in told if any(a.name in left for a in p.mention.actors)}
    by = (i for i, e in enumerate(event.evidence) if isinstance(e, Quote) and _place(e) in naming)
    return (Reason("actors", rule, tuple(by)),)


def _place(told: Quote | Mention) -> tuple[str, int, int]:
    return (told.article, told.start, told.end)


def _derived(event: Event, told: Sequence[Placed], seed: SeedEvent | None, field: str, value: str) -> Reason:
    """Name the rule of a derived field and the evidence that it follows from."""
    if seed and getattr(seed, field) == value:
        return Reason(field, "seed", (0,))
    saying = [p for p in told if getattr(p.mention, field) == value]
    rule = next((r for p in saying for f, r in p.mention.rules if f == field), "vote")
    said = {_place(p.mention) for p in saying}
    where = (i for i, e in enumerate(event.evidence) if isinstance(e, Quote) and _place(e) in said)
    return Reason(field, rule, tuple(where))
