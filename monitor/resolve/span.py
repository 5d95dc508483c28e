"""
The days that plain tellings name: what lies wholly apart from them is another happening, whatever else is told.

Kept with an event, so that most of those that share a name with a mention need not be read. It is exact: a claim, a plan, a
correction, and what names no date, may be one with what lies elsewhere, and have no such days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from monitor.model import Basis, Days, KnownEvent, Mention, Polarity, Precision, SeedEvent, Status, When
from monitor.resolve.amends import is_amendment
from monitor.resolve.keys import AHEAD, DATELESS_DAYS, SLIP_DAYS

# How far apart two plain dates may lie and still be one: a slip, or a report that names no day and was told afterwards.
MARGIN = timedelta(max(DATELESS_DAYS, SLIP_DAYS))


def named(known: KnownEvent) -> Days | None:
    """Return the days that the tellings of *known*, as the rules have it, name together; None where one is not plain."""
    event, seeds = known.event, (known.seed,) if known.seed else ()
    told = [*(p.mention for p in known.mentions), *seeds]
    doubtful = event.status in (Status.DENIED, Status.DISPUTED)
    if not told or doubtful or event.phase in AHEAD or not all(map(_is_plain, told)):
        return None
    return _together(t.when for t in (*told, event))


def around(mention: Mention) -> Days | None:
    """Return the days that an event with plain tellings must touch to be what *mention* tells; None where any may be."""
    # A report without a date of its own may recall what lies far back by its sum.
    if not _is_plain(mention) or mention.when.basis is Basis.PUBLISHED:
        return None
    first, last = _bounds(mention.when)
    return max(first, date.min + MARGIN) - MARGIN, min(last, date.max - MARGIN) + MARGIN


def _is_plain(told: Mention | SeedEvent) -> bool:
    asserted = not isinstance(told, Mention) or told.polarity is Polarity.ASSERTED
    dated = told.when.precision is not Precision.UNKNOWN
    return asserted and dated and told.phase not in AHEAD and not is_amendment(told)


def _together(whens: Iterable[When]) -> Days:
    bounds = [_bounds(when) for when in whens]
    return min(first for first, _ in bounds), max(last for _, last in bounds)


def _bounds(when: When) -> Days:
    """Return the days that *when* leaves open; of what is known to be told by then, the day on which it was told."""
    if when.basis is Basis.PUBLISHED and when.latest:
        return when.latest, when.latest
    return when.earliest or date.min, when.latest or date.max
