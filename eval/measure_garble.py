"""
Garbled text: what is restored, and what clean text suffers.

A sample counts as right when the reading is the expected text (width of punctuation aside), or, for a sample
without one, when the place is flagged and nothing is claimed. Damage is any repair or flag in clean text, or
a reading that differs from the mere change of form.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.base import Score, digest
from monitor.model import Clean
from monitor.normalize import clean, simplify
from monitor.normalize.shifted import RULE as SHIFTED

_PLACES = ("当地新能源、智能装备", "或将激活一批“专精特新”企业,形成", "或将证明二三线城市")
_FORM = str.maketrans("，：；！？（）", ",:;!?()")


def measure(data: Path) -> Iterable[Score]:
    """Measure repairs on the garbled samples and the seed article, damage on headlines and articles."""
    samples, article = data / "garbled_samples.json", data.parent / "seed" / "article.txt"
    wrong = [*_wrong_samples(samples), *_wrong_article(article)]
    total = len(json.loads(samples.read_text("utf-8"))) + 1
    yield Score("garble: repairs right", 1 - len(wrong) / total, digest([samples, article]), detail=_told(total, wrong))
    streams = [*sorted((data / "streams").glob("*.jsonl.gz")), *sorted((data / "articles").glob("*.jsonl.gz"))]
    yield _damage(streams)


def _told(total: int, wrong: list[str]) -> str:
    return f"{total - len(wrong)}/{total}" + (f"; wrong: {'; '.join(wrong)}" if wrong else "")


def _wrong_samples(file: Path) -> Iterator[str]:
    for sample in json.loads(file.read_text("utf-8")):
        read = clean(sample["raw"])
        if not (_is_flagged(read) if sample["clean"] is None else _is_restored(read, sample["clean"])):
            yield f"{sample['kind']}: {read.text}"


def _is_flagged(read: Clean) -> bool:
    return bool(read.repairs) and not any(repair.sure for repair in read.repairs)


def _is_restored(read: Clean, expected: str) -> bool:
    return read.text.translate(_FORM) == expected.translate(_FORM) and all(repair.sure for repair in read.repairs)


def _wrong_article(file: Path) -> Iterator[str]:
    read = clean(file.read_text("utf-8"))
    shifted = [repair for repair in read.repairs if repair.rule == SHIFTED]
    whole = all(place in read.text for place in _PLACES) and "(" not in read.text
    if not whole or len(shifted) != len(_PLACES) or not all(repair.sure for repair in read.repairs):
        yield f"the article: {[repair.text for repair in shifted]}"


def _damage(files: list[Path]) -> Score:
    began, signs, texts = time.perf_counter(), 0, 0
    harmed: list[str] = []
    for text in _texts(files):
        read = clean(text)
        texts, signs = texts + 1, signs + len(text)
        if read.repairs or read.text != simplify(text):
            harmed.append(text[:40])
    speed = signs / (time.perf_counter() - began) / 1e6
    detail = f"{texts} texts, {signs / 1e6:.1f} million characters, {speed:.1f} million/s; {harmed[:3] or ''}"
    return Score("garble: clean texts damaged", len(harmed), digest(files), higher=False, detail=detail)


def _texts(files: list[Path]) -> Iterator[str]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield from (record[key] for key in ("title", "text") if key in record)
