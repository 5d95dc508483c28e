"""A thousand topics over one stream, measured as ``python -m bench.topics`` does."""

from __future__ import annotations

import pytest

from bench import topics

ROUNDS = 3  # a second each; a busy machine spoils one of them, a slower program all


@pytest.mark.long
@pytest.mark.parametrize("kind", ["strange", "told", "shared"])
def test_a_thousand_topics_cost_at_most_twice_what_one_costs_at_collect(kind, capsys):
    told = [
        topics.both(kind, 1000, 200) for _ in range(ROUNDS)
    ]  # ends where topic 1 is judged otherwise beside the others
    assert all(t[side]["entries"] == 8000 for t in told for side in ("one", "many"))
    assert min(t["ratio"] for t in told) < 2, capsys.readouterr().out
