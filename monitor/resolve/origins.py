"""Which articles are copies of one text: copies corroborate nothing."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from monitor.model import Placed
from monitor.normalize import simplify

# The share of the shorter passage's character pairs that the longer one holds before the two count as one text,
# and the share of both: a short report in a long one is no copy. Chosen on the dev part of
# eval/data/reprints.jsonl: reprints hold .92 and more of the shorter one, reports of one announcement at most .77.
COPY_LIKENESS, COPY_OF_BOTH = 0.85, 0.6
COPY_LENGTH = 12  # shorter passages are alike by chance

# Texts of one event that others are compared with, so that a crowd of unlike ones costs no square. What is unlike all of
# so many makes nothing surer: it counts with the last of them.
MOST_TEXTS = 100

_MARKS = re.compile(r"[\W_]+")

# The character pairs of a text, each numbered among its equals, as one number each.
Shape = frozenset[int]


def origins(placed: Sequence[Placed]) -> list[int]:
    """Return for each mention the number of its origin: who tells it first, and one text, is one origin."""
    root = list(range(len(placed)))
    first: dict[str | Shape, int] = {}
    texts: dict[int, Shape] = {}
    for i, p in enumerate(placed):
        shape = _shape(p.mention.reading or p.mention.quote)
        _join(root, i, first.setdefault(p.origin, i))
        if len(shape) >= COPY_LENGTH and first.setdefault(shape, i) != i:
            _join(root, i, first[shape])
        elif len(shape) >= COPY_LENGTH:
            _compare(root, i, shape, texts)
    return [_find(root, i) for i in range(len(placed))]


def _compare(root: list[int], i: int, shape: Shape, texts: dict[int, Shape]) -> None:
    """Join *i* with those that its new text is like, and remember the text, while there are few."""
    for j, other in texts.items():
        if _find(root, i) != _find(root, j) and _alike(shape, other):
            _join(root, i, j)
    if len(texts) < MOST_TEXTS:
        texts[i] = shape
    elif _find(root, i) == i:
        _join(root, i, max(texts))


@lru_cache(maxsize=256)
def _shape(text: str) -> Shape:
    """Return the character pairs of *text* in one script, without marks and spaces: mirrors set their own."""
    flat = _MARKS.sub("", simplify(text.encode("utf-8", "replace").decode("utf-8")).lower())
    pairs = Counter(itertools.pairwise(flat))
    return frozenset((ord(a) << 21 | ord(b)) << 21 | n for (a, b), total in pairs.items() for n in range(total))


@lru_cache(maxsize=2048)
def _alike(a: Shape, b: Shape) -> bool:
    shorter, both = min(len(a), len(b)), len(a) + len(b)
    if shorter * (1 + COPY_OF_BOTH) < COPY_OF_BOTH * both:  # though it lay in the longer one wholly
        return False
    shared = len(a & b)
    return shared >= COPY_LIKENESS * shorter and shared >= COPY_OF_BOTH * (both - shared)


def _find(root: list[int], i: int) -> int:
    while root[i] != i:
        root[i] = i = root[root[i]]
    return i


def _join(root: list[int], i: int, j: int) -> None:
    a, b = _find(root, i), _find(root, j)
    root[max(a, b)] = min(a, b)
