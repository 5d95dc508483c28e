"""
Alerts on their way out: what a channel has not been told is sealed, tried, and tried again. Part of the roof.

Each channel is a task of its own, so that one that hangs holds up no other and no poll. An alert is sealed right before
its first try; until then what it would tell may still change, or be undone. What is sealed is sent until it is taken or
given up: killed at any instant, the next process sends the same again under the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import ParamSpec, TypeVar

import structlog

from monitor import hours, noticing
from monitor.errors import NotifyError
from monitor.model import Alert, AlertState, Channel, FetchSettings, Secret, Settings
from monitor.notify import Sends, Service, Webhook
from monitor.notify.webhook import Asks
from monitor.rounds import Writes
from monitor.store.base import Store

__all__ = ["Deliveries", "again", "desk", "missing", "sender"]

P = ParamSpec("P")
T = TypeVar("T")

# Tries: 30 s, 1 min, 2 min, ... an hour apart, so that the thirtieth is about a day after the first.
FIRST, LONGEST, TRIES = timedelta(seconds=30), timedelta(hours=1), 30
# A server's own wish is heeded up to a day.
PATIENCE = timedelta(days=1)
# Alerts of one channel that fail at once before no more are sealed: what is told later can still be put together.
FAILING = 3
# Alerts that one channel is sent in one go, and the seconds that one may take, whatever its own limits are.
AT_ONCE, LIMIT = 100, 90.0

log = structlog.get_logger()


def desk(settings: Settings) -> noticing.Desk:
    """Return what deciding about alerts needs of *settings*."""
    topics = {t.id: t for t in settings.topics}
    feeds = {f.url: f for f in settings.feeds}
    return noticing.Desk(topics, {s.id: s for s in settings.sources}, settings.blind_after, feeds)


def sender(
    channel: Channel, reach: Callable[[], Asks], environment: Mapping[str, str], now: Callable[[], datetime]
) -> Sends:
    """Return the way to *channel*, with its secrets as they are at this moment; raise NotifyError where one is missing."""
    address = _secret(channel.address, environment) if channel.address else channel.url
    if channel.kind == "apprise":
        return Service(address)
    return Webhook(reach(), address, _secret(channel.secret, environment) if channel.secret else "", now)


def missing(channels: Sequence[Channel], environment: Mapping[str, str]) -> list[str]:
    """Return a sentence for each channel whose secrets cannot be had."""
    return [
        f"alerts: {channel.id}: {why}"
        for channel in channels
        for secret in (channel.address, channel.secret)
        if secret and (why := _lacks(secret, environment))
    ]


def _lacks(secret: Secret, environment: Mapping[str, str]) -> str:
    try:
        _secret(secret, environment)
    except NotifyError as error:
        return str(error)
    return ""


def _secret(secret: Secret, environment: Mapping[str, str]) -> str:
    try:
        found = environment.get(secret.env, "") if secret.env else Path(secret.file).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError):
        raise NotifyError(f"{secret.place} cannot be read") from None
    if not found.strip():
        raise NotifyError(f"{secret.place} is {'not set' if secret.env else 'empty'}")
    return found.strip()


def again(alert: Alert, now: datetime, asked: timedelta | None = None) -> datetime:
    """Return when *alert*, which was just not taken at *now*, is tried next: later each time, and not all at once."""
    wait = min(LONGEST, FIRST * (1 << min(alert.attempts, 20)))
    # Not random: the same store says the same. A quarter more at most.
    chance = sha256(f"{alert.id} {alert.attempts}".encode()).digest()[0] / 255
    return now + max(wait * (1 + chance / 4), min(asked or FIRST, PATIENCE))


@dataclass(slots=True)
class Deliveries:
    """Delivers what is due on every channel of ``settings``; ``write`` is that of the rounds."""

    settings: Settings
    store: Store
    write: Writes
    reach: Callable[[FetchSettings], Asks]
    environment: Mapping[str, str]
    clock: Callable[[], datetime]
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    # A way out for each channel: one that hangs must not have the turn at a host that another channel, or a feed, is on.
    # None of them has to be closed, since a POST leaves no connection behind.
    _ways: dict[str, tuple[FetchSettings, Asks]] = field(default_factory=dict)

    def begin(self) -> list[asyncio.Task[None]]:
        """Start a task for each channel that has none under way; return those started."""
        self._busy = {name: task for name, task in self._busy.items() if not task.done()}
        idle = [c for c in self.settings.channels if c.id not in self._busy]
        started = {c.id: asyncio.create_task(self._channel(c)) for c in idle}
        self._busy |= started
        return list(started.values())

    async def waits(self, channel: Channel) -> bool:
        """Return whether there is something for *channel* now."""
        now = self.clock()
        if hours.is_quiet(channel, now):
            return False
        waiting = await self._waiting(channel)
        if _due(waiting, now):
            return True
        if _failing(waiting):
            return False
        return await self.write(self.store.untold, channel.id, hours.gathered(channel, now))

    async def on(self, id: str) -> None:
        """Deliver what is due now on the channel called *id*, if there is one."""
        for channel in self.settings.channels:
            if channel.id == id:
                await self._channel(channel)

    async def once(self, limit: float) -> None:
        """Deliver what is due now, for so many seconds at most; what is left waits in the store."""
        tasks = self.begin()
        if not tasks:
            return
        try:
            await asyncio.wait(tasks, timeout=limit)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _channel(self, channel: Channel) -> None:
        for sent in range(AT_ONCE):
            now = self.clock()
            if hours.is_quiet(channel, now):
                return
            alert = await self._next(channel, now, alive=sent > 0)
            if alert is None or not await self._try(channel, alert):
                return

    async def _next(self, channel: Channel, now: datetime, *, alive: bool) -> Alert | None:
        """Return the alert to be tried now: one sealed before, at once where the channel is *alive*, else one of what has not been told."""
        waiting = await self._waiting(channel)
        if due := waiting[0] if alive and waiting else _due(waiting, now):
            return due
        if _failing(waiting):
            return None
        made = await self.write(self.store.seal, channel.id, self._sealing(channel, now), hours.gathered(channel, now))
        return _due(await self._waiting(channel), now) if made else None

    def _waiting(self, channel: Channel) -> Awaitable[Sequence[Alert]]:
        return self.write(self.store.alerts, AlertState.WAITING, channel=channel.id)

    def _sealing(self, channel: Channel, now: datetime) -> noticing.Seals:
        # Only where there is something to tell: it is made of all topics and feeds, and every channel asks.
        return lambda pending: noticing.next_of(desk(self.settings), channel, now)(pending)

    async def _try(self, channel: Channel, alert: Alert) -> bool:
        """Try to deliver *alert*, keep what came of it, and return whether it was taken."""
        failed = await self._failed(channel, alert)
        now = self.clock()
        if failed is None:
            await self.write(self.store.tried, alert.id, AlertState.SENT, now)
            log.info("alert sent", id=alert.id, channel=channel.id)
            return True
        dead = failed.final or alert.attempts + 1 >= TRIES
        state = AlertState.DEAD if dead else AlertState.WAITING
        later = None if dead else again(alert, now, failed.retry_after)
        await self.write(self.store.tried, alert.id, state, now, str(failed), later)
        log.warning("alert given up" if dead else "alert not sent", id=alert.id, channel=channel.id, reason=str(failed))
        return False

    async def _failed(self, channel: Channel, alert: Alert) -> NotifyError | None:
        """Send *alert*; return why it was not taken, or None."""
        try:
            way = sender(channel, partial(self._way, channel), self.environment, self.clock)
            await asyncio.wait_for(way.send(alert), LIMIT)
        except NotifyError as error:
            return error
        except TimeoutError:
            return NotifyError(f"{LIMIT:g} s were over")
        except Exception as bug:  # noqa: BLE001 its words may hold a secret: only its name is told, and the others go on
            return NotifyError(f"bug: {type(bug).__name__}")
        return None

    def _way(self, channel: Channel) -> Asks:
        known = self._ways.get(channel.id)
        if known is None or known[0] != self.settings.fetch:
            known = self._ways[channel.id] = (self.settings.fetch, self.reach(self.settings.fetch))
        return known[1]


def _failing(waiting: Sequence[Alert]) -> bool:
    """Return whether so many wait already that no more are to be sealed."""
    return sum(a.attempts > 0 for a in waiting) >= FAILING


def _due(waiting: Sequence[Alert], now: datetime) -> Alert | None:
    """Return the first alert whose time has come; one put off for longer than ever was put off by a clock that was wrong."""
    far = now + 2 * PATIENCE
    return next((a for a in waiting if a.not_before is None or a.not_before <= now or a.not_before > far), None)
