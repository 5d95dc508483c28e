"""One happening as one group of clauses tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import DateSpan, Kind, Phase, Polarity, Precision, When

Clauses = Sequence[tuple[int, int]]
"""The spans of a sentence's clauses, in order."""


@dataclass(frozen=True, slots=True)
class Telling:
    """
    One happening as one group of clauses tells it.

    ``start`` and ``end`` span the group, ``word`` the telling word, ``clause`` its clause. ``told`` is false
    where nothing but the word itself says so (no aspect, date or rumour): weak words then do not count.
    """

    start: int
    end: int
    clause: tuple[int, int]
    word: tuple[int, int]
    kind: Kind
    phase: Phase
    polarity: Polarity
    strength: int
    dates: tuple[DateSpan, ...]
    rules: tuple[tuple[str, str], ...]
    sure: bool = False
    fresh: bool = True  # not 已 or 曾: may take its day from the sentence before
    former: bool = False  # a plan that no longer holds
    moved: bool = False  # put off to its date, which then lies ahead
    recalled: bool = False  # beside what the sentence is about
    brought: bool = False  # planned by a word that may only bring the object forward (将总部迁往平州): a past day says that it is done
    # Planned only as it stands behind a plan or a delay: a day that has surely come says that it is done.
    goes_on: bool = False
    answers: bool = False  # says that something did not end: it tells only where somebody had said so
    noun: bool = False  # part of a noun (收购乙股权的议案): it tells only where nothing else does


def lies_in(day: When, longer: When) -> bool:
    """Return whether *day* is one, and lies in a *longer* time."""
    if (
        day.precision is not Precision.DAY
        or longer.precision is Precision.DAY
        or not (longer.earliest and longer.latest)
    ):
        return False
    return day.earliest is not None and longer.earliest <= day.earliest <= longer.latest
