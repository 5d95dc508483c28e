"""What several processes that ask the same hosts share, so that they are as polite together as one is alone."""

from __future__ import annotations

from typing import Protocol

from monitor.model import RobotsEntry


class Shared(Protocol):
    """
    Turns at hosts and what their robots.txt files said; times are seconds.

    A turn that a process had when it died is free at once, and counts as ended at that moment.
    """

    async def take(self, party: str, pause: float) -> float:
        """Take the turn at *party* if nobody has it and it has rested for *pause*: return 0, else when to ask again."""

    async def give(self, party: str) -> None:
        """Give the turn back; the rest begins."""

    async def rest(self, party: str, seconds: float) -> None:
        """Let nobody ask *party* for *seconds* from now, at least."""

    async def robots(self, origin: str) -> RobotsEntry | None:
        """Return what any of them learned of *origin*, while it is fresh."""

    async def learned(self, entry: RobotsEntry) -> None:
        """Tell the others."""
