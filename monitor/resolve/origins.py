"""Which articles are copies of one text: copies corroborate nothing."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Placed

# Character pairs shared by two passages of one event before they count as one text. Rewrites of one event
# measure .12 to .56; a reprint differs by a date line or a converted script, .9 and more.
COPY_LIKENESS = 0.8
COPY_LENGTH = 12  # shorter passages are alike by chance


def origins(placed: Sequence[Placed]) -> list[int]:
    """Return for each mention the number of its origin: one credited outlet or one text is one origin."""
    root = list(range(len(placed)))
    shapes = [_pairs(p.mention.reading or p.mention.quote) for p in placed]
    for i, a in enumerate(placed):
        for j in range(i):
            if a.origin == placed[j].origin or _alike(shapes[i], shapes[j]):
                _join(root, i, j)
    return [_find(root, i) for i in range(len(placed))]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    if min(len(a), len(b)) < COPY_LENGTH:
        return False
    return len(a & b) >= COPY_LIKENESS * len(a | b)


def _find(root: list[int], i: int) -> int:
    while root[i] != i:
        i = root[i]
    return i


def _join(root: list[int], i: int, j: int) -> None:
    a, b = _find(root, i), _find(root, j)
    root[max(a, b)] = min(a, b)
