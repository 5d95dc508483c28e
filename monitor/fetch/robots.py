"""
robots.txt (RFC 9309): who may read which page, and how fast. The only file that knows protego.

2xx is read, 4xx allows everything (2.3.1.3), 5xx and no answer forbid everything (2.3.1.4). 429 is "not now" rather
than "not here": it forbids as well.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from protego import Protego

from monitor.errors import FetchError, RateLimited, Refused
from monitor.fetch import reasons, target
from monitor.fetch.shared import Shared
from monitor.fetch.target import Target
from monitor.fetch.wire import Answer
from monitor.model import RobotsEntry

MAX_BYTES = 500 * 1024  # RFC 9309 2.5: at least this much is read; what follows is ignored
FRESH = 24 * 3600.0  # RFC 9309 2.4: not longer than a day
FRESH_FAILURE = 600.0  # a server that was down for a moment is not out for a day
REMEMBERED = 1024
# Characters of rules remembered of all origins together: parsed they take eighteen times as much. The longest go first,
# so that whoever sends such costs the others nothing.
MOST_RULES = 2_000_000
LONGEST_DELAY = 24 * 3600.0

_TOKEN = re.compile(r"[A-Za-z_-]+")  # RFC 9309 2.2.1
_AGENT = re.compile(r"user[- ]?agent[ \t]*[: \t](.*)", re.IGNORECASE)
_SITEWIDE = ("sitemap", "site-map", "host")

Ask = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Known:
    rules: str
    closed: str
    until: float  # loop time
    parsed: Protego
    connected: bool = True  # False: closed because nothing took the connection


class Robots:
    """Asks each origin once a day at most; *ask* fetches one URL with its redirects and returns any status."""

    def __init__(self, ask: Ask, user_agent: str, shared: Shared | None = None) -> None:
        self._ask = ask
        self._shared = shared
        self._agent = product(user_agent)
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def check(self, page: Target) -> float:
        """Return the Crawl-delay that holds for *page*, in seconds; raise Refused where it may not be read."""
        known = await self._of(page.origin)
        if known.closed:
            # Not Refused: it is the server that fails, and it may be well again tomorrow.
            sentence = f"{page.origin}/robots.txt {known.closed}"
            raise FetchError(page.url, reasons.ROBOTS_AWAY, sentence, connected=known.connected)
        if not known.parsed.can_fetch(page.url, self._agent):
            raise Refused(page.url, reasons.ROBOTS, f"{page.origin}/robots.txt asks {self._agent} to stay away from it")
        return min(known.parsed.crawl_delay(self._agent) or 0.0, LONGEST_DELAY)

    def dump(self) -> tuple[RobotsEntry, ...]:
        """Return what is known and still fresh, to be kept for the next start."""
        now = _now()
        return tuple(RobotsEntry(o, k.rules, k.closed, k.until - now) for o, k in self._known.items() if k.until > now)

    def preload(self, entries: Iterable[RobotsEntry]) -> None:
        """Take back what ``dump`` gave; nothing is believed for longer than a day."""
        for entry in entries:
            self._remember(entry.origin, entry.rules, entry.closed, min(entry.fresh, FRESH))

    async def _of(self, origin: str) -> _Known:
        lock = self._asking.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                known = self._known.get(origin)
                return known if known and known.until > _now() else await self._learn(origin)
        finally:
            if not lock.locked():
                self._asking.pop(origin, None)

    async def _learn(self, origin: str) -> _Known:
        """Ask *origin*, unless another process has: while one of them asks, the others wait for what it learns."""
        if self._shared is None:
            return await self._fetch(origin)
        turn = f"{origin}/robots.txt"
        while (wait := await self._shared.take(turn, 0.0)) > 0:  # noqa: ASYNC110 - what is awaited is in a database
            await asyncio.sleep(wait)
        try:
            if told := await self._shared.robots(origin):
                return self._remember(origin, told.rules, told.closed, min(told.fresh, FRESH))
            known = await self._fetch(origin)
            await self._shared.learned(RobotsEntry(origin, known.rules, known.closed, known.until - _now()))
            return known
        finally:
            await asyncio.shield(self._shared.give(turn))

    async def _fetch(self, origin: str) -> _Known:
        url = target.read(f"{origin}/robots.txt").url
        try:
            answer = await self._ask(url)
        except FetchError as exc:
            if isinstance(exc, RateLimited) or (isinstance(exc, Refused) and exc.url == url):
                raise  # nothing was asked: the page would fare the same
            # Too many redirects may count as "unavailable" (2.3.1.2); whatever else went wrong is "unreachable".
            closed = "" if exc.reason == reasons.MANY_REDIRECTS else f"could not be asked ({exc})"
            return self._remember(origin, "", closed, FRESH_FAILURE, connected=exc.connected)
        if answer.status == 200:
            return self._remember(origin, ours(answer.body, self._agent), "", FRESH)
        if 400 <= answer.status < 500 and answer.status != 429:
            return self._remember(origin, "", "", FRESH)
        return self._remember(origin, "", f"answered with status {answer.status}", FRESH_FAILURE)

    def _remember(self, origin: str, rules: str, closed: str, fresh: float, *, connected: bool = True) -> _Known:
        known = _Known(rules, closed, _now() + fresh, Protego.parse(rules), connected)
        self._known.pop(origin, None)
        self._known[origin] = known
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        while sum(len(k.rules) for k in self._known.values()) > MOST_RULES:
            del self._known[max(self._known, key=lambda o: len(self._known[o].rules))]
        return known


def product(user_agent: str) -> str:
    """Return the product token that robots.txt groups are matched with (RFC 9309 2.2.1)."""
    match = _TOKEN.match(user_agent)
    return match[0].lower() if match else "*"


def ours(body: bytes, agent: str) -> str:
    """
    Return only the groups of *body* that are for *agent* or for everybody.

    protego multiplies every rule by every user agent of its group, which a hostile file turns into gigabytes, and
    takes "mon" for a name of "monitor"; so it is shown nothing but the two names that count.
    """
    kept: list[str] = []
    names: set[str] = set()  # of the group being read that count
    in_names = False
    for line in body.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        text = line.partition("#")[0].strip()
        if not text or text.lower().startswith(_SITEWIDE):
            continue
        match = _AGENT.match(text)
        if match is None:
            in_names = False
            if names:
                kept.append(text)
            continue
        if not in_names:
            names.clear()
        in_names = True
        name = _name(match[1].strip())
        if name in ("*", agent) and name not in names:
            names.add(name)
            kept.append(f"User-agent: {name}")
    return "\n".join(kept)


def _name(value: str) -> str:
    if value.startswith("*"):
        return "*"
    token = _TOKEN.match(value)
    return token[0].lower() if token else ""


def _now() -> float:
    return asyncio.get_running_loop().time()
