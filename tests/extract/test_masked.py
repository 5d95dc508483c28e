"""Every span in which nothing is told earns its place: in its example no mention has a date of its own."""

from __future__ import annotations

import re

import pytest

from monitor.extract.language import lines
from monitor.model import Basis
from tests.extract.make import read

MASKS = [(lang, *line.split("\t")) for lang in ("zh", "en") for line in lines(lang, "masked.tsv")]


@pytest.mark.parametrize("row", MASKS, ids=[f"{r[0]}:{i}" for i, r in enumerate(MASKS)])
def test_a_masked_span_stands_in_its_example_and_dates_nothing(row: tuple[str, str, str]) -> None:
    _, pattern, example = row

    found = read(example)

    assert re.search(pattern, example, re.IGNORECASE)
    assert found, "something is told beside the span"
    assert all(m.when.basis is Basis.PUBLISHED for m in found), [m.when.raw for m in found]


def test_a_word_inside_a_name_says_nothing() -> None:
    (meeting,) = read("昨天下午，市长沈建安会见长风集团总裁裴若兰。")

    assert (meeting.kind.value, meeting.when.edtf) == ("meeting", "2025-03-19")
