"""
Streaming clusters: one pass, one fixed threshold, the very code that proposes candidates.

*Articles among headlines*: 301 Chinese articles of 78 events, spread evenly in their order among 20,000
headlines that cannot tell of the same events: half from 2022 to 2024 (the articles are of 2020 and 2021) in
order of date, half from older collections. *News*: 11,109 English titles with snippets in their order. Both
are judged twice, on the half of the clusters that the thresholds were chosen on and on the other half.

A false merge is an article or headline in a cluster where most are of another event; the share is among
everything that shares a cluster with a labelled article.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.base import Score, digest
from monitor.resolve.sketch import Background, shipped, sketch
from monitor.resolve.stream import EVENT, THREAD, Grain, Stream

HEADLINES = 10_000  # from either collection
SINCE = "2022-01-01"


@dataclass(frozen=True, slots=True)
class Told:
    """One text of the stream and the event it is labelled with ("" is a headline without a label)."""

    title: str
    text: str
    event: str


def measure(data: Path) -> Iterable[Score]:
    """Measure both streams."""
    folder = data / "clusters"
    streams = [data / "streams" / name for name in ("headlines_zh.jsonl.gz", "weibo_2020_2024.jsonl.gz")]
    yield from _articles(folder / "ecob_zh_dev.jsonl.gz", streams)
    yield from _news(folder / "googlenews_TS.jsonl.gz")


def _articles(file: Path, streams: list[Path]) -> Iterator[Score]:
    labelled = [Told(r["title"], r["text"], str(r["event"])) for r in _rows(file)]
    told = list(_mixed(labelled, _headlines(*streams)))
    found = run(told, shipped(), EVENT)
    corpus = digest([file, *streams])
    for half, name in ((True, "judged"), (False, "chosen on")):
        precision, recall, both = b_cubed(found, [t.event for t in told], half)
        detail = f"precision {precision:.3f}, recall {recall:.3f}, {len(told)} texts"
        yield Score(f"clusters among headlines ({name})", both, corpus, detail=detail)
    wrong, size, shown = false_merges(found, told)
    yield Score("clusters among headlines: false merges", wrong / size, corpus, False, f"{wrong} of {size}: {shown}")


def _news(file: Path) -> Iterator[Score]:
    told = [Told("", r["text"], r["cluster"]) for r in _rows(file)]
    found = run(told, Background(), THREAD)
    for half, name in ((True, "judged"), (False, "chosen on")):
        precision, recall, both = b_cubed(found, [t.event for t in told], half)
        detail = f"precision {precision:.3f}, recall {recall:.3f}, {len(set(found))} clusters"
        yield Score(f"clusters of news ({name})", both, digest([file]), detail=detail)


def run(told: Sequence[Told], background: Background, grain: Grain) -> list[int]:
    """Return the cluster of each text once all have come."""
    stream = Stream(background, grain)
    first = [stream.put(sketch(t.title, t.text)).cluster for t in told]
    return [stream.find(c) for c in first]


def b_cubed(found: Sequence[int], events: Sequence[str], judged: bool) -> tuple[float, float, float]:
    """Return precision, recall and F1 over the labelled texts of one half; precision counts headlines too."""
    mine = [i for i, e in enumerate(events) if e and is_judged(e) is judged]
    size, event = Counter(found), Counter(e for e in events if e)
    both = Counter((found[i], events[i]) for i in mine)
    precision = sum(both[found[i], events[i]] / size[found[i]] for i in mine) / len(mine)
    recall = sum(both[found[i], events[i]] / event[events[i]] for i in mine) / len(mine)
    return precision, recall, 2 * precision * recall / (precision + recall)


def is_judged(event: str) -> bool:
    """Return whether an event is one of those that nothing was chosen on."""
    return int(hashlib.sha256(event.encode()).hexdigest()[:8], 16) % 2 == 0


def false_merges(found: Sequence[int], told: Sequence[Told]) -> tuple[int, int, list[str]]:
    """Return how many texts sit with another event, among how many, and the first of them."""
    members: dict[int, list[int]] = defaultdict(list)
    for i, cluster in enumerate(found):
        members[cluster].append(i)
    wrong: list[str] = []
    size = 0
    for texts in members.values():
        names = [told[i].event or f"headline {i}" for i in texts]
        if not any(told[i].event for i in texts):
            continue
        main = Counter(names).most_common(1)[0][0]
        size += len(texts)
        wrong += [told[i].title[:24] for i, name in zip(texts, names, strict=True) if name != main]
    return len(wrong), size, wrong[:12]


def _mixed(labelled: list[Told], headlines: list[str]) -> Iterator[Told]:
    every = len(headlines) // len(labelled)
    for i, headline in enumerate(headlines):
        if i % every == 0 and i // every < len(labelled):
            yield labelled[i // every]
        yield Told(headline, "", "")


def _headlines(old: Path, dated: Path) -> list[str]:
    early = [r["title"] for r in _rows(old)]
    late = [r["title"] for r in sorted(_rows(dated), key=lambda r: r["date"]) if r["date"] >= SINCE]
    picked = [part[i * len(part) // HEADLINES] for i in range(HEADLINES) for part in (early, late)]
    return list(picked)


def _rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
