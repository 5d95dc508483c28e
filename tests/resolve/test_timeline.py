from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.model import UNKNOWN_WHEN, Coverage, Kind, Phase, Polarity, Relation, Status
from monitor.resolve import assemble
from tests.resolve.make import TOPIC, Memory, day, mention, placed, seed

NOTHING = Coverage(None, ())


def told(memory: Memory, **options):
    return assemble(TOPIC, [k.event for k in memory.events], NOTHING, **options)


def test_the_answer_is_the_furthest_stage_that_is_done():
    memory = Memory()
    memory.tell(
        placed("a", mention(day("2025-05-01"), kind=Kind.MEETING, stage="talks")),
        placed("b", mention(day("2025-06-12"))),
        placed("c", mention(day("2025-09-01"), kind=Kind.CONSTRUCTION, stage="construction", phase=Phase.PLANNED)),
        placed("d", mention(day("2025-10-01"), kind=Kind.REGISTRATION, stage="registered", polarity=Polarity.DENIED)),
    )
    answer = told(memory).answer
    assert (answer.stage, answer.not_seen) == ("agreement", ("registered", "construction", "production"))


def test_nothing_seen_is_said_as_such():
    answer = told(Memory()).answer
    assert (answer.stage, answer.event, answer.not_seen) == ("", "", TOPIC.stages)


def test_background_is_shown_when_it_is_seeded_or_told_twice_or_asked_for():
    memory = Memory()
    background = mention(day("2020-01-01"), relation=Relation.BACKGROUND, objects=("丁科技",), kind=Kind.INVESTMENT)
    memory.tell(placed("a", background))
    assert (len(told(memory).events), len(told(memory, background=True).events)) == (0, 1)
    memory.tell(placed("b", background))
    assert len(told(memory).events) == 1
    memory.sow(seed(day("2010-01-01"), "founded", kind=Kind.PERSONNEL, relation=Relation.BACKGROUND))
    assert len(told(memory).events) == 2


def test_retracted_events_are_left_out():
    memory = Memory()
    memory.tell(placed("a", mention(day("2025-06-12"))))
    events = [replace(k.event, status=Status.RETRACTED) for k in memory.events]
    assert assemble(TOPIC, events, NOTHING).events == ()


def test_top_keeps_the_most_important_in_order_of_time():
    memory = Memory()
    memory.tell(
        placed("a", mention(day("2025-06-12"))),
        placed("b", mention(day("2025-07-12"), kind=Kind.STATISTICS)),
        placed("c", mention(day("2025-08-12"), kind=Kind.CONSTRUCTION)),
    )
    assert [e.kind for e in told(memory, top=2).events] == [Kind.AGREEMENT, Kind.CONSTRUCTION]


def test_a_timeline_is_dated_by_its_last_round_or_revision():
    at = datetime(2025, 8, 1, tzinfo=UTC)
    assert assemble(TOPIC, (), Coverage(at, ())).as_of == at


def test_silence_counts_from_the_latest_direct_event_that_happened():
    memory = Memory()
    memory.tell(
        placed("a", mention(day("2025-06-02"))),
        placed("b", mention(day("2025-06-03"), kind=Kind.MEETING)),
        placed("c", mention(day("2025-06-09"), phase=Phase.PLANNED)),
        placed("d", mention(day("2025-06-19"), relation=Relation.BACKGROUND, objects=("丁科技",))),
        placed("e", mention(UNKNOWN_WHEN, kind=Kind.VISIT)),
    )
    assert told(memory, background=True).coverage.last_event == day("2025-06-03")


def test_of_two_equals_the_one_that_more_origins_tell_is_kept():
    memory = Memory()
    memory.tell(placed("a", mention(day("2025-06-12"))), placed("b", mention(day("2025-08-12"))))
    first, second = (replace(k.event, importance=0.5) for k in memory.events)
    for loud, quiet in ((first, second), (second, first)):
        events = [replace(loud, independent_origins=9), quiet]
        assert [e.id for e in assemble(TOPIC, events, NOTHING, top=1).events] == [loud.id]
