"""A source's own date string becomes an instant, a day, or an honest nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Published
from monitor.normalize import dates
from monitor.normalize.dates.stamp import AHEAD, OLDEST

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
CASES = Path(__file__).parent.parent / "data" / "normalize" / "dates" / "published.tsv"


def cases() -> list[tuple[str, ...]]:
    rows = CASES.read_text("utf-8").splitlines()
    return [tuple(row.split("\t")) for row in rows if not row.startswith("#")]


def instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


@pytest.mark.parametrize(("raw", "at", "day", "flag", "why"), cases(), ids=lambda value: value or "-")
def test_a_date_string_is_read_as_it_was_meant(raw: str, at: str, day: str, flag: str, why: str) -> None:
    found = dates.published(raw, "Asia/Shanghai", NOW)
    assert (found.at, str(found.day or ""), found.flag or "") == (instant(at), day, flag), why
    assert found.raw == raw


@pytest.mark.parametrize("raw", ["", "   ", "\n", "发布时间："])
def test_no_date_is_missing_and_not_now(raw: str) -> None:
    assert dates.published(raw, "Asia/Shanghai", NOW) == Published(raw, None, None, "missing")


@pytest.mark.parametrize(
    ("raw", "zone", "chinese", "day_first", "at"),
    [
        ("Thu, 20 Mar 2025 08:00:00 CST", "America/Chicago", False, None, "2025-03-20T14:00:00Z"),
        ("03/04/2024 16:30", "Asia/Hong_Kong", True, None, "2024-04-03T08:30:00Z"),
        ("03/04/2024 16:30", "Asia/Shanghai", True, True, "2024-04-03T08:30:00Z"),
        ("03/04/2024 16:30", "Asia/Shanghai", False, False, "2024-03-04T08:30:00Z"),
        ("2024-07-01 12:00", "America/New_York", False, None, "2024-07-01T16:00:00Z"),
        ("2024-01-01 12:00", "America/New_York", False, None, "2024-01-01T17:00:00Z"),
    ],
)
def test_zone_and_order_are_those_of_the_source(
    raw: str, zone: str, chinese: bool, day_first: bool | None, at: str
) -> None:
    assert dates.published(raw, zone, NOW, chinese, day_first=day_first).at == instant(at)


@pytest.mark.parametrize("raw", ["03-04", "03/04", "25-03-20"])
def test_outside_china_an_order_that_is_not_told_is_not_guessed(raw: str) -> None:
    assert dates.published(raw, "Europe/Berlin", NOW, chinese=False).flag == "unreadable"


def test_an_hour_ago_just_after_midnight_names_no_day() -> None:
    midnight = datetime(2025, 3, 20, 16, 40, tzinfo=UTC)  # forty past twelve in Shanghai
    assert dates.published("1小时前", "Asia/Shanghai", midnight).flag == "imprecise"
    assert dates.published("刚刚", "Asia/Shanghai", midnight).flag == "imprecise"


def test_a_long_cell_is_read_in_its_first_part_only() -> None:
    assert dates.published("x" * 300 + "2025-03-20", "UTC", NOW).flag == "unreadable"
    assert dates.published("2025-03-20 " + "9" * 1_000_000, "UTC", NOW).day is not None


@given(st.text(max_size=60))
def test_any_string_at_all_gives_a_date_or_a_flag(raw: str) -> None:
    found = dates.published(raw, "Asia/Shanghai", NOW)
    assert found.raw == raw
    assert (found.day is None) == (found.flag not in {None, "disagrees"})


@given(
    st.from_regex(
        re.compile(r"[0-9]{1,4}[-/.年 ][0-9]{1,3}[-/.月 ][0-9]{1,4}[日T ]?[0-9:]{0,8}[Z+-]?[0-9]{0,4}"), fullmatch=True
    )
)
def test_whatever_numbers_say_no_date_is_absurd_or_ahead(raw: str) -> None:
    found = dates.published(raw, "Asia/Shanghai", NOW)
    if found.day:
        assert OLDEST <= found.day <= (NOW + AHEAD + timedelta(hours=8)).date()
    if found.at:
        assert found.at <= NOW + AHEAD


@given(st.datetimes(NOW.replace(year=1995, tzinfo=None), NOW.replace(tzinfo=None)), st.integers(-12, 14))
def test_an_instant_survives_being_written_in_any_zone(moment: datetime, hours: int) -> None:
    at = moment.replace(microsecond=0, tzinfo=UTC)
    local = (at + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S") + f"{hours:+03d}:00"
    assert dates.published(local, "Asia/Shanghai", NOW).at == at
    rfc = (at + timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S") + f" {hours:+03d}00"
    assert dates.published(rfc, "Asia/Shanghai", NOW).at == at


SHAPES = (
    "%a, %d %b %Y %H:%M:%S +0800",
    "%d %b %Y %H:%M GMT",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S.5-0330",
)
MOMENTS = st.datetimes(datetime(1988, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001


@given(
    MOMENTS,
    st.sampled_from(SHAPES),
    st.integers(0, 31),
    st.sampled_from(["", *"0123456789:-+T Z,./"]),
    st.booleans(),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
)
def test_the_quick_way_reads_what_the_long_way_reads(
    moment: datetime, shape: str, place: int, sign: str, instead: bool, zone: str
) -> None:
    usual = moment.strftime(shape)
    raw = usual[:place] + sign + usual[place + instead :]
    # A space in front is read the long way, and means nothing.
    quick, long = dates.published(raw, zone, NOW), dates.published(f" {raw}", zone, NOW)
    assert (quick.at, quick.day, quick.flag) == (long.at, long.day, long.flag)
