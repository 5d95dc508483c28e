"""The part of the store contract about many topics: which an entry was judged for, and what each said of it."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Digested, EntryState, Judgement, unnamed

from .make import LIST, NOW, RSS, TOPIC, collected, decides, entry, later, poll, screened, verdict

WAITING, REJECTED = EntryState.WAITING, EntryState.REJECTED
MANY = tuple(f"t{n}" for n in range(1000))


class PanelsContract:
    """What is kept of topics that an entry does not name."""

    def judged(self, store, *entries, topics=MANY, url=RSS, at=NOW):
        number = store.open_round(at)
        store.record(replace(poll(number, *entries, url=url, at=at), topics=topics))
        store.close_round(number, at)

    def test_an_entry_has_a_verdict_for_each_topic_that_it_was_judged_for_in_their_order(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t7")), replace(screened(2, REJECTED), verdicts=()))
        one, two = store.entries()
        assert one.verdicts == tuple(verdict(topic=t) if t == "t7" else unnamed(t) for t in MANY)
        assert two.verdicts == tuple(map(unnamed, MANY))
        assert [w.topics for w in store.inbox(NOW)] == [("t7",)]

    def test_it_is_known_for_all_of_them(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t7")))
        assert store.known(RSS, [entry(1).identity])[entry(1).identity].topics == frozenset(MANY)

    def test_what_several_say_alike_is_told_of_each(self, store):
        said = (verdict(topic="t1"), verdict(topic="t2"), verdict(Judgement.BACKGROUND, "t3"), verdict(topic="t4"))
        self.judged(store, screened(1, WAITING, *said))
        (found,) = store.entries()
        assert tuple(v for v in found.verdicts if v != unnamed(v.topic)) == said
        assert store.inbox(NOW)[0].topics == ("t1", "t2", "t3", "t4")

    def test_what_stands_between_those_that_say_alike_is_told_too(self, store):
        alike = tuple(replace(verdict(), topic=t) for t in ("t1", "t3", "t5"))  # they share their votes
        other = verdict(Judgement.BACKGROUND, "t2"), verdict(Judgement.BACKGROUND, "t4")
        said = alike[0], other[0], alike[1], other[1], alike[2]
        self.judged(store, screened(1, WAITING, *said))
        (found,) = store.entries()
        assert tuple(v for v in found.verdicts if v != unnamed(v.topic)) == said
        assert sorted(store.inbox(NOW)[0].topics) == ["t1", "t2", "t3", "t4", "t5"]

    def test_sent_again_it_is_judged_for_what_is_asked_then_as_well(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t1")), topics=("t0", "t1"))
        self.judged(store, screened(1, WAITING, verdict(topic="t2")), topics=("t1", "t2"), at=later(60))
        (found,) = store.entries()
        assert found.verdicts == (unnamed("t0"), unnamed("t1"), verdict(topic="t2"))

    def test_edited_it_is_judged_afresh(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t1")), topics=("t0", "t1"))
        self.judged(store, replace(screened(1, REJECTED, title="改了"), verdicts=()), topics=("t1",), at=later(60))
        (found,) = store.entries()
        assert found.verdicts == (unnamed("t1"),)

    def test_what_was_judged_before_there_were_panels_is_judged_for_more(self, store):
        collected(store, screened(1, WAITING, verdict(), verdict(Judgement.REJECTED, "b")))
        self.judged(store, screened(1, WAITING, verdict(topic="t2")), topics=("b", "t2"), at=later(60))
        (found,) = store.entries()
        assert found.verdicts == (verdict(), unnamed("b"), verdict(topic="t2"))

    def test_an_article_changes_the_verdicts_of_the_topics_that_read_it(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t1"), verdict(topic="t3")))
        judged = (verdict(Judgement.REJECTED, "t3"),)
        store.finish(Digested(store.inbox(NOW)[0].id, REJECTED, "", judged), NOW, decides())
        (found,) = store.entries()
        assert [v for v in found.verdicts if v != unnamed(v.topic)] == [verdict(topic="t1"), *judged]
        assert len(found.verdicts) == len(MANY)

    def test_two_feeds_may_serve_other_topics(self, store):
        self.judged(store, screened(1, WAITING, verdict(topic="t1")), topics=("t1",))
        self.judged(store, screened(1, WAITING, verdict(topic=TOPIC)), topics=(TOPIC, "t2"), url=LIST)
        assert [e.verdicts for e in store.entries()] == [
            (verdict(topic="t1"),),
            (verdict(topic=TOPIC), unnamed("t2")),
        ]
