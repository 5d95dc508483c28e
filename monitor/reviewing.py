"""
What persons order, into a store: the decision, what it changes, and what it makes of an entry, in one transaction.

The inbox of a person is what the rules were least sure of: see :func:`inbox`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
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
    doubt = next((d for t in desk.topics.values() for d in _proposals(store, t) if d.id == id), None)
    if doubt is None:
        raise DecisionError(f"there is no proposal {id}; `monitor review list` names those that wait")
    return replace(order, verb=Verb.MERGE if order.verb is Verb.ACCEPT else Verb.APART, ids=doubt.about)


def _proposals(store: Store, topic: Topic) -> list[Doubt]:
    log = [d for d in store.decisions(topic.id) if not d.undone_by]
    return _proposed(store.events(topic.id), topic, _apart(log))


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
    return _unread(desk, record, then(store.said_of(record.identity))) if record and not article else None


def _topics(desk: Desk, store: Store, article: Article, record: EntryRecord | None, topic: str) -> list[str]:
    told = {m.topic for _, m in store.mentions_of(article.id)}
    asked = {v.topic for v in record.verdicts if v.judgement is not Judgement.REJECTED} if record else set()
    return sorted({topic, *told, *asked} & desk.topics.keys())


def _unread(desk: Desk, record: EntryRecord, said: Mapping[str, Verb]) -> Digested:
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

LONGEST = 200  # of a kind and topic in the inbox: nobody reads more in one sitting, and the likeliest come first
ALL = 1_000  # entries that were hard to judge, of all topics: so that most of a large store need not be looked through


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing for a person to decide: ``id`` is what ``review accept`` and ``review reject`` take."""

    id: str
    kind: str  # merge, event or entry
    topic: str
    title: str
    about: tuple[str, ...]  # the ids that it is about
    why: tuple[str, ...]


def inbox(store: Store, topics: Sequence[Topic]) -> list[Doubt]:
    """Return what a person should look at: proposed merges, events that are doubtful, entries that were hard to judge."""
    return Inbox().of(store, topics, lambda t: (0, store.events(t.id)))


Standing = Callable[[Topic], tuple[int, Sequence[Event]]]
"""Returns all events of a topic, and the number of the last version of any when they were read."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What waits among the events of a topic, and what it was found in: it holds while none of these changes."""

    topic: Topic
    apart: Collection[frozenset[str]]
    mark: int
    doubts: Sequence[Doubt]


@dataclass(slots=True)
class Inbox:
    """What waits in several topics; events are looked through again only where something of the topic has changed."""

    _looked: Mapping[str, _Looked] = field(default_factory=dict)

    def of(self, store: Store, topics: Sequence[Topic], standing: Standing) -> list[Doubt]:
        """Return what waits in *topics*, topic by topic."""
        log: dict[str, list[Decision]] = {t.id: [] for t in topics}
        for d in store.decisions(topics[0].id if len(topics) == 1 else ""):
            if not d.undone_by and d.topic in log:
                log[d.topic].append(d)
        self._looked = {t.id: self._look(store, t, _apart(log[t.id]), standing) for t in topics}
        hard = _hard(store, {id: _ruled(decisions) for id, decisions in log.items()})
        return [d for t in topics for d in (*self._looked[t.id].doubts, *hard[t.id])]

    def _look(self, store: Store, topic: Topic, apart: Collection[frozenset[str]], standing: Standing) -> _Looked:
        before = self._looked.get(topic.id)
        if before and (before.topic, before.apart) == (topic, apart):
            news = store.news(topic.id, before.mark)
            if not news.events and not news.gone:
                return replace(before, mark=news.mark)
        mark, events = standing(topic)
        doubtful = [d for e in events if (d := _doubtful(e))][:LONGEST]
        return _Looked(topic, apart, mark, [*_proposed(events, topic, apart), *doubtful])


def _apart(log: Sequence[Decision]) -> Collection[frozenset[str]]:
    return {frozenset(d.events) for d in log if d.verb is Verb.APART}


def _ruled(log: Sequence[Decision]) -> Collection[str]:
    return {a for d in log if d.verb in (Verb.ACCEPT, Verb.REJECT) for a in d.articles}


def _proposed(events: Sequence[Event], topic: Topic, apart: Collection[frozenset[str]]) -> list[Doubt]:
    return [_merge(p) for p in resolve.merges(events, topic, apart)[:LONGEST]]


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


def _hard(store: Store, ruled: Mapping[str, Collection[str]]) -> Mapping[str, Sequence[Doubt]]:
    """Return by topic the entries that were hard to judge, but for those *ruled* already: they are looked through once for all."""
    found: dict[str, list[Doubt]] = {topic: [] for topic in ruled}
    most = max(min(LONGEST, ALL // max(len(found), 1)), 1)  # of each: none fills the inbox alone
    count = 0
    for record in store.entries(rules=sorted(UNSURE)):
        if record.state is EntryState.DUPLICATE:
            continue
        for verdict in record.verdicts:
            own = found.get(verdict.topic)
            if own is None or len(own) >= most or record.identity in ruled[verdict.topic] or not _unsure(verdict):
                continue
            own.append(_open(record, verdict))
            count += 1
        if count >= most * len(found):
            break
    return found


def _unsure(verdict: Verdict) -> bool:
    return verdict.judgement is not Judgement.RELEVANT and any(v.rule in UNSURE for v in verdict.votes)


def _open(record: EntryRecord, verdict: Verdict) -> Doubt:
    votes = tuple(f"{v.weight:+.2f} {v.rule} {v.text}".rstrip() for v in verdict.votes)
    why = (f"{verdict.judgement}: {record.state}", *votes)
    return Doubt(record.id, "entry", verdict.topic, record.title, (record.id,), why)
