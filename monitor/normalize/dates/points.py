"""
What a date expression says before anybody asks "of which year?", and how the question is answered.

A :class:`Point` keeps what is said apart from what is not: ``unit`` gives the period once year and month are
known. What is missing comes from an earlier date of the text where the words say so (同年, 次日) or the
sentence runs on, else from the reference: the nearest past, or what lies ahead where the words look ahead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor.model import Precision
from monitor.normalize.dates.spans import Period, shift_month

Unit = Callable[[int, int], Period | None]

AHEAD = timedelta(150)
"""
How far into the next year "1月将" reaches: past that a writer says 明年. Within the reference's own year
whatever lies ahead is meant.
"""

SOON = timedelta(20)
"""How far ahead 将于5日 reaches: past that a writer says 下月, and a 将 beside 13日 read on the 15th is of something else."""

NEAR = timedelta(10)
"""How far off a day may lie for its nearness to decide, where the words leave both ways open."""

YEARS = range(100, 3000)
"""Years that a text may name; others are lengths, slips or numbers, and would leave the calendar's arithmetic."""

BACK = 9
"""Years looked back for a day that not every year has: 29 February comes at least every eighth."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a year or month comes from: its ``number``, or a shift ``from`` the reference or the date before."""

    base: str  # "is", "reference", "before", "then" (before, but never the reference's own)
    number: int


class Point(NamedTuple):
    """
    One date expression, ``end`` exclusive; a tuple, as thousands are made and a dataclass costs eight times as much.

    ``year`` and ``month`` None are not said; ``monthly`` asks for the month too (19日). ``seen`` needs the
    reference alone (昨日; the flag is whether the words look ahead), ``follows`` counts days from the date
    before (次日 is 1). ``inherits`` tells whether a neighbour's year may be taken over.
    """

    end: int
    unit: Unit
    year: Said | None = None
    month: Said | None = None
    monthly: bool = False
    seen: Callable[[date, bool], Period | None] | None = None
    follows: int | None = None
    at: Callable[[datetime], Period | None] | None = None  # 两小时前: needs the instant of the reference
    inherits: bool = True
    deadline: bool = False  # 年底前 is a deadline; 3月19日前 is not yet known to be
    later: bool = False  # 三天后: counted from the reference only where nothing nearer stands before it
    onward: bool = False  # 接下来的六个月: goes on with a story where one is told
    lone: bool = False  # 三年内: no date but behind 将, or where it is all that is said
    feast: bool = False  # 国庆节: behind a day and 是 it only names it
    doubtful: bool = False  # 6月: for some months beyond ``soon`` either year may be meant
    weekday: bool = False  # Friday: behind by and until as likely the next as the last
    loose: bool = False  # 3月: with a 前, 后 or 内 behind it as likely a length
    soon: timedelta = timedelta(0)  # how far ahead the nearest still is the one that is meant
    edge: str = ""  # "since", "before" or "after" where the expression itself says so (by 2026)

    @property
    def needs_year(self) -> bool:
        """Whether nothing said or implied gives the year."""
        return self.year is None and self.month is None and not self.seen and self.follows is None and not self.at


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, anchored where it is tried, with bounded repeats only, and the function that reads its groups."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Point | None]


def rule(pattern: str, read: Callable[[re.Match[str]], Point | None]) -> Rule:
    """Return the rule of *pattern*."""
    return Rule(re.compile(pattern), read)


def fixed(period: Period | None) -> Unit:
    """Return the unit of what needs neither year nor month."""
    return lambda _year, _month: period


class Known(NamedTuple):
    """A resolved date: its period, whether the reference was needed, and whether a year was said."""

    period: Period
    referenced: bool
    yearly: bool = False
    told: bool = False  # it begins its clause, and is not what something is compared with


def resolve(point: Point, reference: date | None, before: Known | None, near: bool, ahead: bool) -> Known | None:
    """
    Return what *point* means, or None where that cannot be known.

    *before* is the latest date of the text, *near* whether it stands in the same sentence, *ahead* whether
    the words around look ahead.
    """
    if point.seen is not None:
        period = point.seen(reference, ahead) if reference else None
        return Known(period, True, True) if period else None
    if point.follows is not None:
        return _following(point.follows, before)
    if point.month is not None:
        return _month_said(point, point.month, reference, before)
    if point.year is not None:
        return _year_said(point, point.year, reference, before)
    if near and before and (known := _inherited(point, before)) and not _gone_by(known, before, reference, ahead):
        return _run_on(point, known, before, reference, ahead)
    if reference is None:
        return None
    known = _from_reference(point, reference, before, ahead)
    if known and before and not near and not ahead and _may_run_on(point, known, before, reference):
        return None
    return None if known and near and before and _of_other_year(point, known, before, ahead, reference) else known


