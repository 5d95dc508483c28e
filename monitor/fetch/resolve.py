"""A name to addresses, by the system's resolver, without letting a slow name server hold anything up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

MAX_LOOKUPS = 64  # waited for at once
# Threads of look-ups that nobody waits for any more: one cannot be cancelled, only abandoned, and lasts up to 40 s
# where no name server answers. As long as they are fewer, who names silent servers keeps nobody else waiting.
MAX_ABANDONED = 192

Ask = Callable[[str, int], Sequence[str]]


class SystemResolver:
    """
    ``getaddrinfo`` in threads of its own; *ask* replaces it.

    The loop's own executor has a handful of threads, which a few dead name servers fill for half a minute, and
    which are waited for at exit: SIGTERM has ten seconds. Daemon threads are not.
    """

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask or _system
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)
        self._abandoned: set[asyncio.Future[Sequence[str]]] = set()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of *host*; raise OSError where it has none."""
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[str]] = loop.create_future()

        def finish(outcome: Sequence[str] | OSError) -> None:
            self._end(found)
            if found.cancelled():
                return
            if isinstance(outcome, OSError):
                found.set_exception(outcome)
            else:
                found.set_result(outcome)

        threading.Thread(target=self._look_up, args=(host, port, loop, finish), daemon=True, name=f"dns {host}").start()
        try:
            return await found
        except asyncio.CancelledError:
            self._abandon(found)
            raise

    def _abandon(self, found: asyncio.Future[Sequence[str]]) -> None:
        """Give the slot to somebody else, unless too many threads are left behind already."""
        if found.cancelled() and len(self._abandoned) < MAX_ABANDONED:
            self._abandoned.add(found)
            self._slots.release()

    def _end(self, found: asyncio.Future[Sequence[str]]) -> None:
        if found in self._abandoned:
            self._abandoned.remove(found)
        else:
            self._slots.release()

    def _look_up(
        self,
        host: str,
        port: int,
        loop: asyncio.AbstractEventLoop,
        finish: Callable[[Sequence[str] | OSError], None],
    ) -> None:
        outcome: Sequence[str] | OSError
        try:
            outcome = self._ask(host, port)
        except OSError as exc:
            outcome = exc
        except UnicodeError:  # a label too long for DNS
            outcome = OSError("not a name that DNS can carry")
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(finish, outcome)


def _system(host: str, port: int) -> Sequence[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
