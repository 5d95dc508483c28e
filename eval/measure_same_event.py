"""
Likeness of two short texts: one event (sohu B), one topic (sohu A).

Judged on the third of the pairs whose texts nothing was learned from (``eval/pairs.py``). Measures the
proposer of candidates, not the rule by which mentions join an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.base import Score, digest
from eval.pairs import FILES, Pair, f1, load
from monitor.resolve.likeness import Sense, likeness
from monitor.resolve.memory import Known, Memory
from monitor.resolve.sketch import shipped, sketch

NAMES = {"event": "same event (test third of sohu_B)", "topic": "same topic (test third of sohu_A)"}


def measure(data: Path) -> Iterable[Score]:
    """Measure both senses at their fixed thresholds."""
    judged = {sense: [p for p in part if p.test] for sense, part in load(data).items()}
    memory, known = read([p for part in judged.values() for p in part])
    for sense, pairs in judged.items():
        found = [likeness(known[p.a], known[p.b], memory.background, Sense(sense)).alike for p in pairs]
        right = [p.alike for p in pairs]
        hits = sum(f and r for f, r in zip(found, right, strict=True))
        detail = (
            f"{len(pairs)} pairs, {sum(right)} alike; precision {hits / max(sum(found), 1):.3f}, "
            f"recall {hits / max(sum(right), 1):.3f}"
        )
        corpus = digest([data / "same_event" / FILES[sense]])
        yield Score(NAMES[sense], f1(found, right), corpus, detail=detail)


def read(pairs: Sequence[Pair]) -> tuple[Memory, dict[str, Known]]:
    """Read the texts of *pairs*, each once and without their labels, as a daemon reads its feeds; then look at each."""
    memory = Memory(shipped())
    told = {text: sketch(text) for p in pairs for text in (p.a, p.b)}
    for text in sorted(told):
        memory.read(told[text])
    return memory, {text: memory.look(one) for text, one in told.items()}
