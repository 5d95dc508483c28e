"""
A web server that does everything a web server may not do: raw sockets, one script a path.

    async with HostileServer(ROUTES) as server:         in the test's own loop
    with HostileServer(ROUTES) as server:               in a thread, for tests that start processes
        server.routes["/feed"] = page(b"...")
        server.url("/case/silence")                     ROUTES of tests/hostile_cases.py: each case under its name

``server.seen`` holds what was asked, with the loop times of its beginning and end.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

FEED = b'<rss version="2.0"><channel><item><title>one</title><link>http://example.org/1</link></item></channel></rss>'


@dataclass(slots=True)
class Seen:
    """One request: its head as sent, and when it began and ended (loop time, seconds)."""

    path: str
    lines: tuple[str, ...]
    began: float
    ended: float = 0.0
    method: str = "GET"
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of the header called *name*, whatever its case."""
        found = [line.partition(":")[2].strip() for line in self.lines if line.lower().startswith(name.lower() + ":")]
        return found[0] if found else None

    @property
    def names(self) -> set[str]:
        """Return the names of all headers, in lower case."""
        return {line.partition(":")[0].lower() for line in self.lines}


@dataclass(slots=True)
class Talk:
    """One side of one connection: what a script writes to."""

    seen: Seen
    writer: asyncio.StreamWriter

    async def send(self, *parts: bytes, every: float = 0.0) -> None:
        """Write each part, with a wait after each."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            if every:
                await asyncio.sleep(every)

    async def drip(self, data: bytes, every: float = 0.02) -> None:
        """Write byte by byte."""
        await self.send(*(data[i : i + 1] for i in range(len(data))), every=every)

    async def flood(self, part: bytes, head: bytes = b"") -> None:
        """Write *part* for ever."""
        await self.send(head)
        while True:
            await self.send(part)
            await asyncio.sleep(0)

    def reset(self) -> None:
        """Break the connection with RST instead of FIN."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Talk], Awaitable[None]]


class HostileServer:
    """Listens on a free loopback port; *tls* makes it https."""

    def __init__(self, routes: dict[str, Script] | None = None, *, tls: ssl.SSLContext | None = None) -> None:
        self.routes: dict[str, Script] = dict(routes or {})
        self.seen: list[Seen] = []
        self.connections = 0
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def scheme(self) -> str:
        return "https" if self._tls else "http"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of *path* here."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [seen.path for seen in self.seen]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __enter__(self) -> Self:
        loop = self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), loop).result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        assert self._loop and self._thread
        asyncio.run_coroutine_threadsafe(self.__aexit__(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        seen = Seen(first.split(" ")[1], tuple(lines), began, method=first.split(" ")[0])
        self.seen.append(seen)
        seen.body = await reader.readexactly(int(seen.header("content-length") or 0))
        try:
            await self._script(seen.path)(Talk(seen, writer))
        finally:
            seen.ended = loop.time()

    def _script(self, path: str) -> Script:
        return self.routes.get(path) or page(b"no such page", status="404 Not Found")


def head(status: str = "200 OK", *lines: str) -> bytes:
    """Return a response head."""
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *lines, "")).encode("latin-1")


def page(body: bytes, *lines: str, status: str = "200 OK") -> Script:
    """Return a script that answers properly."""
    return raw(head(status, f"Content-Length: {len(body)}", *lines) + body)


def raw(data: bytes) -> Script:
    """Return a script that sends *data* and closes."""

    async def script(talk: Talk) -> None:
        await talk.send(data)

    return script


def moved(location: str, status: str = "302 Found") -> Script:
    """Return a script that redirects."""
    return page(b"", f"Location: {location}", status=status)


def chunks(*parts: bytes) -> bytes:
    """Return *parts* in chunked coding, without the end."""
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def packed(coding: str, body: bytes) -> Script:
    """Return a script that answers with a body said to be in *coding*."""
    return page(body, f"Content-Encoding: {coding}")
