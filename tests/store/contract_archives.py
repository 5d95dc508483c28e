"""How far archives were read, and what they have of entries: the same on every store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Archive, Brought, Digested, EntryState, Reads, Saved, Scope, Span, Taken
from monitor.store.base import Store

from .make import NOW, RSS, TOPIC, article, decides, digested, later, poll, screened, settings, verdict

SCOPE = Scope((TOPIC,), Span(date(2019, 1, 1), None), "Asia/Shanghai")
ONE = Archive("one", "/a/one.warc.gz", "warc", "archive:1/one.warc.gz", SCOPE)
TWO = replace(ONE, id="two", name="/a/two.warc.gz", feed="archive:2/two.warc.gz")


def saved(n: int, body: bytes = b"page") -> Saved:
    return Saved(ONE.name, 100 * n, f"sha1:{n}", NOW, "text/html", f"sha-{n}", body)


def brought(*numbers: int, state: EntryState = EntryState.WAITING) -> tuple[Brought, ...]:
    return tuple(Brought(screened(n, state), saved(n)) for n in numbers)


def taken(archive: Archive, *some: Brought, before: int = 0, position: int = 100, ended: bool = False) -> Taken:
    return Taken(archive.id, before, position, Reads(records=10, found=len(some)), some, ended)


def ids(store: Store) -> Sequence[str]:
    return [e.id for e in store.entries()]


class ArchivesContract:
    make: Callable[[Path], Store]

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with self.make(tmp_path) as store:
            store.declare(settings(), NOW)
            yield store

    def test_an_archive_begins_where_it_is_and_is_known_from_then_on(self, store):
        assert store.archive("one") is None
        assert store.begin_archive(ONE, NOW) == ONE == store.archive("one") == store.begin_archive(ONE, later(1))
        assert store.open_archives() == [ONE]

    def test_a_part_brings_entries_and_says_where_to_go_on(self, store):
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1, 2)), NOW)
        store.take(taken(ONE, *brought(3), before=100, position=300), later(1))
        there = store.archive("one")
        assert (there.position, there.reads, there.entries) == (300, Reads(records=20, found=3), {"waiting": 3})
        assert [w.feed for w in store.inbox(NOW)] == [ONE.feed] * 3
        assert store.saved(ids(store)[1]) == saved(2)
        assert next(iter(store.entries())).saved == saved(1, b"")

    def test_an_archive_that_ended_is_not_open(self, store):
        store.begin_archive(ONE, NOW)
        store.begin_archive(TWO, NOW)
        store.take(taken(ONE, ended=True), later(1))
        assert store.archive("one").finished == later(1)
        assert [a.id for a in store.open_archives()] == ["two"]

    @pytest.mark.parametrize("wrong", [{"before": 50}, {"before": 100}])
    def test_a_part_that_was_read_from_elsewhere_is_not_written(self, store, wrong):
        store.begin_archive(ONE, NOW)
        with pytest.raises(StoreError, match="another process"):
            store.take(taken(ONE, *brought(1), **wrong), NOW)
        store.take(taken(ONE, ended=True), NOW)
        with pytest.raises(StoreError, match="another process"):
            store.take(taken(ONE, *brought(1), before=100), NOW)
        with pytest.raises(StoreError, match="another process"):
            store.take(taken(TWO, *brought(1)), NOW)
        assert not ids(store)

    def test_why_it_cannot_be_read_is_kept_until_it_is_asked_for_again(self, store):
        store.begin_archive(ONE, NOW)
        store.give_up_archive("one", "there is no such file")
        assert store.archive("one").problem == "there is no such file" and not store.open_archives()
        assert store.begin_archive(replace(ONE, name="/b/one.warc.gz"), NOW).name == "/b/one.warc.gz"
        assert [a.problem for a in store.open_archives()] == [""]

    def test_its_round_is_no_round_of_polling(self, store):
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1), ended=True), NOW)
        assert not store.left_open() and store.round() is None and store.coverage(TOPIC).as_of is None

    def test_a_page_lies_here_until_it_is_digested(self, store):
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1)), NOW)
        (id,) = ids(store)
        store.finish(digested(article(1), entry=id), NOW, decides())
        assert store.saved(id) == saved(1, b"")

    def test_of_what_was_rejected_no_page_is_kept(self, store):
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1, state=EntryState.REJECTED)), NOW)
        assert store.saved(ids(store)[0]) == saved(1, b"")

    def test_a_copy_keeps_its_page_while_the_original_may_fail(self, store):
        store.record(poll(store.open_round(NOW), screened(1)))
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1, state=EntryState.DUPLICATE)), NOW)
        original, copy = ids(store)
        assert store.saved(copy).body == b"page"
        store.finish(Digested(original, EntryState.FAILED, "http 404", (verdict(),)), NOW, decides())
        (waiting,) = store.inbox(later(1))
        assert waiting.id == copy and store.saved(copy).body == b"page"

    def test_a_copy_lets_go_of_its_page_once_the_original_is_read(self, store):
        store.record(poll(store.open_round(NOW), screened(1)))
        store.begin_archive(ONE, NOW)
        store.take(taken(ONE, *brought(1, state=EntryState.DUPLICATE)), NOW)
        original, copy = ids(store)
        store.finish(digested(article(1), entry=original), NOW, decides())
        assert store.saved(copy) == saved(1, b"")

    def test_the_page_of_an_article_is_found_by_its_digest(self, store):
        found = article(1)
        store.begin_archive(ONE, NOW)
        there = replace(saved(1), sha256=found.body_sha256)
        store.take(taken(ONE, Brought(screened(1), there)), NOW)
        store.finish(digested(found, entry=ids(store)[0]), NOW, decides())
        assert store.saved(found.id) == replace(there, body=b"")
        assert store.saved("ar_none") is None and store.saved("en_none") is None

    def test_an_entry_of_a_feed_is_in_no_archive(self, store):
        store.record(poll(store.open_round(NOW), screened(1), url=RSS))
        assert store.saved(ids(store)[0]) is None and next(iter(store.entries())).saved is None
