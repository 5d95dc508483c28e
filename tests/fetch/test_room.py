"""How much all answers may hold together, and who makes way for whom."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from pathlib import Path

import pytest

from monitor.fetch.inflate import SLICE
from monitor.fetch.room import AT_REST, FREE, Room, Share
from tests.hostile import FEED, HostileServer, Talk, head, page

MB = 1024 * 1024


class Hoards(list[Share]):
    """Shares that note what happens to them in ``told``."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room, self.told = room, list[str]()

    def one(self, name: str) -> Share:
        share = Share(self.room, lambda: self.told.append(f"{name} goes on"), lambda: self._given_up(name, share))
        self.append(share)
        return share

    def _given_up(self, name: str, share: Share) -> None:
        self.told.append(f"{name} is given up")
        share.end()


def fill(share: Share, most: int = 100 * MB) -> int:
    while share.held < most and share.take(SLICE):
        pass
    return share.held


def test_what_is_small_is_taken_whatever_others_hold() -> None:
    async def go() -> int:
        all_ = Hoards(Room(MB))
        fill(all_.one("large"))
        return fill(all_.one("small"), FREE)

    assert asyncio.run(go()) == FREE


def test_who_waits_goes_on_when_another_one_ends_the_longest_waiting_first() -> None:
    async def go() -> tuple[list[str], bool, bool]:
        all_ = Hoards(Room(4 * MB))
        large, second, third = (all_.one(name) for name in ("large", "second", "third"))
        fill(large)
        fill(second)
        fill(third)
        large.end()
        later = all_.one("later").take(2 * FREE)
        await asyncio.sleep(0)
        return list(all_.told), second.take(SLICE), later

    assert asyncio.run(go()) == (["second goes on"], True, False)


def test_where_all_wait_for_each_other_the_largest_is_given_up_at_once() -> None:
    async def go() -> list[str]:
        all_ = Hoards(Room(4 * MB))
        first, second = all_.one("first"), all_.one("second")
        fill(first, 3 * MB)
        fill(second)
        fill(first)
        await asyncio.sleep(0)
        return all_.told[:1]

    assert asyncio.run(go()) == ["first is given up"]


def test_who_hoards_and_says_nothing_more_makes_way_after_a_while() -> None:
    async def go() -> tuple[list[str], list[str]]:
        all_ = Hoards(Room(4 * MB))
        fill(all_.one("hoarder"), 4 * MB)
        fill(all_.one("honest"), 2 * MB)
        await asyncio.sleep(0)
        before = list(all_.told)
        await asyncio.sleep(1.2)
        return before, all_.told

    assert asyncio.run(go()) == ([], ["hoarder is given up", "honest goes on"])


def test_nobody_is_given_up_for_what_waits_to_be_read() -> None:
    async def go() -> tuple[list[str], int]:
        all_ = Hoards(Room(2 * MB))
        all_.room.claim(2 * MB)
        only = all_.one("only")
        fill(only)
        await asyncio.sleep(1.2)
        all_.room.claim(-2 * MB)
        await asyncio.sleep(0)
        return all_.told, fill(only, MB)

    assert asyncio.run(go()) == (["only goes on"], MB)


def test_what_ended_is_forgotten() -> None:
    async def go() -> int:
        all_ = Hoards(Room(2 * MB))
        for name in "abc":
            fill(all_.one(name))
        for share in all_:
            share.end()
        return all_.room.held

    assert asyncio.run(go()) == 0


@pytest.mark.parametrize("full", [False, True])
def test_nothing_is_asked_while_python_writes_but_the_disk_is_not_waited_for(full: bool) -> None:
    async def go() -> list[bool]:
        room = Room(100 * MB)
        room.claim(full * 10 * MB)
        with room.shut():
            states = [room.open.is_set()]
            await asyncio.sleep(3 * AT_REST)
            states.append(room.open.is_set())
        with room.shut():
            pass
        room.claim(full * -10 * MB)
        return [*states, room.open.is_set()]

    assert asyncio.run(go()) == [False, not full, True]


# --------------------------------------------------------------------------- a crowd of hoarders


def hoarder(packed: bytes) -> object:
    """Return a script that sends a body of 31 MB within a moment, all but its end."""

    async def script(talk: Talk) -> None:
        await talk.send(head("200 OK", "Content-Encoding: gzip"), packed)
        await asyncio.sleep(30)

    return script


def unhurried(body: bytes) -> object:
    """Return a script that takes a second over *body*."""

    async def script(talk: Talk) -> None:
        await talk.send(head("200 OK", f"Content-Length: {len(body)}"))
        step = len(body) // 10 + 1
        await talk.send(*(body[i : i + step] for i in range(0, len(body), step)), every=0.1)

    return script


@pytest.mark.long
def test_a_crowd_of_hoarders_fills_no_memory_and_keeps_nobody_from_what_is_honest() -> None:
    packed = gzip.compress(bytes(31 * MB))[:-8]
    routes = {"/hoarder": hoarder(packed), "/small": page(FEED), "/large": unhurried(b"x" * 3 * MB)}

    async def go() -> bytes:
        async with HostileServer(routes) as server:  # type: ignore[arg-type]
            command = ("-m", "tests.fetch.hoard", str(server.port), "86", "5")
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
            )
            return (await process.communicate())[0]

    told = json.loads(asyncio.run(go()))
    print(told)
    assert told["found"]["small True"] == 5
    assert told["found"]["large True"] == 5
    assert told["slowest"]["small"] < 5
    assert told["more_kb"] < 120_000  # of 2.7 GB; the room for all is 48 MB, and 24 MB are free for 96 answers
