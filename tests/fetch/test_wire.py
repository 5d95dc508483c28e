"""Encryption, proxies, limits, and what one answer may cost."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.errors import ConfigError, FetchError
from monitor.fetch import Fetcher
from monitor.fetch.inflate import SLICE, Body
from monitor.fetch.meter import Meter
from monitor.fetch.room import Room, Share
from monitor.model import Request
from tests.fetch.make import MB, SOON, directory, fetcher, hostile, settings, trust
from tests.hostile import FEED, HostileServer, Talk, head, moved, page, raw

KEYS = Path(__file__).parents[1] / "data" / "fetch"


def tls_server(routes: dict[str, object] | None = None) -> HostileServer:
    """Return a server for news.example, whose certificate our test authority has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS / "server.pem")
    return hostile(routes, tls=context)  # type: ignore[arg-type]


def over_tls(path: str, host: str = "news.example", *, trusted: bool = True) -> str:
    async def go() -> str:
        async with tls_server({"/feed": page(FEED)}) as server:
            names = {"news.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
            authority = ssl.create_default_context(cafile=KEYS / "ca.pem") if trusted else trust()
            options = settings(f"{host}:{server.port}", **({"timeout": SOON} if path == "/case/silence" else {}))
            async with Fetcher(options, resolve=directory(names), tls=authority) as it:
                try:
                    return str((await it.get(Request(server.url(path, host=host)))).status)
                except FetchError as exc:
                    return exc.reason

    return asyncio.run(go())


def test_the_certificate_is_checked_for_the_name_although_an_address_is_dialled() -> None:
    assert over_tls("/feed") == "200"
    assert over_tls("/feed", "other.example") == "tls"
    assert over_tls("/feed", trusted=False) == "tls"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gzip", "200"),
        ("silence", "timeout"),
        ("shorter_than_said", "cut short"),
        ("longer_than_said", "wrong length"),
        ("bytes_behind_last_chunk", "wrong length"),
        ("endless_headers", "headers too large"),
        ("reset_at_once", "reset"),
        ("status_404", "http 404"),
    ],
)
def test_encryption_hides_no_fault(name: str, reason: str) -> None:
    assert over_tls(f"/case/{name}") == reason


def test_a_server_that_speaks_no_tls_is_no_trusted_connection() -> None:
    async def go() -> FetchError:
        async with (
            hostile({"/": raw(b"HTTP/1.1 400 Bad\r\n\r\n")}) as server,
            fetcher(server, timeout=SOON) as it,
        ):
            with pytest.raises(FetchError) as caught:
                await it.get(Request(server.url("/").replace("http:", "https:")))
            return caught.value

    error = asyncio.run(go())
    assert (error.reason, error.connected) in {("tls", True), ("timeout", True)}


def test_giving_up_encryption_is_followed_but_never_adopted_and_no_key_goes_along() -> None:
    async def go() -> tuple[str, str | None]:
        async with hostile({"/feed": page(FEED)}) as plain, tls_server() as safe:
            safe.routes["/feed"] = moved(plain.url("/feed"), "301 Moved")
            options = settings(plain, f"news.example:{safe.port}")
            authority = ssl.create_default_context(cafile=KEYS / "ca.pem")
            async with Fetcher(options, resolve=directory({"news.example": ["127.0.0.1"]}), tls=authority) as it:
                url = safe.url("/feed", host="news.example")
                answer = await it.get(Request(url, headers=(("X-Key", "secret"),)))
                assert answer.final_url == plain.url("/feed")
                return answer.moved_to, plain.seen[0].header("X-Key")

    assert asyncio.run(go()) == ("", None)


# --------------------------------------------------------------------------- proxies


def through(proxy: HostileServer, url: str) -> str:
    async def go() -> str:
        async with proxy:
            options = replace(settings(), proxy=f"http://me:word@127.0.0.1:{proxy.port}")
            async with Fetcher(options, resolve=directory({}), tls=trust()) as it:
                try:
                    return str((await it.get(Request(url))).body)
                except FetchError as exc:
                    return exc.reason

    return asyncio.run(go())


def test_a_named_proxy_is_used_and_finds_the_name_itself() -> None:
    proxy = hostile({"http://news.example/feed": page(FEED)})
    assert through(proxy, "http://news.example/feed") == str(FEED)
    assert proxy.seen[0].header("Host") == "news.example"
    assert proxy.seen[0].header("Proxy-Authorization") == "Basic bWU6d29yZA=="


def test_a_proxy_that_refuses_is_named_as_the_reason() -> None:
    refusing = hostile({"news.example:443": page(b"", status="403 Forbidden")})
    assert through(refusing, "https://news.example/feed") == "proxy"


