"""Every hostile server at once, and a few healthy ones beside them: who behaves is served as if they were not there."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import daemon, declared
from monitor.model import EntryState
from tests.commands import monitor
from tests.hostile import HostileServer, Script, page
from tests.hostile_cases import CASES, ROUTES

TIMEOUT = 3.0
HEALTHY = 5
TEXT = "通车仪式当天上午在河城举行,市里有关部门的负责人和建设单位的代表参加了仪式,现场还介绍了工程的建设过程。" * 3
DEEP = b"<rss><channel><item>" + b"<a>" * 200_000
LONG = (
    b"<rss><channel><item><title>"
    + b"x" * 5_000_000
    + b"</title><link>http://127.0.0.1/x</link></item></channel></rss>"
)
MANY = b"<rss><channel>" + b"".join(
    b"<item><title>n</title><link>http://127.0.0.1/%d</link></item>" % n for n in range(60_000)
)
WIDE = (
    b"<rss><channel><item "
    + b" ".join(b'a%d="1"' % n for n in range(60_000))
    + b"><title>x</title></item></channel></rss>"
)
BODIES = {"deep": DEEP, "long": LONG, "many": MANY, "wide": WIDE}
PATHS = [f"/case/{c.name}" for c in CASES] + [f"/body/{b}" for b in BODIES] + [f"/healthy/{n}" for n in range(HEALTHY)]


def host(number: int) -> str:
    return f"127.0.{number // 250 + 1}.{number % 250 + 1}"


def healthy(number: int) -> bytes:
    items = "".join(
        f"<item><title>大桥第{number}-{n}号</title><link>/n/{number}-{n}</link></item>" for n in range(1, 4)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def routes() -> dict[str, Script]:
    told: dict[str, Script] = dict(ROUTES)
    told |= {f"/body/{name}": page(body) for name, body in BODIES.items()}
    told |= {f"/healthy/{n}": page(healthy(n)) for n in range(HEALTHY)}
    for n in range(HEALTHY):
        for m in range(1, 4):
            text = f"<html><title>大桥</title><body><p>大桥第{n}-{m}号消息,3月19日通车。{TEXT}</p></body></html>"
            told[f"/n/{n}-{m}"] = page(text.encode(), "Content-Type: text/html; charset=utf-8")
    return told


class Apart(HostileServer):
    """Answers under one loopback address for each of ``PATHS`` as well, so that each case is a host of its own."""

    async def __aenter__(self) -> Apart:
        await super().__aenter__()
        hosts = [host(n) for n in range(len(PATHS))]
        self._others = await asyncio.start_server(self._accept, hosts, self.port)
        return self

    async def __aexit__(self, *reason: object) -> None:
        self._others.close()
        await super().__aexit__(*reason)


@pytest.fixture
def server() -> Iterator[Apart]:
    with Apart(routes()) as server:
        yield server


@pytest.fixture
def home(server: Apart, tmp_path: Path) -> Path:
    hosts = [f"{host(n)}:{server.port}" for n in range(len(PATHS))]
    feeds = "\n".join(f'  - {{url: "http://{h}{p}", every: 1h}}' for h, p in zip(hosts, PATHS, strict=True))
    allowed = ", ".join(f'"{h}"' for h in hosts)
    (tmp_path / "config.yaml").write_text(
        f"""\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{timeout: {TIMEOUT}s, pause: 0s, allow_private: [{allowed}]}}
web: {{listen: "off"}}
feeds:
{feeds}
topics:
  - {{id: bridge, question: 大桥能通车吗?, entities: [{{id: bridge, kind: product, names: [大桥]}}]}}
""",
        "utf-8",
    )
    return tmp_path


@pytest.mark.long  # seconds on the clock are promised: no other test may run beside it
def test_healthy_feeds_are_served_within_their_deadline_among_every_hostile_one(server, home):
    lag: list[float] = []

    async def heartbeat() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.02)
            lag.append(time.monotonic() - before - 0.02)

    async def live() -> dict[str, float]:
        served: dict[str, float] = {}
        async with daemon.opened(declared.read(home / "config.yaml")) as rounds:
            began = time.monotonic()
            beating = asyncio.create_task(heartbeat())
            polling = asyncio.create_task(rounds.poll(await rounds.due(), digest=True))
            while not polling.done():
                await asyncio.sleep(0.05)
                statuses = await rounds.write(rounds.store.statuses)
                for s in statuses:
                    if s.last_poll:
                        served.setdefault(s.url, time.monotonic() - began)
            record = polling.result()
            beating.cancel()
            counts = record.counts
            assert counts.fetched == counts.kept + counts.rejected + counts.duplicate + counts.failed + counts.waiting
            found = await rounds.write(lambda: list(rounds.store.entries()))
            states = [e.state for e in found if "/healthy/" in e.feed]
            assert len(states) == 3 * HEALTHY and not {EntryState.WAITING, EntryState.FAILED} & set(states)
        return served

    served = asyncio.run(live())
    slow = {u: t for u, t in served.items() if "/healthy/" in u}
    assert len(slow) == HEALTHY and max(slow.values()) < 2 * TIMEOUT + 2
    told = {s["url"]: s for s in json.loads(monitor("sources", "--format", "json", cwd=home).out)}
    for case in CASES:
        state = next(s for u, s in told.items() if u.endswith(f"/case/{case.name}"))
        # A hundred at once on a slow machine: what would be too much may be too late first.
        assert not case.reason or (state["error"] or "").startswith((case.reason, "timeout")), case
    # What a large body costs is paid beside the network: a heart that beats every 20 ms is heard all the time.
    assert sorted(lag)[int(len(lag) * 0.98)] < 1.0


def test_one_entry_that_meets_a_bug_is_set_aside_counted_and_shown(server, home):
    async def live() -> None:
        async with daemon.opened(declared.read(home / "config.yaml")) as rounds:
            inner = rounds.fetcher

            class Breaks:
                """A bug, brought about by a way out that breaks its promise."""

                async def get(self, request):
                    if request.url.endswith("/n/0-2"):
                        raise ZeroDivisionError("a bug")
                    return await inner.get(request)

                def manners(self):
                    return inner.manners()

            rounds.fetcher = Breaks()
            due = [s for s in await rounds.due() if "/healthy/" in s.url]
            record = await rounds.poll(due, digest=True)
            assert (record.counts.fetched, record.counts.failed, record.counts.waiting) == (3 * HEALTHY, 1, 0)

    asyncio.run(live())
    ran = monitor("entries", "--state", "failed", "--format", "jsonl", cwd=home)
    (failed,) = [json.loads(line) for line in ran.out.splitlines()]
    assert failed["reason"] == "bug: ZeroDivisionError: a bug"
