"""One request at a time per host, a rest between, and a common limit that no slow host can use up alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import TypeVar

from monitor.errors import FetchError, Resting
from monitor.fetch import reasons
from monitor.fetch.shared import Shared

T = TypeVar("T")

# A caller is kept waiting for a rest of at most this many seconds; for more, it is told to come again.
LONGEST_WAIT = 60.0
SILENT_SHARE = 4
# Hosts remembered before those that have rested enough are forgotten.
REMEMBERED = 2048


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    silent: bool = False  # the deadline passed at the last request
    ended: float = -inf  # loop time
    pause: float = 0.0
    floor: float = -inf  # loop time, set from outside

    def ready(self, pause: float) -> float:
        return max(self.ended + pause, self.floor)


class Pace:
    """Turns: times are those of the event loop, seconds everywhere."""

    def __init__(self, concurrency: int, room: asyncio.Event | None = None, shared: Shared | None = None) -> None:
        self._shared = shared
        self._room = room or asyncio.Event()
        self._room.set()
        # Who let the last deadline pass waits in a lane of its own, a quarter as wide: however many they are,
        # those that answer never queue behind them.
        aside = concurrency // SILENT_SHARE
        self._slots = asyncio.Semaphore(concurrency - aside)
        self._aside = asyncio.Semaphore(aside) if aside else self._slots
        self._hosts: dict[str, _Host] = {}
        self._began = -inf  # loop time at which every host may last have been asked by somebody else

    async def in_turn(self, url: str, party: str, pause: float, ask: Callable[[], Awaitable[T]]) -> T:
        """
        Wait until *party* may be asked, and return what *ask* returns, which holds it until then.

        A slot is taken only once the host is free and rested: a queue on one host holds none. Raise Resting where the
        rest would take longer than LONGEST_WAIT.
        """
        host = self._host(party)
        host.users += 1
        try:
            async with host.lock:
                await self._rest(url, party, host, pause)
                async with self._among_all(url, party, pause), self._aside if host.silent else self._slots:
                    await self._room.wait()
                    host.silent = False
                    try:
                        return await ask()
                    except FetchError as exc:
                        host.silent = exc.reason == reasons.TIMEOUT
                        raise
                    finally:
                        host.ended, host.pause = _now(), pause
        finally:
            host.users -= 1

    def awaited(self, party: str) -> Callable[[], bool]:
        """Return what says whether another request to *party* waits for its turn behind the one that has it."""
        host = self._host(party)
        return lambda: host.users > 1

    def rest(self, party: str, seconds: float) -> None:
        """Let *party* rest for *seconds* from now, at least."""
        host = self._host(party)
        host.floor = max(host.floor, _now() + seconds)

    def rest_all(self) -> None:
        """Let every host rest from now for its own pause, as if each had just been asked."""
        self._began = _now()
        for host in self._hosts.values():
            host.ended = max(host.ended, self._began)

    def rests(self) -> Mapping[str, float]:
        """Return who still rests, and for how many seconds."""
        now = _now()
        return {party: left for party, host in self._hosts.items() if (left := host.ready(host.pause) - now) > 0}

    def _among_all(self, url: str, party: str, pause: float) -> AbstractAsyncContextManager[None]:
        """Hold the turn that all processes share, where there are others."""
        return _ALONE if self._shared is None else _held(self._shared, url, party, pause)

    async def _rest(self, url: str, party: str, host: _Host, pause: float) -> None:
        while (wait := host.ready(pause) - _now()) > 0:
            _bearable(url, party, wait)
            await asyncio.sleep(wait)

    def _host(self, party: str) -> _Host:
        if len(self._hosts) >= REMEMBERED and party not in self._hosts:
            now = _now()
            self._hosts = {p: h for p, h in self._hosts.items() if h.users or h.ready(h.pause) > now}
        found = self._hosts.get(party)
        if found is None:
            found = self._hosts[party] = _Host(ended=self._began)
        return found


_ALONE = nullcontext()


@asynccontextmanager
async def _held(shared: Shared, url: str, party: str, pause: float) -> AsyncIterator[None]:
    while (wait := await shared.take(party, pause)) > 0:
        _bearable(url, party, wait)
        await asyncio.sleep(wait)
    try:
        yield
    finally:
        await asyncio.shield(shared.give(party))


def _bearable(url: str, party: str, wait: float) -> None:
    if wait > LONGEST_WAIT:
        sentence = f"{party} is to be left alone for another {wait:.0f} s"
        raise Resting(url, reasons.RESTING, sentence, timedelta(seconds=wait))


def _now() -> float:
    return asyncio.get_running_loop().time()
