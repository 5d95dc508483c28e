"""
A plan and its happening are one event, and so are two tellings of one plan, though their dates differ.

Only of what happens once: a plant is opened one time, however often its opening is put off. Of what may be repeated (a
meeting, a signing) a plan is known again by its date alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.model import Kind, KnownEvent, Mention, Phase, Placed, Polarity, Precision, When
from monitor.resolve.keys import AHEAD

# How far a happening may stand from its plan: works are seldom early by half a year and are late by two years at most,
# after which a plan of the same words is more often another one (a second phase).
EARLY = timedelta(days=183)
LATE = timedelta(days=730)


def foretold(mention: Mention, told: date | None, known: KnownEvent) -> bool:
    """
    Return whether *mention*, told on the day *told*, and *known* can be a plan and what came of it, or one plan told
    twice, by their dates and phases alone.
    """
    if mention.polarity is Polarity.DENIED or not AHEAD & {mention.phase, *_phases(known)}:
        return False
    if mention.phase in AHEAD and known.event.phase in AHEAD:
        return _near(mention.when, known.event.when)
    plans = [(p.mention, p.published.day) for p in known.mentions if p.mention.phase in AHEAD]
    if mention.phase in AHEAD:
        return _came(mention.when, told, known.event.when)
    return known.event.phase in AHEAD and any(_came(plan.when, day, mention.when) for plan, day in plans)


def dating(told: Sequence[Placed]) -> Sequence[Placed]:
    """
    Return those of *told* that say when it was: once it happened no plan does, and of plans the last one told, with what
    it leaves as it was; what is only claimed is of when it was denied.
    """
    denied = [p for p in told if p.mention.polarity is Polarity.DENIED]
    if denied and all(p.mention.polarity is not Polarity.ASSERTED for p in told):
        return denied
    happened = [
        p for p in told if p.mention.phase not in (*AHEAD, Phase.UNKNOWN) or p.mention.kind is Kind.CANCELLATION
    ]
    if happened:
        return happened
    ahead = [p for p in told if p.mention.phase in AHEAD and p.mention.when.precision is not Precision.UNKNOWN]
    # When a plan was called off is not when it was for.
    plans = [p for p in ahead if p.mention.phase is Phase.PLANNED] or ahead
    # From when on it was planned says less than for when.
    plans = [p for p in plans if p.mention.when.latest] or plans
    last = max((p.published.day or date.min for p in plans), default=None)
    newest = [p for p in plans if (p.published.day or date.min) == last]
    return [p for p in plans if p in newest or any(_inside(p.mention.when, n.mention.when) for n in newest)] or told


def _inside(fine: When, coarse: When) -> bool:
    a, b = _bounds(fine), _bounds(coarse)
    return b[0] <= a[0] and a[1] <= b[1]


def _phases(known: KnownEvent) -> set[Phase]:
    return {p.mention.phase for p in known.mentions}


def _near(a: When, b: When) -> bool:
    """Return whether two dates of one plan stand no further apart than a plan is put off."""
    if Precision.UNKNOWN in (a.precision, b.precision):
        return True
    first, second = sorted((_bounds(a), _bounds(b)))
    return second[0] - first[1] <= LATE


def _came(plan: When, told: date | None, happened: When) -> bool:
    """Return whether what was planned for *plan*, as told on the day *told*, may have happened on *happened*."""
    if happened.precision is Precision.UNKNOWN or happened.latest is None:
        return False
    if told and happened.latest < told:
        return False
    # What is told on the very day as still to come is another step (首台机组今日投产，明年底前全部投产).
    if told and happened.latest == told and plan.latest and plan.latest > told:
        return False
    if plan.precision is Precision.UNKNOWN:
        return told is not None and happened.latest - told <= LATE
    first, last = _bounds(plan)
    begun = happened.earliest or happened.latest
    return _shifted(first, -EARLY) <= happened.latest and begun <= _shifted(last, LATE)


def _bounds(when: When) -> tuple[date, date]:
    known = when.earliest or when.latest or date.min
    return known, when.latest or known


def _shifted(day: date, by: timedelta) -> date:
    return date.fromordinal(min(max(day.toordinal() + by.days, date.min.toordinal()), date.max.toordinal()))
