"""Everything kept is resolved anew, and every id and decision is kept."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from monitor.errors import DecisionError
from monitor.model import Actor, Fixed, Kind, Placed, Status, Verb
from tests.resolve.make import BOTH, ZHANG, Memory, day, mention, money, placed, seed, year
from tests.resolve.test_decisions import BASE, LATE, anything, articles

SIGNED = day("2025-06-12")
ONE = placed("one", mention(SIGNED, actors=(*BOTH, ZHANG)), published="2025-06-12")
TWO = placed("two", mention(SIGNED, actors=(*BOTH, ZHANG), figures=(money(1e9),)), published="2025-06-13")


def read_as(p: Placed, **other: object) -> Placed:
    """Return *p* as another rule reads the same words."""
    told = replace(p.mention, **other)  # type: ignore[arg-type]
    return replace(p, id=f"{p.id}x", mention=told)


def partition(memory: Memory) -> set[frozenset[str]]:
    return {frozenset(p.id for p in k.mentions) for k in memory.events if k.mentions}


def test_the_same_rules_change_nothing():
    memory = Memory()
    memory.sow(seed(SIGNED))
    memory.tell(*BASE)
    before = memory.shown
    made = memory.rework(*BASE, seeds=[seed(SIGNED)])
    assert memory.shown == before and not made.gone
    assert not [r for c in made.changes for r in c.event.revisions]


def test_the_order_of_arrival_does_not_matter_once_all_is_resolved_anew():
    outcomes = set()
    for number in range(40):
        told = [*BASE, *LATE]
        random.Random(number).shuffle(told)
        memory = Memory()
        memory.tell(*told)
        memory.rework(*told)
        outcomes.add(frozenset(partition(memory)))
    assert len(outcomes) == 1


def test_an_event_that_is_read_otherwise_keeps_its_id():
    memory = Memory()
    memory.tell(ONE)
    (id,) = memory.shown
    made = memory.rework(read_as(ONE, when=day("2025-06-11"), kind=Kind.MEETING))
    assert {i: (e.when.edtf, e.kind) for i, e in memory.shown.items()} == {id: ("2025-06-11", Kind.MEETING)}
    assert made.gone == (ONE.id,)
    (change,) = made.changes
    assert {r.field for r in change.event.revisions} == {"when", "kind"}
    assert {r.by for r in change.event.revisions} == {"machine:reprocess"}


def test_two_events_that_turn_out_to_be_one_redirect():
    memory = Memory()
    memory.tell(ONE, read_as(TWO, when=day("2025-08-01")))
    first, second = memory.shown
    memory.rework(ONE, TWO)
    (kept,) = memory.shown
    assert memory.absorbed == {({first, second} - {kept}).pop(): kept}


def test_one_event_that_turns_out_to_be_two_leaves_its_id_to_the_larger_part():
    memory = Memory()
    third = placed("three", mention(SIGNED, actors=(*BOTH, ZHANG)), published="2025-06-14")
    memory.tell(ONE, TWO, third)
    (id,) = memory.shown
    memory.rework(ONE, TWO, read_as(third, when=day("2025-08-01")))
    assert len(memory.shown) == 2
    assert articles(memory.shown[id]) == {"ar_one", "ar_two"}


def test_what_no_rule_reads_any_more_is_retracted():
    memory = Memory()
    memory.tell(ONE)
    (id,) = memory.shown
    memory.rework()
    assert memory.kept[id].event.status is Status.RETRACTED
    memory.rework(ONE)
    assert set(memory.shown) == {id}


def test_a_seed_holds_its_id_whatever_else_changes():
    memory = Memory()
    sown = seed(SIGNED, actors=(*BOTH, ZHANG))
    memory.sow(sown)
    (id,) = memory.shown
    memory.tell(ONE, TWO)
    memory.rework(*(read_as(p, when=day("2025-08-01")) for p in (ONE, TWO)), seeds=[sown])
    assert memory.shown[id].when.edtf == "2025-06-12" and not articles(memory.shown[id])
    assert len(memory.shown) == 2


def test_a_seed_that_is_declared_no_more_stays():
    memory = Memory()
    memory.sow(seed(SIGNED))
    before = memory.shown
    memory.rework()
    assert memory.shown == before


def test_a_decision_about_an_event_that_went_into_another_holds_there():
    memory = Memory()
    memory.tell(ONE, read_as(TWO, when=day("2025-08-01")))
    ids = list(memory.shown)
    for id in ids:
        memory.order(Verb.EDIT, id, fixed=Fixed(title="改"))
    memory.rework(ONE, TWO)
    assert [e.title for e in memory.shown.values()] == ["改"]


@pytest.mark.parametrize("number", range(30))
def test_decisions_hold_and_can_be_undone_after_all_is_resolved_anew(number):
    chance = random.Random(number)
    sown = [seed(SIGNED, actors=(*BOTH, ZHANG)), seed(year(2020), "other", kind=Kind.INVESTMENT)]
    memory, control = Memory(), Memory()
    for m in (memory, control):
        m.sow(*sown)
        m.tell(*BASE)
    for _ in range(6):
        try:
            anything(chance, memory)
        except DecisionError:
            continue
    decided = memory.shown
    memory.rework(*BASE, seeds=sown)
    assert memory.shown == decided
    other = [read_as(p, actors=(*BOTH, Actor("", "王五"))) if chance.random() < 0.5 else p for p in BASE]
    ids = set(memory.kept)
    for m in (memory, control):
        m.rework(*other, seeds=sown)
    assert ids <= set(memory.kept) | set(memory.absorbed)
    while standing := [d.id for d in memory.log if not d.undone_by and d.verb is not Verb.UNDO]:
        memory.order(Verb.UNDO, chance.choice(standing))
    assert memory.shown == control.shown
    assert memory.absorbed == control.absorbed
