"""
Likeness of two short texts: one event (sohu B), one topic (sohu A).

Judged on the third of the pairs whose texts nothing was learned from (``eval/pairs.py``). Measures the
proposer of candidates, not the rule by which mentions join an event.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.base import Score, digest
from eval.pairs import FILES, Pair, f1, load
from monitor.resolve.likeness import Sense, likeness
from monitor.resolve.sketch import Background, shipped, sketch

NAMES = {"event": "same event (test third of sohu_B)", "topic": "same topic (test third of sohu_A)"}


def measure(data: Path) -> Iterable[Score]:
    """Measure both senses at their fixed thresholds."""
    for sense, pairs in load(data).items():
        background = shipped()
        test = [p for p in pairs if p.test]
        found = [alike(p, background, Sense(sense)) for p in test]
        right = [p.alike for p in test]
        hits = sum(f and r for f, r in zip(found, right, strict=True))
        detail = (
            f"{len(test)} pairs, {sum(right)} alike; precision {hits / max(sum(found), 1):.3f}, "
            f"recall {hits / max(sum(right), 1):.3f}"
        )
        corpus = digest([data / "same_event" / FILES[sense]])
        yield Score(NAMES[sense], f1(found, right), corpus, detail=detail)


def alike(pair: Pair, background: Background, sense: Sense) -> bool:
    """Return whether the two texts of *pair* are proposed to each other; the background reads them first, as a daemon does."""
    a, b = sketch(pair.a), sketch(pair.b)
    background.learn(a)
    background.learn(b)
    return likeness(a, b, background, sense).alike
