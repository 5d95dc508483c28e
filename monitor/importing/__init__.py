"""
An export read back: bytes -> the events that it tells, or one sentence that says what is wrong with it and where.

    records    JSON and JSON Lines, whole
    table      CSV, the columns that it has
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.errors import InputError
from monitor.importing import records, table
from monitor.importing.told import Told, Wrong
from monitor.model import Topic

__all__ = ["Told", "read"]

LARGEST = 512 * 2**20  # bytes: some 100,000 events


def read(body: bytes, name: str, topics: Sequence[Topic], person: str) -> Told:
    """
    Return what the export *body* of the file *name* tells; *person* vouches for what it does not prove itself.

    :raises InputError: with the file, the place in it, the key, and what was expected.
    """
    try:
        if len(body) > LARGEST:
            raise Wrong("", f"larger than {LARGEST // 2**20} MB")
        text = _text(body)
        start = text.lstrip()[:1]
        if not start:
            raise Wrong("", "is empty")
        if start in "{[":
            return records.read(text, topics)
        return table.read(text, name, topics, person)
    except Wrong as wrong:
        raise InputError(f"{name}{wrong}; nothing was imported") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Wrong(f", byte {error.start}", "is not UTF-8") from None
