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
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from monitor.normalize.words import kind
from monitor.resolve.index import Vector
from monitor.resolve.memory import Known
from monitor.resolve.sketch import Background, Sketch

SCALE = 12.0  # the rarity of a word seen once in 200,000 texts: brings parts to the order of 1
RAREST = 8  # how many of the rarest pairs of a text are asked for in the other
STALE = -3.0  # as fresh as nothing at all
CLOSE = 0.2  # a neighbour that near tells that the text is one of many

# The kinds of words that are compared apart, by what the dictionary's parts of speech begin with: to share a name
# says more than to share a verb. A word that the dictionary does not know is mostly a name.
SORTS = {"nr": "names", "nz": "names", "nt": "names", "ns": "places", "n": "things", "v": "doings"}


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


def likeness(a: Known, b: Known, background: Background, sense: Sense = Sense.EVENT) -> Likeness:
    """Compare two texts; symmetric, and a function of the two and the background alone."""
    weights = _weights()[sense]
    told = [(name, weights.parts[name] * value) for name, value in features(a, b, background).items()]
    shared = sorted(a.text.words.keys() & b.text.words.keys())
    told += [(f"word:{w}", weights.words[w]) for w in shared if w in weights.words]
    total = weights.bias + math.fsum(value for _, value in told)
    score = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))
    parts = tuple(sorted((p for p in told if p[1]), key=lambda p: (-abs(p[1]), p[0])))
    return Likeness(score, score >= weights.threshold, parts)


def features(one: Known, two: Known, background: Background) -> dict[str, float]:
    """Return what two texts have in common and where they contradict, by name."""
    a, b = one.text, two.text
    chinese = a.chinese or b.chinese
    return {
        **_overlap("pairs", a.pairs, b.pairs, background, chinese),
        **_overlap("words", a.words, b.words, background, chinese),
        **_rarest(a, b, background, chinese),
        **_runs(a.flat, b.flat),
        **_facts(a, b),
        **_lengths(a.flat, b.flat),
        **_sorts(a, b, background, chinese),
        **_fresh(a, b, background),
        **_around(one, two),
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


def _sorts(a: Sketch, b: Sketch, background: Background, chinese: bool) -> dict[str, float]:
    """Compare the words of each sort apart."""
    told: dict[str, float] = {}
    for name in (*dict.fromkeys(SORTS.values()), "unknown", "other"):
        ours, theirs = ({w: background.rarity(w, chinese) for w in x.words if _sort(w) == name} for x in (a, b))
        both = math.fsum(ours[w] for w in ours.keys() & theirs.keys())
        told[f"{name}: amount"] = both / SCALE
        told[f"{name}: of all"] = both / (math.fsum(ours.values()) + math.fsum(theirs.values()) - both + 1)
        told[f"{name}: in both"] = float(bool(ours and theirs))
    return told


@lru_cache(maxsize=1 << 14)
def _sort(word: str) -> str:
    if len(word) == 1 or word[0].isdigit():
        return "other"
    code = kind(word)
    return SORTS.get(code[:2]) or SORTS.get(code[:1]) or ("other" if code else "unknown")


def _fresh(a: Sketch, b: Sketch, background: Background) -> dict[str, float]:
    """Return whether they share what the news is full of just now."""
    ours, theirs = ({w: background.freshness(w) for w in x.words if len(w) > 1} for x in (a, b))
    shared = {w: fresh for w, fresh in ours.items() if w in theirs}
    top = [*sorted(shared.values(), reverse=True), STALE, STALE]
    rare = [max(fresh, 0.0) * background.rarity(w, True) / SCALE for w, fresh in shared.items()]
    heavy = [*sorted(rare, reverse=True), 0.0, 0.0]
    one, two = sorted(max(x.values(), default=STALE) for x in (ours, theirs))
    return {
        "fresh: first shared": top[0],
        "fresh: second shared": top[1],
        "fresh: sum": math.fsum(max(fresh, 0.0) for fresh in shared.values()),
        "fresh and rare: first shared": heavy[0],
        "fresh and rare: second shared": heavy[1],
        "fresh: of the staler": one,
        "fresh: of the fresher": two,
    }


def _around(a: Known, b: Known) -> dict[str, float]:
    """Compare what was read around either."""
    ours, theirs = ({*x.near, *({x.itself} - {None})} for x in (a, b))
    crosswise = sorted((_cosine(a.own, b.wide), _cosine(a.wide, b.own)))
    crowd = sorted(sum(score > CLOSE for score in x.near.values()) for x in (a, b))
    nearest = sorted(max(x.near.values(), default=0.0) for x in (a, b))
    return {
        "around: own words": _cosine(a.own, b.own),
        "around: lent words": _cosine(a.wide, b.wide),
        "around: crosswise": crosswise[0] + crosswise[1],
        "around: better way": crosswise[1],
        "around: neighbours shared": float(len(ours & theirs)),
        "around: one is the other's": float((a.itself in b.near) + (b.itself in a.near)),
        "around: fewer neighbours": math.log1p(crowd[0]),
        "around: more neighbours": math.log1p(crowd[1]),
        "around: farther nearest": nearest[0],
        "around: nearer nearest": nearest[1],
    }


def _cosine(a: Vector, b: Vector) -> float:
    return math.fsum(value * b[word] for word, value in a.items() if word in b)


@lru_cache(maxsize=1)
def _weights() -> Mapping[Sense, Weights]:
    data = json.loads(resources.files("monitor.resolve").joinpath("data/likeness.json").read_text("utf-8"))
    return {sense: Weights(**data[sense.value]) for sense in Sense}
