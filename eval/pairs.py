"""Labelled pairs of short texts, and the split of them into a part to learn from and a part to be judged by."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILES = {"event": "sohu_B_train.jsonl.gz", "topic": "sohu_A_train.jsonl.gz"}
TEST_SHARE = 1 / 3
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, whether they are ``alike``, whether they are kept apart for the ``test``, and the ``fold`` of their group."""

    a: str
    b: str
    alike: bool
    test: bool
    fold: int


def files(data: Path) -> list[Path]:
    """Return the files that the pairs stand in."""
    return [data / "same_event" / name for name in FILES.values()]


def load(data: Path) -> dict[str, list[Pair]]:
    """
    Return the pairs of both senses.

    Texts that occur together in any pair of either file form a group; a group goes to one side by the hash of
    its smallest text, so no text of the test was ever learned from.
    """
    rows = {sense: _rows(data / "same_event" / name) for sense, name in FILES.items()}
    root = _groups((row["a"].strip(), row["b"].strip()) for part in rows.values() for row in part)
    return {sense: [_pair(r, _find(root, r["a"].strip())) for r in part] for sense, part in rows.items()}


def _pair(row: dict[str, str], group: str) -> Pair:
    number = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16)
    return Pair(row["a"], row["b"], bool(int(row["label"])), number / 16**8 < TEST_SHARE, number % FOLDS)


def f1(found: Iterable[bool], right: Iterable[bool]) -> float:
    """Return F1 of the positive class."""
    both = [(f, r) for f, r in zip(found, right, strict=True)]
    hits = sum(f and r for f, r in both)
    return 2 * hits / max(sum(f for f, _ in both) + sum(r for _, r in both), 1)


def _rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    root: dict[str, str] = {}
    for a, b in pairs:
        one, two = sorted((_find(root, a), _find(root, b)))
        root[two] = one
    return root


def _find(root: dict[str, str], text: str) -> str:
    root.setdefault(text, text)
    while root[text] != text:
        root[text] = root[root[text]]
        text = root[text]
    return text
