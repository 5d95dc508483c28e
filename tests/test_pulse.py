"""When the daemon is ready and when it is alive."""

from __future__ import annotations

import pytest

from monitor.pulse import DEAD, LATE, Pulse


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fed() -> list[float]:
    return []


@pytest.fixture
def pulse(clock, fed) -> Pulse:
    return Pulse(1.0, clock, feed=lambda: fed.append(clock.now))


def test_it_is_not_ready_before_the_first_look_and_lives(pulse):
    assert list(pulse.ailments()) == ["the schedule was not looked at yet"] and pulse.alive


def test_it_is_ready_until_looks_fail_to_come(pulse, clock):
    pulse.tick()
    clock.now += LATE
    assert not pulse.ailments()
    clock.now += 1
    assert list(pulse.ailments()) == [f"the schedule was last looked at {LATE + 1} s ago"]


def test_a_look_that_hangs_is_no_sign_of_life(pulse, clock, fed):
    pulse.tick()
    for _ in range(DEAD + 1):
        clock.now += 1
        pulse.skip()
    assert not pulse.alive and fed == [100.0] and pulse.skipped == DEAD + 1
    pulse.tick()
    assert pulse.alive and pulse.skipped == 0


def test_who_waits_for_a_store_that_is_full_is_not_ready_and_lives(pulse, clock, fed):
    pulse.tick()
    pulse.trouble = "the disk is full"
    for _ in range(2 * DEAD):
        clock.now += 1
        pulse.skip()
    assert pulse.alive and len(fed) == 2 * DEAD + 1
    assert pulse.ailments()[0] == "the store cannot be written: the disk is full"
    pulse.trouble = ""
    pulse.tick()
    assert not pulse.ailments()
