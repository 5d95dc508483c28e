"""What a person decides outranks the machine, holds, and can be undone without a trace but the history."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from monitor.errors import DecisionError
from monitor.model import Decision, DecisionRecord, Event, Fixed, Kind, Phase, Relation, Status, Verb
from tests.resolve.make import BOTH, LI, ZHANG, Memory, day, mention, money, placed, seed, year

SIGNED, LATER = day("2025-06-12"), day("2025-07-20")
A = placed("a", mention(SIGNED, actors=(*BOTH, ZHANG)))
B = placed("b", mention(LATER, actors=(*BOTH, LI)))
A2 = placed("a2", mention(SIGNED, actors=(*BOTH, ZHANG), figures=(money(1e9),)))


def told(*articles) -> tuple[Memory, list[str]]:
    memory = Memory()
    memory.tell(*articles)
    return memory, [known.event.id for known in memory.events]


def articles(event: Event) -> set[str]:
    return {e.article for e in event.evidence if hasattr(e, "article")}


def test_merged_events_are_one_and_the_other_redirects():
    memory, (a, b) = told(A, B)
    decision = memory.order(Verb.MERGE, a, b, reason="one signing")
    (event,) = memory.shown.values()
    assert (event.id, articles(event), event.independent_origins) == (a, {"ar_a", "ar_b"}, 2)
    assert memory.kept[b].into == a
    record = event.evidence[-1]
    assert isinstance(record, DecisionRecord) and (record.id, record.verb) == (decision.id, "merge")


def test_a_merge_holds_for_what_comes_later():
    memory, (a, b) = told(A, B)
    memory.order(Verb.MERGE, a, b)
    memory.tell(placed("b2", mention(LATER, actors=(*BOTH, LI))))
    assert {id: articles(e) for id, e in memory.shown.items()} == {a: {"ar_a", "ar_b", "ar_b2"}}


def test_a_merge_undone_gives_each_its_own_also_of_what_came_in_between():
    memory, (a, b) = told(A, B)
    decision = memory.order(Verb.MERGE, a, b)
    memory.tell(placed("b2", mention(LATER, actors=(*BOTH, LI))))
    memory.order(Verb.UNDO, decision.id)
    assert {id: articles(e) for id, e in memory.shown.items()} == {a: {"ar_a"}, b: {"ar_b", "ar_b2"}}


def test_what_was_split_off_takes_later_articles_that_fit_it_better():
    """The rules would go on giving them to the event that it was split from."""
    one = placed("one", mention(SIGNED, actors=(*BOTH, ZHANG), kind=Kind.MEETING))
    two = placed("two", mention(SIGNED, actors=(*BOTH, ZHANG, LI), kind=Kind.VISIT))
    memory, (id,) = told(one, two)
    new = memory.order(Verb.SPLIT, id, "ar_two").events[1]
    memory.tell(placed("three", mention(SIGNED, actors=(*BOTH, LI), kind=Kind.VISIT)))
    assert {i: articles(e) for i, e in memory.shown.items()} == {id: {"ar_one"}, new: {"ar_two", "ar_three"}}


def test_an_article_is_moved_and_an_event_left_with_nothing_disappears():
    memory, (a, b) = told(A, B)
    decision = memory.order(Verb.MOVE, "ar_b", a)
    assert {i: articles(e) for i, e in memory.shown.items()} == {a: {"ar_a", "ar_b"}}
    assert memory.kept[b].event.status is Status.RETRACTED
    memory.order(Verb.UNDO, decision.id)
    assert {i: articles(e) for i, e in memory.shown.items()} == {a: {"ar_a"}, b: {"ar_b"}}


def test_an_edited_field_rests_on_the_decision_and_holds():
    memory, (a,) = told(A)
    memory.order(Verb.EDIT, a, fixed=Fixed(when=day("2025-06-11")), reason="the photo is dated")
    memory.tell(A2)
    (event,) = memory.shown.values()
    assert event.when.edtf == "2025-06-11" and len(articles(event)) == 2
    supporting = [e for e in event.evidence if "when" in e.supports]
    assert [type(e) for e in supporting] == [DecisionRecord]
    (reason,) = [r for r in event.reasons if r.field == "when"]
    assert reason.rule == "decided by ann: the photo is dated"
    assert [event.evidence[i] for i in reason.evidence] == supporting


def test_the_last_edit_of_a_field_counts_and_undoing_it_gives_back_the_one_before():
    memory, (a,) = told(A)
    memory.order(Verb.EDIT, a, fixed=Fixed(title="甲"))
    second = memory.order(Verb.EDIT, a, fixed=Fixed(title="乙"), person="bob")
    assert memory.shown[a].title == "乙"
    assert [e.supports for e in memory.shown[a].evidence if isinstance(e, DecisionRecord)] == [(), ("title",)]
    undo = memory.order(Verb.UNDO, second.id)
    assert memory.shown[a].title == "甲"
    memory.order(Verb.UNDO, undo.id)
    assert memory.shown[a].title == "乙"


def test_a_pinned_field_stays_as_it_is():
    memory, (a,) = told(A)
    title = memory.shown[a].title
    memory.order(Verb.PIN, a, field="title")
    memory.tell(
        placed("official", mention(SIGNED, title="另一个标题", actors=(*BOTH, ZHANG, LI), figures=(money(1e9),)))
    )
    assert memory.shown[a].title == title and len(articles(memory.shown[a])) == 2


@pytest.mark.parametrize("verb", [Verb.RETRACT, Verb.REJECT])
def test_what_is_retracted_stays_away_whatever_comes_until_it_is_accepted(verb):
    memory, (a,) = told(A)
    memory.order(verb, a, reason="a hoax")
    memory.tell(A2)
    memory.sow(seed(SIGNED, actors=(*BOTH, ZHANG)))
    assert not memory.shown
    assert any("a hoax" in r.rule for r in memory.kept[a].event.reasons)
    memory.order(Verb.ACCEPT, a)
    assert set(memory.shown) == {a}


def test_a_background_event_that_a_person_accepted_is_shown():
    from monitor.resolve.timeline import is_shown

    memory, (a,) = told(placed("a", mention(year(2010), relation=Relation.BACKGROUND)))
    assert not is_shown(memory.shown[a])
    memory.order(Verb.ACCEPT, a)
    assert is_shown(memory.shown[a])


def test_a_rejected_article_is_silent_until_it_is_accepted():
    memory, (a,) = told(A, A2)
    memory.order(Verb.REJECT, "ar_a2")
    assert articles(memory.shown[a]) == {"ar_a"}
    memory.order(Verb.REJECT, "ar_a")
    assert not memory.shown
    memory.order(Verb.ACCEPT, "ar_a")
    assert articles(memory.shown[a]) == {"ar_a"}


def test_the_seeds_of_merged_events_are_both_evidence():
    memory = Memory()
    memory.sow(seed(SIGNED), seed(LATER, "second", title="第二次"))
    (a, b) = memory.shown
    memory.order(Verb.MERGE, a, b)
    (event,) = memory.shown.values()
    assert len([e for e in event.evidence if e.__class__.__name__ == "SeedRecord"]) == 2


def test_a_decision_holds_when_the_seed_is_edited():
    memory = Memory()
    memory.sow(seed(SIGNED))
    (a,) = memory.shown
    memory.order(Verb.EDIT, a, fixed=Fixed(title="甲"))
    memory.sow(seed(SIGNED, title="乙", pin=True))
    assert memory.shown[a].title == "甲"


REFUSED = [
    ((Verb.MERGE, "A", "A"), "are one event already"),
    ((Verb.MERGE, "A", "ev_none"), "there is no event ev_none"),
    ((Verb.SPLIT, "A", "ar_b"), "does not rest on ar_b"),
    ((Verb.SPLIT, "A", "ar_a"), "nothing would be left"),
    ((Verb.SPLIT, "A", "ar_none"), "nothing is known under 'ar_none'"),
    ((Verb.MOVE, "ar_a", "A"), "tells of that event already"),
    ((Verb.UNDO, "de_none"), "there is no decision de_none"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED, ids=[s for _, s in REFUSED])
def test_what_cannot_be_done_is_refused_in_a_sentence(words, sentence):
    memory, (a, _) = told(A, B)
    verb, *ids = words
    with pytest.raises(DecisionError, match=sentence):
        memory.order(verb, *(a if i == "A" else i for i in ids))
    assert not memory.log


def test_what_was_undone_or_retracted_is_not_so_again():
    memory, (a, b) = told(A, B)
    merge = memory.order(Verb.MERGE, a, b)
    memory.order(Verb.UNDO, merge.id)
    with pytest.raises(DecisionError, match="was undone already"):
        memory.order(Verb.UNDO, merge.id)
    memory.order(Verb.RETRACT, a)
    with pytest.raises(DecisionError, match="is retracted already"):
        memory.order(Verb.RETRACT, a)


def test_a_stage_that_the_topic_does_not_have_is_refused():
    memory, (a,) = told(A)
    with pytest.raises(DecisionError, match="has no stage 'dancing'"):
        memory.order(Verb.EDIT, a, fixed=Fixed(stage="dancing"))


# --------------------------------------------------------------------------- property

BASE = [
    A, A2, B,
    placed("c", mention(SIGNED, kind=Kind.MEETING, actors=(*BOTH, LI))),
    placed("d", mention(SIGNED, kind=Kind.MEETING, actors=(*BOTH, LI, ZHANG))),
    placed("e", mention(day("2025-05-05"), kind=Kind.VISIT, stage="visit")),
    placed("f", mention(year(2012), relation=Relation.BACKGROUND, kind=Kind.REGISTRATION)),
]  # fmt: skip
LATE = [
    placed("g", mention(LATER, actors=(*BOTH, LI), figures=(money(3e9),))),
    placed("h", mention(SIGNED, kind=Kind.MEETING, actors=(*BOTH, ZHANG))),
    placed("i", mention(day("2025-05-06"), kind=Kind.VISIT)),
]
FIXES = (
    Fixed(title="改"), Fixed(when=day("2025-06-13")), Fixed(kind=Kind.VISIT), Fixed(phase=Phase.CANCELLED),
    Fixed(status=Status.OFFICIAL), Fixed(places=()), Fixed(relation=Relation.BACKGROUND), Fixed(stage="talks"),
)  # fmt: skip


def anything(chance: random.Random, memory: Memory) -> Decision:
    """Order something at random; what cannot be done is refused."""
    ids, ars = sorted(memory.kept), [f"ar_{x}" for x in ["a", "a2", "b", "c", "d", "e", "f"]]
    one, other, article = chance.choice(ids), chance.choice(ids), chance.choice(ars)
    standing = [d.id for d in memory.log if not d.undone_by]
    match chance.randrange(9):
        case 0 | 1:
            return memory.order(Verb.MERGE, one, other)
        case 2 | 3:
            return memory.order(Verb.SPLIT, one, article)
        case 4:
            return memory.order(Verb.MOVE, article, one, source=other if chance.random() < 0.5 else "")
        case 5:
            return memory.order(Verb.EDIT, one, fixed=chance.choice(FIXES))
        case 6:
            return memory.order(Verb.PIN, one, field=chance.choice(("title", "when", "actors")))
        case 7:
            return memory.order(chance.choice((Verb.RETRACT, Verb.REJECT, Verb.ACCEPT)), chance.choice((one, article)))
        case _:
            return memory.order(Verb.UNDO, chance.choice(standing or ["de_none"]))


def play(number: int) -> None:
    chance = random.Random(number)
    memory, control = Memory(), Memory()
    for m in (memory, control):
        m.sow(seed(SIGNED, actors=(*BOTH, ZHANG)), seed(year(2020), "other", kind=Kind.INVESTMENT))
        m.tell(*BASE)
    late = list(LATE)
    for _ in range(chance.randint(1, 12)):
        if late and chance.random() < 0.15:
            memory.tell(late[0])
            control.tell(late.pop(0))
        try:
            anything(chance, memory)
        except DecisionError:
            continue
    while standing := [d.id for d in memory.log if not d.undone_by and d.verb is not Verb.UNDO]:
        memory.order(Verb.UNDO, chance.choice(standing))
    assert memory.shown == control.shown, number
    assert {i: replace(k, event=k.event) for i, k in memory.kept.items() if i in control.kept} == control.kept, number


def test_any_decisions_undone_in_any_order_leave_what_the_rules_made():
    for number in range(150):
        play(number)


@pytest.mark.long
def test_a_thousand_random_sequences_undone_leave_what_the_rules_made():
    for number in range(1000):
        play(number)
