"""The events that one step touches, and what the step changes in the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Protocol

from monitor.model import Change, Days, Decision, Event, KnownEvent, Placed, Revision, SeedEvent, Topic
from monitor.resolve.compose import compose
from monitor.resolve.decided import Known, Laid, lay, neighbourhood
from monitor.resolve.imported import is_imported
from monitor.resolve.keys import asked, carried
from monitor.resolve.ruled import words
from monitor.resolve.same import agreement
from monitor.resolve.sides import Seen
from monitor.resolve.span import around, named
from monitor.resolve.ties import tied

REVISED = ("title", "kind", "relation", "when", "actors", "places", "figures", "phase", "status", "stage", "links")
"""The fields whose every change is a revision."""

FEW = 2
"""Mentions of an event that is made whole at once: it costs little, and mostly no other comes."""


class Candidates(Known, Protocol):
    """What placing asks of the store; see ``store.base.Decider``."""

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None) -> Sequence[KnownEvent]:
        """
        Return the events that carry one of *keys*, whole or as far as they are compared, but for those whose days lie
        outside of *days*.
        """

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        """Return the events that rest on any version of *article*."""

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        """Return the event that a seed began."""


def event_id(topic: str, founded_on: str) -> str:
    """Return the id of the event of *topic* that a mention or seed founds: opaque, and the same on every machine."""
    return "ev_" + hashlib.sha256(f"{topic}|{founded_on}".encode()).hexdigest()[:20]


@dataclass(slots=True)
class Table:
    """The events touched so far, so that two mentions of one article can found and join one event."""

    topic: Topic
    now: datetime
    ask: Candidates
    by: str  # who makes the revisions
    order: Decision | None = None  # that a person gave: the reason of every revision
    kept: dict[str, KnownEvent] = field(default_factory=dict)  # as the store holds them
    before: dict[str, KnownEvent] = field(default_factory=dict)  # as the rules had them
    after: dict[str, KnownEvent] = field(default_factory=dict)
    merged: dict[str, list[str]] = field(default_factory=dict)  # what the rules merge, by what it goes into
    dealt: set[str] = field(default_factory=set)  # events whose mentions were taken up, to be dealt out anew
    taken: set[str] = field(default_factory=set)  # the mentions taken up
    answers: dict[tuple[frozenset[str], Days | None], Sequence[KnownEvent]] = field(default_factory=dict)
    seen: Seen = field(init=False)
    # What was thought over, by identity, with what it was: a mention may come in two readings, an event in two states.
    sought: dict[int, tuple[Placed, frozenset[str]]] = field(default_factory=dict)
    compared: dict[tuple[int, int], tuple[Placed, KnownEvent, float | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at nothing yet."""
        self.seen = Seen(self.topic)

    def learn(self, known: KnownEvent) -> KnownEvent:
        """Put an event of the store on the table; return it as the rules have it by now."""
        id = known.event.id
        if id in self.after and id not in self.before:  # it was founded on the table
            return self.after[id]
        kept = self._whole(self.kept.setdefault(id, known))
        if id not in self.before:
            self.before[id] = self._ruled(kept)
        return self.after.setdefault(id, self.before[id])

    def _whole(self, known: KnownEvent) -> KnownEvent:
        """Return an event of the store with its evidence and reasons."""
        if not known.whole:
            (known,) = self.ask.known([known.event.id])
            self.kept[known.event.id] = known
        return known

    def _ruled(self, known: KnownEvent) -> KnownEvent:
        """Return *known* as the rules alone have it."""
        return replace(known, event=known.base, base=None) if known.base else known

    def agreement(self, p: Placed, known: KnownEvent) -> float | None:
        """Return how well *p* fits *known*, or None where they are two happenings; asked again it is not thought over again."""
        key = id(p), id(known)
        if key not in self.compared:
            self.compared[key] = p, known, agreement(p.mention, known, self.seen, p.published.day)
        return self.compared[key][2]

    def around(self, p: Placed) -> list[KnownEvent]:
        """Return the events on the table and in the store that *p* could mean."""
        if id(p) not in self.sought:
            self.sought[id(p)] = p, asked(p.mention, self.topic, p.published.day)
        return self.near(self.sought[id(p)][1], around(p.mention))

    def near(self, keys: frozenset[str], days: Days | None = None) -> list[KnownEvent]:
        """Return the events on the table and in the store that carry one of *keys* and may touch *days*."""
        if (keys, days) not in self.answers:
            self.answers[keys, days] = self.ask.candidates(self.topic.id, keys, days)
            # What is shown is compared with what was shown, whatever persons had made of it.
            self.kept = {k.event.id: k for k in self.answers[keys, days]} | self.kept
        found = self.answers[keys, days]
        fetched = [self.after.get(k.event.id) or self._ruled(k) for k in found]
        ids = {k.event.id for k in fetched}
        here = [k for k in self.after.values() if k.event.id not in ids]
        # What was merged is still in the store; it must not come back.
        gone = self.dealt.union(*self.merged.values())
        return [k for k in (*here, *fetched) if k.event.topic == self.topic.id and k.event.id not in gone]

    def is_empty(self, known: KnownEvent) -> bool:
        """Return whether nothing supports *known* any more, as things stand on the table."""
        now = self.after.get(known.event.id, known)
        return not now.mentions and now.seed is None

    def put(self, id: str, placed: Sequence[Placed], seed: SeedEvent | None, *, whole: bool = True) -> None:
        """Let the event *id* rest on *placed* and *seed*; a crowd's may be no more than is compared, until all is placed."""
        old, whole = self.before.get(id), whole or len(placed) <= FEW
        event = compose(id, self.topic, placed, seed, old.event if old else None, whole=whole)
        new = old or KnownEvent(event, ())
        self.after[id] = replace(new, event=event, mentions=tuple(placed), seed=seed, whole=whole)
        self.dealt.discard(id)

    def complete(self) -> None:
        """Make the events whole that were put so as to be compared."""
        for id, known in self.after.items():
            if not known.whole:
                old = self.before.get(id)
                event = compose(id, self.topic, known.mentions, known.seed, old.event if old else None)
                self.after[id] = replace(known, event=event, whole=True)

    def take_up(self, known: KnownEvent) -> None:
        """Take the mentions of *known* up, so that they can be dealt out anew; what a seed says stays."""
        self.learn(known)
        self.taken |= {p.id for p in known.mentions}
        if known.seed:
            self.put(known.event.id, (), known.seed)
        else:
            self.dealt.add(known.event.id)

    def new_id(self, p: Placed) -> str:
        """Return the id of an event that *p* founds; what *p* founded once may be another's by now: then the next that is free."""
        id = event_id(self.topic.id, p.id)
        if p.id not in self.taken or id in self.dealt:
            return id
        others = (event_id(self.topic.id, f"{p.id}|{again}") for again in count(2))
        return next(other for other in others if other not in self.after and not self.ask.known([other]))

    def begun_elsewhere(self, p: Placed) -> KnownEvent | None:
        """
        Return the imported event that *p* founded where it came from, however a person has put it since: the same words found
        the same event on every machine.
        """
        found = self.ask.known([event_id(self.topic.id, p.id)])
        return next((k for k in found if is_imported(k)), None)

    def decided(self, known: Collection[KnownEvent]) -> bool:
        """Return whether a decision in force names one of *known* or an article that it rests on."""
        names = {n for k in known for n in (k.event.id, *k.absorbed, *(p.article for p in k.mentions))}
        return bool(names and self.ask.decisions(self.topic.id, names))

    def drop(self, id: str) -> None:
        """Forget an event that was founded on the table and whose mentions are with others."""
        self.dealt.discard(id)
        del self.after[id]

    def rename(self, old: str, new: str) -> None:
        """Let the event that was founded as *old* keep the id *new* that most of its mentions had."""
        known = self.after.pop(old)
        self.put(new, known.mentions, known.seed)

    def absorb(self, id: str, into: str) -> None:
        """Merge the event *id* of the store into *into* for good; where it redirects, its mentions must be put."""
        gone, known = self.after.pop(id), self.after[into]
        self.dealt.discard(id)
        self.after[into] = replace(known, absorbed=(*known.absorbed, id, *gone.absorbed))
        self.merged.setdefault(into, []).append(id)

    # ------------------------------------------------------------- outcome

    def changes(
        self,
        names: Collection[str] = (),
        log: Callable[[Sequence[Decision]], Sequence[Decision]] = tuple,
    ) -> tuple[Change, ...]:
        """Return what changes, after the decisions in force; *names* are events and articles to be looked at in any case."""
        changed = {id: k for id, k in self.after.items() if k != self.before.get(id)}
        near = neighbourhood(changed, names, self.topic, self.ask, log)
        for id, known in near.events.items():
            if id not in changed:
                self.learn(known)
        laid = lay(near, self.topic)
        ids = sorted({*near.events, *laid.told})
        return tuple(c for id in ids if (c := self._change(id, laid)) is not None)

    def _change(self, id: str, laid: Laid) -> Change | None:
        known, kept = self.after.get(id), self._kept(id)
        told = tuple(p.id for p in laid.told.get(id, ()))
        own = known.mentions if known else ()
        ruled = bool(laid.orders.get(id)) or id in laid.into or told != tuple(p.id for p in own)
        rests = known is not None and bool(known.mentions or known.seed)
        event = known.event if known and rests and not ruled else self._shown(id, laid)
        if event is None:
            return None
        into = laid.home(id) if id in laid.into else ""
        event = replace(event, revisions=self._revisions(kept, event, into))
        seed, base = (known.seed, known.event) if known else (None, None)
        merges = tuple(self.merged.get(id, ()))
        shown = told if ruled else None, base if ruled else None
        return Change(event, own, self._keys(known), seed, merges, *shown, into, named(known) if known else None)

    def _kept(self, id: str) -> KnownEvent | None:
        known = self.kept.get(id)
        return known and self._whole(known)

    def _shown(self, id: str, laid: Laid) -> Event | None:
        """Return the event *id* as it is to be shown; None for one that never was and has nothing to rest on."""
        kept, known = self._kept(id), self.after.get(id)
        before = kept.event if kept else known.event if known else None
        if id in laid.into:
            return before
        told, seed = laid.told.get(id, ()), laid.seed(id)
        if before is None and not told and seed is None:
            return None
        ruled = laid.ruled(id)
        shown = compose(id, self.topic, told, seed, before, ruled)
        return tied(known.event, shown, fixed="phase" in ruled.fields) if known else shown

    def _keys(self, known: KnownEvent | None) -> frozenset[str] | None:
        """Return what the rules find *known* by, whatever persons made of it."""
        if known is None:  # it exists by a decision alone
            return frozenset()
        said = [carried(p.mention, self.topic, p.published.day) for p in known.mentions]
        said += [carried(known.seed, self.topic)] if known.seed else []
        return frozenset().union(*said, carried(known.event, self.topic)) if said else None

    def _revisions(self, kept: KnownEvent | None, new: Event, into: str) -> tuple[Revision, ...]:
        said = words(self.order) if self.order else ""
        if kept is None:
            return (Revision(self.now, self.by, "created", None, new.title, said or "first told"),)
        old, why = kept.event, {r.field: r.rule for r in new.reasons}
        changed = [
            Revision(self.now, self.by, f, a, b, said or why.get(f, "evidence changed"))
            for f in REVISED
            if (a := getattr(old, f)) != (b := getattr(new, f))
        ]
        if kept.into != into:
            redirected = said or "what it was merged into was merged"
            changed.append(Revision(self.now, self.by, "merged_into", kept.into or None, into or None, redirected))
        if self.order and not changed and old.evidence != new.evidence:
            changed.append(Revision(self.now, self.by, self.order.verb.value, None, self.order.id, said))
        return tuple(changed)
