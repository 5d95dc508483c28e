"""When silence is a sign: sources that live are left alone, sources that stop are found."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor import rhythm, schedule
from monitor.model import Feed, FeedState, FeedStatus, Gap, Hints, Validators

URL = "http://example.org/feed"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2025, 1, 6, tzinfo=UTC)  # a Monday
FEED = Feed(URL, HOUR)
FESTIVAL = (datetime(2025, 1, 28, tzinfo=UTC), datetime(2025, 2, 6, tzinfo=UTC))  # nine days off
DAYS = 100

Rhythm = Callable[[random.Random, datetime], int]


def workday(day: datetime) -> bool:
    return day.weekday() < 5 and not FESTIVAL[0] <= day < FESTIVAL[1]


def newspaper(chance: random.Random, day: datetime) -> int:
    return chance.randint(15, 40)


def office(chance: random.Random, day: datetime) -> int:
    return chance.randint(1, 6) if workday(day) else 0


def quiet_office(chance: random.Random, day: datetime) -> int:
    return chance.choice((0, 1, 1, 2)) if workday(day) else 0


def daily(chance: random.Random, day: datetime) -> int:
    return 1


def weekly(chance: random.Random, day: datetime) -> int:
    return int(day.weekday() == 3 and workday(day))


def bursts(chance: random.Random, day: datetime) -> int:
    return chance.randint(5, 20) if workday(day) and chance.random() < 0.35 else 0


def monthly(chance: random.Random, day: datetime) -> int:
    return int(day.day == 15)


RHYTHMS = (newspaper, office, quiet_office, daily, weekly, bursts, monthly)


def published(rhythm: Rhythm, chance: random.Random, first: datetime, last: datetime) -> list[datetime]:
    """Return when a source publishes: in office hours of its own zone, at no fixed time."""
    times, day = [], first
    while day < last:
        times += [day + chance.uniform(0, 10) * HOUR for _ in range(rhythm(chance, day))]
        day += DAY
    return sorted(times)


def watched(
    times: list[datetime], until: datetime, *, dated: bool, down: Callable[[datetime], bool]
) -> Iterator[FeedStatus]:
    """Yield the status after each poll of a source that lists its last 30 entries."""
    status, now, seen = FeedStatus(URL, URL), START, START - 60 * DAY
    body = ""
    while now < until:
        new = [t for t in times if seen < t <= now][-30:]
        body = str(len(new)) + str(now) if new else body
        sight = schedule.Sight((), Hints(), len(new), body, Validators('"a"'), listed=30, signs=new if dated else ())
        status = schedule.succeeded(status, FEED, now, sight)
        yield status
        seen = now
        assert status.next_poll
        now = status.next_poll
        while down(now):
            now += HOUR


def alarms(statuses: Iterator[FeedStatus]) -> list[datetime]:
    found: list[datetime] = []
    for status in statuses:
        if status.state is FeedState.FROZEN and status.since == status.last_poll:
            assert status.since is not None
            found.append(status.since)
    return found


def crowded(found: list[datetime]) -> list[datetime]:
    """Return the alarms that had another one less than a month before."""
    return [b for a, b in pairwise(found) if b - a < 30 * DAY]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize("rhythm", RHYTHMS, ids=lambda r: r.__name__)
def test_a_source_that_lives_is_called_frozen_once_a_month_at_most(rhythm, dated):
    for seed in range(2):
        times = published(rhythm, random.Random(seed), START - 60 * DAY, START + DAYS * DAY)
        found = alarms(watched(times, START + DAYS * DAY, dated=dated, down=lambda now: False))
        assert not crowded(found), (seed, found)


@pytest.mark.long
@pytest.mark.parametrize("rhythm", RHYTHMS, ids=lambda r: r.__name__)
def test_thirty_sources_of_each_rhythm_raise_one_false_alarm_a_month_at_most(rhythm):
    months = total = 0
    for seed in range(30):
        times = published(rhythm, random.Random(seed), START - 60 * DAY, START + 2 * DAYS * DAY)
        found = alarms(watched(times, START + 2 * DAYS * DAY, dated=seed % 2 == 0, down=lambda now: False))
        months += 2 * DAYS // 30
        total += len(found)
        assert not crowded(found), (seed, found)
    assert total < months / 4


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(("rhythm", "usual"), [(newspaper, 2), (daily, 2), (office, 4), (weekly, 8), (bursts, 15)])
def test_a_source_that_stops_is_found_within_two_of_its_longest_silences(rhythm, usual, dated):
    end = START + 110 * DAY  # the festival is forgotten
    times = published(rhythm, random.Random(7), START - 60 * DAY, end)
    found = alarms(watched(times, end + 40 * DAY, dated=dated, down=lambda now: False))
    assert found
    longest = max(b - a for a, b in pairwise(times) if a > end - 40 * DAY)
    assert found[-1] - times[-1] <= 2 * longest
    assert longest <= usual * DAY


def test_our_own_absence_is_no_silence_of_the_source():
    times = published(daily, random.Random(1), START - 60 * DAY, START + 60 * DAY)
    for dated in (True, False):
        away = lambda now: START + 20 * DAY < now < START + 40 * DAY  # noqa: E731
        *_, last = watched(times, START + 45 * DAY, dated=dated, down=away)
        assert max(g.length for g in last.gaps) < 3 * DAY


def test_a_source_never_seen_to_publish_twice_has_no_rhythm():
    status = FeedStatus(URL, URL, alive=START, watched=START)
    assert rhythm.period(status, FEED, START + 900 * DAY) is None
    assert rhythm.frozen(status, FEED, START + 900 * DAY) == ""


def test_an_entry_pinned_for_years_is_no_rhythm():
    signs = [START - 2000 * DAY, START - 3 * DAY, START - 2 * DAY, START - DAY]
    life = rhythm.learned(FeedStatus(URL, URL), START, 4, signs)
    assert (life.alive, life.watched, life.silences) == (START, START - 3 * DAY, 2)
    assert [g.length for g in life.gaps] == [DAY]


def test_an_entry_dated_back_or_not_at_all_is_a_sign_of_life():
    status = FeedStatus(URL, URL, alive=START, watched=START - DAY, last_ok=START + 2 * DAY, interval=HOUR)
    for signs in ([START - DAY], []):
        life = rhythm.learned(status, START + 2 * DAY + HOUR, 1, signs)
        assert life.alive == START + 2 * DAY + HOUR
        assert [g.length for g in life.gaps] == [2 * DAY + HOUR]


def test_a_silence_whose_beginning_nobody_saw_is_not_learned_from():
    first = rhythm.learned(FeedStatus(URL, URL), START, 9, ())
    assert (first.alive, first.watched, first.gaps) == (START, START, ())
    status = FeedStatus(URL, URL, alive=first.alive, watched=first.watched)
    assert rhythm.learned(status, START + DAY, 1, ()).gaps == ()


def test_only_the_longest_silences_of_late_are_remembered():
    old = (Gap(START - 50 * DAY, 5 * DAY), Gap(START - 10 * DAY, 3 * DAY), Gap(START - 9 * DAY, DAY))
    status = FeedStatus(URL, URL, alive=START - 2 * DAY, watched=START - 90 * DAY, gaps=old)
    assert [g.length for g in rhythm.learned(status, START, 1, [START]).gaps] == [3 * DAY, 2 * DAY]


def test_a_regular_source_is_trusted_soon_and_an_uneven_one_after_four_weekends():
    times = [START + n * DAY for n in range(-10, 1)]
    known = rhythm.learned(FeedStatus(URL, URL), START, 11, times)
    status = FeedStatus(URL, URL, alive=known.alive, watched=known.watched, silences=known.silences, gaps=known.gaps)
    assert rhythm.period(status, FEED, START) == DAY
    assert rhythm.period(replace(status, silences=90), FEED, START) == 4 * DAY
    assert rhythm.period(replace(status, silences=90), FEED, START + 30 * DAY) == DAY


def test_who_was_called_frozen_and_lived_is_not_called_so_again_within_a_month():
    gaps = (Gap(START, DAY),)
    status = FeedStatus(URL, URL, alive=START, watched=START - 60 * DAY, gaps=gaps, alarmed=START - 10 * DAY)
    assert rhythm.frozen(status, FEED, START + 19 * DAY) == ""
    assert rhythm.frozen(status, FEED, START + 21 * DAY)
    assert rhythm.frozen(replace(status, alarmed=START + 2 * DAY), FEED, START + 3 * DAY)


@pytest.mark.parametrize(("gap", "words"), [(HOUR * 10, "10 hours"), (9 * DAY, "9 days")])
def test_why_a_source_is_called_frozen_is_said_in_words(gap, words):
    status = FeedStatus(URL, URL, alive=START, watched=START - 60 * DAY, gaps=(Gap(START, gap),))
    assert rhythm.frozen(status, FEED, START + 1.5 * gap) == ""
    said = rhythm.frozen(status, FEED, START + 1.7 * gap)
    assert said == f"nothing new since 2025-01-06 00:00Z; its longest silence of late was {words}"


# --------------------------------------------------------------------------- emptied, blocked


def poll(status: FeedStatus, listed: int = 0, *, days: float = 0, read: bool = True, **more: object) -> FeedStatus:
    sight = schedule.Sight((), Hints() if read else None, 0, "aa", Validators(), listed=listed, **more)
    return schedule.succeeded(status, FEED, START + days * DAY, sight)


NEW = FeedStatus(URL, URL)


def test_a_feed_that_never_had_entries_is_healthy():
    assert poll(poll(NEW), days=300).state is FeedState.OK


def test_a_feed_without_the_entries_it_always_had_is_emptied_until_they_return():
    empty = poll(poll(NEW, 30), 0, days=1)
    assert (empty.state, empty.error, empty.since) == (
        FeedState.EMPTIED,
        "no entries, where there were 30",
        START + DAY,
    )
    again = poll(empty, days=2, read=False)
    assert (again.state, again.since) == (FeedState.EMPTIED, START + DAY)
    assert poll(again, 3, days=3).state is FeedState.OK


def test_a_feed_that_comes_and_goes_is_called_emptied_once():
    there = poll(poll(poll(NEW, 2), 0, days=1), 2, days=2)
    assert poll(there, 0, days=3).state is FeedState.OK


def test_a_body_that_is_not_the_feeds_own_is_blocked_for_as_long_as_it_stays():
    blocked = poll(poll(NEW, 30), 9, days=1, blocked="the same page as another")
    assert (blocked.state, blocked.error) == (FeedState.BLOCKED, "the same page as another")
    still = poll(blocked, days=2, read=False)
    assert (still.state, still.error, still.since) == (FeedState.BLOCKED, "the same page as another", START + DAY)
    failed = replace(still, state=FeedState.FAILING, error="timeout")
    assert poll(failed, days=3, read=False).error == "the same body again"
    assert poll(still, 30, days=3).state is FeedState.OK
