"""How the page writes: by the daemon's own writer where it runs beside one, else by a connection of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from monitor.errors import StoreError
from monitor.model import Settings
from monitor.pipeline import Desk
from monitor.store.base import Store

T = TypeVar("T")

PATIENCE = 15.0  # seconds that a person waits for whoever else writes


class Writes(Protocol):
    """A way to write: runs *act* where nothing else of this process writes."""

    async def __call__(self, act: Callable[[Desk, Store], T]) -> T:
        """Return what *act* returns."""


class Alone:
    """Writes beside whatever other process writes, in short transactions; *opener* gives a connection."""

    def __init__(self, settings: Callable[[], Settings], opener: Callable[[], Store]) -> None:
        self._settings = settings
        self._opener = opener
        self._turn = threading.Lock()
        self._desk: Desk | None = None

    async def __call__(self, act: Callable[[Desk, Store], T]) -> T:
        return await asyncio.to_thread(self._act, act)

    def _act(self, act: Callable[[Desk, Store], T]) -> T:
        with self._turn:
            if self._desk is None or self._desk.settings is not self._settings():
                self._desk = Desk.of(self._settings())
            with self._opener() as store:
                return act(self._desk, store)


async def in_time(write: Writes, act: Callable[[Desk, Store], T]) -> T:
    """
    Return what *act* returns, where its turn comes soon enough.

    :raises StoreError: where it does not.
    """
    try:
        return await asyncio.wait_for(write(act), PATIENCE)
    except TimeoutError:
        raise StoreError("others are writing; look at the log of decisions before you try again") from None
