"""A POST leaves by the same way out as everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from monitor.errors import FetchError, RateLimited, Refused
from monitor.fetch import Fetcher
from monitor.model import Request, Response, Validators
from tests.fetch.make import fetcher, hostile
from tests.hostile import FEED, HostileServer, Script, Seen, moved, page

BODY = '{"title": "洛阳"}'.encode()
JSON = (("Content-Type", "application/json"), ("X-Key", "secret"))


def posted(server: HostileServer, path: str = "/hook") -> Request:
    return Request(server.url(path), headers=JSON, method="POST", body=BODY)


def visit(routes: dict[str, Script], ask: Callable[[Fetcher, HostileServer], Awaitable[None]]) -> list[Seen]:
    async def go() -> list[Seen]:
        async with hostile(routes) as server, fetcher(server) as it:
            await ask(it, server)
            return server.seen

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("status", "answer"), [("200 OK", FEED), ("200 OK", b""), ("201 Made", b""), ("204 None", b"")]
)
def test_a_body_arrives_as_it_was_given_and_every_2xx_will_do(status: str, answer: bytes) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        got: Response = await it.get(posted(server))
        assert (got.status, got.body) == (int(status[:3]), answer)

    (seen,) = visit({"/hook": page(answer, status=status)}, ask)
    assert (seen.method, seen.body) == ("POST", BODY)
    assert seen.header("Content-Type") == "application/json"
    assert seen.header("Content-Length") == str(len(BODY))


def test_a_post_without_a_body_says_so() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        await it.get(Request(server.url("/hook"), Validators('"a"'), method="POST"))

    (seen,) = visit({"/hook": page(b"")}, ask)
    assert (seen.method, seen.header("Content-Length"), seen.header("If-None-Match")) == ("POST", "0", None)


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_body_follows_a_redirect_on_its_own_server(status: str) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        await it.get(posted(server, "/old"))

    old, new = visit({"/old": moved("/new", status), "/new": page(b"")}, ask)
    assert (old.body, new.method, new.body, new.header("X-Key")) == (BODY, "POST", BODY, "secret")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
def test_a_post_never_becomes_a_get(status: str) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(FetchError) as caught:
            await it.get(posted(server, "/old"))
        assert caught.value.reason == "bad redirect"

    assert len(visit({"/old": moved("/new", status), "/new": page(b"")}, ask)) == 1


def test_a_body_is_taken_to_no_other_server() -> None:
    async def go() -> int:
        async with hostile({"/new": page(b"")}) as other:
            routes = {"/old": moved(other.url("/new"), "307 Temporary Redirect")}
            async with hostile(routes) as server, fetcher(server, other) as it:
                with pytest.raises(FetchError) as caught:
                    await it.get(posted(server, "/old"))
                assert caught.value.reason == "bad redirect"
            return other.connections

    assert asyncio.run(go()) == 0


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "http://localhost/hook", "http://a:b@example.org/"])
def test_a_post_is_guarded_like_everything_else(url: str) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(Refused):
            await it.get(Request(url, method="POST", body=BODY))

    assert visit({}, ask) == []


@pytest.mark.parametrize(("method", "body"), [("PUT", b""), ("GET", BODY), ("POST / HTTP/1.1\r\nX", BODY)])
def test_only_get_and_post_are_sent_and_only_post_has_a_body(method: str, body: bytes) -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(Refused):
            await it.get(Request(server.url("/hook"), method=method, body=body))

    assert visit({}, ask) == []


def test_a_hook_that_asks_for_a_delay_is_given_it() -> None:
    async def ask(it: Fetcher, server: HostileServer) -> None:
        with pytest.raises(RateLimited):
            await it.get(posted(server))

    visit({"/hook": page(b"", "Retry-After: 9", status="429 Slow Down")}, ask)
