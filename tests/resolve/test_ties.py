"""An ending is tied to what it ended, and news to what it goes on from."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from monitor.model import Actor, Event, Kind, Link, Phase, Placed, Polarity
from monitor.resolve import place
from tests.resolve.make import BOTH, NOW, TOPIC, Memory, day, mention, placed

OTHER = Actor("", "恒远科技")
AGREED = mention(day("2025-06-12"), actors=(*BOTH, OTHER), objects=("供货协议",))
ENDED = mention(
    day("2025-12-20"),
    kind=Kind.CANCELLATION,
    phase=Phase.CANCELLED,
    actors=(*BOTH, OTHER),
    objects=("供货协议",),
    stage="",
)


def events(*told: Placed) -> dict[Kind, Event]:
    memory = Memory()
    memory.tell(*told)
    return {k.event.kind: k.event for k in memory.events}


def test_an_agreement_that_was_ended_is_cancelled_in_whatever_order_it_is_told() -> None:
    told = [placed("a", AGREED, published="2025-06-12"), placed("b", ENDED, published="2025-12-20")]
    for order in permutations(told):
        found = events(*order)

        assert found[Kind.AGREEMENT].phase is Phase.CANCELLED
        assert found[Kind.CANCELLATION].links == (Link("ends", found[Kind.AGREEMENT].id),)
        assert any(r.field == "phase" and "ended by" in r.rule for r in found[Kind.AGREEMENT].reasons)


def test_an_ending_that_names_no_party_ends_the_one_agreement_of_the_tie() -> None:
    bare = replace(ENDED, actors=BOTH, objects=())

    found = events(placed("a", AGREED, published="2025-06-12"), placed("b", bare, published="2025-12-20"))

    assert found[Kind.AGREEMENT].phase is Phase.CANCELLED


def test_an_ending_that_may_be_of_two_agreements_ends_neither() -> None:
    bare = replace(ENDED, actors=BOTH, objects=())
    second = replace(AGREED, when=day("2025-08-01"), actors=(*BOTH, Actor("", "河东轴承")), objects=("代工合同",))
    memory = Memory()

    memory.tell(placed("a", AGREED, published="2025-06-12"), placed("c", bare, published="2025-12-20"))
    memory.tell(placed("b", second, published="2025-12-21"))

    assert all(k.event.phase is not Phase.CANCELLED for k in memory.events if k.event.kind is Kind.AGREEMENT)
    assert not any(k.event.links for k in memory.events)


def test_what_is_denied_planned_or_later_is_not_ended() -> None:
    for told, ending in (
        (replace(AGREED, polarity=Polarity.DENIED), ENDED),
        (replace(AGREED, phase=Phase.PLANNED), ENDED),
        (replace(AGREED, when=day("2026-01-12")), ENDED),
        (AGREED, replace(ENDED, polarity=Polarity.DENIED)),
        (AGREED, replace(ENDED, phase=Phase.PLANNED)),
        (AGREED, replace(ENDED, objects=("代工合同",))),
    ):
        found = events(placed("a", told, published="2025-06-12"), placed("b", ending, published="2025-12-20"))

        assert not any(e.links for e in found.values()), (told, ending)


def article(memory: Memory, *told: Placed) -> None:
    memory.write(place("ar_n", [replace(p, mention=replace(p.mention, article="ar_n")) for p in told], {"t": TOPIC}, memory, NOW))  # fmt: skip


def test_news_follows_what_its_article_recalls() -> None:
    news = mention(day("2026-03-01"), kind=Kind.CONSTRUCTION, actors=BOTH, stage="construction")
    memory = Memory()
    memory.tell(placed("a", AGREED, published="2025-06-12"))

    article(
        memory,
        placed("n", news, published="2026-03-01"),
        placed("o", replace(AGREED, start=50, end=60), published="2026-03-01"),
    )

    found = {k.event.kind: k.event for k in memory.events}
    assert found[Kind.CONSTRUCTION].links == (Link("follows", found[Kind.AGREEMENT].id),)
    memory.tell(placed("p", replace(news, start=7), published="2026-03-02"))
    assert any(k.event.links for k in memory.events), "a later report leaves the link"


def test_what_only_was_heard_to_end_ended_nothing() -> None:
    heard = replace(ENDED, polarity=Polarity.RUMOURED)

    found = events(placed("a", AGREED, published="2025-06-12"), placed("b", heard, published="2025-12-20"))

    assert found[Kind.AGREEMENT].phase is Phase.DONE


def test_an_ending_that_is_denied_gives_back_what_it_ended() -> None:
    told = [
        placed("a", AGREED, published="2025-06-12"),
        placed("b", ENDED, published="2025-12-20"),
        placed("c", replace(ENDED, polarity=Polarity.DENIED), published="2025-12-21"),
    ]
    for order in permutations(told):
        memory = Memory()
        for one in order:
            memory.tell(one)
        (agreed,) = (k.event for k in memory.events if k.event.kind is Kind.AGREEMENT)

        assert agreed.phase is Phase.DONE
