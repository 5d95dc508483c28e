"""Date expressions in running text."""

from __future__ import annotations

import re
from datetime import date

from monitor.model import Basis, DateSpan, Precision, When

_FULL = re.compile(r"(?<!\d)(\d{4})(?:年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?|-(\d{2})-(\d{2})(?!\d))")


def find(text: str, reference: date | None) -> tuple[DateSpan, ...]:
    """Return every date expression of *text*, in order and without overlap, seen from *reference*."""
    found = []
    for m in _FULL.finditer(text):
        try:
            day = date(int(m[1]), int(m[2] or m[4] or 1), int(m[3] or m[5] or 1))
        except ValueError:
            continue
        precision = Precision.DAY if m[3] or m[5] else Precision.MONTH if m[2] else Precision.YEAR
        last = {Precision.DAY: day, Precision.YEAR: date(day.year, 12, 31)}.get(precision) or date.fromordinal(
            date(day.year + day.month // 12, day.month % 12 + 1, 1).toordinal() - 1
        )
        found.append(DateSpan(m.start(), m.end(), When(day, last, precision, Basis.STATED, m[0])))
    return tuple(found)
