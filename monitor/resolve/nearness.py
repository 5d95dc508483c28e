"""How two dates stand to each other, by what they leave open."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from monitor.model import Basis, Precision, When
from monitor.resolve.keys import DATELESS_DAYS, SLIP_DAYS, is_by


class Nearness(IntEnum):
    """How two dates stand to each other, the closer the higher."""

    APART = 0
    UNKNOWN = 1
    OVERLAP = 2
    SLIP = 3
    EQUAL = 4


def nearness(a: When, b: When) -> Nearness:
    """Compare two dates by what they leave open."""
    if Precision.UNKNOWN in (a.precision, b.precision):
        return Nearness.UNKNOWN
    if a.precision is b.precision is Precision.DAY and a.earliest and b.earliest:
        gap = abs((a.earliest - b.earliest).days)
        return Nearness.EQUAL if gap == 0 else Nearness.SLIP if gap <= SLIP_DAYS else Nearness.APART
    if _by(a) or _by(b):
        return _told_about(a, b)
    return Nearness.OVERLAP if _overlap(a, b) else Nearness.APART


def _by(when: When) -> bool:
    """Return whether *when* is bounded by a day that it was told on, or by which it was so (截至12月20日)."""
    return when.basis is Basis.PUBLISHED or is_by(when)


def _told_about(a: When, b: When) -> Nearness:
    """
    Compare where one has only its publication.

    A report is told within days after the happening; of something planned the publication is the other bound:
    it was announced before it happens.
    """
    if not _by(a):
        a, b = b, a
    told, happened = a.latest or a.earliest, b.latest or b.earliest
    if told is None or happened is None:
        return Nearness.UNKNOWN
    if _by(b):
        return Nearness.OVERLAP if abs((told - happened).days) <= DATELESS_DAYS else Nearness.APART
    if a.latest is None:
        return Nearness.OVERLAP if told <= happened else Nearness.APART
    began = b.earliest or happened
    return Nearness.OVERLAP if began <= told and (told - happened).days <= DATELESS_DAYS else Nearness.APART


def _overlap(a: When, b: When) -> bool:
    return (a.earliest or date.min) <= (b.latest or date.max) and (b.earliest or date.min) <= (a.latest or date.max)
