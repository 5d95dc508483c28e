"""What is new to whom: a cookie that holds when its browser was here last, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.model import Event

COOKIE = "visits"
APART = timedelta(minutes=30)  # who comes back within that is still on the same visit
KEPT = 400 * 86400  # seconds; no browser keeps a cookie longer


@dataclass(frozen=True, slots=True)
class Visit:
    """When this browser was here before, None when never, and since when it is here now."""

    before: datetime | None
    now: datetime

    @property
    def cookie(self) -> str:
        """What the next visit is to know."""
        return f"{_seconds(self.before)}.{_seconds(self.now)}"


def visit(cookie: str, now: datetime) -> Visit:
    """Return the visit that *cookie* (of the last one, or "") and the time make."""
    parts = cookie.split(".")
    known = [_instant(p, now) for p in parts] if len(parts) == 2 else [None, None]
    before, last = known
    if last is None:
        return Visit(None, now)
    return Visit(last, now) if now - last > APART else Visit(before, now)


def mark(event: Event, since: datetime | None) -> str:
    """Return whether *event* is new or updated since then, or ""."""
    if since is None or not event.revisions:
        return ""
    if event.revisions[0].at > since:
        return "new"
    return "updated" if event.revisions[-1].at > since else ""


def _seconds(at: datetime | None) -> int:
    return int(at.timestamp()) if at else 0


def _instant(text: str, now: datetime) -> datetime | None:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= now.timestamp()):
        return None
    return datetime.fromtimestamp(int(text[:12]), UTC)
