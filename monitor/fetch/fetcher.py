"""One way out: guarded, polite, bounded; an answer that can be used, or a FetchError that says why not."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, Self

from monitor.errors import ConfigError, FetchError, Gone, RateLimited, Refused
from monitor.fetch import later, reasons, target
from monitor.fetch.deadline import Deadline
from monitor.fetch.guard import Guard, Resolve
from monitor.fetch.pace import Pace
from monitor.fetch.resolve import SystemResolver
from monitor.fetch.robots import MAX_BYTES, Robots
from monitor.fetch.room import Room
from monitor.fetch.shared import Shared
from monitor.fetch.target import Target
from monitor.fetch.wire import Answer, Limits, Trip, Wire
from monitor.model import FetchSettings, Manners, Request, Response, RobotsEntry, Validators

USER_AGENT = "monitor-timeline (+https://github.com/monitor-timeline/monitor)"
MAX_REDIRECTS = 5

_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)
_UNCHANGED = (307, 308)  # the method and the body stay as they were (RFC 9110 15.4.8, 15.4.9)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]*")  # RFC 9110 5.5
# What a feed may not declare: the one honest name, and what belongs to the connection or to the cache.
_NOT_DECLARED = frozenset(
    """accept-encoding connection content-length expect host if-match if-modified-since if-none-match if-range
    if-unmodified-since keep-alive proxy-authorization proxy-connection range te trailer transfer-encoding
    upgrade user-agent""".split()  # noqa: SIM905 one line a word says no more
)

_Lines = tuple[tuple[bytes, bytes], ...]


def room_for(settings: FetchSettings) -> Room:
    """Return room for what *settings* let in: the largest answer, and half of another."""
    return Room(settings.max_inflated * 3 // 2)


class _Budget:
    """The total time of one get; waiting for a turn or for room is not part of it."""

    def __init__(self, seconds: float) -> None:
        self.total = self.left = seconds


@dataclass(frozen=True, slots=True)
class _Order:
    """One request on its way: ``declared`` goes to the first origin only, ``validators`` to where they came from."""

    declared: _Lines
    validators: Validators
    conditions: _Lines  # the validators as headers
    page: bool
    limits: Limits
    budget: _Budget
    method: str = "GET"
    body: bytes = b""
    part: _Lines = ()  # as headers

    def conditional(self, goal: Target) -> bool:
        """Say whether *goal* is asked conditionally: what another address called its own means nothing here."""
        return bool(self.validators) and self.method == "GET" and self.validators.url in ("", goal.url)


@dataclass(frozen=True, slots=True)
class _End:
    """Where a chain of redirects ended."""

    goal: Target
    answer: Answer
    moved: bool
    permanent: bool  # every hop, of at least one, was permanent and none gave up encryption
    conditional: bool  # validators were sent to it


class Carries(Protocol):
    """One exchange over one connection, as :class:`~monitor.fetch.wire.Wire` does it."""

    async def exchange(
        self, trip: Trip, headers: Sequence[tuple[bytes, bytes]], limits: Limits, method: str, content: bytes
    ) -> Answer:
        """Ask ``trip.goal`` once, following nothing; raise FetchError where there is no whole answer."""

    async def close(self) -> None:
        """Let go of everything."""


class Fetcher:
    """
    Fetches feeds, pages and robots.txt; an async context manager.

    *resolve* finds addresses (default: the system's resolver), *now* tells the time for a Retry-After date from a
    server that sends no Date, *tls* replaces the trust store, *wire* what carries each exchange; *room* is where all
    answers lie until they are read, and nothing is asked while it is not open; *shared* is what other processes know.
    Raise ConfigError for a proxy or a user agent that cannot be used.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        resolve: Resolve | None = None,
        now: Callable[[], datetime] | None = None,
        tls: ssl.SSLContext | None = None,
        wire: Carries | None = None,
        room: Room | None = None,
        shared: Shared | None = None,
    ) -> None:
        agent = settings.user_agent or USER_AGENT
        if not (agent.isascii() and agent.isprintable()):
            raise ConfigError((f"fetch.user_agent: {agent!r} cannot be sent in a header",))
        self._settings = settings
        self._now = now
        self._guard = Guard(settings.allow_private, resolve or SystemResolver())
        room = room or room_for(settings)
        self._wire: Carries = wire or Wire(self._guard, agent, room, settings.proxy, tls)
        self._pace = Pace(settings.concurrency, room.open, shared)
        self._robots = Robots(self._ask_robots, agent, shared)
        self._shared = shared

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.close()

    async def get(self, request: Request) -> Response:
        """
        Return the answer to *request*: 200 with a body, 304 where validators were sent, 206 where a part was asked
        for; to a POST any 2xx.

        Raise Refused (nothing was asked), RateLimited, Gone, or FetchError; ``reason`` is one of
        :mod:`monitor.fetch.reasons`.
        """
        settings = self._settings
        order = _Order(
            _declared(request),
            request.validators,
            _sendable(request),
            request.page,
            Limits(settings.max_bytes, settings.max_inflated, part=request.part is not None),
            _Budget(settings.timeout.total_seconds()),
            request.method,
            request.body,
            _part(request),
        )
        end = await self._follow(request.url, order)
        try:
            self._judge(request, end)
        except RateLimited as limited:
            if self._shared is not None:  # whoever asks this host next does not know of it otherwise
                await self._shared.rest(end.goal.party, limited.retry_after.total_seconds())
            raise
        answer = end.answer
        body = None if answer.status == 304 else answer.body
        moved_to = end.goal.url if end.permanent else ""
        return Response(request.url, end.goal.url, answer.status, answer.headers, body, moved_to)

    def manners(self) -> Manners:
        """Return what the next process must know of hosts."""
        return Manners(self.rests(), self.robots_cache())

    def resume(self, known: Manners) -> None:
        """Go on where another process stopped; where it was stopped abruptly, every host has just been asked."""
        for host, seconds in known.rests.items():
            self.rest(host, seconds)
        self.preload_robots(known.robots)
        if known.abrupt:
            self._pace.rest_all()

    def rests(self) -> Mapping[str, float]:
        """Return who still rests (host, or host:port), and for how many seconds: to be kept over a restart."""
        return self._pace.rests()

    def rest(self, host: str, seconds: float) -> None:
        """Ask nothing of *host* for another *seconds*."""
        self._pace.rest(host, seconds)

    def robots_cache(self) -> tuple[RobotsEntry, ...]:
        """Return what is known of robots.txt files: to be kept over a restart."""
        return self._robots.dump()

    def preload_robots(self, entries: Iterable[RobotsEntry]) -> None:
        """Take back what ``robots_cache`` gave."""
        self._robots.preload(entries)

    async def _ask_robots(self, url: str) -> Answer:
        limits = Limits(self._settings.max_bytes, MAX_BYTES, cut=True)
        order = _Order((), Validators(), (), False, limits, _Budget(self._settings.timeout.total_seconds()))
        return (await self._follow(url, order)).answer

    async def _follow(self, url: str, order: _Order) -> _End:
        """Ask *url* and whatever it redirects to, at most five times."""
        goal = first = self._guard.admit(url)
        seen = {goal.url}
        permanent, moved = True, False
        declared = order.declared
        while True:
            conditional = order.conditional(goal)
            try:
                answer = await self._ask(goal, declared + order.part + (order.conditions if conditional else ()), order)
            except FetchError as exc:
                # Who redirects was there; what it redirects to says nothing of the feeds on that other host.
                exc.connected = exc.connected or moved
                raise
            if answer.status not in _REDIRECTS:
                return _End(goal, answer, moved, moved and permanent, conditional)
            if len(seen) > MAX_REDIRECTS:
                raise FetchError(url, reasons.MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects")
            before, goal = goal, self._next(goal, answer)
            if order.method == "POST" and not (answer.status in _UNCHANGED and _same_party(before, goal)):
                raise FetchError(url, reasons.BAD_REDIRECT, f"status {answer.status} asks to send a POST elsewhere")
            if goal.url in seen:
                raise FetchError(url, reasons.REDIRECT_LOOP, f"{goal.url} again")
            seen.add(goal.url)
            permanent = permanent and answer.status in _PERMANENT and not _downgrades(before, goal)
            moved = True
            # What a feed declares (a key, say) is meant for its own host only.
            declared = declared if _same_party(first, goal) else ()

    def _next(self, goal: Target, answer: Answer) -> Target:
        location = answer.header("location")
        if not location:
            raise FetchError(goal.url, reasons.BAD_REDIRECT, f"status {answer.status} without a Location")
        # Headers were read as Latin-1; browsers take raw UTF-8 in Location for what it is.
        raw = location.encode("latin-1")
        with suppress(UnicodeDecodeError):
            location = raw.decode("utf-8")
        return self._guard.admit(target.join(goal, location))

    async def _ask(self, goal: Target, headers: _Lines, order: _Order) -> Answer:
        """Ask once, when it is our turn."""
        pause = self._pause(goal)
        if order.page:
            pause = max(pause, await self._robots.check(goal))
        trip = Trip(goal, self._pace.awaited(goal.party))
        return await self._pace.in_turn(goal.url, goal.party, pause, partial(self._exchanged, trip, headers, order))

    async def _exchanged(self, trip: Trip, headers: _Lines, order: _Order) -> Answer:
        budget, loop = order.budget, asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(budget.left) as limit:
                trip.deadline = Deadline(limit)
                return await self._wire.exchange(trip, headers, order.limits, order.method, order.body)
        except TimeoutError as exc:
            detail = f"{budget.total:g} s in all were over while {trip.doing}"
            raise FetchError(trip.goal.url, reasons.TIMEOUT, detail, connected=trip.connected) from exc
        finally:
            waited = trip.deadline.waited if trip.deadline else 0.0
            budget.left -= loop.time() - start - waited

    def _pause(self, goal: Target) -> float:
        pauses = self._settings.pauses
        own = pauses.get(goal.party) or pauses.get(goal.host)
        rest = self._settings.pause if own is None else max(own, self._settings.pause)
        return rest.total_seconds()

    def _judge(self, request: Request, end: _End) -> None:
        """Raise what the final status means, unless it is an answer that can be used."""
        url, status = request.url, end.answer.status
        if request.method == "POST" and 200 <= status < 300:
            return
        carries = status == 200 or (status == 206 and request.part is not None)
        if carries and not end.answer.body:
            raise FetchError(url, reasons.EMPTY, f"{status} without a body")
        if carries or (status == 304 and end.conditional):
            return
        sentence = f"{end.goal.url} answered {status} {_phrase(status)}".rstrip()
        # Where a redirect is for now only, what is gone is its target, not what was asked for.
        if status == 410 and (end.permanent or not end.moved):
            raise Gone(url, reasons.http(status), sentence)
        wait = self._wait(end.answer) if status in (429, 503) else None
        if status == 429:
            wait = wait or later.DEFAULT
        if wait is not None:
            raise RateLimited(url, reasons.http(status), sentence, wait)
        raise FetchError(url, reasons.http(status), sentence)

    def _wait(self, answer: Answer) -> timedelta | None:
        # The server's own clock is the one that its date is meant by; ours only where it tells none.
        reference = later.instant(answer.header("date")) or (self._now() if self._now else None)
        return later.delay(answer.header("retry-after"), reference)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _same_party(first: Target, goal: Target) -> bool:
    """Say whether *goal* is the same server, asked no less safely."""
    same = (first.scheme, first.host, first.port) == (goal.scheme, goal.host, goal.port)
    return same or (first.host == goal.host and (first.scheme, goal.scheme) == ("http", "https"))


def _downgrades(before: Target, goal: Target) -> bool:
    return (before.scheme, goal.scheme) == ("https", "http")


def _declared(request: Request) -> _Lines:
    lines = []
    for name, value in request.headers:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise Refused(request.url, reasons.BAD_HEADER, f"the header {name[:60]!r} cannot be sent")
        if name.lower() in _NOT_DECLARED:
            raise Refused(request.url, reasons.BAD_HEADER, f"the header {name[:60]!r} is not for a feed to declare")
        lines.append((name.encode("ascii"), value.strip().encode()))
    return tuple(lines)


def _part(request: Request) -> _Lines:
    """Return what asks for a part of a file as it lies there (RFC 9110 14.2)."""
    if request.part is None:
        return ()
    first, last = request.part
    return (b"Range", b"bytes=%d-%d" % (first, last)), (b"Accept-Encoding", b"identity")


def _sendable(request: Request) -> _Lines:
    """Return the conditions of *request*; raise Refused where it cannot be sent."""
    if request.method not in ("GET", "POST") or (request.body and request.method != "POST"):
        raise Refused(request.url, reasons.BAD_HEADER, f"{request.method[:20]!r} with {len(request.body)} bytes")
    try:
        return _conditions(request.validators)
    except UnicodeEncodeError as exc:
        raise Refused(request.url, reasons.BAD_HEADER, "a validator that no server can have sent") from exc


def _conditions(validators: Validators) -> _Lines:
    """Return the conditional headers, byte for byte as received (headers are read as Latin-1)."""
    pairs = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
    return tuple((name.encode("ascii"), value.encode("latin-1")) for name, value in pairs if value)
