"""Listening: alone, or in the same process as the daemon, which loads what serves only when somebody comes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from importlib import import_module

from monitor.clock import clock
from monitor.errors import InputError
from monitor.model import Settings
from monitor.pulse import Pulse
from monitor.store.base import Store
from monitor.web.keys import Keys
from monitor.web.writing import Writes


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
    *,
    idle: bool = False,
) -> AsyncIterator[str]:
    """
    Serve the page on *at* until left; yields its address. With *idle* nothing is made ready until somebody connects.

    With *keys* and a way to *write*, decisions may be made there; it says how the daemon is whose *pulse* it is.
    """
    host = listen.rpartition(":")[0]
    ending = asyncio.Event()

    async def attend() -> None:
        if idle and not await _knock(at, ending):
            return
        # Beside the loop: a third of a second, and as many megabytes as the polls of fifty feeds.
        running = await asyncio.to_thread(import_module, "monitor.web.running")
        async with running.running(at, host, settings, opener, now, keys, write, pulse):
            await ending.wait()

    task = asyncio.create_task(attend())
    try:
        yield f"http://{host}:{at.getsockname()[1]}/"
    finally:
        ending.set()
        await task
        at.close()


async def _knock(at: socket.socket, ending: asyncio.Event) -> bool:
    """Return True once somebody connects to *at*, False when *ending* is set before."""
    came = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(at, came.set)
    waits = [asyncio.ensure_future(e.wait()) for e in (came, ending)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(at)
        for wait in waits:
            wait.cancel()
    return not ending.is_set()
