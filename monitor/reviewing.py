"""
What persons order, into a store: the decision, what it changes, and what it makes of an entry, in one transaction.

The inbox of a person is what the rules were least sure of: see :func:`inbox`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from types import MappingProxyType

from monitor import pipeline, resolve, screening
from monitor.errors import DecisionError, Moved
from monitor.model import (
    Article,
    Decision,
    Digested,
    EntryRecord,
    EntryState,
    Event,
    Judgement,
    Order,
    Ruling,
    Status,
    Topic,
    Verb,
    Verdict,
    Vote,
)
from monitor.pipeline import Desk
from monitor.store.base import Decider, Store

NOTHING_SEEN: Mapping[str, int] = MappingProxyType({})


def order(desk: Desk, store: Store, order: Order, now: datetime, seen: Mapping[str, int] = NOTHING_SEEN) -> Ruling:
    """
    Carry out *order*, whole or not at all; *seen* are the versions (see :func:`version`) that the person looked at.

    :raises DecisionError: where it cannot be done; :exc:`Moved` where what was seen is no more what there is.
    """
    digested = _reconsidered(desk, store, order)
    mentions = pipeline.placing(desk, digested, now) if digested else None
    return store.rule(now, partial(_rule, desk, order, now, seen), digested, mentions)


def _rule(desk: Desk, order: Order, now: datetime, seen: Mapping[str, int], decider: Decider) -> Ruling:
    if moved := tuple(id for id, number in seen.items() if _stands(decider, id, order.topic) != number):
        raise Moved(moved)
    return resolve.rule(order, desk.topics, decider, now)


def _stands(decider: Decider, id: str, topic: str) -> int:
    if id.startswith("ev_"):
        return decider.version(id)
    return max((d.number for d in decider.decisions(topic, {decider.identity(id)})), default=0)


def version(store: Store, id: str, topic: str) -> int:
    """Return what changes when the event does, or when another person decides about the entry or article *id*."""
    if id.startswith("ev_"):
        return store.version(id)
    record = next(iter(store.entries(id=id)), None) if id.startswith("en_") else None
    article = store.article_by_id(record.article_id if record else id)
    identity = article.identity if article else record.identity if record else id
    return max((d.number for d in store.decisions(topic) if identity in d.names and not d.undone_by), default=0)


def meant(desk: Desk, store: Store, order: Order) -> Order:
    """
    Return *order* with a proposal as what it stands for: the merge that it proposes, or the word that the two are apart.

    :raises DecisionError: where it is proposed no more.
    """
    id = order.ids[0]
    if not id.startswith("pr_"):
        return order
    doubt = next((d for t in desk.topics.values() for d in inbox(store, t) if d.id == id), None)
    if doubt is None:
        raise DecisionError(f"there is no proposal {id}; `monitor review list` names those that wait")
    return replace(order, verb=Verb.MERGE if order.verb is Verb.ACCEPT else Verb.APART, ids=doubt.about)


# --------------------------------------------------------------------------- entries and articles


def _reconsidered(desk: Desk, store: Store, order: Order) -> Digested | None:
    """Return what an entry or article comes to under the decisions as they will be, if *order* is about one."""
    if order.verb in (Verb.ACCEPT, Verb.REJECT) and order.ids and not order.ids[0].startswith("ev_"):
        topic = _topic(desk, order)
        return _under(desk, store, order.ids[0], topic, lambda said: {**said, topic: order.verb})
    if order.verb is Verb.UNDO and order.ids:
        log = store.decisions()
        target = next((d for d in log if d.id == order.ids[0]), None)
        again = next((d for d in log if target and d.id == target.undoes), None)
        about = again or target
        if about and about.articles and about.verb in (Verb.ACCEPT, Verb.REJECT) and not about.events:
            then = [d for d in log if d.id != about.id and not d.undone_by] + ([about] if again else [])
            then.sort(key=lambda d: d.number)
            (identity,) = about.articles
            return _under(desk, store, about.entry or identity, about.topic, lambda said: _said(then, identity))
    return None


def _under(
    desk: Desk, store: Store, id: str, topic: str, then: Callable[[Mapping[str, Verb]], Mapping[str, Verb]]
) -> Digested | None:
    """Return what the entry or article *id* comes to once persons have said what *then* makes of what they said."""
    record = next(iter(store.entries(id=id)), None) if id.startswith("en_") else None
    named = store.article_by_id(record.article_id if record else id)
    article = store.article(named.identity if named else id)
    if article is not None and not article.forgotten:
        said = then(store.said_of(article.identity))
        judged = pipeline.judge(
            desk, record.id if record else "", article, b"", _topics(desk, store, article, record, topic), said
        )
        # What is no longer wanted must withdraw what it used to say.
        return replace(judged, article=article)
    return _unread(desk, record, then(store.said_of(record.identity)), topic) if record and not article else None


def _topics(desk: Desk, store: Store, article: Article, record: EntryRecord | None, topic: str) -> list[str]:
    told = {m.topic for _, m in store.mentions_of(article.id)}
    asked = {v.topic for v in record.verdicts if v.judgement is not Judgement.REJECTED} if record else set()
    return sorted({topic, *told, *asked} & desk.topics.keys())


def _unread(desk: Desk, record: EntryRecord, said: Mapping[str, Verb], topic: str) -> Digested:
    """Return where an entry stands whose article is not kept: it waits for it where somebody wants it."""
    screened = desk.matcher.screen(
        record.title, record.summary, [v.topic for v in record.verdicts], record.published.day
    )
    verdicts = tuple(_spoken(v, said.get(v.topic)) for v in screened)
    if all(v.judgement is Judgement.REJECTED for v in verdicts):
        return Digested(record.id, EntryState.REJECTED, screening.why(verdicts), verdicts)
    return Digested(record.id, EntryState.WAITING, "", verdicts)


def _spoken(verdict: Verdict, said: Verb | None) -> Verdict:
    match said:
        case Verb.ACCEPT:
            return Verdict(verdict.topic, Judgement.RELEVANT, (*verdict.votes, Vote("accepted by a person", 0.0)))
        case Verb.REJECT:
            return Verdict(verdict.topic, Judgement.REJECTED, (*verdict.votes, Vote("rejected by a person", 0.0)))
    return verdict


def _topic(desk: Desk, order: Order) -> str:
    if order.topic or len(desk.topics) != 1:
        return order.topic
    return next(iter(desk.topics))


def _said(log: Sequence[Decision], identity: str) -> Mapping[str, Verb]:
    about = [d for d in log if identity in d.articles and not d.events and d.verb in (Verb.ACCEPT, Verb.REJECT)]
    return {d.topic: d.verb for d in about}


# --------------------------------------------------------------------------- the inbox

# Rules of the match room that leave it open: all sides are named, and no passage ties them for certain.
UNSURE = frozenset({"far_apart", "close_but_untied"})

LONGEST = 200  # of a kind in the inbox: nobody reads more in one sitting, and the likeliest come first


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing for a person to decide: ``id`` is what ``review accept`` and ``review reject`` take."""

    id: str
    kind: str  # merge, event or entry
    topic: str
    title: str
    about: tuple[str, ...]  # the ids that it is about
    why: tuple[str, ...]


