"""When silence is a sign: sources that live are left alone, sources that stop are found."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor import rhythm, schedule
from monitor.model import Feed, FeedState, FeedStatus, Gap, Hints, Validators
from tests.commands import monitor
from tests.sites import TOPIC, Desktop, rss

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


def never(now: datetime) -> bool:
    return False


def watched(
    times: list[datetime],
    until: datetime,
    *,
    dated: bool,
    down: Callable[[datetime], bool] = never,
    feed: Feed = FEED,
    headers: schedule.Headers = (),
) -> Iterator[FeedStatus]:
    """Yield the status after each poll of a source that lists its last 30 entries."""
    status, now, seen = FeedStatus(URL, URL), START, START - 60 * DAY
    body = ""
    while now < until:
        new = [t for t in times if seen < t <= now][-30:]
        body = str(len(new)) + str(now) if new else body
        signs = new if dated else ()
        sight = schedule.Sight(headers, Hints(), len(new), body, Validators('"a"'), listed=30, signs=signs)
        status = schedule.succeeded(status, feed, now, sight)
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
        found = alarms(watched(times, START + DAYS * DAY, dated=dated))
        assert not crowded(found), (seed, found)


@pytest.mark.long
@pytest.mark.parametrize("rhythm", RHYTHMS, ids=lambda r: r.__name__)
def test_thirty_sources_of_each_rhythm_raise_one_false_alarm_a_month_at_most(rhythm):
    months = total = 0
    for seed in range(30):
        times = published(rhythm, random.Random(seed), START - 60 * DAY, START + 2 * DAYS * DAY)
        found = alarms(watched(times, START + 2 * DAYS * DAY, dated=seed % 2 == 0))
        months += 2 * DAYS // 30
        total += len(found)
        assert not crowded(found), (seed, found)
    assert total < months / 4


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(("rhythm", "usual"), [(newspaper, 2), (daily, 2), (office, 4), (weekly, 8), (bursts, 15)])
def test_a_source_that_stops_is_found_within_two_of_its_longest_silences(rhythm, usual, dated):
    end = START + 110 * DAY  # the festival is forgotten
    times = published(rhythm, random.Random(7), START - 60 * DAY, end)
    found = alarms(watched(times, end + 40 * DAY, dated=dated))
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
    life = rhythm.learned(FeedStatus(URL, URL), FEED, START, 4, signs)
    assert (life.alive, life.watched, life.silences) == (START, START - 3 * DAY, 2)
    assert [g.length for g in life.gaps] == [DAY]


def test_an_entry_dated_back_or_not_at_all_is_a_sign_of_life():
    status = FeedStatus(URL, URL, alive=START, watched=START - DAY, last_ok=START + 2 * DAY, interval=HOUR)
    for signs in ([START - DAY], []):
        life = rhythm.learned(status, FEED, START + 2 * DAY + HOUR, 1, signs)
        assert life.alive == START + 2 * DAY + HOUR
        assert [g.length for g in life.gaps] == [2 * DAY + HOUR]


def test_a_silence_whose_beginning_nobody_saw_is_not_learned_from():
    first = rhythm.learned(FeedStatus(URL, URL), FEED, START, 9, ())
    assert (first.alive, first.watched, first.gaps) == (START, START, ())
    status = FeedStatus(URL, URL, alive=first.alive, watched=first.watched)
    assert rhythm.learned(status, FEED, START + DAY, 1, ()).gaps == ()


def test_only_the_longest_silences_of_late_are_remembered():
    old = (Gap(START - 50 * DAY, 5 * DAY), Gap(START - 10 * DAY, 3 * DAY), Gap(START - 9 * DAY, DAY))
    status = FeedStatus(URL, URL, alive=START - 2 * DAY, watched=START - 90 * DAY, gaps=old)
    assert [g.length for g in rhythm.learned(status, FEED, START, 1, [START]).gaps] == [3 * DAY, 2 * DAY]


def test_a_regular_source_is_trusted_soon_and_an_uneven_one_after_four_weekends():
    times = [START + n * DAY for n in range(-10, 1)]
    known = rhythm.learned(FeedStatus(URL, URL), FEED, START, 11, times)
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


# --------------------------------------------------------------------------- declared


def declared(length: timedelta, every: timedelta = HOUR) -> Feed:
    return Feed(URL, every, rhythm=length)


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
@pytest.mark.parametrize(
    ("feed", "max_age"),
    [
        (declared(12 * HOUR), 0),
        (declared(DAY), 0),
        (declared(DAY, every=DAY), 0),
        (declared(3 * DAY), 86400),
        (declared(7 * DAY), 86400),
        (declared(90 * DAY), 0),
    ],
    ids=["half a day", "a day", "asked once in it", "long fresh", "a week", "a quarter"],
)
def test_a_source_that_stops_is_found_within_two_declared_periods_however_young(feed, max_age, dated):
    assert feed.rhythm
    seen = timedelta() if dated else feed.every * 1.1  # what has no date is there when it is seen
    for alive in (0.0, 0.5, 3.0):  # periods that the feed was watched before its last news
        times = [START + alive * feed.rhythm - n * feed.rhythm / 2 for n in range(9)][::-1]
        headers = [("cache-control", f"max-age={max_age}")]
        found = alarms(watched(times, times[-1] + 3 * feed.rhythm, dated=dated, feed=feed, headers=headers))
        assert len(found) == 1
        assert feed.rhythm < found[0] - max(times[-1], START) <= 2 * feed.rhythm + seen


def test_who_keeps_to_what_is_declared_is_never_called_frozen_however_uneven():
    for seed in range(5):
        chance, times = random.Random(seed), [START - DAY]
        while times[-1] < START + DAYS * DAY:
            times.append(times[-1] + chance.choice((HOUR / 60, HOUR, 3 * DAY, 7 * DAY)))
        assert not alarms(watched(times, START + DAYS * DAY, dated=True, feed=declared(7 * DAY)))


def test_a_feed_whose_newest_entry_is_far_too_old_is_frozen_at_first_sight_where_a_rhythm_is_declared():
    old = [START - n * DAY for n in range(40, 20, -1)]
    first = next(watched(old, START + DAY, dated=True, feed=declared(2 * DAY)))
    assert (first.state, first.since) == (FeedState.FROZEN, START)
    assert first.error == "nothing new since 2024-12-16 00:00Z; something new is expected every 2 days"
    assert next(watched(old, START + DAY, dated=True)).state is FeedState.OK
    assert next(watched([START - DAY], START + DAY, dated=True, feed=declared(2 * DAY))).state is FeedState.OK


def test_a_feed_that_comes_back_is_well_and_is_missed_again_when_it_stops_again():
    feed = declared(DAY)
    times = [START, START + 4 * DAY, START + 5 * DAY]
    states = list(watched(times, START + 9 * DAY, dated=True, feed=feed))
    assert next(s.state for s in states if s.last_poll and s.last_poll > START + 4.1 * DAY) is FeedState.OK
    assert len(alarms(iter(states))) == 2


def test_a_feed_that_never_had_entries_is_healthy_whatever_is_declared():
    status = FeedStatus(URL, URL)
    for days in (0, 30, 300):
        sight = schedule.Sight((), Hints(), 0, "aa", Validators())
        status = schedule.succeeded(status, declared(DAY), START + days * DAY, sight)
        assert status.state is FeedState.OK


def test_a_declared_rhythm_is_expected_in_the_place_of_the_learned_one():
    status = FeedStatus(URL, URL, alive=START, watched=START - 60 * DAY, gaps=(Gap(START, 2 * DAY),))
    assert rhythm.period(status, FEED, START) == 2 * DAY
    assert rhythm.period(status, declared(9 * DAY), START) == 9 * DAY
    assert rhythm.period(FeedStatus(URL, URL), declared(9 * DAY), START) == 9 * DAY


def test_what_is_expected_and_missed_is_told_by_sources_and_by_the_export(tmp_path):
    urls = ["http://a.example/rss", "http://b.example/rss", "http://c.example/rss"]
    told = (", rhythm: 1d", ", rhythm: 30d", "")
    text = "".join(f'\n  - {{url: "{url}", every: 1h{more}}}' for url, more in zip(urls, told, strict=True))
    desk = Desktop(tmp_path, f"feeds:{text}\ntopics:{TOPIC}")
    item = "<title>旧闻一则</title><link>http://n.example/1.html</link><pubDate>Mon, 10 Mar 2025 08:00:00 GMT</pubDate>"
    desk.site.pages = dict.fromkeys(urls, rss(item))
    desk.poll()
    feeds = {f["url"]: f for f in json.loads(monitor("sources", "--format", "json", cwd=tmp_path).out)}
    assert [feeds[u]["state"] for u in urls] == ["frozen", "ok", "ok"]
    assert [feeds[u]["rhythm"] for u in urls] == [
        {"basis": "declared", "seconds": 86400},
        {"basis": "declared", "seconds": 2592000},
        None,
    ]
    shown = " ".join(monitor("sources", cwd=tmp_path).out.replace("│", " ").split())
    assert "declared" in shown and "not known" in shown and "since 2025-03-20" in shown
    coverage = json.loads(monitor("export", "--format", "json", cwd=tmp_path).out)["coverage"]
    assert coverage["statement"].endswith(
        "2 of 3 sources healthy; frozen: http://a.example/rss since 2025-03-20T04:00Z"
    )
    (blind,) = coverage["blind"]
    assert blind["error"] == "nothing new since 2025-03-10 08:00Z; something new is expected every 24 hours"


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


def test_a_clock_that_was_years_ahead_for_a_moment_blinds_nobody():
    steady_ = [START + n * HOUR for n in range(24 * 40)]
    *_, known = watched(steady_, START + 40 * DAY, dated=True, down=lambda now: False)
    ahead = START + 4000 * DAY
    sight = schedule.Sight((), Hints(), 1, "x", Validators('"a"'), listed=30, signs=[ahead])
    status, now = schedule.succeeded(known, FEED, ahead, sight), START + 40 * DAY
    quiet = schedule.Sight((), Hints(), 0, "x", Validators('"a"'), listed=30)
    while now < START + 60 * DAY:
        status = schedule.succeeded(status, FEED, now, quiet)
        now += 6 * HOUR
    assert status.state is FeedState.FROZEN
