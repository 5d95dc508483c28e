"""What holds for any text: spans, silence on a rejected article, time, and no date out of nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extract.language import languages
from monitor.extract.reading import MOST_MENTIONS
from monitor.model import Basis, Judgement, Kind
from tests.costs import affordable
from tests.extract.make import TOPIC, read

PIECES = st.sampled_from(
    [
        "长风集团",
        "平州",
        "王珂",
        "平",
        "会见",
        "签署",
        "开工",
        "投资",
        "将",
        "已",
        "可能",
        "否认",
        "网传",
        "如果",
        "终止",
        "协议",
        "项目",
        "。",
        "，",
        "？",
        "\n",
        "3月18日",
        "2024年",
        "《",
        "》",
        "“",
        "”",
        "的",
        "了",
        "在",
        "双方",
        "10亿元",
        "市委书记李明远",
        "公司",
        "企业",
        "当天",
        "会上，",
        "平州市政府",
        "与",
        "市领导李四、张三",
        "出席",
        "1.",
        "Changfeng",
        "met",
        "with",
        "signed",
        "�",
        "\u200b",
        "图为",
        "相关阅读",
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=150)
def test_a_mention_is_always_a_slice_with_an_honest_date(text: str) -> None:
    found = read(text)

    for m in found:
        assert text[m.start : m.end] == m.quote != ""
        assert m.when.basis is not Basis.UNKNOWN or m.when.edtf is None
        if m.when.basis in (Basis.STATED, Basis.RESOLVED):
            assert m.when.raw in (m.reading or m.quote)
        assert m.stage in ("", *TOPIC.stages)
    assert [m.start for m in found] == sorted(m.start for m in found)


@given(st.text(max_size=300))
@settings(max_examples=80)
def test_any_text_can_be_read(text: str) -> None:
    assert all(text[m.start : m.end] == m.quote for m in read(text))


def test_a_rejected_article_says_nothing() -> None:
    told = "3月18日，平州市委书记李明远会见长风集团总裁王珂一行。"
    assert len(read(told)) == 1
    assert read(told, judgement=Judgement.REJECTED) == ()


def test_an_article_that_tells_too_much_is_cut() -> None:
    days = (
        f"20{y:02d}年{m}月{d}日，长风集团平州第{y}工厂投产。"
        for y in range(10, 25)
        for m in range(1, 13)
        for d in (1, 9)
    )
    assert len(read("".join(days))) == MOST_MENTIONS


@pytest.mark.parametrize(
    "text",
    [
        "长" * 300_000,
        "长风集团平州开工" * 30_000,
        "会见，" * 50_000,
        "《" * 100_000,
        "2024年投资企业" * 20_000,
        "市委书记" * 50_000,
        "10亿" * 50_000,
        "\n" * 200_000,
        "，" * 200_000,
        "长风集团会见。" * 20_000,
        ("可能投资" * 100 + "。") * 500,
        ("可能投资将的" * 25 + "。") * 1_000,
        "".join(f"市长王{chr(0x4E00 + i)}，" for i in range(15_000)),
    ],
    ids=lambda t: t[:6],
)
def test_hostile_texts_take_linear_time(text: str) -> None:
    # Linear work takes well under a second for these; quadratic work takes minutes.
    affordable(lambda: read(text), 10)


def test_every_language_reads_its_own_script_and_names_each_kind() -> None:
    for language in languages():
        told = {t.kind for terms in language.lexicon.terms.values() for t in terms if t.kind}
        # A cancellation is told by words of ending, a denial by words of denying.
        assert set(Kind) - told <= {Kind.CANCELLATION, Kind.DENIAL}, language.name
    assert [lang.name for lang in languages()] == ["en", "zh"]
