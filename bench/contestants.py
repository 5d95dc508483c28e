"""
One poll of all feeds by one reader of feeds, measured from inside its own process.

    python -m bench.contestants monitor|reader|plain FOLDER PORT FEEDS

``monitor`` does its whole collect: text, match, store, ``synchronous=FULL``, politeness on with no pause. ``reader`` is
lemon24/reader, ``plain`` what one writes in an afternoon: httpx, feedparser, sqlite-utils. Each keeps its database in
FOLDER between calls. Opening the database and declaring the feeds is not counted; printed as JSON: seconds of CPU and
wall, peak memory in MB, entries stored, new ones among them.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.press import NAMES

WORKERS = 40  # requests under way at once where a reader lets one choose: as many as ours

Measured = dict[str, float]


def addresses(port: int, feeds: int) -> list[str]:
    """Return the addresses of the feeds."""
    return [f"http://127.0.1.{n % NAMES + 1}:{port}/feed/{n}.xml" for n in range(feeds)]


class Watch:
    """CPU and wall from its making to ``read``."""

    def __init__(self) -> None:
        self._cpu, self._wall = _cpu(), time.perf_counter()

    def read(self) -> Measured:
        """Return what has passed, and the most memory the process ever had."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"cpu": _cpu() - self._cpu, "wall": time.perf_counter() - self._wall, "peak": peak}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# --------------------------------------------------------------------------- monitor

CONFIG = """\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{timeout: 10s, pause: 0s, allow_private: [{hosts}]}}
web: {{listen: "off"}}
feeds:
{feeds}
topics:
  - id: boats
    question: 远航动力会落户滨江新区吗?
    entities:
      - {{id: maker, kind: company, names: [远航动力]}}
      - {{id: district, kind: place, names: [滨江新区]}}
    together: [maker, district]
"""


def ours(folder: Path, port: int, feeds: int) -> Measured:
    """Poll with the rounds of the daemon."""
    # What the first poll would load: nobody's loading is counted.
    import monitor.parse.feeds
    import monitor.parse.xml  # noqa: F401
    from monitor import declared
    from monitor.console import log
    from monitor.daemon import opened

    log.configure()  # a line a feed, as the daemon writes them: that is part of a poll

    file = folder / "config.yaml"
    lines = "\n".join(f'  - {{url: "{url}", every: 5m}}' for url in addresses(port, feeds))
    hosts = ", ".join(f'"127.0.1.{n + 1}:{port}"' for n in range(NAMES))
    text = CONFIG.format(hosts=hosts, feeds=lines)
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")

    async def poll() -> Measured:
        async with opened(declared.read(file)) as rounds:
            watch = Watch()
            await rounds.poll(await rounds.due(all=True))
            return watch.read()

    measured = asyncio.run(poll())
    with sqlite3.connect(folder / "timeline.db") as db:
        entries, waiting = db.execute("SELECT count(*), sum(state = 'waiting') FROM entries").fetchone()
    return measured | {"entries": float(entries), "waiting": float(waiting)}


# --------------------------------------------------------------------------- reader


def theirs(folder: Path, port: int, feeds: int) -> Measured:
    """Poll with lemon24/reader."""
    import feedparser  # noqa: F401
    import requests  # noqa: F401
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    for url in addresses(port, feeds):
        reader.add_feed(url, exist_ok=True)
    watch = Watch()
    reader.update_feeds(scheduled=False, workers=WORKERS)
    measured = watch.read()
    return measured | {"entries": float(reader.get_entry_counts().total or 0)}


# --------------------------------------------------------------------------- plain


def plain(folder: Path, port: int, feeds: int) -> Measured:
    """Poll with httpx and feedparser, and store with sqlite-utils."""
    import feedparser  # noqa: F401
    import httpx  # noqa: F401
    import sqlite_utils

    db = sqlite_utils.Database(sqlite3.connect(folder / "plain.db", check_same_thread=False))
    db.enable_wal()
    db["entries"].create(
        {"url": str, "feed": str, "title": str, "summary": str, "published": str}, pk="url", if_not_exists=True
    )  # type: ignore[union-attr]
    db["feeds"].create({"url": str, "etag": str}, pk="url", if_not_exists=True)  # type: ignore[union-attr]
    watch = Watch()
    with ThreadPoolExecutor(1) as writer:
        asyncio.run(_all_plain(db, addresses(port, feeds), writer))
    measured = watch.read()
    return measured | {"entries": float(db["entries"].count)}


async def _all_plain(db: Any, urls: Sequence[str], writer: ThreadPoolExecutor) -> None:
    import httpx

    etags = {row["url"]: row["etag"] for row in db["feeds"].rows}
    turns = asyncio.Semaphore(WORKERS)
    limits = httpx.Limits(max_connections=WORKERS)
    async with httpx.AsyncClient(limits=limits, timeout=10, follow_redirects=True, trust_env=False) as client:

        async def one(url: str) -> None:
            async with turns:
                headers = {"If-None-Match": etags[url]} if etags.get(url) else {}
                answer = await client.get(url, headers=headers)
            if answer.status_code == 200:
                keep = _stored(db, url, answer.headers.get("etag", ""), answer.content)
                await asyncio.get_running_loop().run_in_executor(writer, keep)

        await asyncio.gather(*(one(url) for url in urls))


def _stored(db: Any, url: str, etag: str, body: bytes) -> Callable[[], None]:
    import feedparser

    def keep() -> None:
        rows = [
            {
                "url": e.get("link", ""),
                "feed": url,
                "title": e.get("title", ""),
                "summary": e.get("summary", ""),
                "published": e.get("published", e.get("updated", "")),
            }
            for e in feedparser.parse(body).entries
        ]
        db["entries"].upsert_all(rows, pk="url")
        db["feeds"].upsert({"url": url, "etag": etag}, pk="url")

    return keep


CONTESTANTS = {"monitor": ours, "reader": theirs, "plain": plain}


def main() -> None:
    """Poll once and print what it took."""
    name, folder, port, feeds = sys.argv[1:5]
    print(json.dumps(CONTESTANTS[name](Path(folder), int(port), int(feeds))))


if __name__ == "__main__":
    main()
