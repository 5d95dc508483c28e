from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from monitor.model import (
    UNKNOWN_WHEN,
    Actor,
    Basis,
    Entity,
    Kind,
    Phase,
    Polarity,
    Precision,
    Quote,
    Relation,
    SeedRecord,
    Status,
    Tier,
    When,
)
from monitor.resolve import place
from monitor.resolve.keys import particular
from tests.resolve.make import BOTH, LI, NOW, TOPIC, ZHANG, Memory, by, day, mention, money, placed, seed, year

SIGNED = day("2025-06-12")


def only(memory: Memory):
    (known,) = memory.events
    return known.event


def test_five_reports_of_one_signing_are_one_event():
    memory = Memory()
    memory.tell(
        placed("a", mention(SIGNED, actors=(*BOTH, LI, ZHANG))),
        placed("b", mention(SIGNED, actors=(*BOTH, ZHANG)), tier=Tier.OFFICIAL),
        placed("c", mention(day("2025-06-12", Basis.RESOLVED)), tier=Tier.PORTAL),
        placed("d", mention(SIGNED, kind=Kind.INVESTMENT, figures=(money(2e9),))),
        placed("e", mention(by("2025-06-13"))),
    )
    event = only(memory)
    assert (event.when.edtf, event.independent_origins, event.status) == ("2025-06-12", 5, Status.OFFICIAL)
    assert event.kind is Kind.AGREEMENT
    assert len(event.evidence) == 5


def test_the_order_of_arrival_does_not_change_what_an_event_says():
    told = [
        placed("a", mention(SIGNED, actors=(*BOTH, LI))),
        placed("b", mention(SIGNED, actors=(*BOTH, LI, ZHANG)), tier=Tier.OFFICIAL),
        placed("c", mention(SIGNED), tier=Tier.MIRROR),
    ]
    outcomes = set()
    for order in permutations(told):
        memory = Memory()
        memory.tell(*order)
        outcomes.add(replace(only(memory), id=""))
    assert len(outcomes) == 1


@pytest.mark.parametrize(
    "other",
    [
        mention(day("2025-06-19")),
        mention(SIGNED, kind=Kind.CANCELLATION, phase=Phase.CANCELLED),
        mention(SIGNED, places=("丙市",)),
        mention(SIGNED, actors=(*BOTH, Actor("", "王五", "董事长"))),
        mention(SIGNED, figures=(money(2e9),), actors=(*BOTH, ZHANG)),
        mention(by("2025-07-20")),
        mention(by("2025-06-11")),
        mention(UNKNOWN_WHEN),
    ],
    ids=["next week", "ended", "elsewhere", "other people", "other sum", "told too late", "told before", "no date"],
)
def test_another_happening_is_another_event(other):
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED, actors=(*BOTH, ZHANG), figures=(money(1e9),))), placed("b", other))
    assert len(memory.events) == 2


def test_a_figure_told_less_exactly_is_the_same_figure():
    memory = Memory()
    memory.tell(
        placed("a", mention(SIGNED, figures=(money(1.98e9),))), placed("b", mention(SIGNED, figures=(money(2e9),)))
    )
    assert len(memory.events) == 1


def test_the_announcement_of_the_next_day_is_forgiven_where_everybody_agrees():
    memory = Memory()
    memory.tell(
        placed("a", mention(SIGNED, actors=(*BOTH, LI, ZHANG))),
        placed("b", mention(day("2025-06-13"), actors=(*BOTH, LI, ZHANG)), tier=Tier.MIRROR),
    )
    event = only(memory)
    assert event.when.edtf == "2025-06-12"
    assert any("dissent: 2025-06-13" in r.rule for r in event.reasons)


def test_who_is_named_by_little_weight_is_dissent_and_recorded():
    memory = Memory()
    stray = Actor("", "王五", "董事长")
    memory.tell(
        placed("a", mention(SIGNED, actors=(*BOTH, ZHANG)), tier=Tier.OFFICIAL),
        placed("b", mention(SIGNED, actors=(*BOTH, ZHANG))),
        placed("c", mention(SIGNED, actors=(*BOTH, ZHANG, stray)), tier=Tier.MIRROR),
    )
    event = only(memory)
    assert stray not in event.actors
    (reason,) = [r for r in event.reasons if r.field == "actors"]
    assert "dissent: 王五" in reason.rule
    assert [event.evidence[i].article for i in reason.evidence] == ["ar_c"]


def test_copies_of_one_text_are_one_origin():
    text = "甲公司与乙市六月十二日在乙市签署战略合作协议双方主要负责人出席"
    memory = Memory()
    memory.tell(*(placed(f"copy{i}", mention(SIGNED, quote=text)) for i in range(20)))
    assert (only(memory).independent_origins, only(memory).status) == (1, Status.REPORTED)


def test_two_articles_of_one_outlet_are_one_origin():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED), "daily"), placed("b", mention(SIGNED), "daily"))
    assert only(memory).independent_origins == 1


def test_a_year_is_refined_by_a_day_inside_it_and_by_no_other():
    investment = mention(year(2024), kind=Kind.INVESTMENT, objects=("丁科技",), relation=Relation.BACKGROUND)
    memory = Memory()
    memory.sow(seed(year(2024), kind=Kind.INVESTMENT, objects=("丁科技",), relation=Relation.BACKGROUND))
    memory.tell(placed("a", replace(investment, when=day("2024-05-06"))))
    assert only(memory).when.edtf == "2024-05-06"
    memory.tell(placed("b", replace(investment, when=day("2023-05-06"))))
    assert len(memory.events) == 2


