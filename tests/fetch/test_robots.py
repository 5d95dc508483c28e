"""robots.txt: asked once, heeded for pages, bounded; and what it means when it cannot be had."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, RateLimited, Refused
from monitor.fetch import RobotsEntry
from monitor.fetch.robots import MAX_BYTES, MOST_RULES, REMEMBERED, Robots, ours, product
from monitor.fetch.target import read
from monitor.fetch.wire import Answer
from monitor.model import Request
from tests.costs import affordable
from tests.fetch.make import fetcher, hostile
from tests.hostile import FEED, Script, moved, packed, page, raw

US = "monitor-timeline"


def verdict(robots: Script, path: str = "/page") -> str:
    """Return "ok" or the reason for a page behind *robots*."""

    async def go() -> str:
        async with hostile({"/robots.txt": robots, path: page(FEED)}) as server, fetcher(server) as it:
            try:
                await it.get(Request(server.url(path), page=True))
                assert server.paths()[-1] == path
                return "ok"
            except FetchError as exc:
                assert path not in server.paths()
                return exc.reason

    return asyncio.run(go())


def rules(*lines: str) -> Script:
    return page("\n".join(lines).encode())


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("ok", []),
        ("ok", ["User-agent: *", "Disallow:"]),
        ("robots", ["User-agent: *", "Disallow: /"]),
        ("robots", ["User-agent: *", "Disallow: /p"]),
        ("ok", ["User-agent: *", "Disallow: /other"]),
        ("robots", [f"User-agent: {US}", "Disallow: /", "User-agent: *", "Allow: /"]),
        ("ok", ["User-agent: *", "Disallow: /", "", f"User-agent: {US.upper()}", "Allow: /"]),
        ("ok", ["User-agent: *", "Disallow: /", "Allow: /page"]),
        ("robots", ["User-agent: *", "Disallow: /*ge$"]),
        ("ok", ["User-agent: other", "Disallow: /"]),
        ("ok", ["User-agent: mon", "Disallow: /"]),
        ("robots", ["User-agent: other", f"User-agent: {US}/1.0 # us", "Disallow: /"]),
        ("robots", ["\ufeffuser-agent:*", "disallow:/"]),
        ("robots", ["User-agent: *", "Sitemap: http://x/", "Disallow: /"]),
        ("ok", ["Disallow: /"]),
        ("ok", ["<html><body>User-agent: * Disallow: /</body></html>"]),
    ],
)
def test_the_rules_for_us_and_for_everybody_are_heeded(said: str, lines: list[str]) -> None:
    assert verdict(rules(*lines)) == said


@pytest.mark.parametrize(
    ("said", "robots"),
    [
        ("ok", page(b"", status="404 No")),
        ("ok", page(b"", status="403 No")),
        ("ok", page(b"", status="410 Gone")),
        ("ok", page(b"")),
        ("robots unreachable", page(b"", status="429 Slow")),
        ("robots unreachable", page(b"", status="500 Ill")),
        ("robots unreachable", page(b"", status="503 Ill")),
        ("robots unreachable", page(b"", status="999 Odd")),
        ("robots unreachable", raw(b"")),
        ("robots unreachable", raw(b"nonsense\r\n\r\n")),
        ("robots unreachable", moved("http://10.0.0.1/robots.txt")),
        ("robots unreachable", moved("http://[")),
        ("ok", moved("/case/steps_7")),
        ("ok", moved("/case/steps_4")),
        ("robots unreachable", packed("gzip", b"\x1f\x8b")),
    ],
)
def test_what_the_answer_means(said: str, robots: Script) -> None:
    assert verdict(robots) == said


def test_a_robots_file_may_live_behind_redirects() -> None:
    async def go() -> str:
        routes = {"/robots.txt": moved("/a"), "/a": rules("User-agent: *", "Disallow: /page")}
        async with hostile(routes) as server, fetcher(server) as it:
            with pytest.raises(Refused) as caught:
                await it.get(Request(server.url("/page"), page=True))
            return caught.value.reason

    assert asyncio.run(go()) == "robots"


def test_only_pages_ask_and_each_server_is_asked_once() -> None:
    async def go() -> list[str]:
        async with hostile({"/a": page(FEED), "/b": page(FEED)}) as server, fetcher(server) as it:
            await it.get(Request(server.url("/a")))
            await asyncio.gather(*(it.get(Request(server.url(path), page=True)) for path in ("/a", "/b", "/b")))
            return server.paths()

    assert sorted(asyncio.run(go())) == ["/a", "/a", "/b", "/b", "/robots.txt"]


def test_a_server_in_trouble_is_not_asked_for_its_rules_again_at_once() -> None:
    async def go() -> list[str]:
        async with hostile({"/robots.txt": page(b"", status="500 Ill")}) as server, fetcher(server) as it:
            for _ in range(3):
                with pytest.raises(FetchError):
                    await it.get(Request(server.url("/a"), page=True))
            assert 0 < it.robots_cache()[0].fresh <= 600
            return server.paths()

    assert asyncio.run(go()) == ["/robots.txt"]


def test_a_page_is_checked_again_where_it_redirects_to() -> None:
    async def go() -> list[str]:
        closed = {"/robots.txt": rules("User-agent: *", "Disallow: /")}
        async with hostile() as first, hostile(closed) as second, fetcher(first, second) as it:
            first.routes["/a"] = moved(second.url("/b"))
            with pytest.raises(Refused):
                await it.get(Request(first.url("/a"), page=True))
            return second.paths()

    assert asyncio.run(go()) == ["/robots.txt"]


def test_the_crawl_delay_lengthens_the_rest() -> None:
    async def go() -> list[float]:
        routes = {"/robots.txt": rules("User-agent: *", "Crawl-delay: 0.2"), "/a": page(FEED)}
        async with hostile(routes) as server, fetcher(server) as it:
            for _ in range(2):
                await it.get(Request(server.url("/a"), page=True))
            return [after.began - before.ended for before, after in pairwise(server.seen)]

    assert min(asyncio.run(go())) >= 0.19


def test_a_crawl_delay_of_hours_keeps_nobody_waiting() -> None:
    async def go() -> None:
        routes = {"/robots.txt": rules("User-agent: *", "Crawl-delay: 7200"), "/a": page(FEED)}
        async with hostile(routes) as server, fetcher(server) as it:
            with pytest.raises(RateLimited) as caught:
                await it.get(Request(server.url("/a"), page=True))
            assert caught.value.retry_after.total_seconds() > 7000

    asyncio.run(go())


@pytest.mark.parametrize("value", ["-1", "soon", "inf", "nan", "1e400"])
def test_a_crawl_delay_of_nonsense_is_none(value: str) -> None:
    assert verdict(rules("User-agent: *", f"Crawl-delay: {value}")) == "ok"


def test_what_is_known_is_carried_over_a_restart_and_no_longer_than_a_day() -> None:
    async def go() -> None:
        routes = {"/robots.txt": rules("User-agent: *", "Disallow: /a"), "/b": page(FEED)}
        async with hostile(routes) as server:
            async with fetcher(server) as before:
                await before.get(Request(server.url("/b"), page=True))
                kept = before.robots_cache()
            assert kept == (RobotsEntry(server.url(""), "User-agent: *\nDisallow: /a", "", kept[0].fresh),)
            assert 86_000 < kept[0].fresh <= 86_400
            async with fetcher(server) as after:
                after.preload_robots([RobotsEntry(kept[0].origin, kept[0].rules, "", 1e9)])
                assert after.robots_cache()[0].fresh <= 86_400
                with pytest.raises(Refused):
                    await after.get(Request(server.url("/a"), page=True))
            assert server.paths().count("/robots.txt") == 1

    asyncio.run(go())


def test_what_is_stale_is_asked_again() -> None:
    async def go() -> list[str]:
        async with hostile({"/a": page(FEED)}) as server, fetcher(server) as it:
            it.preload_robots([RobotsEntry(server.url(""), "User-agent: *\nDisallow: /", "", -1.0)])
            assert it.robots_cache() == ()
            await it.get(Request(server.url("/a"), page=True))
            return server.paths()

    assert asyncio.run(go()) == ["/robots.txt", "/a"]


def test_a_page_on_a_resting_or_private_host_says_so_itself() -> None:
    async def go() -> None:
        names = {"inside.example": ["10.0.0.1"]}
        async with hostile() as server, fetcher(server, names=names) as it:
            it.rest(server.address, 600)
            with pytest.raises(RateLimited):
                await it.get(Request(server.url("/a"), page=True))
            with pytest.raises(Refused) as caught:
                await it.get(Request("http://inside.example/a", page=True))
            assert (caught.value.reason, it.robots_cache()) == ("not public", ())

    asyncio.run(go())


def test_what_lies_beyond_500_kib_is_not_read() -> None:
    filler = b"# nothing here\n" * (MAX_BYTES // 15 + 1)
    assert verdict(page(filler + b"User-agent: *\nDisallow: /\n")) == "ok"
    assert verdict(page(b"User-agent: *\nDisallow: /\n" + filler * 3)) == "robots"


def test_only_so_many_servers_are_remembered() -> None:
    async def nothing(url: str) -> Answer:
        return Answer(404, (), b"")

    async def go() -> int:
        robots = Robots(nothing, US)
        for number in range(REMEMBERED + 10):
            await robots.check(read(f"http://{number}.example/"))
        return len(robots.dump())

    assert asyncio.run(go()) == REMEMBERED


def test_long_rules_make_room_for_those_of_others() -> None:
    long = b"User-agent: *\n" + b"Disallow: /a\n" * 30_000

    async def answer(url: str) -> Answer:
        return Answer(200, (), b"User-agent: *\nDisallow: /x\n" if "modest" in url else long)

    async def go() -> list[RobotsEntry]:
        robots = Robots(answer, US)
        for host in ("modest.example", *(f"{n}.example" for n in range(8))):
            await robots.check(read(f"http://{host}/"))
        return list(robots.dump())

    kept = asyncio.run(go())
    assert sum(len(entry.rules) for entry in kept) <= MOST_RULES
    assert any("modest" in entry.origin for entry in kept)


HOSTILE = [
    b"User-agent: a%d\n" * 20_000 % tuple(range(20_000)) + b"Disallow: /\n" * 20_000,
    b"User-agent: *\n" * 20_000 + b"Disallow: /\n" * 20_000,
    b"User-agent: *\n" + b"Disallow: /" + b"*a" * 250_000,
    b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*b$\n" * 18_000,
    b"User-agent: *\nDisallow: " + b"$" * 500 + b"\n" + b"Disallow: /%\xff\xfe\n" * 20_000,
    b"\0" * MAX_BYTES,
    b"User-agent:" * 40_000,
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_costs_little(body: bytes) -> None:
    async def answer(url: str) -> Answer:
        return Answer(200, (), body[:MAX_BYTES])

    async def go() -> None:
        with suppress(Refused):
            await Robots(answer, US).check(read("http://news.example/" + "a" * 8000))

    affordable(lambda: asyncio.run(go()), 2)


LINE = st.sampled_from(["User-agent: *", f"User-agent: {US}", "User-agent: x", "Disallow: /a", "Allow: /", "", "?"])


@given(st.lists(LINE | st.text(max_size=20), max_size=12))
def test_reading_only_our_groups_twice_changes_nothing(lines: list[str]) -> None:
    once = ours("\n".join(lines).encode("utf-8", "replace"), US)
    assert ours(once.encode(), US) == once


@pytest.mark.parametrize(
    ("agent", "token"),
    [("monitor-timeline (+https://x)", US), ("Desk/2.0", "desk"), ("(none)", "*"), ("", "*")],
)
def test_the_product_is_the_first_word_of_the_name(agent: str, token: str) -> None:
    assert product(agent) == token
