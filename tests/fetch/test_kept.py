"""Connections that are kept for who waits for the same server already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher, target
from monitor.fetch.kept import Kept
from monitor.model import Request, Validators
from tests.fetch.make import fetcher
from tests.hostile import FEED, HostileServer, Script, Talk, head, page, raw

PAUSE = timedelta(seconds=0.8)  # longer than it takes the talkative server to speak again


class Keeping(HostileServer):
    """Serves one request after the other on a connection."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            await super()._serve(reader, writer)


def answers(routes: dict[str, Script], paths: Sequence[str], **asked: object) -> tuple[list[str], int]:
    """Ask for *paths* at once; return statuses or reasons in that order, and how many connections that took."""

    async def one(it: Fetcher, url: str) -> str:
        try:
            return str((await it.get(Request(url, **asked))).status)  # type: ignore[arg-type]
        except FetchError as exc:
            return exc.reason

    async def go() -> tuple[list[str], int]:
        async with Keeping(routes) as server, fetcher(server) as it:
            return list(await asyncio.gather(*(one(it, server.url(p)) for p in paths))), server.connections

    return asyncio.run(go())


def chunked(body: bytes) -> Script:
    return raw(head("200 OK", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


def then_closed(body: bytes) -> Script:
    """Return a script that answers properly, waits until it is not needed any more and hangs up without a word."""

    async def script(talk: Talk) -> None:
        await page(body)(talk)
        talk.writer.close()

    return script


@pytest.mark.parametrize("script", [page(FEED), chunked(FEED)])
def test_who_waits_for_the_same_server_takes_over_the_connection(script: Script) -> None:
    assert answers({"/feed": script}, ["/feed"] * 5) == (["200"] * 5, 1)


def test_an_unchanged_feed_leaves_its_connection_too() -> None:
    routes = {"/feed": raw(head("304 Not Modified", 'ETag: "a"'))}
    assert answers(routes, ["/feed"] * 3, validators=Validators(etag='"a"')) == (["304"] * 3, 1)


@pytest.mark.parametrize(
    "script",
    [
        page(FEED, "Connection: close"),
        raw(head("200 OK", f"Content-Length: {len(FEED)}").replace(b"HTTP/1.1", b"HTTP/1.0") + FEED),
        raw(head("200 OK", f"Content-Length: {len(FEED)}") + FEED + b"\r\n"),
    ],
)
def test_a_connection_is_not_kept_where_the_server_ends_it_or_says_more_than_it_announced(script: Script) -> None:
    assert answers({"/feed": script}, ["/feed"] * 3) == (["200"] * 3, 3)


def test_a_body_that_was_not_read_is_no_answer_to_the_next_request() -> None:
    routes = {"/away": page(b"gone, and why " * 9, status="404 Not Found"), "/feed": page(FEED)}
    assert answers(routes, ["/away", "/feed"]) == (["http 404", "200"], 2)


def test_a_server_that_hung_up_meanwhile_is_asked_on_a_new_connection() -> None:
    said, connections = answers({"/feed": then_closed(FEED)}, ["/feed"] * 3)
    assert (said, connections) == (["200"] * 3, 3)


def test_a_connection_is_kept_for_nobody_in_particular() -> None:
    async def go() -> int:
        async with Keeping({"/feed": page(FEED)}) as server, fetcher(server) as it:
            for _ in range(3):
                await it.get(Request(server.url("/feed")))
            return server.connections

    assert asyncio.run(go()) == 3


def test_what_a_server_sends_unasked_ends_its_connection() -> None:
    async def talkative(talk: Talk) -> None:
        await page(FEED)(talk)
        await asyncio.sleep(0.1)
        await talk.send(head("200 OK", "Content-Length: 4") + b"evil")

    async def go() -> tuple[list[bytes | None], int]:
        async with Keeping({"/feed": talkative, "/next": page(FEED)}) as server:
            async with fetcher(server, pause=PAUSE) as it:
                got = await asyncio.gather(*(it.get(Request(server.url(p))) for p in ("/feed", "/next")))
            return [one.body for one in got], server.connections

    assert asyncio.run(go()) == ([FEED, FEED], 2)


def test_a_post_never_goes_over_a_connection_that_may_be_gone() -> None:
    said, connections = answers({"/hook": page(b"")}, ["/hook"] * 2, method="POST", body=b"{}")
    assert (said, connections) == (["200"] * 2, 2)


class Line(asyncio.Transport):
    """A connection that only notes when it was ended."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Take anybody."""

    def abort(self) -> None:
        self.ended.set_result(asyncio.get_running_loop().time())


def test_each_connection_is_let_go_of_when_its_own_time_is_over() -> None:
    async def go() -> None:
        kept, loop, lines = Kept(idle=0.05), asyncio.get_running_loop(), [Line(), Line(), Line()]
        due = []
        for n, line in enumerate(lines):
            kept.keep(target.read(f"http://{n}.example/"), line)
            due.append(loop.time() + 0.04)
            await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            ended = [await line.ended for line in lines]
        assert all(a > b for a, b in zip(ended, due, strict=True))

    asyncio.run(go())
