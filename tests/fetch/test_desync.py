"""Framing that two readers may understand differently, and what a server says when nobody asked or listens."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.kept import heard
from monitor.model import Request, Validators
from tests.fetch.make import directory, fetcher, settings, trust
from tests.fetch.test_kept import Keeping
from tests.hostile import FEED, HostileServer, Script, Talk, head, moved, page, raw

KEYS = Path(__file__).parents[1] / "data" / "fetch"
SIZE = f"Content-Length: {len(FEED)}"
CHUNKED = "Transfer-Encoding: chunked"
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)
EVIL = head("200 OK", "Content-Length: 4") + b"evil"

# What the server says; how that ends; how many connections this and an honest request behind it take.
CASES = {
    "both lengths": (head("200 OK", CHUNKED, "Content-Length: 5") + CHUNKS, "bad http", 2),
    "both lengths, the other way round": (head("200 OK", "Content-Length: 5", CHUNKED) + CHUNKS, "bad http", 2),
    "the same length twice": (head("200 OK", SIZE, SIZE) + FEED, "bad http", 2),
    "a list of lengths": (head("200 OK", "Content-Length: 5, 5") + b"hello", "bad http", 2),
    "a length with a sign": (head("200 OK", "Content-Length: +5") + b"hello", "bad http", 2),
    "a blank before the colon": (head("200 OK", "Content-Length : 5") + b"hello", "bad http", 2),
    "a length in a folded line": (head("200 OK", SIZE.replace(" ", "\r\n ")) + FEED, "200", 2),
    "lines without CR": (head("200 OK", SIZE).replace(b"\r", b"") + FEED, "200", 2),
    "chunked twice": (head("200 OK", CHUNKED, CHUNKED) + CHUNKS, "bad http", 2),
    "chunked behind a vertical tab": (head("200 OK", "Transfer-Encoding:\x0bchunked") + CHUNKS, "bad http", 2),
    "chunked from a server of 1.0": (
        head("200 OK", CHUNKED, "Connection: keep-alive").replace(b"/1.1", b"/1.0") + CHUNKS,
        "200",
        2,
    ),
    "another version": (head("200 OK", SIZE).replace(b"/1.1", b"/2.0") + FEED, "200", 2),
    "extensions of chunks": (head("200 OK", CHUNKED) + CHUNKS.replace(b"\r\n<", b';a="b"\r\n<'), "200", 1),
    "an extension without CR": (head("200 OK", CHUNKED) + CHUNKS.replace(b"\r\n<", b";a\n<"), "bad http", 2),
    "sizes of chunks without CR": (head("200 OK", CHUNKED) + CHUNKS.replace(b"\r", b""), "bad http", 2),
    "a chunk of 2**68 bytes": (head("200 OK", CHUNKED) + b"F" * 17 + b"\r\n" + FEED, "bad http", 2),
    "a trailer that is a length": (head("200 OK", CHUNKED) + CHUNKS[:-2] + b"Content-Length: 3\r\n\r\n", "bad http", 2),
    "a second answer": (head("200 OK", SIZE) + FEED + EVIL, "wrong length", 2),
    "a second answer behind chunks": (head("200 OK", CHUNKED) + CHUNKS + EVIL, "wrong length", 2),
    "a second answer that ends like chunks": (
        head("200 OK", CHUNKED) + CHUNKS + head("200 OK", "Content-Length: 0"),
        "wrong length",
        2,
    ),
    "a 304 with a body": (head("304 Not Modified", "Content-Length: 4") + b"evil", "304", 2),
    "a 304 and a second answer": (head("304 Not Modified") + EVIL, "304", 2),
    "a 304 that announces a body": (head("304 Not Modified", f"Content-Length: {len(EVIL)}"), "304", 2),
    "a 204 with chunks": (head("204 No Content", CHUNKED) + CHUNKS, "http 204", 2),
    "another protocol": (head("101 Switching", "Connection: upgrade", "Upgrade: h2c") + EVIL, "bad http", 2),
    "an offer of another protocol": (head("200 OK", "Connection: upgrade", "Upgrade: h2c", SIZE) + FEED, "200", 1),
    "no head": (FEED, "bad http", 2),
    "NUL in the status line": (b"HTTP/1.1 200 O\0K\r\n" + head("", SIZE).partition(b"\r\n")[2] + FEED, "bad http", 2),
    "NUL in a name": (head("200 OK", "X\0: a", SIZE) + FEED, "bad http", 2),
    "a CR within a value": (head("200 OK", "X: a\rContent-Length: 3", SIZE) + FEED, "bad http", 2),
    "status 099": (head("099 X", "Content-Length: 0"), "bad http", 2),
    "hints with a length": (head("103 Hints", "Content-Length: 5") + head("200 OK", SIZE) + FEED, "200", 1),
}


def ask(routes: dict[str, Script], paths: Sequence[str]) -> tuple[list[str], list[bytes | None], int]:
    """Ask for *paths* of one server at once; return statuses or reasons, bodies, and how many connections that took."""

    async def one(it: Fetcher, url: str) -> tuple[str, bytes | None]:
        try:
            answer = await it.get(Request(url, validators=Validators(etag='"a"')))
            return str(answer.status), answer.body
        except FetchError as exc:
            return exc.reason, None

    async def go() -> tuple[list[str], list[bytes | None], int]:
        async with Keeping(routes) as server, fetcher(server) as it:
            found = await asyncio.gather(*(one(it, server.url(p)) for p in paths))
            return [said for said, _ in found], [body for _, body in found], server.connections

    return asyncio.run(go())


@pytest.mark.parametrize("name", CASES)
def test_whatever_the_framing_the_next_feed_gets_its_own_answer(name: str) -> None:
    said, reason, connections = CASES[name]
    found, bodies, seen = ask({"/a": raw(said), "/next": page(FEED)}, ["/a", "/next"])
    assert (found, bodies[1], seen) == ([reason, "200"], FEED, connections)
    assert bodies[0] in (None, FEED)


def flood(part: bytes, first: bytes) -> Script:
    async def script(talk: Talk) -> None:
        await talk.flood(part, first)

    return script


@pytest.mark.parametrize(
    ("part", "first"),
    [
        (b"x" * 65536, CHUNKS[:-2] + b"X-A: "),
        (b"X-A: b\r\n" * 8192, CHUNKS[:-2]),
        (b"x" * 65536, b"%x;" % len(FEED)),
    ],
)
def test_trailers_and_extensions_without_end_are_given_up(part: bytes, first: bytes) -> None:
    said, bodies, _ = ask({"/a": flood(part, head("200 OK", CHUNKED) + first), "/next": page(FEED)}, ["/a", "/next"])
    assert (said, bodies[1]) == (["too many pieces", "200"], FEED)


def test_an_answer_to_nothing_is_none() -> None:
    class Eager(HostileServer):
        async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(EVIL)
            await super()._serve(reader, writer)

    async def go() -> str:
        async with Eager({"/a": page(FEED)}) as server, fetcher(server) as it:
            try:
                return str((await it.get(Request(server.url("/a")))).body)
            except FetchError as exc:
                return exc.reason

    # On a loopback the answer may come just behind the question; it is then the answer of that server.
    assert asyncio.run(go()) in {"bad http", "wrong length", "b'evil'"}


def test_what_lies_ready_when_a_connection_is_taken_over_ends_it() -> None:
    async def twice(talk: Talk) -> None:
        await page(FEED)(talk)
        await asyncio.sleep(0.02)
        await talk.send(EVIL)

    async def go() -> list[bytes | None]:
        async with Keeping({"/a": twice, "/next": page(FEED)}) as server:
            async with fetcher(server, pause=timedelta(seconds=0.1)) as it:
                got = await asyncio.gather(*(it.get(Request(server.url(p))) for p in ("/a", "/next")))
            return [one.body for one in got]

    assert asyncio.run(go()) == [FEED, FEED]


def test_what_was_sent_and_not_acknowledged_is_known() -> None:
    async def go() -> tuple[bool, bool]:
        async with HostileServer({}) as server:
            line, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, "127.0.0.1", server.port)
            before = heard(line)
            line.pause_reading()
            line.get_extra_info("socket")
            line.write(b"x" * 8_000_000)  # more than the other side takes
            after = heard(line)
            line.abort()
            return before, after

    assert asyncio.run(go()) == (True, False)


def test_a_redirect_to_the_same_server_and_another_feed_share_a_connection_and_keep_their_answers() -> None:
    other = FEED.replace(b"one", b"two")
    routes = {"/old": moved("/new"), "/new": page(FEED), "/other": page(other)}
    said, bodies, _ = ask(routes, ["/old", "/other"])
    assert (said, bodies) == (["200", "200"], [FEED, other])


def test_a_kept_connection_stays_with_the_address_that_was_checked_whatever_the_name_says_later() -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async def go() -> tuple[list[str], str]:
        async with Keeping({"/a": page(FEED), "/b": page(FEED)}) as server:
            options = settings(f"news.example:{server.port}")
            urls = [server.url(p, host="news.example") for p in ("/a", "/b")]
            async with Fetcher(options, resolve=resolve, tls=trust()) as it:
                got = await asyncio.gather(*(it.get(Request(url)) for url in urls))
            return [str(one.status) for one in got], ",".join(asked)

    # One look-up, one check, one connection; whoever asks when none is kept looks the name up anew.
    assert asyncio.run(go()) == (["200", "200"], "news.example")


# --------------------------------------------------------------------------- nothing is left open


def leading_to(port: int) -> int:
    """Return how many connections to *port* are open, or being opened, on the side of who asked."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] in ("01", "02") for row in rows)


