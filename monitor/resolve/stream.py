"""
Texts that come one by one, gathered into clusters that probably tell of one thing.

Each text is seen once and joins the cluster whose middle it is most like, or founds one; two clusters whose
middles turn out to be alike become one. Proposals only: whether two reports are one event is decided by date,
actors, place and figures (``same``).
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.resolve.sketch import Background, Sketch


@dataclass(frozen=True, slots=True)
class Grain:
    """
    How fine the clusters are to be.

    ``join`` is how alike a text and a cluster's middle must be, ``merge`` two middles; ``one_word`` is the most
    that a single word may add, so that one name in common is never one event. The three belong together.
    """

    join: float
    merge: float
    one_word: float


# Chosen on half of the clusters of two labelled sets by eval/measure_clusters.py: re-run it after a change.
EVENT = Grain(0.20, 0.25, 0.06)
"""One event: articles of 2020 and 2021 (Chinese, 78 events) among headlines."""
THREAD = Grain(0.12, 0.25, 0.07)
"""A thread: an event with all that follows from it: titles with snippets (English, 152 clusters of 3 to 430)."""

KEYWORDS = 30  # the heaviest words of a text, which stand for it
CLOSEST = 40  # clusters that are compared in full
POSTINGS = 4_000  # entries of the index that one text may look at; the rarest words come first
WIDTH = 300  # words that a middle keeps
CAPACITY = 30_000  # clusters remembered; the one that was quiet longest is forgotten first


@dataclass(frozen=True, slots=True)
class Proposal:
    """``cluster`` is where the text is now; ``likeness`` is 0 where it founded it; ``merged`` went into it."""

    cluster: int
    likeness: float
    merged: tuple[int, ...] = ()


@dataclass(slots=True)
class _Cluster:
    middle: dict[str, float] = field(default_factory=dict)
    length: float = 0.0
    size: int = 0

    def add(self, vector: Mapping[str, float], size: int) -> set[str]:
        """Take *vector* in; return the words that fell out again."""
        for word, value in vector.items():
            self.middle[word] = self.middle.get(word, 0.0) + value
        self.size += size
        lost: set[str] = set()
        if len(self.middle) > 2 * WIDTH:
            kept = heapq.nlargest(WIDTH, self.middle.items(), key=lambda kv: (kv[1], kv[0]))
            lost = self.middle.keys() - dict(kept).keys()
            self.middle = dict(kept)
        self.length = math.sqrt(math.fsum(v * v for v in self.middle.values()))
        return lost


@dataclass(slots=True)
class Stream:
    """
    The clusters so far.

    The cost of a text is bounded by ``POSTINGS`` and ``CLOSEST`` however many clusters there are; memory by
    ``CAPACITY``.
    """

    background: Background
    grain: Grain = EVENT
    capacity: int = CAPACITY
    _clusters: OrderedDict[int, _Cluster] = field(default_factory=OrderedDict)
    _index: dict[str, dict[int, None]] = field(default_factory=dict)
    _redirects: dict[int, int] = field(default_factory=dict)
    _next: int = 0

    def put(self, text: Sketch) -> Proposal:
        """Learn from *text* and give it its place."""
        self.background.learn(text)
        vector = self._vector(text)
        near = self._near(vector)
        best = next((c for score, c in near if score >= self.grain.join), None)
        likeness = near[0][0] if best is not None else 0.0
        home = self._found() if best is None else best
        self._add(home, vector, 1)
        merged = self._merge(home, [c for score, c in near if c != home and score >= self.grain.join * 0.8])
        return Proposal(self.find(home), likeness, merged)

    def find(self, cluster: int) -> int:
        """Return where the texts of *cluster* are now."""
        while cluster in self._redirects:
            cluster = self._redirects[cluster]
        return cluster

    def _vector(self, text: Sketch) -> dict[str, float]:
        weights = {w: n * self.background.rarity(w, text.chinese) for w, n in text.words.items() if len(w) > 1}
        heaviest = dict(heapq.nlargest(KEYWORDS, weights.items(), key=lambda kv: (kv[1], kv[0])))
        length = math.sqrt(math.fsum(v * v for v in heaviest.values()))
        return {w: v / length for w, v in heaviest.items()}

    def _near(self, vector: Mapping[str, float]) -> list[tuple[float, int]]:
        """Return the most alike clusters with their likeness, best first, ties to the older."""
        rough: dict[int, float] = defaultdict(float)
        looked = 0
        for word in sorted(vector, key=lambda w: (len(self._index.get(w, ())), w)):
            found = self._index.get(word, {})
            looked += len(found)
            if looked > POSTINGS:
                break
            for c in found:
                share = vector[word] * self._clusters[c].middle[word] / self._clusters[c].length
                rough[c] += min(share, self.grain.one_word)
        closest = heapq.nlargest(CLOSEST, rough, key=lambda c: (rough[c], -c))
        scored = [(self._likeness(vector, 1.0, self._clusters[c]), c) for c in closest]
        return sorted(scored, key=lambda s: (-s[0], s[1]))

    def _likeness(self, vector: Mapping[str, float], length: float, cluster: _Cluster) -> float:
        """Return the cosine, each word counting ``one_word`` at most."""
        scale, middle = length * cluster.length, cluster.middle
        shares = (value * middle[word] / scale for word, value in vector.items() if word in middle)
        return math.fsum(min(share, self.grain.one_word) for share in shares)

    def _found(self) -> int:
        self._next += 1
        self._clusters[self._next] = _Cluster()
        if len(self._clusters) > self.capacity:
            self._drop(next(iter(self._clusters)))
        return self._next

    def _add(self, home: int, vector: Mapping[str, float], size: int) -> None:
        for word in vector:
            self._index.setdefault(word, {})[home] = None
        for word in self._clusters[home].add(vector, size):
            self._unlist(word, home)
        self._clusters.move_to_end(home)

    def _merge(self, home: int, others: list[int]) -> tuple[int, ...]:
        """Join *home* with the first of *others* whose middle is like its own; the larger takes the smaller."""
        for other in others[:3]:
            small, large = sorted((home, other), key=lambda c: (self._clusters[c].size, -c))
            away = self._clusters[small]
            if self._likeness(away.middle, away.length, self._clusters[large]) >= self.grain.merge:
                self._drop(small)
                self._add(large, away.middle, away.size)
                self._redirects[small] = large
                return (small,)
        return ()

    def _drop(self, cluster: int) -> None:
        for word in self._clusters.pop(cluster).middle:
            self._unlist(word, cluster)

    def _unlist(self, word: str, cluster: int) -> None:
        del self._index[word][cluster]
        if not self._index[word]:
            del self._index[word]
