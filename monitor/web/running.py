"""The server itself: uvicorn around the application. Loaded when there is somebody to serve."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.errors import StoreError
from monitor.model import Settings
from monitor.pulse import Pulse
from monitor.store.base import Store
from monitor.web.answers import HEADERS
from monitor.web.app import application
from monitor.web.keys import Keys
from monitor.web.shelf import READERS, Shelf
from monitor.web.writing import Writes

GRACE = 1  # seconds that answers under way may take when the program ends


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Guarded(H11Protocol):
    """HTTP whose answer to what is no HTTP carries the policy, too."""

    def send_400_response(self, msg: str) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        start = f"HTTP/1.1 400 Bad Request\r\n{head}content-type: text/plain; charset=utf-8\r\n"
        self.transport.write(f"{start}content-length: {len(msg)}\r\nconnection: close\r\n\r\n{msg}".encode())
        self.transport.close()


WARM = 8  # topics that are read before anybody asks


def _warm(shelf: Shelf) -> None:
    with contextlib.suppress(StoreError):  # whoever asks will be told
        for topic in shelf.settings().topics[:WARM]:
            shelf.book(topic)


@contextlib.asynccontextmanager
async def running(
    at: socket.socket,
    host: str,
    settings: Callable[[], Settings],
    opener: Callable[[], Store],
    now: Callable[[], datetime],
    keys: Keys | None,
    write: Writes | None,
    pulse: Pulse | None,
) -> AsyncIterator[None]:
    """Answer whoever connects to *at* until left."""
    shelf = Shelf(settings, opener)
    config = uvicorn.Config(
        application(shelf, now, host, keys, write, pulse),
        log_config=None,
        log_level="critical",  # bugs are logged where they become an answer; what strangers send is no news
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http=_Guarded,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    # More threads than connections to read by would only wait, each with memory of its own.
    current_default_thread_limiter().total_tokens = READERS
    task = asyncio.create_task(server.serve(sockets=[at]))
    # Read before anybody asks; who asks meanwhile waits for no longer than that.
    warming = threading.Thread(target=_warm, args=(shelf,), daemon=True)
    warming.start()
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=2 * GRACE)
        await asyncio.to_thread(warming.join, GRACE)
        shelf.close()
