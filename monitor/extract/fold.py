"""
One mention for each happening of an article.

The same happening told twice (the lead and 此次会谈中, the visit and the meeting on it) is kept once, as the
telling that says most. A background event stays only if it shares somebody or something with the article's
direct events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.model import Actor, Basis, Kind, Mention, Phase, Precision, Relation, Topic, When

# A visit and the meeting held on it are one happening of one article.
ENCOUNTERS = frozenset({Kind.MEETING, Kind.VISIT})
# Kinds of which one article may well tell several at one time; their objects must not differ.
SEVERAL = frozenset({Kind.INVESTMENT, Kind.AGREEMENT, Kind.PERSONNEL, Kind.REGISTRATION, Kind.PRODUCT})


def fold(found: Sequence[Mention], topic: Topic) -> tuple[Mention, ...]:
    """Return *found* without repetitions and without unrelated background, in order of place."""
    kept: list[Mention] = []
    for mention in found:
        twin = next((i for i, other in enumerate(kept) if same(mention, other)), None)
        if twin is None:
            kept.append(mention)
        else:
            kept[twin] = max(kept[twin], mention, key=_says)
    anchors = _anchors(kept, topic)
    return tuple(m for m in sorted(kept, key=lambda m: m.start) if m.relation is Relation.DIRECT or _shares(m, anchors))


def same(a: Mention, b: Mention) -> bool:
    """Return whether two mentions of one article tell one happening."""
    if a.kind is not b.kind and not {a.kind, b.kind} <= ENCOUNTERS:
        return False
    if a.polarity is not b.polarity or (a.phase is not b.phase and not _vague(a) and not _vague(b)):
        return False
    if a.kind in SEVERAL and a.objects and b.objects and not set(a.objects) & set(b.objects):
        return False
    return _meet(a.when, b.when) and _company(a, b)


def _vague(mention: Mention) -> bool:
    """Return whether a mention has no date of its own and no plan: it goes on about something told before."""
    return not dated(mention.when) and mention.phase not in (Phase.PLANNED, Phase.CANCELLED)


def dated(when: When) -> bool:
    """Return whether a date is the happening's own and not the publication's."""
    return when.precision is not Precision.UNKNOWN and when.basis is not Basis.PUBLISHED


def _meet(a: When, b: When) -> bool:
    if not (dated(a) and dated(b)):
        return True
    return (a.earliest or date.min) <= (b.latest or date.max) and (b.earliest or date.min) <= (a.latest or date.max)


def _company(a: Mention, b: Mention) -> bool:
    """Return whether somebody takes part in both, or one of them names nobody."""
    ours, theirs = _who(a.actors), _who(b.actors)
    return not ours or not theirs or bool(ours & theirs)


def _who(found: Sequence[Actor]) -> set[str]:
    return {a.entity or a.name for a in found}


def _says(mention: Mention) -> tuple[bool, int, bool, int, int]:
    """Order mentions by what they say: the tie, the date's fineness, the meeting before the visit, who, how much."""
    finest = {Precision.DAY: 3, Precision.RANGE: 2, Precision.MONTH: 2, Precision.WITHIN: 1}.get(
        mention.when.precision, 0
    )
    return (
        mention.relation is Relation.DIRECT,
        finest if dated(mention.when) else 0,
        mention.kind is not Kind.VISIT,
        len(mention.actors),
        len(mention.figures),
    )


def _anchors(kept: Sequence[Mention], topic: Topic) -> set[str]:
    """Return who and what the direct events are about, else the topic's own entities other than places."""
    direct = [m for m in kept if m.relation is Relation.DIRECT]
    told = {name for m in direct for name in (*_who(m.actors), *m.objects)}
    # What a fund of the firm does, the firm does; what a person of it does need not be the firm's.
    firms = {e.of for e in topic.entities if e.id in told and e.kind != "person" and e.of}
    return told | firms or {e.id for e in topic.entities if e.kind != "place"}


def _shares(mention: Mention, anchors: set[str]) -> bool:
    return bool(anchors & {*_who(mention.actors), *mention.objects})
