"""
One clause that tells several steps, each with its date: 2022年3月签约、2023年5月开工; signed in 2022 and opened in 2024.

Read as one it would tell one of them, with the date of another. So it is cut into a clause for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.telling import Clauses
from monitor.model import DateSpan, Precision

ONE = frozenset({"notyet", "never", "maybe", "former", "moved", "cancel"})
"""Marks that bear on all steps of their clause, which then stays whole: 未能在5月开工、6月投产."""

BY = 2
"""Characters between a year and its step: 2023年开工; the year of 发布2022年重点项目 is of the projects."""

BESIDE = "、 ;"
"""What stands between two steps and is of neither."""


def steps(
    text: str, clauses: Clauses, hits: Sequence[Hit], dates: Sequence[DateSpan], language: Language
) -> tuple[tuple[int, int], ...]:
    """Return *clauses*, those cut that tell a step for each of their *dates*."""
    parts = (_parts(text, number, span, hits, dates, language) for number, span in enumerate(clauses))
    return tuple(part for found in parts for part in found)


def _parts(
    text: str, number: int, span: tuple[int, int], hits: Sequence[Hit], dates: Sequence[DateSpan], language: Language
) -> Iterator[tuple[int, int]]:
    own = [d for d in dates if span[0] <= d.start and d.end <= span[1]]
    here = [h for h in hits if h.clause == number]
    edges = [] if len(own) < 2 or any(h.term.mark in ONE for h in here) else _edges(text, own, here, language)
    if not edges:
        yield span
    for start, end in pairwise([span[0], *edges, span[1]] if edges else []):
        begin = end - len(text[start:end].lstrip(BESIDE))
        yield begin, begin + len(text[begin:end].rstrip(BESIDE))


def _edges(text: str, dates: Sequence[DateSpan], here: Sequence[Hit], language: Language) -> list[int]:
    """Return where a clause is cut: before its dates if each has a step behind it, behind them if each has one before it."""
    told = [h for h in here if h.kind is not None and h.term.strength > 1]
    ends = [d.start for d in dates[1:]]
    behind = [
        [h for h in told if d.end <= h.start and h.end <= end] for d, end in zip(dates, [*ends, len(text)], strict=True)
    ]
    before = any(h.end <= dates[0].start for h in told)
    if not all(behind[:-1]) or any(_names(text, hits[-1], language) for hits in behind if hits):
        return []
    if behind[-1] and not (before and language.date_behind):
        near = all(hits[0].start - d.end <= BY for d, hits in zip(dates[1:], behind[1:], strict=True) if _is_year(d))
        return ends if near else []
    return [d.end for d in dates[:-1]] if before else []


def _names(text: str, hit: Hit, language: Language) -> bool:
    """Return whether a step only names something: 2019年启用的中心2024年签约, 出席2022年运动会开幕式的来宾."""
    return language.restart.search(text, hit.end, hit.end + 2) is not None


def _is_year(date: DateSpan) -> bool:
    return date.when.precision is Precision.YEAR
