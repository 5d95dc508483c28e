"""Verdicts: the cases of ``tests/data/match/verdicts.jsonl``, the first screen, and text made to hurt."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match import Matcher, Screener
from monitor.model import Clean, Entity, Judgement, Topic, whole
from monitor.normalize import Publisher, clean
from tests.costs import affordable, slower, spent
from tests.match.topics import cases, day, topics

MATCHER = Matcher(list(topics().values()))
FULL = ("full",)
DEFAULT = Topic(
    "xl",
    "小米能落地洛阳吗?",
    (
        Entity("xiaomi", "company", ("小米", "小米集团", "小米汽车")),
        Entity("luoyang", "place", ("洛阳",)),
    ),
    ("xiaomi", "luoyang"),
)


@pytest.mark.parametrize("case", cases("verdicts.jsonl"), ids=lambda c: f"{c['title'][:16]} - {c['why']}")
def test_a_text_gets_the_verdict_of_a_careful_reader(case: dict[str, Any]) -> None:
    text = clean(case.get("text", case["title"]))
    verdict = MATCHER.judge(case["topic"], case["title"], text, day(case.get("published")))
    assert (verdict.topic, verdict.judgement.value) == (case["topic"], case["want"]), verdict.votes
    if "passages" in case:
        assert [text.text[a:b] for a, b in verdict.passages] == case["passages"]


@pytest.mark.parametrize("case", cases("verdicts.jsonl"), ids=lambda c: c["title"][:16])
def test_the_first_screen_never_rejects_what_the_article_makes_relevant(case: dict[str, Any]) -> None:
    published = day(case.get("published"))
    if "text" not in case:
        seen = MATCHER.screen(case["title"], "", (case["topic"],), published)[0]
        assert case["want"] != "relevant" or seen.judgement is Judgement.RELEVANT
    else:
        seen = MATCHER.screen(case["title"], case["text"], (case["topic"],), published)[0]
        assert case["want"] != "relevant" or seen.judgement is not Judgement.REJECTED


def test_every_verdict_says_why() -> None:
    for case in cases("verdicts.jsonl"):
        verdict = MATCHER.judge(case["topic"], case["title"], clean(case.get("text", case["title"])))
        assert verdict.votes and all(vote.rule for vote in verdict.votes)


class TestScreen:
    def test_it_answers_for_every_topic_in_order_or_for_those_asked(self) -> None:
        assert [v.topic for v in MATCHER.screen("小米", "")] == list(topics())
        assert [v.topic for v in MATCHER.screen("无关", "")] == list(topics())
        assert [v.topic for v in MATCHER.screen("小米", "", ("small", "full"))] == ["small", "full"]

    def test_a_name_of_one_side_is_worth_reading(self) -> None:
        assert judged("小米汽车降价") is Judgement.BACKGROUND
        assert judged("洛阳开通新线路") is Judgement.BACKGROUND

    def test_a_name_in_the_summary_counts(self) -> None:
        assert judged("重磅", "小米工厂落户洛阳") is Judgement.RELEVANT

    def test_nothing_of_the_topic_is_rejected(self) -> None:
        assert judged("今天天气不错") is Judgement.REJECTED

    def test_only_plain_other_senses_are_rejected(self) -> None:
        assert judged("小米粥怎么熬才养胃") is Judgement.REJECTED
        assert judged("住在洛阳路的人") is Judgement.REJECTED
        assert judged("洛阳路边的小米粥铺 熬粥二十年") is Judgement.BACKGROUND  # 路边 is no road: the place stands
        assert judged("洛阳路上的小米粥铺 住在洛阳路", "") is Judgement.BACKGROUND
        assert judged("住在洛阳路的人爱喝小米粥") is Judgement.REJECTED

    def test_traditional_full_width_and_spoilt_names_pass_the_gate(self) -> None:
        assert judged("洛陽見聞") is Judgement.BACKGROUND
        assert judged("ＸＩＡＯＭＩ新機") is Judgement.BACKGROUND
        assert judged("小(xiǎo)米(mǐ)新车") is Judgement.BACKGROUND
        assert judged("平(píng)安无事") is Judgement.REJECTED

    def test_an_unknown_topic_is_an_error_of_the_caller(self) -> None:
        with pytest.raises(KeyError):
            MATCHER.screen("小米", "", ("nobody",))
        with pytest.raises(KeyError):
            MATCHER.judge("nobody", "小米", clean("小米"))

    def test_topics_without_a_hit_cost_nothing_of_the_others(self) -> None:
        crowd = [Topic(f"t{i}", "?", (Entity("e", "company", (f"某某{i}公司",)),)) for i in range(50)]
        verdicts = Matcher(crowd).screen("某某7公司成立", "")
        assert [v.topic for v in verdicts if v.judgement is Judgement.RELEVANT] == ["t7"]

    def test_topics_that_are_called_the_same_are_judged_as_each_would_be_alone(self) -> None:
        crowd = [replace(topics()["full"], id=f"t{n}") for n in range(20)]
        crowd.append(Topic("other", "?", (replace(crowd[0].entities[0], decoys=("小米粥铺",)),)))
        for title in ("小米在洛阳建厂", "小米粥铺开业", "小米汽车降价", "住在洛阳路的人爱喝小米粥"):
            text = clean(f"{title}。据悉，小米与洛阳签约。")
            together, alone = Matcher(crowd), [Matcher([one]) for one in crowd]
            assert together.screen(title, "") == tuple(m.screen(title, "")[0] for m in alone)
            asked = [one.id for one in crowd]
            judged = [m.judge(id, title, text) for m, id in zip(alone, asked, strict=True)]
            assert list(together.judged(asked, title, text)) == judged

    def test_what_others_are_called_takes_no_room_from_a_topic(self) -> None:
        loud = Topic("loud", "?", (Entity("e", "company", ("的",)),))
        text = clean("的" * 5_000 + "。小米在洛阳建厂。")
        assert Matcher([loud, topics()["full"]]).judge("full", "", text) == MATCHER.judge("full", "", text)

    def test_a_matcher_without_topics_says_nothing(self) -> None:
        assert Matcher([]).screen("小米", "洛阳") == ()
        assert Matcher([]).senses("小米") == ()


def judged(title: str, summary: str = "") -> Judgement:
    return MATCHER.screen(title, summary, FULL)[0].judgement


class TestHostileText:
    @pytest.mark.parametrize(
        "text",
        ["米" * 200_000, "小米洛阳" * 10_000, "小米\n洛阳\n" * 5_000, "（1）" * 20_000, " " * 200_000, "小米，洛阳，" * 5_000,
         "来洛" * 10_000, "洛(" * 10_000, "《" * 100_000 + "洛阳", "1、" * 30_000, "。" * 200_000],
        ids=lambda t: t[:6],
    )  # fmt: skip
    def test_it_takes_time_in_proportion(self, text: str) -> None:
        def read() -> None:
            MATCHER.judge("full", text[:100], Clean(text, text, range(len(text) + 1)))
            MATCHER.screen(text, text)
            MATCHER.senses(text)

        affordable(read, 8)

    @pytest.mark.parametrize(
        "unit, times",
        [pytest.param("米", 10_000_000, marks=pytest.mark.long), ("小米洛阳", 100_000),
         pytest.param("小米，洛阳，", 100_000, marks=pytest.mark.long), ("（《“【", 300_000), ("\ud800", 1_000_000),
         ("因小米设厂，洛阳", 20_000), ("“小米。”洛阳说", 20_000), ("问：小米？\n答：洛阳\n", 20_000),
         ("xiaomi, luoyang, and ", 20_000)],
    )  # fmt: skip
    def test_bad_input_from_raw_text_to_verdict_is_bounded(self, unit: str, times: int) -> None:
        def read() -> None:
            text = clean(unit * times + "小米在洛阳建厂")
            MATCHER.judge("full", unit * 20, text)
            MATCHER.screen(text.raw, text.raw)

        affordable(read, 8)

    def test_lone_surrogates_are_read_over(self) -> None:
        text = "\ud800小米在洛阳建厂\udfff"
        verdict = MATCHER.judge("full", text, Clean(text, text, range(len(text) + 1)))
        assert verdict.judgement is Judgement.RELEVANT
        assert verdict.passages == ((0, len(text)),)
        assert judged(text) is Judgement.RELEVANT

    @settings(max_examples=200)
    @given(st.text(alphabet=st.sampled_from("小米洛阳在。,;\n 1、路粥《》:会见\ud800A("), max_size=60))
    def test_passages_lie_in_order_within_the_text(self, text: str) -> None:
        verdict = MATCHER.judge("full", text[:9], Clean(text, text, range(len(text) + 1)))
        spans = verdict.passages
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert all(b <= c for (_, b), (c, _) in pairwise(spans))
        assert not spans or verdict.judgement is Judgement.RELEVANT

    @settings(max_examples=100)
    @given(st.text(max_size=40), st.text(max_size=40))
    def test_any_text_gets_a_verdict(self, title: str, summary: str) -> None:
        assert len(MATCHER.screen(f"小米{title}", f"{summary}洛阳")) == len(topics())


class TestScreener:
    def test_a_body_of_ordinary_length_is_judged_entry_by_entry(self) -> None:
        screener = Screener(MATCHER, FULL)
        for title in ("小米在洛阳建厂", "洛阳路今日通车", "无关", "铆焊銆工"):
            assert whole(FULL, screener(title, "", None)) == MATCHER.screen(title, "", FULL)

    def test_once_the_names_are_used_up_whatever_has_one_is_worth_reading(self) -> None:
        screener = Screener(MATCHER, FULL)
        for _ in range(11):
            screener("小米", "小米洛阳" * 1_000, None)
        assert screener("洛阳路今日通车", "", None)[0].votes[0].rule == "worth_reading"
        assert screener("无关", "", None) == ()

    def test_then_it_is_worth_reading_to_those_topics_alone_that_it_names(self) -> None:
        crowd = [Topic(f"t{i}", "?", (Entity("e", "company", (f"某某{i}公司",)),)) for i in range(50)]
        screener = Screener(Matcher(crowd))
        for _ in range(6):
            screener("", "某某7公司" * 4_000, None)
        assert [v.topic for v in screener("某某9公司与某某7公司", "", None)] == ["t7", "t9"]

    def test_a_name_that_many_topics_share_is_weighed_for_each(self) -> None:
        crowd = [Topic(f"t{i}", "?", (Entity("e", "company", ("某某公司",)),)) for i in range(50)]
        assert Matcher(crowd).cost("某某公司与某某公司", "") == 100

    @pytest.mark.parametrize(
        "text",
        [
            "小米洛阳" * 1_000,
            pytest.param("Xiaomi Luoyang " * 266, marks=pytest.mark.long),
            pytest.param("銆洛阳" * 1_300, marks=pytest.mark.long),
        ],
        ids=lambda t: t[:3],
    )
    def test_a_body_of_nothing_but_names_costs_a_bounded_time(self, text: str) -> None:
        """The first entries use up all names that are weighed: a thousand more cost less than those, and all seconds."""
        screener = Screener(MATCHER, FULL)

        def entries(count: int) -> float:
            return spent(lambda: [screener("小米", text, None) for _ in range(count)])

        first, more = entries(50), entries(1_000)
        assert more < first
        assert (first + more) / slower() < 8


class TestPublisher:
    """What a side publishes itself."""

    FIRM, TOWN = Publisher("小米集团", ("xiaomi",)), Publisher("洛阳市人民政府", ("luoyang",))

    def judged(self, text: str, publisher: Publisher) -> Judgement:
        matcher = Matcher([DEFAULT])
        return matcher.judge(DEFAULT.id, "公告", clean(text), None, publisher).judgement

    def test_its_own_words_name_it(self) -> None:
        text = "本公司3月18日与洛阳市政府签署投资协议。"
        assert self.judged(text, self.FIRM) is Judgement.RELEVANT
        assert self.judged(text, Publisher("某某网")) is Judgement.REJECTED

    def test_it_need_not_name_itself_where_it_says_much_of_the_other(self) -> None:
        text = "小米汽车零部件产业园项目正式开工建设。"
        assert self.judged(text, self.TOWN) is Judgement.RELEVANT
        assert self.judged(text, Publisher("某某网")) is not Judgement.RELEVANT

    def test_what_is_told_of_another_place_is_not_its_own(self) -> None:
        assert self.judged("小米汽车武汉项目正式开工建设。", self.TOWN) is not Judgement.RELEVANT
        assert self.judged("小米发布新款手机。", self.TOWN) is not Judgement.RELEVANT
