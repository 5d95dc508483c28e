"""
How long a feed may be silent before silence is a sign: its rhythm, learned or declared.

    learned(status, feed, now, ...)   the last sign of life and the longest silences of late    -> what to remember
    period(status, feed, now)         the longest silence to be expected: as declared, else as learned
    frozen(status, feed, now)         why the feed is taken to have stopped, or ""

A source is known by its longest silence of the last weeks: nights, weekends and holidays are in it, however uneven
the days between. A feed silent for 1.6 times as long is called frozen; or for longer than that silence at all, where
the next poll would come after twice its length. Asked after a tenth of the silence at the latest (see ``schedule``),
that is found within two such periods. Every false alarm ends in a silence that is now the longest, so that the next
one needs a silence 1.6 times as long again. And who was called frozen and lived is not called so again within a month.

A declared rhythm (``feeds[].rhythm``) stands in the place of the longest silence, from the first poll on: there the
silence counts from the newest date in the first body. The month does not hold for it: what a person expects is no
guess of ours, and a silence beyond it is told each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Feed, FeedStatus, Gap

PATIENCE = 1.6  # with polls a tenth of the silence and jitter a tenth of that apart: 1.6 * 1.1 * 1.1 < 2
MEMORY = timedelta(days=42)  # six weekends; a silence longer than ten days is remembered for four times its length
LEARNED_IN = timedelta(days=28)  # a feed known for less has not shown four weekends yet
WEEKEND = timedelta(days=4)  # so this is taken for its longest silence at least: nothing on a Friday or Monday either
REGULAR = 2.0  # unless its longest silence is less than so many times the mean of at least SAMPLE
SAMPLE = 4
A_WEEKEND_SEEN = timedelta(days=8)  # and a weekend was among them
LONGEST_LISTED = timedelta(days=14)  # between entries of one body: more may be one pinned on top for years
MONTH = timedelta(days=30)  # one false alarm in it at most
LONGEST_LEARNED = timedelta(days=800)  # two years and more tell of a clock that was wrong, not of a source
MOST = 24  # silences remembered


@dataclass(frozen=True, slots=True)
class Life:
    """What is remembered: fields of :class:`FeedStatus`."""

    alive: datetime | None
    watched: datetime | None
    silences: int
    gaps: tuple[Gap, ...]

    def then(self, signs: Sequence[datetime]) -> Life:
        """Return what is remembered after *signs* of life, in order, each later than what is known."""
        alive, silences = self.alive, self.silences
        gaps = [(g.ended, g.length) for g in self.gaps]
        for at in signs:
            assert alive is not None
            length, alive = at - alive, at
            if length > LONGEST_LEARNED:
                continue
            kept = [gap for gap in gaps if gap[1] > length and at - gap[0] <= max(MEMORY, 4 * gap[1])]
            gaps = [*kept, (at, length)][:MOST]
            silences += 1
        return Life(alive, self.watched, silences, tuple(Gap(*gap) for gap in gaps))


def learned(status: FeedStatus, feed: Feed, now: datetime, new: int, signs: Sequence[datetime]) -> Life:
    """
    Return the last sign of life and the longest silences of late, after a poll that brought *new* entries.

    *signs* are their publication instants, as far as they are known.
    """
    # A clock that was ahead and has been put right: what lies in the future was not lived through.
    alive = min(status.alive, now) if status.alive else None
    life = Life(alive, status.watched, status.silences, tuple(g for g in status.gaps if g.ended <= now))
    if not new:
        return life
    dated = sorted({at for at in signs if at <= now})
    if life.alive is None:
        return _first(dated, now, declared=feed.rhythm is not None)
    if life.alive == life.watched:  # nobody saw when that silence began
        return Life(now, now - timedelta(microseconds=1), 0, ())
    later = [at for at in dated if at > life.alive]
    life = life.then(later or [_seen_by(status, now)])
    # Undated or dated back, entries that were not there before are life all the same.
    return life if later else replace(life, alive=now)


def _first(dated: Sequence[datetime], now: datetime, *, declared: bool) -> Life:
    """
    Learn from the first body what its dates tell.

    Silence counts from now, since nobody watched before; from its newest date where it is known what to expect.
    """
    first = _first_of_last_run(dated)
    life = Life(dated[first], dated[first], 0, ()).then(dated[first + 1 :]) if dated else Life(None, now, 0, ())
    alive = dated[-1] if declared and dated else now
    return Life(alive, life.watched if life.silences else alive, life.silences, life.gaps)


def _first_of_last_run(dated: Sequence[datetime]) -> int:
    """Return which of *dated* is the first that no gap beyond LONGEST_LISTED parts from the last."""
    breaks = (i for i in range(len(dated) - 1, 0, -1) if dated[i] - dated[i - 1] > LONGEST_LISTED)
    return next(breaks, 0)


def _seen_by(status: FeedStatus, now: datetime) -> datetime:
    """Return when an undated entry was there at the latest had we looked in time: our own absence is no silence."""
    assert status.alive is not None
    last, interval = status.last_ok, status.interval
    expected = last + interval * 1.1 if last and interval else now
    return max(min(now, expected), status.alive)


def period(status: FeedStatus, feed: Feed, now: datetime) -> timedelta | None:
    """Return the longest silence to be expected; None while the rhythm is neither declared nor known."""
    if feed.rhythm is not None:
        return feed.rhythm
    if not status.gaps or status.watched is None or status.alive is None:
        return None
    longest = max(g.length for g in status.gaps)
    known = status.alive - status.watched
    enough = status.silences >= SAMPLE and known >= A_WEEKEND_SEEN
    regular = enough and longest < REGULAR * known / status.silences
    young = now - status.watched < LEARNED_IN and not regular
    return max(longest, feed.every, WEEKEND if young else timedelta(0))


def frozen(status: FeedStatus, feed: Feed, now: datetime) -> str:
    """Return why *feed* is taken to have stopped, or ""."""
    usual = period(status, feed, now)
    if usual is None or status.alive is None or not _overdue(status, status.alive, usual, now):
        return ""
    if feed.rhythm is None and _alarmed_of_late(status, status.alive, now):
        return ""
    why = f"something new is expected every {words(usual)}" if feed.rhythm else _longest(usual)
    return f"nothing new since {status.alive:%Y-%m-%d %H:%M}Z; {why}"


def _overdue(status: FeedStatus, alive: datetime, usual: timedelta, now: datetime) -> bool:
    """Return whether the silence is too long, or would be when the feed is asked next."""
    last_chance = status.next_poll is not None and status.next_poll - alive > 2 * usual
    return now - alive > (usual if last_chance else usual * PATIENCE)


def _alarmed_of_late(status: FeedStatus, alive: datetime, now: datetime) -> bool:
    return status.alarmed is not None and status.alarmed < alive and now - status.alarmed < MONTH


def _longest(usual: timedelta) -> str:
    return f"its longest silence of late was {words(usual)}"


def words(length: timedelta) -> str:
    """Return *length* for a person."""
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
