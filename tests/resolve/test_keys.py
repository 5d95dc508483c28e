"""What a telling is filed under, and what it is looked for by: whatever may be the same must meet."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.model import Actor, Basis, Kind, Polarity, Precision, When
from monitor.resolve.keys import asked, carried
from tests.resolve.make import BOTH, TOPIC, by, day, mention, year

MONTH = When(date(2025, 6, 1), date(2025, 6, 30), Precision.MONTH, Basis.STATED)
TENDAYS = When(date(2025, 6, 11), date(2025, 6, 20), Precision.WITHIN, Basis.STATED)
OPEN = When(date(2025, 6, 12), None, Precision.WITHIN, Basis.PUBLISHED)
UNKNOWN = When(None, None, Precision.UNKNOWN, Basis.UNKNOWN)

MEET = [
    (day("2025-06-12"), day("2025-06-13")),
    (day("2025-06-12"), by("2025-06-19")),
    (by("2025-06-12"), by("2025-06-19")),
    (day("2025-06-12"), MONTH),
    (day("2025-06-12"), TENDAYS),
    (by("2025-06-22"), TENDAYS),
    (OPEN, day("2025-08-01")),
    (OPEN, by("2025-08-01")),
    (OPEN, OPEN),
    (MONTH, MONTH),
]
PART = [
    (day("2025-06-12"), day("2025-06-14")),
    (day("2025-06-12"), by("2025-06-20")),
    (day("2025-07-12"), MONTH),
    (day("2025-06-12"), year(2025)),
    (UNKNOWN, day("2025-06-12")),
    (UNKNOWN, UNKNOWN),
]


def meet(a: When, b: When, **other: object) -> bool:
    return bool(asked(mention(a), TOPIC) & carried(mention(b, **other), TOPIC))


@pytest.mark.parametrize(("a", "b"), MEET)
def test_dates_that_may_be_one_meet_whichever_comes_first(a, b):
    assert meet(a, b)
    assert meet(b, a)


@pytest.mark.parametrize(("a", "b"), PART)
def test_dates_that_cannot_be_one_without_a_name_do_not_meet(a, b):
    assert not meet(a, b)
    assert not meet(b, a)


@pytest.mark.parametrize(
    ("short", "long"),
    [("云禾科技", "河城云禾科技有限公司"), ("Harlow", "Harlow Motors Group"), ("云禾科技", "云禾科技")],
)
def test_a_short_name_meets_the_long_one_that_holds_it(short, long):
    ours, theirs = (mention(UNKNOWN, actors=(*BOTH, Actor("", name))) for name in (short, long))
    assert asked(ours, TOPIC) & carried(theirs, TOPIC)
    assert asked(theirs, TOPIC) & carried(ours, TOPIC)


def test_firms_do_not_meet_for_being_firms():
    ours, theirs = (mention(UNKNOWN, actors=(*BOTH, Actor("", name))) for name in ("云禾科技公司", "青石科技公司"))
    assert not asked(ours, TOPIC) & carried(theirs, TOPIC)


def test_another_family_of_kinds_does_not_meet():
    assert not meet(day("2025-06-12"), day("2025-06-12"), kind=Kind.ACCIDENT)


def test_a_denial_meets_the_claim_of_the_same_days_whatever_its_kind():
    claim = mention(day("2025-06-12"), polarity=Polarity.RUMOURED)
    denial = mention(by("2025-06-18"), polarity=Polarity.DENIED, kind=Kind.DENIAL)
    assert asked(denial, TOPIC) & carried(claim, TOPIC)


def test_a_claim_without_any_date_is_looked_for_by_names_and_when_it_was_told():
    told = mention(UNKNOWN, polarity=Polarity.DENIED)
    assert {k for k in asked(told, TOPIC) if k.startswith("claim|")} == {"claim|t:unknown"}
    assert asked(told, TOPIC, date(2025, 6, 18)) & carried(
        mention(day("2025-06-12"), polarity=Polarity.RUMOURED), TOPIC
    )
