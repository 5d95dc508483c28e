"""What a server's owner sees: who asks, how often, and what is sent along."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.errors import ConfigError, FetchError, Gone, RateLimited, Refused
from monitor.fetch import USER_AGENT, Fetcher, Room
from monitor.fetch.later import delay
from monitor.fetch.pace import REMEMBERED, Pace
from monitor.model import Manners, Request, Response, Validators
from tests.costs import least
from tests.fetch.make import MB, SOON, fetcher, hostile, settings, trust
from tests.hostile import FEED, HostileServer, Script, Seen, Talk, head, moved, page, raw

PAUSE = 0.15
REST = timedelta(seconds=PAUSE)


def visit(
    routes: dict[str, Script], ask: Callable[[Fetcher, HostileServer], Awaitable[object]], **changes: object
) -> list[Seen]:
    """Run *ask* against a server with *routes* and return what the server saw."""

    async def go() -> list[Seen]:
        async with hostile(routes) as server, fetcher(server, **changes) as it:
            await ask(it, server)
            return server.seen

    return asyncio.run(go())


def slowly(body: bytes, seconds: float) -> Script:
    async def script(talk: Talk) -> None:
        await talk.send(head("200 OK", f"Content-Length: {len(body)}"))
        await asyncio.sleep(seconds)
        await talk.send(body)

    return script


def rests_between(seen: list[Seen]) -> list[float]:
    return [after.began - before.ended for before, after in pairwise(seen)]


# --------------------------------------------------------------------------- pace


def test_a_host_is_asked_by_one_at_a_time_with_a_rest_between_end_and_start() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        await asyncio.gather(*(it.get(Request(server.url("/feed"))) for _ in range(4)))

    def longest() -> float:
        seen = visit({"/feed": slowly(FEED, 0.05)}, ask, pause=REST)
        assert len(seen) == 4
        assert min(rests_between(seen)) >= PAUSE - 0.01
        return max(rests_between(seen))

    assert least(longest, PAUSE + 0.3) < PAUSE + 0.3


def test_the_rest_also_follows_a_failure_and_each_redirect() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(FetchError):
            await it.get(Request(server.url("/missing")))
        await it.get(Request(server.url("/to")))

    seen = visit({"/to": moved("/feed"), "/feed": page(FEED)}, ask, pause=REST)
    assert [s.path for s in seen] == ["/missing", "/to", "/feed"]
    assert min(rests_between(seen)) >= PAUSE - 0.01


def test_a_host_that_asks_for_a_longer_rest_gets_it() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        for _ in range(2):
            await it.get(Request(server.url("/feed")))

    seen = visit({"/feed": page(FEED)}, ask, pauses={"127.0.0.1": REST})
    assert min(rests_between(seen)) >= PAUSE - 0.01


def test_waiting_for_a_turn_is_not_part_of_the_deadline() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        await asyncio.gather(*(it.get(Request(server.url("/feed"))) for _ in range(4)))

    # 1.2 s in all, 1 s allowed for each.
    assert len(visit({"/feed": slowly(FEED, 0.3)}, ask, timeout=timedelta(seconds=1))) == 4


def test_one_deadline_covers_all_redirects_together() -> None:
    async def slow_step(talk: Talk) -> None:
        await asyncio.sleep(0.15)
        await moved(talk.seen.path + "x")(talk)

    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(FetchError) as caught:
            await it.get(Request(server.url("/a")))
        assert caught.value.reason == "timeout"

    steps = {f"/a{'x' * step}": slow_step for step in range(6)}
    assert 1 <= len(visit(steps, ask, timeout=SOON)) <= 3  # of six that could be asked


def test_slow_hosts_hold_up_nobody_else() -> None:
    async def go() -> float:
        loop = asyncio.get_running_loop()
        slow, well = hostile(), hostile({"/feed": page(FEED)})
        async with slow, well, fetcher(slow, well, concurrency=2) as it:
            stuck = [asyncio.ensure_future(it.get(Request(slow.url("/case/silence")))) for _ in range(3)]
            await asyncio.sleep(0.02)
            began = loop.time()
            await asyncio.gather(*(it.get(Request(well.url("/feed"))) for _ in range(5)))
            took = loop.time() - began
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)
            return took

    assert asyncio.run(go()) < 5  # of the 10 s that the silent host may take


def test_nothing_is_asked_while_there_is_no_room_for_answers() -> None:
    async def go() -> tuple[int, int]:
        room = Room(MB)
        async with hostile({"/feed": page(FEED)}) as server:
            async with Fetcher(settings(server), tls=trust(), room=room) as it:
                room.claim(10**7)
                asked = asyncio.ensure_future(it.get(Request(server.url("/feed"))))
                await asyncio.sleep(0.05)
                before = len(server.seen)
                room.claim(-(10**7))
                await asked
            return before, len(server.seen)

    assert asyncio.run(go()) == (0, 1)


def test_many_hosts_that_were_silent_before_hold_up_nobody_that_answers() -> None:
    async def go() -> tuple[float, int]:
        loop = asyncio.get_running_loop()
        async with hostile({"/feed": page(FEED)}) as server:
            hosts = [f"{number}.example" for number in range(8)]
            names = {host: ["127.0.0.1"] for host in hosts}
            allowed = [f"{host}:{server.port}" for host in hosts]
            async with fetcher(server, *allowed, names=names, timeout=SOON, concurrency=4) as it:

                async def ask_the_silent() -> None:
                    asks = (it.get(Request(server.url("/case/silence", host=host))) for host in hosts)
                    assert all(isinstance(e, FetchError) for e in await asyncio.gather(*asks, return_exceptions=True))

                await ask_the_silent()
                second = asyncio.ensure_future(ask_the_silent())
                await asyncio.sleep(0.02)
                began = loop.time()
                await it.get(Request(server.url("/feed")))
                took = loop.time() - began
                second.cancel()
                await asyncio.gather(second, return_exceptions=True)
                return took, server.paths().count("/case/silence")

    def waited() -> float:
        took, silent = asyncio.run(go())
        assert silent == 9  # all in the first round; one at a time in the second
        return took

    soon = SOON.total_seconds() / 2
    assert least(waited, soon) < soon


def test_a_rest_is_carried_over_a_restart() -> None:
    async def go() -> float:
        async with hostile({"/feed": page(FEED)}) as server:
            async with fetcher(server, pause=REST) as before:
                await before.get(Request(server.url("/feed")))
                rests = before.rests()
            assert list(rests) == [server.address]
            async with fetcher(server, pause=REST) as after:
                for host, seconds in rests.items():
                    after.rest(host, seconds)
                await after.get(Request(server.url("/feed")))
            return server.seen[1].began - server.seen[0].ended

    assert asyncio.run(go()) >= PAUSE - 0.02


def test_a_host_that_rests_for_long_keeps_nobody_waiting() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        it.rest(server.address, 3600)
        with pytest.raises(RateLimited) as caught:
            await it.get(Request(server.url("/feed")))
        assert caught.value.reason == "resting"
        assert timedelta(minutes=59) < caught.value.retry_after <= timedelta(hours=1)

    assert visit({"/feed": page(FEED)}, ask) == []


def test_hosts_that_have_rested_are_forgotten_and_the_others_are_not() -> None:
    async def go() -> int:
        pace = Pace(4)
        pace.rest("tired.example", 50)

        async def ask() -> None:
            """Ask nothing."""

        for number in range(REMEMBERED * 2):
            await pace.in_turn("http://x/", f"{number}.example", 0.0, ask)
        assert list(pace.rests()) == ["tired.example"]
        return len(pace._hosts)

    assert asyncio.run(go()) <= REMEMBERED


def test_an_abandoned_request_gives_its_turn_back() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        stuck = asyncio.ensure_future(it.get(Request(server.url("/case/silence"))))
        waiting = asyncio.ensure_future(it.get(Request(server.url("/feed"))))
        await asyncio.sleep(0.05)
        for task in (stuck, waiting):
            task.cancel()
        assert [type(r) for r in await asyncio.gather(stuck, waiting, return_exceptions=True)] == [
            asyncio.CancelledError,
            asyncio.CancelledError,
        ]
        assert (await it.get(Request(server.url("/feed")))).body == FEED

    visit({"/feed": page(FEED)}, ask)


# --------------------------------------------------------------------------- what is sent


def test_nothing_is_sent_but_one_honest_name_and_what_http_needs() -> None:
    seen = visit({"/feed": page(FEED)}, lambda it, server: it.get(Request(server.url("/feed"))))
    assert seen[0].names == {"host", "user-agent", "accept", "accept-encoding"}
    assert seen[0].header("User-Agent") == USER_AGENT
    assert "+https://" in USER_AGENT
    assert seen[0].header("Accept-Encoding") == "gzip, deflate"


def test_the_configured_name_replaces_ours() -> None:
    seen = visit(
        {"/feed": page(FEED)},
        lambda it, server: it.get(Request(server.url("/feed"))),
        user_agent="desk/2 (+https://desk.example)",
    )
    assert seen[0].header("User-Agent") == "desk/2 (+https://desk.example)"


def test_validators_go_out_exactly_as_they_came() -> None:
    sent = Validators('W/"洛 1"'.encode().decode("latin-1"), "Thu, 20 Mar 2025 00:00:00 GMT")

    async def ask(it: Fetcher, server: HostileServer) -> None:
        answer = await it.get(Request(server.url("/feed"), sent))
        assert (answer.status, answer.body) == (304, None)

    seen = visit({"/feed": raw(head("304 Not Modified"))}, ask)
    assert seen[0].header("If-None-Match") == sent.etag
    assert seen[0].header("If-Modified-Since") == sent.last_modified


def test_validators_go_only_where_they_came_from() -> None:
    routes = {"/to": moved("/b"), "/a": page(FEED), "/b": page(FEED)}

    async def ask(it: Fetcher, server: HostileServer) -> None:
        for came_from in ("/a", "/b"):
            answer = await it.get(Request(server.url("/to"), Validators('"a"', url=server.url(came_from))))
            assert (answer.url, answer.final_url) == (server.url("/to"), server.url("/b"))

    seen = visit(routes, ask)
    assert [(s.path, s.header("If-None-Match")) for s in seen] == [
        ("/to", None),
        ("/b", None),
        ("/to", None),
        ("/b", '"a"'),
    ]


def test_a_304_from_where_no_validators_were_sent_is_a_failure() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(FetchError) as caught:
            await it.get(Request(server.url("/feed"), Validators('"a"', url=server.url("/other"))))
        assert caught.value.reason == "http 304"

    visit({"/feed": raw(head("304 Not Modified"))}, ask)


def test_after_an_abrupt_end_every_host_rests_as_if_just_asked() -> None:
    async def go() -> float:
        async with hostile({"/feed": page(FEED)}) as server, fetcher(server, pause=REST) as it:
            began = asyncio.get_running_loop().time()
            it.resume(Manners(abrupt=True))
            assert it.rests() == {}
            await it.get(Request(server.url("/feed")))
            return server.seen[0].began - began

    assert asyncio.run(go()) >= PAUSE - 0.01


def test_what_one_process_knew_of_hosts_another_goes_on_with() -> None:
    async def go() -> list[str]:
        routes = {"/robots.txt": page(b"User-agent: *\nDisallow: /a"), "/b": page(FEED)}
        async with hostile(routes) as server:
            async with fetcher(server) as before:
                await before.get(Request(server.url("/b"), page=True))
                before.rest("tired.example", 50)
                known = before.manners()
            async with fetcher(server) as after:
                after.resume(known)
                assert list(after.rests()) == ["tired.example"]
                await after.get(Request(server.url("/b"), page=True))
            return server.paths()

    assert asyncio.run(go()) == ["/robots.txt", "/b", "/b"]


def test_cookies_are_neither_kept_nor_sent_nor_shown() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        answer = await it.get(Request(server.url("/to")))
        await it.get(Request(server.url("/feed")))
        assert answer.header("set-cookie") == ""

    seen = visit({"/to": moved("/feed"), "/feed": page(FEED, "Set-Cookie: id=1; Path=/")}, ask)
    assert not any("cookie" in s.names for s in seen)


def test_no_proxy_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert len(visit({"/feed": page(FEED)}, lambda it, server: it.get(Request(server.url("/feed"))))) == 1


def test_declared_headers_stay_with_the_server_they_are_meant_for() -> None:
    async def go() -> tuple[list[str | None], list[str | None]]:
        async with hostile() as mine, hostile({"/back": moved("")}) as other:
            mine.routes |= {"/near": moved("/far"), "/far": moved(other.url("/back")), "/feed": page(FEED)}
            other.routes["/back"] = moved(mine.url("/feed"))
            async with fetcher(mine, other) as it:
                await it.get(Request(mine.url("/near"), headers=(("X-Key", "secret"), ("Accept", "text/xml"))))
            assert mine.seen[0].header("Accept") == "text/xml"
            return [s.header("X-Key") for s in mine.seen], [s.header("X-Key") for s in other.seen]

    assert asyncio.run(go()) == (["secret", "secret", None], [None])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-B: b"),
        ("X-A", "\ud800"),
        ("X A", "a"),
        ("", "a"),
        ("Cookie\n", "a"),
        ("User-Agent", "Mozilla"),
        ("Host", "a"),
        ("Content-Length", "5"),
        ("Range", "bytes=0-9"),
    ],
)
def test_a_header_that_may_not_be_declared_is_refused_before_anything_is_sent(name: str, value: str) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(Refused) as caught:
            await it.get(Request(server.url("/feed"), headers=((name, value),)))
        assert caught.value.reason == "bad header"

    assert visit({"/feed": page(FEED)}, ask) == []


@pytest.mark.parametrize("etag", ["洛阳", '"a"\r\nX-B: b', '"\0"'])
def test_a_validator_that_no_server_sent_is_refused(etag: str) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(Refused) as caught:
            await it.get(Request(server.url("/feed"), Validators(etag)))
        assert caught.value.reason == "bad header"

    assert visit({"/feed": page(FEED)}, ask) == []


def test_a_name_that_no_header_can_carry_is_a_mistake_in_the_configuration() -> None:
    for name in ("小米", "a\nb"):
        with pytest.raises(ConfigError, match="user_agent"):
            Fetcher(replace(settings(), user_agent=name), tls=trust())


# --------------------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("chain", "adopted"),
    [
        (["301 Moved"], True),
        (["308 Moved"], True),
        (["301 Moved", "308 Moved"], True),
        (["302 Found"], False),
        (["303 See Other"], False),
        (["307 Temporary"], False),
        (["301 Moved", "302 Found"], False),
        (["302 Found", "301 Moved"], False),
        ([], False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_only_a_wholly_permanent_chain_names_a_new_address(chain: list[str], adopted: bool) -> None:
    routes = {f"/{step}": moved(f"/{step + 1}", status) for step, status in enumerate(chain)}
    routes[f"/{len(chain)}"] = page(FEED)

    async def ask(it: Fetcher, server: HostileServer) -> None:
        answer = await it.get(Request(server.url("/0")))
        end = server.url(f"/{len(chain)}")
        assert (answer.final_url, answer.moved_to) == (end, end if adopted else "")

    visit(routes, ask)


def test_a_location_in_raw_utf_8_or_latin_1_is_followed() -> None:
    routes = {
        "/a": moved("/新闻".encode().decode("latin-1")),
        "/%E6%96%B0%E9%97%BB": moved("/caf\xe9"),
        "/caf%C3%A9": page(FEED),
    }

    async def ask(it: Fetcher, server: HostileServer) -> None:
        assert (await it.get(Request(server.url("/a")))).body == FEED

    assert len(visit(routes, ask)) == 3


# --------------------------------------------------------------------------- asked to wait

NOW = datetime(2025, 3, 20, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("0", timedelta()),
        ("1.5", timedelta(seconds=1)),
        ("-5", timedelta()),
        ("604801", WEEK),
        ("9" * 30, WEEK),
        ("9" * 5000, None),
        ("Thu, 20 Mar 2025 01:00:00 GMT", timedelta(hours=1)),
        ("Thursday, 20-Mar-25 01:00:00 GMT", timedelta(hours=1)),
        ("Thu Mar 20 01:00:00 2025", timedelta(hours=1)),
        ("Thu, 20 Mar 2025 09:00:00 +0800", timedelta(hours=1)),
        ("Wed, 19 Mar 2025 01:00:00 GMT", timedelta()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", WEEK),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Thu, 32 Mar 2025 01:00:00 GMT", None),
        ("Thu, 20 Mar 2025 01:00:00 +9999999999", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("٣", None),
        ("\x00\ud800", None),
    ],
)
def test_a_delay_is_read_or_left_alone(value: str, means: timedelta | None) -> None:
    assert delay(value, NOW) == means


def test_a_date_without_anything_to_compare_it_with_says_nothing() -> None:
    assert delay("Thu, 20 Mar 2025 01:00:00 GMT", None) is None


def limited(status: str, *lines: str, now: datetime | None = None) -> FetchError:
    async def go() -> FetchError:
        async with hostile({"/feed": page(b"", *lines, status=status)}) as server:
            clock = (lambda: now) if now else None
            async with Fetcher(settings(server), now=clock, tls=trust()) as it:
                with pytest.raises(FetchError) as caught:
                    await it.get(Request(server.url("/feed")))
                return caught.value

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "lines", "wait"),
    [
        ("429 Slow", ["Retry-After: 90"], timedelta(seconds=90)),
        ("429 Slow", [], timedelta(minutes=15)),
        ("429 Slow", ["Retry-After: later"], timedelta(minutes=15)),
        ("429 Slow", ["Retry-After: -1"], timedelta(minutes=15)),
        ("503 Down", ["Retry-After: 90"], timedelta(seconds=90)),
        ("503 Down", ["Retry-After: 99999999999999999999"], WEEK),
        (
            "503 Down",
            ["Date: Thu, 20 Mar 2025 00:00:00 GMT", "Retry-After: Thu, 20 Mar 2025 01:00:00 GMT"],
            timedelta(hours=1),
        ),
    ],
)
def test_a_server_that_asks_for_a_delay_is_given_it(status: str, lines: list[str], wait: timedelta) -> None:
    error = limited(status, *lines)
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


def test_our_clock_serves_where_the_server_tells_no_time() -> None:
    error = limited("503 Down", "Retry-After: Thu, 20 Mar 2025 01:00:00 GMT", now=NOW)
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(hours=1)


@pytest.mark.parametrize("lines", [[], ["Retry-After: soon"]])
def test_503_without_a_delay_is_a_plain_failure(lines: list[str]) -> None:
    assert type(limited("503 Down", *lines)) is FetchError


def test_gone_is_gone() -> None:
    error = limited("410 Gone")
    assert isinstance(error, Gone)
    assert str(error).endswith("answered 410 Gone")


@pytest.mark.parametrize(("status", "gone"), [("301 Moved Permanently", True), ("302 Found", False)])
def test_what_a_redirect_for_now_leads_to_may_be_gone_without_the_feed(status: str, gone: bool) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(FetchError) as caught:
            await it.get(Request(server.url("/feed")))
        assert (caught.value.reason, isinstance(caught.value, Gone)) == ("http 410", gone)

    visit({"/feed": moved("/old", status), "/old": page(b"", status="410 Gone")}, ask)


def test_an_answer_is_whole() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> Response:
        answer = await it.get(Request(server.url("/feed")))
        assert (answer.status, answer.body, answer.header("etag")) == (200, FEED, '"x"')
        assert answer.headers == (("content-length", str(len(FEED))), ("etag", '"x"'))
        return answer

    visit({"/feed": page(FEED, 'ETag: "x"')}, ask)