def _gone_by(known: Known, before: Known, reference: date | None, ahead: bool) -> bool:
    """Return whether a day to come was read into a month gone by: 4月15日爆发冲突，停火将于29日到期 in May."""
    last = known.period.latest
    return ahead and not before.yearly and reference is not None and last is not None and last < reference


def _run_on(point: Point, known: Known, before: Known, reference: date | None, ahead: bool) -> Known | None:
    if point.monthly and before.period.precision is Precision.MONTH:
        return _of_month(point, known, before, reference)
    # 3月18日会面，25日签约 read on the 20th: the sentence says March, the nearest past is February. Unknown.
    late = point.monthly and not ahead and reference and known.period.earliest and known.period.earliest > reference
    return None if late and before.period.precision is not Precision.WITHIN else known


def _from_reference(point: Point, reference: date, before: Known | None, ahead: bool) -> Known | None:
    """Return the coming one where the words look ahead, or where it is near and nothing speaks against it; else the last."""
    steps = _months if point.monthly else _years
    coming = _ahead(point.unit, steps(reference, True), reference) if ahead or point.soon else None
    gap = coming.earliest - reference if coming and coming.earliest else AHEAD
    if ahead and coming:
        return nearest(point, reference) if point.monthly and gap > SOON else Known(coming, True)
    if point.soon and coming and gap <= point.soon:
        return None if _told_of(before, reference) and gap > timedelta(0) else Known(coming, True)
    if point.soon and point.doubtful and gap < DOUBTFUL:
        return None
    period = _past(point.unit, steps(reference, False), reference)
    return Known(period, True) if period else None


DOUBTFUL = timedelta(125)
"""How far ahead a month without 将 or 去年 may still be the coming one."""


def nearest(point: Point, reference: date) -> Known | None:
    """
    Return the only one of the last and the next that is near: 原定29日 on the 30th, 14日将利率上调 on the 15th.
    """
    steps = _months if point.monthly else _years
    ends = [
        _past(point.unit, steps(reference, False), reference),
        _ahead(point.unit, steps(reference, True), reference),
    ]
    gaps = [abs((p.earliest - reference).days) if p and p.earliest else AHEAD.days for p in ends]
    found = ends[gaps[1] < gaps[0]]
    return Known(found, True) if found and min(gaps) <= NEAR.days and max(gaps) > SOON.days else None


def _of_month(point: Point, known: Known, before: Known, reference: date | None) -> Known | None:
    """
    Return a day behind a month alone: 3月来访，18日签约 is of March, 1月逆差扩大，商务部8日公布 of the day just gone by.
    """
    recent = _past(point.unit, _months(reference, False), reference) if reference else None
    if recent is None or recent == known.period:
        return known
    fresh = reference and recent.earliest and (reference - recent.earliest).days <= FRESH.days
    return Known(recent, True) if fresh and not before.yearly else None


FRESH = timedelta(3)
"""Days for which news names a day by its number alone, whatever month it tells of."""


def _of_other_year(point: Point, known: Known, before: Known, ahead: bool, reference: date) -> bool:
    """Return whether the sentence began with a year that is not that of what is read: 2005年成立，1月27日挂牌."""
    first, year = known.period.earliest, before.period.earliest
    if before.referenced or not before.told or before.period.precision is not Precision.YEAR or point.monthly:
        return False
    if first is None or year is None or (ahead and first > reference):
        return False
    return year.year < first.year


def _may_run_on(point: Point, known: Known, before: Known, reference: date) -> bool:
    """Return whether a day may be of the month of the sentence before: 4月28日开会。29日公告 read in June; not 19日 on the 20th."""
    if not point.monthly or before.period.precision is not Precision.DAY or known.period.earliest is None:
        return False
    other = _inherited(point, before)
    return other is not None and other.period != known.period and (reference - known.period.earliest) > FRESH


def _told_of(before: Known | None, reference: date) -> bool:
    """Return whether a story is being told: a month or a day of an earlier year that the text gave stands before."""
    if before is None or not before.yearly or before.period.latest is None:
        return False
    return before.period.precision in {Precision.DAY, Precision.MONTH} and before.period.latest.year < reference.year


