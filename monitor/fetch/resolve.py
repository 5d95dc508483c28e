"""A name to addresses, by the system's resolver, without letting a slow name server hold anything up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

MAX_LOOKUPS = 64  # threads at once; a look-up cannot be cancelled, only abandoned


class SystemResolver:
    """
    ``getaddrinfo`` in threads of its own.

    The loop's own executor has a handful of threads, which a few dead name servers fill for half a minute, and
    which are waited for at exit: SIGTERM has ten seconds. Daemon threads are not.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of *host*; raise OSError where it has none."""
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[str]] = loop.create_future()

        def finish(outcome: Sequence[str] | OSError) -> None:
            self._slots.release()
            if found.cancelled():
                return
            if isinstance(outcome, OSError):
                found.set_exception(outcome)
            else:
                found.set_result(outcome)

        threading.Thread(target=_look_up, args=(host, port, loop, finish), daemon=True, name=f"dns {host}").start()
        return await found


def _look_up(
    host: str,
    port: int,
    loop: asyncio.AbstractEventLoop,
    finish: Callable[[Sequence[str] | OSError], None],
) -> None:
    outcome: Sequence[str] | OSError
    try:
        outcome = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as exc:
        outcome = exc
    except UnicodeError:  # a label too long for DNS
        outcome = OSError("not a name that DNS can carry")
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(finish, outcome)
