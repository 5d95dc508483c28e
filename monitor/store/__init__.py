"""
The store: what came in, what was made of it, and when.

``base.py`` is the contract; ``tables.py`` keeps it over any :class:`~monitor.store.database.Connection`, of which
``on_sqlite.py`` is one. Behind it: ``declared`` (topics, feeds), ``collect`` (polls, entries), ``accounts`` (rounds),
``digest`` (inbox, articles), ``events``, ``entries`` and ``coverage`` (reading), over ``database``, ``migrations`` and
``rows``. The tables are described in ``docs/schema.md``.
"""

from __future__ import annotations

from pathlib import Path

from monitor.errors import ConfigError, StoreError
from monitor.store.base import Store
from monitor.store.on_sqlite import SqliteStore

__all__ = ["Store", "exists", "open_store"]


def open_store(url_or_path: str, *, create: bool = True) -> Store:
    """
    Open the database at *url_or_path*: a path, ``sqlite:///`` and a path, ``:memory:``, or ``postgresql://``.

    With *create* a missing one is made; without it (for reading) that is a StoreError, as is a database that is
    damaged, locked, of a newer version or of another program. A file or folder that may not be written can be read.
    A PostgreSQL database is there already: what is made are its tables.
    """
    scheme, found, rest = url_or_path.partition("://")
    if not found:
        return SqliteStore(Path(url_or_path), create=create)
    if scheme in POSTGRES:
        return _postgres(url_or_path, create=create)
    if scheme != "sqlite":
        raise StoreError(f"{scheme}:// databases are not supported; name a file or postgresql://...")
    return SqliteStore(Path(rest.removeprefix("/")), create=create)


POSTGRES = ("postgresql", "postgres")


def exists(url_or_path: str) -> bool:
    """Return whether there is a database at *url_or_path* with anything in it; StoreError where that cannot be said."""
    scheme, found, rest = url_or_path.partition("://")
    if scheme in POSTGRES:
        from monitor.store.on_postgres import exists

        return exists(url_or_path)
    return Path(rest.removeprefix("/") if found else url_or_path).exists()


def _postgres(url: str, *, create: bool) -> Store:
    try:
        from monitor.store.on_postgres import PostgresStore
    except ImportError as exc:
        raise ConfigError(
            (f"postgresql:// needs more than is installed ({exc}); pip install 'monitor[scale]'",)
        ) from exc
    return PostgresStore(url, create=create)
