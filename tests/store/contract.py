"""
The store contract as tests. An implementation inherits the classes and says how it is made:

    class TestSqliteStore(StoreContract):
        make = staticmethod(lambda folder: SqliteStore(folder / "a.db"))

``make`` is called again for a second connection to the same data.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.errors import Occupied, StoreError
from monitor.model import (
    UNKNOWN_WHEN,
    Basis,
    Change,
    Counts,
    Digested,
    EntryState,
    FeedState,
    FeedStatus,
    Hints,
    Judgement,
    KnownEvent,
    Manners,
    Precision,
    Reason,
    Reread,
    Retention,
    Rework,
    RobotsEntry,
    Status,
    Stock,
    Tidied,
    Validators,
    Verb,
    Vote,
    When,
)
from monitor.store.base import Decider, Store

from .contract_panels import PanelsContract
from .contract_polls import PollsContract
from .contract_readers import ReadersContract
from .make import (
    LIST,
    NOW,
    RSS,
    TOPIC,
    article,
    asked,
    candidates,
    change,
    collected,
    day,
    decides,
    decision,
    digested,
    entry,
    event,
    failed,
    feed,
    later,
    mention,
    placed,
    poll,
    quote,
    revision,
    rules,
    screened,
    seed,
    settings,
    status,
    told,
    topic,
    undo,
    verdict,
)

WAITING, KEPT, REJECTED, DUPLICATE = EntryState.WAITING, EntryState.KEPT, EntryState.REJECTED, EntryState.DUPLICATE


class _Made:
    make: Callable[[Path], Store]

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with self.make(tmp_path) as store:
            yield store

    @pytest.fixture
    def other(self, tmp_path: Path, store: Store) -> Iterator[Store]:
        """A second connection to the same data."""
        with self.make(tmp_path) as other:
            yield other


class DeclaredContract(_Made):
    def test_a_new_feed_is_new_and_due_at_once(self, store):
        store.declare(settings(), NOW)
        assert store.statuses() == [FeedStatus(RSS, RSS), FeedStatus(LIST, LIST)]

    def test_feeds_come_in_the_order_they_were_declared_in(self, store):
        store.declare(settings(), NOW)
        store.declare(settings([feed(LIST), feed("https://new.example/"), feed(RSS)]), later(1))
        assert [s.url for s in store.statuses()] == [LIST, "https://new.example/", RSS]

    def test_a_feed_no_longer_declared_is_kept_but_not_due_and_remembered_when_it_returns(self, store):
        store.declare(settings(), NOW)
        collected(store, screened(1))
        store.declare(settings([feed(LIST)]), later(1))
        assert [s.url for s in store.statuses()] == [LIST]
        assert [e.feed for e in store.entries()] == [RSS]
        store.declare(settings(), later(2))
        assert store.statuses()[0].last_poll == NOW

    def test_what_is_due_is_what_has_come_due_what_was_never_asked_and_what_was_asked_in_the_future(self, store):
        store.declare(settings([feed(RSS), feed(LIST), feed("https://new.example/")]), NOW)
        collected(store, url=RSS, at=NOW)
        collected(store, url=LIST, at=later(60 * 24))
        assert [s.url for s in store.due(later(10))] == [LIST, "https://new.example/"]
        assert [s.url for s in store.due(later(61))] == [RSS, LIST, "https://new.example/"]
        assert [s.url for s in store.due(later(10), all=True)] == [RSS, LIST, "https://new.example/"]

    def test_some_of_what_is_due_are_of_each_host_those_that_wait_longest_and_one_of_each_before_a_second(self, store):
        crowd = [f"https://crowd.example/{n}" for n in range(5)]
        others = ["https://one.example/", "https://two.example/", "https://one.example:8080/"]
        store.declare(settings([feed(url) for url in (*crowd, *others)]), NOW)
        for minute, url in enumerate([*others[:2], *reversed(crowd)]):
            collected(store, url=url, at=later(minute))
        some = lambda limit, of_each: [s.url for s in store.due(later(100), limit=limit, per_host=of_each)]  # noqa: E731
        assert some(9, 9) == [others[2], others[1], crowd[4], others[0], *reversed(crowd[:4])]
        assert some(9, 2) == [others[2], others[1], crowd[4], others[0], crowd[3]]
        assert some(2, 9) == [others[2], others[1]]
        collected(store, url=others[2], at=later(50))
        collected(store, url=crowd[0], at=later(200))
        assert some(4, 9) == [others[0], others[1], crowd[4], crowd[3], crowd[0]]
        store.declare(settings([feed(url) for url in others]), NOW)
        assert some(4, 9) == others[:2]

    def test_a_feed_that_has_stopped_is_not_due(self, store):
        store.declare(settings([feed(RSS)]), NOW)
        store.record(failed(store.open_round(NOW), state=FeedState.STOPPED))
        assert store.due(later(10**5)) == []

    def test_a_feed_can_be_asked_for_by_its_address_while_it_is_declared(self, store):
        store.declare(settings([feed(RSS)]), NOW)
        collected(store, screened(1))
        assert store.status(RSS) == status() and store.status(LIST) is None
        store.declare(settings([feed(LIST)]), NOW)
        assert (store.status(RSS), store.status(LIST)) == (None, FeedStatus(LIST, LIST))

    def test_what_is_written_together_stands_together(self, store, other):
        store.declare(settings(), NOW)
        number = store.open_round(NOW)
        with store.together():
            store.record(poll(number, screened(1)))
            assert list(other.entries()) == []
            store.record(poll(number, screened(3), url=LIST))
        assert [e.title for e in other.entries()] == [entry(1).title, entry(3).title]

    def test_where_a_part_of_what_is_written_together_fails_nothing_is_written(self, store):
        store.declare(settings(), NOW)
        number = store.open_round(NOW)
        with pytest.raises(ZeroDivisionError), store.together():
            store.record(poll(number, screened(1)))
            raise ZeroDivisionError
        with pytest.raises(StoreError, match="a part of what was to be written together"), store.together():
            store.record(poll(number, screened(1)))
            with contextlib.suppress(ZeroDivisionError), store.together():
                store.record(poll(number, screened(2)))
                raise ZeroDivisionError
            store.record(poll(number, screened(3), url=LIST))
        assert list(store.entries()) == []
        store.record(poll(number, screened(3), url=LIST))
        assert [e.title for e in store.entries()] == [entry(3).title]

    def test_a_status_comes_back_as_it_was_saved(self, store):
        whole = FeedStatus(
            RSS,
            "https://new.example/rss",
            FeedState.FROZEN,
            "nothing for long",
            later(-9),
            3,
            NOW,
            later(-5),
            later(60),
            later(30),
            Validators('W/"x"', "Thu, 20 Mar 2025 08:00:00 GMT"),
            "ab",
            timedelta(minutes=90, microseconds=5),
            7,
            later(-99),
            "https://moved.example/",
            2,
            hints=Hints(timedelta(hours=2), frozenset({1, 23}), frozenset({6})),
        )
        store.declare(settings(), NOW)
        store.record(replace(poll(store.open_round(NOW)), status=whole))
        assert store.statuses()[0] == whole

    def test_topics_in_force_come_by_id_and_a_changed_one_keeps_its_past(self, store):
        first, second = topic("b"), topic("a")
        store.declare(settings(topics=[first, second]), NOW)
        store.declare(settings(topics=[replace(first, question="何时通车?")]), later(10))
        assert [t.question for t in store.topics()] == ["何时通车?"]
        assert list(store.topics(later(9))) == [second, first]
        assert store.topics(later(-1)) == []

    def test_the_same_declaration_again_changes_nothing(self, store):
        store.declare(settings(), NOW)
        store.declare(settings(), later(10))
        assert store.topics(later(5)) == store.topics() == [topic()]

    def test_a_withdrawn_declaration_can_come_back(self, store):
        store.declare(settings(topics=[topic("a"), topic("b")]), NOW)
        store.declare(settings(topics=[topic("a")]), later(1))
        store.declare(settings(topics=[topic("a"), topic("b")]), later(2))
        assert [len(store.topics(later(n))) for n in (0, 1, 2)] == [2, 1, 2]


class CollectContract(_Made):
    def test_an_entry_is_collected_once(self, store):
        number = store.open_round(NOW)
        assert store.record(poll(number, screened(1))) == Counts(fetched=1, waiting=1)
        assert store.record(poll(number, screened(1))) == Counts(fetched=1, duplicate=1)
        assert [w.entry for w in store.inbox(NOW)] == [entry(1)]

    def test_a_poll_says_how_many_it_had_where(self, store):
        found = (screened(1), screened(2, REJECTED), screened(3, REJECTED))
        counts = store.record(poll(store.open_round(NOW), *found, seen=4, cut=5))
        assert counts == Counts(fetched=7, waiting=1, rejected=2, duplicate=4, cut=5)

    def test_the_ids_of_entries_are_the_same_on_every_machine(self, store, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        with self.make(tmp_path / "elsewhere") as second:
            collected(second, screened(7), screened(1))
            collected(store, screened(1))
            assert next(iter(store.entries())).id in {e.id for e in second.entries()}

    def test_what_is_known_of_an_identity_is_the_feeds_own_entry_else_the_oldest(self, store):
        for url in ("https://first.example/", RSS, LIST):
            collected(store, screened(1), url=url)
        known = store.known(RSS, [entry(1).identity, entry(2).identity])
        assert {k: v.feed for k, v in known.items()} == {entry(1).identity: RSS}
        assert store.known("https://new.example/", [entry(1).identity])[entry(1).identity].feed == (
            "https://first.example/"
        )

    def test_what_is_known_says_hash_topics_and_state(self, store):
        collected(store, screened(1, REJECTED, verdict(Judgement.REJECTED), verdict(Judgement.REJECTED, "b")))
        known = store.known(RSS, [entry(1).identity])[entry(1).identity]
        assert (known.sha256, known.topics, known.state) == (screened(1).sha256, {TOPIC, "b"}, REJECTED)

    def test_many_identities_may_be_asked_for_at_once(self, store):
        collected(store, *(screened(n) for n in range(1200)))
        assert len(store.known(RSS, [entry(n).identity for n in range(5000)])) == 1200

    def test_an_entry_is_known_by_its_aliases(self, store):
        named = replace(screened(1), entry=replace(entry(1), aliases=("https://news.example/articles/CBMi1",)))
        collected(store, named)
        assert set(store.known(LIST, ["https://news.example/articles/CBMi1"])) == {
            "https://news.example/articles/CBMi1"
        }

    def test_an_edited_entry_waits_again_under_its_id_and_says_which_article_it_gave(self, store):
        collected(store, screened(1), screened(2))
        first, found = store.inbox(NOW)[0], article(1)
        store.finish(digested(found, entry=first.id), NOW, decides())
        collected(store, screened(1, title="更正"), at=later(5))
        again = store.inbox(later(5))[0]
        assert (again.id, again.entry.title, again.article, again.attempts) == (first.id, "更正", found.id, 0)

    def test_an_entry_that_waits_for_another_topic_does_not_say_that_it_was_edited(self, store):
        collected(store, screened(1))
        store.finish(digested(article(1), entry=store.inbox(NOW)[0].id), NOW, decides())
        collected(store, screened(1, WAITING, verdict(topic="b")))
        again = store.inbox(NOW)[0]
        assert (again.article, again.topics) == ("", (TOPIC, "b"))

    def test_an_entry_that_another_topic_rejects_stays_what_it_was(self, store):
        collected(store, screened(1))
        store.finish(digested(article(1), entry=store.inbox(NOW)[0].id), NOW, decides())
        collected(store, screened(1, REJECTED, verdict(Judgement.REJECTED, "b")))
        (kept,) = store.entries()
        assert (kept.state, [v.topic for v in kept.verdicts]) == (KEPT, [TOPIC, "b"])

    def test_an_edit_that_no_topic_wants_rejects_the_entry(self, store):
        collected(store, screened(1))
        collected(store, screened(1, REJECTED, title="别的事", reason="names nothing"))
        (found,) = store.entries()
        assert (found.state, found.reason, len(found.verdicts)) == (REJECTED, "names nothing", 1)

    def test_a_duplicate_points_to_the_oldest_entry_of_its_article(self, store):
        collected(store, screened(1))
        for url in (LIST, "https://third.example/"):
            collected(store, screened(1, DUPLICATE, reason="same article"), url=url)
        first, *copies = store.entries()
        assert [(c.state, c.duplicate_of) for c in copies] == [(DUPLICATE, first.id)] * 2

    def test_a_duplicate_is_found_by_alias(self, store):
        alias = "https://news.example/articles/CBMi1"
        collected(store, replace(screened(1), entry=replace(entry(1), aliases=(alias,))))
        by_alias = replace(screened(2, DUPLICATE), entry=replace(entry(2), identity=alias))
        to_alias = replace(screened(3, DUPLICATE), entry=replace(entry(3), aliases=(entry(1).identity,)))
        collected(store, by_alias, to_alias, url=LIST)
        first, *copies = store.entries()
        assert [c.duplicate_of for c in copies] == [first.id] * 2

    def test_a_duplicate_of_nothing_waits_like_any_other(self, store):
        counts = store.record(poll(store.open_round(NOW), screened(1, DUPLICATE)))
        assert counts == Counts(fetched=1, waiting=1)
        assert [w.entry for w in store.inbox(NOW)] == [entry(1)]

    def test_a_poll_that_cannot_be_saved_whole_is_not_saved_at_all(self, store):
        broken = screened(2, WAITING, replace(verdict(), votes=(Vote("rule", float("nan")),)))
        store.declare(settings(), NOW)
        with pytest.raises(ValueError, match="nan"):
            store.record(poll(store.open_round(NOW), screened(1), broken))
        assert (list(store.entries()), store.statuses()[0]) == ([], FeedStatus(RSS, RSS))

    def test_what_a_feed_lists_twice_is_one_entry(self, store):
        counts = store.record(poll(store.open_round(NOW), screened(1), screened(1, title="again"), screened(2)))
        assert counts == Counts(fetched=3, waiting=2, duplicate=1)
        assert [e.title for e in store.entries()] == [entry(1).title, entry(2).title]

    def test_text_that_utf8_cannot_hold_costs_one_character(self, store):
        bad = replace(screened(1), entry=replace(entry(1), identity="https://x/\udcff", title="标\ud800题\0"))
        collected(store, bad)
        assert set(store.known(RSS, ["https://x/\udcff"])) == {"https://x/\udcff"}
        assert [e.title for e in store.entries()] == ["标\ufffd题\0"]

    def test_nothing_is_found_under_a_name_that_cannot_be(self, store):
        name = "\udcff"
        assert (store.event(name), store.article_by_id(name), list(store.entries(id=name))) == (None, None, [])


class RoundContract(_Made):
    def test_an_account_adds_up_whatever_happens_to_the_entries_later(self, store):
        number = store.open_round(NOW)
        store.record(poll(number, screened(1), screened(2), screened(3, REJECTED), seen=2, cut=1))
        store.record(poll(number, screened(1, DUPLICATE), screened(4), url=LIST))
        first, second, _ = store.inbox(NOW)
        store.finish(digested(article(1), entry=first.id), NOW, decides())
        store.finish(Digested(second.id, EntryState.FAILED, "404", ()), NOW, decides())
        record = store.close_round(number, later(1))
        assert (record.id, record.started, record.finished) == (number, NOW, later(1))
        assert record.feeds == {
            RSS: Counts(fetched=5, kept=1, failed=1, rejected=1, duplicate=2, cut=1),
            LIST: Counts(fetched=2, duplicate=1, waiting=1),
        }
        assert record.counts == Counts(fetched=7, kept=1, failed=1, rejected=1, duplicate=3, waiting=1, cut=1)
        assert store.round(number) == store.round() == record

    def test_an_edited_entry_is_a_known_one_in_the_account_of_its_round(self, store):
        first = collected(store, screened(1))
        second = collected(store, screened(1, title="更正"))
        assert store.round(first).counts == store.round(first).feeds[RSS] == Counts(fetched=1, waiting=1)
        assert store.round(second).counts == Counts(fetched=1, duplicate=1)

    def test_a_status_carries_the_account_of_the_last_round_of_its_feed(self, store):
        store.declare(settings(), NOW)
        collected(store, screened(1), screened(2, REJECTED))
        collected(store, url=LIST)
        assert [s.counts for s in store.statuses()] == [Counts(fetched=2, waiting=1, rejected=1), Counts()]

    def test_a_round_that_a_crash_left_open_is_never_the_last_finished_one(self, store):
        assert store.round() is None
        finished = collected(store, screened(1))
        left = store.open_round(later(1))
        assert (store.round().id, store.round(left).finished) == (finished, None)

    def test_rounds_that_were_left_open_are_known_where_something_was_polled(self, store):
        collected(store, screened(1))
        first, _, third = (store.open_round(NOW) for _ in range(3))
        for number in (third, first):
            store.record(poll(number))
        assert list(store.left_open()) == [first, third]
        store.close_round(first, NOW)
        assert list(store.left_open()) == [third]

    def test_a_round_is_finished_once(self, store):
        number = store.open_round(NOW)
        store.close_round(number, later(1))
        assert store.close_round(number, later(2)).finished == later(1)

    def test_there_is_no_account_of_a_round_that_never_was(self, store):
        assert store.round(99) is None
        with pytest.raises(StoreError, match="no round 99"):
            store.close_round(99, NOW)


class DigestContract(_Made):
    def test_the_inbox_is_oldest_first_and_only_as_long_as_asked(self, store):
        collected(store, *(screened(n) for n in (5, 3, 4)))
        assert [w.entry.identity for w in store.inbox(NOW, 2)] == [entry(5).identity, entry(3).identity]

    def test_a_waiting_entry_names_the_topics_that_may_want_it(self, store):
        votes = verdict(), verdict(Judgement.REJECTED, "b"), verdict(Judgement.BACKGROUND, "c")
        number = collected(store, screened(1, WAITING, *votes))
        (waiting,) = store.inbox(NOW)
        assert (waiting.topics, waiting.feed, waiting.round) == ((TOPIC, "c"), RSS, number)

    def test_an_entry_can_be_asked_for_while_it_waits(self, store):
        collected(store, screened(1))
        (first,) = store.inbox(NOW)
        assert store.unread(first.id, NOW) == first and store.unread("en_none", NOW) is None
        store.finish(Digested(first.id, REJECTED, "", ()), NOW, decides())
        assert store.unread(first.id, NOW) is None

    def test_an_entry_that_was_read_or_put_off_is_not_to_be_read_again_at_once(self, store):
        collected(store, screened(1), screened(2))
        first, second = store.inbox(NOW)
        store.leave_unsettled(digested(article(1), entry=first.id), NOW)
        store.postpone(second.id, later(10), "timeout")
        assert store.unread(first.id, later(10)) is None
        assert store.unread(second.id, later(9)) is None
        assert store.unread(second.id, later(10)) == store.inbox(later(10))[1]

    def test_what_one_process_read_another_finishes_and_until_then_the_entry_waits(self, store, other):
        collected(store, screened(1), screened(2))
        first, second = store.inbox(NOW)
        read = digested(article(1), mention(article(1)), entry=first.id)
        late = digested(article(2), entry=second.id)
        for one, at in ((late, later(2)), (read, NOW), (read, later(1))):
            store.leave_unsettled(one, at)
        assert [w.id for w in other.inbox(NOW)] == [first.id, second.id]
        assert list(other.unsettled()) == [read, late]
        other.finish(read, NOW, decides())
        assert list(store.unsettled()) == [late]

    def test_what_was_read_too_late_is_not_taken_for_the_next_edit(self, store):
        collected(store, screened(1))
        (first,) = store.inbox(NOW)
        read = digested(article(1), mention(article(1)), entry=first.id)
        store.finish(read, NOW, decides())
        store.leave_unsettled(read, later(1))
        collected(store, screened(1, title="edited"), at=later(2))
        assert [w.id for w in store.inbox(later(9))] == [first.id]
        assert not store.unsettled()

    def test_the_feeds_take_turns_in_the_inbox_when_asked_to(self, store):
        collected(store, *(screened(n) for n in range(5)))
        collected(store, *(screened(n) for n in range(10, 13)), url=LIST)
        taken = [w.entry.url for w in store.inbox(NOW, 4, per_feed=2)]
        assert taken == [entry(n).url for n in (0, 10, 1, 11)]
        assert len(store.inbox(NOW, 99, per_feed=2)) == 4

    def test_an_entry_that_was_not_even_tried_has_lost_no_attempt(self, store):
        collected(store, screened(1))
        (first,) = store.inbox(NOW)
        store.postpone(first.id, later(1), "resting", tried=False)
        assert [w.attempts for w in store.inbox(later(1))] == [0]

    def test_a_postponed_entry_is_not_offered_before_its_time(self, store):
        collected(store, screened(1), screened(2))
        first = store.inbox(NOW)[0]
        store.postpone(first.id, later(10), "timeout")
        assert first.id not in {w.id for w in store.inbox(later(9.99))}
        assert (store.inbox(later(10))[0].id, store.inbox(later(10))[0].attempts) == (first.id, 1)
        assert next(iter(store.entries(id=first.id))).reason == "timeout"

    def test_postponing_what_waits_no_more_does_nothing(self, store):
        collected(store, screened(1))
        id = store.inbox(NOW)[0].id
        store.finish(Digested(id, REJECTED, "millet", ()), NOW, decides())
        store.postpone(id, later(1), "timeout")
        (found,) = store.entries()
        assert (found.state, found.reason) == (REJECTED, "millet")

    def test_a_finished_entry_can_be_followed_to_its_article_and_events(self, store):
        collected(store, screened(1))
        found, waiting = article(1), store.inbox(NOW)[0]
        own = placed(mention(found), found)
        whole = digested(found, own.mention, entry=waiting.id)
        assert store.finish(whole, NOW, decides(change("ev_1", own))) == ["ev_1"]
        assert store.inbox(later(999)) == []
        (record,) = store.entries()
        assert (record.state, record.events, record.verdicts) == (KEPT, ("ev_1",), (verdict(),))
        assert (record.article_id, record.article_url) == (found.id, found.url)
        assert (record.article_sha256, record.article_fetched) == (found.body_sha256, NOW)
        assert store.article(found.identity) == store.article_by_id(found.id) == found
        assert store.mentions_of(found.id) == [("ev_1", own.mention)]

    def test_a_verdict_on_the_article_replaces_that_on_the_entry_topic_by_topic(self, store):
        collected(store, screened(1, WAITING, verdict(), verdict(topic="b")))
        judged = (verdict(Judgement.REJECTED, "b"),)
        store.finish(Digested(store.inbox(NOW)[0].id, REJECTED, "", judged), NOW, decides())
        (record,) = store.entries()
        assert {v.topic: v.judgement for v in record.verdicts} == {TOPIC: "relevant", "b": "rejected"}

    def test_a_file_counts_once(self, store):
        found = article(1)
        assert not store.holds_body(found.body_sha256)
        store.finish(digested(found, state=REJECTED), NOW, decides())
        assert store.holds_body(found.body_sha256)
        assert list(store.entries()) == []

    def test_an_article_without_an_identity_goes_by_its_url(self, store):
        found = replace(article(1), identity="")
        store.finish(digested(found), NOW, decides())
        assert store.article(found.url).id == found.id

    def test_a_failed_decision_changes_nothing(self, store):
        def half(decider: Decider) -> Sequence[Change]:
            raise OSError("bug")

        collected(store, screened(1))
        waiting, found = store.inbox(NOW), article(1)
        with pytest.raises(OSError, match="bug"):
            store.finish(digested(found, mention(found), entry=waiting[0].id), NOW, half)
        assert store.inbox(NOW) == waiting
        assert (store.article(found.identity), store.holds_body(found.body_sha256)) == (None, False)

    def test_changes_that_cannot_be_written_whole_are_not_written_at_all(self, store):
        found = article(1)
        stray = placed(mention(article(2)), article(2))  # of an article that nobody saved
        with pytest.raises(StoreError):
            store.finish(digested(found), NOW, decides(change("ev_1"), change("ev_2", stray)))
        assert (store.events(TOPIC), store.article(found.identity)) == ([], None)

    def test_finishing_an_entry_that_never_was_is_refused(self, store):
        with pytest.raises(StoreError, match="no entry en_none"):
            store.finish(digested(article(1), entry="en_none"), NOW, decides())
        assert store.article(article(1).identity) is None

    def test_the_same_article_again_adds_nothing(self, store):
        own = told(store, 1, "ev_1")
        before = store.events(TOPIC)
        same = replace(change("ev_1", own), event=event("ev_1", own, revisions=()))
        assert store.finish(digested(article(1), own.mention), later(5), decides(same)) == []
        assert (store.events(TOPIC), store.mentions_of(own.mention.article)) == (before, [("ev_1", own.mention)])

    def test_an_edited_article_replaces_what_it_used_to_say(self, store):
        own = told(store, 1, "ev_1")
        edited = article(1, "大桥第1期工程于3月20日开工。", later(60))
        new = placed(mention(edited, when=day(20)), edited)
        seen = []

        def decide(decider: Decider) -> Sequence[Change]:
            seen.extend(decider.place_of(edited.id))
            return [change("ev_1", new, when=day(20))]

        store.finish(digested(edited, new.mention), later(60), decide)
        assert [(k.event.id, k.mentions) for k in seen] == [("ev_1", ())]
        assert [k.mentions for k in candidates(store, "k")] == [(new,)]
        assert (store.mentions_of(own.mention.article), store.mentions_of(edited.id)) == ([], [("ev_1", new.mention)])
        assert store.article(edited.identity) == edited
        assert store.article_by_id(own.mention.article) == article(1)

    def test_an_article_that_goes_back_to_its_old_words_says_them_again(self, store):
        own = told(store, 1, "ev_1")
        edited = article(1, "别的话")
        store.finish(digested(edited), later(1), decides())
        assert [k.mentions for k in candidates(store, "k")] == [()]
        store.finish(digested(article(1), own.mention), later(2), decides(change("ev_1", own)))
        assert [k.mentions for k in candidates(store, "k")] == [(own,)]
        assert store.article(edited.identity) == article(1)

    def test_a_passage_read_better_replaces_its_old_reading(self, store):
        own = told(store, 1, "ev_1")
        better = replace(own, mention=replace(own.mention, title="大桥一期开工"))
        store.finish(digested(article(1), better.mention), NOW, decides(change("ev_1", better)))
        assert [k.mentions for k in candidates(store, "k")] == [(better,)]

    def test_a_mention_that_no_event_took_is_kept(self, store):
        found = article(1)
        store.finish(digested(found, mention(found)), NOW, decides())
        assert store.mentions_of(found.id) == [("", mention(found))]

    def test_the_events_of_an_entry_are_those_its_article_stands_for_now(self, store):
        collected(store, screened(1))
        id, own = store.inbox(NOW)[0].id, told(store, 1, "ev_1")
        second = placed(mention(article(1), 4), article(1))
        both = digested(article(1), own.mention, second.mention, entry=id)
        store.finish(both, NOW, decides(change("ev_2", second), change("ev_1", own)))
        (record,) = store.entries()
        assert record.events == ("ev_1", "ev_2")


class DecideContract(_Made):
    def test_candidates_share_a_key_and_a_topic_and_come_oldest_first(self, store):
        for n, keys in enumerate((("a", "b"), ("c",), ("b", "c"), ("d",))):
            told(store, n, f"ev_{9 - n}", keys=keys)
        assert [k.event.id for k in candidates(store, "b", "c")] == ["ev_9", "ev_8", "ev_7"]
        assert candidates(store) == candidates(store, "z") == candidates(store, "b", topic="other") == []

    def test_of_a_crowd_those_that_share_most_keys_are_candidates(self, store):
        for n in range(40):
            told(store, n, f"ev_{n:02d}", keys=("day", "name") if n >= 37 else ("day",))
        found = [k.event.id for k in candidates(store, "day", "name")]
        assert {"ev_37", "ev_38", "ev_39"} < set(found)
        assert len(found) < 40
        assert found == sorted(found)

    def test_a_candidate_comes_with_its_mentions_and_without_what_is_not_compared(self, store):
        own = told(store, 1, "ev_1")
        (known,) = candidates(store, "k")
        assert (known.event, known.mentions) == (event("ev_1", revisions=()), (own,))
        assert (known.seed, known.whole) == (None, False)

    def test_the_same_event_asked_for_by_its_id_is_whole(self, store):
        own = told(store, 1, "ev_1", reasons=(Reason("when", "told", (0,)),))

        def both(decider: Decider) -> Sequence[KnownEvent]:
            (shown,) = decider.candidates(TOPIC, frozenset({"k"}))
            return [shown, *decider.known(["ev_1"])]

        outline, whole = asked(store, both)
        assert (outline.event.reasons, whole.event.reasons) == ((), (Reason("when", "told", (0,)),))
        assert whole.event.evidence == (quote(own),)
        assert (whole.mentions, whole.whole) == (outline.mentions, True)

    def test_retracted_events_are_candidates_too(self, store):
        told(store, 1, "ev_1", status=Status.RETRACTED)
        assert [k.event.status for k in candidates(store, "k")] == [Status.RETRACTED]

    def test_keys_and_mentions_are_replaced_by_those_of_the_change(self, store):
        own = told(store, 1, "ev_1", keys=("a", "b"))
        store.finish(digested(article(2)), NOW, decides(change("ev_1", keys=("b", "c"))))
        assert candidates(store, "a") == []
        assert [k.mentions for k in candidates(store, "c")] == [()]
        assert store.mentions_of(own.mention.article) == [("", own.mention)]

    def test_what_lies_wholly_outside_of_the_days_asked_for_is_no_candidate(self, store):
        here, there = (date(2025, 3, 1), date(2025, 3, 9)), (date(2025, 5, 1), date(2025, 5, 2))
        for n, days in enumerate((here, there, None)):
            found = article(n)
            own = placed(mention(found), found)
            made = replace(change(f"ev_{n}", own), days=days)
            store.finish(digested(found, own.mention), NOW, decides(made))
        asked_for = (date(2025, 3, 9), date(2025, 4, 30))
        assert [k.event.id for k in candidates(store, "k", days=asked_for)] == ["ev_0", "ev_2"]
        assert [k.event.id for k in candidates(store, "k", days=there)] == ["ev_1", "ev_2"]
        assert len(candidates(store, "k")) == 3

    def test_a_passage_that_is_said_again_opens_the_days_of_its_event(self, store):
        found, edited = article(1), article(1, "别的话")
        own = placed(mention(found), found)
        march = (date(2025, 3, 1), date(2025, 3, 1))
        store.finish(digested(found, own.mention), NOW, decides(change("ev_1", own)))
        store.finish(digested(edited), later(1), decides(replace(change("ev_1"), days=march)))
        may = (date(2025, 5, 1), date(2025, 5, 1))
        assert candidates(store, "k", days=may) == []
        store.finish(digested(found, own.mention), later(2), decides())
        assert [k.mentions for k in candidates(store, "k", days=may)] == [(own,)]

    def test_a_great_many_keys_may_be_asked_for(self, store):
        told(store, 1, "ev_1")
        assert len(candidates(store, "k", *(str(n) for n in range(31_000)))) == 1

    def test_nothing_rests_on_an_article_that_is_not_kept(self, store):
        told(store, 1, "ev_1")
        assert asked(store, lambda decider: decider.place_of("ar_none")) == []

    def test_a_decision_sees_what_the_same_transaction_wrote(self, store):
        found = article(1)
        seen: list[object] = []

        def decide(decider: Decider) -> Sequence[Change]:
            seen.append(store.article_by_id(found.id))
            return ()

        store.finish(digested(found), NOW, decide)
        assert seen == [found]


class MergeContract(_Made):
    @pytest.fixture
    def merged(self, store: Store) -> Store:
        one, two = told(store, 1, "ev_1", keys=("a",)), told(store, 2, "ev_2", keys=("b",), at=later(1))
        both = change("ev_1", one, two, keys=("a", "b"), merges=("ev_2",))
        assert store.finish(digested(article(2), two.mention), later(2), decides(both)) == ["ev_1"]
        return store

    def test_a_merged_event_redirects_and_leaves_the_timeline(self, merged):
        assert [e.id for e in merged.events(TOPIC)] == ["ev_1"]
        assert merged.event("ev_2") == merged.event("ev_1")
        assert merged.event("ev_3") is None

    def test_the_mentions_and_keys_of_a_merged_event_go_with_it(self, merged):
        assert [(k.event.id, len(k.mentions)) for k in candidates(merged, "b")] == [("ev_1", 2)]
        assert merged.mentions_of(article(2).id)[0][0] == "ev_1"

    def test_what_was_merged_before_is_seen_apart_as_of_then(self, merged):
        assert [e.id for e in merged.events(TOPIC, later(1.9))] == ["ev_1", "ev_2"]
        assert [e.id for e in merged.events(TOPIC, later(2))] == ["ev_1"]

    def test_a_redirect_follows_a_second_merge(self, merged):
        three = told(merged, 3, "ev_3")
        merged.finish(digested(article(3), three.mention), later(3), decides(change("ev_3", three, merges=("ev_1",))))
        assert [merged.event(id).id for id in ("ev_1", "ev_2", "ev_3")] == ["ev_3"] * 3

    def test_merging_again_or_into_itself_or_the_unknown_changes_nothing(self, merged):
        before = merged.events(TOPIC)
        same = replace(before[0], revisions=())
        own = candidates(merged, "a")[0].mentions
        again = Change(same, own, frozenset({"a", "b"}), None, ("ev_2", "ev_1", "ev_none"))
        assert merged.finish(digested(article(2), own[1].mention), later(9), decides(again)) == []
        assert merged.events(TOPIC) == before

    def test_an_event_can_be_brought_back_from_a_merge(self, merged):
        two = placed(mention(article(2)), article(2))
        merged.finish(digested(article(2), two.mention), later(5), decides(change("ev_2", two, keys=("b",))))
        assert [e.id for e in merged.events(TOPIC)] == ["ev_1", "ev_2"]
        assert merged.event("ev_2").id == "ev_2"


class SeedContract(_Made):
    def test_a_seed_finds_its_event_again(self, store):
        assert store.seed([seed()], NOW, decides(change("ev_1", seed=seed()))) == 1
        (known,) = asked(store, lambda decider: [decider.seed_of(TOPIC, "bridge")])
        assert (known.event.id, known.seed) == ("ev_1", seed())

    def test_there_is_no_event_of_a_seed_never_sown(self, store):
        assert asked(store, lambda decider: [decider.seed_of(TOPIC, "none")]) == [None]

    def test_sowing_again_changes_nothing_but_where_the_seed_is_written(self, store):
        store.seed([seed()], NOW, decides(change("ev_1", seed=seed())))
        moved = seed(line=9)
        assert store.seed([moved], later(1), decides()) == 0
        assert [k.seed for k in candidates(store, "k")] == [moved]

    def test_the_seed_of_a_merged_event_finds_the_survivor(self, store):
        store.seed([seed()], NOW, decides(change("ev_1", seed=seed()), change("ev_2")))
        store.seed([], later(1), decides(change("ev_2", merges=("ev_1",))))
        (known,) = asked(store, lambda decider: [decider.seed_of(TOPIC, "bridge")])
        assert (known.event.id, known.seed) == ("ev_2", seed())

    def test_an_edited_seed_is_known_as_edited(self, store):
        store.seed([seed()], NOW, decides(change("ev_1", seed=seed())))
        edited = seed(title="大桥奠基(更正)")
        store.seed([edited], later(1), decides(change("ev_1", seed=edited, title=edited.title)))
        assert [(k.event.title, k.seed) for k in candidates(store, "k")] == [(edited.title, edited)]


class DecisionContract(_Made):
    def test_a_decision_is_logged_with_what_it_changes_and_found_by_what_it_names(self, store):
        told(store, 1, "ev_1")
        store.rule(later(1), rules(decision(1, "ev_1"), change("ev_1", title="甲")))
        (logged,) = store.decisions()
        assert (logged.id, logged.number, logged.undone_by) == ("de_1", 1, "")
        assert store.event("ev_1").title == "甲"
        assert asked(store, lambda d: d.decisions(TOPIC, ["ev_1", "ev_2"])) == [logged]
        assert asked(store, lambda d: d.decisions(TOPIC, ["ev_2"])) == []
        assert asked(store, lambda d: d.decisions("other", ["ev_1"])) == []
        assert store.decisions("other") == []

    def test_an_undone_decision_is_in_force_again_when_its_undoing_is_undone(self, store):
        told(store, 1, "ev_1")
        for made in (decision(1, "ev_1"), undo(2, "de_1"), undo(3, "de_2")):
            store.rule(NOW, rules(made))
        assert [d.undone_by for d in store.decisions()] == ["", "de_3", ""]
        assert [d.id for d in asked(store, lambda d: d.decisions(TOPIC, ["ev_1"]))] == ["de_1"]
        assert [d.undone_by for d in asked(store, lambda d: [d.logged("de_2")])] == ["de_3"]
        assert asked(store, lambda d: [d.next_number()]) == [4]

    def test_a_decision_whose_changes_cannot_be_written_is_not_logged(self, store):
        found = article(1)
        stray = placed(mention(article(2)), article(2))
        with pytest.raises(StoreError):
            store.rule(NOW, rules(decision(1), change("ev_2", stray)), digested(found))
        assert (store.decisions(), store.article(found.identity)) == ([], None)

    def test_what_is_shown_may_differ_from_what_the_rules_gave(self, store):
        one, two = told(store, 1, "ev_1"), told(store, 2, "ev_2")
        base = store.event("ev_1")
        merged = replace(change("ev_1", one, title="甲"), told=(one.id, two.id), base=base)
        gone = replace(change("ev_2", two), told=(), into="ev_1", base=store.event("ev_2"))
        store.rule(later(1), rules(decision(1, "ev_1", "ev_2"), merged, gone))
        assert [e.id for e in store.events(TOPIC)] == ["ev_1"] and store.event("ev_2").id == "ev_1"
        assert {e for e, _ in store.mentions_of(two.mention.article)} == {"ev_1"}
        known = {k.event.id: k for k in candidates(store, "k")}
        assert (known["ev_1"].mentions, known["ev_1"].base.title, known["ev_1"].event.title) == (
            (one,),
            base.title,
            "甲",
        )
        assert (known["ev_2"].mentions, known["ev_2"].into) == ((two,), "ev_1")
        store.rule(later(2), rules(undo(2, "de_1"), change("ev_1", one), change("ev_2", two)))
        assert [e.id for e in store.events(TOPIC)] == ["ev_1", "ev_2"]
        assert {e for e, _ in store.mentions_of(two.mention.article)} == {"ev_2"}
        assert [e.id for e in store.events(TOPIC, later(1))] == ["ev_1"]
        assert all(k.base is None and not k.into for k in candidates(store, "k"))

    def test_what_was_said_of_an_article_is_the_last_word_in_force(self, store):
        for n, verb in enumerate((Verb.ACCEPT, Verb.REJECT), 1):
            store.rule(NOW, rules(replace(decision(n), verb=verb, events=(), articles=("a",))))
        assert store.said_of("a") == {TOPIC: Verb.REJECT}
        store.rule(NOW, rules(undo(3, "de_2")))
        assert (store.said_of("a"), store.said_of("b")) == ({TOPIC: Verb.ACCEPT}, {})

    def test_a_forgotten_article_keeps_its_hashes_and_loses_its_words(self, store):
        found = article(1)
        told(store, 1, "ev_1")
        made = replace(decision(1), verb=Verb.FORGET, events=(), articles=(found.identity,))
        store.rule(later(1), rules(made))
        gone = store.article(found.identity)
        assert gone == replace(found, text="", forgotten=later(1))
        assert store.holds_body(found.body_sha256)
        (known,) = candidates(store, "k")
        assert all(p.forgotten for p in known.mentions)

    def test_an_article_is_looked_at_again_when_its_time_has_come_and_no_more_when_none_is_left(self, store):
        collected(store, screened(1))
        (waiting,) = store.inbox(NOW)
        found = article(1)
        store.finish(replace(digested(found, entry=waiting.id), recheck=later(60)), NOW, decides())
        assert store.rechecks(later(59)) == []
        (due,) = store.rechecks(later(60))
        assert (due.id, due.article, due.entry) == (waiting.id, found.id, waiting.entry)
        store.rechecked(found.id, later(90), later(60), decides())
        assert (len(store.rechecks(later(89))), len(store.rechecks(later(90)))) == (0, 1)
        store.rechecked(found.id, None, later(90), decides())
        assert store.rechecks(later(9999)) == []

    def test_what_was_read_again_is_written_only_where_nothing_came_in_meanwhile(self, store):
        own = told(store, 1, "ev_1")
        read = Reread(own.mention.article, ("", ""), EntryState.KEPT, "", (verdict(),), (own,))
        assert list(store.newest()) == [own.mention.article]
        assert store.kept(own.mention.article).topics == (TOPIC,) and store.kept("ar_none") is None
        made = Rework((change("ev_1", title="甲"),), (own.id,))
        assert store.rework([], later(1), lambda d: made, apply=True) is None
        assert store.rework([read], later(1), lambda d: made, apply=False) == made
        assert store.event("ev_1").title != "甲"
        assert store.rework([read], later(1), lambda d: made, apply=True) == made
        assert (store.event("ev_1").title, store.mentions_of(own.mention.article)) == ("甲", [])


class TimelineContract(_Made):
    def test_events_come_by_earliest_then_latest_then_id_and_unknown_last(self, store):
        month = When(day(1).earliest, day(31).latest, Precision.MONTH, Basis.STATED)
        until = When(None, day(5).latest, Precision.WITHIN, Basis.PUBLISHED)
        dates = {"ev_f": UNKNOWN_WHEN, "ev_e": until, "ev_b": day(2), "ev_a": day(2), "ev_d": month, "ev_c": day(1)}
        for n, (id, when) in enumerate(dates.items()):
            told(store, n, id, when=when)
        assert [e.id for e in store.events(TOPIC)] == ["ev_c", "ev_d", "ev_a", "ev_b", "ev_e", "ev_f"]
        assert store.events("other") == []

    def test_an_event_comes_back_whole(self, store):
        own = told(store, 1, "ev_1", revisions=(revision(after={"title": ["大桥", 1, None]}),))
        whole = event("ev_1", own, revisions=(revision(after={"title": ["大桥", 1, None]}),))
        assert (store.event("ev_1"), store.events(TOPIC)) == (whole, [whole])

    def test_revisions_are_appended_in_order(self, store):
        own = told(store, 1, "ev_1")
        moved = revision("when", later(5), {"edtf": "2025-03-19"}, {"edtf": "2025-03-20"})
        store.finish(
            digested(article(1), own.mention), later(5), decides(change("ev_1", own, when=day(20), revisions=(moved,)))
        )
        assert store.event("ev_1").revisions == (revision(), moved)

    def test_what_was_known_then_is_rebuilt_exactly(self, store):
        own = told(store, 1, "ev_1")
        first = store.events(TOPIC)
        extra = placed(mention(article(2)), article(2))
        moved = revision("when", later(5))
        store.finish(
            digested(article(2), extra.mention),
            later(5),
            decides(change("ev_1", extra, own, when=day(20), revisions=(moved,))),
        )
        second = store.events(TOPIC)
        told(store, 3, "ev_2", at=later(7), status=Status.RETRACTED)
        assert store.events(TOPIC, later(-1)) == []
        assert store.events(TOPIC, NOW) == store.events(TOPIC, later(4.9)) == first
        assert store.events(TOPIC, later(5)) == second
        assert store.events(TOPIC, later(7)) == store.events(TOPIC)

    def test_an_unchanged_event_with_a_revision_is_a_change(self, store):
        own = told(store, 1, "ev_1")
        pinned = change("ev_1", own, revisions=(revision("pin", later(1)),))
        assert store.finish(digested(article(1), own.mention), later(1), decides(pinned)) == ["ev_1"]

    def test_an_event_changed_twice_in_one_step_is_named_once(self, store):
        twice = decides(change("ev_1"), change("ev_1", title="大桥"))
        assert store.finish(digested(article(1)), NOW, twice) == ["ev_1"]


class EntriesContract(_Made):
    def test_entries_are_filtered_by_feed_state_and_id(self, store):
        collected(store, screened(1), screened(2, REJECTED))
        collected(store, screened(3), url=LIST)
        first, second, third = store.entries()
        assert [e.first_seen for e in (first, second, third)] == [NOW] * 3
        assert list(store.entries(LIST)) == [third]
        assert list(store.entries(state=REJECTED)) == [second]
        assert list(store.entries(RSS, WAITING)) == [first]
        assert list(store.entries(id=third.id)) == [third]
        assert list(store.entries("https://none.example/")) == []

    def test_only_what_was_rejected_long_ago_loses_its_summary_and_none_is_lost(self, store):
        collected(store, screened(1), screened(2, REJECTED))
        collected(store, screened(3, REJECTED), at=later(3 * 1440))
        before = list(store.entries())
        keep = Retention(timedelta(days=10))
        assert store.tidy(later(11 * 1440), keep) == Tidied(1, 0, "")
        assert [e.summary for e in store.entries()] == [before[0].summary, "", before[2].summary]
        assert store.tidy(later(11 * 1440), keep) == Tidied(0, 0, "")

    def test_bodies_are_forgotten_with_time_but_for_those_that_something_rests_on(self, store):
        own = told(store, 1, "ev_1")
        store.finish(digested(article(2)), NOW, decides())
        store.finish(digested(article(3)), later(20 * 1440), decides())
        store.seed((), later(1), decides(change("ev_1", own, status=Status.RETRACTED)))
        keep, now = Retention(bodies=timedelta(days=10)), later(25 * 1440)
        assert store.tidy(now, Retention()) == Tidied(0, 0, "")
        first = store.tidy(now, keep)
        assert (first.bodies, store.tidy(now, keep, first.mark)) == (0, Tidied(0, 1, ""))
        assert store.tidy(now, keep, first.mark) == Tidied(0, 0, "")
        assert store.holds_body(article(2).body_sha256) and store.audit((), ()).seen["bodies"] == 2
        store.settle()

    def test_what_is_held_is_counted(self, store):
        store.declare(settings(), NOW)
        assert store.stock() == Stock({"new": 2}, {}, 0, {}, 0, None)
        number = collected(store, screened(1), screened(2, REJECTED), at=later(1))
        store.close_round(store.open_round(later(2)), later(3), [status(LIST, FeedState.FAILING)])
        told(store, 1, "ev_1")
        assert store.stock() == Stock({"failing": 1, "ok": 1}, {LIST: 1}, 1, {TOPIC: 1}, number + 1, later(3))

    def test_only_the_newest_version_of_each_article_comes_in_order_of_arrival(self, store):
        first, second = article(1), article(2)
        edited = article(1, text="第一条消息,更正。")
        for one in (first, second, edited):
            store.finish(digested(one), NOW, decides())
        assert [a.id for a in store.articles()] == [second.id, edited.id]

    def test_a_thousand_entries_come_in_order_while_others_are_written(self, store):
        collected(store, *(screened(n) for n in range(1001)))
        reading = store.entries()
        titles = [next(reading).title]
        collected(store, screened(5000), at=later(1))
        titles += [e.title for e in reading]
        assert titles == [entry(n).title for n in (*range(1001), 5000)]


class CoverageContract(_Made):
    @pytest.fixture
    def declared(self, store: Store) -> Store:
        store.declare(settings([feed(RSS), feed(LIST, "other-topic")], [topic(), topic("other-topic")]), NOW)
        return store

    def polled(self, store: Store, *outcomes: FeedState) -> None:
        for n, state in enumerate(outcomes):
            number = store.open_round(later(n))
            good = state is FeedState.OK
            store.record(poll(number, at=later(n)) if good else failed(number, at=later(n), state=state))
            store.close_round(number, later(n))

    def test_before_the_first_round_nothing_is_claimed(self, declared):
        coverage = declared.coverage(TOPIC)
        assert (coverage.as_of, coverage.healthy) == (None, 0)
        assert [(f.url, f.state, f.blind) for f in coverage.feeds] == [(RSS, FeedState.NEW, ())]

    def test_only_feeds_that_serve_the_topic_count(self, declared):
        assert [f.url for f in declared.coverage("other-topic").feeds] == [LIST, RSS]

    def test_a_feed_was_blind_from_its_first_failure_to_its_next_answer(self, declared):
        ok, bad = FeedState.OK, FeedState.FAILING
        self.polled(declared, ok, bad, bad, ok, bad)
        (found,) = declared.coverage(TOPIC).feeds
        assert found.blind == ((later(1), later(3)), (later(4), None))
        assert (found.state, found.error, found.since, found.last_ok) == (bad, "timeout", later(4), None)

    def test_a_feed_that_answers_but_shows_nothing_of_itself_is_blind_too(self, declared):
        number = declared.open_round(NOW)
        declared.record(replace(poll(number), status=status(state=FeedState.BLOCKED)))
        declared.close_round(number, NOW)
        assert declared.coverage(TOPIC).feeds[0].blind == ((NOW, None),)

    def test_the_time_that_nobody_looked_is_blind_whatever_came_before_and_after(self, declared):
        def look(n, since=None, state=FeedState.OK):
            number = declared.open_round(later(n))
            made = poll(number, at=later(n)) if state is FeedState.OK else failed(number, at=later(n))
            declared.record(replace(made, unseen_since=since and later(since)))
            declared.close_round(number, later(n))

        ok, bad = FeedState.OK, FeedState.FAILING
        for n, since, state in [(0, None, ok), (9, 2, ok), (19, 12, bad), (29, 22, bad), (39, 32, ok), (49, 42, ok)]:
            look(n, since, state)
        blind = declared.coverage(TOPIC).feeds[0].blind
        assert blind == tuple((later(a), later(b)) for a, b in [(2, 9), (12, 39), (42, 49)])

    def test_a_poll_that_asked_nothing_changes_no_sight(self, declared):
        self.polled(declared, FeedState.OK, FeedState.FAILING)
        number = declared.open_round(later(5))
        declared.record(replace(poll(number, at=later(5)), status=status(state=FeedState.FAILING), outcome="deferred"))
        declared.close_round(number, later(5))
        assert declared.coverage(TOPIC).feeds[0].blind == ((later(1), None),)

    def test_a_frozen_feed_is_seen(self, declared):
        number = declared.open_round(NOW)
        declared.record(replace(poll(number), status=status(state=FeedState.FROZEN)))
        declared.close_round(number, NOW)
        assert declared.coverage(TOPIC).feeds[0].blind == ()

    def test_coverage_is_as_of_the_last_finished_round(self, declared):
        self.polled(declared, FeedState.OK)
        declared.record(failed(declared.open_round(later(9)), at=later(9)))
        coverage = declared.coverage(TOPIC)
        assert (coverage.as_of, coverage.healthy, coverage.feeds[0].last_ok) == (NOW, 1, NOW)

    def test_coverage_can_be_had_as_it_was_then(self, declared):
        self.polled(declared, FeedState.OK, FeedState.FAILING, FeedState.OK)
        then = declared.coverage(TOPIC, later(1.5))
        assert (then.as_of, then.healthy, then.feeds[0].blind) == (later(1), 0, ((later(1), None),))
        declared.declare(settings([feed(LIST)]), later(20))
        assert [f.url for f in declared.coverage(TOPIC).feeds] == [LIST]
        assert [f.url for f in declared.coverage(TOPIC, later(19)).feeds] == [RSS]


class SharingContract(_Made):
    def test_a_second_holder_is_told_at_once_and_may_hold_when_the_first_has_gone(self, store, other):
        store.hold()
        store.hold()
        for at_once in (True, False):
            with pytest.raises(Occupied, match="another monitor"):
                other.hold(at_once=at_once)
        store.close()
        other.hold()

    def test_others_may_write_while_one_holds(self, store, other):
        store.hold()
        collected(other, screened(1))
        assert len(store.inbox(NOW)) == 1

    def test_what_one_connection_wrote_another_reads(self, store, other):
        collected(store, screened(1))
        assert [e.title for e in other.entries()] == [entry(1).title]

    def test_a_reader_reads_while_another_writes(self, store, other):
        seen: list[object] = []

        def decide(decider: Decider) -> Sequence[Change]:
            seen.append(list(other.events(TOPIC)))
            return [change("ev_1")]

        store.seed([], NOW, decide)
        assert (seen, len(other.events(TOPIC))) == ([[]], 1)

    def test_two_writers_at_once_both_get_all_their_entries_in(self, store, other):
        def work(mine: Store, first: int) -> None:
            for n in range(first, first + 20):
                collected(mine, screened(n))

        threads = [threading.Thread(target=work, args=(s, 100 * n)) for n, s in enumerate((store, other, store))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(store.entries())) == 60

    def test_two_deciders_at_once_found_one_event(self, store, other):
        def decide(decider: Decider) -> Sequence[Change]:
            known = decider.candidates(TOPIC, frozenset({"k"}))
            return [] if known else [change(f"ev_{threading.get_ident()}")]

        threads = [threading.Thread(target=s.seed, args=([], NOW, decide)) for s in (store, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.events(TOPIC)) == 1

    def test_closing_twice_is_harmless_and_a_closed_store_says_so(self, store):
        store.close()
        store.close()
        with pytest.raises(StoreError, match="closed"):
            store.topics()


class MannersContract(_Made):
    ROBOTS = RobotsEntry("https://paper.example:443", "User-agent: *\nDisallow: /a", "", 600.0)

    def test_the_first_process_ever_knows_nothing_and_nobody_ended_badly(self, store):
        assert store.begin_run(NOW) == Manners()

    def test_what_one_process_knew_the_next_one_knows_less_the_time_between(self, store):
        store.begin_run(NOW)
        store.end_run(Manners({"a.example": 90.0, "b.example:81": 5.0}, (self.ROBOTS,)), later(1))
        assert store.begin_run(later(2)) == Manners({"a.example": 30.0}, (replace(self.ROBOTS, fresh=540.0),))
        store.end_run(Manners(), later(3))
        assert store.begin_run(later(4)) == Manners()

    def test_a_process_that_said_no_good_bye_is_noticed_and_what_it_kept_is_there(self, store, other):
        store.begin_run(NOW)
        store.keep_manners(Manners({"a.example": 90.0}, (self.ROBOTS,)), NOW)
        assert other.begin_run(later(1)) == Manners({"a.example": 30.0}, (replace(self.ROBOTS, fresh=540.0),), True)

    def test_a_clock_put_back_makes_nobody_wait_longer_than_was_asked(self, store):
        store.begin_run(later(99))
        store.end_run(Manners({"a.example": 90.0}), later(99))
        assert store.begin_run(NOW).rests == {"a.example": 90.0}

    def test_the_feeds_that_last_showed_one_and_the_same_body_are_found(self, store):
        store.declare(settings(), NOW)
        for url, body in ((RSS, "aa"), (LIST, "aa")):
            number = store.open_round(NOW)
            store.record(replace(poll(number), status=replace(status(url), body_sha256=body)))
        assert (store.sharing("aa"), store.sharing("a")) == ([RSS, LIST], [])

    def test_a_round_may_move_the_feeds_of_a_host(self, store):
        store.declare(settings(), NOW)
        number = store.open_round(NOW)
        store.record(poll(number, screened(1)))
        moved = replace(store.statuses()[0], next_poll=later(600))
        store.close_round(number, NOW, [moved])
        assert store.statuses()[0] == moved

    def test_who_could_not_be_reached_in_a_round_is_known_to_whoever_finishes_it(self, store):
        store.declare(settings(), NOW)
        number = store.open_round(NOW)
        store.record(poll(number, screened(1)))
        assert store.ends(number) == []
        store.record(replace(failed(number, LIST), unreached="b.example"))
        assert sorted(store.ends(number)) == sorted([(RSS, ""), (LIST, "b.example")])

    def test_nobody_waits_longer_for_another_writer_than_it_was_told_to(self, store, other):
        other.patience(0.01)
        with contextlib.suppress(ZeroDivisionError):
            store.seed((), NOW, lambda _: self.refused(other))

    def refused(self, other: Store) -> Sequence[Change]:
        with pytest.raises(StoreError, match=r"0\.01 s") as caught:
            other.open_round(NOW)
        assert caught.value.passing
        raise ZeroDivisionError  # nothing is to be written


class StoreContract(
    DeclaredContract,
    CollectContract,
    RoundContract,
    DigestContract,
    DecideContract,
    MergeContract,
    SeedContract,
    DecisionContract,
    TimelineContract,
    EntriesContract,
    CoverageContract,
    SharingContract,
    MannersContract,
    PanelsContract,
    PollsContract,
    ReadersContract,
):
    """All of it."""
