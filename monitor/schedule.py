"""
When each feed is asked next: a pure function of its declaration, what is remembered of it, and an outcome.

    succeeded(status, feed, now, ...)   a 200 or 304 that could be read       -> the status to remember
    failed(status, feed, now, error)    anything else                         -> the status to remember
    deferred(status, now, error)        nothing was asked: the host rests     -> the status to remember
    held(statuses, feeds, hosts, now)   hosts that nothing could connect to   -> the statuses that change
    unseen(status, feed, now)           the time that nobody looked           -> since when
    due(statuses, now)                  -> the statuses to ask now, longest overdue first

``every`` is the shortest interval and ``every_max`` the longest. In between, the longest of these decides:

    freshness      Cache-Control max-age less Age (RFC 9111, 4.2), else Expires less Date (RFC 9111, 5.3)
    the feed       RSS ttl, sy:updatePeriod; skipHours and skipDays move the poll past what they name (RSS 2.0)
    the rhythm     a tenth of the time since the feed last brought something new: the fraction that RFC 9111, 4.2.2
                   takes for pages that do not say how long they are fresh
    no validators  the same body again, in full: the interval doubles, unless ``every`` is declared

Jitter is drawn from the address and the time, so it is the same wherever it is computed. It only lengthens, by a
tenth at most, and never beyond ``every_max``. A failure backs off from ``every`` by doubling. Only Retry-After may
go beyond ``every_max``, up to 7 days. The clock is an argument; everything else is in the status.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from monitor import rhythm
from monitor.errors import FetchError, Gone, ParseError, RateLimited, Resting
from monitor.model import Feed, FeedState, FeedStatus, Hints, Validators

Headers = Iterable[tuple[str, str]]

JITTER = 0.1  # docs: "jitter only lengthens, by 10 % at most"
RHYTHM = 0.1  # RFC 9111, 4.2.2: "a typical setting of this fraction might be 10%"
LONGEST_PAUSE = timedelta(days=7)  # what Retry-After may ask for
MOVED_AFTER = 3  # sights of one permanent redirect before it is believed: one may be a captive portal
LONGEST_REASON = 1_000  # characters: a server's own words may be among them, and they are kept with every poll
HOME_AFTER = 3  # failures in a row at an adopted address before the declared one is asked again

_HOUR = timedelta(hours=1)
_PAST_THE_HOUR = timedelta(minutes=6)  # jitter after a skipped hour, small enough to stay in the hour allowed


# --------------------------------------------------------------------------- outcomes


@dataclass(frozen=True, slots=True)
class Sight:
    """
    What an answer showed that could be read.

    ``hints`` is None when the body was not read (304, or the same bytes again): what the last one said and showed
    holds. ``body_sha256`` is of the last body seen; ``validators`` are those to send next time. ``listed`` counts
    the entries of the body, ``signs`` are the publication instants of the new ones, ``blocked`` says why the body is
    not the feed's own.
    """

    headers: Headers
    hints: Hints | None
    new_entries: int
    body_sha256: str
    validators: Validators
    moved_to: str = ""
    listed: int = 0
    signs: Sequence[datetime] = ()
    blocked: str = ""


def succeeded(status: FeedStatus, feed: Feed, now: datetime, sight: Sight) -> FeedStatus:
    """Return *status* after an answer that could be read."""
    hints = status.hints if sight.hints is None else sight.hints
    last_new = now if sight.new_entries or status.last_new is None else status.last_new
    interval = _interval(status, feed, now, sight, now - last_new)
    life = rhythm.learned(status, feed, now, sight.new_entries, sight.signs)
    after = _changed(
        _moved(status, feed, sight.moved_to),
        failures=0,
        last_poll=now,
        last_ok=now,
        next_poll=_skip(now, _with_jitter(now, interval, feed), hints, feed),
        not_before=None,
        validators=sight.validators,
        body_sha256=sight.body_sha256,
        interval=interval,
        unchanged=0 if sight.new_entries else status.unchanged + 1,
        newest=max(filter(None, (status.newest, *sight.signs)), default=None),
        hints=hints,
        last_new=last_new,
        shown=_shown(status, sight),
        listed=sight.listed or status.listed,
        refilled=status.refilled or (status.shown is FeedState.EMPTIED and sight.listed > 0),
        alive=life.alive,
        watched=life.watched,
        silences=life.silences,
        gaps=life.gaps,
    )
    state, why = _health(after, feed, now, sight.blocked)
    begins = state is FeedState.FROZEN and (after.alarmed is None or (after.alive or now) > after.alarmed)
    since = _since(status, state, now)
    if (state, why, since) == (after.state, after.error, after.since) and not begins:
        return after
    return _changed(after, state=state, error=why, since=since, alarmed=now if begins else after.alarmed)


_FIELDS = tuple(f.name for f in fields(FeedStatus))
_values = attrgetter(*_FIELDS)


def _changed(status: FeedStatus, **told: Any) -> FeedStatus:
    """Return what :func:`dataclasses.replace` does, at two thirds of its time: every poll takes it."""
    return FeedStatus(**dict(zip(_FIELDS, _values(status), strict=True)) | told)


def _interval(status: FeedStatus, feed: Feed, now: datetime, sight: Sight, silence: timedelta) -> timedelta:
    """Return the longest interval that anybody wishes for, within ``every`` and ``every_max``."""
    hints = status.hints if sight.hints is None else sight.hints
    same = bool(sight.body_sha256) and sight.body_sha256 == status.body_sha256 and not sight.validators
    wishes = (
        feed.every,
        freshness(sight.headers, now),
        hints.ttl or timedelta(0),
        silence * RHYTHM,
        2 * (status.interval or feed.every) if same and not feed.every_declared else timedelta(0),
    )
    return min(max(wishes), _cap(feed))


def failed(
    status: FeedStatus, feed: Feed, now: datetime, error: FetchError | ParseError, *, blocked: bool = False
) -> FeedStatus:
    """
    Return *status* after a failure: it doubles its distance from ``every`` up to ``every_max``.

    Validators, hints and rhythm stay those of the last good answer. 410 stops the feed for good, where it is the
    declared address that says so: an adopted one is given up, and the declared one asked again. *blocked* says that
    the server answered well, but with a page where the feed was.
    """
    failures = status.failures + 1
    gone, home = isinstance(error, Gone), status.url_now == status.url
    state = FeedState.STOPPED if gone and home else FeedState.BLOCKED if blocked else FeedState.FAILING
    wait = min(max(feed.every * 2 ** min(failures - 1, 20), status.interval or feed.every), _cap(feed))
    not_before = _not_before(status, now, error)
    next_poll = max(now + _with_jitter(now, wait, feed), not_before or now)
    return replace(
        status,
        url_now=status.url if gone or failures >= HOME_AFTER else status.url_now,
        state=state,
        error=str(error)[:LONGEST_REASON],
        since=_since(status, state, now),
        failures=failures,
        last_poll=now,
        next_poll=None if state is FeedState.STOPPED else next_poll,
        not_before=not_before,
    )


def deferred(status: FeedStatus, now: datetime, error: Resting) -> FeedStatus:
    """Return *status* where the host still rests: asked again when it has, and otherwise as it was."""
    return replace(status, next_poll=now + min(error.retry_after, LONGEST_PAUSE))


def held(
    statuses: Iterable[FeedStatus], feeds: Mapping[str, Feed], hosts: Collection[str], now: datetime
) -> Sequence[FeedStatus]:
    """
    Return the statuses to change because nothing on *hosts* could be connected to: all feeds there wait as long as
    the one that waits longest, so that a dead host is asked by one feed's rhythm and not by the sum of them.

    Nothing is moved to an earlier time, nor beyond its own ``every_max``; what a server named with Retry-After is
    for the feed that it told.
    """
    rows = [s for s in statuses if s.state is not FeedState.STOPPED and host(s.url_now) in hosts and s.url in feeds]
    until: dict[str, datetime] = {}
    for row in rows:
        told = row.not_before is not None and row.not_before > now
        if row.state is FeedState.FAILING and row.next_poll and not told:
            until[host(row.url_now)] = max(row.next_poll, until.get(host(row.url_now), now))
    moved = []
    for row in rows:
        at = min(until.get(host(row.url_now), now), (row.last_poll or now) + _cap(feeds[row.url]))
        if at > (row.next_poll or now):
            moved.append(replace(row, next_poll=at))
    return moved


def unseen(status: FeedStatus, feed: Feed, now: datetime) -> datetime | None:
    """Return since when *feed* should have been asked, where it is *now* late by more than an interval; else None."""
    if status.next_poll is None or status.last_poll is None:
        return None
    late = now - status.next_poll > (status.interval or feed.every)
    return status.next_poll if late else None


@lru_cache(maxsize=4096)
def host(url: str) -> str:
    """Return the host of *url* in small letters, with its port where one is written."""
    if found := _HOST.match(url):
        return found[1]
    return urlsplit(url).netloc.rpartition("@")[2].lower()


_HOST = re.compile(r"https?://([a-z0-9.:-]+)(?:/|$)")  # as in nearly all, at a twentieth of the time


# --------------------------------------------------------------------------- health


def _shown(status: FeedStatus, sight: Sight) -> FeedState:
    """Return what a body shows: emptied, where there were entries and it is not known to come and go."""
    if sight.blocked:
        return FeedState.BLOCKED
    if sight.hints is None:
        return status.shown
    return FeedState.EMPTIED if not sight.listed and status.listed and not status.refilled else FeedState.OK


def _health(status: FeedStatus, feed: Feed, now: datetime, blocked: str) -> tuple[FeedState, str]:
    """Return how a feed is whose answer could be read, and why."""
    if status.shown is FeedState.BLOCKED:
        return FeedState.BLOCKED, blocked or (
            status.error if status.state is FeedState.BLOCKED else "the same body again"
        )
    if status.shown is FeedState.EMPTIED:
        return FeedState.EMPTIED, f"no entries, where there were {status.listed}"
    why = rhythm.frozen(status, feed, now)
    return (FeedState.FROZEN, why) if why else (FeedState.OK, "")


def _since(status: FeedStatus, state: FeedState, now: datetime) -> datetime:
    return status.since if status.state is state and status.since else now


# --------------------------------------------------------------------------- due


def due(statuses: Iterable[FeedStatus], now: datetime, all: bool = False) -> Sequence[FeedStatus]:
    """
    Return those of *statuses* whose time has come, longest overdue first, new ones before.

    *all* ignores the interval; a stopped feed and Retry-After stand all the same.
    """
    ready = [
        s
        for s in statuses
        if s.state is not FeedState.STOPPED
        and _reached(s.not_before, s.last_poll, now)
        and (all or _reached(s.next_poll, s.last_poll, now))
    ]
    return sorted(ready, key=lambda s: (s.next_poll is not None, s.next_poll))


def overdue(ready: Iterable[FeedStatus], now: datetime) -> float:
    """Return the seconds since that of the *ready* feeds was due which waits longest; 0 where none waits."""
    return max(((now - s.next_poll).total_seconds() for s in ready if s.next_poll and s.next_poll <= now), default=0.0)


def _reached(at: datetime | None, since: datetime | None, now: datetime) -> bool:
    """
    Return whether the wait from *since* to *at* is over.

    A clock that was ahead and has been put right leaves rows from the future: once the clock stands further before
    *since* than the whole wait was long, the row is taken as due, or the feed would be lost until that future comes.
    """
    if at is None or now >= at:
        return True
    return since is not None and since - now > at - since


# --------------------------------------------------------------------------- addresses


def _moved(status: FeedStatus, feed: Feed, moved_to: str) -> FeedStatus:
    # An address with placeholders in it leads somewhere else every day: there is nothing to adopt.
    if not moved_to or "{" in feed.url:
        return replace(status, moved_to="", moved_seen=0) if status.moved_seen else status
    seen = status.moved_seen + 1 if moved_to == status.moved_to else 1
    if seen >= MOVED_AFTER:
        return replace(status, url_now=moved_to, moved_to="", moved_seen=0)
    return replace(status, moved_to=moved_to, moved_seen=seen)


# --------------------------------------------------------------------------- intervals


def _cap(feed: Feed) -> timedelta:
    return max(feed.every_max, feed.every)


def _with_jitter(now: datetime, interval: timedelta, feed: Feed) -> timedelta:
    """Return *interval* and up to a tenth more, so that feeds declared together do not stay together."""
    digest = hashlib.sha256(f"{feed.url} {now.isoformat()}".encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return max(interval, min(interval * (1 + JITTER * share), _cap(feed)))


def _skip(now: datetime, wait: timedelta, hints: Hints, feed: Feed) -> datetime:
    """Return ``now + wait``, or the first hour after it that *hints* does not skip, but not beyond ``every_max``."""
    at = now + wait
    last = now + _cap(feed)
    if _allowed(at, hints):
        return at
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour <= at or not _allowed(hour, hints):
        hour += _HOUR
        if hour > last:
            return last
    return min(hour + wait % _PAST_THE_HOUR, last)


def _allowed(at: datetime, hints: Hints) -> bool:
    # RSS 2.0 counts skipHours in GMT and says nothing of skipDays; GMT it is for both.
    at = at.astimezone(UTC)
    return at.hour not in hints.skip_hours and at.weekday() not in hints.skip_days


def _not_before(status: FeedStatus, now: datetime, error: FetchError | ParseError) -> datetime | None:
    if isinstance(error, RateLimited):
        return now + min(max(error.retry_after, timedelta(0)), LONGEST_PAUSE)
    return status.not_before if status.not_before and status.not_before > now else None


# --------------------------------------------------------------------------- what the server says

_MAX_AGE = re.compile(r'max-age\s*=\s*"?([0-9]+)', re.ASCII)
_FOREVER = 2**31  # RFC 9111, 1.2.2: what a number too large to hold is taken for


def freshness(headers: Headers, now: datetime) -> timedelta:
    """Return how long the answer with these *headers* (names in small letters) stays fresh, from *now*; 0 if unsaid."""
    said: dict[str, str] = {}
    for name, value in headers:
        said[name] = f"{said[name]}, {value}" if name in said else value
    control = said.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return timedelta(0)
    if found := _MAX_AGE.search(control):
        return max(timedelta(0), _seconds(found[1]) - _seconds(said.get("age", "")))
    return _until(said.get("expires", ""), said.get("date", ""), now)


def _seconds(digits: str) -> timedelta:
    digits = digits.strip()
    if not (digits.isascii() and digits.isdigit()):
        return timedelta(0)
    return timedelta(seconds=min(int(digits[:20]), _FOREVER))


def _until(expires: str, date: str, now: datetime) -> timedelta:
    """Return the time from the server's own *date* to *expires*, so that a clock that is wrong does no harm."""
    end = _instant(expires)
    return max(timedelta(0), end - (_instant(date) or now)) if end else timedelta(0)


def _instant(value: str) -> datetime | None:
    """Return the instant of an HTTP date, or None: an Expires that is no date means already stale (RFC 9111, 5.3)."""
    try:
        parsed = parsedate_to_datetime(value[:64])
    except (ValueError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
