"""
Texts that come one by one, gathered into clusters that probably tell of one thing.

Each text is seen once and joins the cluster whose middle it is most like, or founds one; two clusters whose
middles turn out to be alike become one. Proposals only: whether two reports are one event is decided by date,
actors, place and figures (``same``).
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.resolve.index import CAPACITY, Index, vector
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
EVENT = Grain(0.20, 0.22, 0.06)
"""One event: articles of 2020 and 2021 (Chinese, 78 events) among headlines."""
THREAD = Grain(0.12, 0.22, 0.07)
"""An event with all that follows from it: titles with snippets (English, 152 clusters of 3 to 430)."""

NEARLY = 0.8  # of ``join``: a cluster that near is looked at for merging
MERGES = 3  # clusters looked at for merging with the one that a text joined


@dataclass(frozen=True, slots=True)
class Proposal:
    """``cluster`` is where the text is now; ``likeness`` is 0 where it founded it; ``merged`` went into it."""

    cluster: int
    likeness: float
    merged: tuple[int, ...] = ()


class Stream:
    """The clusters so far; *capacity* bounds how many are remembered."""

    def __init__(self, background: Background, grain: Grain = EVENT, capacity: int = CAPACITY) -> None:
        self.background, self.grain = background, grain
        self._index = Index(grain.one_word, capacity)
        self._redirects: dict[int, int] = {}

    def put(self, text: Sketch) -> Proposal:
        """Learn from *text* and give it its place."""
        self.background.learn(text)
        words = vector(text, self.background)
        near = self._index.near(words)
        best = next(((score, c) for score, c in near if score >= self.grain.join), None)
        likeness, home = best if best else (0.0, self._index.found())
        self._index.add(home, words)
        merged = self._merge(home, [c for score, c in near if c != home and score >= self.grain.join * NEARLY])
        return Proposal(self.find(home), likeness, merged)

    def find(self, cluster: int) -> int:
        """Return where the texts of *cluster* are now."""
        while cluster in self._redirects:
            cluster = self._redirects[cluster]
        return cluster

    def _merge(self, home: int, others: list[int]) -> tuple[int, ...]:
        """Join *home* with the first of *others* whose middle is like its own; the larger takes the smaller."""
        known = self._index.entries
        for other in others[:MERGES]:
            if other not in known or home not in known:
                continue
            small, large = sorted((home, other), key=lambda c: (known[c].size, -c))
            away = known[small]
            if self._index.likeness(away.words, away.length, large) >= self.grain.merge:
                self._index.drop(small)
                self._index.add(large, away.words, away.size)
                self._redirects[small] = large
                return (small,)
        return ()
