"""
Two weeks of polling, with store, schedule and fetcher built anew at every tick; then what the servers saw. One day of
it with real processes under a shifted clock, one in five of them killed; and three with eight workers on one database.

Each feed does one thing that a rule is about. The rules are those of docs/polling.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.errors import FetchError
from monitor.model import Feed, FeedState, FetchSettings, Select
from tests.postgres import Server
from tests.real_days import Days
from tests.simulated import START, Asked, Says, Script, World, bulletin, rss, steady, tagged
from tests.simulated_team import Together

HOUR, PART, DAY = timedelta(hours=1), timedelta(hours=8), timedelta(days=1)
JITTER = 1.1

PLAIN, ECHO, FRESH, EXPIRES, TTL = (f"http://{n}.example/rss" for n in ("plain", "echo", "fresh", "expires", "ttl"))
SKIP, LIMITED, DATED, ABSURD, GONE = (f"http://{n}.example/rss" for n in ("skip", "limited", "dated", "absurd", "gone"))
MOVED, TRIAL, SAME, QUIET, BROKEN = (f"http://{n}.example/rss" for n in ("moved", "trial", "same", "quiet", "broken"))
NEW_HOME = "http://home.example/rss"
Lived = World | Days | Together
DEAD = [f"http://dead.example/{n}" for n in range(3)]
CROWD = [f"http://crowd.example/{n}" for n in range(4)]
LIST, DAILY = "http://slow.example/news/", "http://daily.example/{date:%Y-%m-%d}.xml"
CRAWL_DELAY, PAUSE = 10, 2  # these pass in real time where the processes are real


def echo(now: datetime, carried: Mapping[str, str]) -> Says:
    """Change validators on 200 and 304, drop them for a day, and put others into errors."""
    hour = int((now - START) / HOUR)
    if hour % 11 == 5:
        return Says(500, b"", {"ETag": '"of the error"', "Last-Modified": "Sat, 01 Mar 2025 00:00:00 GMT"})
    body = bulletin(ECHO, 7 * HOUR)(now)
    if hour // 24 % 4 == 3:
        return Says(200, body)
    told = {"ETag": f'W/"{hour // 7}-{hour % 3}"', "Last-Modified": f"Mon, 03 Mar 2025 {hour // 7 % 24:02d}:00:00 GMT"}
    if carried.get("if-none-match", "").startswith(f'W/"{hour // 7}-'):
        return Says(304, b"", {"ETag": told["ETag"]} if hour % 2 else {})
    return Says(200, body, told)


def limited(value: str) -> Script:
    def script(now: datetime, _: Mapping[str, str]) -> Says:
        if int((now - START) / PART) % 3 == 1:
            return Says(429, b"", {"Retry-After": value, "Date": f"{now:%a, %d %b %Y %H:%M:%S} GMT"})
        return Says(200, bulletin(LIMITED, 3 * HOUR)(now))

    return script


def until(now: datetime, _: Mapping[str, str]) -> Says:
    if int((now - START) / PART) == 2:
        return Says(503, b"", {"Retry-After": f"{now + 30 * HOUR:%a, %d %b %Y %H:%M:%S} GMT"})
    return Says(200, bulletin(DATED, 3 * HOUR)(now))


def going(now: datetime, _: Mapping[str, str]) -> Says:
    return Says(410) if now > START + PART else Says(200, bulletin(GONE, HOUR)(now))


def trial() -> Script:
    """Return a server with a permanent redirect that is seen twice, and never again: a hotel's network, say."""
    left = ["once", "twice"]

    def script(now: datetime, _: Mapping[str, str]) -> Says:
        if now > START + PART and left:
            left.pop()
            return Says(301, b"", {"Location": "http://portal.example/rss"})
        return Says(200, bulletin(TRIAL, HOUR)(now))

    return script


def news(now: datetime, _: Mapping[str, str]) -> Says:
    n = int((now - START) / PART)
    return Says(200, f"<ul><li><a href='/news/{n}.html'>第{n}号</a></li></ul>".encode(), {"Content-Type": "text/html"})


