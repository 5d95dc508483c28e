"""
One exchange over one connection: the only file that knows httpx, and httpcore beneath it.

Every request opens a connection of its own, to an address that the guard has just checked. So no answer can poison
the next one, nothing idles, no pool has to be searched, and there is no second look-up to lie to. With a rest
between two requests to one host, a kept connection would save a handshake now and then, and nothing else.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from monitor.errors import ConfigError, FetchError, Refused
from monitor.fetch import reasons
from monitor.fetch.guard import Guard
from monitor.fetch.inflate import body_for, unwrapped
from monitor.fetch.meter import Meter
from monitor.fetch.target import Target

Headers = tuple[tuple[str, str], ...]

# For each address but the last: SYN is sent again after 1 and 3 s (RFC 6298); who has not answered then is not there.
ATTEMPT = 4.0
MAX_HEADERS = 256
# ruff: noqa: ASYNC109 the signatures are httpcore's.

# What httpx does not see: no cookie is kept, and it reads Location even where it is told not to follow.
_KEPT_BACK = frozenset({b"set-cookie", b"set-cookie2", b"location"})
# How long bytes beyond the end are waited for, where the socket says that something has come.
TRAILER = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost, in bytes; with *cut* the rest of an unpacked body is ignored, not an error."""

    wire: int
    inflated: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is read for status 200 only."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header called *name* (lower case), or ""."""
        return next((v for n, v in self.headers if n == name), "")


@dataclass(slots=True)
class Trip:
    """How far a request has come, for an honest sentence when time runs out."""

    goal: Target
    connected: bool = False
    doing: str = "looking up the name"
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        self.meter = Meter(self.goal.url)


class Wire:
    """Sends GET and POST requests; *tls* replaces the usual trust store, *proxy* is a http or https URL or ""."""

    def __init__(self, guard: Guard, user_agent: str, proxy: str = "", tls: ssl.SSLContext | None = None) -> None:
        transport = _Transport(guard, _proxy(proxy), tls or httpx.create_ssl_context(trust_env=False))
        fixed = {
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        self._client = httpx.AsyncClient(transport=transport, headers=fixed, trust_env=False, timeout=None)

    async def close(self) -> None:
        """Let go of everything."""
        await self._client.aclose()

    async def exchange(
        self,
        trip: Trip,
        headers: Sequence[tuple[bytes, bytes]],
        limits: Limits,
        method: str = "GET",
        content: bytes = b"",
    ) -> Answer:
        """Ask ``trip.goal`` once, following nothing; raise FetchError where there is no whole answer."""
        url = trip.goal.url
        with _translated(trip):
            sent = content if method == "POST" else None
            stream = self._client.stream(method, url, headers=list(headers), content=sent, extensions={"trip": trip})
            async with stream as response:
                raw = [*response.headers.raw, *((b"location", v) for v in response.extensions["location"])]
                told = tuple((n.lower().decode("latin-1"), v.decode("latin-1")) for n, v in raw)
                if len(told) > MAX_HEADERS:
                    raise FetchError(url, reasons.BIG_HEAD, f"more than {MAX_HEADERS} headers")
                body = await _read(trip, response, limits) if response.status_code == 200 else b""
                return Answer(response.status_code, told, body)


async def _read(trip: Trip, response: httpx.Response, limits: Limits) -> bytes:
    url = trip.goal.url
    trip.doing = "reading the body"
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > limits.wire and not limits.cut:
        raise FetchError(url, reasons.TOO_LARGE, f"{declared[:20]} bytes are announced, {limits.wire} allowed")
    body = body_for(url, response.headers.get("content-encoding", ""), limits.inflated, cut=limits.cut)
    taken = 0
    async for chunk in response.aiter_raw():
        taken += len(chunk)
        trip.meter.piece()
        if taken > limits.wire:
            raise FetchError(url, reasons.TOO_LARGE, f"more than {limits.wire} bytes")
        body.feed(chunk)
        if body.full:
            break
    else:
        await _check_end(trip, response, taken)
    return unwrapped(url, body.finish(), limits.inflated, cut=limits.cut)


async def _check_end(trip: Trip, response: httpx.Response, taken: int) -> None:
    """Raise FetchError where bytes follow the declared end: then the length lies, and the body may be cut."""
    line: _Line = response.extensions["network_stream"]
    if line.get_extra_info("is_readable"):
        with suppress(httpcore.ReadTimeout, httpcore.ReadError):  # nothing, or already gone
            await line.read(256, timeout=TRAILER)
    chunked = "transfer-encoding" in response.headers
    length = None if chunked or "content-length" not in response.headers else taken
    if trip.meter.has_more(length, chunked):
        raise FetchError(trip.goal.url, reasons.WRONG_LENGTH, "bytes follow the declared end of the body")


@contextmanager
def _translated(trip: Trip) -> Iterator[None]:
    """Let nothing out of this file but FetchError."""
    try:
        yield
    except httpcore.RemoteProtocolError as exc:
        raise FetchError(trip.goal.url, *_protocol(str(exc))) from exc
    except (httpcore.LocalProtocolError, httpx.LocalProtocolError, UnicodeError) as exc:
        raise Refused(trip.goal.url, reasons.BAD_HEADER, str(exc)) from exc
    except (httpcore.ProxyError, httpcore.UnsupportedProtocol) as exc:
        raise FetchError(trip.goal.url, reasons.PROXY, str(exc), connected=False) from exc
    except httpcore.ConnectError as exc:
        raise FetchError(trip.goal.url, reasons.CONNECT, str(exc), connected=False) from exc
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as exc:
        raise Refused(trip.goal.url, reasons.BAD_URL, str(exc)) from exc
    except (httpcore.NetworkError, httpcore.TimeoutException, httpx.HTTPError, httpx.StreamError, OSError) as exc:
        # ssl.SSLError is an OSError: what anyio leaves bare when encrypted bytes are damaged on the way.
        raise FetchError(trip.goal.url, reasons.RESET, str(exc) or "the connection broke") from exc


def _protocol(detail: str) -> tuple[str, str]:
    """Tell an answer that ends too early from one that is not HTTP; h11 has one exception for both."""
    if detail.startswith(("peer closed", "peer unexpectedly closed", "Server disconnected")):
        return reasons.CUT_SHORT, detail
    if detail.startswith("Receive buffer too long"):
        return reasons.BIG_HEAD, "a head without end"
    return reasons.BAD_HTTP, detail


def _proxy(url: str) -> httpcore.Proxy | None:
    if not url:
        return None
    try:
        proxy = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL) as exc:
        raise ConfigError((f"fetch.proxy: {url!r} is not the URL of a proxy ({exc})",)) from exc
    if proxy.url.scheme not in ("http", "https"):
        raise ConfigError((f"fetch.proxy: {proxy.url.scheme} is not supported; give the proxy's http port",))
    where = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    return httpcore.Proxy(url=where, auth=proxy.raw_auth, headers=proxy.headers.raw)


