"""A month of two hundred feeds, a fifth of them hostile, in one process: nobody waits, nothing grows."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.errors import FetchError
from monitor.model import Feed, FeedState
from tests.hostile_cases import CASES
from tests.simulated import Says, Script, World, bulletin, steady, tagged

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOSTILE = [case for case in CASES if case.reason]
NONSENSE = (b"\x00" * 5000, b"<rss>" * 900, b"{" * 5000, b"<html><body>captcha</body></html>", b"<rss><channel/></rss>")


def hostile(number: int, timeout: float) -> Script:
    """Return a server that fails as one of the hostile cases does, or answers with nonsense."""
    case = HOSTILE[number * 7 % len(HOSTILE)]

    def script(now: datetime, _: Mapping[str, str]) -> Says:
        if number % 4 == 3:
            return Says(200, NONSENSE[number // 4 % len(NONSENSE)] + bytes([now.hour]))
        connected = number % 4 != 2
        after = timeout if case.reason == "timeout" else 0.5
        return Says(
            after=after, error=FetchError("http://hostile.example/", case.reason, "as ever", connected=connected)
        )

    return script


def world(folder: Path, feeds: int, every: timedelta) -> tuple[World, list[str]]:
    scripts: dict[str, Script] = {}
    for n in range(feeds):
        url = f"http://s{n}.example/rss"
        body = bulletin(url, timedelta(hours=1 + n % 9))
        scripts[url] = hostile(n, 20.0) if n % 5 == 4 else (tagged, steady)[n % 2](body)
    healthy = [url for n, url in enumerate(scripts) if n % 5 != 4]
    declared = [Feed(url, every, every_declared=True) for url in scripts]
    return World(folder / "a.db", scripts, declared), healthy


def resident() -> int:
    """Return the bytes of memory that this process has now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def live(feeds: int, days: int, every: timedelta) -> list[int]:
    """Live in one process and check on the way; return the memory it had in the afternoon of each day."""
    memory = Path("/dev/shm")
    used: dict[date, int] = {}
    wal: list[int] = []
    late: list[str] = []
    last: dict[str, datetime] = {}
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        one, healthy = world(Path(name), feeds, every)
        log = Path(name) / "a.db-wal"

        def hourly() -> None:
            wal.append(log.stat().st_size)
            for asked in one.seen:
                if asked.url in healthy and asked.began - last.get(asked.url, asked.began) > 2 * every:
                    late.append(asked.url)
                last[asked.url] = asked.began
            one.seen.clear()
            now = one.clock()
            if (
                now.hour >= 12 and now.date() not in used
            ):  # an hour and a look pass between two: one of noon may be skipped
                used[now.date()] = resident()

        one.hourly = hourly
        one.stay(days=days)
        assert {u for u, s in one.statuses.items() if s.state is FeedState.OK} >= set(healthy)
    assert set(last) >= set(healthy)
    assert not late
    assert 0 < max(wal) < 16 * 1024 * 1024
    return list(used.values())


def test_a_day_of_twenty_feeds_a_fifth_of_them_hostile():
    live(20, 1, 3 * HOUR)


@pytest.mark.long
def test_a_month_of_two_hundred_feeds_a_fifth_of_them_hostile():
    used = live(200, 30, 6 * HOUR)
    assert len(used) >= 29
    assert used[-1] < used[9] * 1.05
