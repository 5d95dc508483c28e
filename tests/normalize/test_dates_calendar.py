"""The calendars under the dates: Chinese months, festivals, numerals, periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from monitor.model import Precision
from monitor.normalize.dates import lunar, numerals, spans


@pytest.mark.parametrize(
    ("year", "first"),
    [
        (1900, "1900-01-31"),
        (1985, "1985-02-20"),
        (2000, "2000-02-05"),
        (2024, "2024-02-10"),
        (2025, "2025-01-29"),
        (2033, "2033-01-31"),
    ],
)
def test_the_chinese_year_begins_on_its_new_moon(year: int, first: str) -> None:
    assert lunar.solar(year, 1, 1) == date.fromisoformat(first)
    assert lunar.new_year_eve(year) == date.fromisoformat(first) - timedelta(1)


def test_leap_months_follow_their_namesakes() -> None:
    assert lunar.solar(2025, 6, 1) == date(2025, 6, 25)
    assert lunar.solar(2025, 6, 1, leap=True) == date(2025, 7, 25)
    assert lunar.solar(2024, 6, 1, leap=True) is None
    assert lunar.solar(2033, 11, 1, leap=True) == date(2033, 12, 22)


def test_every_chinese_year_joins_the_next() -> None:
    for year in range(1900, 2099):
        first, following = lunar.solar(year, 1, 1), lunar.solar(year + 1, 1, 1)
        assert first and following and (following - first).days in {353, 354, 355, 383, 384, 385}


def test_outside_the_table_nothing_is_known() -> None:
    assert lunar.solar(1899, 1, 1) is None
    assert lunar.solar(2100, 1, 1) is None
    assert lunar.solar(2025, 1, 30) is not None or lunar.solar(2025, 1, 29) is not None
    assert lunar.solar(2025, 1, 31) is None
    assert lunar.new_year_eve(2100) is None
    assert lunar.qingming(2100) is None


@pytest.mark.parametrize(
    ("year", "day"), [(1982, 5), (1999, 5), (2000, 4), (2008, 4), (2019, 5), (2023, 5), (2024, 4), (2025, 4)]
)
def test_qingming_moves_between_the_fourth_and_the_fifth(year: int, day: int) -> None:
    assert lunar.qingming(year) == date(year, 4, day)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("19", 19),
        ("十", 10),
        ("十九", 19),
        ("二十", 20),
        ("廿三", 23),
        ("初八", 8),
        ("一百二十", 120),
        ("五八", None),
        ("甲", None),
        ("3a", None),
    ],
)
def test_a_numeral_is_read(text: str, value: int | None) -> None:
    assert numerals.number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2025", 2025),
        ("二〇二五", 2025),
        ("二○二五", 2025),
        ("两千零四", 2004),
        ("两千", 2000),
        ("二千一十", 2010),
        ("两千五八", None),
        ("二x", None),
    ],
)
def test_a_year_is_read(text: str, value: int | None) -> None:
    assert numerals.year(text) == value


def test_a_calendar_has_no_other_months_and_years() -> None:
    assert spans.month_of(2025, 13) is None
    assert spans.month_of(0, 1) is None
    assert spans.year_of(0) is None
    assert spans.months_of(2025, 5, 4, Precision.RANGE) is None
    assert spans.make_day(2025, 2, 29) is None
    assert spans.on(None) is None


def test_around_a_period_reaches_by_its_own_size() -> None:
    def around(period: spans.Period | None) -> tuple[str, str]:
        assert period
        wide = spans.widened(period)
        return str(wide.earliest), str(wide.latest)

    assert around(spans.on(date(2025, 3, 19))) == ("2025-03-16", "2025-03-22")
    assert around(spans.month_of(2025, 3)) == ("2025-02-01", "2025-04-30")
    assert around(spans.year_of(2025)) == ("2024-01-01", "2026-12-31")
    open_ended = spans.within(None, date(2025, 3, 19))
    assert spans.widened(open_ended) is open_ended


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("立春", "2020-02-04"),
        ("立春", "2025-02-03"),
        ("春分", "2024-03-20"),
        ("立夏", "2023-05-06"),
        ("夏至", "2025-06-21"),
        ("立秋", "2025-08-07"),
        ("秋分", "2024-09-22"),
        ("立冬", "2025-11-07"),
        ("冬至", "2021-12-21"),
        ("冬至", "2024-12-21"),
    ],
)
def test_a_solar_term_is_the_day_that_the_calendar_has(name: str, day: str) -> None:
    said = date.fromisoformat(day)
    assert lunar.solar_term(name, said.year) == said


def test_outside_this_century_no_solar_term_is_known() -> None:
    assert lunar.solar_term("冬至", 1999) is None
    assert lunar.solar_term("冬至", 2100) is None


def test_what_a_period_does_not_have_is_not_counted_in_it() -> None:
    february = spans.month_of(2025, 2)
    assert february
    assert spans.nth_weekday(february, 0, 5) is None
    assert spans.nth_week(february, 5, None) is None
    assert spans.nth_weekend(february, 5) is None
    assert spans.nth_day(february, 29) is None
    assert spans.nth_weekday(spans.within(None, None), 0, 1) is None
    assert spans.iso_week(2025, 54) is None
