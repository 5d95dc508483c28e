"""When a feed is asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import schedule
from monitor.errors import FetchError, Gone, ParseError, RateLimited, Refused
from monitor.model import Feed, FeedState, FeedStatus, Hints, Validators

URL = "http://example.org/feed"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOW = datetime(2025, 3, 19, 10, 30, tzinfo=UTC)  # a Wednesday
FEED = Feed(URL, HOUR, every_declared=True)
FREE = Feed(URL, HOUR)
FEEDS = {URL: FEED}
NEW = FeedStatus(URL, URL)
TAGGED = Validators('"a"')
DEAD = FetchError(URL, "timeout")


def good(status=NEW, feed=FEED, now=NOW, **more):
    said = {"headers": (), "hints": None, "new_entries": 0, "body_sha256": "aa", "validators": TAGGED, **more}
    return schedule.succeeded(status, feed, now, schedule.Sight(**said))


def bad(status=NEW, feed=FEED, now=NOW, error=DEAD):
    return schedule.failed(status, feed, now, error)


def wait(status):
    return status.next_poll - status.last_poll


def about(interval):
    """The interval and up to a tenth more."""
    return pytest.approx(interval.total_seconds() * 1.05, rel=0.0501)


# --------------------------------------------------------------------------- success


def test_a_success_is_remembered():
    got = good(bad(bad()), now=NOW + DAY, new_entries=2, signs=[NOW], hints=Hints(ttl=MINUTE))
    assert (got.state, got.error, got.failures, got.unchanged) == (FeedState.OK, "", 0, 0)
    assert got.since == got.last_poll == got.last_ok == got.last_new == NOW + DAY
    assert (got.validators, got.body_sha256, got.newest, got.hints) == (TAGGED, "aa", NOW, Hints(ttl=MINUTE))
    assert (got.interval, wait(got).total_seconds()) == (HOUR, about(HOUR))


def test_a_feed_that_stays_well_keeps_the_time_since_when():
    got = good(good(), now=NOW + HOUR)
    assert (got.since, got.last_ok, got.unchanged) == (NOW, NOW + HOUR, 2)


def test_the_newest_entry_is_the_newest_ever_seen():
    assert good(good(signs=[NOW]), signs=[NOW - DAY]).newest == NOW
    assert good(good(signs=[NOW])).newest == NOW
    assert good().newest is None


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({"cache-control": "max-age=7200"}, 2 * HOUR),
        ({"cache-control": 'public, Max-Age="7200"'}, 2 * HOUR),
        ({"cache-control": "max-age=7200", "age": "600"}, 110 * MINUTE),
        ({"cache-control": "max-age=60", "age": "600"}, timedelta(0)),
        ({"cache-control": "max-age=7200", "age": "soon"}, 2 * HOUR),
        ({"cache-control": "max-age=7200, no-cache"}, timedelta(0)),
        ({"cache-control": "no-store"}, timedelta(0)),
        ({"cache-control": "max-age=-5"}, timedelta(0)),
        ({"cache-control": "max-age=" + "9" * 5000}, timedelta(seconds=2**31)),
        ({"cache-control": "max-age=7200", "expires": "0"}, 2 * HOUR),
        ({"expires": "Wed, 19 Mar 2025 13:30:00 GMT"}, 3 * HOUR),
        ({"expires": "Wed, 19 Mar 2025 13:30:00 -0000"}, 3 * HOUR),
        ({"expires": "Wed, 19 Mar 2025 13:30:00 GMT", "date": "Wed, 19 Mar 2025 12:30:00 GMT"}, HOUR),
        ({"expires": "Wed, 19 Mar 2025 09:30:00 GMT"}, timedelta(0)),
        ({"expires": "-1"}, timedelta(0)),
        ({"expires": "Wed, 99 Mar 2025 09:30:00 GMT"}, timedelta(0)),
        ({}, timedelta(0)),
    ],
)
def test_the_server_says_how_long_its_answer_is_fresh(headers, fresh):
    assert schedule.freshness(headers.items(), NOW) == fresh
    assert good(headers=tuple(headers.items())).interval == min(max(fresh, HOUR), DAY)


def test_a_header_sent_twice_is_one_list():
    assert schedule.freshness([("cache-control", "public"), ("cache-control", "max-age=60")], NOW) == MINUTE


def test_hints_lengthen_and_never_shorten():
    assert good(hints=Hints(ttl=MINUTE)).interval == HOUR
    assert good(hints=Hints(ttl=3 * HOUR)).interval == 3 * HOUR
    assert good(hints=Hints(ttl=90 * DAY)).interval == DAY
    assert good(feed=replace(FEED, every=2 * DAY), hints=Hints(ttl=HOUR)).interval == 2 * DAY


def test_the_hints_of_the_last_body_hold_while_it_stays_the_same():
    told = good(hints=Hints(ttl=3 * HOUR))
    assert good(told).interval == 3 * HOUR
    assert good(told, hints=Hints()).interval == HOUR


def test_skipped_hours_and_days_are_passed_over():
    at = good(hints=Hints(skip_hours=frozenset({11, 12}))).next_poll
    assert datetime(2025, 3, 19, 13, tzinfo=UTC) <= at < datetime(2025, 3, 19, 13, 6, tzinfo=UTC)
    feed = replace(FEED, every_max=7 * DAY)
    at = good(feed=feed, now=NOW + 13 * HOUR, hints=Hints(skip_days=frozenset({3, 4}))).next_poll
    assert datetime(2025, 3, 22, tzinfo=UTC) <= at < datetime(2025, 3, 22, 0, 6, tzinfo=UTC)


def test_a_feed_that_skips_every_hour_is_asked_once_in_every_max_all_the_same():
    assert wait(good(hints=Hints(skip_hours=frozenset(range(24))))) == DAY


def test_a_quiet_feed_is_asked_after_a_tenth_of_its_silence():
    first = good(new_entries=1)
    assert good(first, now=NOW + 5 * HOUR).interval == HOUR
    assert good(first, now=NOW + 30 * HOUR).interval == 3 * HOUR
    assert good(first, now=NOW + 90 * DAY).interval == DAY
    assert good(first, now=NOW + 90 * DAY, new_entries=1).interval == HOUR


def test_without_validators_the_same_body_doubles_the_interval_unless_every_is_declared():
    status, seen = NEW, []
    for step in range(7):
        status = good(status, FREE, NOW + step * MINUTE, validators=Validators())
        seen.append(status.interval // HOUR)
    assert seen == [1, 2, 4, 8, 16, 24, 24]
    assert good(status, FREE, validators=Validators(), body_sha256="bb").interval == HOUR
    assert good(status, FREE, validators=TAGGED).interval == HOUR
    assert good(status, FEED, validators=Validators()).interval == HOUR


# --------------------------------------------------------------------------- failure


@pytest.mark.parametrize("error", [DEAD, ParseError("no feed"), Refused(URL, "robots.txt"), FetchError(URL, "500")])
def test_every_kind_of_failure_backs_off_by_doubling(error):
    status, seen = good(), []
    for _ in range(7):
        status = bad(status, error=error)
        seen.append(wait(status) / HOUR)
    assert seen == [pytest.approx(h * 1.05, rel=0.0501) for h in (1, 2, 4, 8, 16)] + [24, 24]
    assert (status.state, status.error, status.failures) == (FeedState.FAILING, str(error), 7)


def test_what_the_last_good_answer_taught_survives_a_failure():
    well = good(hints=Hints(ttl=5 * HOUR), signs=[NOW])
    got = bad(well, now=NOW + DAY)
    kept = ("validators", "body_sha256", "hints", "interval", "newest", "last_ok", "last_new")
    assert [getattr(got, k) for k in kept] == [getattr(well, k) for k in kept]
    assert wait(got).total_seconds() == about(5 * HOUR)


def test_a_failing_feed_keeps_the_time_since_when_it_fails():
    got = bad(bad(good()), now=NOW + DAY)
    assert (got.since, got.last_poll) == (NOW, NOW + DAY)


@pytest.mark.parametrize(
    ("asked", "kept"), [(3 * HOUR, 3 * HOUR), (400 * DAY, 7 * DAY), (-HOUR, timedelta(0)), (timedelta.max, 7 * DAY)]
)
def test_retry_after_holds_whatever_else_is_ordered(asked, kept):
    got = bad(error=RateLimited(URL, "429", "", asked))
    assert got.not_before == NOW + kept
    assert got.next_poll >= max(got.not_before, NOW + HOUR)
    if kept:
        assert not schedule.due([got], NOW + kept - MINUTE, all=True)
    assert schedule.due([got], NOW + kept, all=True)


def test_retry_after_outlives_another_failure_and_ends_with_a_success():
    limited = bad(error=RateLimited(URL, "429", "", 3 * HOUR))
    assert bad(limited, now=NOW + HOUR).not_before == NOW + 3 * HOUR
    assert bad(limited, now=NOW + 4 * HOUR).not_before is None
    assert good(limited, now=NOW + HOUR).not_before is None


def test_gone_stops_the_feed_for_good():
    got = bad(error=Gone(URL, "410"))
    assert (got.state, got.next_poll, got.since) == (FeedState.STOPPED, None, NOW)
    assert not schedule.due([got], NOW + 99 * DAY, all=True)


def test_many_failures_do_not_overflow():
    assert wait(bad(replace(NEW, failures=10**6))) == DAY


# --------------------------------------------------------------------------- moved


def test_a_permanent_redirect_is_believed_at_the_third_sight():
    status = NEW
    for _ in range(2):
        status = good(status, moved_to="http://new.example.org/")
        assert status.url_now == URL
    status = good(status, moved_to="http://new.example.org/")
    assert (status.url_now, status.url, status.moved_seen) == ("http://new.example.org/", URL, 0)


def test_a_redirect_that_changes_or_ends_is_counted_anew():
    status = good(good(moved_to="http://a.org/"), moved_to="http://a.org/")
    assert good(status, moved_to="http://b.org/").moved_seen == 1
    assert (good(status).moved_to, good(status).moved_seen) == ("", 0)
    assert bad(status).moved_seen == 2


def test_an_adopted_address_that_fails_gives_way_to_the_declared_one():
    status = replace(NEW, url_now="http://new.example.org/")
    status = bad(bad(status))
    assert status.url_now == "http://new.example.org/"
    assert bad(status).url_now == URL


@pytest.mark.parametrize("url", ["http://example.org/{date:%Y-%m/%d}/p.htm", "http://example.org/?page={page}"])
def test_an_address_with_placeholders_in_it_never_gives_way_to_another(url):
    assert good(FeedStatus(url, url), Feed(url, HOUR), moved_to="http://a.org/").moved_seen == 0


# --------------------------------------------------------------------------- due


def test_a_new_feed_is_due_at_once_and_the_longest_overdue_first():
    rows = [
        replace(NEW, url=u, next_poll=at, last_poll=NOW - DAY) for u, at in (("a", NOW), ("b", NOW - HOUR), ("c", None))
    ]
    later = replace(NEW, url="d", next_poll=NOW + MINUTE, last_poll=NOW)
    assert [s.url for s in schedule.due([*rows, later], NOW)] == ["c", "b", "a"]
    assert [s.url for s in schedule.due([*rows, later], NOW, all=True)] == ["c", "b", "a", "d"]


def test_a_clock_that_was_ahead_loses_no_feed():
    ahead = good(now=NOW + 3650 * DAY)
    assert schedule.due([ahead], NOW)
    assert not schedule.due([good(now=NOW)], NOW - MINUTE)
    assert not schedule.due([replace(NEW, next_poll=NOW + DAY)], NOW)


# --------------------------------------------------------------------------- hosts


def test_all_feeds_of_a_host_that_cannot_be_reached_wait_as_long_as_the_most_patient():
    one = bad(replace(NEW, url_now="http://a.org/1"))
    two = bad(bad(bad(replace(NEW, url_now="http://u@A.org/2"))))
    three = replace(two, url_now="http://a.org/3")
    fresh, other = replace(NEW, url_now="http://a.org/4"), replace(one, url_now="http://b.org/")
    stopped = replace(one, url_now="http://a.org/5", state=FeedState.STOPPED)
    assert two.url_now == URL  # given up: back at the declared address, another host
    rows = [one, two, three, fresh, other, stopped]
    moved = schedule.held(rows, FEEDS, {"a.org"}, NOW)
    assert [(s.url_now, s.next_poll) for s in moved] == [
        ("http://a.org/1", three.next_poll),
        ("http://a.org/4", three.next_poll),
    ]


def test_a_host_without_a_failing_feed_is_left_as_it_is():
    assert not schedule.held([replace(good(), url_now="http://a.org/")], FEEDS, {"a.org"}, NOW)


# --------------------------------------------------------------------------- whatever happens

spans = st.timedeltas(timedelta(0), timedelta(days=40))
feeds = st.builds(
    lambda every, longer, declared: Feed(URL, every, every_max=every + longer, every_declared=declared),
    st.timedeltas(timedelta(minutes=5), timedelta(days=3)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
    st.booleans(),
)
hints = st.none() | st.builds(
    Hints,
    st.none() | spans,
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
)
answers = st.fixed_dictionaries(
    {
        "headers": st.sampled_from(
            [(), (("cache-control", "max-age=9000"),), (("expires", "Fri, 21 Mar 2025 10:30:00 GMT"),)]
        ),
        "hints": hints,
        "new_entries": st.integers(0, 3),
        "body_sha256": st.sampled_from(["aa", "bb", ""]),
        "validators": st.sampled_from([TAGGED, Validators()]),
        "moved_to": st.sampled_from(["", "http://new.example.org/"]),
    }
)
errors = st.sampled_from([DEAD, ParseError("x")]) | spans.map(lambda d: RateLimited(URL, "429", "", d))
steps = st.lists(st.tuples(spans, answers | errors), min_size=1, max_size=8)


def lived(feed, steps):
    """Yield the status after each step of a feed's life."""
    status, now = NEW, NOW
    for after, outcome in steps:
        now += after
        status = (
            bad(status, feed, now, outcome) if isinstance(outcome, Exception) else good(status, feed, now, **outcome)
        )
        yield status


