"""The entries of one body, screened one after the other, with a common bound on what that costs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from monitor.match.matcher import Matcher
from monitor.model import Verdict

__all__ = ["MOST_NAMES", "Screener"]

MOST_NAMES = 20_000
"""
Names weighed in one body: two for each of 10,000 entries. Weighing one costs 40 µs, in Latin letters three times that, so
all cost two seconds at most; 10,000 summaries of nothing but names would cost ten minutes and more.
"""


class Screener:
    """Judges for *topics* (all when empty) as :meth:`Matcher.told` does, until the names are used up; then whatever has a name is worth reading."""

    def __init__(self, matcher: Matcher, topics: Collection[str] = ()) -> None:
        self._matcher = matcher
        self._among = matcher.among(topics)
        self._left = MOST_NAMES

    def __call__(self, title: str, summary: str, published: date | None) -> tuple[Verdict, ...]:
        """Return the verdicts of those topics that are named, most often none."""
        if self._left < 0:
            return self._matcher.unweighed(title, summary, self._among)
        cost = self._matcher.cost(title, summary)
        self._left -= cost
        return self._matcher.told(title, summary, self._among, published) if cost else ()
