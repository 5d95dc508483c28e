"""Reports and coverage month by month: what is seen at a glance and read with difficulty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.model import Event, FeedCoverage, Quote, Timeline

MOST = 36  # months: one is a finger wide on paper, and a few dots on a phone
YEAR = 12  # months at least, so that few bars do not look like many
FEWEST = 3  # months with reports, below which a sentence says as much


@dataclass(frozen=True, slots=True)
class Month:
    """
    A month: how many articles told of an event, and what share of the sources' time we could see.

    ``height`` is the share of the busiest month; ``seen`` is None where nobody looked yet.
    """

    first: date
    reports: int
    height: float
    seen: float | None

    @property
    def name(self) -> str:
        """The month as it is written."""
        return f"{self.first:%Y-%m}"


def reports(events: Sequence[Event]) -> Counter[date]:
    """Return how many articles came out in each month."""
    articles = {e.article: e.published.day for event in events for e in event.evidence if isinstance(e, Quote)}
    return Counter(day.replace(day=1) for day in articles.values() if day)


def months(told: Timeline, counts: Counter[date], looked_since: datetime | None) -> tuple[Month, ...]:
    """Return the last months of *told*, none where too few have reports."""
    if told.as_of is None or len(counts) < FEWEST:
        return ()
    last = told.as_of.date().replace(day=1)
    found = [m for m in _until(last)[:-YEAR] if m >= min(counts)] + _until(last)[-YEAR:]
    most = max(counts[m] for m in found)
    if not most:
        return ()
    end = told.as_of
    return tuple(Month(m, counts[m], counts[m] / most, _seen(told.coverage.feeds, m, looked_since, end)) for m in found)


def _until(last: date) -> list[date]:
    number = last.year * 12 + last.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MOST + 1, number + 1)]


def _seen(feeds: Sequence[FeedCoverage], month: date, since: datetime | None, end: datetime) -> float | None:
    """Return the share of the feeds' time in *month* that was not blind, counted from when we began to look."""
    begins = datetime(month.year, month.month, 1, tzinfo=UTC)
    ends = min((begins + timedelta(days=32)).replace(day=1), end)
    begins = max(begins, since) if since else ends
    if begins >= ends or not feeds:
        return None
    whole = (ends - begins).total_seconds() * len(feeds)
    return 1 - sum(_within(a, b or end, begins, ends) for f in feeds for a, b in f.blind) / whole


def _within(first: datetime, last: datetime, begins: datetime, ends: datetime) -> float:
    return max((min(last, ends) - max(first, begins)).total_seconds(), 0)
