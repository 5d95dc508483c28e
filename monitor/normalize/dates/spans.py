"""Periods and their arithmetic: from the names of a calendar to its days."""

from __future__ import annotations

from datetime import MAXYEAR, date, timedelta
from typing import NamedTuple

from monitor.model import Precision


class Period(NamedTuple):
    """From ``earliest`` to ``latest``, both inclusive, None is open; ``precision`` says how it is meant."""

    earliest: date | None
    latest: date | None
    precision: Precision


def make_day(year: int, month: int, day: int) -> date | None:
    """Return the day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_of(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(1)


def on(day: date | None) -> Period | None:
    """Return the period of one day."""
    return Period(day, day, Precision.DAY) if day else None


def month_of(year: int, month: int) -> Period | None:
    """Return a whole month."""
    if not (1 <= month <= 12 and 1 <= year <= MAXYEAR):
        return None
    return Period(date(year, month, 1), last_of(year, month), Precision.MONTH)


def year_of(year: int) -> Period | None:
    """Return a whole year."""
    if not 1 <= year <= MAXYEAR:
        return None
    return Period(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)


def months_of(year: int, first: int, last: int, precision: Precision) -> Period | None:
    """Return the months *first* to *last* of one year."""
    if not (1 <= first <= last <= 12 and 1 <= year <= MAXYEAR):
        return None
    return Period(date(year, first, 1), last_of(year, last), precision)


def within(earliest: date | None, latest: date | None) -> Period:
    """Return "once, somewhere in"; somewhere in one day is that day."""
    return Period(earliest, latest, Precision.DAY if earliest and earliest == latest else Precision.WITHIN)


def lasting(earliest: date | None, latest: date | None) -> Period:
    """Return "from, to"; from a day to the same is that day."""
    return Period(earliest, latest, Precision.DAY if earliest and earliest == latest else Precision.RANGE)


def shift_month(day: date, months: int) -> tuple[int, int]:
    """Return (year, month) so many months from that of *day*."""
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def moved(day: date, months: int) -> date:
    """Return the same day so many months on, or the last of that month where it has no such day."""
    year, month = shift_month(day, months)
    return min(date(year, month, 1) + timedelta(day.day - 1), last_of(year, month))


def week_of(day: date, weeks: int = 0) -> Period:
    """Return the week (Monday to Sunday) so many weeks from that of *day*: once, somewhere in it."""
    monday = day - timedelta(day.weekday()) + timedelta(weeks=weeks)
    return within(monday, monday + timedelta(6))


def widened(period: Period) -> Period:
    """
    Return what 左右 or 前后 leaves of *period*: one of its own kind to either side for a year or a month, three
    days for a few days, a month for what lies between.
    """
    first, last = period.earliest, period.latest
    if first is None or last is None:
        return period
    if (last - first).days < 7:
        return within(first - timedelta(3), last + timedelta(3))
    months = 12 if period.precision is Precision.YEAR else 1
    return within(date(*shift_month(first, -months), 1), last_of(*shift_month(last, months)))


def iso_week(year: int, week: int) -> Period | None:
    """Return week *week* of a year as ISO 8601 and GB/T 7408 count: the first is the one with the first Thursday."""
    try:
        return week_of(date.fromisocalendar(year, week, 1))
    except ValueError:
        return None


def _within(whole: Period, day: date | None) -> date | None:
    inside = day and whole.earliest and whole.latest and whole.earliest <= day <= whole.latest
    return day if inside else None


def nth_day(whole: Period, order: int) -> Period | None:
    """Return the day number *order* of a period, -1 its last."""
    day = whole.latest if order < 0 else whole.earliest and whole.earliest + timedelta(order - 1)
    return on(_within(whole, day))


def nth_weekday(whole: Period, weekday: int, order: int) -> Period | None:
    """Return the *order*-th (-1: the last) *weekday*, Monday is 0, of a period that is bounded."""
    if whole.earliest is None or whole.latest is None:
        return None
    if order < 0:
        return on(whole.latest - timedelta((whole.latest.weekday() - weekday) % 7))
    first = whole.earliest + timedelta((weekday - whole.earliest.weekday()) % 7)
    return on(_within(whole, first + timedelta(7 * (order - 1))))


def nth_weekend(whole: Period, order: int) -> Period | None:
    """Return the *order*-th Saturday of a period with its Sunday: once, in these two days."""
    saturday = nth_weekday(whole, 5, order)
    return within(saturday.earliest, saturday.earliest + timedelta(1)) if saturday and saturday.earliest else None


def nth_week(whole: Period, order: int, weekday: int | None) -> Period | None:
    """Return the *order*-th week of a period, or one day of it: a week belongs where its Thursday lies (ISO 8601)."""
    thursday = nth_weekday(whole, 3, order)
    if thursday is None or thursday.earliest is None:
        return None
    return week_of(thursday.earliest) if weekday is None else on(thursday.earliest + timedelta(weekday - 3))
