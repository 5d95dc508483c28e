"""A place that acts is a party; a place where something happens is not: cases in tests/data/extract/parties.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.extract.make import one

CASES: list[dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "extract" / "parties.json").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=[c["text"] for c in CASES])
def test_a_place_is_a_party_only_where_it_acts(case: dict[str, str]) -> None:
    told = one(case["text"])
    assert [(a.name, a.role) for a in told.actors if a.entity == "pingzhou"] == [(case["party"], "")] * bool(
        case["party"]
    )
