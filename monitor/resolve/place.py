"""
Put the mentions of one article, or the events of a seed file, where they belong.

What persons decided is laid over the outcome afterwards: see ``decided``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Change, KnownEvent, Mention, Placed, Revision, SeedEvent, Topic
from monitor.resolve.deal import deal
from monitor.resolve.imported import is_imported
from monitor.resolve.keys import asked
from monitor.resolve.same import agreement, is_vague, succeeds
from monitor.resolve.table import Candidates, Table, event_id
from monitor.resolve.ties import tie


def place(
    article: str, placed: Sequence[Placed], topics: Mapping[str, Topic], ask: Candidates, now: datetime
) -> tuple[Change, ...]:
    """
    Return what the mentions of *article* change.

    Every event that an earlier version of the article spoke for is composed again, so that a claim that
    was edited away no longer counts.
    """
    changes: list[Change] = []
    resting = ask.place_of(article) if article else ()
    for id, topic in sorted(topics.items()):
        own = [p for p in placed if p.mention.topic == id]
        changes += _place(own, [k for k in resting if k.event.topic == id], Table(topic, now, ask, "machine:resolve"))
    return tuple(changes)


def _place(own: Sequence[Placed], resting: Sequence[KnownEvent], table: Table) -> tuple[Change, ...]:
    bereft = [table.learn(k) for k in resting]
    for known in bereft:
        _recompose(table, known)
    deal(table, own, lambda p: _settle(table, p, bereft))
    tie(table, own)
    return table.changes()


def sow(seeds: Sequence[SeedEvent], topic: Topic, ask: Candidates, now: datetime) -> tuple[Change, ...]:
    """
    Return what the seed events of *topic* change; nothing, where all of them are known as they are.

    A seed that was never seen looks for the event that the daemon may have found already and takes it over. One whose
    event was imported is that event, and says no more.
    """
    table = Table(topic, now, ask, "seed")
    for seed in seeds:
        id = seed.imported.id if seed.imported else event_id(topic.id, f"seed|{seed.key}")
        known = ask.seed_of(topic.id, seed.key)
        if known is None and any(map(is_imported, ask.known([id]))):
            continue
        known = known or _found_before(table, seed)
        if known is None:
            table.put(id, (), seed)
        elif known.seed != seed:
            table.learn(known)
            table.put(known.event.id, known.mentions, seed)
    tie(table, ())
    return table.changes()


def unpublished(
    article: str, why: str, topics: Mapping[str, Topic], ask: Candidates, now: datetime
) -> tuple[Change, ...]:
    """
    Return what changes when the page of *article* (its identity) is no longer there: its events say so and stand.

    We kept what it said; that it was taken away is for a person to weigh.
    """
    found = []
    for _, topic in sorted(topics.items()):
        for change in Table(topic, now, ask, "machine:recheck").changes([article]):
            theirs = {p.id for p in change.placed if p.article == article}
            if theirs & set(theirs if change.told is None else change.told) and not change.into:
                gone = Revision(now, "machine:recheck", "evidence", article, None, why)
                event = replace(change.event, revisions=(*change.event.revisions, gone))
                found.append(replace(change, event=event))
    return tuple(found)


def _recompose(table: Table, known: KnownEvent) -> None:
    table.put(known.event.id, known.mentions, known.seed)


def _settle(table: Table, p: Placed, bereft: Sequence[KnownEvent]) -> None:
    """
    Give one mention to the event that it agrees with best, or found one on it.

    *bereft* are events that rested on an earlier version of the article: an edit revises such an event, once
    nothing else supports it, before it founds another.
    """
    best = _best(p.mention, table.around(p), lambda known: table.agreement(p, known))
    best = best or next((k for k in bereft if table.is_empty(k) and succeeds(p.mention, k, table.topic)), None)
    best = best or table.begun_elsewhere(p)
    if best is None:
        table.put(table.new_id(p), (p,), None, whole=False)
        return
    known = table.learn(best)
    if all(q.id != p.id for q in known.mentions):
        table.put(known.event.id, (*known.mentions, p), known.seed, whole=False)


def _best(
    told: Mention | SeedEvent, near: Sequence[KnownEvent], fit: Callable[[KnownEvent], float | None]
) -> KnownEvent | None:
    fits = [(score, known) for known in near if (score := fit(known)) is not None]
    best = max((score for score, _ in fits), default=0.0)
    equal = [known for score, known in fits if score == best]
    # A telling that fits two events alike by a weak date tells of one of them, and nobody knows of which.
    if len(equal) > 1 and is_vague(told, best):
        return None
    # Ties go to the smaller id, so that the choice does not hang on the order of rows.
    return min(equal, key=lambda known: known.event.id, default=None)


def _found_before(table: Table, seed: SeedEvent) -> KnownEvent | None:
    return _best(
        seed,
        table.near(asked(seed, table.topic)),
        lambda known: None if known.seed else agreement(seed, known, table.seen),
    )
