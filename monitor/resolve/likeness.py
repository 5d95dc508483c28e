"""
How alike two short news texts are: a proposer of candidates, never a judge.

Title likeness alone cannot tell this week's signing from last week's; who, when, where and how much decide
that (``same``). What likeness can do is find, among many texts, the few worth comparing. A score is a sum of
named parts with fixed weights (``data/likeness.json``, which says where they come from).
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from monitor.resolve.sketch import Background, Sketch

SCALE = 12.0  # the rarity of a word seen once in 200,000 texts: brings parts to the order of 1
RAREST = 8  # how many of the rarest pairs of a text are asked for in the other


class Sense(StrEnum):
    """What alike means: telling of one event, or of one topic (the same match, the same person's affairs)."""

    EVENT = "event"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Likeness:
    """
    ``score`` is a probability as learned from labelled pairs, ``parts`` what speaks for (above 0) and against
    it, ``alike`` whether it reaches the threshold of its sense.
    """

    score: float
    alike: bool
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """Fixed weights of one sense; ``words`` are what sharing one word adds beyond its rarity."""

    bias: float
    threshold: float
    parts: Mapping[str, float]
    words: Mapping[str, float]


def likeness(a: Sketch, b: Sketch, background: Background, sense: Sense = Sense.EVENT) -> Likeness:
    """Compare two texts; symmetric, and a function of the two sketches and the background alone."""
    weights = _weights()[sense]
    told = [(name, weights.parts[name] * value) for name, value in features(a, b, background).items()]
    told += [(f"word:{w}", weights.words[w]) for w in sorted(a.words.keys() & b.words.keys()) if w in weights.words]
    total = weights.bias + math.fsum(value for _, value in told)
    score = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))
    parts = tuple(sorted((p for p in told if p[1]), key=lambda p: (-abs(p[1]), p[0])))
    return Likeness(score, score >= weights.threshold, parts)


def features(a: Sketch, b: Sketch, background: Background) -> dict[str, float]:
    """Return what two texts have in common and where they contradict, by name."""
    chinese = a.chinese or b.chinese
    return {
        **_overlap("pairs", a.pairs, b.pairs, background, chinese),
        **_overlap("words", a.words, b.words, background, chinese),
        **_rarest(a, b, background, chinese),
        **_runs(a.flat, b.flat),
        **_facts(a, b),
        **_lengths(a.flat, b.flat),
    }


def _overlap(
    name: str, a: Collection[str], b: Collection[str], background: Background, chinese: bool
) -> dict[str, float]:
    ours = {t: background.rarity(t, chinese) for t in a}
    theirs = {t: background.rarity(t, chinese) for t in b}
    shared = sorted((ours[t] for t in ours.keys() & theirs.keys()), reverse=True)
    both, one, two = math.fsum(shared), math.fsum(ours.values()), math.fsum(theirs.values())
    square = math.sqrt(math.fsum(r * r for r in ours.values()) * math.fsum(r * r for r in theirs.values()))
    top = [*shared, 0.0, 0.0, 0.0, 0.0]
    return {
        f"{name}: cosine": math.fsum(r * r for r in shared) / square if square else 0.0,
        f"{name}: of all": both / max(one + two - both, 1.0),
        f"{name}: of the shorter": both / max(min(one, two), 1.0),
        f"{name}: of the longer": both / max(one, two, 1.0),
        f"{name}: amount": math.log1p(both),
        f"{name}: rarest shared": top[0] / SCALE,
        f"{name}: second shared": top[1] / SCALE,
        f"{name}: fourth shared": top[3] / SCALE,
    }


def _rarest(a: Sketch, b: Sketch, background: Background, chinese: bool) -> dict[str, float]:
    def rarest(text: Sketch) -> list[str]:
        return sorted(text.pairs, key=lambda t: (-background.rarity(t, chinese), t))[:RAREST]

    ours, theirs = rarest(a), rarest(b)
    found = sum(t in b.pairs for t in ours) + sum(t in a.pairs for t in theirs)
    return {"rarest of one in the other": found / max(len(ours) + len(theirs), 1)}


def _runs(a: str, b: str) -> dict[str, float]:
    longest = _longest_common(a, b)
    ours, theirs = _triples(a), _triples(b)
    shared = len(ours & theirs)
    return {
        "longest run": math.log1p(longest),
        "longest run of the shorter": longest / max(min(len(a), len(b)), 1),
        "triples of the shorter": shared / max(min(len(ours), len(theirs)), 1),
        "triples of both": 2 * shared / max(len(ours) + len(theirs), 1),
        "beginning": len(_triples(a[:30]) & _triples(b[:30])) / 28,
    }


def _triples(text: str) -> set[str]:
    return {text[i : i + 3] for i in range(len(text) - 2)}


def _longest_common(a: str, b: str) -> int:
    """Return the length of the longest common run; at most ``FLAT`` squared steps."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, char in enumerate(a):
        places[char].append(i)
    before: dict[int, int] = {}
    longest = 0
    for char in b:
        now = {i: before.get(i - 1, 0) + 1 for i in places[char]} if char in places else {}
        longest = max(longest, max(now.values(), default=0))
        before = now
    return longest


def _facts(a: Sketch, b: Sketch) -> dict[str, float]:
    return {
        "numbers shared": float(min(len(a.numbers & b.numbers), 3)),
        "numbers differ": _differ(a.numbers, b.numbers),
        "days shared": float(bool(a.days & b.days)),
        "days differ": _differ(a.days, b.days),
        "Latin names shared": float(min(len(a.latin & b.latin), 2)),
        "works shared": float(bool(a.quoted & b.quoted)),
        "works differ": _differ(a.quoted, b.quoted),
    }


def _differ(
    a: frozenset[object] | frozenset[str] | frozenset[tuple[str, str]],
    b: frozenset[object] | frozenset[str] | frozenset[tuple[str, str]],
) -> float:
    return float(bool(a) and bool(b) and a.isdisjoint(b))


def _lengths(a: str, b: str) -> dict[str, float]:
    short, long = sorted((math.log1p(len(a)), math.log1p(len(b))))
    return {"length of the shorter": short, "length of the longer": long, "lengths differ": long - short}


@lru_cache(maxsize=1)
def _weights() -> Mapping[Sense, Weights]:
    data = json.loads(resources.files("monitor.resolve").joinpath("data/likeness.json").read_text("utf-8"))
    return {sense: Weights(**data[sense.value]) for sense in Sense}


def names(rows: Sequence[Mapping[str, float]]) -> list[str]:
    """Return the names of the parts, in the order in which they are computed."""
    return list(rows[0])