async def _until_gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        await reader.read()
    writer.close()


async def silent_before_tls(talk: Talk) -> None:
    await asyncio.sleep(30)


async def half(talk: Talk) -> None:
    await talk.send(head("200 OK", SIZE) + FEED[:20])
    await asyncio.sleep(30)


STATES: dict[str, Callable[[HostileServer], Awaitable[None]] | Script] = {
    "before the head": silent_before_tls,
    "within the body": half,
}


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("after", [0.0, 0.005, 0.1])
def test_who_gives_up_leaves_no_socket_open(secure: bool, state: str, after: float) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS / "server.pem")
    authority = ssl.create_default_context(cafile=KEYS / "ca.pem")

    async def go() -> int:
        routes = {"/a": STATES[state]}
        async with HostileServer(routes, tls=context if secure else None) as server:  # type: ignore[arg-type]
            options = settings(f"news.example:{server.port}")
            names = directory({"news.example": ["127.0.0.1"]})
            async with Fetcher(options, resolve=names, tls=authority) as it:
                url = server.url("/a", host="news.example")
                tasks = [asyncio.ensure_future(it.get(Request(url))) for _ in range(3)]
                await asyncio.sleep(after)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.sleep(0.1)
                return leading_to(server.port)

    assert asyncio.run(go()) == 0