def inbox(store: Store, topic: Topic, events: Sequence[Event] | None = None) -> list[Doubt]:
    """
    Return what a person should look at: proposed merges, events that are doubtful, entries that were hard to judge.

    *events* are those of the topic, where they have been read already.
    """
    events = store.events(topic.id) if events is None else events
    log = [d for d in store.decisions(topic.id) if not d.undone_by]
    apart = {frozenset(d.events) for d in log if d.verb is Verb.APART}
    proposed = [_merge(p) for p in resolve.merges(events, topic, apart)[:LONGEST]]
    doubtful = [d for e in events if (d := _doubtful(e))][:LONGEST]
    ruled = {a for d in log if d.verb in (Verb.ACCEPT, Verb.REJECT) for a in d.articles}
    return [*proposed, *doubtful, *islice(_hard(store, topic.id, ruled), LONGEST)]


def proposal_id(into: str, other: str) -> str:
    """Return the id of the proposal that two events are one."""
    return "pr_" + hashlib.sha256("|".join(sorted((into, other))).encode()).hexdigest()[:20]


def _merge(found: resolve.Proposal) -> Doubt:
    into, other = found.into, found.other
    why = (*found.pro, *(f"but {c}" for c in found.con), f"{other.id}: {other.title}")
    id = proposal_id(into.id, other.id)
    return Doubt(id, "merge", into.topic, into.title, (into.id, other.id), why)


def _doubtful(event: Event) -> Doubt | None:
    """Return why an event should be looked at, unless it was accepted or is seen by nobody anyhow."""
    if event.status is Status.RETRACTED or any(r.field == resolve.ACCEPTED for r in event.reasons):
        return None
    why = []
    if event.status is Status.DISPUTED:
        why.append(next((r.rule for r in event.reasons if r.field == "status"), "disputed"))
    if not resolve.is_shown(event):
        why.append("background told by one origin: left out of the timeline unless it is accepted")
    return Doubt(event.id, "event", event.topic, event.title, (event.id,), tuple(why)) if why else None


def _hard(store: Store, topic: str, ruled: Collection[str]) -> Iterator[Doubt]:
    for record in store.entries(rules=sorted(UNSURE)):
        verdict = next((v for v in record.verdicts if v.topic == topic), None)
        if verdict is None or record.state is EntryState.DUPLICATE or record.identity in ruled:
            continue
        if verdict.judgement is not Judgement.RELEVANT and any(v.rule in UNSURE for v in verdict.votes):
            votes = tuple(f"{v.weight:+.2f} {v.rule} {v.text}".rstrip() for v in verdict.votes)
            why = (f"{verdict.judgement}: {record.state}", *votes)
            yield Doubt(record.id, "entry", topic, record.title, (record.id,), why)
