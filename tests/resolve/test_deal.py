"""The order of arrival does not matter: what comes late is placed where it would have been."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.model import Actor, Kind, Phase, Placed
from monitor.resolve.deal import MOST_DEALT
from tests.resolve.make import BOTH, LI, ZHANG, Memory, by, day, mention, money, placed, year

FIRM = (Actor("firm", "甲公司"),)
WORKS = {"kind": Kind.CONSTRUCTION, "actors": FIRM, "stage": ""}

# A year of two signings, a plan that is put off and comes true, and reports that name no day.
NEWS = [
    placed("a", mention(day("2025-01-08"), kind=Kind.MEETING, actors=(*BOTH, LI), stage="talks"), published="2025-01-09"),
    placed("b", mention(by("2025-01-10"), kind=Kind.VISIT, stage="visit"), published="2025-01-10"),
    placed("c", mention(day("2025-06-05"), actors=(*BOTH, LI, ZHANG)), published="2025-06-05"),
    placed("d", mention(by("2025-06-06"), figures=(money(2e9),)), published="2025-06-06"),
    placed("e", mention(day("2025-06-12"), figures=(money(1e9),)), published="2025-06-12"),
    placed("f", mention(by("2025-06-13"), figures=(money(1e9),)), published="2025-06-13"),
    placed("g", mention(year(2025), phase=Phase.PLANNED, **WORKS), published="2025-06-14"),
    placed("h", mention(day("2026-03-01"), phase=Phase.PLANNED, **WORKS), published="2025-12-14"),
    placed("i", mention(day("2026-03-09"), **WORKS), published="2026-03-09"),
    placed("j", mention(by("2026-03-10"), **WORKS), published="2026-03-10"),
    placed("k", mention(day("2026-05-02"), **WORKS), published="2026-05-02"),
]  # fmt: skip


def partition(memory: Memory) -> set[frozenset[str]]:
    return {frozenset(p.id for p in k.mentions) for k in memory.events if k.mentions}


def told(news: Sequence[Placed]) -> Memory:
    memory = Memory()
    memory.tell(*news)
    return memory


@pytest.mark.parametrize("seed", range(40))
def test_any_order_of_arrival_gives_one_partition(seed: int) -> None:
    shuffled = random.Random(seed).sample(NEWS, len(NEWS))

    assert partition(told(shuffled)) == partition(told(NEWS))


@pytest.mark.parametrize("seed", range(10))
def test_any_order_of_arrival_gives_events_that_say_the_same(seed: int) -> None:
    shuffled = told(random.Random(seed).sample(NEWS, len(NEWS)))

    def said(memory: Memory) -> set[object]:
        return {replace(k.event, id="", links=(), reasons=()) for k in memory.events}

    assert said(shuffled) == said(told(NEWS))


def test_a_late_first_report_leaves_the_event_its_id() -> None:
    memory = told([NEWS[8]])
    (before,) = memory.events

    memory.tell(NEWS[7])

    (after,) = memory.events
    assert after.event.id == before.event.id
    assert len(after.mentions) == 2


def test_of_two_events_that_a_late_report_bridges_one_redirects_to_the_other() -> None:
    memory = told(
        [
            placed("x", mention(day("2025-06-05"), actors=(*BOTH, LI)), published="2025-06-06"),
            placed("y", mention(day("2025-06-05"), actors=(*BOTH, ZHANG)), published="2025-06-07"),
        ]
    )
    founded = {k.event.id for k in memory.events}
    assert len(founded) == 2

    memory.tell(placed("z", mention(day("2025-06-05"), actors=(*BOTH, LI, ZHANG)), published="2025-06-05"))

    (known,) = memory.events
    assert {known.event.id, *memory.absorbed} == founded
    assert set(memory.absorbed.values()) == {known.event.id}


def test_more_than_can_be_thought_over_is_left_as_it_is() -> None:
    many = [placed(f"m{n}", mention(day("2025-06-05")), published="2025-06-06") for n in range(MOST_DEALT + 1)]
    memory = told(many)

    memory.tell(placed("late", mention(day("2025-06-05")), published="2025-06-05"))

    (known,) = memory.events
    assert len(known.mentions) == MOST_DEALT + 2
