"""
A process that asks many hoarders and a few honest servers at once, and prints what came and how much memory it took.

    python -m tests.fetch.hoard PORT HOARDERS HONEST
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import timedelta

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.model import FetchSettings, Request
from tests.costs import peak_kb
from tests.fetch.make import directory, trust


async def main(port: int, hoarders: int, honest: int) -> None:
    names = {f"{kind}{n}.example": ["127.0.0.1"] for kind, most in KINDS(hoarders, honest) for n in range(most)}
    settings = FetchSettings(
        timeout=timedelta(seconds=20),  # twice what they take on a busy machine
        pause=timedelta(),
        concurrency=2 * len(names),  # nobody waits for a turn here
        allow_private=tuple(f"{name}:{port}" for name in names),
    )
    found: Counter[str] = Counter()
    slowest = {"small": 0.0, "large": 0.0}

    async def one(it: Fetcher, name: str) -> None:
        kind = name.partition(".")[0].rstrip("0123456789")
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            answer = await it.get(Request(f"http://{name}:{port}/{kind}"))
            said = str(len(answer.body or b"") > 0)
        except FetchError as exc:
            said = exc.reason
        found[f"{kind} {said}"] += 1
        if kind in slowest:
            slowest[kind] = max(slowest[kind], loop.time() - began)

    before = peak_kb()
    async with Fetcher(settings, resolve=directory(names), tls=trust()) as it:
        await asyncio.gather(*(one(it, name) for name in names))
    print(json.dumps({"found": found, "slowest": slowest, "more_kb": peak_kb() - before}))


def KINDS(hoarders: int, honest: int) -> list[tuple[str, int]]:
    return [("hoarder", hoarders), ("small", honest), ("large", honest)]


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
