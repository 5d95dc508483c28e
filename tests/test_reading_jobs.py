"""What is given to be read, and when it is placed; the loop's time is put forward by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.jobs.common import Pending
from monitor.jobs.reading import DIGEST, Digests
from monitor.model import Digested, Entry, EntryState, Waiting
from monitor.pulse import Pulse

NOW = datetime(2025, 6, 30, tzinfo=UTC)
POLLING = ("poll", "doing", "poll:1", {"urls": [], "round": 1})


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time is put forward."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


@dataclass
class Desk:
    """Entries that wait, what was read of them, and what was placed."""

    inbox: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    jobs: list[Any] = field(default_factory=list)

    async def defer(self, pending: Pending, jobs: Iterable[Any]) -> list[Any]:
        made = [j for j in jobs if j.task_kwargs["entry"] not in {a["entry"] for a in pending.of(DIGEST)}]
        self.jobs += [(DIGEST, "todo", j.queueing_lock, j.task_kwargs) for j in made]
        return made

    async def settle(self, digested: Digested, *by: Any) -> None:
        self.placed.append(digested.entry)
        self.inbox.remove(digested.entry)
        self.read.remove(digested.entry)

    async def apart(self, act: Callable[..., Any], *args: Any) -> Any:
        return act(*args)

    def waiting(self, *about: Any) -> list[Waiting]:
        return [Waiting(n, "feed", Entry(n, f"https://{n}.example/", n, ""), ("t",), 0, 1, "") for n in self.inbox]

    def unsettled(self) -> list[Digested]:
        return [Digested(n, EntryState.REJECTED, "", ()) for n in self.read]

    def done(self, *names: str) -> None:
        """Let these be read, and their jobs end."""
        self.read += names
        self.jobs = [j for j in self.jobs if j[3].get("entry") not in names]

    def queue(self) -> Digests:
        leading = SimpleNamespace(inbox=self.waiting, unsettled=self.unsettled, index=lambda: 0)
        rounds = SimpleNamespace(settle=self.settle, pulse=Pulse())
        common: Any = SimpleNamespace(
            leading=leading, rounds=rounds, clock=lambda: NOW, defer=self.defer, apart=self.apart
        )
        return Digests(common)


def played(play: Callable[[Desk, Callable[[float], Any]], Any]) -> None:
    """Run *play* with a desk and what looks once so many seconds later."""
    loop = Loop()

    async def run() -> None:
        desk = Desk()
        queue = desk.queue()

        async def look(later: float) -> None:
            loop.ahead += later
            await queue.make(Pending(list(desk.jobs)))

        await play(desk, look)

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()


def test_after_a_long_rest_feeds_are_still_waited_for_before_pages_are_read():
    async def play(desk: Desk, look: Callable[[float], Any]) -> None:
        await look(0)
        await look(3600)
        desk.jobs, desk.inbox = [POLLING], ["a"]
        await look(2)
        assert desk.jobs == [POLLING]
        await look(27)
        assert desk.jobs == [POLLING]
        await look(4)  # one feed is slow: that is long enough
        assert len(desk.jobs) == 2

    played(play)


@pytest.mark.parametrize("more", [False, True])
def test_a_slow_page_holds_the_others_up_for_half_a_minute_however_many_more_come(more: bool):
    async def play(desk: Desk, look: Callable[[float], Any]) -> None:
        desk.inbox = ["a", "slow"]
        await look(0)
        desk.done("a")
        for n in range(15):
            if more:
                desk.inbox.append(f"more{n}")
            assert not desk.placed
            await look(2)
            desk.done(*(f"more{n}",) * more)
        await look(2)
        assert desk.placed[0] == "a" and "slow" not in desk.placed

    played(play)
