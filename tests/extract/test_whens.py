"""Dates that are no dates of a happening."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.extract.whens import future, older
from monitor.model import UNKNOWN_WHEN, Basis, Precision, When

DAY = date(2025, 3, 20)


@pytest.mark.parametrize(
    ("when", "published", "expected"),
    [
        (UNKNOWN_WHEN, DAY, False),
        (When(None, DAY, Precision.WITHIN, Basis.PUBLISHED), DAY, False),
        (When(DAY, DAY, Precision.DAY, Basis.STATED), DAY, True),
        (When(DAY, DAY, Precision.DAY, Basis.STATED), None, True),
        (When(DAY, DAY, Precision.DAY, Basis.STATED), date(2025, 3, 19), False),
    ],
)
def test_background_needs_a_date_of_its_own_that_has_passed(when: When, published: date | None, expected: bool) -> None:
    assert older(when, published) is expected


def test_only_what_lies_wholly_after_the_publication_is_ahead() -> None:
    year = When(date(2025, 1, 1), date(2025, 12, 31), Precision.YEAR, Basis.STATED)
    assert not future(year, DAY)
    assert future(year, date(2024, 12, 31))
    assert not future(year, None)
