"""Listening: alone, or in the same process as the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn

from monitor.clock import clock
from monitor.errors import InputError
from monitor.model import Settings
from monitor.store.base import Store
from monitor.web.app import application
from monitor.web.shelf import Shelf

GRACE = 2  # seconds that answers under way may take when the program ends


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(listen: str) -> socket.socket:
    """
    Return a socket that listens at ``host:port``.

    :raises InputError: when it cannot be had.
    """
    host, _, port = listen.rpartition(":")
    bare = host.strip("[]")
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
        raise InputError(f"cannot listen on {listen}: {error.strerror or error}; set web.listen to another address") from error
    return found


@contextlib.asynccontextmanager
async def served(
    at: socket.socket, listen: str, settings: Callable[[], Settings], opener: Callable[[], Store]
) -> AsyncIterator[str]:
    """Serve the page on *at* until left; yields its address."""
    shelf = Shelf(settings, opener)
    host = listen.rpartition(":")[0]
    config = uvicorn.Config(
        application(shelf, clock, host),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[at]))
    try:
        yield f"http://{host}:{at.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=2 * GRACE)
        shelf.close()
