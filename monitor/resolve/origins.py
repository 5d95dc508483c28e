"""Which articles are copies of one text: copies corroborate nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from monitor.model import Placed
from monitor.normalize import simplify

# The share of the shorter passage's character pairs that the longer one holds before the two count as one text,
# and the share of both: a short report in a long one is no copy. Chosen on the dev part of
# eval/data/reprints.jsonl: reprints hold .92 and more of the shorter one, reports of one announcement at most .77.
COPY_LIKENESS, COPY_OF_BOTH = 0.85, 0.6
COPY_LENGTH = 12  # shorter passages are alike by chance

_MARKS = re.compile(r"[\W_]+")


def origins(placed: Sequence[Placed]) -> list[int]:
    """Return for each mention the number of its origin: who tells it first, and one text, is one origin."""
    root = list(range(len(placed)))
    shapes = [_pairs(p.mention.reading or p.mention.quote) for p in placed]
    for i, a in enumerate(placed):
        for j in range(i):
            if a.origin == placed[j].origin or _alike(shapes[i], shapes[j]):
                _join(root, i, j)
    return [_find(root, i) for i in range(len(placed))]


def _pairs(text: str) -> Counter[str]:
    """Return the character pairs of *text* in one script, without marks and spaces: mirrors set their own."""
    flat = _MARKS.sub("", simplify(text.encode("utf-8", "replace").decode("utf-8")).lower())
    return Counter(flat[i : i + 2] for i in range(len(flat) - 1))


def _alike(a: Counter[str], b: Counter[str]) -> bool:
    shorter = min(a.total(), b.total())
    if shorter < COPY_LENGTH:
        return False
    shared = (a & b).total()
    return shared >= COPY_LIKENESS * shorter and shared >= COPY_OF_BOTH * (a | b).total()


def _find(root: list[int], i: int) -> int:
    while root[i] != i:
        i = root[i]
    return i


def _join(root: list[int], i: int, j: int) -> None:
    a, b = _find(root, i), _find(root, j)
    root[max(a, b)] = min(a, b)
