"""
How long a feed may be silent before silence is a sign: its rhythm, learned or declared.

    learned(status, now, ...)   the last sign of life and the longest silences of late    -> what to remember
    frozen(status, feed, now)   why the feed is taken to have stopped, or ""

A source is known by its longest silence of the last weeks: nights, weekends and holidays are in it, however uneven
the days between. A feed silent for 1.6 times as long is called frozen. Asked after a tenth of the silence at the
latest (see ``schedule``), that is found within two such periods. Every false alarm ends in a silence that is now the longest, so
that the next one needs a silence 1.6 times as long again: two in a month would need a source that slows down
that fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model import Feed, FeedStatus, Gap

PATIENCE = 1.6  # with polls a tenth of the silence and jitter a tenth of that apart: 1.6 * 1.1 * 1.1 < 2
MEMORY = timedelta(days=42)  # six weekends; a silence longer than ten days is remembered for four times its length
LEARNED_IN = timedelta(days=14)  # a feed known for less has not shown two weekends yet
WEEKEND = timedelta(days=3)  # so this is taken for its longest silence at least: Friday evening to Monday evening
LONGEST_LISTED = timedelta(days=14)  # between entries of one body: more may be one pinned on top for years
MOST = 24  # silences remembered


def learned(
    status: FeedStatus, now: datetime, new: int, signs: Sequence[datetime]
) -> tuple[datetime | None, datetime | None, tuple[Gap, ...]]:
    """
    Return the last sign of life, since when the rhythm is known, and the longest silences of late.

    *signs* are the publication instants of the *new* entries, as far as they are known.
    """
    if not new:
        return status.alive, status.watched, status.gaps
    dated = sorted({at for at in signs if at <= now})
    if status.alive is None:
        return _first(dated, now)
    later = [at for at in dated if at > status.alive] or [_seen_by(status, now)]
    gaps = status.gaps
    for before, after in pairwise([status.alive, *later]):
        gaps = _remembered(gaps, Gap(after, after - before))
    # Undated or dated back, entries that were not there before are life all the same.
    alive = later[-1] if dated and dated[-1] > status.alive else now
    return alive, status.watched, gaps


def _first(dated: Sequence[datetime], now: datetime) -> tuple[datetime, datetime, tuple[Gap, ...]]:
    """Learn from the first body what its dates tell; silence counts from now, since nobody watched before."""
    gaps: tuple[Gap, ...] = ()
    watched = now
    for before, after in pairwise(dated):
        if after - before > LONGEST_LISTED:
            gaps, watched = (), now
            continue
        gaps, watched = _remembered(gaps, Gap(after, after - before)), min(watched, before)
    return now, watched, gaps


def _seen_by(status: FeedStatus, now: datetime) -> datetime:
    """Return when an undated entry was there at the latest had we looked in time: our own absence is no silence."""
    assert status.alive is not None
    last, interval = status.last_ok, status.interval
    expected = last + interval * 1.1 if last and interval else now
    return max(min(now, expected), status.alive)


def _remembered(gaps: tuple[Gap, ...], gap: Gap) -> tuple[Gap, ...]:
    """Return *gaps* with *gap*, without those that it outlasts and those long past."""
    kept = [g for g in gaps if g.length > gap.length and gap.ended - g.ended <= max(MEMORY, 4 * g.length)]
    return (*kept, gap)[:MOST]


def period(status: FeedStatus, feed: Feed, now: datetime) -> timedelta | None:
    """Return the longest silence to be expected; None while the rhythm is not known."""
    if not status.gaps or status.watched is None:
        return None
    longest = max(g.length for g in status.gaps)
    young = now - status.watched < LEARNED_IN
    return max(longest, feed.every, WEEKEND if young else timedelta(0))


def frozen(status: FeedStatus, feed: Feed, now: datetime) -> str:
    """Return why *feed* is taken to have stopped, or ""."""
    usual = period(status, feed, now)
    if usual is None or status.alive is None or now - status.alive <= usual * PATIENCE:
        return ""
    return f"nothing new since {status.alive:%Y-%m-%d %H:%M}Z; its longest silence of late was {_words(usual)}"


def _words(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
