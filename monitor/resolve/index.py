"""
Word vectors that can be searched: which of many are most like this one, without looking at them all.

A vector stands under each of its words. A search looks under the rarest words first and stops at a fixed number
of entries, so that its cost does not grow with what the index holds; what was quiet longest is forgotten first.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.resolve.sketch import Background, Sketch

Vector = Mapping[str, float]

KEYWORDS = 30  # the heaviest words of a text, which stand for it
CLOSEST = 40  # entries that are compared in full
POSTINGS = 4_000  # places that one search may look at
WIDTH = 300  # words that a middle keeps
CAPACITY = 30_000  # entries remembered


def vector(text: Sketch, background: Background) -> dict[str, float]:
    """Return the heaviest words of *text*, scaled to length 1; of words of one character nothing can be told."""
    weights = {w: n * background.rarity(w, text.chinese) for w, n in text.words.items() if len(w) > 1}
    heaviest = dict(heapq.nlargest(KEYWORDS, weights.items(), key=lambda kv: (kv[1], kv[0])))
    length = math.sqrt(math.fsum(v * v for v in heaviest.values()))
    return {w: v / length for w, v in heaviest.items()}


@dataclass(slots=True)
class Middle:
    """The sum of ``size`` vectors and its length; only the heaviest words are kept."""

    words: dict[str, float] = field(default_factory=dict)
    length: float = 0.0
    size: int = 0

    def add(self, words: Vector, size: int) -> set[str]:
        """Take *words* in; return those that fell out again."""
        for word, value in words.items():
            self.words[word] = self.words.get(word, 0.0) + value
        self.size += size
        lost: set[str] = set()
        if len(self.words) > 2 * WIDTH:
            kept = heapq.nlargest(WIDTH, self.words.items(), key=lambda kv: (kv[1], kv[0]))
            lost = self.words.keys() - dict(kept).keys()
            self.words = dict(kept)
        self.length = math.sqrt(math.fsum(v * v for v in self.words.values()))
        return lost


@dataclass(slots=True)
class Index:
    """Middles by number. ``one_word`` is the most that a single word may add to a likeness."""

    one_word: float = 1.0
    capacity: int = CAPACITY
    entries: OrderedDict[int, Middle] = field(default_factory=OrderedDict)
    _places: dict[str, dict[int, None]] = field(default_factory=dict)
    _next: int = 0

    def found(self) -> int:
        """Return the number of a new, empty entry."""
        self._next += 1
        self.entries[self._next] = Middle()
        if len(self.entries) > self.capacity:
            self.drop(next(iter(self.entries)))
        return self._next

    def add(self, entry: int, words: Vector, size: int = 1) -> None:
        """Take *words* into *entry*."""
        for word in words:
            self._places.setdefault(word, {})[entry] = None
        for word in self.entries[entry].add(words, size):
            self._unlist(word, entry)
        self.entries.move_to_end(entry)

    def drop(self, entry: int) -> None:
        """Forget *entry*."""
        for word in self.entries.pop(entry).words:
            self._unlist(word, entry)

    def near(self, words: Vector, most: int = CLOSEST) -> list[tuple[float, int]]:
        """Return the entries most like *words* (of length 1) with their likeness, best first, ties to the older."""
        rough: dict[int, float] = defaultdict(float)
        looked = 0
        for word in sorted(words, key=lambda w: (len(self._places.get(w, ())), w)):
            found = self._places.get(word, {})
            looked += len(found)
            if looked > POSTINGS:
                break
            for entry in found:
                middle = self.entries[entry]
                rough[entry] += min(words[word] * middle.words[word] / middle.length, self.one_word)
        closest = heapq.nlargest(most, rough, key=lambda e: (rough[e], -e))
        scored = [(self.likeness(words, 1.0, entry), entry) for entry in closest]
        return sorted(scored, key=lambda s: (-s[0], s[1]))

    def likeness(self, words: Vector, length: float, entry: int) -> float:
        """Return the cosine of *words* and *entry*, each word counting ``one_word`` at most."""
        middle = self.entries[entry]
        scale = length * middle.length
        shares = (value * middle.words[word] / scale for word, value in words.items() if word in middle.words)
        return math.fsum(min(share, self.one_word) for share in shares)

    def _unlist(self, word: str, entry: int) -> None:
        del self._places[word][entry]
        if not self._places[word]:
            del self._places[word]
