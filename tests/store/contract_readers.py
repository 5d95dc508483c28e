"""The part of the store contract that readers rest on: news since a mark, the last entries, and what is found by words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Actor, Change, Coverage, EntryState, FeedCoverage, FeedState, Status, Verb
from monitor.store.base import Store

from .make import (
    LIST,
    NOW,
    TOPIC,
    article,
    asked,
    change,
    collected,
    decides,
    decision,
    digested,
    later,
    mention,
    placed,
    rules,
    screened,
    told,
    undo,
)


def ids(store: Store, *words: str) -> list[str]:
    return [hit.id for hit in store.search([[w] for w in words], {TOPIC})]


class ReadersContract:
    make: Callable[[Path], Store]

    @pytest.fixture(params=["indexed", "late"])
    def found(self, request: pytest.FixtureRequest, store: Store) -> Iterator[Callable[..., list[str]]]:
        """What is found, once with everything indexed before, once with nothing."""

        def look(*words: str) -> list[str]:
            while request.param == "indexed" and store.index():
                pass
            return ids(store, *words)

        yield look

    # ------------------------------------------------------------- news

    def test_news_are_what_changed_since_and_what_is_gone(self, store):
        one, two = told(store, 1, "ev_1"), told(store, 2, "ev_2")
        first = store.news(TOPIC)
        assert [e.id for e in first.events] == ["ev_1", "ev_2"] and not first.gone
        assert store.news(TOPIC, first.mark) == replace(first, events=())
        store.seed((), NOW, decides(change("ev_1", one, title="新名")))
        second = store.news(TOPIC, first.mark)
        assert [e.title for e in second.events] == ["新名"]
        store.seed((), NOW, decides(change("ev_1", one, two, merges=["ev_2"], title="新名")))
        third = store.news(TOPIC, second.mark)
        assert ([e.id for e in third.events], third.gone) == (["ev_1"], {"ev_2"})
        assert store.news("other", 0).events == ()

    def test_what_was_merged_by_a_person_and_given_back_is_news_again(self, store):
        one, two = told(store, 1, "ev_1"), told(store, 2, "ev_2")
        mark = store.news(TOPIC).mark
        gone = replace(change("ev_2", two), told=(), into="ev_1")
        store.rule(later(1), rules(decision(1, "ev_1", "ev_2"), gone))
        merged = store.news(TOPIC, mark)
        assert (merged.events, merged.gone) == ((), {"ev_2"})
        store.rule(later(2), rules(undo(2, "de_1"), change("ev_1", one), change("ev_2", two)))
        back = store.news(TOPIC, merged.mark)
        assert "ev_2" in {e.id for e in back.events} and not back.gone

    # ------------------------------------------------------------- versions

    def test_each_version_of_an_event_stays_to_be_looked_at(self, store):
        own = told(store, 1, "ev_1", title="旧名")
        first = store.version("ev_1")
        store.seed((), NOW, decides(change("ev_1", own, title="新名")))
        second = store.version("ev_1")
        assert 0 < first < second
        old, new = store.at_version(first), store.at_version(second)
        assert (old.title, new.title) == ("旧名", "新名") and new == store.event("ev_1")
        assert asked(store, lambda decider: [decider.version("ev_1")]) == [second]

    def test_a_merged_event_stands_at_the_version_of_what_it_went_into(self, store):
        one, two = told(store, 1, "ev_1"), told(store, 2, "ev_2")
        store.seed((), NOW, decides(change("ev_1", one, two, merges=["ev_2"])))
        assert store.version("ev_2") == store.version("ev_1")

    def test_what_is_not_there_has_no_version(self, store):
        assert (store.version("ev_none"), store.at_version(99)) == (0, None)

    # ------------------------------------------------------------- imports

    def test_what_an_export_said_of_the_sources_holds_until_a_round_of_our_own(self, store):
        said = Coverage(later(-60), (FeedCoverage("", FeedState.OK, "", None, None),))
        assert store.adopt(TOPIC, said, "a" * 64, NOW, decides(change("ev_9"))) == 1
        assert store.coverage(TOPIC) == said
        assert store.coverage(TOPIC, later(-1)).as_of is None and store.coverage("other").as_of is None
        assert store.adopt(TOPIC, said, "a" * 64, later(1), decides()) == 0
        collected(store, screened(1), at=later(2))
        assert store.coverage(TOPIC) != said

    def test_an_import_that_fails_leaves_nothing(self, store):
        def fails(decider: object) -> list[Change]:
            raise StoreError("no")

        with pytest.raises(StoreError):
            store.adopt(TOPIC, Coverage(NOW, ()), "b" * 64, NOW, fails)
        assert store.coverage(TOPIC).as_of is None

    # ------------------------------------------------------------- entries

    def test_the_last_entries_come_newest_first_and_page_by_page(self, store):
        collected(store, *(screened(n) for n in range(5)))
        collected(store, screened(9, EntryState.REJECTED), url=LIST)
        everything = list(store.entries())[::-1]
        assert store.latest() == everything
        assert store.latest(limit=2) == everything[:2]
        assert store.latest(before=everything[1].id, limit=2) == everything[2:4]
        assert store.latest(LIST) == store.latest(state=EntryState.REJECTED) == everything[:1]
        assert store.latest(before="en_none") == []

    def test_entries_are_found_by_a_rule_of_their_verdicts(self, store):
        collected(store, screened(1), screened(2, EntryState.REJECTED))
        rules = {v.rule for e in store.entries() for verdict in e.verdicts for v in verdict.votes}
        assert rules and list(store.entries(rules=sorted(rules))) == list(store.entries())
        assert list(store.entries(rules=["no rule of ours"])) == []

    # ------------------------------------------------------------- words

    def test_every_word_of_two_characters_is_found(self, store, found):
        text = "河城大桥第三期工程于三月开工"
        store.finish(digested(article(1, text)), NOW, decides())
        (id,) = [a.id for a in store.articles()]
        for at in range(len(text) - 1):
            assert found(text[at : at + 2]) == [id]
        assert found("城河") == [] and found("桥大") == []

    def test_all_words_must_stand_there_each_in_one_of_its_spellings(self, store, found):
        store.finish(digested(article(1, "河城大桥开工，Xiaomi SU7 与 20 辆车")), NOW, decides())
        assert found("大桥", "开工") and not found("大桥", "通车")
        assert found("xiaomi") and found("XIAOMI su7") and not found("xiao")
        assert found("20") and not found("2")
        assert store.search([["大橋", "大桥"], ["开工"]], {TOPIC})

    def test_what_says_it_in_its_title_comes_first_then_the_newest(self, store, found):
        kept = [article(n, f"{said}第{n}次") for n, said in enumerate(("奠基", "动工", "奠基", "动工"))]
        kept[0] = replace(kept[0], title="奠基礼")
        for one in kept:
            store.finish(digested(one), NOW, decides())
        assert found("奠基") == [kept[0].id, kept[2].id]
        assert found("动工") == [kept[3].id, kept[1].id]
        assert [hit.id for hit in store.search([["奠基"], ["次"]], {TOPIC}, 1)] == [kept[2].id]

    def test_events_come_before_articles_and_are_found_by_title_quote_and_who_took_part(self, store, found):
        told(store, 1, "ev_1", title="长虹卧波", actors=(Actor("", "鲁班"),))
        (text,) = store.articles()
        assert found("卧波") == found("鲁班") == ["ev_1"]
        assert found("大桥") == ["ev_1", text.id]
        hit = store.search([["大桥"]], {TOPIC})[0]
        assert (hit.title, "大桥" in hit.passage) == ("长虹卧波", True)

    def test_an_event_is_found_where_its_topic_is_asked_for(self, store, found):
        told(store, 1, "ev_1", title="长虹卧波")
        assert found("卧波") == ["ev_1"]
        assert store.search([["卧波"]], {"another"}) == [] == store.search([["卧波"]], ())

    def test_what_is_no_longer_so_is_not_found(self, store, found):
        own = told(store, 1, "ev_1", title="旧名")
        assert found("旧名") == ["ev_1"]
        store.seed((), NOW, decides(change("ev_1", own, title="新名")))
        assert found("旧名") == [] and found("新名") == ["ev_1"]
        store.finish(digested(article(1, "改过的文字")), NOW, decides())
        assert len(found("文字")) == 1 and found("期工程于") == []

    def test_a_merged_event_is_found_no_more(self, store, found):
        one, two = told(store, 1, "ev_1", title="此事"), told(store, 2, "ev_2", title="彼事")
        assert found("彼事") == ["ev_2"]
        store.seed((), NOW, decides(change("ev_1", one, two, merges=["ev_2"], title="此事")))
        assert found("彼事") == [] and found("此事") == ["ev_1"]

    def test_a_retracted_event_is_found_no_more(self, store, found):
        own = told(store, 1, "ev_1", title="此事")
        assert found("此事") == ["ev_1"]
        store.seed((), NOW, decides(change("ev_1", own, title="此事", status=Status.RETRACTED)))
        assert found("此事") == []

    def test_a_forgotten_text_is_found_no_more(self, store, found):
        kept = article(1, "秘密的文字")
        store.finish(digested(kept), NOW, decides())
        assert found("秘密") == [kept.id]
        made = replace(decision(1), verb=Verb.FORGET, events=(), articles=(kept.identity,))
        store.rule(later(1), rules(made))
        assert found("秘密") == []

    def test_a_passage_says_where_and_is_short(self, store):
        store.finish(digested(article(1, f"{'前' * 500}大桥{'后' * 500}")), NOW, decides())
        (hit,) = store.search([["大桥"]], {TOPIC})
        assert "前大桥后" in hit.passage and len(hit.passage) < 100 and hit.passage[0] == hit.passage[-1] == "…"

    def test_characters_beyond_the_first_plane_are_found(self, store, found):
        kept = article(1, "王𫖮与𠮷田见面😀了")
        store.finish(digested(kept), NOW, decides())
        assert found("王𫖮") == found("𠮷田") == found("😀") == [kept.id]

    def test_few_are_returned_where_few_are_asked_for_and_many_are_there(self, store):
        for n in range(30):
            store.finish(digested(article(n)), NOW, decides())
        store.seed((), NOW, decides(*(change(f"ev_{n}") for n in range(600))))
        assert len(store.search([["工程"]], {TOPIC}, 5)) == 5
        while store.index():
            assert len(store.search([["大桥"]], {TOPIC}, 5)) == 10
        assert len(store.search([["大桥"]], {TOPIC}, 5)) == 10

    def test_what_says_it_in_its_title_comes_first_and_the_newest_of_equals(self, store):
        told = [("旧闻", "见大桥"), ("大桥", "见正文"), ("新闻", "说大桥")]
        made = [replace(article(n, text), title=title) for n, (title, text) in enumerate(told)]
        for kept in made:
            store.finish(digested(kept), NOW, decides())
        while store.index():
            pass
        assert ids(store, "大桥") == [made[n].id for n in (1, 2, 0)]

    def test_only_words_are_looked_for(self, store, found):
        store.finish(digested(article(1, "甲 OR 乙")), NOW, decides())
        for word in ('"', "*", "(", "'", "-", "^", "NEAR(", ":", "\x00", "\ud800", "", " ", "，"):
            assert found(word) == []
        assert found("OR") and store.search([], {TOPIC}) == []

    def test_others_write_while_words_are_looked_for(self, store, other):
        told(store, 1, "ev_1")
        own = mention(article(2))
        held = placed(own, article(2))
        store.finish(digested(article(2), own), NOW, lambda d: ids(other, "大桥") and [change("ev_2", held)])
        assert ids(other, "ev_2") and store.index() and store.index() == 0
