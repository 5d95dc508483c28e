"""Dates as EDTF, read back to what they were written from."""

from __future__ import annotations

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import edtf
from monitor.model import Basis, Precision, When

days = st.dates()
P = Precision


def part(year: int, precision: Precision, first: int, months: int) -> When:
    last = first + months - 1
    end = date(year, last, calendar.monthrange(year, last)[1])
    return When(date(year, first, 1), end, precision, Basis.STATED)


exact = st.one_of(
    days.map(lambda d: When(d, d, P.DAY, Basis.STATED)),
    st.builds(part, st.integers(1, 9999), st.just(P.MONTH), st.integers(1, 12), st.just(1)),
    st.builds(part, st.integers(1, 9999), st.just(P.QUARTER), st.sampled_from([1, 4, 7, 10]), st.just(3)),
    st.builds(part, st.integers(1, 9999), st.just(P.HALF), st.sampled_from([1, 7]), st.just(6)),
    st.builds(part, st.integers(1, 9999), st.just(P.YEAR), st.just(1), st.just(12)),
)
spans = st.builds(
    lambda a, b, open_, precision: When(
        None if open_ == 1 else min(a, b), None if open_ == 2 else max(a, b), precision, Basis.STATED
    ),
    days,
    days,
    st.integers(0, 2),
    st.sampled_from([P.RANGE, P.WITHIN]),
)


@given(exact | spans)
def test_what_is_written_is_read_back(when):
    read = edtf.parse(when.edtf)
    assert (read.earliest, read.latest, read.precision) == (when.earliest, when.latest, when.precision)
    assert (read.edtf, read.raw, read.basis) == (when.edtf, when.edtf, Basis.STATED)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2017-09-01", date(2017, 9, 1), date(2017, 9, 1), P.DAY),
        ("2018", date(2018, 1, 1), date(2018, 12, 31), P.YEAR),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), P.MONTH),
        ("2025-35", date(2025, 7, 1), date(2025, 9, 30), P.QUARTER),
        ("2025-40", date(2025, 1, 1), date(2025, 6, 30), P.HALF),
        ("2025-03-18/2025-03-20", date(2025, 3, 18), date(2025, 3, 20), P.RANGE),
        ("2025-03/2025-34", date(2025, 3, 1), date(2025, 6, 30), P.RANGE),
        ("../2025", None, date(2025, 12, 31), P.RANGE),
        ("2025/", date(2025, 1, 1), None, P.RANGE),
        ("[..2025-03-20]", None, date(2025, 3, 20), P.WITHIN),
        ("[2025-03..2025-04]", date(2025, 3, 1), date(2025, 4, 30), P.WITHIN),
    ],
)
def test_each_form_means_its_span(text, earliest, latest, precision):
    assert edtf.parse(text) == When(earliest, latest, precision, Basis.STATED, text)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "25", "2025-3", "2025-13", "2025-00", "2025-03-00", "2025-02-29", "2025-37", "2025-21", "2025-35-01",
     "0000", "2025-03-19?", "２０２５", "2025-03-20/2025-03-19", "[2025..2024]", "[..]", "../..", "/", "[2025]", "2025..",
     "2025..-03/2025", "a/b/c", "2025-03-19T10:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"expected a date|ends on|there is no day"):
        edtf.parse(text)


@given(st.text(max_size=40) | st.from_regex(r"[\[0-9./\]-]{0,24}"))
def test_any_text_is_a_date_or_refused(text):
    try:
        assert edtf.parse(text).edtf
    except ValueError as exc:
        assert str(exc)