def test_a_redirect_behind_a_proxy_is_checked_as_well() -> None:
    assert through(hostile({"http://news.example/": moved("http://10.0.0.1/")}), "http://news.example/") == (
        "not public"
    )


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "proxy.example:80:90", "://", "ftp://proxy.example"])
def test_a_proxy_that_cannot_be_used_is_a_mistake_in_the_configuration(proxy: str) -> None:
    with pytest.raises(ConfigError, match=r"fetch\.proxy"):
        Fetcher(replace(settings(), proxy=proxy), tls=trust())


# --------------------------------------------------------------------------- limits


@pytest.mark.parametrize(("size", "said"), [(MB, "200"), (MB + 1, "too large")])
def test_the_limit_on_the_wire_is_exact(size: int, said: str) -> None:
    async def go() -> str:
        routes = {"/known": page(b"z" * size), "/unknown": raw(head() + b"z" * size)}
        async with hostile(routes) as server, fetcher(server) as it:
            found = set()
            for path in routes:
                try:
                    found.add(str((await it.get(Request(server.url(path)))).status))
                except FetchError as exc:
                    found.add(exc.reason)
            return "".join(found)

    assert asyncio.run(go()) == said


def test_a_server_that_keeps_the_connection_open_holds_nothing_up() -> None:
    async def kept(talk: Talk) -> None:
        await page(FEED)(talk)
        await asyncio.sleep(30)

    async def go() -> float:
        loop = asyncio.get_running_loop()
        async with hostile({"/feed": kept}) as server, fetcher(server) as it:
            began = loop.time()
            await it.get(Request(server.url("/feed")))
            return loop.time() - began

    assert asyncio.run(go()) < 5


# --------------------------------------------------------------------------- inflating


def gathered(coding: str, limit: int, *, cut: bool = False) -> Body:
    return Body("http://x/", coding, limit, Share(Room(2 * limit), lambda: None, lambda: None), cut=cut)


def unpack(coding: str, parts: Sequence[bytes], limit: int = MB) -> bytes:
    body = gathered(coding, limit)
    for part in parts:
        body.feed(part)
    return body.finish()


def split(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def bare(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 50))
def test_however_it_is_cut_into_parts_the_same_comes_out(members: list[bytes], size: int) -> None:
    whole = b"".join(members)
    assume(not whole.startswith(b"\x1f\x8b"))  # which is a gzip file, and would be unpacked
    assert unpack("gzip", split(b"".join(map(gzip.compress, members)), size)) == whole
    assert unpack("deflate", split(zlib.compress(whole), size)) == whole
    assert unpack("deflate", split(bare(whole), size)) == whole
    assert unpack("", split(whole, size)) == whole


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_whatever_is_said_to_be_packed_is_unpacked_or_a_fetch_error(data: bytes, coding: str) -> None:
    try:
        unpack(coding, [data])
    except FetchError as exc:
        assert exc.reason in {"bad encoding", "cut short"}


@pytest.mark.parametrize("size", [SLICE - 1, SLICE, SLICE + 1, 3 * SLICE])
def test_the_limit_unpacked_is_exact_and_slices_lose_nothing(size: int) -> None:
    assert len(unpack("gzip", [gzip.compress(bytes(size))], size)) == size
    with pytest.raises(FetchError, match="unpacked"):
        unpack("gzip", [gzip.compress(bytes(size))], size - 1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", ""])
def test_a_body_that_may_be_cut_is_full_at_the_limit(coding: str) -> None:
    data = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[coding](bytes(5000))
    body = gathered(coding, 100, cut=True)
    body.feed(data)
    assert (body.full, body.finish()) == (True, bytes(100))


def test_a_body_of_exactly_the_limit_takes_nothing_more() -> None:
    body = gathered("", 3)
    body.feed(b"abc")
    with pytest.raises(FetchError):
        body.feed(b"d")


# --------------------------------------------------------------------------- the meter


@given(st.integers(1, 7))
def test_the_meter_finds_the_body_however_the_bytes_come(size: int) -> None:
    meter = Meter("http://x/")
    for part in split(head("100 Continue") + head("103 Hints", "Link: </a>") + head("200 OK", "A: b") + b"body", size):
        meter.before()
        meter.after(part)
    assert not meter.has_more(4, chunked=False)
    assert meter.has_more(3, chunked=False)
    assert meter.has_more(0, chunked=False)
    assert not meter.has_more(None, chunked=False)


def test_a_million_tiny_reads_are_stopped() -> None:
    meter = Meter("http://x/")
    meter.after(head())
    with pytest.raises(FetchError, match="too many pieces"):
        for _ in range(1_000_000):
            meter.after(b"z")
