"""Turns at hosts, among processes on one database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta

import psycopg
import pytest

from monitor.errors import ConfigError, StoreError
from monitor.model import RobotsEntry
from monitor.store import open_store, turns
from monitor.store.postgres_turns import AGAIN, Turns
from tests.postgres import Server

from .make import NOW

pytestmark = pytest.mark.long

HOST = "paper.example"


@pytest.fixture
def url(server: Server, tmp_path) -> str:
    url = server.schema(tmp_path)
    open_store(url).close()
    return url


def played(url: str, play: Callable[[Turns, Turns], Coroutine[object, object, None]], *, later: float = 0.0) -> None:
    """Let two processes *play*; the clock of the second is *later* seconds ahead."""

    def clock() -> datetime:
        return NOW + timedelta(seconds=later)

    async def both() -> None:
        one, two = await turns(url, lambda: NOW), await turns(url, clock)
        try:
            await play(one, two)
        finally:
            await one.close()
            await two.close()

    asyncio.run(both())


async def taken(who: Turns, pause: float = 0.0, party: str = HOST) -> float:
    """Take the turn, waiting for it; return how long that took."""
    began = time.monotonic()
    while (wait := await who.take(party, pause)) > 0:  # noqa: ASYNC110 - what is awaited is in a database
        await asyncio.sleep(wait)
    return time.monotonic() - began


def test_one_has_the_turn_and_the_other_waits_for_its_end_and_the_rest(url):
    async def play(one: Turns, two: Turns) -> None:
        assert await one.take(HOST, 60) == 0
        assert await two.take(HOST, 60) == AGAIN and await two.take("other.example", 60) == 0
        given = time.monotonic()
        await one.give(HOST)
        assert 30 < await two.take(HOST, 60) <= 60
        await taken(two, 0.3)
        assert 0.3 <= time.monotonic() - given < 30

    played(url, play)


def test_the_turn_of_a_process_that_is_gone_is_free_and_has_just_ended(url):
    async def play(one: Turns, two: Turns) -> None:
        await one.take(HOST, 0)
        await asyncio.sleep(0.5)
        await one.close()
        assert 0.2 < await taken(two, 0.3) < 30

    played(url, play)


def test_what_a_server_asked_for_holds_for_all_and_a_shorter_one_does_not_end_it(url):
    async def play(one: Turns, two: Turns) -> None:
        await one.rest(HOST, 600)
        await one.rest(HOST, 5)
        assert 590 < await two.take(HOST, 0) <= 600
        await one.rest("far.example", 10**9)
        assert await two.take("far.example", 0) <= 7 * 86400

    played(url, play)


def test_what_one_learned_of_a_robots_txt_the_other_knows_as_long_as_it_is_fresh(url):
    entry = RobotsEntry("https://paper.example:443", "User-agent: *\nDisallow: /a", "", 600.0)

    async def learn(one: Turns, two: Turns) -> None:
        assert await two.robots(entry.origin) is None
        await one.learned(RobotsEntry(entry.origin, "", "away", 5.0))
        await one.learned(entry)
        assert await one.robots(entry.origin) == entry
        assert await two.robots(entry.origin) == RobotsEntry(entry.origin, entry.rules, "", 500.0)

    async def forget(one: Turns, two: Turns) -> None:
        assert await two.robots(entry.origin) is None

    played(url, learn, later=100)
    played(url, forget, later=601)


def test_a_lost_connection_is_a_sentence_that_may_pass_and_the_next_turn_is_had(url):
    async def play(one: Turns, two: Turns) -> None:
        await one.take(HOST, 0)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'monitor turns on %'"
            )
        with pytest.raises(StoreError, match="the turns kept in postgresql://owner@/postgres cannot be had") as caught:
            await one.give(HOST)
        assert caught.value.passing
        await taken(one)
        with pytest.raises(StoreError):
            await two.take(HOST, 0)
        assert await two.take(HOST, 0) == AGAIN

    played(url, play)


def test_two_that_take_many_turns_at_once_never_have_the_same_and_each_comes_to_its_end(url):
    busy: set[str] = set()

    async def asked(who: Turns, party: str) -> None:
        await taken(who, party=party)
        assert party not in busy
        busy.add(party)
        await asyncio.sleep(0.002)
        busy.remove(party)
        await who.give(party)

    async def play(one: Turns, two: Turns) -> None:
        parties = [f"paper{n}.example" for n in range(40)]
        await asyncio.gather(*(asked(who, p) for p in parties for who in (one, two)))
        await asyncio.gather(*(asked(who, p) for p in parties for who in (two, one)))

    played(url, play)


def test_who_gives_up_asking_keeps_no_turn(url):
    async def play(one: Turns, two: Turns) -> None:
        await one.take("first.example", 0)  # connects
        for rounds in range(20):
            asking = [asyncio.create_task(one.take(HOST, 0)), asyncio.create_task(one.take("other.example", 0))]
            for _ in range(rounds):
                await asyncio.sleep(0)
            asking[0].cancel()
            await asyncio.wait(asking)
            if not asking[0].cancelled():
                await one.give(HOST)
            await one.give("other.example")
            assert await taken(two) < 2
            await two.give(HOST)

    played(url, play)


def test_nor_who_gives_up_in_the_moment_in_which_it_is_told(url):
    async def play(one: Turns, two: Turns) -> None:
        for steps in range(8):
            asking = asyncio.create_task(one.take(HOST, 0))
            while HOST not in one._held and not asking.done():  # noqa: ASYNC110 - what is awaited is in a database
                await asyncio.sleep(0)
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            if not asking.cancelled():
                await one.give(HOST)
            assert await taken(two) < 2
            await two.give(HOST)

    played(url, play)


def test_nobody_waits_for_turns_that_are_closed(url):
    async def play(one: Turns, two: Turns) -> None:
        asking = asyncio.create_task(one.take(HOST, 0))
        await asyncio.sleep(0)
        await one.close()
        done, _ = await asyncio.wait([asking], timeout=10)
        assert done

    played(url, play)


def test_a_turn_that_cannot_be_written_is_let_go_of(url):
    full = """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$"""
    trigger = "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON turns EXECUTE FUNCTION full_disk()"

    async def play(one: Turns, two: Turns) -> None:
        await one.take(HOST, 0)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(full)
            conn.execute(trigger)
            for failing in (one.give(HOST), one.take("other.example", 0)):
                with pytest.raises(StoreError, match="DiskFull"):
                    await failing
            conn.execute("DROP TRIGGER full_disk ON turns")
        assert 0.1 < await taken(two, 0.2) < 2 and await two.take("other.example", 0) == 0
        await one.give(HOST)  # which it has no more
        assert await one.take(HOST, 0) == AGAIN

    played(url, play)


def test_turns_need_a_server(tmp_path):
    with pytest.raises(ConfigError, match="need one PostgreSQL database"):
        asyncio.run(turns(str(tmp_path / "a.db"), lambda: NOW))
    with pytest.raises(StoreError, match="cannot connect"):
        asyncio.run(turns("postgresql://ann:geheim@127.0.0.1:1/a", lambda: NOW))
