"""
The store: what came in, what was made of it, and when.

``base.py`` is the contract; ``tables.py`` keeps it over any :class:`~monitor.store.database.Connection`, of which
``on_sqlite.py`` has one and ``on_postgres.py`` the other, over ``migrations``, ``rows``, ``manners`` and ``sentences``. Behind it:

    declared, collect, accounts   topics and feeds; polls and entries; rounds
    digest, decider               inbox and articles; what a decision may ask while nobody else can write
    decisions, ruling, rework     the log of persons; what they order; everything resolved anew
    events, entries, coverage     reading; search: words; stock: counts; audit: what ``verify`` checks
    outbox, alerts                what channels were not told yet; what they are told
    housekeeping                  what is kept for how long
    copies, restoring, lock       whole files; moving: whole databases; checkup: what the doctor looks at

The tables are described in ``docs/schema.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, StoreError
from monitor.store import moving, on_sqlite
from monitor.store.base import Store
from monitor.store.copies import backup
from monitor.store.database import Connection
from monitor.store.moving import Tell
from monitor.store.restoring import restore
from monitor.store.tables import Tables

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

    from monitor.store.postgres_turns import Turns

__all__ = ["Store", "backup", "exists", "move", "open_store", "pooled", "restore", "turns"]


POSTGRES = ("postgresql", "postgres")


def open_store(url_or_path: str, *, create: bool = True) -> Store:
    """
    Open the database at *url_or_path*: a path, ``sqlite:///`` and a path, ``:memory:``, or ``postgresql://``.

    With *create* a missing one is made; without it (for reading) that is a StoreError, as is a database that is
    damaged, locked, of a newer version or of another program. A file or folder that may not be written can be read.
    A PostgreSQL database is there already: what is made are its tables.
    """
    return Tables(_connection(url_or_path, create=create))


def exists(url_or_path: str) -> bool:
    """Return whether there is a database at *url_or_path* with anything in it; StoreError where that cannot be said."""
    return _postgres().exists(url_or_path) if _is_postgres(url_or_path) else _path(url_or_path).exists()


def move(url_or_path: str, target: str, tell: Tell) -> None:
    """Copy the database at *url_or_path* whole into the one at *target*, empty or half copied; see :mod:`~monitor.store.moving`."""
    if url_or_path == target:
        raise StoreError("that is the database to be copied; name another database")
    with (
        closing(_connection(url_or_path, create=False)) as source,
        closing(_connection(target, create=True, moving=True)) as copy,
    ):
        moving.move(source, copy, tell)


async def turns(url: str, now: Callable[[], datetime]) -> Turns:
    """Return what processes on one PostgreSQL database share of the hosts that they ask (``postgres_turns``)."""
    if not _is_postgres(url):
        raise ConfigError((f"several processes need one PostgreSQL database, and {url} is a file",))
    _postgres()
    from monitor.store.postgres_turns import Turns

    return await Turns.opened(url, now)


def pooled(url: str, size: int) -> AbstractAsyncContextManager[AsyncConnectionPool]:
    """Return up to *size* connections to the PostgreSQL database at *url*, for an engine that brings its own statements."""
    from monitor.store import postgres_link

    return postgres_link.pooled(url, size)


def _connection(url_or_path: str, *, create: bool, moving: bool = False) -> Connection:
    if _is_postgres(url_or_path):
        found: Connection = _postgres().Connection(url_or_path, create=create, moving=moving)
        return found
    return on_sqlite.Connection(_path(url_or_path), create=create, moving=moving)


def _is_postgres(url_or_path: str) -> bool:
    return url_or_path.startswith(tuple(f"{scheme}://" for scheme in POSTGRES))


def _path(url_or_path: str) -> Path:
    scheme, found, rest = url_or_path.partition("://")
    if found and scheme != "sqlite":
        raise StoreError(f"{scheme}:// databases are not supported; name a file or postgresql://...")
    return Path(rest.removeprefix("/") if found else url_or_path)


def _postgres() -> ModuleType:
    try:
        from monitor.store import on_postgres
    except ImportError as exc:
        raise ConfigError(
            (f"postgresql:// needs more than is installed ({exc}); pip install 'monitor[scale]'",)
        ) from exc
    return on_postgres
