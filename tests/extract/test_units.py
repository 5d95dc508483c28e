from __future__ import annotations

from dataclasses import replace

from monitor.extract.fold import fold
from monitor.extract.page import prose
from monitor.model import Actor, Entity, Kind, Relation
from tests.resolve.make import BOTH, TOPIC, day, mention

FUND = Entity("fund", "company", ("甲基金",), of="firm")
WITH_FUND = replace(TOPIC, entities=(*TOPIC.entities, FUND))

OLD = mention(
    day("2024-05-06"),
    kind=Kind.INVESTMENT,
    relation=Relation.BACKGROUND,
    actors=(BOTH[0],),
    objects=("丁科技",),
    start=50,
)


def test_what_the_firm_did_is_background_to_what_its_fund_does():
    meeting = mention(day("2025-06-12"), kind=Kind.MEETING, actors=(Actor("fund", "甲基金"),))
    assert fold((meeting, OLD), WITH_FUND, prose(())) == (meeting, OLD)


def test_what_the_firm_did_is_no_background_to_a_meeting_of_somebody_else():
    meeting = mention(day("2025-06-12"), kind=Kind.MEETING, actors=(Actor("li", "李四"),))
    assert fold((meeting, OLD), WITH_FUND, prose(())) == (meeting,)
