"""What a way of sending is."""

from __future__ import annotations

from typing import Protocol

from monitor.model import Alert

SENT, BAD_ADDRESS, NOT_TAKEN = 0, 10, 11
"""The exit status of the process that hands an alert to apprise."""


class Sends(Protocol):
    """Takes an alert to whom it is for; it may be called again with the same one, which then has the same id."""

    async def send(self, alert: Alert) -> None:
        """Return when *alert* was taken; raise NotifyError, whose sentence holds no secret, when it was not."""