class _Transport(httpx.AsyncBaseTransport):
    """A fresh connection for each request; cookies stay on the wire."""

    def __init__(self, guard: Guard, proxy: httpcore.Proxy | None, tls: ssl.SSLContext) -> None:
        self._guard = guard
        self._proxy = proxy
        self._tls = tls

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip: Trip = request.extensions["trip"]
        dialer = _Dialer(None if self._proxy else self._guard, trip)
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls, proxy=self._proxy, max_connections=1, network_backend=dialer
        )
        goal = trip.goal
        url = httpcore.URL(scheme=goal.scheme, host=goal.host, port=request.url.port, target=request.url.raw_path)
        sent = httpcore.Request(request.method, url, headers=request.headers.raw, content=request.content)
        try:
            answer = await pool.handle_async_request(sent)
        except BaseException:
            await pool.aclose()
            raise
        return httpx.Response(
            answer.status,
            headers=[(n, v) for n, v in answer.headers if n.lower() not in _KEPT_BACK],
            stream=_Stream(pool, answer),
            extensions={
                "network_stream": answer.extensions["network_stream"],
                "location": [v for n, v in answer.headers if n.lower() == b"location"],
            },
        )


class _Stream(httpx.AsyncByteStream):
    """The raw body; closing it closes the connection."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, answer: httpcore.Response) -> None:
        self._pool = pool
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.aiter_stream().__aiter__()

    async def aclose(self) -> None:
        await self._answer.aclose()
        await self._pool.aclose()


class _Dialer(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that the guard gives, or without a guard to the operator's own proxy."""

    def __init__(self, guard: Guard | None, trip: Trip) -> None:
        self._backend = httpcore.AnyIOBackend()
        self._guard = guard
        self._trip = trip

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        trip = self._trip
        addresses: tuple[str, ...] = (host,)
        if self._guard is not None:
            addresses, port = await self._guard.addresses(trip.goal), trip.goal.port
        trip.doing = "connecting"
        stream = await self._first(addresses, port)
        trip.connected = True
        trip.doing = "waiting for the answer"
        return _Line(stream, trip)

    async def _first(self, addresses: tuple[str, ...], port: int) -> httpcore.AsyncNetworkStream:
        """Return a stream to the first address that takes the connection; raise ConnectError of the last."""
        for address in addresses[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, timeout=ATTEMPT)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(addresses[-1], port)


class _Line(httpcore.AsyncNetworkStream):
    """A stream that is metered, so that floods, drips and lies about length are noticed."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, trip: Trip) -> None:
        self._stream = stream
        self._trip = trip
        self._meter = trip.meter = Meter(trip.goal.url)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._meter.before()
        data = await self._stream.read(max_bytes, timeout)
        self._meter.after(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Line(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._trip)
        except (httpcore.ConnectError, OSError) as exc:
            raise FetchError(self._trip.goal.url, reasons.TLS, str(exc) or "the handshake broke off") from exc
        except asyncio.CancelledError:  # the deadline; nobody else knows of this connection yet
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
