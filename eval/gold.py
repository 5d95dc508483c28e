"""
A gold timeline: what was marked in its articles, and how an exported event is held against it.

How it is counted stands in ``measure_timeline``; the forms of the two files too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

Span = tuple[str, int, int]  # URL of the article, start, end
Bounds = tuple[date, date]

FAMILIES = (
    {"meeting", "visit"},
    {"agreement", "investment"},
    {"land", "permit"},
    {"production", "opening"},
    {"personnel", "recruitment"},
    {"accident", "recall"},
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage that tells *event*, ``also`` when it only recalls it."""

    event: str
    start: int
    end: int
    also: bool


@dataclass(frozen=True, slots=True)
class Text:
    """An article: its marks, the bounds of every date that it tells, and the last day known when it was written."""

    id: str
    part: str
    marks: tuple[Mark, ...]
    dates: tuple[Bounds, ...]
    day: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gold event."""

    id: str
    topic: str
    part: str
    title: str
    when: tuple[str | None, ...]
    kinds: tuple[str, ...]
    classes: tuple[str, ...]
    articles: frozenset[str]
    optional: bool

    def has_kind(self, kind: str) -> bool:
        """Return whether *kind* is of the family of one that is right."""
        return any(kind == k or any({kind, k} <= family for family in FAMILIES) for k in self.kinds)

    def has_date(self, edtf: str | None) -> bool:
        """Return whether *edtf* is one that is right."""
        return any(edtf == w or (edtf and w and _fits(edtf, w)) for w in self.when)


def _fits(edtf: str, pattern: str) -> bool:
    return "*" in pattern and fnmatchcase(edtf, pattern.replace("[", "[[]"))


@dataclass(frozen=True)
class Found:
    """An exported event."""

    record: Mapping[str, Any]

    @cached_property
    def spans(self) -> frozenset[Span]:
        """The places of its quotes."""
        return frozenset((e["url"], e["start"], e["end"]) for e in self.record["evidence"] if e["type"] == "quote")

    @property
    def id(self) -> str:
        """Its id in the export."""
        return str(self.record["id"])

    @property
    def edtf(self) -> str | None:
        """Its date."""
        edtf: str | None = self.record["when"]["edtf"]
        return edtf

    @property
    def claim(self) -> str:
        """Its class: denied, cancelled, planned or asserted."""
        if self.record["status"] in ("denied", "disputed"):
            return "denied"
        phase = self.record["phase"]
        return str(phase) if phase in ("cancelled", "planned") else "asserted"

    def __str__(self) -> str:
        return f"{self.edtf} {self.record['kind']} {self.claim} {self.record['title']!r}"


@dataclass(frozen=True)
class Gold:
    """The gold timeline; ``texts`` by URL, ``lines`` are what is handed in."""

    texts: Mapping[str, Text]
    events: Mapping[str, Wanted]
    lines: tuple[str, ...]
    config: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that its events belong to."""
        return tuple(dict.fromkeys(e.topic for e in self.events.values()))

    @classmethod
    def load(cls, folder: Path) -> Gold:
        """Read it from *folder*."""
        articles, events = records(folder / "articles.jsonl"), records(folder / "events.jsonl")
        sent = ("url", "source", "title", "published", "text")
        return cls(
            {r["url"]: _text(r) for r in articles},
            {e["id"]: _wanted(e) for e in events},
            tuple(json.dumps({k: r[k] for k in sent}, ensure_ascii=False) for r in articles),
            (folder / "config.yaml").read_text("utf-8"),
        )

    def told(self, span: Span, *, also: bool) -> frozenset[str]:
        """Return the events that the quote at *span* tells, or recalls."""
        url, start, end = span
        return frozenset(
            m.event
            for m in self.texts[url].marks
            if m.also is also and 2 * (min(end, m.end) - max(start, m.start)) >= min(end - start, m.end - m.start)
        )

    def part_of(self, found: Found) -> str:
        """Return the part that most of what *found* tells belongs to, else most of its articles."""
        told = Counter(self.events[e].part for s in found.spans for e in self.told(s, also=False))
        texts = Counter(self.texts[url].part for url, _, _ in sorted(found.spans))
        return (told or texts or Counter(["dev"])).most_common(1)[0][0]

    def shared(self, found: Found, wanted: Wanted) -> int:
        """Return how many articles the two share, 0 when they may not be aligned."""
        if found.record["topic"] != wanted.topic:
            return 0
        telling = {s[0] for s in found.spans if wanted.id in self.told(s, also=False)}
        recalling = {s[0] for s in found.spans if wanted.id in self.told(s, also=True)} - telling
        others = {s[0] for s in found.spans} - telling - recalling
        return len(telling) if len(telling) > len(others) else 0

    def align(self, found: Sequence[Found]) -> dict[str, Wanted]:
        """Return the aligned pairs: the id of the exported event -> the gold event."""
        wanted = list(self.events.values())
        weights = [[self._weight(f, w) for w in wanted] for f in found]
        return {found[row].id: wanted[column] for row, column in assign(weights) if weights[row][column] > 0}

    def _weight(self, found: Found, wanted: Wanted) -> float:
        shared = self.shared(found, wanted)
        return 1000.0 * shared + _agreeing(found, wanted) if shared else 0.0  # so that agreeing only breaks ties

    def recalls(self, found: Found) -> bool:
        """Return whether *found* tells no gold event and recalls one: it speaks neither for nor against."""
        return not any(self.told(s, also=False) for s in found.spans) and any(
            self.told(s, also=True) for s in found.spans
        )

    def merges(self, found: Found) -> bool | None:
        """Return whether *found* rests on what no one gold event tells; None when it tells none."""
        told = [t for s in found.spans if (t := self.told(s, also=False))]
        recalled = {e for s in found.spans for e in self.told(s, also=True)}
        if not told:
            return None
        if any(not self.texts[url].marks for url, _, _ in found.spans):
            return True
        return not frozenset.intersection(*told) and not any(all(e in t for t in told) for e in recalled)

    def invents(self, found: Found) -> bool:
        """Return whether the date of *found* is told by none of its articles."""
        when = found.record["when"]
        first, last = (date.fromisoformat(d) if d else None for d in (when["earliest"], when["latest"]))
        if first is None and last is None:
            return False
        own = (first or date.min, last or date.max)
        texts = [self.texts[url] for url, _, _ in found.spans]
        return not any(own[0] <= told[0] and told[1] <= own[1] for text in texts for told in _allowed(text))


