"""The deadline of one exchange: it does not pass while the answer waits for room that others hold."""

from __future__ import annotations

import asyncio

__all__ = ["Deadline"]

# Seconds, as long as one is kept waiting for its turn: by then the largest of a hundred has been given up sixty times.
LONGEST_WAIT = 60.0


class Deadline:
    """Lets *limit* pass later by the time waited, LONGEST_WAIT at most."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit, self._spare = limit, LONGEST_WAIT
        self._since = 0.0
        self.waited = 0.0
        """Seconds that were given so far."""

    def stop(self) -> None:
        """Begin to wait."""
        self._since = asyncio.get_running_loop().time()
        self._move(self._spare)

    def go_on(self) -> None:
        """Wait no more: what was not needed is taken back."""
        waited = min(self._spare, asyncio.get_running_loop().time() - self._since)
        self._move(waited - self._spare)
        self._spare -= waited
        self.waited += waited

    def _move(self, seconds: float) -> None:
        when = self._limit.when()
        if when is not None and not self._limit.expired():
            self._limit.reschedule(when + seconds)
