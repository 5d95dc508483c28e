"""The one place where the house reads the wall clock and the zone on the wall; everything else takes ``now`` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)


def minute(at: datetime | None) -> str:
    """Return the minute as the wall of whoever reads shows it; nothing to wait for is "at once"."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "at once"