def _following(days: int, before: Known | None) -> Known | None:
    if before is None or before.period.precision is not Precision.DAY or before.period.latest is None:
        return None
    day = before.period.latest + timedelta(days)
    return Known(Period(day, day, Precision.DAY), before.referenced, before.yearly)


def _year_said(point: Point, year: Said, reference: date | None, before: Known | None) -> Known | None:
    if year.base == "is":
        number, referenced = year.number, False
    elif year.base == "reference":
        if reference is None:
            return None
        number, referenced = reference.year + year.number, True
    else:
        if before is None or before.period.earliest is None or not _one_year(before.period):
            return None
        number, referenced = before.period.earliest.year + year.number, before.referenced
        if year.base == "then" and referenced and reference and number == reference.year:
            return None  # the year that runs is called 今年: 当年 is of another story
    period = point.unit(number, 1) if number in YEARS else None
    return Known(period, referenced, True) if period else None


def _one_year(period: Period) -> bool:
    return bool(period.earliest and period.latest and period.earliest.year == period.latest.year)


def _month_said(point: Point, month: Said, reference: date | None, before: Known | None) -> Known | None:
    if month.base == "reference":
        base, referenced = reference, True
    else:
        exact = before is not None and before.period.precision in {Precision.DAY, Precision.MONTH}
        base, referenced = (before.period.earliest, before.referenced) if before and exact else (None, False)
    if base is None:
        return None
    if point.year is not None:  # 去年本月
        if point.year.base in {"before", "then"}:
            return None
        year = point.year.number if point.year.base == "is" else base.year + point.year.number
        period = point.unit(year, base.month)
    else:
        period = point.unit(*shift_month(base, month.number))
    return Known(period, referenced, True) if period else None


def later(point: Point, before: Known, reference: date | None) -> Known | None:
    """
    Return what 两年后 means where a story tells it: counted from the date before it, if that is as exact as the unit.

    What would lie ahead of the reference was not counted from there.
    """
    start, sizes = before.period.earliest, [Precision.DAY, Precision.WITHIN, Precision.MONTH, Precision.YEAR]
    period = point.seen(start, False) if point.seen and start else None
    if not period or not period.latest or before.period.precision not in {Precision.DAY, *sizes[2:]}:
        return None
    if period.precision not in sizes:
        return None
    vague = sizes.index(before.period.precision) > sizes.index(period.precision)
    return None if vague or (reference and period.latest > reference) else Known(period, before.referenced, True)


def _inherited(point: Point, before: Known) -> Known | None:
    """
    Return *point* in the year (and month) of the date before it in its sentence, or None.

    2018年3月立项，5月动工 runs on: a month after a date with a year and a month belongs to that year where it
    does not go backwards.
    """
    start, last = before.period.earliest, before.period.latest
    if not point.inherits or start is None or last is None or before.period.precision is Precision.YEAR:
        return None
    if (start.year, point.monthly and start.month) != (last.year, point.monthly and last.month):
        return None
    if not (point.monthly or before.yearly):
        return None
    period = point.unit(start.year, start.month)
    if period is None or period.earliest is None or period.earliest < start:
        return None
    return Known(period, before.referenced, before.yearly)


def _years(reference: date, ahead: bool) -> Iterator[tuple[int, int]]:
    if ahead:
        yield from ((reference.year, 1), (reference.year + 1, 1))
    else:
        yield from ((year, 1) for year in range(reference.year, reference.year - BACK, -1) if year > 0)


def _months(reference: date, ahead: bool) -> Iterator[tuple[int, int]]:
    # Twelve months hold every day number that a month can have, several times over.
    yield from (shift_month(reference, step if ahead else -step) for step in range(12))


def _ahead(unit: Unit, candidates: Iterator[tuple[int, int]], reference: date) -> Period | None:
    for year, month in candidates:
        period = unit(year, month)
        if period is None or period.earliest is None or period.latest is None or period.latest < reference:
            continue
        return period if year == reference.year or period.earliest - reference <= AHEAD else None
    return None


def _past(unit: Unit, candidates: Iterator[tuple[int, int]], reference: date) -> Period | None:
    """Return the nearest period that has begun; months named together (1至2月) must be over or in their last."""
    for year, month in candidates:
        period = unit(year, month)
        if period is None or period.earliest is None or period.latest is None:
            continue
        begun = period.earliest
        if period.precision is Precision.RANGE and (period.latest - begun).days > 31:
            begun = period.latest.replace(day=1)
        if begun <= reference:
            return period
    return None
