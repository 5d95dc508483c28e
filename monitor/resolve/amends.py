"""
A correction belongs to the event that it corrects: a revision of it, with both quotes.

It names what is right and of what (总投资…应为18亿元), or the report that it corrects by its headline; what was wrong is
told by the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor.model import Basis, Figure, Kind, KnownEvent, Mention, Placed, Relation, SeedEvent, When
from monitor.normalize import simplify

# The shortest headline that is one, and no title of a paper.
HEADLINE = 6

# Papers correct within days; a filing's correction may take a quarter.
WITHIN = timedelta(days=92)


def is_amendment(told: Mention | SeedEvent) -> bool:
    """Return whether *told* only corrects what another telling said."""
    return told.kind is Kind.CORRECTION


def amends(correction: Mention, when: When, figures: Sequence[Figure], relation: Relation) -> bool:
    """Return whether *correction* can be of an event with *when*, *figures* and *relation*, by time and measure."""
    direct = correction.relation is Relation.DIRECT and relation is Relation.DIRECT
    return direct and _in_time(correction.when, when) and _is_of(correction, figures)


def names(correction: Mention, headline: str) -> bool:
    """Return whether *correction* says which report it corrects, and it is the one under *headline*."""
    told = simplify(headline)
    return any(len(quoted) >= HEADLINE and quoted in told for quoted in correction.objects)


def of_report(correction: Mention, known: KnownEvent) -> bool:
    """Return whether *correction* is of one of the reports of *known*, in what that tells a figure of."""
    units = {f.unit for p in known.mentions if names(correction, p.title) for f in p.mention.figures}
    return any(f.unit in units for f in correction.figures)


def _in_time(correction: When, when: When) -> bool:
    told, happened = correction.latest, when.latest or when.earliest
    if correction.basis is not Basis.PUBLISHED:
        return bool(correction.earliest and happened and correction.earliest <= happened <= (told or happened))
    return bool(told and happened and timedelta(0) <= told - happened <= WITHIN)


def _is_of(correction: Mention, told: Sequence[Figure]) -> bool:
    """Return whether one of the figures *told* is of what *correction* measures, or is quoted by it."""
    return any(f.what and _replaces(f, g, correction) for f in correction.figures for g in told)


def measure(figure: Figure) -> tuple[str, str]:
    """Return of what a figure is: its unit and what is counted."""
    return figure.unit, figure.what


def news(told: Sequence[Placed]) -> list[Placed]:
    """Return the tellings that say what happened: corrections only where there is nothing else."""
    return [p for p in told if not is_amendment(p.mention)] or list(told)


def amended(told: Sequence[Placed], figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return *figures* with those replaced that a correction among *told* puts right."""
    right = [(f, p.mention) for p in told if is_amendment(p.mention) for f in p.mention.figures]
    kept = [next((r for r, said in right if _replaces(r, f, said)), f) for f in figures]
    return tuple({(f.value, *measure(f)): f for f in kept}.values())


def _replaces(right: Figure, told: Figure, correction: Mention) -> bool:
    """Return whether *told* is what *right* replaces: of one measure, or quoted as what was wrong (误为1.8亿美元)."""
    quoted = bool(told.raw) and told.raw in (correction.reading or correction.quote)
    return measure(right) == measure(told) or (right.unit == told.unit and quoted)


def corrects(mention: Mention | SeedEvent, known: KnownEvent) -> bool:
    """Return whether one of the two is a correction of the other."""
    event = known.event
    if not isinstance(mention, Mention) or is_amendment(mention) == (event.kind is Kind.CORRECTION):
        return False
    if is_amendment(mention):
        return amends(mention, event.when, event.figures, event.relation) or of_report(mention, known)
    return any(amends(p.mention, mention.when, mention.figures, mention.relation) for p in known.mentions)
