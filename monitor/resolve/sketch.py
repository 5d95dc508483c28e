"""
What a short news text is compared by, and how much each of its words tells.

A sketch is small and holds no sentence: words, character pairs, numbers, days, names in Latin letters,
quoted titles, and the squeezed beginning. Rarity is learned: a background that ships with the program gives
the first guess, every text read afterwards corrects it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from monitor.normalize import simplify
from monitor.normalize.words import borders

# Beyond this a report says who commented, not what happened; it also bounds every cost below. Swept together
# with TITLE_WEIGHT by eval/measure_clusters.py: 500 and 800 characters merge three and five times as much that is not one.
LEAD = 300
FLAT = 160  # characters of the squeezed beginning that are laid side by side
TITLE_WEIGHT = 10  # a word of the title counts like so many of the text: titles name the event
# What the background remembers at most; beyond it all counts are halved and the rarest words forgotten.
VOCABULARY = 200_000
# The shipped table weighs like a quarter of its texts, so that a stream of its own kind soon outweighs it.
TABLE_WEIGHT = 0.25
USUAL = 1_000.0  # texts that the table counts for beside what was read, before a word may be called fresh
RARELY = 8.0  # in so many of its texts stands, about, a word that the table leaves out

# Characters that build sentences, not names: beside one of these a lone character is no part of a name.
_BUILDING = frozenset(
    "的了在是和与及或被将把对为等也都就又向从到上下不没有个这那你我他她它们后前中里外内年月日时分第一二三四五六七八九十"
    "百千万亿元人要会能可再已曾说称让给用去来做当如何什么吗呢啊吧呀之其所以于由但却才还只更最很太好大小多少新老"
)

_RUNS = re.compile(r"[a-z][a-z'&-]{0,40}|\d{1,20}(?:\.\d{1,10})?|[\u4e00-\u9fff]+")
_NUMBER = re.compile(r"\d{1,20}(?:\.\d{1,10})?")
_DAY = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})[日号]")
_QUOTED = re.compile(r"《([^《》]{1,20})》")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sketch:
    """One text, ready to be compared; ``words`` are weighted by how often and where they stand."""

    words: Mapping[str, float]
    pairs: frozenset[str]
    flat: str
    numbers: frozenset[str]
    days: frozenset[tuple[str, str]]
    latin: frozenset[str]
    quoted: frozenset[str]
    chinese: bool


def sketch(title: str, text: str = "") -> Sketch:
    """Return the sketch of a text; without *title* or without *text* it is made of the other alone."""
    head, body = _fold(title[:LEAD]), _fold(text[:LEAD])
    whole = f"{head}\n{body}" if head and body else head or body
    runs = _RUNS.findall(whole)
    counts: Counter[str] = Counter()
    for part, weight in ((head, TITLE_WEIGHT if body else 1), (body, 1)):
        for word in _words(part):
            counts[word] += weight
    han = [run for run in runs if _is_han(run)]
    return Sketch(
        words={word: 1 + math.log(count) for word, count in counts.items()},
        pairs=frozenset(p for run in runs for p in (_pairs(run) if _is_han(run) else (run,))),
        flat=_SPACE.sub("", whole[: FLAT * 2])[:FLAT],
        numbers=frozenset(_NUMBER.findall(whole)),
        days=frozenset((m[1] or "", m[2]) for m in _DAY.finditer(whole)),
        latin=frozenset(run for run in runs if run[0].isascii() and run[0].isalpha()),
        quoted=frozenset(_QUOTED.findall(whole)),
        chinese=bool(han),
    )


def _fold(text: str) -> str:
    return simplify(text.encode("utf-8", "replace").decode("utf-8")).lower()


def _is_han(run: str) -> bool:
    return "\u4e00" <= run[0] <= "\u9fff"


def _words(text: str) -> Iterator[str]:
    for run in _RUNS.findall(text):
        if _is_han(run):
            yield from _named([run[a:b] for a, b in pairwise(borders(run))])
        else:
            yield run


def _named(words: list[str]) -> Iterator[str]:
    """Return *words* and, where lone characters meet, their pairs: a name that no dictionary knows falls apart."""
    yield from words
    for a, b in pairwise(words):
        if len(a) == len(b) == 1 and not (a in _BUILDING or b in _BUILDING):
            yield a + b


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@dataclass(slots=True)
class Background:
    """
    In how many texts a word or character pair was seen, Chinese and other texts counted apart.

    ``learn`` is the only thing that changes it. Memory is bounded by ``VOCABULARY``. ``shipped`` is how much of
    what is counted the shipped table still is.
    """

    seen: dict[bool, dict[str, float]] = field(default_factory=lambda: {True: {}, False: {}})
    texts: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})
    shipped: float = 0.0

    def learn(self, text: Sketch) -> None:
        """Count one text."""
        seen = self.seen[text.chinese]
        self.texts[text.chinese] += 1
        for term in text.pairs | text.words.keys():
            seen[term] = seen.get(term, 0.0) + 1
        if len(seen) > VOCABULARY:
            self._forget(text.chinese)

    def rarity(self, term: str, chinese: bool) -> float:
        """Return the inverse document frequency of *term*, above 0: 0.01 for what is in every text."""
        seen = self.seen[chinese].get(term, 0.0)
        return max(math.log((self.texts[chinese] + 1) / (seen + 0.5)), 0.01)

    def freshness(self, term: str) -> float:
        """
        Return how much commoner *term* is in what was read than in the shipped table (logarithm of the ratio).

        What the news is full of just now is above 0: the name of the week, not a word of the trade.
        """
        texts, seen = _table() if self.shipped else (0.0, {})
        before, read = seen.get(term, 0.0), self.texts[True] - self.shipped * texts
        lately = max(self.seen[True].get(term, 0.0) - self.shipped * before, 0.0)
        usual = (max(before, RARELY) + 1) / (texts + RARELY + 1)
        return math.log((lately + USUAL * usual) / (max(read, 0.0) + USUAL) / usual)

    def _forget(self, chinese: bool) -> None:
        self.texts[chinese] /= 2
        self.seen[chinese] = {term: n / 2 for term, n in self.seen[chinese].items() if n >= 2}
        if chinese:
            self.shipped /= 2


def shipped() -> Background:
    """Return a new background that knows what the shipped table knows."""
    texts, seen = _table()
    counts = {term: TABLE_WEIGHT * count for term, count in seen.items()}
    return Background({True: counts, False: {}}, {True: TABLE_WEIGHT * texts, False: 0.0}, TABLE_WEIGHT)


@lru_cache(maxsize=1)
def _table() -> tuple[float, Mapping[str, float]]:
    lines = resources.files("monitor.resolve").joinpath("data/background.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return float(rows[0][1]), {term: float(count) for term, count in rows[1:]}