@pytest.mark.parametrize("secure", [False, True])
def test_a_handshake_that_never_ends_is_given_up_and_leaves_nothing(secure: bool) -> None:
    async def go() -> tuple[int, str]:
        silent = await asyncio.start_server(lambda r, w: _until_gone(r, w), "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        options = settings(f"news.example:{port}", timeout=timedelta(seconds=0.3))
        async with Fetcher(options, resolve=directory({"news.example": ["127.0.0.1"]}), tls=trust()) as it:
            try:
                await it.get(Request(f"{'https' if secure else 'http'}://news.example:{port}/"))
                said = "200"
            except FetchError as exc:
                said = exc.reason
            await asyncio.sleep(0.05)
            left = leading_to(port)
            silent.close()
            return left, said

    assert asyncio.run(go()) == (0, "timeout")


def test_a_server_that_says_no_more_after_its_answer_ends_it() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS / "server.pem")
    authority = ssl.create_default_context(cafile=KEYS / "ca.pem")

    async def then_eof(talk: Talk) -> None:
        await talk.send(head("200 OK"), FEED)
        talk.writer.close()

    async def go() -> bytes | None:
        async with HostileServer({"/a": then_eof}, tls=context) as server:
            options = settings(f"news.example:{server.port}")
            async with Fetcher(options, resolve=directory({"news.example": ["127.0.0.1"]}), tls=authority) as it:
                return (await it.get(Request(server.url("/a", host="news.example")))).body

    assert asyncio.run(go()) == FEED
