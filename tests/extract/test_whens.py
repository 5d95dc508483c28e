"""Dates that are no dates of a happening."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor import extract
from monitor.extract.whens import future, older
from monitor.model import UNKNOWN_WHEN, Basis, Precision, Published, When
from monitor.normalize import clean
from tests.extract.make import TOPIC, article, verdict

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


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2025, 3, 19, 17, 12, tzinfo=UTC), "2025-03-19"),  # 01:12 of the 20th where it came out
        (datetime(2025, 3, 20, 4, 0, tzinfo=UTC), "2025-03-20"),
        (datetime(2025, 3, 18, 4, 0, tzinfo=UTC), "[..2025-03-20]"),  # an instant of another day is not of its zone
        (None, "[..2025-03-20]"),
    ],
)
def test_hours_ago_are_counted_from_the_instant_of_publication(at: datetime | None, expected: str) -> None:
    raw = "两小时前，长风集团与平州市政府签署合作协议。"
    told = replace(article(raw), published=Published("", at, DAY, None))
    text = clean(raw)
    (mention,) = extract.mentions(told, text, verdict(text, None), TOPIC)
    assert mention.when.edtf == expected
