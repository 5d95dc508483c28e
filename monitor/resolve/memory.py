"""
What was read lately, as a help to compare two short texts.

Two headlines of one affair often share no word (达叔 in one, 吴孟达 in the other), but each shares words with texts
in between. ``Memory`` finds the texts most like one and lets it borrow their words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.resolve.index import CAPACITY, Index, Vector, vector
from monitor.resolve.sketch import Background, Sketch

# Set once, not swept: what they give was measured by cross-validation on the learning part of eval/pairs.py
# (average precision .775 without the words around, .784 with them, for one topic).
NEIGHBOURS = 8
LIKE = 0.12  # below this a text is no neighbour
LENT = 0.5  # the weight of a neighbour's words, times its likeness
ITSELF = 0.999


@dataclass(frozen=True, slots=True)
class Known:
    """A text with its vector (``own``), the same with what its neighbours lend it (``wide``), and who they are."""

    text: Sketch
    own: Vector
    wide: Vector
    near: Mapping[int, float]
    itself: int | None


class Memory:
    """Texts that were read, and the background that they gave; *capacity* texts are remembered."""

    def __init__(self, background: Background, capacity: int = CAPACITY) -> None:
        self.background = background
        self._index = Index(capacity=capacity)

    def read(self, text: Sketch) -> int:
        """Learn from *text* and remember it; return its number among the neighbours."""
        self.background.learn(text)
        entry = self._index.found()
        self._index.add(entry, vector(text, self.background))
        return entry

    def look(self, text: Sketch) -> Known:
        """Return *text*, read or not, with what was read around it."""
        own = vector(text, self.background)
        found = self._index.near(own, NEIGHBOURS + 1)
        itself = next((entry for score, entry in found if score > ITSELF), None)
        near = {entry: score for score, entry in found if entry != itself and score > LIKE}
        return Known(text, own, self._widened(own, near), near, itself)

    def _widened(self, own: Vector, near: Mapping[int, float]) -> Vector:
        wide = dict(own)
        for entry, score in near.items():
            for word, value in self._index.entries[entry].words.items():
                wide[word] = wide.get(word, 0.0) + LENT * score * value
        length = math.sqrt(math.fsum(v * v for v in wide.values())) or 1.0
        return {word: value / length for word, value in wide.items()}
