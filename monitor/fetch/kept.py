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
from collections import deque
from collections.abc import Callable
from functools import partial

from monitor.fetch.target import Target

__all__ = ["Kept"]

# Seconds that one is kept: longer than the usual rest, and no longer than servers themselves keep one (5 s and more).
IDLE = 4.0

_Server = tuple[str, str, int]


class Kept:
    """At most one connection for each server: nobody asks it twice at once."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._lines: dict[_Server, asyncio.Transport] = {}
        self._ends: deque[tuple[float, _Server, asyncio.Transport]] = deque()  # loop time, the next first
        self._timer: asyncio.TimerHandle | None = None  # one for all: each would cost a poll 1 %

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
        server, loop = _server(goal), asyncio.get_running_loop()
        line.set_protocol(_Idle(partial(self._end, server, line)))
        self._lines[server] = line
        self._ends.append((loop.time() + self._idle, server, line))
        if self._timer is None:
            self._timer = loop.call_later(self._idle, self._end_old, loop)

    def _end(self, server: _Server, line: asyncio.Transport) -> None:
        if self._lines.get(server) is line:
            del self._lines[server]
            line.abort()

    def _end_old(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._ends and self._ends[0][0] <= loop.time():
            self._end(*self._ends.popleft()[1:])
        self._timer = loop.call_at(self._ends[0][0], self._end_old, loop) if self._ends else None

    def close(self) -> None:
        """Let go of all."""
        if self._timer is not None:
            self._timer.cancel()
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
