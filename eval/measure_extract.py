"""
How well ``extract`` reads: kind and done/planned/denied of labelled sentences, and the starting article whole.

``eval/data/sentences_dev.jsonl`` is what the lexicons are tuned on, ``sentences_held.jsonl`` was written before
any tuning and is only reported (so was ``sentences_en.jsonl``); all are ours: {"text", "kind" ("" where nothing happened), "phase", "polarity"}
with "" for a phase that the sentence leaves to its polarity. ``sentences_parties.jsonl`` and ``sentences_parties_held.jsonl``
say which of the topic's entities take part ({"text", "actors"}): a place only where it acts. The starting article lies beside the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from eval.base import Score, digest
from monitor import extract
from monitor.match import Matcher
from monitor.model import (
    Article,
    Entity,
    Judgement,
    Kind,
    Mention,
    Published,
    Topic,
    Verdict,
)
from monitor.normalize import clean

HOME = Path(__file__).with_name("data")
PUBLISHED = Published("2025-03-20", None, date(2025, 3, 20), None)
TOPIC = Topic(
    "xiaomi-luoyang",
    "小米能落地洛阳吗?",
    (
        Entity("xiaomi", "company", ("小米", "Xiaomi")),
        Entity("luoyang", "place", ("洛阳", "Luoyang"), short=("洛",)),
        Entity("sun", "person", ("孙昌旭", "Sun Changxu"), of="xiaomi"),
        Entity("jiang", "person", ("江凌", "Jiang Ling"), of="luoyang"),
    ),
    ("xiaomi", "luoyang"),
)
# Kind, EDTF, relation and phase of what the starting article tells.
STARTING = [
    ("meeting", "2025-03-19", "direct", "done"),
    ("personnel", "2017-09-01", "background", "done"),
    ("personnel", "2018", "background", "done"),
    ("investment", "2024", "background", "done"),
]


def measure(data: Path) -> Iterable[Score]:
    """Yield the scores of the sets of sentences, and of the starting article where *data* lies beside it."""
    for half in ("dev", "held", "en"):
        yield from _sentences(HOME / f"sentences_{half}.jsonl", half)
    for half in ("parties", "parties_held"):
        yield _parties(HOME / f"sentences_{half}.jsonl", half)
    article = data.parent / "seed" / "article.txt"
    if article.is_file():
        yield _starting(article)


def read(raw: str, verdict: Verdict | None = None) -> tuple[Mention, ...]:
    """Return the mentions of *raw*, read as one article; without *verdict* the tie holds in all of it."""
    text = clean(raw)
    whole = Verdict(TOPIC.id, Judgement.RELEVANT, (), ((0, len(text.text)),))
    article = Article("ar_1", "", "", raw, "", "", PUBLISHED, datetime(2025, 3, 20, tzinfo=UTC))
    return extract.mentions(article, text, verdict or whole, TOPIC)


def _sentences(path: Path, half: str) -> Iterable[Score]:
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    found = [_first(read(case["text"]), case) for case in cases]
    corpus = digest([path])
    kinds = [c for c, m in zip(cases, found, strict=True) if (m.kind.value if m else "") == c["kind"]]
    states = [c for c, m in zip(cases, found, strict=True) if _state(m) == _wanted(c)]
    for name, right in (("kind", kinds), ("state", states)):
        wrong = [c["text"] for c in cases if c not in right]
        yield Score(
            f"extract.{name}.{half}", len(right) / len(cases), corpus, True, f"{len(right)}/{len(cases)} {wrong[:2]}"
        )


def _parties(path: Path, half: str) -> Score:
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wrong = [c["text"] for c in cases if _entities(read(c["text"])) != set(c["actors"])]
    right = len(cases) - len(wrong)
    return Score(f"extract.{half}", right / len(cases), digest([path]), True, f"{right}/{len(cases)} {wrong[:2]}")


def _entities(found: tuple[Mention, ...]) -> set[str]:
    return {a.entity for m in found for a in m.actors if a.entity}


def _first(found: tuple[Mention, ...], case: dict[str, str]) -> Mention | None:
    """Return the mention of the labelled kind, else the first: a sentence may tell a second happening."""
    return next((m for m in found if m.kind.value == case["kind"]), found[0] if found else None)


def _state(mention: Mention | None) -> str:
    """Return denied, rumoured or the phase: one word for how far a thing has come and who vouches for it."""
    if mention is None:
        return ""
    return mention.polarity.value if mention.polarity.value != "asserted" else mention.phase.value


def _wanted(case: dict[str, str]) -> str:
    return case["polarity"] if case["polarity"] not in ("", "asserted") else case["phase"]


def _starting(path: Path) -> Score:
    raw = path.read_text("utf-8")
    text = clean(raw)
    verdict = Matcher((TOPIC,)).judge(TOPIC.id, "", text)
    found = read(raw, verdict)
    told = sorted((m.kind.value, m.when.edtf or "", m.relation.value, m.phase.value) for m in found)
    right = len(set(told) & set(STARTING))
    value = right / max(len(told), len(STARTING))
    named = any("领充新能源" in m.objects for m in found if m.kind is Kind.INVESTMENT)
    return Score(
        "extract.starting_article", value if named else 0.0, digest([path]), True, f"{right} of 4, {len(told)} told"
    )
