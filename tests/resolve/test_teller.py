"""Who tells a text first."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.resolve import teller

CASES = [
    line.split("\t")
    for line in (Path(__file__).parents[1] / "data" / "resolve" / "tellers.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("credit", "outlet", "text", "who"), CASES, ids=range(len(CASES)))
def test_a_text_is_told_by_whom_it_credits_else_by_its_outlet(credit, outlet, text, who):
    assert teller(credit, outlet, text.replace("\\n", "\n")) == who


def test_an_agency_in_a_bracket_at_the_end_tells_it():
    assert teller("", "河城网", "甲公司签约。" * 60 + "（新华社）") == "新华社"


def test_an_agency_that_is_quoted_in_the_middle_does_not():
    assert teller("", "河城网", "甲公司签约。" * 60 + "据新华社报道，此前另有签约。" + "乙市欢迎。" * 60) == "河城网"
