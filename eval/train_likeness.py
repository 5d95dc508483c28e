"""
``python -m eval.train_likeness DATA``: make ``monitor/resolve/data`` (background.tsv, likeness.json) anew.

The background counts in how many texts a term stands: headlines of the streams and beginnings of dated
articles. The weights are a logistic regression over the named parts of ``likeness.features`` and over which
words are shared, learned on the learning part of the pairs alone, whose texts are read first; the threshold
is the one that was best out of fold (texts that occur together stay in one fold). What tells of one event tells
of one topic, so the topic learns from the events' alike pairs too. The ridges were chosen by
cross-validation on that part.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.base import digest
from eval.measure_same_event import read
from eval.pairs import FOLDS, Pair, f1, files, load
from monitor.resolve.likeness import features
from monitor.resolve.memory import Known, Memory
from monitor.resolve.sketch import sketch

HOME = Path(__file__).parent.parent / "monitor" / "resolve" / "data"
SEEN_AT_LEAST = 12  # texts that hold a term before it is worth a line
SHARED_AT_LEAST = 4  # pairs that share a word before it gets a weight of its own
WORD_RIDGE, PART_RIDGE = 5.0, 20.0
EPOCHS = 40

Row = tuple[list[float], list[str], bool]


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    pairs = load(data)
    _write_background(data)
    learning = {sense: [p for p in part if not p.test] for sense, part in pairs.items()}
    memory, known = read([p for part in learning.values() for p in part])
    told: dict[str, dict[str, Any] | str] = {}
    for sense, part in learning.items():
        more = [p for p in learning["event"] if p.alike] if sense == "topic" else []
        found = learn(part, more, memory, known)
        print(sense, len(part), "pairs; out of fold F1", round(found.pop("out_of_fold"), 4))
        told[sense] = found
    told["provenance"] = (
        "made by eval/train_likeness.py from the learning two thirds of sohu_A_train and sohu_B_train "
        f"(corpus {digest(files(data))}); a word's weight is what sharing it adds beyond its rarity"
    )
    (HOME / "likeness.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _write_background(data: Path) -> None:
    counts: Counter[str] = Counter()
    total = 0
    for text in _texts(data):
        told = sketch(text)
        total += 1
        counts.update(told.pairs | told.words.keys())
    kept = sorted((t, n) for t, n in counts.items() if n >= SEEN_AT_LEAST and len(t) > 1 and not t[0].isdigit())
    head = (
        "# in how many texts a word or pair of characters stands; made by eval/train_likeness.py from headlines\n"
        "# (weibo_2020_2024, headlines_zh) and beginnings of articles (cctv_2022_2023)\n"
    )
    HOME.mkdir(exist_ok=True)
    rows = "".join(f"{t}\t{n}\n" for t, n in [("(texts)", total), *kept])
    (HOME / "background.tsv").write_text(head + rows, "utf-8")


def _texts(data: Path) -> Iterator[str]:
    for file in [*sorted((data / "streams").glob("*.jsonl.gz")), *sorted((data / "articles").glob("*.jsonl.gz"))]:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield (row["title"] + " " + row.get("text", ""))[:200]


def learn(pairs: Sequence[Pair], more: Sequence[Pair], memory: Memory, known: Mapping[str, Known]) -> dict[str, Any]:
    """
    Return bias, threshold and weights as ``likeness.json`` holds them, and the F1 out of fold.

    *more* are learned from like *pairs*, but the threshold is not chosen on them.
    """
    names, rows = table([*pairs, *more], memory, known)
    folds = [p.fold for p in (*pairs, *more)]
    guessed: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        bias, parts, words = fit([r for r, f in zip(rows, folds, strict=True) if f != fold])
        own = zip(rows[: len(pairs)], folds, strict=False)
        guessed += [(_score(bias, parts, words, r), r[2]) for r, f in own if f == fold]
    threshold = max(
        (t / 200 for t in range(10, 160)), key=lambda t: f1([s >= t for s, _ in guessed], [y for _, y in guessed])
    )
    bias, parts, words = fit(rows)
    return {
        "bias": round(bias, 4),
        "threshold": threshold,
        "parts": {n: round(w, 4) for n, w in zip(names, parts, strict=True)},
        "words": {w: round(v, 3) for w, v in sorted(words.items()) if abs(v) >= 0.05},
        "out_of_fold": f1([s >= threshold for s, _ in guessed], [y for _, y in guessed]),
    }


def table(pairs: Sequence[Pair], memory: Memory, known: Mapping[str, Known]) -> tuple[list[str], list[Row]]:
    """Return the names of the parts and a row a pair: the parts, the shared words, the label."""
    found = [features(known[p.a], known[p.b], memory.background) for p in pairs]
    rows = [
        (list(f.values()), sorted(known[p.a].text.words.keys() & known[p.b].text.words.keys()), p.alike)
        for f, p in zip(found, pairs, strict=True)
    ]
    return list(found[0]), rows


def fit(rows: Sequence[Row]) -> tuple[float, list[float], dict[str, float]]:
    """Fit a logistic regression with a ridge (AdaGrad over shuffled rows); return bias, part and word weights."""
    shared = Counter(w for _, ws, _ in rows for w in ws)
    usual = {w for w, n in shared.items() if n >= SHARED_AT_LEAST and not w.isdigit()}
    size = len(rows[0][0])
    mean = [math.fsum(r[0][j] for r in rows) / len(rows) for j in range(size)]
    spread = [math.sqrt(math.fsum((r[0][j] - mean[j]) ** 2 for r in rows) / len(rows)) or 1.0 for j in range(size)]
    scaled = [
        (
            [(x - m) / s for x, m, s in zip(r[0], mean, spread, strict=True)],
            [w for w in r[1] if w in usual],
            float(r[2]),
        )
        for r in rows
    ]
    bias, parts, words = _descend(scaled, size, usual)
    raw = [w / s for w, s in zip(parts, spread, strict=True)]
    return bias - math.fsum(w * m for w, m in zip(raw, mean, strict=True)), raw, words


def _descend(
    rows: list[tuple[list[float], list[str], float]], size: int, usual: set[str]
) -> tuple[float, list[float], dict[str, float]]:
    bias, parts, words = -1.0, [0.0] * size, dict.fromkeys(sorted(usual), 0.0)
    steps, word_steps, bias_step = [1e-6] * size, dict.fromkeys(usual, 1e-6), 1e-6
    order, rng = list(range(len(rows))), random.Random(5)
    seen = Counter(w for _, ws, _ in rows for w in ws)
    for epoch in range(EPOCHS):
        rng.shuffle(order)
        rate = 0.15 / (1 + epoch / 8)
        for i in order:
            x, ws, y = rows[i]
            gap = (
                1
                / (
                    1
                    + math.exp(-max(min(bias + sum(map(float.__mul__, parts, x)) + sum(words[w] for w in ws), 30), -30))
                )
                - y
            )
            bias_step += gap * gap
            bias -= rate * gap / math.sqrt(bias_step)
            for j, v in enumerate(x):
                g = gap * v + PART_RIDGE * parts[j] / len(rows)
                steps[j] += g * g
                parts[j] -= rate * g / math.sqrt(steps[j])
            for w in ws:
                g = gap + WORD_RIDGE * words[w] / seen[w]
                word_steps[w] += g * g
                words[w] -= rate * g / math.sqrt(word_steps[w])
    return bias, parts, words


def _score(bias: float, parts: Sequence[float], words: dict[str, float], row: Row) -> float:
    total = bias + sum(p * x for p, x in zip(parts, row[0], strict=True)) + sum(words.get(w, 0.0) for w in row[1])
    return 1 / (1 + math.exp(-max(min(total, 30), -30)))


if __name__ == "__main__":
    main()
