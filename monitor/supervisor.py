"""
What systemd is told, and nobody else: the protocol of sd_notify(3), a datagram to the socket that it names. Part of the roof.

Where no socket is named nothing is sent; a supervisor that does not listen is no reason to stop.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping


class Supervisor:
    """Whoever started this process and wants to know how it is, as its *environment* says."""

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        mine = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        period = environment.get("WATCHDOG_USEC", "")
        self.watchdog = int(period) / 1e6 if mine and period.isascii() and period.isdigit() else None
        """Seconds without :meth:`feed` after which the process is killed; None where nobody watches."""

    def ready(self, status: str) -> None:
        """Say that the service does its work, and how it is."""
        self._say("READY=1", f"STATUS={_line(status)}")

    def reloading(self) -> None:
        """Say that the configuration is being read anew; :meth:`ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """Say that the service ends."""
        self._say("STOPPING=1")

    def feed(self) -> None:
        """Feed the watchdog, if there is one."""
        if self.watchdog:
            self._say("WATCHDOG=1")

    def _say(self, *lines: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as wire,
        ):
            wire.sendto("\n".join(lines).encode(), self._address)


NOBODY = Supervisor({}, 0)


def _line(text: str) -> str:
    """Return *text* as one line: what follows a line break would be an order to systemd."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]
