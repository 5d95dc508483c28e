"""Polls on their way into the store: several share a transaction, and none suffers for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import FetchError, StoreError
from monitor.fetch import Room
from monitor.model import Counts, Feed, FeedStatus, FetchSettings, Settings
from monitor.pipeline import Asked, Desk
from monitor.recording import Recorder

NOW = datetime(2025, 3, 20, 8, tzinfo=UTC)
FEEDS = [Feed(f"http://{n}.example/feed", timedelta(hours=1)) for n in range(5)]


class Books:
    """A store that only counts; it breaks at the feeds in *bad*."""

    def __init__(self, *bad: str) -> None:
        self.bad = bad
        self.batches: list[int] = []

    def together(self) -> Any:
        self.batches.append(0)
        return nullcontext()

    def record(self, poll: Any) -> Counts:
        self.batches[-1] += 1
        if poll.status.url in self.bad:
            raise ZeroDivisionError
        return Counts()


def recorded(books: Books, write: Callable[..., Any] | None = None) -> tuple[list[object], Recorder]:
    """Record a failed poll of each feed at once; return what each got."""
    desk = Desk.of(Settings("c", "d", "UTC", FetchSettings(), "off", (), tuple(FEEDS), ()))

    async def at_once(act: Callable[[Sequence[Any]], Any], batch: Sequence[Any]) -> Any:
        await asyncio.sleep(0)
        return act(batch)

    async def go() -> tuple[list[object], Recorder]:
        recorder = Recorder(books, write or at_once, lambda: NOW, Room(10**6))  # type: ignore[arg-type]
        polls = [Asked(f, FeedStatus(f.url, f.url), error=FetchError(f.url, "reset", "it broke")) for f in FEEDS]
        recorder.under_way = len(polls)
        found = await asyncio.gather(*(recorder.record(desk, p, 1) for p in polls), return_exceptions=True)
        await recorder.leave()
        return list(found), recorder

    return asyncio.run(go())


def test_what_is_ready_together_is_one_transaction() -> None:
    books = Books()
    recorded(books)
    assert books.batches == [5]


def test_a_bug_in_one_poll_is_told_to_who_brought_it_alone() -> None:
    books = Books(FEEDS[2].url)
    found, _ = recorded(books)
    assert [isinstance(f, ZeroDivisionError) for f in found] == [False, False, True, False, False]
    assert books.batches == [3, 1, 1, 1, 1, 1]  # as one, and then each by itself


def test_a_store_that_fails_is_told_to_all() -> None:
    async def broken(act: object, batch: object) -> object:
        raise StoreError("the disk is full")

    found, _ = recorded(Books(), broken)
    assert {type(f) for f in found} == {StoreError}


@pytest.mark.parametrize(("claimed", "room"), [(1_000, True), (10**9, False)])
def test_there_is_room_while_little_waits(claimed: int, room: bool) -> None:
    _, recorder = recorded(Books())
    recorder.room.claim(claimed)
    assert recorder.room.open.is_set() is room
