"""Quiet hours and digests by the clocks on the walls, on the days too when those are put on or back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.hours import gathered, is_quiet
from monitor.model import Channel

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
INSTANTS = st.integers(0, 27 * 366 * 24 * 60).map(lambda m: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
CLOCKS = st.times().map(lambda t: f"{t:%H:%M}")
SPRING = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # Berlin goes from 02:00 to 03:00
AUTUMN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # and from 03:00 to 02:00


def channel(zone: str = "Europe/Berlin", digest: tuple[str, ...] = (), quiet: tuple[str, str] | None = None) -> Channel:
    return Channel("desk", "webhook", digest=digest, quiet=quiet, timezone=zone)


@given(INSTANTS, st.sampled_from(ZONES), CLOCKS, CLOCKS)
@example(SPRING - timedelta(seconds=1), "Europe/Berlin", "01:30", "02:30")
@example(SPRING, "Europe/Berlin", "01:30", "02:30")
@example(AUTUMN + timedelta(minutes=10), "Europe/Berlin", "22:00", "02:30")
def test_nothing_is_sent_while_the_clock_on_the_wall_shows_quiet_hours(now, zone, begins, ends):
    shown = now.astimezone(ZoneInfo(zone)).time().replace(second=0, microsecond=0)
    minutes = (shown.hour * 60 + shown.minute - _minutes(begins)) % 1440
    assert is_quiet(channel(zone, quiet=(begins, ends)), now) == (minutes < (_minutes(ends) - _minutes(begins)) % 1440)


def _minutes(clock: str) -> int:
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute


@given(INSTANTS, st.sampled_from(ZONES), CLOCKS, CLOCKS)
def test_quiet_hours_end(now, zone, begins, ends):
    if begins != ends:
        told = channel(zone, quiet=(begins, ends))
        assert not all(is_quiet(told, now + timedelta(minutes=m)) for m in range(50 * 60))


@given(INSTANTS, st.sampled_from(ZONES), st.lists(CLOCKS, min_size=1, max_size=4).map(tuple))
@example(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", ("23:59",))
def test_a_digest_was_due_within_the_last_two_days_and_not_later_than_now(now, zone, digest):
    until = gathered(channel(zone, digest), now)
    assert now - timedelta(hours=74) < until <= now  # Apia once left out a whole day


@given(INSTANTS, st.sampled_from(ZONES), st.lists(CLOCKS, min_size=1, max_size=3, unique=True).map(tuple))
@example(SPRING - timedelta(hours=10), "Europe/Berlin", ("02:30",))
@example(AUTUMN - timedelta(hours=10), "Europe/Berlin", ("02:30",))
def test_what_is_gathered_is_sent_once_for_each_time_of_the_day(start, zone, digest):
    told = channel(zone, digest)
    ends = {gathered(told, start + timedelta(minutes=10 * m)) for m in range(24 * 6 * 4)}
    days = {e.astimezone(ZoneInfo(zone)).date() for e in ends}
    assert len(ends) <= len(digest) * (len(days) + 1)
    assert len(ends) >= len(digest) * 2


@given(INSTANTS, INSTANTS, st.sampled_from(ZONES), st.lists(CLOCKS, min_size=1, max_size=3).map(tuple))
def test_time_that_goes_on_gathers_no_less(one, other, zone, digest):
    first, last = sorted((one, other))
    assert gathered(channel(zone, digest), first) <= gathered(channel(zone, digest), last)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (SPRING + timedelta(minutes=29), SPRING + timedelta(minutes=30) - timedelta(days=1)),
        (SPRING + timedelta(minutes=31), SPRING + timedelta(minutes=30)),  # 02:30 is left out: 03:30 it is
        (AUTUMN - timedelta(minutes=29), AUTUMN - timedelta(minutes=30)),  # the first 02:30
        (AUTUMN + timedelta(minutes=31), AUTUMN - timedelta(minutes=30)),  # and not the second
    ],
)
def test_a_time_that_the_clocks_leave_out_or_show_twice_is_one(at, due):
    assert gathered(channel(digest=("02:30",)), at) == due


def test_without_a_digest_all_is_told_and_without_quiet_hours_it_is_never_quiet():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert gathered(channel(), now) is None
    assert not is_quiet(channel(), now)
