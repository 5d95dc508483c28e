"""Days that tell two happenings apart by themselves: never where anything else could make them one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import combinations

import pytest

from monitor.model import (
    UNKNOWN_WHEN,
    Actor,
    Basis,
    Kind,
    KnownEvent,
    Mention,
    Phase,
    Placed,
    Polarity,
    Precision,
    SeedEvent,
    When,
)
from monitor.resolve.compose import compose
from monitor.resolve.deal import _agrees
from monitor.resolve.same import agreement
from monitor.resolve.sides import Seen
from monitor.resolve.span import around, named
from monitor.resolve.table import Table

from .make import BOTH, NOW, TOPIC, Memory, by, day, mention, money, placed, seed, touch

DAY = date(2025, 6, 12)
FAR = day("2025-03-01")


def known(*told: Placed, seeded: SeedEvent | None = None) -> KnownEvent:
    """Return the event that *told* make."""
    return KnownEvent(compose("ev_1", TOPIC, told, seeded, None), told, seeded)


def apart(told: Mention, event: KnownEvent) -> bool:
    """Return whether the days alone say that *told* is not *event*."""
    return not touch(named(event), around(told))


def test_two_days_a_month_apart_need_nothing_else():
    assert apart(mention(day("2025-06-12")), known(placed("a", mention(FAR))))


def test_neighbouring_days_do():
    assert not apart(mention(day("2025-06-12")), known(placed("a", mention(day("2025-06-13")))))


def test_a_report_without_a_date_is_of_the_days_before_it():
    told = known(placed("a", mention(by("2025-06-12"))))
    assert not apart(mention(day("2025-06-06")), told)
    assert apart(mention(day("2025-05-20")), told)


def test_what_is_claimed_planned_or_corrected_may_be_of_any_day():
    here = mention(day("2025-06-12"))
    for other in ({"polarity": Polarity.RUMOURED}, {"phase": Phase.PLANNED}, {"kind": Kind.CORRECTION}):
        assert around(mention(day("2025-06-12"), **other)) is None
        assert not apart(here, known(placed("a", mention(FAR)), placed("b", mention(FAR, **other))))


def test_what_rests_on_nothing_may_be_of_any_day():
    told = known(placed("a", mention(FAR)))
    gone = KnownEvent(compose("ev_1", TOPIC, (), None, told.event), ())
    assert named(gone) is None


def test_a_seed_counts_as_a_telling_does():
    told = known(placed("a", mention(FAR)), seeded=seed(day("2025-06-12")))
    assert not apart(mention(day("2025-06-12")), told)


# --------------------------------------------------------------------------- whatever is told

KINDS = (Kind.AGREEMENT, Kind.CONSTRUCTION, Kind.REGISTRATION)
OTHERS = (Kind.INVESTMENT, Kind.OPENING, Kind.CANCELLATION, Kind.CORRECTION, Kind.DENIAL, Kind.MEETING)


def _when(rng: random.Random) -> When:
    at = DAY - timedelta(rng.randrange(90))
    whens = (
        day(str(at)),
        by(str(at)),
        When(at.replace(day=1), at.replace(day=28), Precision.MONTH, Basis.STATED),
        When(at, at + timedelta(rng.randrange(9)), Precision.RANGE, Basis.STATED),
        When(at - timedelta(20), at, Precision.WITHIN, Basis.RESOLVED, "", at),
        When(at, None, Precision.WITHIN, Basis.PUBLISHED),
        UNKNOWN_WHEN,
    )
    return rng.choices(whens, (9, 5, 1, 1, 1, 1, 1))[0]


def _telling(rng: random.Random, kind: Kind) -> Mention:
    """Return a telling that agrees with most others in all but its date, its phase, and who vouches for it."""
    return mention(
        _when(rng),
        kind=kind if rng.random() < 0.8 else rng.choice(OTHERS),
        phase=rng.choices((Phase.DONE, Phase.ONGOING, Phase.PLANNED, Phase.CANCELLED), (6, 1, 1, 1))[0],
        polarity=rng.choices((Polarity.ASSERTED, Polarity.RUMOURED, Polarity.DENIED), (8, 1, 1))[0],
        actors=(*BOTH, Actor("", "张三丰")) if rng.random() < 0.8 else BOTH,
        figures=(money(1e9),) if rng.random() < 0.8 else (),
        objects=("一期",) if rng.random() < 0.2 else (),
    )


@pytest.mark.parametrize("chance", range(4))
def test_what_the_days_tell_apart_is_never_one_by_anything_else(chance):
    rng, told_apart = random.Random(chance), 0
    for _ in range(1500):
        kind = rng.choice(KINDS)
        own = placed("new", _telling(rng, kind))
        rest = tuple(
            placed(f"old{n}", _telling(rng, kind), published=str(DAY - timedelta(rng.randrange(90))))
            for n in range(rng.randrange(1, 4))
        )
        sown = seed(day(str(DAY - timedelta(rng.randrange(90)))), kind=kind) if rng.random() < 0.1 else None
        event = known(*rest, seeded=sown)
        if apart(own.mention, event):
            told_apart += 1
            table = Table(TOPIC, NOW, Memory(), "test")
            assert not _agrees(table, own, event)
            assert not _agreed_once(own, rest, sown)
    assert told_apart > 50


def _agreed_once(own: Placed, told: tuple[Placed, ...], sown: SeedEvent | None) -> bool:
    """Return whether *own* agrees with the event as it was before all of it was told."""
    some = (s for n in range(len(told)) for s in combinations(told, n) if s or sown)
    before = (known(*s, seeded=sown) for s in some)
    return any(agreement(own.mention, k, Seen(TOPIC), own.published.day) is not None for k in before)
