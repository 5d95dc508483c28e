"""The one place where the house reads the wall clock; everything else takes ``now`` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)
