"""
Alerts, delivered by whoever is free; those of one channel one after the other.

What is sealed and sent follows the same rules as in one process: a job that is done twice sends the same again under the
same id.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from monitor.crew import DELIVERY, TOGETHER, delivering
from monitor.jobs.common import Common, Pending, job, named
from monitor.jobs.reading import DIGEST

if TYPE_CHECKING:
    from monitor import deliveries

DELIVER = "deliver"


class Deliveries:
    """A job is one channel that there is something for."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._known: deliveries.Deliveries | None = None
        self._looked = -DELIVERY  # loop time
        self._reading: float | None = None  # loop time since when articles have been read without a break

    async def make(self, pending: Pending) -> None:
        """Make a job of each channel that is to be told; what is being read together is to be told together."""
        now = asyncio.get_running_loop().time()
        self._reading = (now if self._reading is None else self._reading) if pending.of(DIGEST) else None
        held = self._reading is not None and now - self._reading < TOGETHER
        if held or now - self._looked < DELIVERY:
            return
        self._looked = now
        ways = self._ways()
        channels = [c for c in ways.settings.channels if await ways.waits(c)] if ways else []
        jobs = (job(DELIVER, c.id, named("channel", c.id), {"channel": c.id}) for c in channels)
        await self._common.defer(pending, jobs)

    async def do(self, **about: Any) -> None:
        """Deliver what is due on one channel."""
        if ways := self._ways():
            await ways.on(about["channel"])

    def _ways(self) -> deliveries.Deliveries | None:
        """Return what delivers, by the configuration in force; what it needs is loaded only where there is a channel."""
        settings = self._common.declared.settings
        if not settings.channels:
            return None
        self._known = self._known or delivering(self._common.rounds, settings)
        self._known.settings = settings
        return self._known
