"""
How a server is reached: straight, at an address that the guard has just checked, or through the operator's proxy.

A way gives a connection that a :class:`~monitor.fetch.reply.Reply` reads, with TLS verified where the goal is https.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.errors import FetchError
from monitor.fetch import reasons
from monitor.fetch.deadline import Deadline
from monitor.fetch.guard import Guard
from monitor.fetch.reply import Reply
from monitor.fetch.target import Target

__all__ = ["Direct", "Proxied", "Proxy", "Trip", "Way"]

# For each address but the last: SYN is sent again after 1 and 3 s (RFC 6298); who has not answered then is not there.
ATTEMPT = 4.0
# What a proxy may say to CONNECT.
MAX_TUNNEL = 16 * 1024


@dataclass(slots=True)
class Trip:
    """How far a request has come, for an honest sentence when time runs out."""

    goal: Target
    wanted: Callable[[], bool] = lambda: False  # whether somebody waits to ask the same server next
    connected: bool = False
    step: str = "looking up the name"
    reply: Reply | None = None
    deadline: Deadline | None = None

    @property
    def doing(self) -> str:
        """Return what is being waited for."""
        return self.reply.doing if self.reply else self.step


class Way(Protocol):
    """One of the two; ``keeps`` where a connection may serve the next request."""

    keeps: bool

    def opening(self, goal: Target, path: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the request target (RFC 9112 3.2) for *path* at *goal*, and header lines for who is asked first."""

    async def connect(self, trip: Trip, reply: Reply) -> asyncio.Transport:
        """Return a connection to ``trip.goal`` that *reply* reads; raise FetchError."""


class Direct:
    """To an address that *guard* has just found and checked."""

    keeps = True

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        self._guard, self._tls = guard, tls

    def opening(self, goal: Target, path: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the path."""
        return path, ()

    async def connect(self, trip: Trip, reply: Reply) -> asyncio.Transport:
        """Return a connection to the first address that takes one."""
        goal = trip.goal
        addresses = await self._guard.addresses(goal)
        trip.step = "connecting"
        transport = await _dialled(goal.url, addresses, goal.port, reply)
        trip.connected, trip.reply = True, reply
        return await _secured(goal.url, transport, reply, self._tls, goal.host) if goal.scheme == "https" else transport


@dataclass(frozen=True, slots=True)
class Proxy:
    """The operator's proxy: ``secure`` where it is spoken to over TLS, ``login`` is (name, password) or None."""

    host: str
    port: int
    secure: bool
    login: tuple[bytes, bytes] | None = None

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Return the header line that lets us in."""
        if self.login is None:
            return ()
        return (b"Proxy-Authorization: Basic " + base64.b64encode(b":".join(self.login)),)


class Proxied:
    """Through a proxy, which looks up the names itself."""

    keeps = False

    def __init__(self, proxy: Proxy, tls: ssl.SSLContext) -> None:
        self._proxy, self._tls = proxy, tls

    def opening(self, goal: Target, path: bytes) -> tuple[bytes, tuple[bytes, ...]]:
        """Return the whole address where the proxy asks itself, the path within a tunnel."""
        if goal.scheme == "https":
            return path, ()
        return f"http://{goal.authority}".encode("ascii") + path, self._proxy.lines

    async def connect(self, trip: Trip, reply: Reply) -> asyncio.Transport:
        """Return a connection to the proxy, or for https a tunnel through it."""
        goal, proxy = trip.goal, self._proxy
        trip.step = "connecting to the proxy"
        first: asyncio.Protocol = _Tunnel(goal.url) if goal.scheme == "https" else reply
        transport = await _dialled(goal.url, (proxy.host,), proxy.port, first)
        if proxy.secure:
            transport = await _secured(goal.url, transport, first, self._tls, proxy.host)
        if isinstance(first, _Tunnel):
            await self._dig(goal, transport, first)
            transport = await _secured(goal.url, transport, reply, self._tls, goal.host)
        trip.connected, trip.reply = True, reply
        return transport

    async def _dig(self, goal: Target, transport: asyncio.Transport, tunnel: _Tunnel) -> None:
        where = _authority(goal).encode("ascii")
        lines = (b"CONNECT %b HTTP/1.1" % where, b"Host: %b" % where, *self._proxy.lines, b"", b"")
        try:
            transport.write(b"\r\n".join(lines))
            await tunnel.done
        except BaseException:
            transport.abort()
            raise


def _authority(goal: Target) -> str:
    """Return host and port, as CONNECT wants them."""
    return goal.origin.partition("//")[2]


class _Tunnel(asyncio.Protocol):
    """Waits for a proxy's word on CONNECT: 2xx and nothing behind it (RFC 9110 9.3.6)."""

    def __init__(self, url: str) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._url = url
        self._said = b""

    def data_received(self, data: bytes) -> None:
        """Read the proxy's head."""
        self._said += data
        head, end, rest = self._said.partition(b"\r\n\r\n")
        if (not end and len(self._said) < MAX_TUNNEL) or self.done.done():
            return
        status = head.partition(b"\r\n")[0].split(b" ", 2)
        if end and not rest and status[0].startswith(b"HTTP/1.") and status[1:2] and status[1].startswith(b"2"):
            self.done.set_result(None)
        else:
            self._fail(b" ".join(status[1:])[:80].decode("ascii", "replace") or "no answer to CONNECT")

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail where the proxy hangs up."""
        if not self.done.done():
            self._fail("the proxy closed the connection")

    def _fail(self, detail: str) -> None:
        self.done.set_exception(FetchError(self._url, reasons.PROXY, detail, connected=False))


async def _dialled(url: str, addresses: Sequence[str], port: int, protocol: asyncio.Protocol) -> asyncio.Transport:
    """Return a connection to the first of *addresses* that takes one; raise FetchError for the last."""
    loop = asyncio.get_running_loop()
    for address in addresses[:-1]:
        try:
            async with asyncio.timeout(ATTEMPT):
                return (await loop.create_connection(lambda: protocol, address, port))[0]
        except (OSError, TimeoutError):
            continue
    try:
        return (await loop.create_connection(lambda: protocol, addresses[-1], port))[0]
    except OSError as exc:
        raise FetchError(url, reasons.CONNECT, exc.strerror or str(exc), connected=False) from exc


async def _secured(
    url: str, transport: asyncio.Transport, protocol: asyncio.Protocol, tls: ssl.SSLContext, name: str
) -> asyncio.Transport:
    """Return *transport* under TLS, the certificate checked for *name*."""
    try:
        safe = await asyncio.get_running_loop().start_tls(transport, protocol, tls, server_hostname=name)
    except (OSError, ssl.CertificateError) as exc:
        transport.abort()
        raise FetchError(url, reasons.TLS, str(exc) or "the handshake broke off") from exc
    except asyncio.CancelledError:  # the deadline; nobody else knows of this connection yet
        transport.abort()
        raise
    assert safe is not None
    return safe
