"""Who holds an office when: a holder stands for the entity only in those days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.model import Office
from monitor.normalize import dates

__all__ = ["holds"]


def holds(offices: Sequence[Office], sentence: str, published: date | None) -> bool:
    """
    Return whether one of *offices* was held on the day that *sentence* tells of.

    That day is any that the sentence names; else the day of publication; else it is not known, and then
    nobody is ruled out. Both ends of a term count: the day of a handover belongs to both holders.
    """
    told = [(d.when.earliest, d.when.latest) for d in dates.find(sentence, published)]
    days = [(a, b) for a, b in told if a or b] or [(published, published)]
    return any(_meets(office, a, b) for office in offices for a, b in days)


def _meets(office: Office, earliest: date | None, latest: date | None) -> bool:
    after = office.since is not None and latest is not None and latest < office.since
    before = office.until is not None and earliest is not None and earliest > office.until
    return not after and not before