def test_a_pinned_seed_keeps_its_date():
    memory = Memory()
    memory.sow(seed(year(2024), objects=("丁科技",), pin=True))
    memory.tell(placed("a", mention(day("2024-05-06"), objects=("丁科技",))))
    assert only(memory).when.edtf == "2024"


def test_seeding_twice_changes_nothing_and_an_edited_seed_revises_the_same_event():
    memory = Memory()
    memory.sow(seed(SIGNED))
    id = only(memory).id
    assert memory.sow(seed(SIGNED)) == ()
    memory.sow(seed(SIGNED, title="改过的标题"))
    assert (only(memory).id, only(memory).title) == (id, "改过的标题")
    assert memory.revisions == [(id, "created"), (id, "title")]


def test_a_seed_takes_over_the_event_that_was_found_before_it():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED)))
    id = only(memory).id
    memory.sow(seed(SIGNED))
    event = only(memory)
    assert event.id == id
    assert [type(e) for e in event.evidence] == [SeedRecord, Quote]


def test_an_article_that_repeats_a_seeded_event_attaches_to_it():
    memory = Memory()
    memory.sow(seed(SIGNED))
    memory.tell(placed("a", mention(SIGNED, actors=(*BOTH, ZHANG))))
    event = only(memory)
    assert event.title == "甲公司与乙市签约(种子)"
    assert [a.name for a in event.actors] == ["甲公司", "乙市", "张三"]


def test_the_same_mention_again_changes_nothing():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED)))
    assert memory.tell(placed("a", mention(SIGNED))) == []


def test_a_claim_that_is_edited_away_is_retracted_and_stays_in_the_history():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED)))
    (id,) = memory.kept
    memory.kept[id] = replace(memory.kept[id], mentions=())

    class Resting(Memory):
        def place_of(self, article):
            return list(memory.kept.values())

    (change,) = place("ar_a", (), {"t": TOPIC}, Resting(), NOW)
    assert change.event.status is Status.RETRACTED
    assert [r.field for r in change.event.revisions] == ["status"]
    assert change.event.evidence


@pytest.mark.parametrize(
    ("tier", "status"), [(Tier.NEWSPAPER, Status.DISPUTED), (Tier.OFFICIAL, Status.DENIED)], ids=["paper", "official"]
)
def test_a_denial_belongs_to_the_event_that_it_denies(tier, status):
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED)), placed("b", mention(SIGNED, polarity=Polarity.DENIED), tier=tier))
    assert only(memory).status is status


def test_a_denial_of_what_nobody_reported_is_an_event_that_is_denied():
    memory = Memory()
    memory.tell(placed("b", mention(by("2025-06-12"), polarity=Polarity.DENIED)))
    assert only(memory).status is Status.DENIED


def test_a_plan_and_its_happening_are_one_event():
    month = When(date(2025, 6, 1), date(2025, 6, 30), Precision.MONTH, Basis.STATED, "6月")
    memory = Memory()
    memory.tell(
        placed("a", mention(month, phase=Phase.PLANNED, actors=(*BOTH, ZHANG)), published="2025-05-01"),
        placed("b", mention(SIGNED, actors=(*BOTH, ZHANG))),
    )
    event = only(memory)
    assert (event.phase, event.when.edtf) == (Phase.DONE, "2025-06-12")
    assert ("phase" in {f for _, f in memory.revisions}) and ("when" in {f for _, f in memory.revisions})


def test_an_actor_that_one_voice_in_many_names_is_left_out():
    memory = Memory()
    told = [placed(x, mention(SIGNED, actors=(*BOTH, ZHANG))) for x in "abcd"]
    memory.tell(*told, placed("e", mention(SIGNED, actors=(*BOTH, ZHANG, Actor("", "赵六"))), tier=Tier.MIRROR))
    assert "赵六" not in [a.name for a in only(memory).actors]


def test_without_any_date_the_event_has_none():
    memory = Memory()
    memory.tell(placed("a", mention(UNKNOWN_WHEN)))
    assert (only(memory).when.edtf, only(memory).when.basis) == (None, Basis.UNKNOWN)


def test_the_first_publication_bounds_an_event_best():
    memory = Memory()
    memory.tell(placed("a", mention(by("2025-06-14"))), placed("b", mention(by("2025-06-12"))))
    assert only(memory).when.edtf == "[..2025-06-12]"


def test_every_field_names_what_bears_it_out():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED, figures=(money(1e9),))))
    (quote,) = only(memory).evidence
    assert set(quote.supports) == {"title", "when", "actors", "places", "figures"}
    assert {r.field for r in only(memory).reasons} >= {"when", "kind", "phase", "status", "stage"}


def test_an_edited_article_revises_its_event_and_founds_no_other():
    memory = Memory()
    memory.tell(placed("a", mention(SIGNED, figures=(money(5e8),))))
    (id,) = memory.kept
    memory.kept[id] = replace(memory.kept[id], mentions=())

    class Resting(Memory):
        def place_of(self, article):
            return list(memory.kept.values())

    edited = placed("a2", mention(SIGNED, figures=(money(3e8),)))
    (change,) = place("ar_a2", (edited,), {"t": TOPIC}, Resting(), NOW)
    assert change.event.id == id
    assert [(r.field, r.before[0].value, r.after[0].value) for r in change.event.revisions] == [("figures", 5e8, 3e8)]


def test_a_fund_of_the_firm_tells_no_event_from_another():
    from_fund = (Actor("fund", "甲基金"), *BOTH)
    topic = replace(TOPIC, entities=(*TOPIC.entities, Entity("fund", "company", ("甲基金",), of="firm")))
    assert particular(mention(SIGNED, actors=from_fund), topic) == frozenset()
    assert particular(mention(SIGNED, actors=(*from_fund, ZHANG)), topic) == {"张三"}
