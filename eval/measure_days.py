"""
Date selection on Timeline17 (English; finan, h1n1, haiti): the days that most articles tell of.

Of each gold timeline the days between its first and its last are ranked by how many articles name them (dates that
``normalize.dates`` resolves to a day), ties to the earlier; as many are taken as the timeline has. F1 is then the share
that is right; the figure is the mean over timelines. A day that no article names is never taken, however likely
(a third of the days of *finan* have no article): that bounds the figure, and a timeline that invents no date.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from eval.base import Score, digest
from monitor.model import Precision
from monitor.normalize import dates

LEFT_OUT = "egypt"  # of which every day is in the gold timeline


def measure(data: Path) -> Iterable[Score]:
    """Yield the mean F1."""
    articles, gold = (data / "timelines" / f"t17_dev_{name}" for name in ("articles.jsonl.gz", "gold.jsonl"))
    told = _told(articles)
    timelines: dict[tuple[str, str], set[date]] = defaultdict(set)
    for line in gold.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["topic"] != LEFT_OUT:
            timelines[row["topic"], row["timeline"]].add(date.fromisoformat(row["date"]))
    shares = {name: _right(told[name[0]], days) for name, days in sorted(timelines.items())}
    detail = ", ".join(f"{topic} {share:.2f}" for (topic, _), share in shares.items())
    yield Score("days of a timeline", sum(shares.values()) / len(shares), digest([articles, gold]), detail=detail)


def _told(file: Path) -> dict[str, Counter[date]]:
    """Return for each topic how many articles name each day."""
    told: dict[str, Counter[date]] = defaultdict(Counter)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["topic"] != LEFT_OUT:
                told[row["topic"]].update(_days(row["text"], date.fromisoformat(row["date"])))
    return told


def _days(text: str, published: date) -> set[date]:
    spans = (span for line in text.split("\n") for span in dates.find(line, published))
    return {span.when.earliest for span in spans if span.when.precision is Precision.DAY and span.when.earliest}


def _right(told: Counter[date], days: set[date]) -> float:
    within = {day: n for day, n in told.items() if min(days) <= day <= max(days)}
    best = sorted(within, key=lambda day: (-within[day], day))[: len(days)]
    return len(days.intersection(best)) / len(days)
