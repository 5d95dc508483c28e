"""Dates in running text mean what a careful reader takes them to mean, and nothing is made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Basis, DateSpan, Precision
from monitor.normalize import dates
from tests.costs import affordable, spent

DAY = date(2025, 3, 20)
CASES = Path(__file__).parent.parent / "data" / "normalize" / "dates" / "find.tsv"
WORDS = "年月日号至到-—前后以来内间上下半旬初底末中第一二三十百零〇两个天周星期去今明昨本同当次翌春节除夕正腊初农历闰截至近最未来过世纪代度季头首几“”五期将计划，。 /.:0123456789Q"


def cases() -> list[tuple[str, ...]]:
    rows = CASES.read_text("utf-8").splitlines()
    return [tuple(row.split("\t")) for row in rows if not row.startswith("#")]


def told(span: DateSpan) -> str:
    return f"{span.when.raw}={span.when.edtf or '?'}~{span.when.basis.value[0]}"


def test_a_text_tells_its_dates() -> None:
    wrong = {}
    for text, reference, expected in cases():
        found = " ; ".join(map(told, dates.find(text, date.fromisoformat(reference))))
        if found != expected:
            wrong[text] = f"{found} instead of {expected}"
    assert not wrong


def test_without_a_reference_only_what_is_stated_is_known() -> None:
    text = "2017年9月1日加入，同年10月升职；3月19日会见；去年底获批；三季度投产；近日来洛；2019年以来亏损"
    found = {span.when.raw: span.when.edtf for span in dates.find(text, None)}
    assert found == {
        "2017年9月1日": "2017-09-01",
        "同年10月": "2017-10",
        "3月19日": None,
        "去年底": None,
        "三季度": None,
        "近日": None,
        "2019年以来": "2019-01-01/..",
    }


def test_an_unknown_date_keeps_its_words() -> None:
    (span,) = dates.find("昨日", None)
    assert (span.when.precision, span.when.basis, span.when.raw) == (Precision.UNKNOWN, Basis.UNKNOWN, "昨日")


def test_the_reference_is_kept_where_it_was_used_and_only_there() -> None:
    stated, resolved = dates.find("2024年3月18日签约。19日，记者获悉", DAY)
    assert (stated.when.basis, stated.when.reference) == (Basis.STATED, None)
    assert (resolved.when.basis, resolved.when.reference) == (Basis.RESOLVED, DAY)


def test_the_same_day_is_looked_for_two_sentences_back_and_no_further() -> None:
    near, far = ("3月12日签约。" + "，" * n + "当日投产" for n in (50, 150))
    assert [s.when.edtf for s in dates.find(near, DAY)] == ["2025-03-12", "2025-03-12"]
    assert [s.when.edtf for s in dates.find(far, DAY)] == ["2025-03-12", None]


@pytest.mark.parametrize(
    "text",
    [
        "1" * 300_000,
        "一" * 300_000,
        "（" * 300_000,
        "年" * 100_000,
        "3月1日和" * 3_000,
        "1日至" * 3_000,
        "19日" * 5_000,
        "May " * 20_000,
        "Monday " * 2_000,
        "\ud800" * 100_000,
    ],
    ids=lambda text: text[:4].encode("unicode_escape").decode(),
)
def test_hostile_text_takes_time_in_proportion_only(text: str) -> None:
    quarter = spent(lambda: dates.find(text[: len(text) // 4], DAY))
    affordable(lambda: dates.find(text, DAY), 20 * quarter + 0.5)


def check(text: str, reference: date | None) -> None:
    end = 0
    for span in dates.find(text, reference):
        assert end <= span.start < span.end <= len(text)
        assert span.when.raw == text[span.start : span.end]
        end = span.end
        first, last = span.when.earliest, span.when.latest
        assert first is None or last is None or first <= last
        assert (span.when.precision is Precision.UNKNOWN) == (span.when.basis is Basis.UNKNOWN)
        assert (span.when.reference is None) or span.when.basis is Basis.RESOLVED
        assert span.when.precision is not Precision.DAY or first == last


@given(st.text(WORDS, max_size=40), st.dates(date(1990, 1, 1), date(2099, 1, 1)))
def test_any_heap_of_date_words_gives_ordered_whole_spans(text: str, reference: date) -> None:
    check(text, reference)
    check(text, None)


@given(st.text(max_size=60))
def test_any_text_at_all_is_borne(text: str) -> None:
    check(text, DAY)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1990, 1, 1), date(2099, 1, 1)))
def test_a_full_date_means_itself_whoever_reads_it_and_when(day: date, reference: date) -> None:
    for text in (f"{day.year}年{day.month}月{day.day}日", day.isoformat(), f"{day.year}/{day.month}/{day.day}"):
        (span,) = dates.find(f"会议于{text}召开", reference)
        assert (span.when.earliest, span.when.latest, span.when.basis) == (day, day, Basis.STATED)


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)), st.integers(0, 364))
def test_a_day_without_its_year_is_the_nearest_past(reference: date, back: int) -> None:
    day = reference - timedelta(back)
    for text in (f"{day.month}月{day.day}日", f"{day.month}月{day.day}日，会议召开了"):
        (span,) = dates.find(text, reference)
        assert span.when.earliest == day


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)), st.integers(1, 30))
def test_a_day_up_to_a_month_ahead_is_the_coming_one_where_nothing_says_it_is_over(reference: date, days: int) -> None:
    day = reference + timedelta(days)
    (span,) = dates.find(f"会议{day.month}月{day.day}日在会展中心召开", reference)
    assert span.when.earliest == day


@given(st.dates(date(1990, 1, 1), date(2099, 1, 1)), st.integers(1, 31))
def test_a_day_without_its_month_is_past_and_unknown_where_it_might_be_one_of_the_next_seven(
    reference: date, day: int
) -> None:
    (span,) = dates.find(f"{day}日，会议召开", reference)
    found = span.when.earliest
    if any((reference + timedelta(n)).day == day for n in range(1, 8)):
        assert found is None
    else:
        assert found and found <= reference and found.day == day and (reference - found).days < 62


HOURS = {
    "两小时前，双方签约": "2025-03-19",
    "半小时前刚刚开标": "2025-03-20",
    "上个小时": "2025-03-20",
    "前2小时": "2025-03-19/2025-03-20",
    "之后5分钟": "2025-03-20",
    "30分钟后": "2025-03-20",
    "0小时前": None,
    "前0小时": None,
    "开标两小时前": None,
    "24小时营业": None,
}


@pytest.mark.parametrize(("text", "expected"), HOURS.items())
def test_hours_are_counted_from_an_instant_and_passed_over_without(text: str, expected: str | None) -> None:
    at = datetime(2025, 3, 20, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    assert [span.when.edtf for span in dates.find(text, DAY, at)] == ([expected] if expected else [])
    assert dates.find(text, DAY) == ()
