"""
How many bytes all answers may hold together: those still coming in, and those that wait to be read and written.

An answer of ordinary size is taken whatever else is under way. What is larger asks for every slice; where there is no
room its connection is not read any further until there is, those who have waited longest first. While anybody waits,
the largest answer is given up every second (every fiftieth where fifty wait), and at once where all large ones wait for
each other: whoever hoards makes way for whoever needs less. What is given up is a failure like others, and asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["FREE", "Room", "Share"]

# Of a thousand feeds on 100 hosts the largest has 200 KB; 96 answers at once may hold 24 MB so.
FREE = 256 * 1024
# Seconds that the largest is left to come to its end while another one waits; while more do, as much less. So the last
# of a hundred waits for some five of them, which is half of the usual deadline.
GRACE = 1.0
# Bytes that wait to be read or written before no more is asked.
FULL = 4_000_000
# Seconds that the network is left at rest for a write: what one transaction holds at most takes Python so long, and what
# takes longer waits for the disk, or for another process.
AT_REST = 0.1


class Share:
    """What one answer holds; *go_on* is called when there may be room again, *give_up* to make room for others."""

    def __init__(self, room: Room, go_on: Callable[[], None], give_up: Callable[[], None]) -> None:
        self._room = room
        self.go_on, self.give_up = go_on, give_up
        self.held = 0
        self.place = 0  # in the row of those who ever had to wait; it is kept

    @property
    def large(self) -> int:
        """Return how many bytes it holds of those that all have in common."""
        return max(0, self.held - FREE)

    def take(self, size: int) -> bool:
        """Hold *size* more bytes; where there is no room, return False and wait for it."""
        more = max(0, self.held + size - FREE) - self.large
        if more and not self._room.let_in(self, more):
            return False
        self.held += size
        return True

    def give(self, size: int) -> None:
        """Hold *size* bytes less."""
        before = self.large
        self.held -= size
        self._room.leave(before - self.large)

    def end(self) -> None:
        """Hold nothing, and wait for nothing."""
        self._room.forget(self)
        self.give(self.held)


class Room:
    """Room for *limit* bytes; ``open`` is set while more may be asked."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._claimed = 0
        self._shut = False
        self._large: set[Share] = set()
        self._waiting: dict[int, Share] = {}
        self._places = 0
        self._pressing: asyncio.TimerHandle | None = None
        self.open = asyncio.Event()
        self.open.set()

    @property
    def held(self) -> int:
        """Return how many bytes are held in common."""
        return self._held

    def claim(self, more: int) -> None:
        """Count *more* bytes as waiting to be read or written: they are there, so nobody is asked."""
        self._claimed += more
        self._open_or_not()
        if more < 0:
            self.leave(-more)
        else:
            self._held += more

    @contextmanager
    def claimed(self, size: int) -> Iterator[None]:
        """Count *size* bytes as waiting within."""
        self.claim(size)
        try:
            yield
        finally:
            self.claim(-size)

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Let nothing more be asked within, for AT_REST seconds at most."""
        self._set_shut(True)
        opening = asyncio.get_running_loop().call_later(AT_REST, self._set_shut, False)
        try:
            yield
        finally:
            opening.cancel()
            self._set_shut(False)

    def _set_shut(self, shut: bool) -> None:
        self._shut = shut
        self._open_or_not()

    def _open_or_not(self) -> None:
        if self._claimed < FULL and not self._shut:
            self.open.set()
        else:
            self.open.clear()

    def let_in(self, share: Share, more: int) -> bool:
        """Give *more* bytes to *share*, unless there is no room or somebody waits for longer."""
        first = min(self._waiting, default=0)
        if self._held + more > self._limit or (first and not 0 < share.place <= first):
            self._wait(share)
            return False
        self._held += more
        self._large.add(share)
        if self._waiting.pop(share.place, None):
            self._wake()
        return True

    def leave(self, less: int) -> None:
        """Take back *less* bytes."""
        self._held -= less
        if less:
            self._wake()

    def forget(self, share: Share) -> None:
        """Expect nothing more of *share*."""
        self._large.discard(share)
        self._waiting.pop(share.place, None)
        self._wake()

    def _wait(self, share: Share) -> None:
        if not share.place:
            self._places += 1
            share.place = self._places
        self._waiting[share.place] = share
        loop = asyncio.get_running_loop()
        if self._pressing is None:
            self._pressing = loop.call_later(self._patience, self._press)
        if self._stuck:
            loop.call_soon(self._untie)

    def _wake(self) -> None:
        """Let those go on for whom there may be room, the one that has waited longest first."""
        if self._waiting and self._held < self._limit:
            asyncio.get_running_loop().call_soon(self._waiting[min(self._waiting)].go_on)

    @property
    def _patience(self) -> float:
        return GRACE / len(self._waiting)

    @property
    def _stuck(self) -> bool:
        """Say whether all that could make room wait for it themselves."""
        waiting = set(self._waiting.values())
        return bool(waiting) and not self._claimed and self._held > 0 and self._large <= waiting

    def _untie(self) -> None:
        if self._stuck:
            self._make_room()

    def _press(self) -> None:
        self._pressing = None
        if self._waiting:
            self._make_room()
        if self._waiting and self._pressing is None:
            self._pressing = asyncio.get_running_loop().call_later(self._patience, self._press)

    def _make_room(self) -> None:
        """Give up the largest, unless nobody else waits: then it waits for what is read and written."""
        largest = max(self._large, key=lambda share: share.held, default=None)
        if largest is not None and any(share is not largest for share in self._waiting.values()):
            largest.give_up()
