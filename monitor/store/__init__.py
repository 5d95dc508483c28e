"""
The store: what came in, what was made of it, and when.

``base.py`` is the contract; ``sqlite.py`` keeps it on one file, over ``connection``, ``migrations``, ``rows``,
``manners`` and ``sentences``. Behind it:

    declared, collect, accounts   topics and feeds; polls and entries; rounds
    digest, decider               inbox and articles; what a decision may ask while nobody else can write
    decisions, ruling, rework     the log of persons; what they order; everything resolved anew
    events, entries, coverage     reading; search: words; stock: counts; audit: what ``verify`` checks
    outbox, alerts                what channels were not told yet; what they are told
    housekeeping                  what is kept for how long
    copies, restoring, lock       whole files; checkup: what the doctor looks at

The tables are described in ``docs/schema.md``.
"""

from __future__ import annotations

from pathlib import Path

from monitor.errors import StoreError
from monitor.store.base import Store
from monitor.store.copies import backup
from monitor.store.restoring import restore
from monitor.store.sqlite import SqliteStore

__all__ = ["Store", "backup", "open_store", "restore"]


def open_store(url_or_path: str, *, create: bool = True) -> Store:
    """
    Open the database at *url_or_path*: a path, ``sqlite:///`` and a path, or ``:memory:``.

    With *create* a missing one is made; without it (for reading) that is a StoreError, as is a database that is
    damaged, locked, of a newer version or of another program. A file or folder that may not be written can be read.
    """
    scheme, found, rest = url_or_path.partition("://")
    if not found:
        return SqliteStore(Path(url_or_path), create=create)
    if scheme != "sqlite":
        raise StoreError(f"{scheme}:// databases are not supported; name a file")
    return SqliteStore(Path(rest.removeprefix("/")), create=create)
