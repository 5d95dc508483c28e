"""Which articles are copies of one text: copies corroborate nothing."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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

# Bits that the pairs of a text are strewn over, a prime: unlike texts of up to a thousand characters are mostly told apart by
# them alone, at a tenth of the time.
WIDTH = 1021

# Pairs of texts that are alike enough to be compared in full, remembered: those of one crowd.
PAIRS = MOST_TEXTS * MOST_TEXTS // 2

_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """
    A text by its ``pairs`` of neighbouring characters, each numbered among its equals.

    ``bits`` has one bit for each, several for one bit: a bit that another text lacks stands for a pair that it lacks. So
    of a text that is like this one at least ``needed`` bits are the same, where this one is the shorter.
    """

    text: str
    pairs: frozenset[int]
    size: int
    bits: int
    needed: float


def origins(placed: Sequence[Placed]) -> list[int]:
    """Return for each mention the number of its origin: who tells it first, and one text, is one origin."""
    if len(placed) < 2:  # of most events
        return [0] * len(placed)
    root = list(range(len(placed)))
    first: dict[str | frozenset[int], int] = {}
    texts: dict[int, Shape] = {}
    for i, p in enumerate(placed):
        shape = _shape(p.mention.reading or p.mention.quote)
        _join(root, i, first.setdefault(p.origin, i))
        if shape.size >= COPY_LENGTH and first.setdefault(shape.pairs, i) != i:
            _join(root, i, first[shape.pairs])
        elif shape.size >= COPY_LENGTH:
            _compare(root, i, shape, texts)
    return [_find(root, i) for i in range(len(placed))]


def _compare(root: list[int], i: int, shape: Shape, texts: dict[int, Shape]) -> None:
    """Join *i* with those that its new text is like, and remember the text, while there are few."""
    size, bits, needed = shape.size, shape.bits, shape.needed
    for j, other in texts.items():
        same = (bits & other.bits).bit_count()
        if same < (needed if size <= other.size else other.needed):
            continue
        if _find(root, i) != _find(root, j) and _alike(shape.text, other.text):
            _join(root, i, j)
    if len(texts) < MOST_TEXTS:
        texts[i] = shape
    elif _find(root, i) == i:
        _join(root, i, max(texts))


@lru_cache(maxsize=256)
def _shape(text: str) -> Shape:
    """Return the shape of *text* in one script, without marks and spaces: mirrors set their own."""
    flat = _MARKS.sub("", simplify(text.encode("utf-8", "replace").decode("utf-8")).lower())
    counted = Counter(itertools.pairwise(flat))
    pairs = frozenset((ord(a) << 21 | ord(b)) << 21 | n for (a, b), total in counted.items() for n in range(total))
    bits = _strewn(pairs)
    return Shape(text, pairs, len(pairs), bits, bits.bit_count() - (1 - COPY_LIKENESS) * len(pairs))


def _strewn(pairs: frozenset[int]) -> int:
    bits = bytearray(WIDTH // 8 + 1)
    for pair in pairs:
        bit = pair % WIDTH
        bits[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(bits, "little")


@lru_cache(maxsize=PAIRS)
def _alike(text: str, other: str) -> bool:
    a, b = _shape(text).pairs, _shape(other).pairs
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