def skipping(now: datetime) -> bytes:
    hours = "".join(f"<hour>{h}</hour>" for h in range(6))
    return bulletin(SKIP, 4 * HOUR, f"<skipHours>{hours}</skipHours><skipDays><day>Sunday</day></skipDays>")(now)


def broken(now: datetime, _: Mapping[str, str]) -> Says:
    return (
        Says(200, b"<html><title>Login</title></html>")
        if now > START + PART
        else Says(200, bulletin(BROKEN, HOUR)(now))
    )


def daily(now: datetime, carried: Mapping[str, str]) -> Says:
    """Answer If-Modified-Since as a file server does: by the time alone, whichever file it was said of."""
    if "if-modified-since" in carried:
        return Says(304)
    return Says(
        200, rss([(f"http://daily.example/{now:%d%H}", now)]), {"Last-Modified": "Sat, 01 Mar 2025 00:00:00 GMT"}
    )


def unreachable(now: datetime, _: Mapping[str, str]) -> Says:
    return Says(after=4, error=FetchError("http://dead.example/", "connect", "refused", connected=False))


def scripts() -> dict[str, Script]:
    days = {(START + n * DAY).strftime("http://daily.example/%Y-%m-%d.xml"): daily for n in range(-1, 40)}
    robots = f"User-agent: *\nCrawl-delay: {CRAWL_DELAY}\nDisallow: /news/1.html".encode()
    return {
        **days,
        PLAIN: tagged(bulletin(PLAIN, 5 * HOUR)),
        ECHO: echo,
        FRESH: tagged(bulletin(FRESH, HOUR), **{"Cache-Control": "max-age=14400", "Age": "1200"}),
        EXPIRES: lambda now, _: Says(
            200, bulletin(EXPIRES, HOUR)(now), {"Expires": f"{now + 5 * HOUR:%a, %d %b %Y %H:%M:%S} GMT"}
        ),
        TTL: tagged(bulletin(TTL, HOUR, "<ttl>180</ttl>")),
        SKIP: tagged(skipping),
        LIMITED: limited("18000"),
        ABSURD: limited("9" * 30),
        DATED: until,
        GONE: going,
        MOVED: lambda now, _: Says(301, b"", {"Location": NEW_HOME}),
        NEW_HOME: tagged(bulletin(NEW_HOME, HOUR)),
        TRIAL: trial(),
        "http://portal.example/rss": steady(bulletin("http://portal.example/rss", HOUR)),
        SAME: steady(lambda now: rss([(f"{SAME}/1", START)])),
        QUIET: tagged(lambda now: rss([(f"{QUIET}/1", START)])),
        BROKEN: broken,
        **dict.fromkeys(DEAD, unreachable),
        **{url: tagged(bulletin(url, HOUR)) for url in CROWD},
        LIST: news,
        "http://slow.example/robots.txt": steady(lambda now: robots),
    }


def feeds() -> list[Feed]:
    declared = [PLAIN, ECHO, FRESH, EXPIRES, TTL, SKIP, LIMITED, ABSURD, DATED, GONE, MOVED, TRIAL, QUIET, BROKEN]
    declared += [*DEAD, *CROWD, DAILY]
    entry = Select("li", "a", "a@href")
    return [
        *(Feed(url, HOUR, every_declared=True) for url in declared),
        Feed(SAME, HOUR),
        Feed(LIST, HOUR, kind="list", select=entry),
    ]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a folder without a disk behind it, where there is one: thousands of commits take their time on a disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


SETTINGS = FetchSettings(pauses={"crowd.example": timedelta(seconds=PAUSE)})
SIMULATED = [2, pytest.param(14, marks=pytest.mark.long)]
REAL = pytest.param(1, marks=pytest.mark.long)
MANY = pytest.param(0, marks=pytest.mark.long)


