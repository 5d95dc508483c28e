"""
What today's rules make of everything kept, under the ids that events have had all along.

The events are made anew from nothing, seeds first, articles in the order of publication, so that it does not matter in
which order they once came. Each new event then takes the id of the old one that it has most in common with; an old one
that is left over redirects to where its mentions went. Decisions are laid over the outcome as always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitor.model import Change, KnownEvent, Placed, Reread, Rework, SeedEvent, Topic
from monitor.resolve.draft import Draft
from monitor.resolve.imported import is_imported
from monitor.resolve.place import place, sow
from monitor.resolve.table import Candidates, Table, event_id
from monitor.resolve.ties import tied

# A seed names its event for ever, however many mentions went elsewhere.
SEEDED = 1_000_000


class Past(Candidates, Protocol):
    """What reworking asks of the store; see ``store.base.Decider``."""

    def every(self, topic: str) -> Sequence[KnownEvent]:
        """Return every event of *topic* that the rules have not merged into another, oldest first."""


def rework(
    read: Sequence[Reread], seeds: Sequence[SeedEvent], topics: Iterable[Topic], ask: Past, now: datetime
) -> Rework:
    """Return what changes when all that was *read* and seeded is resolved anew."""
    changes: list[Change] = []
    gone: list[str] = []
    for topic in topics:
        old = ask.every(topic.id)
        told = [replace(r, placed=tuple(p for p in r.placed if p.mention.topic == topic.id)) for r in read]
        draft = _drafted([r for r in told if r.placed], _seeds(seeds, old, topic), topic, now)
        changes += _renamed(draft, old, topic, ask, now).changes()
        fresh = {p.id for known in draft.events.values() for p in known.mentions}
        gone += [p.id for known in old for p in known.mentions if p.id not in fresh]
    return Rework(tuple(changes), tuple(gone))


def _seeds(declared: Sequence[SeedEvent], old: Sequence[KnownEvent], topic: Topic) -> list[SeedEvent]:
    """Return the seeds of *topic*: those declared whose event was not imported, and those that were, which nobody withdrew."""
    imported = {k.event.id for k in old if is_imported(k)}
    own = (s for s in declared if s.topic == topic.id)
    mine = {s.key: s for s in own if event_id(topic.id, f"seed|{s.key}") not in imported}
    held = {k.seed.key: k.seed for k in old if k.seed}
    return [*mine.values(), *(s for key, s in held.items() if key not in mine)]


def _drafted(read: Sequence[Reread], seeds: Sequence[SeedEvent], topic: Topic, now: datetime) -> Draft:
    draft = Draft()
    draft.write(sow(seeds, topic, draft, now))
    for one in sorted(read, key=lambda r: r.order):
        draft.write(place(one.article, one.placed, {topic.id: topic}, draft, now))
    return draft


# --------------------------------------------------------------------------- ids


def _renamed(draft: Draft, old: Sequence[KnownEvent], topic: Topic, ask: Past, now: datetime) -> Table:
    """Put the drafted events on a table under the ids that they go on under."""
    table = Table(topic, now, ask, "machine:reprocess")
    for known in old:
        table.learn(known)
    shares = _shares(draft.events, old)
    # An id that was ever merged redirects for ever; one that lost everything may come back.
    taken = {i for k in old for i in (*k.absorbed, *([k.event.id] if k.mentions or k.seed else []))}
    names = _names(shares, draft.events, taken, topic)
    for id, known in draft.events.items():
        table.put(names[id], known.mentions, known.seed)
    for id, known in draft.events.items():
        made = table.after[names[id]]
        table.after[names[id]] = replace(made, event=tied(known.event, made.event, names))
    used = set(names.values())
    for known in old:
        if known.event.id not in used and (known.mentions or known.seed):
            _leave(table, known, shares, names)
    return table


def _leave(table: Table, known: KnownEvent, shares: Mapping[tuple[str, str], int], names: Mapping[str, str]) -> None:
    """Let an old event that no new one goes on from redirect to where most of it went, or be retracted."""
    id = known.event.id
    heirs = [(n, new) for (new, old), n in shares.items() if old == id]
    if heirs:
        table.absorb(id, names[min(heirs, key=lambda heir: (-heir[0], heir[1]))[1]])
    else:
        table.put(id, (), None)


def _shares(new: Mapping[str, KnownEvent], old: Sequence[KnownEvent]) -> Counter[tuple[str, str]]:
    """Return how much each new event has in common with each old one."""
    owner = {p.id: k.event.id for k in old for p in k.mentions}
    spans: dict[str, list[tuple[Placed, str]]] = {}
    for known in old:
        for p in known.mentions:
            spans.setdefault(p.article, []).append((p, known.event.id))
    seeded = {(k.seed.topic, k.seed.key): k.event.id for k in old if k.seed}
    shares: Counter[tuple[str, str]] = Counter()
    for id, known in new.items():
        if known.seed and (held := seeded.get((known.seed.topic, known.seed.key))):
            shares[id, held] += SEEDED
        for p in known.mentions:
            if held := owner.get(p.id) or _overlapping(p, spans.get(p.article, ())):
                shares[id, held] += 1
    return shares


def _overlapping(p: Placed, others: Sequence[tuple[Placed, str]]) -> str:
    """Return the event of an old mention that the same words of the article made, or ""."""
    m = p.mention
    return next((id for o, id in others if o.mention.start < m.end and m.start < o.mention.end), "")


def _names(
    shares: Mapping[tuple[str, str], int], new: Mapping[str, KnownEvent], taken: set[str], topic: Topic
) -> dict[str, str]:
    """Return the id of each new event: of the old one that it shares most with, each old one once, else one of its own."""
    names: dict[str, str] = {}
    given: set[str] = set()
    for (id, old), _ in sorted(shares.items(), key=lambda share: (-share[1], share[0][1], share[0][0])):
        if id not in names and old not in given:
            names[id] = old
            given.add(old)
    used = taken | given
    for id in sorted(new.keys() - names.keys()):
        name = id
        while name in used:
            name = event_id(topic.id, f"again|{name}")
        names[id] = name
        used.add(name)
    return names
