"""A thousand topics over one stream, measured as ``python -m bench.topics`` does."""

from __future__ import annotations

import pytest

from bench import topics


@pytest.mark.long
@pytest.mark.parametrize("kind", ["strange", "told", "shared"])
def test_a_thousand_topics_cost_at_most_twice_what_one_costs_at_collect(kind, capsys):
    told = topics.both(kind, 1000, 200)  # ends where topic 1 is judged otherwise beside the others
    assert told["one"]["entries"] == told["many"]["entries"] == 8000
    assert told["ratio"] < 2, capsys.readouterr().out