@pytest.fixture(
    scope="module", params=[*SIMULATED, REAL, MANY], ids=["2 days", "14 days", "a day of processes", "eight workers"]
)
def world(request: pytest.FixtureRequest, folder: Path) -> Lived:
    if not request.param:
        return together(request.getfixturevalue("server"))
    return simulated(request.param, folder) if request.param > 1 else real(request.param, folder)


def simulated(days: int, folder: Path) -> World:
    world = World(folder / f"{days}.db", scripts(), feeds(), SETTINGS)
    world.live(days=days, killed=0.2)
    return world


def real(days: int, folder: Path) -> Days:
    home = folder / "processes"
    home.mkdir()
    with Days(home, scripts(), feeds(), SETTINGS) as world:
        world.live(days=days, killed=0.2)
    return world


def together(server: Server) -> Together:
    world = Together(server, "polite days", scripts(), feeds(), SETTINGS)
    world.live(days=3)
    return world


def waits(asked: list[Asked]) -> list[timedelta]:
    return [b.began - a.ended for a, b in pairwise(asked)]


def between(world: Lived, value: timedelta, low: timedelta, high: timedelta) -> bool:
    return low - timedelta(seconds=1) <= value <= high * JITTER + world.slack


def test_nobody_is_asked_before_every_nor_later_than_every_max(world):
    for url in (PLAIN, ECHO, FRESH, EXPIRES, TTL, SAME, QUIET, TRIAL, BROKEN, *CROWD):
        for wait in waits(world.of(url)):
            assert HOUR <= wait <= DAY + world.slack, url


def test_one_host_is_asked_by_one_at_a_time_with_its_pause_between_kills_included(world):
    hosts: dict[str, list[Asked]] = {}
    for asked in world.seen:
        hosts.setdefault(asked.host, []).append(asked)
    for host, all in hosts.items():
        rest = {"crowd.example": PAUSE, "slow.example": 1}.get(host, 1)
        assert all == sorted(all, key=lambda a: a.began)
        assert min(waits(all), default=DAY) >= timedelta(seconds=rest), host


def test_the_crawl_delay_holds_before_every_page(world):
    asked = [a for a in world.seen if a.host == "slow.example"]
    pages = [b.began - a.ended for a, b in pairwise(asked) if not b.url.endswith("robots.txt")]
    assert len(pages) >= 3 * world.days and min(pages) >= timedelta(seconds=CRAWL_DELAY)


def test_robots_txt_is_asked_once_a_day_although_every_tick_is_a_new_process(world):
    asked = world.of("http://slow.example/robots.txt")
    # It is asked when a page is wanted and a day has passed, so that a day lasts some hours longer.
    assert len(asked) > 0.8 * world.days and min(waits(asked), default=DAY) >= DAY - world.slack
    assert not world.of("http://slow.example/news/1.html")


