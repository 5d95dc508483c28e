"""A loopback paper whose feed grows, and a receiver of webhooks that behaves as it is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.clock import clock
from tests.loopback import Call, Loopback, Reply
from tests.waiting import until

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
class Press(Loopback):
    """Serves ``/rss``, ``/a/N`` and takes what is posted to any other path; ``answer`` says with which status."""

    articles: list[tuple[str, str, datetime]] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    answer: Callable[[str], tuple[int, dict[str, str]]] = lambda path: (204, {})
    hang: float = 0.0
    down: bool = False

    def reply(self, call: Call) -> Reply:
        if call.method == "GET":
            body = b"" if self.down else self.page(call.path)
            return Reply(200 if body else 503 if self.down else 404, body)
        self.got.append(Got({**call.headers, "path": call.path}, call.body, time.monotonic()))
        if "hang" in call.path:
            time.sleep(self.hang)
        status, headers = self.answer(call.path)
        return Reply(status, headers=headers)

    def heard(self, n: int = 1) -> None:
        """Wait until something was posted, *n* times in all."""
        until(lambda: len(self.got) >= n)

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


def today() -> str:
    """Return the day that it is where the paper is made, for ``--published``."""
    return clock().astimezone(CHINA).date().isoformat()


def signing(back: int = 0) -> tuple[str, str]:
    """Return an article about an agreement."""
    return "小米集团与洛阳市签署战略合作协议", f"{day(back)},小米集团与洛阳市人民政府在洛阳签署战略合作协议。"


def visit(back: int = 0) -> tuple[str, str]:
    """Return an article about a visit."""
    return "小米集团考察团到洛阳考察", f"{day(back)},小米集团考察团到洛阳市考察,洛阳市市长陪同考察。"
