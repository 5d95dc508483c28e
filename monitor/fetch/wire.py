"""
One exchange over one connection. The only file that knows httpx: its trust store, and how it reads a proxy's address.

A request dials an address that the guard has just checked, or goes over the connection that the one before it left for
whoever waits for the same server (``kept``). No pool has to be searched, and there is no second look-up to lie to.
Cookies, redirects, the environment and the decoding of bodies, most of what a client does, are what must not happen
here or are decided elsewhere: the request is written down, and ``reply`` reads the answer.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence

import httpx

from monitor.errors import ConfigError, FetchError, Refused
from monitor.fetch import reasons
from monitor.fetch.guard import Guard
from monitor.fetch.kept import Kept
from monitor.fetch.reply import Answer, Limits, Reply
from monitor.fetch.room import Room
from monitor.fetch.target import PORTS
from monitor.fetch.ways import Direct, Proxied, Proxy, Trip, Way

__all__ = ["Answer", "Limits", "Trip", "Wire"]

_BROKEN = re.compile(rb"[\r\n\x00]")

_Line = tuple[bytes, bytes]


class Wire:
    """Sends GET and POST requests; *tls* replaces the usual trust store, *proxy* is a http or https URL or ""."""

    def __init__(
        self, guard: Guard, user_agent: str, room: Room, proxy: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        self._room = room
        tls = tls or httpx.create_ssl_context(trust_env=False)
        self._way: Way = Proxied(_proxy(proxy), tls) if proxy else Direct(guard, tls)
        self._kept = Kept()
        self._fixed = (  # by name, in small letters
            (b"user-agent", b"User-Agent: " + user_agent.encode("ascii")),
            (b"accept", b"Accept: */*"),
            (b"accept-encoding", b"Accept-Encoding: gzip, deflate"),
        )

    async def close(self) -> None:
        """Let go of everything."""
        self._kept.close()

    async def exchange(
        self,
        trip: Trip,
        headers: Sequence[_Line],
        limits: Limits,
        method: str = "GET",
        content: bytes = b"",
    ) -> Answer:
        """Ask ``trip.goal`` once, following nothing; raise FetchError where there is no whole answer."""
        sent = self._written(trip, headers, method, content)
        answer = await self._on_kept(trip, sent, limits) if method == "GET" else None
        return answer or await self._on_fresh(trip, sent, limits)

    async def _on_kept(self, trip: Trip, sent: bytes, limits: Limits) -> Answer | None:
        """Return the answer on a connection that was kept; None where there is none, or it was not to be had any more."""
        line = self._kept.take(trip.goal)
        if line is None:
            return None
        reply = Reply(trip.goal.url, limits, self._room, trip.deadline)
        line.set_protocol(reply)
        trip.connected, trip.reply = True, reply
        try:
            return await self._asked(trip, line, reply, sent)
        except FetchError:
            if reply.begun:
                raise
            return None  # the server had hung up meanwhile, as it may

    async def _on_fresh(self, trip: Trip, sent: bytes, limits: Limits) -> Answer:
        reply = Reply(trip.goal.url, limits, self._room, trip.deadline)
        try:
            line = await self._way.connect(trip, reply)
        except BaseException:
            reply.leave()
            raise
        return await self._asked(trip, line, reply, sent)

    async def _asked(self, trip: Trip, line: asyncio.Transport, reply: Reply, sent: bytes) -> Answer:
        """Return what *reply* reads on *line*, which is kept where that is safe and of use."""
        try:
            reply.asked(line)
            line.write(sent)
            answer = await reply.done
        except BaseException:
            line.abort()
            raise
        finally:
            reply.leave()  # whoever gets the answer counts its bytes from now on
        if self._way.keeps and reply.ended_clean and trip.wanted():
            self._kept.keep(trip.goal, line)
        else:
            line.close()
        return answer

    def _written(self, trip: Trip, headers: Sequence[_Line], method: str, content: bytes) -> bytes:
        """Return the bytes of a request (RFC 9112 3); raise Refused for a line that would not stay one."""
        goal = trip.goal
        form, first = self._way.opening(goal, goal.path.encode("ascii"))
        own = {name.lower() for name, _ in headers}
        lines = [b"%b %b HTTP/1.1" % (method.encode("ascii"), form), *first]
        if b"host" not in own:
            lines.insert(1, b"Host: " + goal.authority.encode("ascii"))
        # One of the same name takes the place of what is always sent.
        lines += [line for name, line in self._fixed if name not in own]
        lines += map(b": ".join, headers)
        if method == "POST":
            lines.append(b"Content-Length: %d" % len(content))
        if _BROKEN.search(b"".join(lines)):
            raise Refused(goal.url, reasons.BAD_HEADER, "a line end within a header")
        return b"\r\n".join((*lines, b"", content))


def _proxy(url: str) -> Proxy:
    try:
        proxy = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL) as exc:
        raise ConfigError((f"fetch.proxy: {url!r} is not the URL of a proxy ({exc})",)) from exc
    scheme = proxy.url.scheme
    if scheme not in PORTS:
        raise ConfigError((f"fetch.proxy: {scheme} is not supported; give the proxy's http port",))
    return Proxy(proxy.url.host, proxy.url.port or PORTS[scheme], scheme == "https", proxy.raw_auth)
