"""How much memory the daemon takes, as the kernel counts it."""

from __future__ import annotations

import signal
import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.commands import start

FEEDS = 200
ENTRIES = 30
LIMIT_KB = 100_000  # "100 MB of memory at most with 200 feeds"
SEEN_KB = 150_000  # four people at once look at whatever the page has to show of 600 articles


class Feeds(BaseHTTPRequestHandler):
    """Any number of feeds: every tenth entry names both parties, and its page tells of a meeting."""

    def do_GET(self) -> None:
        kind, body = ("text/html; charset=utf-8", self._page()) if "/n/" in self.path else ("text/xml", self._feed())
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _feed(self) -> bytes:
        number = self.path.strip("/").split(".")[0]
        items = "".join(
            f"<item><title>{self._title(number, i)}</title><link>http://127.0.0.1:{self.server.server_address[1]}/n/{number}-{i}.html</link>"
            f"<description>{'新闻正文' * 40}</description><pubDate>Thu, 12 Jun 2025 08:{i:02d}:00 +0800</pubDate></item>"
            for i in range(ENTRIES)
        )
        return f"<rss version='2.0'><channel><title>第{number}报</title>{items}</channel></rss>".encode()

    def _title(self, number: str, i: int) -> str:
        return f"洛阳与小米第{number}-{i}次会谈" if i % 10 == 0 else f"第{number}-{i}条别的新闻"

    def _page(self) -> bytes:
        day = 1 + int(self.path.split("/")[-1].split("-")[0]) % 28
        text = f"6月{day}日,洛阳市政府与小米集团举行会谈,这是{self.path}所记。" + "双方就产业合作交换了意见。" * 40
        return f"<html><head><title>会谈</title></head><body><article><p>{text}</p></article></body></html>".encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


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
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, page = server.server_port, _free_port()
    feeds = "\n".join(f'  - {{url: "http://127.0.0.1:{port}/{n}.xml", every: 1h}}' for n in range(FEEDS))
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=port, page=page, feeds=feeds), "utf-8")
    process = start("run", cwd=tmp_path)
    try:
        end = time.monotonic() + 240
        while not _settled(tmp_path):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(1)
        unseen = _peak_kb(process.pid)
        _visit(f"http://127.0.0.1:{page}")
        peak = _peak_kb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        server.shutdown()
        server.server_close()
    print(f"peak {unseen} kB, with the page visited {peak} kB")
    assert unseen < LIMIT_KB
    assert peak < SEEN_KB


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port: int = some.getsockname()[1]
        return port


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


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