def conditions(told: Iterator[Asked] | list[Asked]) -> Iterator[tuple[Asked, dict[str, str]]]:
    """Yield each request with the validators that the answers before it called for (RFC 9110, 15.4.5)."""
    held: dict[str, str] = {}
    for asked in told:
        yield asked, dict(held)
        new = {
            k: asked.sent[v]
            for k, v in (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified"))
            if v in asked.sent
        }
        if asked.status == 200:
            held = new
        elif asked.status == 304:
            held |= new


def test_the_validators_of_the_last_200_or_304_come_back_exactly_and_none_of_an_error(world):
    statuses = set()
    for url in (ECHO, PLAIN, TTL, QUIET):
        for asked, held in conditions(world.of(url)):
            assert {k: v for k, v in asked.headers.items() if k.startswith("if-")} == held
            statuses.add(asked.status)
    assert statuses == {200, 304, 500}


def test_a_file_of_another_day_is_asked_for_without_the_validators_of_the_last(world):
    asked = [a for a in world.seen if a.host == "daily.example"]
    days = {a.url for a in asked}
    assert len(days) >= world.days
    for url in days:
        assert "if-modified-since" not in world.of(url)[0].headers and world.of(url)[0].status == 200


@pytest.mark.parametrize(("url", "fresh"), [(FRESH, 3.66), (EXPIRES, 5), (TTL, 3)])
def test_what_a_server_calls_fresh_is_not_asked_for(world, url, fresh):
    found = waits(world.of(url))
    assert len(found) >= 3 * world.days and all(
        between(world, w, fresh * HOUR, fresh * HOUR + world.slack) for w in found
    )


def test_skipped_hours_and_days_are_kept(world):
    asked = world.of(SKIP)  # what they are is in the first answer
    assert len(asked) > 10 * world.days
    for before, after in pairwise(asked):
        # What was due before midnight may be asked as late after it as the world is slack.
        skipped = all(at.hour < 6 or at.weekday() == 6 for at in (after.began, after.began - world.slack))
        assert not skipped or after.began - before.ended >= DAY - world.slack  # once in every_max all the same


@pytest.mark.parametrize(("url", "wait"), [(LIMITED, 5 * HOUR), (ABSURD, 7 * DAY), (DATED, 30 * HOUR)])
def test_a_server_that_names_a_delay_gets_it(world, url, wait):
    asked = world.of(url)
    told = [b.began - a.ended for a, b in pairwise(asked) if a.status in (429, 503)]
    assert told or asked[-1].status in (429, 503)
    assert all(wait - timedelta(seconds=2) <= t <= max(wait, DAY) * JITTER + world.slack for t in told)


def test_what_is_gone_is_left_alone(world):
    asked = world.of(GONE)
    assert all(a.status == 200 for a in asked[:-1])
    assert asked[-1].status == 410 and world.statuses[GONE].state is FeedState.STOPPED


def test_a_permanent_redirect_is_adopted_at_the_third_sight_and_two_are_forgotten(world):
    assert len(world.of(MOVED)) == 3
    assert world.statuses[MOVED].url_now == NEW_HOME and len(world.of(NEW_HOME)) > 12 * world.days
    assert len(world.of("http://portal.example/rss")) == 2
    assert world.statuses[TRIAL].url_now == TRIAL


def test_the_same_body_without_validators_is_asked_for_half_as_often_each_time(world):
    found = waits(world.of(SAME))
    for wait, expected in zip(found[1:], (2, 4, 8, 16, 24, 24, 24), strict=False):
        assert between(world, wait, expected * HOUR, expected * HOUR)


def test_a_quiet_feed_is_asked_after_a_tenth_of_its_silence(world):
    asked = world.of(QUIET)
    for a, b in pairwise(asked):
        silence = a.ended - asked[0].ended
        assert between(world, b.began - a.ended, min(max(HOUR, silence / 10), DAY), min(max(HOUR, silence / 10), DAY))


def test_every_failure_doubles_the_distance(world):
    failing = [a for a in world.of(BROKEN) if a.began > START + PART]
    for wait, expected in zip(waits(failing), (1, 2, 4, 8, 16, 24, 24), strict=False):
        assert between(world, wait, expected * HOUR, expected * HOUR)
    assert world.statuses[BROKEN].state is FeedState.BLOCKED


# Not by processes: behind a proxy no host is dead, for the proxy answers.
@pytest.mark.parametrize("world", [*SIMULATED, MANY], ids=["2 days", "14 days", "eight workers"], indirect=True)
def test_a_dead_host_is_asked_by_one_rhythm_for_all_its_feeds(world):
    asked = {url: world.of(url) for url in DEAD}
    counts = {len(a) for a in asked.values()}
    assert len(counts) == 1
    for n in range(counts.pop()):
        together = [a[n].began for a in asked.values()]
        assert max(together) - min(together) <= world.slack
    for wait, expected in zip(waits(asked[DEAD[0]]), (1, 2, 4, 8, 16, 24), strict=False):
        assert between(world, wait, expected * HOUR, expected * HOUR)


def test_no_answer_is_forgotten_by_a_kill(world):
    assert all(s.last_poll for s in world.statuses.values())
    assert {s.state for u, s in world.statuses.items() if u in (PLAIN, FRESH, TTL, *CROWD)} == {FeedState.OK}
