"""Every entry of the lexicons earns its place: its example, or the frame of its mark, is read as it says."""

from __future__ import annotations

import pytest

from monitor.extract.language import lines
from tests.extract.make import read

TRIGGERS = [(lang, *line.split("\t")) for lang in ("zh", "en") for line in lines(lang, "triggers.tsv")]
MARKS = [(lang, *line.split("\t")[:2]) for lang in ("zh", "en") for line in lines(lang, "marks.tsv")]

# A sentence for each mark, and what is to be read: kind, phase, polarity, or nothing.
FRAMES = {
    ("zh", "planned"): ("长风集团{}在平州建厂。", ("construction", "planned", "asserted")),
    ("zh", "former"): ("长风集团{}在平州建厂。", None),
    ("zh", "moved"): ("长风集团平州工厂开工时间{}2026年9月。", ("construction", "planned", "asserted")),
    ("zh", "wrong"): ("长风集团平州工厂投资20亿元{}，应为18亿元。", ("correction", "done", "asserted")),
    ("zh", "right"): ("长风集团平州工厂投资20亿元有误，{}18亿元。", ("correction", "done", "asserted")),
    ("zh", "ongoing"): ("长风集团平州工厂施工{}。", ("construction", "ongoing", "asserted")),
    ("zh", "done"): ("长风集团{}在平州施工。", ("construction", "done", "asserted")),
    ("zh", "past"): ("长风集团{}在平州施工。", ("construction", "done", "asserted")),
    ("zh", "firm"): ("长风集团{}在平州施工。", ("construction", "done", "asserted")),
    ("zh", "cancel"): ("长风集团{}与平州市的合作协议。", ("cancellation", "cancelled", "asserted")),
    ("zh", "rumour"): ("{}长风集团在平州建厂。", ("construction", "done", "rumoured")),
    ("zh", "deny"): ("长风集团在平州建厂，{}。", ("construction", "done", "denied")),
    ("zh", "never"): ("长风集团{}在平州建厂。", ("construction", "done", "denied")),
    ("zh", "notyet"): ("长风集团{}在平州建厂。", None),
    ("zh", "maybe"): ("长风集团{}在平州建厂。", None),
    ("zh", "wish"): ("平州市{}长风集团建厂。", None),
    ("zh", "opinion"): ("有人{}，长风集团在平州建厂。", None),
    ("zh", "if"): ("{}长风集团在平州建厂，就业将改善。", None),
    ("zh", "ask"): ("长风集团{}在平州建厂。", None),
    ("zh", "noun"): ("长风集团计划{}10亿元的平州工厂开工。", ("construction", "done", "asserted")),
    ("zh", "noise"): ("长风集团{}在平州建厂。", ("construction", "done", "asserted")),
    ("zh", "late"): ("长风集团平州工厂开工{}。", None),
    ("en", "planned"): ("Changfeng {} build a plant in Pingzhou.", ("construction", "planned", "asserted")),
    ("en", "former"): ("Changfeng {} build a plant in Pingzhou.", None),
    ("en", "moved"): (
        "The opening of the Changfeng plant in Pingzhou was {} September 2026.", ("opening", "planned", "asserted")
    ),
    ("en", "late"): ("The opening of the Changfeng plant in Pingzhou was {}.", None),
    ("en", "wrong"): (
        "The cost of the Changfeng plant in Pingzhou should read $18 million and not $20 million, {}.",
        ("correction", "done", "asserted"),
    ),
    ("en", "right"): (
        "Correction: the cost of the Changfeng plant in Pingzhou {} $18 million.", ("correction", "done", "asserted")
    ),
    ("en", "ongoing"): ("Changfeng {} construction of a plant in Pingzhou.", ("construction", "ongoing", "asserted")),
    ("en", "done"): ("Changfeng sales in Pingzhou {} rose by 20% in all.", ("statistics", "done", "asserted")),
    ("en", "past"): ("Changfeng sales in Pingzhou {} rose by 20% in all.", ("statistics", "done", "asserted")),
    ("en", "cancel"): ("Changfeng {} its cooperation agreement with Pingzhou.", ("cancellation", "cancelled", "asserted")),
    ("en", "rumour"): ("{}, Changfeng built a plant in Pingzhou.", ("construction", "done", "rumoured")),
    ("en", "deny"): ("It was {} that Changfeng built a plant in Pingzhou.", ("construction", "done", "denied")),
    ("en", "never"): ("Changfeng {} build a plant in Pingzhou.", ("construction", "done", "denied")),
    ("en", "notyet"): ("Changfeng {} build a plant in Pingzhou.", None),
    ("en", "maybe"): ("Changfeng {} build a plant in Pingzhou.", None),
    ("en", "wish"): ("Pingzhou {} Changfeng to build a plant.", None),
    ("en", "opinion"): ("An analyst {} Changfeng built a plant in Pingzhou.", None),
    ("en", "if"): ("{} Changfeng builds a plant in Pingzhou, jobs follow.", None),
    ("en", "ask"): ("{} Changfeng builds a plant in Pingzhou.", None),
    ("en", "noise"): ("Changfeng {} built a plant in Pingzhou.", ("construction", "done", "asserted")),
}  # fmt: skip


def told(text: str) -> list[tuple[str, str, str]]:
    return [(m.kind.value, m.phase.value, m.polarity.value) for m in read(text)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_word_tells_its_kind_in_its_example(language: str) -> None:
    wrong = {}
    for _, forms, kind, *_, example in (row for row in TRIGGERS if row[0] == language):
        found = [(m.kind.value, dict(m.rules)["kind"]) for m in read(example)]
        if found not in [[(kind.partition(":")[0], form)] for form in (forms, *forms.split("|"))]:
            wrong[forms, example] = found
    assert not wrong


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mark_says_how_in_the_frame_of_its_sort(language: str) -> None:
    wrong = {}
    for _, word, mark in (row for row in MARKS if row[0] == language):
        frame, expected = FRAMES[language, mark]
        text = frame.format(word.lstrip("^"))
        if (found := told(text)) != ([expected] if expected else []):
            wrong[text] = found
    assert not wrong


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_is_entered_twice(language: str) -> None:
    marks = [line.split("\t")[0] for line in lines(language, "marks.tsv")]
    words = {w for line in lines(language, "triggers.tsv") for w in line.split("\t")[0].split("|")}

    assert len(marks) == len(set(marks))
    assert not words & set(marks)


ADVERTS = [(lang, word) for lang in ("zh", "en") for word in lines(lang, "adverts.txt")]


@pytest.mark.parametrize(("language", "word"), ADVERTS)
def test_an_advert_tells_nothing(language: str, word: str) -> None:
    frame = {"zh": "3月18日，长风集团平州店开业，{}。", "en": "Changfeng opened a store in Pingzhou, {}."}[language]

    assert read(frame.format(word)) == ()
    assert len(read(frame.format("…" if language == "zh" else "it said"))) == 1
