"""Raw text -> Clean."""

from __future__ import annotations

from monitor.model import Clean
from monitor.normalize.script import simplify


def clean(raw: str) -> Clean:
    """Return *raw* beside its reading."""
    pieces = [simplify(c) for c in raw]
    text = simplify(raw)
    offsets = [i for i, piece in enumerate(pieces) for _ in piece]
    if len(offsets) != len(text):
        text = "".join(pieces)
    return Clean(raw, text, (*offsets, len(raw)))
