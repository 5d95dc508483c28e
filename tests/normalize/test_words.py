"""Word borders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.normalize.words import borders


def test_words_end_where_the_dictionary_says() -> None:
    assert borders("花园路线图") == (0, 2, 5)
    assert borders("") == (0,)


def test_a_name_that_no_dictionary_knows_is_not_swallowed() -> None:
    assert {3, 4} <= set(borders("代表来洛考察"))


def test_a_lone_surrogate_keeps_every_position() -> None:
    assert borders("\ud800花园")[-1] == 3


@given(st.text())
def test_borders_rise_from_the_beginning_to_the_end(text: str) -> None:
    edges = borders(text)
    assert edges[0] == 0 and edges[-1] == len(text)
    assert list(edges) == sorted(set(edges))
