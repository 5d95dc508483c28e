"""
Connections kept for whoever waits for the same server already.

A kept connection leads to an address that the guard checked when it was dialled, seconds ago, and to one server only.
It is kept only where an answer ended just where it said it would, and only while the next request is waiting for its
turn: nothing idles. Whatever a server sends unasked ends the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import select
import termios
from collections.abc import Callable

from monitor.fetch.target import Target

__all__ = ["Kept"]

# Seconds that one is kept: longer than the usual rest, and no longer than servers themselves keep one (5 s and more).
IDLE = 4.0

_Server = tuple[str, str, int]


class Kept:
    """At most one connection for each server: nobody asks it twice at once."""

    def __init__(self) -> None:
        self._lines: dict[_Server, asyncio.Transport] = {}

    def take(self, goal: Target) -> asyncio.Transport | None:
        """Return the connection to the server of *goal*, if there is one."""
        line = self._lines.pop(_server(goal), None)
        if line is None or line.is_closing():
            return None
        if _speaks(line):
            line.abort()
            return None
        return line

    def keep(self, goal: Target, line: asyncio.Transport) -> None:
        """Keep *line* for the next who asks the server of *goal*."""
        server = _server(goal)

        def end() -> None:
            if self._lines.get(server) is line:
                del self._lines[server]
                line.abort()

        line.set_protocol(_Idle(end))
        self._lines[server] = line
        asyncio.get_running_loop().call_later(IDLE, end)

    def close(self) -> None:
        """Let go of all."""
        for line in self._lines.values():
            line.abort()
        self._lines.clear()


class _Idle(asyncio.Protocol):
    """Expects nothing."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end

    def data_received(self, data: bytes) -> None:
        """End: nobody asked for this."""
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end()


def heard(line: asyncio.Transport) -> bool:
    """
    Say whether the other side has acknowledged all that was sent on *line*.

    What was on its way before a request came arrives before that is acknowledged: it is no answer to it. An answer
    brings the acknowledgement along. Where the system cannot tell (it is Linux that can), nothing is said against it.
    """
    unheard = bytearray(4)
    with contextlib.suppress(OSError, ValueError):
        fcntl.ioctl(line.get_extra_info("socket").fileno(), termios.TIOCOUTQ, unheard)
    return not any(unheard)


def _speaks(line: asyncio.Transport) -> bool:
    """Say whether something lies ready that the loop has not read yet: it would be taken for the next answer."""
    poll = select.poll()
    poll.register(line.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _server(goal: Target) -> _Server:
    return goal.scheme, goal.host, goal.port
