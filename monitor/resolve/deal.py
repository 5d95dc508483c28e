"""
In which order the mentions of an article and those near it are placed, so that the order of arrival does not matter.

What comes in its turn is placed one by one. What comes late takes up the mentions of the events near it, and all are
dealt out again in their order; ids go with the most mentions, and those that are left over redirect.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from monitor.model import KnownEvent, Placed
from monitor.resolve.amends import amends, is_amendment, names
from monitor.resolve.compose import FINEST, compose
from monitor.resolve.same import one_sum
from monitor.resolve.table import Table

# Mentions near a late one that are thought over; it takes 60 ms at most in bench/growth.py. Beyond, reprocessing places all anew.
MOST_DEALT = 60


def deal(table: Table, own: Sequence[Placed], settle: Callable[[Placed], None]) -> None:
    """Let *settle* place the mentions of an article, and anew those near it that come after them in their order."""
    own = sorted(own, key=canonical)
    around = _around(table, own) if own else []
    for known in around:
        table.take_up(known)
    told = {p.id: p for k in around for p in k.mentions} | {p.id: p for p in own}
    bridged: list[KnownEvent] = []
    for p in sorted(told.values(), key=canonical):
        settle(p)
        if is_amendment(p.mention):  # at once: what is told later finds one event and not two
            bridged += _bridge(table, p, settle)
    table.complete()
    _keep_ids(table, [*around, *bridged])


def _bridge(table: Table, correction: Placed, settle: Callable[[Placed], None]) -> list[KnownEvent]:
    """Deal the events out anew that were kept apart only by what *correction* puts right; return them as they were."""
    home = next((k for k in table.after.values() if any(p.id == correction.id for p in k.mentions)), None)
    near = table.around(correction) if home else []
    apart = [
        k
        for k in near
        if home and k.event.id != home.event.id and k.mentions and not k.seed and one_sum(correction.mention, k.event)
        if all(table.agreement(p, home) is not None for p in k.mentions)
    ]
    bridged = apart if _told(apart) <= MOST_DEALT and not table.decided(apart) else []
    for known in bridged:
        table.take_up(known)
    for p in sorted((p for k in bridged for p in k.mentions), key=canonical):
        settle(p)
    return bridged


def canonical(p: Placed) -> tuple[date, int, str, int, str]:
    """Return where *p* stands in the order in which mentions are placed: as published, of one day the surest date first."""
    return (p.published.day or date.max, FINEST.index(p.mention.when.precision), p.url, p.mention.start, p.id)


def _around(table: Table, own: Sequence[Placed]) -> list[KnownEvent]:
    """
    Return the events whose mentions are to be dealt out again: those that one of *own* agrees with, those that one of theirs
    agrees with, and so on; none where nothing that *own* agree with comes after them, or where it is too much.
    """
    found = {k.event.id: k for p in own for k in _agreeing(table, p, _then)}
    first = canonical(own[0])
    if not any(canonical(p) > first for k in found.values() for p in k.mentions):
        return []
    asking = list(found.values())
    while asking and _told(found.values()) <= MOST_DEALT:
        new = {k.event.id: k for known in asking for p in known.mentions for k in _agreeing(table, p)}
        asking = [k for id, k in new.items() if id not in found]
        found |= {k.event.id: k for k in asking}
    # Where persons have decided, what the rules made stays as it was when they did.
    late = _told(found.values()) <= MOST_DEALT and not table.decided(found.values())
    return [found[id] for id in sorted(found)] if late else []


def _told(known: Collection[KnownEvent]) -> int:
    return sum(len(k.mentions) for k in known)


def _agreeing(
    table: Table, p: Placed, then: Callable[[Table, Placed, KnownEvent], KnownEvent | None] | None = None
) -> list[KnownEvent]:
    """Return the events that *p* agrees with as they are, or as they were *then*, before what comes after *p* was told."""
    near = [k for k in table.around(p) if k.mentions]
    return [
        k for k in near if _agrees(table, p, k) or (then and (past := then(table, p, k)) and _agrees(table, p, past))
    ]


def _agrees(table: Table, p: Placed, known: KnownEvent) -> bool:
    # What a correction puts right may have kept another telling of the right sum apart.
    if is_amendment(p.mention) and one_sum(p.mention, known.event):
        return True
    # And what it was of may come after it.
    m = p.mention
    corrections = [q.mention for q in known.mentions if is_amendment(q.mention)]
    if any(amends(c, m.when, m.figures, m.relation) or names(c, p.title) for c in corrections):
        return True
    return table.agreement(p, known) is not None


def _then(table: Table, p: Placed, known: KnownEvent) -> KnownEvent | None:
    turn = canonical(p)
    told = tuple(q for q in known.mentions if canonical(q) < turn)
    if len(told) == len(known.mentions) or not (told or known.seed):
        return None
    event = compose(known.event.id, table.topic, told, known.seed, None, whole=False)
    return KnownEvent(event, told, known.seed, whole=False)


def _keep_ids(table: Table, around: Sequence[KnownEvent]) -> None:
    """Give an event that was founded anew the id of one that it took over, and let the other ids redirect."""
    for known in sorted(around, key=lambda k: (-len(k.mentions), k.event.id)):
        if known.event.id in table.dealt and known.event.id not in table.before:
            table.drop(known.event.id)
        elif known.event.id in table.dealt:
            heir = _heir(table, known)
            if heir in table.before:
                table.absorb(known.event.id, heir)
            else:
                table.rename(heir, known.event.id)


def _heir(table: Table, known: KnownEvent) -> str:
    """Return the event that holds most of the mentions that *known* had."""
    had = {p.id for p in known.mentions}
    held = {id: len(had & {p.id for p in k.mentions}) for id, k in table.after.items() if id not in table.dealt}
    return max(sorted(held), key=lambda id: held[id])
