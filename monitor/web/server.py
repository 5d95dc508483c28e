"""Listening: alone, or in the same process as the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.clock import clock
from monitor.errors import InputError, StoreError
from monitor.model import Settings
from monitor.pulse import Pulse
from monitor.store.base import Store
from monitor.web.answers import HEADERS
from monitor.web.app import application
from monitor.web.keys import Keys
from monitor.web.shelf import Shelf
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


def bound(listen: str) -> socket.socket:
    """
    Return a socket that listens at ``host:port``.

    :raises InputError: when it cannot be had.
    """
    host, _, port = listen.rpartition(":")
    bare = host.strip("[]")
    if not (port.isascii() and port.isdigit() and int(port) < 65536 and host):
        raise InputError(f"cannot listen on {listen}: host:port is expected")
    try:
        family, *_, address = socket.getaddrinfo(bare, int(port), type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(128)
        except OSError:
            found.close()
            raise
    except OSError as error:
        raise InputError(
            f"cannot listen on {listen}: {error.strerror or error}; set web.listen to another address"
        ) from error
    return found


def _warm(shelf: Shelf) -> None:
    with contextlib.suppress(StoreError):  # whoever asks will be told
        for topic in shelf.settings().topics:
            shelf.book(topic)


@contextlib.asynccontextmanager
async def served(
    at: socket.socket,
    listen: str,
    settings: Callable[[], Settings],
    opener: Callable[[], Store],
    now: Callable[[], datetime] = clock,
    keys: Keys | None = None,
    write: Writes | None = None,
    pulse: Pulse | None = None,
) -> AsyncIterator[str]:
    """Serve the page on *at* until left; yields its address. See :func:`application` for *keys*, *write* and *pulse*."""
    shelf = Shelf(settings, opener)
    host = listen.rpartition(":")[0]
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
    task = asyncio.create_task(server.serve(sockets=[at]))
    # Read before anybody asks; who asks meanwhile waits for no longer than that.
    warming = threading.Thread(target=_warm, args=(shelf,), daemon=True)
    warming.start()
    try:
        yield f"http://{host}:{at.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=2 * GRACE)
        await asyncio.to_thread(warming.join, GRACE)
        shelf.close()
