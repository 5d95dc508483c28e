"""Retry-After (RFC 9110 10.2.3): seconds or a date, whatever nonsense it holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=7)
# For 429 without a delay that can be read: longer than the usual windows of a minute to ten, shorter than an hour.
DEFAULT = timedelta(minutes=15)
_SECONDS = re.compile(r"([+-]?)([0-9]{1,400})(?:\.[0-9]*)?")


def delay(value: str, reference: datetime | None) -> timedelta | None:
    """Return the delay that *value* names, between 0 and 7 days; None where it names none that can be read."""
    text = value.strip()[:512]
    if match := _SECONDS.fullmatch(text):
        return timedelta() if match[1] == "-" else _clamped(min(int(match[2]), 10**9))
    when = instant(text)
    if when is None or reference is None:
        return None
    return _clamped((when - reference).total_seconds())


def instant(text: str) -> datetime | None:
    """Return the instant of an HTTP date in any of its three forms (RFC 9110 5.6.7), or None."""
    try:
        when = parsedate_to_datetime(text[:64])
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _clamped(seconds: float) -> timedelta:
    return min(max(timedelta(seconds=seconds), timedelta()), LONGEST)
