"""Who holds an office when: a holder stands for the entity only in those days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.model import Office
from monitor.normalize import dates

__all__ = ["Days", "days", "holds"]


Days = tuple[tuple[date | None, date | None], ...]
"""First and last day of each time that a sentence tells of; None is open."""


def days(sentence: str, published: date | None) -> Days:
    """Return the times that *sentence* names; else the day of publication, which may not be known."""
    told = tuple((d.when.earliest, d.when.latest) for d in dates.find(sentence, published))
    return tuple(t for t in told if t != (None, None)) or ((published, published),)


def holds(offices: Sequence[Office], told: Days) -> bool:
    """
    Return whether one of *offices* was held in one of the times *told*; an unknown time rules nobody out.

    Both ends of a term count: the day of a handover belongs to both holders.
    """
    return any(_meets(office, earliest, latest) for office in offices for earliest, latest in told)


def _meets(office: Office, earliest: date | None, latest: date | None) -> bool:
    after = office.since is not None and latest is not None and latest < office.since
    before = office.until is not None and earliest is not None and earliest > office.until
    return not after and not before
