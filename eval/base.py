"""What every measure gives back: a score with its name, so that one table shows them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Score:
    """
    One figure: ``value`` as seen, whether ``higher`` is better, the digest of the data that it was taken on,
    and ``detail`` (counts, the worst misses) for a person.
    """

    name: str
    value: float
    corpus: str
    higher: bool = True
    detail: str = ""


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over the bytes of *paths* in sorted order, first 16 hex digits."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
