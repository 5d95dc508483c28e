"""
Dates as EDTF (ISO 8601-2), read: the inverse of :attr:`monitor.model.When.edtf`.

    2017-09-01   2025-03   2025-35 (third quarter)   2025-41 (second half)   2018
    2025-03-18/2025-03-20 (lasted from-to)   2025-03-18/..   [2025-03-18..2025-03-20] (once, in between)   [..2025-03-20]
"""

from __future__ import annotations

import calendar
import re
from datetime import date

from monitor.model import Basis, Precision, When

EXPECTED = (
    "expected a date as EDTF: 2018, 2025-03, 2025-03-19, 2025-35 (third quarter), 2025-41 (second half), "
    "2025-03-18/2025-03-20 or [..2025-03-20]"
)

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)

# ISO 8601-2, 8.1.5: 33 to 36 are the quarters, 40 and 41 the halves of a year: (precision, first month, months).
_PARTS = {33 + q: (Precision.QUARTER, 1 + 3 * q, 3) for q in range(4)} | {
    40 + h: (Precision.HALF, 1 + 6 * h, 6) for h in range(2)
}


def parse(text: str, basis: Basis = Basis.STATED) -> When:
    """
    Return the date that *text* states; ``raw`` is *text*.

    :raises ValueError: with a sentence for a person.
    """
    if text.startswith("[") and text.endswith("]") and ".." in text:
        first, _, last = text[1:-1].partition("..")
        return _span(text, first, last, Precision.WITHIN, basis)
    if "/" in text:
        first, last = ("" if part == ".." else part for part in text.split("/", 1))
        return _span(text, first, last, Precision.RANGE, basis)
    return _one(text, basis)


def _span(text: str, first: str, last: str, precision: Precision, basis: Basis) -> When:
    earliest = _one(first, basis).earliest if first else None
    latest = _one(last, basis).latest if last else None
    if earliest is None and latest is None:
        raise ValueError(EXPECTED)
    if earliest and latest and latest < earliest:
        raise ValueError(f"ends on {latest}, before it begins on {earliest}")
    return When(earliest, latest, precision, basis, text)


def _one(text: str, basis: Basis) -> When:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(EXPECTED)
    year, part, day = (int(g) if g else 0 for g in found.groups())
    try:
        return _exact(text, year, part, day, basis)
    except ValueError:
        raise ValueError(f"there is no day {text} in the calendar; {EXPECTED}") from None


def _exact(text: str, year: int, part: int, day: int, basis: Basis) -> When:
    if day:
        exact = date(year, part, day)
        return When(exact, exact, Precision.DAY, basis, text)
    if text.endswith("-00"):
        raise ValueError
    precision, month, months = Precision.YEAR, 1, 12
    if part:
        precision, month, months = _PARTS.get(part, (Precision.MONTH, part, 1))
    first, end = date(year, month, 1), month + months - 1
    return When(first, date(year, end, calendar.monthrange(year, end)[1]), precision, basis, text)
