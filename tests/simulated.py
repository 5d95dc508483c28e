"""
Weeks of polling in seconds: the real rounds, store, schedule and fetcher, in a time of the test's own.

    world = World(tmp_path / "a.db", {"http://a.example/rss": script}, feeds)
    world.live(days=14)                one process after the other, each for one tick
    world.seen                         every request with its time, headers and answer

Only two things are not real: the exchange over the wire, which a script answers, and the event loop's time, which
jumps to whatever is awaited next.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from monitor import schedule
from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.fetch.wire import Answer, Limits, Trip
from monitor.model import Entity, Feed, FeedStatus, FetchSettings, Retention, Settings, Topic
from monitor.pipeline import Desk
from monitor.rounds import Rounds
from monitor.store import open_store
from monitor.store.base import Store
from tests.fetch.make import trust

START = datetime(2025, 3, 3, tzinfo=UTC)  # a Monday
TICK = timedelta(seconds=5)
LOOK = timedelta(minutes=5)  # between two looks of a long process at what is due


class Loop(asyncio.SelectorEventLoop):
    """An event loop that never waits: where nothing is ready, its time jumps to the next thing scheduled."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def time(self) -> float:
        return self.passed

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.passed = max(self.passed, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class AtOnce(ThreadPoolExecutor):
    """An executor without threads: time must not pass while somebody works."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as exc:
            done.set_exception(exc)
        return done


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: from when to when, what it carried, and what came of it (status 0: nothing)."""

    url: str
    host: str
    began: datetime
    ended: datetime
    headers: Mapping[str, str]
    status: int
    sent: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Says:
    """What a script answers, after so many seconds; ``error`` where there is no answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.3
    error: FetchError | None = None


Script = Callable[[datetime, Mapping[str, str]], Says]
NOT_FOUND = Says(404, b"not here")


async def answered(
    scripts: Mapping[str, Script],
    seen: list[Asked],
    clock: Callable[[], datetime],
    trip: Trip,
    headers: Sequence[tuple[bytes, bytes]],
) -> Answer:
    """Answer one request by its script, and note it in *seen*."""
    trip.connected = True
    url, began = trip.goal.url, clock()
    carried = {n.decode().lower(): v.decode("latin-1") for n, v in headers}
    script = scripts.get(url)
    says = script(began, carried) if script else NOT_FOUND
    await asyncio.sleep(says.after)
    status = 0 if says.error else says.status
    seen.append(Asked(url, trip.goal.party, began, clock(), carried, status, says.headers))
    if says.error:
        raise says.error
    body = says.body if says.status == 200 else b""
    return Answer(says.status, tuple((n.lower(), v) for n, v in says.headers.items()), body)


@dataclass
class World:
    """Servers that follow *scripts*, and one installation that polls *feeds* of them."""

    database: Path
    scripts: Mapping[str, Script]
    feeds: Sequence[Feed]
    fetch: FetchSettings = field(default_factory=FetchSettings)
    now: datetime = START
    days: float = 0
    slack: timedelta = timedelta(minutes=2)  # a tick, a turn, and an answer
    seen: list[Asked] = field(default_factory=list)
    statuses: Mapping[str, FeedStatus] = field(default_factory=dict)
    hourly: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.settings = settings_of(self.database, self.feeds, self.fetch)
        self.desk = Desk.of(self.settings)

    async def exchange(
        self, trip: Trip, headers: Sequence[tuple[bytes, bytes]], limits: Limits, method: str, content: bytes
    ) -> Answer:
        """Answer one request by its script (a wire, as the fetcher sees it)."""
        return await answered(self.scripts, self.seen, self.clock, trip, headers)

    async def close(self) -> None:
        """Nothing is held."""

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=asyncio.get_running_loop().time())

    # ------------------------------------------------------------- living

    def live(self, *, days: float, killed: float = 0.0) -> None:
        """Start a process for each tick at which something is due; *killed* is the share that ends without a word."""
        self.days = days
        end, chance = self.now + timedelta(days=days), random.Random(5)
        with open_store(str(self.database)) as store:
            store.declare(self.settings, self.now)
            next_due = self._next(store)
        while next_due < end:
            self.now = max(self.now + TICK, next_due)
            self._run(self._one_process(abrupt=chance.random() < killed))
            with open_store(str(self.database)) as store:
                next_due = self._next(store)

    def stay(self, *, days: float) -> None:
        """Live in one process."""
        self._run(self._long_process(self.now + timedelta(days=days)))

    def _run(self, life: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(life)
            self.now += timedelta(seconds=runner.get_loop().time())

    async def _one_process(self, *, abrupt: bool) -> None:
        with open_store(str(self.database)) as store:
            async with self._fetcher() as fetcher:
                fetcher.resume(store.begin_run(self.clock()))
                rounds = self.rounds(store, fetcher)
                await rounds.poll(await rounds.due(), digest=True)
                if not abrupt:
                    store.end_run(fetcher.manners(), self.clock())

    async def _long_process(self, end: datetime) -> None:
        with open_store(str(self.database)) as store:
            store.declare(self.settings, self.clock())
            async with self._fetcher() as fetcher:
                fetcher.resume(store.begin_run(self.clock()))
                rounds = self.rounds(store, fetcher)
                running: set[asyncio.Task[Any]] = set()
                tidied = self.clock()
                while self.clock() < end:
                    if due := await rounds.due():
                        rounds.polling.update(s.url for s in due)
                        running.add(asyncio.create_task(rounds.poll(due, digest=not rounds.digesting.locked())))
                    if self.clock() - tidied > timedelta(hours=1):
                        tidied = self.clock()
                        store.tidy(tidied, Retention())
                        self.hourly()
                    done = {t for t in running if t.done()}
                    for task in done:
                        task.result()
                    running -= done
                    await asyncio.sleep((TICK if running else LOOK).total_seconds())
                await asyncio.gather(*running)
                store.end_run(fetcher.manners(), self.clock())
                self._next(store)

    def rounds(self, store: Store, fetcher: Fetcher) -> Rounds:
        rounds = Rounds(self.desk, store, fetcher, AtOnce(1), self.clock)
        rounds.readers = AtOnce(1)
        return rounds

    def _fetcher(self) -> Fetcher:
        return Fetcher(self.fetch, now=self.clock, tls=trust(), wire=self)

    def _next(self, store: Store) -> datetime:
        self.statuses = {s.url: s for s in store.statuses()}
        waiting = [
            s.next_poll or self.now
            for s in self.statuses.values()
            if schedule.due([s], datetime.max.replace(tzinfo=UTC))
        ]
        return min(waiting, default=datetime.max.replace(tzinfo=UTC))

    # ------------------------------------------------------------- what was seen

    def of(self, url: str) -> list[Asked]:
        return [a for a in self.seen if a.url == url]


def settings_of(database: Path | str, feeds: Sequence[Feed], fetch: FetchSettings) -> Settings:
    """Return the configuration of a small topic that polls *feeds*."""
    topic = Topic(
        "bridge",
        "大桥能通车吗?",
        (Entity("bridge", "product", ("大桥",)), Entity("river", "place", ("河城",))),
        ("bridge", "river"),
    )
    return Settings("config.yaml", str(database), "Asia/Shanghai", fetch, "off", (), tuple(feeds), (topic,))


# --------------------------------------------------------------------------- what servers say


def rss(items: Sequence[tuple[str, datetime]], head: str = "") -> bytes:
    """Return a feed of (link, publication) pairs."""
    told = "".join(
        f"<item><title>消息 {link.rpartition('/')[2]}</title><link>{link}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for link, at in items
    )
    return f"<rss version='2.0'><channel><title>t</title>{head}{told}</channel></rss>".encode()


def bulletin(url: str, every: timedelta, head: str = "", until: datetime | None = None) -> Callable[[datetime], bytes]:
    """Return a feed that gets an entry every so often and lists the last twenty."""

    def body(now: datetime) -> bytes:
        last = int((min(now, until or now) - START) / every)
        numbers = range(last, last - 20, -1)
        return rss([(f"{url}/{n + 1000}", START + n * every) for n in numbers], head)

    return body


def steady(body: Callable[[datetime], bytes], **headers: str) -> Script:
    """Return a script that always answers in full."""
    return lambda now, _: Says(200, body(now), headers)


def tagged(body: Callable[[datetime], bytes], **headers: str) -> Script:
    """Return a script that keeps to RFC 9110: a strong ETag, and 304 where it matches."""

    def script(now: datetime, carried: Mapping[str, str]) -> Says:
        made = body(now)
        told = {"ETag": f'"{crc32(made):08x}"', **headers}
        return Says(304, b"", told) if carried.get("if-none-match") == told["ETag"] else Says(200, made, told)

    return script
