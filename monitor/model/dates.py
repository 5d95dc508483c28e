"""Dates with what is known of them, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.lists import Basis, Precision


@dataclass(frozen=True, slots=True)
class When:
    """
    A date with its precision and basis.

    ``earliest`` and ``latest`` bound it, both inclusive; ``None`` is open. ``raw`` is the text as it stood;
    ``reference`` the day that a relative expression was resolved against.
    """

    earliest: date | None
    latest: date | None
    precision: Precision
    basis: Basis
    raw: str = ""
    reference: date | None = None

    @property
    def edtf(self) -> str | None:
        """The date in EDTF (ISO 8601-2): level 2 for quarters (33-36) and halves (40, 41); unknown is None."""
        match self.precision:
            case Precision.UNKNOWN:
                return None
            case Precision.WITHIN:
                return f"[{_iso(self.earliest)}..{_iso(self.latest)}]"
            case Precision.RANGE:
                return f"{_iso(self.earliest) or '..'}/{_iso(self.latest) or '..'}"
        first = self.earliest
        if first is None:
            return None
        match self.precision:
            case Precision.DAY:
                return first.isoformat()
            case Precision.MONTH:
                return f"{first.year:04d}-{first.month:02d}"
            case Precision.QUARTER:
                return f"{first.year:04d}-{33 + (first.month - 1) // 3}"
            case Precision.HALF:
                return f"{first.year:04d}-{40 + (first.month - 1) // 6}"
            case _:
                return f"{first.year:04d}"


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


UNKNOWN_WHEN = When(None, None, Precision.UNKNOWN, Basis.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Published:
    """
    A publication date as sent and as understood.

    ``at`` is the instant where the time of day is known, ``day`` the day in the source's zone (set whenever
    ``at`` is). Both are None when it cannot be known; ``flag`` then says why (``missing``, ``unreadable``,
    ``imprecise``,
    ``impossible``, ``future``, ``absurd``, ``crawl_time``), or notes a doubt beside a value (``disagrees``;
    ``updated``: only the day of the last change is known).
    """

    raw: str = ""
    at: datetime | None = None
    day: date | None = None
    flag: str | None = "missing"


NO_DATE = Published()


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression found in a text: ``text[start:end]`` means ``when``."""

    start: int
    end: int
    when: When
