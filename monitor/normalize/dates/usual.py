"""
The two shapes that nearly every feed sends, read at once: ``Thu, 12 Jun 2025 08:01:00 +0800`` and ``2025-06-12T08:01:00Z``.

Whatever is odd about a string (a wrong weekday, a day that never was, second 60, a zone in letters) makes it
none of them, so that what this file reads, ``forms`` would read just so; a test holds it to that.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["usual"]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = {name: f"{number:02}" for number, name in enumerate(_MONTHS, 1)}
_YEAR = r"(?:199\d|20\d\d)"
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d{1,9})?)?"
_OFFSET = r"([+-])(0\d|1[0-3]):?([0-5]\d)"
_RFC_822 = re.compile(
    rf"(?:({'|'.join(_WEEKDAYS)}), )?(\d\d?) ({'|'.join(_MONTHS)}) ({_YEAR}) {_CLOCK} (?:{_OFFSET}|GMT|UTC)", re.ASCII
)
_ISO = re.compile(rf"({_YEAR})-(\d\d)-(\d\d)(?:[T ]{_CLOCK}(Z|{_OFFSET})?)?", re.ASCII)


def usual(text: str, zone: ZoneInfo) -> tuple[datetime | None, date] | None:
    """Return the instant (None where only a day is said) and the day in *zone* that *text* names, or None."""
    found = _RFC_822.fullmatch(text)
    if found:
        weekday, day, month, year, hour, minute, second, *offset = found.groups()
        at = _at(year, _MONTH[month], day, hour, minute, second)
        if at is None or (weekday and _WEEKDAYS[at.weekday()] != weekday):
            return None
        return _seen(at - _east(*offset), zone)
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, told, *offset = found.groups()
    at = _at(year, month, day, hour or "00", minute or "00", second)
    if at is None:
        return None
    if hour is None:
        return None, at.date()
    if told is None:
        return _seen(at.replace(tzinfo=zone).astimezone(UTC), zone)
    return _seen(at - _east(*offset), zone)


def _at(year: str, month: str, day: str, hour: str, minute: str, second: str | None) -> datetime | None:
    """Return what the clock of the sender showed, as if it stood in UTC."""
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day:0>2}T{hour}:{minute}:{second or '00'}+00:00")
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _east(sign: str | None, hours: str | None, minutes: str | None) -> timedelta:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -offset if sign == "-" else offset


def _seen(at: datetime, zone: ZoneInfo) -> tuple[datetime, date]:
    return at, at.astimezone(zone).date()
