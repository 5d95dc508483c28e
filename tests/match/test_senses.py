"""What a name means in a line."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.match import Matcher, Sense
from monitor.match.names import Names
from monitor.match.scan import Words, fold
from monitor.model import Entity, Topic
from tests.match.topics import cases, topics

MATCHER = Matcher([topics()["full"]])


@pytest.mark.parametrize("case", cases("senses.jsonl"), ids=lambda c: c["text"])
def test_a_name_means_what_its_line_says(case: dict[str, Any]) -> None:
    found = [s for s in MATCHER.senses(case["text"]) if s.entity == case["entity"]]
    assert [s.sense for s in found] == [case["sense"]], found


def test_a_sense_tells_its_span_its_topic_and_its_votes() -> None:
    (sense,) = MATCHER.senses("新款小米手机")
    assert (sense.start, sense.end, sense.topic, sense.own) == (2, 4, "full", True)
    assert sense.score == pytest.approx(sum(v.weight for v in sense.votes))


def test_a_span_counts_from_the_beginning_of_the_text() -> None:
    text = "第一句。第二句说小米。"
    (sense,) = MATCHER.senses(text)
    assert text[sense.start : sense.end] == "小米"


def test_one_text_keeps_one_sense() -> None:
    alone = sense_of("小米之光")
    together = next(s for s in MATCHER.senses("小米之光\n小米手机发布") if s.start == 0)
    assert together.score > alone.score


def sense_of(text: str) -> Sense:
    (found,) = MATCHER.senses(text)
    return found


def test_a_decoy_within_a_longer_word_is_none() -> None:
    topic = Topic("t", "?", (Entity("p", "place", ("洛阳",), decoys=("洛阳路",)),))
    rules = [v.rule for v in Matcher([topic]).senses("洛阳路线图")[0].votes]
    assert "decoy" not in rules


@pytest.mark.parametrize(
    ("names", "text", "left"),
    [
        (("北京", "京东"), "收购北京东方山水度假村", ["北京"]),
        (("大连", "连锁店"), "第五大连锁店", ["连锁店"]),
        (("大连", "连锁店"), "大连的连锁店", ["大连", "连锁店"]),
    ],
)
def test_of_two_names_that_share_a_letter_the_whole_word_stands(
    names: tuple[str, str], text: str, left: list[str]
) -> None:
    topic = Topic("t", "?", (Entity("p", "place", (names[0],)), Entity("c", "company", (names[1],))), ("p", "c"))
    assert [text[s.start : s.end] for s in Matcher([topic]).senses(text)] == left


class TestWords:
    def test_no_words_are_found_nowhere(self) -> None:
        assert Words(()).find("小米", 9) == []
        assert not Words(()).any("小米")

    def test_overlaps_are_all_found_up_to_the_limit(self) -> None:
        words = Words(("小米", "米粥", "小米粥"))
        assert sorted(words.words[i] for i, _, _ in words.find("小米粥", 9)) == ["小米", "小米粥", "米粥"]
        assert len(words.find("小米" * 100, 7)) == 7

    def test_folding_keeps_the_length(self) -> None:
        assert fold("Xİ\ud800米") == "xİ\ufffd米"

    def test_a_latin_word_ends_where_letters_end(self) -> None:
        assert Words(("mi",)).find("mix mi 12mi34", 9) == [(0, 4, 6), (0, 9, 11)]


class TestNames:
    def test_a_long_name_of_many_spellings_passes_the_gate_by_its_end(self) -> None:
        name = "干发复历台钟里后面"  # each has several traditional forms
        names = Names([Topic("t", "?", (Entity("e", "company", (name,)),))])
        assert names.gate.any(name)

    def test_the_gate_knows_capitals_beside_han(self) -> None:
        names = Names([Topic("t", "?", (Entity("e", "company", ("小米SU",)),))])
        assert names.gate.any("小米SU") and names.gate.any("小米su")

    def test_an_empty_name_is_none(self) -> None:
        names = Names([Topic("t", "?", (Entity("e", "company", ("", " ", "小米")),))])
        assert [(topics, [h.name.text for h in hits]) for topics, hits in names.find("一 小米", {0}, 9)] == [
            ([0], ["小米"])
        ]

    def test_a_name_within_one_word_of_the_dictionary_belongs_to_that_word(self) -> None:
        topic = Topic("t", "?", (Entity("e", "company", ("会主",)),))
        assert "word" in [v.rule for v in Matcher([topic]).senses("社会主义")[0].votes]
