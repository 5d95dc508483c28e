"""How much memory the daemon takes, as the kernel counts it."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.commands import start

FEEDS = 200
ENTRIES = 30
LIMIT_KB = 100_000  # "100 MB of memory at most with 200 feeds"


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
        text = f"6月12日,洛阳市政府与小米集团举行会谈,这是{self.path}所记。" + "双方就产业合作交换了意见。" * 40
        return f"<html><head><title>会谈</title></head><body><article><p>{text}</p></article></body></html>".encode()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


CONFIG = """\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{pause: 0s, allow_private: ["127.0.0.1:{port}"]}}
feeds:
{feeds}
topics:
  - id: t
    question: 小米能落地洛阳吗?
    entities: [{{id: xiaomi, kind: company, names: [小米]}}, {{id: luoyang, kind: place, names: [洛阳]}}]
    together: [xiaomi, luoyang]
"""


@pytest.mark.long
def test_two_hundred_feeds_fit_in_a_hundred_megabytes(tmp_path: Path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    feeds = "\n".join(f'  - {{url: "http://127.0.0.1:{port}/{n}.xml", every: 1h}}' for n in range(FEEDS))
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=port, feeds=feeds), "utf-8")
    process = start("run", cwd=tmp_path)
    try:
        end = time.monotonic() + 240
        while not _settled(tmp_path):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(1)
        peak = _peak_kb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        server.shutdown()
        server.server_close()
    print(f"peak {peak} kB")
    assert peak < LIMIT_KB


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
