"""A loopback paper whose feed grows, and a receiver of webhooks that behaves as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.clock import clock

CHINA = ZoneInfo("Asia/Shanghai")
FILLER = "会议由市政府办公厅主持,有关部门和单位的负责人参加了会议,大家就下一步的工作安排进行了深入的交流和讨论。" * 3

CONFIG = """\
database: timeline.db
timezone: Asia/Shanghai
fetch: {{timeout: 3s, pause: 0s, allow_private: ["127.0.0.1:{port}"]}}
web: {{listen: "off"}}
sources: [{{id: paper, name: 河洛日报, tier: newspaper, hosts: ["127.0.0.1"]}}]
feeds: [{{url: "{feed}", every: 5m}}]
topics:
  - id: xiaomi-luoyang
    question: 小米能落地洛阳吗?
    entities:
      - {{id: xiaomi, kind: company, names: [小米, 小米集团]}}
      - {{id: luoyang, kind: place, names: [洛阳, 洛阳市]}}
    together: [xiaomi, luoyang]
"""


@dataclass(frozen=True)
class Got:
    """A request that the receiver was sent."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def key(self) -> str:
        return self.headers["idempotency-key"]

    @property
    def told(self) -> dict[str, object]:
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    @property
    def what(self) -> list[str]:
        notices = self.told["notices"]
        assert isinstance(notices, list)
        return [w for n in notices for w in n["what"]]


@dataclass
class Press:
    """Serves ``/rss``, ``/a/N`` and takes what is posted to any other path; ``answer`` says with which status."""

    articles: list[tuple[str, str, datetime]] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    answer: Callable[[str], tuple[int, dict[str, str]]] = lambda path: (204, {})
    hang: float = 0.0
    down: bool = False

    def __enter__(self) -> Press:
        press = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b"" if press.down else press.page(self.path)
                self._say(200 if body else 503 if press.down else 404, {}, body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k.lower(): v for k, v in self.headers.items()}
                press.got.append(Got(headers | {"path": self.path}, body, time.monotonic()))
                if "hang" in self.path:
                    time.sleep(press.hang)
                self._say(*press.answer(self.path), b"")

            def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    """Whoever asked has given up or was killed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        return int(self.server.server_port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def heard(self, n: int = 1, patience: float = 30.0) -> None:
        """Wait until something was posted, *n* times in all."""
        end = time.monotonic() + patience
        while len(self.got) < n:
            assert time.monotonic() < end, "nobody was told"
            time.sleep(0.02)

    def publish(self, title: str, text: str = "", at: datetime | None = None) -> None:
        """Bring an article, by default now."""
        self.articles.append((title, text or title, at or clock()))

    def page(self, path: str) -> bytes:
        if path.startswith("/a/"):
            title, text, _ = self.articles[int(path[3:])]
            return f"<html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1><p>{escape(text)}</p><p>{FILLER}</p></body></html>".encode()
        if path != "/rss":
            return b""
        items = "".join(self._item(n) for n in reversed(range(len(self.articles))))
        return f"<rss version='2.0'><channel><title>河洛日报</title>{items}</channel></rss>".encode()

    def _item(self, n: int) -> str:
        title, text, at = self.articles[n]
        return (
            f"<item><title>{escape(title)}</title><link>{self.url(f'/a/{n}')}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate><description>{escape(text)}</description></item>"
        )

    def config(self, folder: Path, channels: str, more: str = "") -> Path:
        """Write a configuration with *channels* (YAML, one a line) into *folder*."""
        text = CONFIG.format(port=self.port, feed=self.url("/rss"))
        alerts = "alerts:\n" + more + "  channels:\n" + "".join(f"    - {c}\n" for c in channels.splitlines())
        file = folder / "config.yaml"
        file.write_text(text + (alerts if channels else ""), "utf-8")
        return file


def day(back: int = 0) -> str:
    """Return a day as a paper writes it, so many days back."""
    at = clock().astimezone(CHINA) - timedelta(days=back)
    return f"{at.year}年{at.month}月{at.day}日"


def signing(back: int = 0) -> tuple[str, str]:
    """Return an article about an agreement."""
    return "小米集团与洛阳市签署战略合作协议", f"{day(back)},小米集团与洛阳市人民政府在洛阳签署战略合作协议。"


def visit(back: int = 0) -> tuple[str, str]:
    """Return an article about a visit."""
    return "小米集团考察团到洛阳考察", f"{day(back)},小米集团考察团到洛阳市考察,洛阳市市长陪同考察。"
