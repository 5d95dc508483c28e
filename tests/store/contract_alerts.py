"""The part of the store contract that is about alerts: what is written down for whom, sealed once, and never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model import (
    Alert,
    AlertState,
    Article,
    Channel,
    Digested,
    Entry,
    FeedState,
    Pending,
    Phase,
    Published,
    Retention,
    Rework,
    Sealed,
    Status,
)
from monitor.store.base import Store

from .make import (
    NOW,
    RSS,
    TOPIC,
    article,
    change,
    collected,
    decides,
    decision,
    digested,
    entry,
    event,
    failed,
    later,
    mention,
    placed,
    poll,
    rules,
    screened,
    seed,
    settings,
    told,
)

DESK = Channel("desk", "webhook", "https://hooks.example/")


def tells(alert: str = "al_1") -> Callable[[Sequence[Pending]], Sealed]:
    """Return what makes one alert of all that is pending."""

    def decide(pending: Sequence[Pending]) -> Sealed:
        made = Alert(alert, DESK.id, NOW, "title", "text", "[]")
        return Sealed(((made, tuple(p.n for p in pending)),)) if pending else Sealed()

    return decide


class AlertsContract:
    make: Callable[[Path], Store]

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with self.make(tmp_path) as store:
            store.declare(replace(settings(), channels=(DESK,)), later(-60 * 24))
            yield store

    # ------------------------------------------------------------- what is written down

    def test_an_event_that_is_new_waits_to_be_told(self, store):
        told(store, 1, "ev_1")
        (waits,) = store.pending("desk")
        assert (waits.about, waits.topic, waits.at, waits.before) == ("ev_1", TOPIC, NOW, None)
        assert waits.after and waits.after.title == event("ev_1").title

    def test_many_changes_wait_as_one_with_how_it_was_before_the_first(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        for n, status in enumerate((Status.CORROBORATED, Status.DISPUTED, Status.DENIED)):
            told(store, 2 + n, "ev_1", later(n), status=status)
        (waits,) = store.pending("desk")
        assert waits.before and waits.after and waits.at == NOW
        assert (waits.before.status, waits.after.status) == (Status.REPORTED, Status.DENIED)

    def test_what_was_not_written_is_not_to_be_told(self, store):
        def half(decider):
            yield change("ev_1")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.finish(digested(article(1)), NOW, half)
        assert store.pending("desk") == []

    def test_seeds_and_what_is_read_again_are_not_told(self, store):
        store.seed((), NOW, decides(change("ev_1", seed=seed(1))))
        store.rework((), NOW, lambda decider: Rework((change("ev_2"),), ()), apply=True)
        assert store.pending("desk") == []

    def test_what_a_person_orders_is_told_to_who_was_told_of_the_event(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        told(store, 2, "ev_2", later(-60 * 24 * 300))
        gone = [change(id, status=Status.RETRACTED) for id in ("ev_1", "ev_3")]
        store.rule(NOW, rules(decision(1, "ev_1"), *gone))
        assert [p.about for p in store.pending("desk")] == ["ev_2", "ev_1"]

    def test_nobody_is_told_of_the_topics_of_others(self, store):
        store.declare(replace(settings(), channels=(replace(DESK, topics=("other",)),)), NOW)
        told(store, 1, "ev_1")
        assert store.pending("desk") == []

    # ------------------------------------------------------------- news and the past

    def _brought(self, store: Store, n: int, published: Published, at: int = 0) -> Digested:
        """Let a feed bring article *n*, so many minutes from now, and return what reading it came to."""
        brought: Entry = replace(entry(n), published=published)
        number = store.open_round(later(at))
        store.record(poll(number, replace(screened(n), entry=brought), at=later(at)))
        (waiting,) = [w for w in store.inbox(later(at)) if w.entry.identity == brought.identity]
        found: Article = replace(article(n), published=Published())
        return replace(digested(found, entry=waiting.id), mentions=(mention(found),))

    def _read(self, store: Store, read: Digested, id: str, at: int = 0) -> None:
        assert read.article
        store.finish(read, later(at), decides(change(id, placed(read.mentions[0], read.article))))

    def test_what_a_feed_lists_when_it_is_first_read_is_the_past(self, store):
        self._read(store, self._brought(store, 1, Published()), "ev_1")
        assert store.pending("desk") == []
        self._read(store, self._brought(store, 2, Published(), at=60), "ev_2", at=60)
        assert [p.about for p in store.pending("desk")] == ["ev_2"]

    def test_a_feed_that_was_not_read_yet_was_not_looked_at(self, store):
        store.record(failed(store.open_round(NOW)))
        self._read(store, self._brought(store, 1, Published(), at=60), "ev_1", at=60)
        assert [p.about for p in store.pending("desk")] == [RSS]

    @pytest.mark.parametrize(
        ("published", "news"),
        [
            (Published("", later(-1), None, None), False),
            (Published("", later(-0.5), None, None), True),  # 08:29 may be any second of that minute
            (Published("", later(1), None, None), True),
            (Published("", None, date(2025, 3, 19), None), False),
            (Published("", None, date(2025, 3, 20), None), True),
            (Published("", datetime.max.replace(tzinfo=UTC), None, None), True),
            (Published("", None, date.max, None), True),
            (Published(), True),
        ],
    )
    def test_what_came_out_before_the_feed_was_first_read_is_the_past(self, store, published, news):
        collected(store, screened(9))
        self._read(store, self._brought(store, 1, published, at=60), "ev_1", at=60)
        assert bool(store.pending("desk")) == news

    def test_an_old_article_that_is_edited_amends_and_founds_nothing(self, store):
        read = self._brought(store, 1, Published())
        self._read(store, read, "ev_1")
        edited = replace(digested(article(1, "大桥第1期工程没有开工。"), entry=read.entry))
        store.finish(edited, later(60), decides(change("ev_1", status=Status.DENIED), change("ev_2")))
        assert [p.about for p in store.pending("desk")] == ["ev_1"]

    @pytest.mark.parametrize(("day", "news"), [(18, False), (20, True), (None, False)])
    def test_a_file_that_is_handed_in_is_news_by_its_date_alone(self, store, day, news):
        published = Published("", None, date(2025, 3, day), None) if day else Published()
        found = replace(article(1), published=published)
        store.finish(digested(found), NOW, decides(change("ev_1", placed(mention(found), found))))
        assert bool(store.pending("desk")) == news

    # ------------------------------------------------------------- feeds

    def test_a_feed_that_cannot_be_seen_any_more_waits_to_be_told(self, store):
        collected(store)
        store.record(failed(store.open_round(later(60)), at=later(60)))
        store.record(failed(store.open_round(later(120)), at=later(120)))
        (waits,) = store.pending("desk")
        assert (waits.about, waits.at, waits.was_blind, waits.is_blind) == (RSS, later(60), False, True)
        assert waits.feed and waits.feed.state is FeedState.FAILING
        collected(store, at=later(180))
        (waits,) = store.pending("desk")
        assert waits.is_blind is waits.was_blind is False

    # ------------------------------------------------------------- sealed

    def test_what_is_sealed_stays_as_it_is_and_what_comes_then_waits_anew(self, store, tmp_path):
        told(store, 1, "ev_1")
        assert store.untold("desk") and not store.untold("desk", NOW)
        assert store.seal("desk", tells()) == 1
        assert not store.untold("desk") and store.seal("desk", tells()) == 0
        told(store, 2, "ev_1", later(1), status=Status.DENIED)
        with self.make(tmp_path) as other:
            assert [a.id for a in other.alerts(AlertState.WAITING)] == ["al_1"]
            assert [p.before and p.before.status for p in other.pending("desk")] == [Status.REPORTED]

    def test_only_what_came_before_a_digest_is_looked_at(self, store):
        told(store, 1, "ev_1")
        told(store, 2, "ev_2", later(10))
        store.seal("desk", tells(), later(5))
        assert [p.about for p in store.pending("desk")] == ["ev_2"]

    def test_rows_that_tell_nothing_are_gone(self, store):
        told(store, 1, "ev_1")
        assert store.seal("desk", lambda pending: Sealed((), tuple(p.n for p in pending))) == 0
        assert store.pending("desk") == [] and store.alerts(*AlertState) == []

    def test_an_event_that_went_into_another_is_told_as_that_one(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        told(store, 2, "ev_2", later(1), phase=Phase.DONE)
        found = article(3)
        merging = change("ev_2", placed(mention(found), found), merges=("ev_1",))
        store.finish(digested(found, mention(found)), later(2), decides(merging))
        (waits,) = store.pending("desk")
        assert waits.before and waits.before.id == "ev_1" and waits.after and waits.after.id == "ev_2"

    def test_what_is_pending_of_an_event_that_went_into_another_has_no_event(self, store):
        told(store, 1, "ev_1")
        told(store, 2, "ev_2")
        found = article(3)
        merging = change("ev_2", placed(mention(found), found), merges=("ev_1",))
        store.finish(digested(found, mention(found)), later(2), decides(merging))
        assert [(p.about, p.after is None) for p in store.pending("desk")] == [("ev_1", True), ("ev_2", False)]

    # ------------------------------------------------------------- delivered

    def test_a_try_is_kept_with_its_reason_and_the_next_one(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        store.tried("al_1", AlertState.WAITING, NOW, "http 500", later(1))
        (alert,) = store.alerts(AlertState.WAITING, channel="desk")
        assert (alert.attempts, alert.reason, alert.not_before) == (1, "http 500", later(1))
        assert store.alerts(AlertState.WAITING, channel="other") == []
        store.tried("al_1", AlertState.SENT, later(1))
        assert [(a.attempts, a.reason, a.ended) for a in store.alerts(AlertState.SENT)] == [(2, "", later(1))]

    def test_a_person_has_an_alert_tried_afresh_or_dropped(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        store.tried("al_1", AlertState.DEAD, NOW, "http 410")
        assert store.order_alert("al_1", AlertState.WAITING, NOW)
        assert [a.attempts for a in store.alerts(AlertState.WAITING)] == [0]
        assert store.order_alert("al_1", AlertState.DROPPED, NOW)
        store.tried("al_1", AlertState.WAITING, NOW, "late", later(1))  # by who was just trying
        assert [a.id for a in store.alerts(AlertState.DROPPED)] == ["al_1"]
        assert not store.order_alert("al_2", AlertState.WAITING, NOW)

    def test_what_was_sent_long_ago_is_forgotten_but_that_it_was_sent(self, store):
        told(store, 1, "ev_1")
        store.seal("desk", tells())
        store.tried("al_1", AlertState.SENT, NOW)
        assert store.stock().alerts == {"sent": 1}
        store.tidy(NOW + timedelta(days=29), Retention())
        assert store.alerts(AlertState.SENT)[0].text == "text"
        store.tidy(NOW + timedelta(days=31), Retention())
        (alert,) = store.alerts(AlertState.SENT)
        assert (alert.id, alert.text, alert.notices) == ("al_1", "", "[]")
        assert not store.order_alert("al_1", AlertState.WAITING, NOW)
        assert store.event("ev_1") is not None
