"""A plan and its happening are one event; a correction is of its event."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from monitor.model import UNKNOWN_WHEN, Actor, Basis, Figure, Kind, Phase, Polarity, Precision, When
from tests.resolve.make import Memory, by, day, mention, placed, year

FIRM = (Actor("firm", "甲公司"),)


def works(when: When, phase: Phase = Phase.DONE, step: str = "", **other: object):
    rules = (("step", step),) if step else ()
    told = {"kind": Kind.CONSTRUCTION, "phase": phase, "actors": FIRM, "stage": "", "rules": rules} | other
    return mention(when, **told)


PLANNED = works(year(2025), Phase.PLANNED, "begun")
OPENED = works(day("2026-02-03"), step="begun")


def tell(*told):
    memory = Memory()
    for number, (said, published) in enumerate(told):
        memory.tell(placed(f"{number}", said, published=published))
    return [k.event for k in memory.events]


def test_what_was_planned_and_happened_later_is_one_event_with_the_day_it_happened() -> None:
    (event,) = tell((PLANNED, "2025-01-10"), (OPENED, "2026-02-03"))

    assert (event.when.edtf, event.phase) == ("2026-02-03", Phase.DONE)


def test_of_two_plans_the_last_one_told_says_when() -> None:
    later = works(day("2026-05-01"), Phase.PLANNED)

    (event,) = tell((works(day("2025-12-01"), Phase.PLANNED), "2025-01-10"), (later, "2025-11-20"))

    assert (event.when.edtf, event.phase) == ("2026-05-01", Phase.PLANNED)


def test_a_plan_repeated_with_less_care_keeps_its_day() -> None:
    (event,) = tell((works(day("2025-12-01"), Phase.PLANNED), "2025-01-10"), (PLANNED, "2025-06-20"))

    assert event.when.edtf == "2025-12-01"


def test_a_plan_called_off_is_the_plan_itself() -> None:
    (event,) = tell((PLANNED, "2025-01-10"), (works(year(2025), Phase.CANCELLED), "2025-06-20"))

    assert event.phase is Phase.CANCELLED


@pytest.mark.parametrize(
    "other",
    [
        replace(OPENED, when=day("2028-06-01")),
        replace(OPENED, when=day("2024-12-01")),
        replace(OPENED, objects=("二期",)),
        replace(OPENED, rules=(("step", "topped"),)),
        replace(OPENED, polarity=Polarity.DENIED),
        replace(OPENED, places=("丙市",)),
    ],
    ids=["years later", "before it was planned", "another part", "another step", "denied", "elsewhere"],
)
def test_what_cannot_have_come_of_a_plan_is_another_event(other) -> None:
    plan = replace(PLANNED, objects=("一期",))

    assert len(tell((plan, "2025-01-10"), (other, "2028-06-02"))) == 2


def test_a_thing_that_has_happened_takes_no_second_happening_for_its_plans_sake() -> None:
    again = replace(OPENED, when=day("2026-04-09"))

    assert len(tell((PLANNED, "2025-01-10"), (OPENED, "2026-02-03"), (again, "2026-04-09"))) == 2


def test_a_plan_without_a_day_may_come_true_within_two_years() -> None:
    plan = works(UNKNOWN_WHEN, Phase.PLANNED)

    assert plan.when.precision is Precision.UNKNOWN
    assert len(tell((plan, "2025-01-10"), (OPENED, "2026-02-03"))) == 1
    assert len(tell((plan, "2023-01-10"), (OPENED, "2026-02-03"))) == 2


# --------------------------------------------------------------------------- corrections

WRONG = mention(day("2025-06-12"), figures=(Figure(35e8, "元", "35亿元", "总投资"),))
RIGHT = mention(by("2025-06-14"), kind=Kind.CORRECTION, actors=FIRM, figures=(Figure(30e8, "元", "30亿元", "总投资"),))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["after it", "before it"])
def test_a_correction_revises_its_event_whenever_it_comes(order: tuple[int, int]) -> None:
    told = [(WRONG, "2025-06-13"), (RIGHT, "2025-06-14")]

    (event,) = tell(*(told[n] for n in order))

    assert (event.kind, event.when.edtf) == (Kind.AGREEMENT, "2025-06-12")
    assert [f.value for f in event.figures] == [30e8]
    assert len(event.evidence) == 2, "both quotes stay"


@pytest.mark.parametrize(
    "other",
    [
        replace(RIGHT, figures=(Figure(460.0, "亩", "460亩", "占地"),)),
        replace(RIGHT, when=by("2025-12-14")),
        replace(RIGHT, when=by("2025-06-11")),
        replace(RIGHT, places=("丙市",)),
    ],
    ids=["of another measure", "half a year later", "before it", "elsewhere"],
)
def test_a_correction_of_something_else_stays_apart(other) -> None:
    assert len(tell((WRONG, "2025-06-13"), (other, "2025-12-14"))) == 2


def test_a_correction_joins_what_was_told_right_with_what_was_told_wrong() -> None:
    right_at_once = replace(WRONG, figures=RIGHT.figures)
    told = [(WRONG, "2025-06-13"), (right_at_once, "2025-06-13"), (RIGHT, "2025-06-14")]
    assert len(tell(*told[:2])) == 2

    for order in permutations(told):
        (event,) = tell(*order)
        assert [f.value for f in event.figures] == [30e8]
        assert len(event.evidence) == 3


def test_a_correction_that_fits_two_events_alike_is_of_neither() -> None:
    second = replace(WRONG, when=day("2025-05-12"))

    assert len(tell((second, "2025-05-13"), (WRONG, "2025-06-13"), (RIGHT, "2025-06-14"))) == 3


def test_what_is_told_as_still_to_come_when_the_first_part_opens_is_another_step() -> None:
    opened, rest = works(day("2025-12-30")), works(by_end("2026-12-31"), Phase.PLANNED)

    assert len(tell((opened, "2025-12-30"), (rest, "2025-12-30"))) == 2


def by_end(text: str) -> When:
    """A term that ends with a day."""
    return When(None, date.fromisoformat(text), Precision.WITHIN, Basis.STATED)


def test_a_move_that_is_called_off_is_the_move_that_was_planned() -> None:
    moved = {"kind": Kind.OTHER, "rules": (("step", "moved"),)}
    plan = works(when_half(2026), Phase.PLANNED, **moved)
    off = works(day("2026-02-11"), Phase.CANCELLED, **moved)

    (event,) = tell((plan, "2025-10-31"), (off, "2026-02-12"))

    assert (event.phase, event.when.edtf) == (Phase.CANCELLED, "2026-40")


def when_half(number: int) -> When:
    return When(date(number, 1, 1), date(number, 6, 30), Precision.HALF, Basis.STATED)


def test_from_when_a_plan_was_told_does_not_say_for_when_it_is() -> None:
    told = When(date(2025, 10, 1), None, Precision.WITHIN, Basis.RESOLVED)

    (event,) = tell((PLANNED, "2025-01-10"), (replace(PLANNED, when=told), "2025-10-02"))

    assert event.when.edtf == "2025"


def test_casualties_of_an_accident_grow_with_the_news() -> None:
    accident = {"kind": Kind.ACCIDENT, "rules": ()}
    first = works(day("2025-09-03"), figures=(Figure(2, "人", "2人", ""),), **accident)
    later = works(day("2025-09-03"), figures=(Figure(3, "人", "3人", ""),), **accident)

    assert len(tell((first, "2025-09-03"), (later, "2025-09-04"))) == 1


def test_what_was_so_by_a_day_is_what_happened_then() -> None:
    done = When(None, date(2025, 12, 20), Precision.WITHIN, Basis.RESOLVED)

    assert len(tell((works(day("2025-12-20")), "2025-12-21"), (works(done), "2025-12-23"))) == 1
    assert len(tell((works(day("2025-03-20")), "2025-03-21"), (works(done), "2025-12-23"))) == 2


def test_a_report_that_does_not_call_it_a_rumour_is_what_is_denied_the_next_day() -> None:
    stopped = works(by("2025-03-05"), step="stopped")
    denied = works(day("2025-03-06"), step="stopped", polarity=Polarity.DENIED)

    for told in permutations([(stopped, "2025-03-05"), (denied, "2025-03-06")]):
        (event,) = tell(*told)
        assert event.status in ("denied", "disputed")