@given(feeds, steps)
def test_a_feed_is_never_asked_before_every_nor_after_every_max(feed, steps):
    for status in lived(feed, steps):
        limit = max(feed.every_max, (status.not_before or status.last_poll) - status.last_poll)
        assert feed.every <= wait(status) <= limit
        assert status.not_before is None or status.not_before <= status.last_poll + timedelta(days=7)
        assert not schedule.due([status], status.next_poll - timedelta(microseconds=1))
        assert schedule.due([status], status.next_poll)


@given(feeds, steps)
def test_the_same_life_gives_the_same_schedule(feed, steps):
    assert list(lived(feed, steps)) == list(lived(feed, steps))


@given(feeds, steps, answers)
def test_a_longer_hint_never_brings_the_poll_forward(feed, steps, answer):
    *_, status = lived(feed, steps)
    now = status.last_poll + DAY
    short, long = (good(status, feed, now, **{**answer, "hints": Hints(ttl=ttl)}) for ttl in (HOUR, 5 * HOUR))
    assert short.next_poll <= long.next_poll


@given(feeds, steps)
def test_one_more_failure_never_shortens_the_wait(feed, steps):
    *_, status = lived(feed, steps)
    first = bad(status, feed)
    assert wait(bad(first, feed)) >= wait(first) or wait(first) > feed.every_max
    assert first.failures == status.failures + 1


@given(
    st.timedeltas(timedelta(0), timedelta(days=70_000)).map(lambda t: datetime(1990, 1, 1, tzinfo=UTC) + t), st.text()
)
def test_jitter_only_lengthens_and_by_a_tenth_at_most(now, url):
    feed = Feed(url, HOUR)
    waited = wait(good(replace(NEW, url=url), feed, now))
    assert HOUR <= waited <= HOUR * 1.1


def test_feeds_that_are_declared_together_do_not_stay_together():
    times = {good(feed=Feed(f"http://example.org/{i}", HOUR)).next_poll for i in range(50)}
    assert len(times) == 50
    assert max(times) - min(times) > 4 * MINUTE


@given(st.lists(st.tuples(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=60))))
def test_no_header_at_all_upsets_the_schedule(headers):
    assert timedelta(0) <= schedule.freshness(headers, NOW)


def test_an_adopted_address_that_is_gone_gives_way_to_the_declared_one():
    gone = Gone("http://new.example/", "http 410", "answered 410")
    first = bad(replace(good(), url_now="http://new.example/"), error=gone)
    assert (first.state, first.url_now, first.next_poll is None) == (FeedState.FAILING, URL, False)
    assert bad(first, error=gone).state is FeedState.STOPPED
