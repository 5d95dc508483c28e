"""What persons have ruled about one event, as composing needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from monitor.model import FIXABLE, Decision, DecisionRecord, Event, Reason, SeedEvent, Status, Verb

ACCEPTED = "accepted"
"""The field of the reason that an accepted event has: it is shown, background or not."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """
    The decisions that bear on one event, oldest first.

    ``orders`` are all of them, ``seeds`` those of events that were merged into this one and stood beside its own.
    """

    orders: tuple[Decision, ...] = ()
    seeds: tuple[SeedEvent, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that persons fixed, with the value that was fixed last."""
        return {f: v for d in self.orders for f, v in fixed(d).items()}

    @property
    def about(self) -> list[Decision]:
        """The decisions about the event as a whole; those about an article name none."""
        return [d for d in self.orders if d.verb in (Verb.ACCEPT, Verb.REJECT, Verb.RETRACT) and d.events]

    @property
    def records(self) -> tuple[DecisionRecord, ...]:
        """The decisions as evidence; one that was overruled by a later one supports nothing."""
        return tuple(self._record(d) for d in self.orders)

    def _record(self, order: Decision) -> DecisionRecord:
        supports = tuple(f for f in fixed(order) if self._last(f) is order)
        return DecisionRecord(order.person, order.at, order.reason, supports, order.id, order.verb.value)

    def _last(self, field: str) -> Decision | None:
        return next((d for d in reversed(self.orders) if field in fixed(d)), None)

    def reasons(self, first: int) -> tuple[Reason, ...]:
        """Return why the fixed fields are as they are; the records begin at the number *first* of the evidence."""
        numbers = {d.id: first + i for i, d in enumerate(self.orders)}
        last = [(f, d) for f in FIXABLE if (d := self._last(f)) is not None]
        accepted = [(ACCEPTED, d) for d in self.about if d.verb is Verb.ACCEPT]
        return tuple(Reason(f, words(d), (numbers[d.id],)) for f, d in (*last, *accepted[-1:]))

    def withdrawn(self, event: Event) -> Event:
        """Return *event* as retracted, where the last word of a person about it as a whole says so."""
        last = next(reversed(self.about), None)
        if last is None or last.verb is Verb.ACCEPT:
            return event
        number = len(event.evidence) - len(self.orders) + self.orders.index(last)
        why = Reason("status", words(last), (number,))
        others = tuple(r for r in event.reasons if r.field not in ("status", ACCEPTED))
        return replace(event, status=Status.RETRACTED, importance=0.0, reasons=(*others, why))


UNRULED = Ruled()


def fixed(order: Decision) -> Mapping[str, Any]:
    """Return the fields that *order* fixes."""
    return {f: v for f in FIXABLE if (v := getattr(order.fixed, f)) is not None}


_SAID = {
    Verb.ACCEPT: "accepted",
    Verb.REJECT: "rejected",
    Verb.RETRACT: "retracted",
    Verb.MERGE: "merged",
    Verb.SPLIT: "split",
    Verb.MOVE: "moved",
    Verb.FORGET: "forgotten",
}


def words(order: Decision) -> str:
    """Return *order* as the reason for what follows from it."""
    said = f"undid {order.undoes}," if order.verb is Verb.UNDO else _SAID.get(order.verb, "decided")
    return f"{said} by {order.person}" + (f": {order.reason}" if order.reason else "")
