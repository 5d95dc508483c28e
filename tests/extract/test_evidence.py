"""A quote bears out what it is evidence for: the date and who took part stand in it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor import extract
from monitor.extract.page import MOST_CHARACTERS, MOST_SENTENCES
from monitor.match import Matcher
from monitor.model import Basis, Entity, Mention, Topic
from monitor.normalize import clean
from tests.extract.make import PUBLISHED, article, read

DATA = Path(__file__).parents[1] / "data"
CASES: list[dict[str, Any]] = json.loads((DATA / "extract" / "articles.json").read_text("utf-8"))
TOPICS = (
    Topic(
        "xiaomi-luoyang",
        "小米能落地洛阳吗?",
        (
            Entity(
                "xiaomi", "company", ("小米", "小米集团", "小米产投", "小米产业投资"), decoys=("小米粥", "伊川小米")
            ),
            Entity("luoyang", "place", ("洛阳",)),
            Entity("jiangling", "person", ("江凌",), of="luoyang"),
            Entity("luweibing", "person", ("卢伟冰",), of="xiaomi"),
        ),
        ("xiaomi", "luoyang"),
    ),
    Topic(
        "catl-luoyang",
        "宁德时代在洛阳做什么?",
        (Entity("catl", "company", ("宁德时代",)), Entity("luoyang", "place", ("洛阳",))),
        ("catl", "luoyang"),
    ),
)
NEWS: list[dict[str, Any]] = json.loads((DATA / "newsroom" / "articles.json").read_text("utf-8"))


def bears_out(mention: Mention, raw: str) -> None:
    """The date stands in the quote; so does everybody, unless told of in an earlier paragraph."""
    told = mention.reading or mention.quote
    if mention.when.basis in (Basis.STATED, Basis.RESOLVED):
        assert mention.when.raw and mention.when.raw in told
    paragraph = raw.rfind("\n", 0, mention.start) + 1
    before = clean(raw[:paragraph]).text
    assert all(a.name in told or a.name in before for a in mention.actors), (mention.actors, told)
    assert "\n" not in mention.quote


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_a_quote_holds_its_date_and_who_took_part(case: dict[str, Any]) -> None:
    published = PUBLISHED if case.get("published", "") is not None else None
    for mention in read(case["text"], case.get("tied"), published):
        bears_out(mention, case["text"])


@pytest.mark.parametrize("piece", NEWS, ids=[x["id"] for x in NEWS])
def test_a_quote_of_the_newsroom_holds_its_date_and_who_took_part(piece: dict[str, Any]) -> None:
    raw = "\n".join(piece["text"])
    text = clean(raw)
    published = date.fromisoformat(piece["day"]) if piece["day"] else None
    for topic in TOPICS:
        told = Matcher(TOPICS).judge(topic.id, piece["title"], text)
        for mention in extract.mentions(article(raw, published, piece["title"]), text, told, topic):
            bears_out(mention, raw)


SIGNED = "3月18日，平州市与长风集团签署合作协议。"


@pytest.mark.parametrize(("between", "together"), [(0, True), (1, True), (2, False)])
def test_a_quote_has_few_sentences(between: int, together: bool) -> None:
    last = read(SIGNED + "客人心情很好。" * between + "双方签订了备忘录。")[-1]
    assert (last.quote.count("。") == between + 2 <= MOST_SENTENCES) is together
    assert (last.when.edtf == "2025-03-18") is together


def test_a_quote_is_short() -> None:
    long = "客人心情" + "很" * MOST_CHARACTERS + "好。"
    last = read(SIGNED + long + "双方签订了备忘录。")[-1]
    assert (last.quote, last.when.edtf) == ("双方签订了备忘录。", "[..2025-03-20]")


def test_out_of_reach_a_word_like_that_day_is_resolved_by_the_day_told() -> None:
    last = read(SIGNED + "\n客人心情很好。\n会上，双方签订了备忘录。")[-1]
    assert (last.quote, last.when.raw, last.when.edtf) == ("会上，双方签订了备忘录。", "会上", "2025-03-18")
    assert last.when.reference == date(2025, 3, 18)