def records(file: Path) -> list[dict[str, Any]]:
    """Return the records of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]


def _agreeing(found: Found, wanted: Wanted) -> int:
    return wanted.has_kind(found.record["kind"]) + (found.claim in wanted.classes) + wanted.has_date(found.edtf)


def _text(record: Mapping[str, Any]) -> Text:
    told = [m["told"] for m in record["marks"] if m["told"]] + record["dates"]
    return Text(
        record["id"],
        record["part"],
        tuple(Mark(m["event"], m["start"], m["end"], m.get("also", False)) for m in record["marks"]),
        tuple(bounds(edtf) for edtf in told),
        date.fromisoformat(record["day"]) if record["day"] else None,
    )


def _wanted(record: Mapping[str, Any]) -> Wanted:
    return Wanted(
        record["id"],
        record["topic"],
        record["part"],
        record["title"],
        tuple(record["when"]),
        tuple(record["kind"]),
        tuple(record["class"]),
        frozenset(record["articles"]),
        record.get("optional", False),
    )


def _allowed(text: Text) -> Iterator[Bounds]:
    """Yield what *text* allows: each date told, that date cut at the publication on either side, "by then", "from then"."""
    yield from text.dates
    if text.day is None:
        return
    yield (date.min, text.day)
    yield (text.day, date.max)
    for first, last in text.dates:
        if first <= text.day <= last:
            yield (first, text.day)
            yield (text.day, last)


def bounds(edtf: str) -> Bounds:
    """Return the first and the last day of *edtf* (of the forms that ``docs/dates.md`` has); open is min and max."""
    for mark in ("..", "/"):
        if mark in edtf.strip("[]"):
            first, last = edtf.strip("[]").split(mark)
            return (bounds(first)[0] if first else date.min, bounds(last)[1] if last else date.max)
    year, *finer = (int(n) for n in edtf.split("-"))
    if len(finer) == 2:
        return (date(year, *finer), date(year, *finer))
    begin, end = _months(finer[0]) if finer else (1, 12)
    after = date(year + end // 12, end % 12 + 1, 1)
    return (date(year, begin, 1), after - timedelta(days=1))


def _months(number: int) -> tuple[int, int]:
    """Return the first and last month that the second field of an EDTF means: month, quarter (33-36), half (40, 41)."""
    if number >= 40:
        return (6 * (number - 40) + 1, 6 * (number - 40) + 6)
    if number >= 33:
        return (3 * (number - 33) + 1, 3 * (number - 33) + 3)
    return (number, number)


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """
    Return the pairs (row, column) of the one-to-one assignment with the greatest weight in all.

    Augmenting paths over potentials (Kuhn, Munkres), cubic; the matrix is made square with zeros.
    """
    size = max(len(weights), max(map(len, weights), default=0))
    cost = [[-w for w in row] + [0.0] * (size - len(row)) for row in weights]
    cost += [[0.0] * size for _ in range(size - len(weights))]
    by_row, by_column = [0.0] * (size + 1), [0.0] * (size + 1)
    owner = [size] * (size + 1)  # of each column; the last column is the start of every path
    for row in range(size):
        owner[size] = row
        _augment(cost, by_row, by_column, owner)
    pairs = [(owner[column], column) for column in range(size)]
    return sorted((r, c) for r, c in pairs if r < len(weights) and c < len(weights[r]))


def _augment(cost: list[list[float]], by_row: list[float], by_column: list[float], owner: list[int]) -> None:
    """Give the row that waits in the last column a column of its own, along the cheapest path."""
    size = len(cost)
    least, before, seen = [float("inf")] * size, [size] * size, [False] * (size + 1)
    column = size
    while owner[column] != size or column == size:
        seen[column] = True
        row = owner[column]
        for other in range(size):
            slack = cost[row][other] - by_row[row] - by_column[other]
            if not seen[other] and slack < least[other]:
                least[other], before[other] = slack, column
        step, nearest = min((least[c], c) for c in range(size) if not seen[c])
        for other in range(size + 1):
            if seen[other]:
                by_row[owner[other]] += step
                by_column[other] -= step
            elif other < size:
                least[other] -= step
        column = nearest
    while column != size:
        owner[column] = owner[before[column]]
        column = before[column]
