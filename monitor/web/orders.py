"""What a form of the review page orders, in the words of the house."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor import reviewing, values
from monitor.errors import DecisionError
from monitor.model import FIXABLE, NOTHING_FIXED, Event, Fixed, Order, Topic, Verb
from monitor.web.forms import Form

# Forgetting cannot be undone: that is for the command line. That two events are apart is the no to a proposal.
ALLOWED = frozenset(Verb) - {Verb.FORGET, Verb.APART}

_EVENT = re.compile(r"\bev_\w+", re.ASCII)


def ordered(form: Form, person: str, topic: Topic | None, event: Event | None) -> Order:
    """
    Return what *form* orders in the name of *person*; *topic* and *event* are what it is about, as far as known.

    :raises DecisionError: where it is no order, with a sentence.
    """
    verb = _verb(form)
    order = Order(verb, person, form("reason")[:500], topic=topic.id if topic else "")
    if form("subject").startswith("pr_"):
        return _Made(order).proposal(form)
    return _Made(order).made(form, topic, event)


def _verb(form: Form) -> Verb:
    try:
        verb = Verb(form("verb"))
    except ValueError:
        verb = Verb.FORGET
    if verb not in ALLOWED:
        raise DecisionError(f"there is nothing called {form('verb')[:40]!r} to order here")
    return verb


@dataclass(frozen=True, slots=True)
class _Made:
    """An order that is still to be told what it is about."""

    order: Order

    def proposal(self, form: Form) -> Order:
        """Return the merge that was proposed, or the word that the two are apart: the form names what it proposed."""
        into, other = [*form.seen, "", ""][:2]
        if form("subject") != reviewing.proposal_id(into, other) or self.order.verb not in (Verb.ACCEPT, Verb.REJECT):
            raise DecisionError(f"there is no proposal {form('subject')[:40]}")
        return self._with((into, other), verb=Verb.MERGE if self.order.verb is Verb.ACCEPT else Verb.APART)

    def made(self, form: Form, topic: Topic | None, event: Event | None) -> Order:
        subject = form("subject")
        match self.order.verb:
            case Verb.MERGE:
                return self._with((subject, event_in(form("other"))))
            case Verb.SPLIT:
                return self._with((subject, *form.every("article")))
            case Verb.MOVE:
                return self._with((form("article"), event_in(form("other"))), source=subject)
            case Verb.EDIT:
                return self._with((subject,), fixed=_fixed(form, topic, event))
            case Verb.PIN:
                return self._with((subject,), field=_field(form))
        return self._with((subject,))

    def _with(
        self,
        ids: tuple[str, ...],
        *,
        verb: Verb | None = None,
        source: str = "",
        field: str = "",
        fixed: Fixed = NOTHING_FIXED,
    ) -> Order:
        said = self.order
        return Order(verb or said.verb, said.person, said.reason, ids, fixed, field, said.topic, source)


def event_in(text: str) -> str:
    """Return the id of an event out of what a person typed or pasted: the id, or the address of its page."""
    found = _EVENT.search(text)
    if found is None:
        raise DecisionError(f"{text[:60]!r} names no event: paste its id (ev_...) or the address of its page")
    return found[0]


def _field(form: Form) -> str:
    if form("field") not in FIXABLE:
        raise DecisionError(f"there is no field {form('field')[:40]!r}; there are: {', '.join(FIXABLE)}")
    return form("field")


def _fixed(form: Form, topic: Topic | None, event: Event | None) -> Fixed:
    if topic is None:
        raise DecisionError(f"there is no event {form('subject')[:40]}")
    try:
        return values.fixed(form("field"), form("value"), topic, event)
    except ValueError as wrong:
        raise DecisionError(str(wrong)) from None


def choices(field: str, event: Event, topic: Topic) -> tuple[str, ...]:
    """Return what a closed *field* may hold, () where it is written freely."""
    if field == "stage":
        return ("none", *topic.stages)
    kind = type(getattr(event, field))
    return () if kind in (str, tuple) or field == "when" else tuple(m.value for m in kind if m.value != "retracted")
