"""
Polls on their way into the store: those that are ready together share a transaction. Part of the roof.

A flush to the disk costs more than a poll in which nothing is new. So whoever is ready waits for the store to be free,
or a moment for others still under way; and while a great deal waits, nothing more is asked: what was fetched and
cannot be written would fill the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from monitor import pipeline
from monitor.errors import StoreError
from monitor.fetch import Room
from monitor.model import Counts, FeedStatus
from monitor.pipeline import Asked, Desk
from monitor.store.base import Store

__all__ = ["Recorder"]

# What one transaction holds at most: other writers wait for it, and so many new entries take about a tenth of a second.
ENTRIES, POLLS = 1_000, 256
# Bytes of an entry that waits to be written: no more is asked while a great deal does.
ENTRY = 3_000
# Seconds that a poll waits for others: of a thousand that answer at once, so that some ten transactions are made.
MOMENT = 0.03

Recorded = tuple[Counts, FeedStatus]


@dataclass(frozen=True, slots=True)
class _Ready:
    desk: Desk
    asked: Asked
    round: int
    answer: asyncio.Future[Recorded]

    @property
    def size(self) -> int:
        return len(self.asked.parsed.entries) if self.asked.parsed else 0


_Batch = Sequence[_Ready]
_Outcomes = Sequence[Recorded | Exception]


@dataclass(slots=True)
class Recorder:
    """Takes one poll at a time, writes several (``write`` is that of the rounds)."""

    store: Store
    write: Callable[[Callable[[_Batch], _Outcomes], _Batch], Awaitable[_Outcomes]]
    clock: Callable[[], datetime]
    room: Room
    served: bool = False
    """The database is a server."""

    under_way: int = 0
    """Polls that will come here yet, and those here."""

    _ready: list[_Ready] = field(default_factory=list)
    _worker: asyncio.Task[None] | None = None

    async def record(self, desk: Desk, asked: Asked, round: int) -> Recorded:
        """Return the account of a poll and its status once both are on the disk; raise StoreError, or what went wrong."""
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        ready = _Ready(desk, asked, round, answer)
        self._ready.append(ready)
        self.room.claim(ready.size * ENTRY)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def leave(self) -> None:
        """Give up what is not written yet; its feeds stay due."""
        self._ready.clear()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        """Write until nothing is ready: a task of its own, so that an asker that gives up takes no others with it."""
        while self._ready:
            if len(self._ready) < min(self.under_way, POLLS) and self.room.open.is_set():
                await asyncio.sleep(MOMENT)
            batch = self._taken()
            results: _Outcomes
            # To a file this process writes itself: the network is left at rest for a moment, since two threads of Python are
            # in each other's way. A server does its part elsewhere.
            try:
                with nullcontext() if self.served else self.room.shut():
                    results = await self.write(self._record_all, batch)
            except StoreError as error:
                results = [error] * len(batch)
            for ready, result in zip(batch, results, strict=True):
                _settle(ready.answer, result)

    def _taken(self) -> list[_Ready]:
        """Take the next batch from what is ready."""
        size = count = 0
        while count < min(len(self._ready), POLLS) and size < ENTRIES:
            size += self._ready[count].size
            count += 1
        batch, self._ready[:] = self._ready[:count], self._ready[count:]
        self.room.claim(-size * ENTRY)
        return batch

    def _record_all(self, batch: _Batch) -> _Outcomes:
        """Record all of *batch* as one; where one of it has a bug, each by itself, so that the others go on."""
        try:
            with self.store.together():
                return [self._recorded(ready) for ready in batch]
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 it comes again below, and whoever asked logs it
            return [self._record_one(ready) for ready in batch]

    def _record_one(self, ready: _Ready) -> Recorded | Exception:
        try:
            with self.store.together():
                return self._recorded(ready)
        except StoreError:
            raise
        except Exception as bug:  # noqa: BLE001 whoever asked logs it
            return bug

    def _recorded(self, ready: _Ready) -> Recorded:
        poll = pipeline.collect(ready.desk, self.store, ready.asked, ready.round, self.clock())
        return self.store.record(poll), poll.status


def _settle(answer: asyncio.Future[Recorded], result: Recorded | Exception) -> None:
    if answer.done():
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
