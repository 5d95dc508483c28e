"""Word borders."""

from __future__ import annotations

from importlib import metadata
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.normalize.words import TOTAL, Borders, borders, cut, frequency


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


def dictionary() -> str:
    return Path(str(metadata.distribution("jieba").locate_file("jieba/dict.txt"))).read_text("utf-8")


def test_frequencies_are_those_of_the_whole_dictionary() -> None:
    lines = dictionary().splitlines()
    assert sum(int(line.rsplit(" ", 2)[1]) for line in lines) == TOTAL
    assert all(frequency(word) == int(count) for word, count, _ in (line.rsplit(" ", 2) for line in lines[::997]))


def test_the_dictionary_is_sorted_as_far_as_it_is_searched() -> None:
    whole = dictionary()
    words = [line.split(" ")[0] for line in whole[whole.index("\n一 ") + 1 :].splitlines()]
    assert len(words) > 300_000 and max(len(line.encode()) for line in whole.splitlines()) < 100
    firsts = [word[0] for word in words]
    assert firsts == sorted(firsts)
    pairs = [pair for pair, _ in groupby(word[:2] for word in words)]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("word", ["𠮷", "\ud800", "\U0010ffff", "鿿鿿", "é", "", "花园里的路"])
def test_a_word_that_the_dictionary_has_not_has_no_frequency(word: str) -> None:
    assert frequency(word) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("他穿T恤看IP地址", ["他", "穿", "T恤", "看", "IP地址"]),
        ("阿Q与江南style", ["阿Q", "与", "江南style"]),
        ("SU7在2025年,卖了abc", ["SU7", "在", "2025", "年", ",", "卖", "了", "abc"]),
        ("a-b c", ["a", "-", "b", " ", "c"]),
        ("研究生命起源", ["研究", "生命", "起源"]),
        ("", []),
    ],
)
def test_text_is_cut_the_likeliest_way(text: str, words: list[str]) -> None:
    assert cut(text) == words


@given(st.text(st.sampled_from("花园路线图ab1 ,的研究生命\ud800")))
def test_a_border_is_one_however_it_is_asked_for(text: str) -> None:
    edges, all_edges = Borders(text), borders(text)
    assert [at for at in range(len(text) + 1) if at in edges] == list(all_edges)
    assert all(edges.after(at) == min(e for e in all_edges if e > at) for at in range(len(text)))
    assert edges.after(len(text)) == len(text)
