"""When a channel may speak: quiet hours and digests, by the clocks on its walls. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Channel

__all__ = ["gathered", "is_quiet"]


def is_quiet(channel: Channel, now: datetime) -> bool:
    """Return whether it is quiet at *now*: from the first time until before the second, which may be on the next day."""
    if channel.quiet is None:
        return False
    begins, ends = channel.quiet
    clock = f"{now.astimezone(ZoneInfo(channel.timezone)):%H:%M}"
    return begins <= clock < ends if begins <= ends else clock >= begins or clock < ends


def gathered(channel: Channel, now: datetime) -> datetime | None:
    """
    Return before when what is told at *now* came: before the last digest was due; None is all that came.

    A time that the clocks leave out is when they were put on; one that they show twice is the first.
    """
    if not channel.digest:
        return None
    zone = ZoneInfo(channel.timezone)
    today = now.astimezone(zone).date()
    days = (today, today - timedelta(days=1), today - timedelta(days=2))  # a zone may leave out a whole day
    due = (datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC) for day in days for at in channel.digest)
    return max(d for d in due if d <= now)
