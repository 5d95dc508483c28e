"""
``python -m eval.train_likeness DATA``: make ``monitor/resolve/data`` (background.tsv, likeness.json) anew.

The background counts in how many texts a term stands: headlines of the streams, beginnings of dated
articles, and the texts of the learning part of the labelled pairs (each counted four times, because they are
the kind of text that is compared). The weights are a logistic regression over the named parts of
``likeness.features`` and over which words are shared, learned on the learning part alone; the threshold is
the one that was best out of fold.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.base import digest
from eval.pairs import Pair, f1, files, load
from monitor.resolve.likeness import features
from monitor.resolve.sketch import Background, Sketch, shipped, sketch

HOME = Path(__file__).parent.parent / "monitor" / "resolve" / "data"
SEEN_AT_LEAST = 28  # texts that hold a term before it is worth a line
PAIR_WEIGHT = 4
SHARED_AT_LEAST = 4  # pairs that share a word before it gets a weight of its own
WORD_RIDGE, PART_RIDGE = 8.0, 5.0
FOLDS, EPOCHS = 5, 60

Row = tuple[list[float], list[str], bool]


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    pairs = load(data)
    _write_background(data, pairs)
    background, told = shipped(), {}
    for sense, all_pairs in pairs.items():
        learning = [p for p in all_pairs if not p.test]
        told[sense] = learn(learning, background)
        print(sense, len(learning), "pairs; out of fold F1", round(told[sense].pop("out_of_fold"), 4))
    told["provenance"] = (
        "made by eval/train_likeness.py from the learning two thirds of sohu_A_train and sohu_B_train "
        f"(corpus {digest(files(data))}); a word's weight is what sharing it adds beyond its rarity"
    )
    (HOME / "likeness.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def _write_background(data: Path, pairs: dict[str, list[Pair]]) -> None:
    counts: Counter[str] = Counter()
    total = 0
    for text, weight in _texts(data, pairs):
        told = sketch(text)
        total += weight
        for term in told.pairs | told.words.keys():
            counts[term] += weight
    kept = sorted((t, n) for t, n in counts.items() if n >= SEEN_AT_LEAST and len(t) > 1 and not t[0].isdigit())
    head = (
        "# in how many texts a word or pair of characters stands; made by eval/train_likeness.py from headlines\n"
        "# (weibo_2020_2024, headlines_zh), beginnings of cctv_2022_2023 and the learning part of sohu_*_train\n"
    )
    HOME.mkdir(exist_ok=True)
    rows = "".join(f"{t}\t{n}\n" for t, n in [("(texts)", total), *kept])
    (HOME / "background.tsv").write_text(head + rows, "utf-8")


def _texts(data: Path, pairs: dict[str, list[Pair]]) -> Iterator[tuple[str, int]]:
    for file in [*sorted((data / "streams").glob("*.jsonl.gz")), *sorted((data / "articles").glob("*.jsonl.gz"))]:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield (row["title"] + " " + row.get("text", ""))[:200], 1
    learning = {t.strip() for part in pairs.values() for p in part if not p.test for t in (p.a, p.b)}
    yield from ((text, PAIR_WEIGHT) for text in sorted(learning))


def learn(pairs: Sequence[Pair], background: Background) -> dict[str, object]:
    """Return bias, threshold and weights as ``likeness.json`` holds them, and the F1 out of fold."""
    names, rows = table(pairs, background)
    guessed: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        inside = [r for i, r in enumerate(rows) if i % FOLDS != fold]
        bias, parts, words = fit(inside)
        guessed += [(_score(bias, parts, words, r), r[2]) for i, r in enumerate(rows) if i % FOLDS == fold]
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


def table(pairs: Sequence[Pair], background: Background) -> tuple[list[str], list[Row]]:
    """Return the names of the parts and a row a pair: the parts, the shared words, the label."""
    known: dict[str, Sketch] = {}
    told = [tuple(known.setdefault(t, sketch(t)) for t in (p.a, p.b)) for p in pairs]
    found = [features(a, b, background) for a, b in told]
    rows = [
        (list(f.values()), sorted(a.words.keys() & b.words.keys()), p.alike)
        for f, (a, b), p in zip(found, told, pairs, strict=True)
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
