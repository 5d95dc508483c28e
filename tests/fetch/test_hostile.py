"""Whatever a server sends: one reason from the closed list, within the deadline; and the next request is served."""

from __future__ import annotations

import asyncio
import re
import time

import pytest

from monitor.errors import FetchError
from monitor.fetch import reasons
from monitor.model import Request
from tests.fetch.make import SOON, fetcher, hostile
from tests.hostile import FEED, HostileServer, page
from tests.hostile_cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}-{case.name}")
def test_every_case_ends_with_its_reason_and_the_next_feed_is_served(case: Case) -> None:
    async def ask() -> str:
        limit = {"timeout": SOON} if case.reason == "timeout" else {}
        async with hostile({"/well": page(FEED)}) as server, fetcher(server, **limit) as it:
            reason = ""
            try:
                answer = await it.get(Request(server.url(f"/case/{case.name}")))
                assert answer.status == 200
                assert answer.body
            except FetchError as exc:
                reason = exc.reason
                assert str(exc).startswith(f"{reason}: ")
            assert (await it.get(Request(server.url("/well")))).body == FEED
            return reason

    began = time.monotonic()
    assert asyncio.run(ask()) == case.reason
    assert time.monotonic() - began < 12


def test_the_cases_use_known_reasons_only_and_no_name_twice() -> None:
    spoken = {case.reason for case in CASES if case.reason}
    assert {word for word in spoken if not re.fullmatch(r"http \d{3}", word)} <= reasons.REASONS
    assert len({case.name for case in CASES}) == len(CASES) > 120


GOOD = [case for case in CASES if not case.reason and case.group in ("encoding", "redirect")]


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_whatever_the_packing_the_same_bytes_come_out(case: Case) -> None:
    async def ask() -> bytes | None:
        async with hostile() as server, fetcher(server) as it:
            return (await it.get(Request(server.url(f"/case/{case.name}")))).body

    assert asyncio.run(ask()) == FEED


def test_the_hostile_server_also_runs_in_a_thread() -> None:
    async def ask(server: HostileServer) -> bytes | None:
        async with fetcher(server) as it:
            return (await it.get(Request(server.url("/case/gzip")))).body

    with hostile() as server:
        assert asyncio.run(ask(server)) == FEED
