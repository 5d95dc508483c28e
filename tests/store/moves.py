"""Moving a database, whichever way: what every pair of databases must do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor import store as stores
from monitor.errors import StoreError
from monitor.model import Manners, RobotsEntry
from monitor.store import moving, open_store
from monitor.store.database import Connection
from tests.web import town

from .make import NOW, later


def ignore(table: str, rows: int) -> None:
    pass


def everything(url: str) -> dict[str, object]:
    """Return what can be read of the town at *url*."""
    topic = town.TOPIC.id
    with open_store(url, create=False) as store:
        return {
            "events": [store.events(topic, at) for at in (None, town.NOW, later(0))],
            "entries": list(store.entries()),
            "articles": list(store.articles()),
            "statuses": store.statuses(),
            "log": store.decisions(),
            "coverage": store.coverage(topic),
            "round": store.round(),
            "mentions": [store.mentions_of(a.id) for a in store.articles()],
            "found": [store.search([[word]], {topic}) for word in ("青禾", "云川", "签约", "汽车")],
            "due": store.due(town.NOW),
            "news": store.news(topic).mark,
        }


class MoveContract:
    """``place`` gives the address of an empty database of each kind, by a name of one's own."""

    here: Callable[[str], str]
    there: Callable[[str], str]

    @pytest.fixture
    def source(self) -> str:
        url = self.here("source")
        with town.built(url) as store:  # type: ignore[arg-type]
            town.merge(store, "ev_4", "ev_5")
            town.flood(store, 2500)
            store.begin_run(NOW)
            store.end_run(Manners({"a.example": 90.0}, (RobotsEntry("https://a:443", "\0x\x1a", "", 6.5),)), NOW)
            store.index()
        return url

    def test_all_that_can_be_read_is_the_same_and_the_source_stays_as_it_was(self, source):
        before, told = everything(source), {}
        stores.move(source, self.there("target"), told.__setitem__)
        assert everything(self.there("target")) == everything(source) == before
        assert told["entries"] == len(before["entries"]) > 2500 and told["bodies"] > 0  # type: ignore[arg-type]
        with open_store(self.there("target")) as store:
            assert store.begin_run(NOW).robots[0].rules == "\0x\x1a"
            town.crowd(store, 3)  # numbers go on after those that came

    def test_there_and_back_again_is_the_same(self, source):
        stores.move(source, self.there("target"), ignore)
        stores.move(self.there("target"), self.here("back"), ignore)
        assert everything(self.here("back")) == everything(source)

    def test_broken_off_anywhere_it_goes_on_and_nobody_opens_the_half(self, source, tmp_path):
        url, rounds = self.there("target"), 0
        while True:
            rounds += 1
            try:
                self.move(source, url, broken_after=rounds)
            except ZeroDivisionError:
                with pytest.raises(StoreError, match="is half of a copy"):
                    open_store(url)
            else:
                break
        assert rounds > 5 and everything(url) == everything(source)

    def move(self, source: str, target: str, broken_after: int) -> None:
        """Move until so many transactions have been written, and break off."""
        with open_store(source, create=False) as store:
            there = store._connection  # type: ignore[attr-defined]
            copy = stores._connection(target, create=True, moving=True)
            left = [broken_after]
            try:
                moving.move(there, Breaking(copy, left), ignore)  # type: ignore[arg-type]
            finally:
                copy.close()

    def test_what_is_in_use_is_not_overwritten(self, source):
        with open_store(self.there("target")) as store:
            store.open_round(NOW)
        with pytest.raises(StoreError, match="holds a timeline already"):
            stores.move(source, self.there("target"), ignore)

    def test_nothing_is_moved_while_a_process_polls(self, source):
        with open_store(source) as store:
            store.hold()
            with pytest.raises(StoreError, match="another monitor"):
                stores.move(source, self.there("target"), ignore)

    def test_onto_itself_is_refused(self, source):
        with pytest.raises(StoreError, match="name another database"):
            stores.move(source, source, ignore)

    def test_a_source_that_changed_between_two_tries_is_noticed(self, source):
        with pytest.raises(ZeroDivisionError):
            self.move(source, self.there("target"), broken_after=4)
        with open_store(source) as store:
            store.declare(town.SETTINGS, NOW)
            store.record(changed(store))
        with pytest.raises(StoreError, match=r"the copy of feeds .* is another than what is there"):
            stores.move(source, self.there("target"), ignore)


def changed(store: stores.Store):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from .make import poll

    made = poll(store.open_round(NOW), url=store.statuses()[0].url)
    return replace(made, status=replace(store.statuses()[0], failures=9))


class Breaking:
    """A connection that breaks after so many transactions were written."""

    def __init__(self, connection: Connection, left: list[int]) -> None:
        self._connection, self._left = connection, left

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def write(self) -> object:
        self._left[0] -= 1
        1 // (self._left[0] + 1)
        return self._connection.write()


def files(folder: Path) -> Callable[[str], str]:
    return lambda name: str(folder / f"{name}.db")
