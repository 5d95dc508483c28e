"""Whole articles, as cases in tests/data/extract/articles.json: what is told, and that nothing else is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Mention
from monitor.normalize import clean
from tests.extract.make import read

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "extract" / "articles.json").read_text("utf-8")
)


def facts(mention: Mention) -> dict[str, Any]:
    return {
        "kind": mention.kind.value,
        "phase": mention.phase.value,
        "polarity": mention.polarity.value,
        "relation": mention.relation.value,
        "when": mention.when.edtf,
        "stage": mention.stage,
        "actors": [a.name for a in mention.actors],
        "roles": [a.role for a in mention.actors],
        "places": list(mention.places),
        "objects": list(mention.objects),
        "figures": [[f.value, f.unit, f.what] for f in mention.figures],
        "title": mention.title,
        "quote": mention.quote,
    }


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_an_article_tells_this_and_nothing_else(case: dict[str, Any]) -> None:
    published = date(2025, 3, 20) if case.get("published", "") is not None else None

    found = [facts(m) for m in read(case["text"], case.get("tied"), published, title=case.get("title", ""))]

    told = [{k: f[k] for k in e} for f, e in zip(found, case["expect"], strict=False)]
    assert told == case["expect"]
    assert len(found) == len(case["expect"]), found


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_a_mention_is_a_slice_of_the_kept_text(case: dict[str, Any]) -> None:
    for m in read(case["text"], case.get("tied")):
        assert case["text"][m.start : m.end] == m.quote
        assert m.title in (m.reading or m.quote) or m.title in clean(case["text"]).text
        assert {f for f, _ in m.rules} >= {"kind", "phase", "polarity", "relation"}
