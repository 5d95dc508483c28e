"""Where a request may go: the form of a URL, the address of a name, and every hop of a redirect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import FetchError, Refused
from monitor.fetch import Fetcher, target
from monitor.fetch.guard import Guard, is_public
from monitor.fetch.resolve import MAX_LOOKUPS, SystemResolver
from monitor.fetch.target import join, read
from monitor.model import Request, Response
from tests.fetch.make import SOON, directory, fetcher, hostile, settings
from tests.hostile import FEED, moved, page

URLS = Path(__file__).parents[1] / "data" / "fetch" / "urls.txt"
LINES = [line.partition("\t")[::2] for line in URLS.read_text("utf-8").split("\n") if line and not line.startswith("#")]


def unescaped(text: str) -> str:
    head, *rest = text.split("\\u")
    return head + "".join(chr(int(part[:4], 16)) + part[4:] for part in rest)


def guard(*allow: str, **names: Sequence[str]) -> Guard:
    return Guard(allow, directory({name.replace("_", "."): found for name, found in names.items()}))


def get(it: Fetcher, url: str) -> Response:
    async def ask() -> Response:
        async with it:
            return await it.get(Request(url))

    return asyncio.run(ask())


@pytest.mark.parametrize(("reason", "url"), LINES, ids=[f"{reason}-{url}" for reason, url in LINES])
def test_a_url_is_admitted_or_refused_with_its_reason(reason: str, url: str) -> None:
    try:
        guard().admit(unescaped(url))
        said = "ok"
    except Refused as exc:
        said = exc.reason
    assert said == reason


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: f"http://{text}"))
def test_whatever_the_text_it_is_read_or_refused_and_reading_twice_changes_nothing(text: str) -> None:
    try:
        goal = guard().admit(text)
    except Refused:
        return
    assert goal.url.isascii()
    again = guard().admit(goal.url)
    assert (again.url, again.host, again.port) == (goal.url, goal.host, goal.port)


@given(st.ip_addresses())
def test_no_address_is_public_that_python_knows_to_be_private(address) -> None:  # type: ignore[no-untyped-def]
    if is_public(address):
        assert address.is_global
        assert not (address.is_multicast or address.is_loopback or address.is_link_local or address.is_unspecified)


@pytest.mark.parametrize("text", ["1.1.1.1", "114.114.114.114", "223.255.255.254", "2400:3200::1", "2001:4860::8888"])
def test_ordinary_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_of_several_addresses_only_the_public_ones_are_used() -> None:
    mixed = guard(news_example=["10.0.0.1", "1.1.1.1", "::1", "2400:3200::1", "1.1.1.1"])
    assert asyncio.run(mixed.addresses(read("http://news.example/"))) == ("1.1.1.1", "2400:3200::1")


def test_the_families_take_turns_and_four_addresses_are_enough() -> None:
    many = guard(news_example=["2400:3200::1", "2400:3200::2", "2400:3200::3", "2400:3200::4", "1.1.1.1", "1.1.1.2"])
    found = asyncio.run(many.addresses(read("http://news.example/")))
    assert found == ("2400:3200::1", "1.1.1.1", "2400:3200::2", "1.1.1.2")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%lo", "64:ff9b::a00:1"])
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="not a public address") as caught:
        get(fetcher(names={"evil.example": [address]}), "http://evil.example/")
    assert caught.value.reason == "not public"


def test_a_fake_address_of_a_proxy_program_is_explained() -> None:
    with pytest.raises(Refused, match=r"fetch\.proxy"):
        get(fetcher(names={"news.example": ["198.18.0.7"]}), "http://news.example/")


@pytest.mark.parametrize("names", [{}, {"news.example": []}])
def test_a_name_without_address_is_a_failure_not_a_refusal(names: dict[str, list[str]]) -> None:
    with pytest.raises(FetchError, match=r"news\.example") as caught:
        get(fetcher(names=names), "http://news.example/")
    assert (caught.value.reason, caught.value.connected, type(caught.value)) == ("dns", False, FetchError)


def test_the_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async def ask() -> tuple[Response, str | None]:
        async with hostile({"/feed": page(FEED)}) as server:
            options = settings(f"news.example:{server.port}")
            async with Fetcher(options, resolve=rebinding) as it:
                answer = await it.get(Request(server.url("/feed", host="news.example")))
                return answer, server.seen[0].header("Host")

    answer, host = asyncio.run(ask())
    assert answer.body == FEED
    assert asked == ["news.example"]
    assert host is not None
    assert host.startswith("news.example:")


def test_a_dead_address_is_passed_over_for_the_next_one() -> None:
    async def ask() -> Response:
        async with hostile({"/feed": page(FEED)}) as server:
            names = {"news.example": ["127.99.99.99", "127.0.0.1"]}
            async with fetcher(f"news.example:{server.port}", names=names) as it:
                return await it.get(Request(server.url("/feed", host="news.example")))

    assert asyncio.run(ask()).body == FEED


def test_nobody_listening_is_no_connection() -> None:
    with pytest.raises(FetchError) as caught:
        get(fetcher("127.0.0.1:1"), "http://127.0.0.1:1/")
    assert (caught.value.reason, caught.value.connected) == ("connect", False)


def test_who_redirects_to_a_dead_server_was_there_itself() -> None:
    async def ask() -> None:
        async with hostile({"/feed": moved("http://127.0.0.1:1/")}) as server, fetcher(server, "127.0.0.1:1") as it:
            with pytest.raises(FetchError) as caught:
                await it.get(Request(server.url("/feed")))
            assert (caught.value.reason, caught.value.connected) == ("connect", True)

    asyncio.run(ask())


def test_a_private_server_is_open_only_under_the_spelling_that_was_allowed() -> None:
    async def ask() -> list[str]:
        said = []
        async with hostile() as server, fetcher(server, names={"localhost": ["127.0.0.1"]}) as it:
            server.routes["/feed"] = page(FEED)
            spellings = ["127.0.0.1", "127.0.0.1.", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"]
            for host in spellings:
                server.routes["/to"] = moved(server.url("/feed", host=host))
                for path in (server.url("/feed", host=host), server.url("/to")):
                    try:
                        await it.get(Request(path))
                        said.append("ok")
                    except Refused as exc:
                        said.append(exc.reason)
        return said

    assert asyncio.run(ask()) == ["ok", "ok"] + ["not public"] * 12


def test_an_allowed_port_opens_no_other_port() -> None:
    with pytest.raises(Refused):
        guard("127.0.0.1:8801").admit("http://127.0.0.1:8802/")
    assert guard("127.0.0.1:80").admit("http://127.0.0.1/").host == "127.0.0.1"
    assert guard("LocalHost:8801").admit("http://localhost:8801/").host == "localhost"


def test_a_redirect_to_a_name_that_leads_inside_is_refused() -> None:
    async def ask() -> str:
        names = {"evil.example": ["192.168.0.1"]}
        async with hostile({"/to": moved("http://evil.example/")}) as server, fetcher(server, names=names) as it:
            with pytest.raises(Refused) as caught:
                await it.get(Request(server.url("/to")))
            return caught.value.reason

    assert asyncio.run(ask()) == "not public"


@pytest.mark.parametrize(
    ("location", "means"),
    [
        ("/b?c", "http://example.org/b?c"),
        ("b", "http://example.org/dir/b"),
        ("?c", "http://example.org/dir/a?c"),
        ("//other.example/x", "http://other.example/x"),
        ("http:b", "http://example.org/dir/b"),
        ("/新闻 1", "http://example.org/%E6%96%B0%E9%97%BB%201"),
        ("/%E6%96%B0", "http://example.org/%E6%96%B0"),
        ("  /b\t", "http://example.org/b"),
    ],
)
def test_a_location_is_read_against_the_page_that_gave_it(location: str, means: str) -> None:
    assert read(join(read("http://example.org/dir/a"), location)).url == means


def test_http_and_https_of_one_host_are_one_party_and_another_port_is_another() -> None:
    parties = [read(url).party for url in ("http://a.example/", "https://a.example/", "http://a.example:8080/")]
    assert parties == ["a.example", "a.example", "a.example:8080"]


def test_a_host_longer_than_dns_allows_is_refused() -> None:
    with pytest.raises(Refused):
        read("http://" + "a." * 130 + "example/")
    with pytest.raises(Refused):
        read("http://example.org/" + "a" * 9000)


def test_a_slow_name_server_is_left_behind_at_the_deadline() -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(FetchError, match="looking up the name") as caught:
        get(Fetcher(settings(timeout=SOON), resolve=never), "http://news.example/")
    assert (caught.value.reason, caught.value.connected) == ("timeout", False)


def test_the_systems_resolver_finds_the_addresses_of_this_machine() -> None:
    async def look() -> Sequence[str]:
        return await SystemResolver()("localhost", 80)

    assert set(asyncio.run(look())) & {"127.0.0.1", "::1"}


def test_the_systems_resolver_fails_as_promised_and_bears_being_abandoned() -> None:
    async def look() -> None:
        resolver = SystemResolver()
        with pytest.raises(OSError, match="DNS"):
            await resolver("a" * 70 + ".example", 80)
        abandoned = asyncio.ensure_future(resolver("localhost", 80))
        await asyncio.sleep(0)
        abandoned.cancel()
        with pytest.raises(asyncio.CancelledError):
            await abandoned
        assert await resolver("localhost", 80)

    asyncio.run(look())


def test_look_ups_that_nobody_waits_for_any_more_hold_up_nobody() -> None:
    awake = threading.Event()

    def ask(host: str, port: int) -> list[str]:
        if host.startswith("silent"):
            awake.wait(30)
        return ["192.0.2.1"]

    async def go() -> Sequence[str]:
        resolver = SystemResolver(ask)
        for _ in range(3):
            tasks = [asyncio.ensure_future(resolver(f"silent{n}.example", 80)) for n in range(MAX_LOOKUPS)]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return await asyncio.wait_for(resolver("news.example", 80), 5)

    try:
        assert asyncio.run(go()) == ["192.0.2.1"]
    finally:
        awake.set()


def test_with_a_proxy_literal_addresses_and_local_names_are_still_refused() -> None:
    through = replace(settings(), proxy="http://127.0.0.1:9")
    for url in ("http://10.0.0.1/", "http://0x7f.1/", "http://localhost/", "http://[::1]/"):
        with pytest.raises(Refused):
            get(Fetcher(through), url)


PIECES = st.sampled_from([
    "http", "https", "HTTP", "ftp", "://", "/", "a.example", "A.example", "127.0.0.1", "127.1", "0x7f.1", "1.2.3.4.",
    "_a.b", ":", ":80", ":443", ":8080", ":65535", ":65536", ":0", ":08", "@", "?", "#", "[::1]", "[", "]", "%41",
    "%", "路", "x", "..", "&a=b;c", "'", '"', "\\", "~", "|", "e.com", "-", "/a/b.xml", "?q=1", "\u3002", " ", "\t", "\n",
])  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join) | st.lists(PIECES, max_size=6).map(lambda p: "http://" + "".join(p)))
@example("http://a.example:80/x?y")
@example("https://a.example./")
@example("http://a.example/?")
def test_a_plain_address_is_read_at_once_as_it_is_readin_general(url: str) -> None:
    def outcome(read: Callable[[str], object]) -> object:
        try:
            return read(url)
        except Refused as refused:
            return str(refused)

    assert outcome(target.read) == outcome(target.in_general)
