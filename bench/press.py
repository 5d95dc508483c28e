"""
A press on loopback: a thousand feeds on a hundred names, for measuring who reads them how fast.

    python -m bench.press --feeds 1000 --profile plain|realistic      prints its port, serves until stdin closes

Names are addresses of the loopback network (127.0.1.1 to 127.0.1.100), so that nobody's resolver takes part. Every
feed lists forty entries, Chinese or English, RSS or Atom; three in ten are sent packed. The plain profile answers at
once and keeps to RFC 9110; the realistic one is made of what real lists of feeds are made of (see ``Habits``).

    GET /control/turn?share=0.01     so large a share of the feeds gets a new entry
    GET /control/told                requests, bytes and answers by status since the last time it was asked
    GET /control/sought              how many entries are listed now, and how many of them name what is looked for
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

NAMES, ENTRIES = 100, 40
BEGAN = datetime(2025, 3, 3, 8, tzinfo=UTC)
MEDIAN, SPREAD, SLOW = 0.120, 0.6, 2.5  # seconds of the realistic profile: log-normal, and the slow ones

SOUGHT_NAMES = ("远航动力", "滨江新区")
SOUGHT = ("滨江新区与远航动力签署合作协议", "远航动力发布新款电动船", "滨江新区召开座谈会")
_WHO = [
    "市发展改革委",
    "工业园区",
    "轨道交通集团",
    "省农科院",
    "博物馆",
    "高新区管委会",
    "海关",
    "职业技术学院",
    "水务局",
    "气象台",
    "能源公司",
    "医院",
]
_DID = ["公布", "启动", "召开", "完成", "签约", "通报", "推进", "发布", "验收", "调研"]
_WHAT = [
    "一季度经济运行情况",
    "新能源项目建设",
    "春耕备耕工作",
    "招商推介会",
    "地铁二号线铺轨",
    "文物数字化展示",
    "半导体产业链座谈",
    "防汛演练",
]
_EN_WHO = ["The council", "A regional carrier", "The port authority", "Researchers", "A chip maker", "The central bank"]
_EN_DID = ["approves", "opens", "reviews", "delays", "expands", "reports"]
_EN_WHAT = ["a new battery plant", "its quarterly results", "the river bridge", "a housing scheme", "rail maintenance"]


@dataclass(frozen=True, slots=True)
class Habits:
    """How one feed's server behaves; in the realistic profile a quarter has no validators, and so on as below."""

    latency: float = 0.0
    validators: bool = True
    restless: bool = False  # another body at every answer
    status: int = 200
    moved: bool = False
    broken: bool = False


PLAIN = Habits()


def habits(number: int) -> Habits:
    """Return what the realistic profile makes of feed *number*: 25 % without validators, 12 % restless, 3 % slow, 2 % failing, 3 % moved, 2 % broken."""
    chance = random.Random(number)
    latency = min(MEDIAN * math.exp(chance.gauss(0, SPREAD)), 1.5)
    slow = chance.random() < 0.03
    fate = chance.random()
    return Habits(
        latency=SLOW if slow else latency,
        validators=chance.random() >= 0.25,
        restless=chance.random() < 0.12,
        status=503 if fate < 0.01 else 404 if fate < 0.02 else 200,
        moved=0.02 <= fate < 0.05,
        broken=0.05 <= fate < 0.07,
    )


@dataclass
class Paper:
    """One feed: its habits, and how many entries it has had."""

    number: int
    habits: Habits
    extra: int = 0
    asked: int = 0
    made: tuple[bytes, str] | None = None

    def turn(self) -> None:
        """Print a new entry."""
        self.extra += 1
        self.made = None

    def body(self) -> tuple[bytes, str]:
        """Return the body and its validator; a restless paper counts its answers in it."""
        self.asked += 1
        if self.made is None or self.habits.restless:
            text = (_atom if self.number % 4 == 3 else _rss)(self)
            if self.habits.broken:
                text = text.replace("</title>", "</title", 1) + "<junk"
            raw = text.encode()
            packed = gzip.compress(raw, 6, mtime=0) if self.packed else raw
            self.made = packed, f'"{crc32(raw):08x}"'
        return self.made

    @property
    def packed(self) -> bool:
        return self.number % 10 < 3

    def items(self) -> Sequence[Item]:
        """Return the newest entries."""
        last = ENTRIES + self.extra
        return [_item(self.number, n) for n in range(last, last - ENTRIES, -1)]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry: ``content`` is its whole text as HTML, where its feed sends that."""

    link: str
    title: str
    summary: str
    content: str
    at: datetime


def _item(paper: int, n: int) -> Item:
    """Return entry *n*. Of ten feeds four send a line of text, four some paragraphs of HTML, two the whole article: 2.2 KB an entry on average, where real feeds have from 0.3 to 20."""
    chance = random.Random(paper * 100_003 + n)
    say = _english if paper % 3 == 2 else _chinese
    link = f"http://127.0.1.{paper % NAMES + 1}/news/{paper}/{n}.html"
    # One entry in a hundred names what is looked for; the rest of the world is about something else.
    title = f"{chance.choice(SOUGHT) if chance.random() < 0.01 else say(chance, 1)}（{paper}-{n}）"
    kind = paper % 10
    summary = say(chance, 3) if kind < 4 else _paragraphs(chance, say, link, 3 if kind < 8 else 1)
    content = _paragraphs(chance, say, link, 14) if kind >= 8 else ""
    return Item(link, title, summary, content, BEGAN + timedelta(hours=n, minutes=paper % 60))


def _paragraphs(chance: random.Random, say: Callable[[random.Random, int], str], link: str, count: int) -> str:
    def one(n: int) -> str:
        image = f'<img src="{link}/{n}.jpg" alt="" width="640"/>' if n % 4 == 3 else ""
        return f'<p style="text-indent:2em">{image}{say(chance, 4)}<a href="{link}#p{n}" target="_blank">{say(chance, 1)}</a>。</p>'

    return "".join(map(one, range(count)))


def _chinese(chance: random.Random, count: int) -> str:
    return "，".join(f"{chance.choice(_WHO)}{chance.choice(_DID)}{chance.choice(_WHAT)}" for _ in range(count))


def _english(chance: random.Random, count: int) -> str:
    return ". ".join(
        f"{chance.choice(_EN_WHO)} {chance.choice(_EN_DID)} {chance.choice(_EN_WHAT)}" for _ in range(count)
    )


def _rss(paper: Paper) -> str:
    def one(item: Item) -> str:
        content = f"<content:encoded><![CDATA[{item.content}]]></content:encoded>" if item.content else ""
        return (
            f"<item><title>{escape(item.title)}</title><link>{item.link}</link><guid>{item.link}</guid>"
            f"<pubDate>{format_datetime(item.at)}</pubDate><description>{escape(item.summary)}</description>{content}</item>\n"
        )

    built = f"<lastBuildDate>{format_datetime(BEGAN + timedelta(seconds=paper.asked))}</lastBuildDate>"
    head = f"<title>第{paper.number}号</title><link>http://127.0.1.1/</link>{built if paper.habits.restless else ''}"
    told = "".join(map(one, paper.items()))
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" {space}><channel>{head}{told}</channel></rss>'


def _atom(paper: Paper) -> str:
    def one(item: Item) -> str:
        content = f'<content type="html">{escape(item.content)}</content>' if item.content else ""
        return (
            f'<entry><title>{escape(item.title)}</title><link href="{item.link}"/><id>{item.link}</id>'
            f'<updated>{item.at.isoformat()}</updated><summary type="html">{escape(item.summary)}</summary>{content}</entry>\n'
        )

    built = BEGAN + timedelta(seconds=paper.asked if paper.habits.restless else 0)
    head = f"<title>第{paper.number}号</title><id>urn:paper:{paper.number}</id><updated>{built.isoformat()}</updated>"
    told = "".join(map(one, paper.items()))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}{told}</feed>'


@dataclass
class Press:
    """All papers, and what was asked of them."""

    papers: list[Paper]
    told: Counter[str] = field(default_factory=Counter)
    turned: int = 0

    def answer(self, path: str, headers: bytes) -> tuple[float, bytes]:
        """Return how long to wait, and the answer's bytes."""
        if path.startswith("/control/"):
            return 0.0, self._control(path)
        found = path.removeprefix("/feed/").removeprefix("moved/").partition(".")[0]
        if not path.startswith("/feed/") or not found.isdigit() or int(found) >= len(self.papers):
            return 0.0, self._note(_head(404, 0))
        paper = self.papers[int(found)]
        return paper.habits.latency, self._note(_paper(paper, path, headers))

    def _note(self, said: bytes) -> bytes:
        self.told.update({"requests": 1, "bytes": len(said), said[9:12].decode(): 1})
        return said

    def _control(self, path: str) -> bytes:
        parts = urlsplit(path)
        if parts.path == "/control/turn":
            share = float(parse_qs(parts.query)["share"][0])
            self.turned += 1
            for paper in random.Random(self.turned).sample(self.papers, round(share * len(self.papers))):
                paper.turn()
        if parts.path == "/control/sought":
            return _json(self._sought())
        told = dict(self.told)
        self.told.clear()
        return _json(told)

    def _sought(self) -> dict[str, int]:
        """Count by looking into each text: slow, and as simple as can be."""
        items = [item for paper in self.papers if paper.habits.status == 200 for item in paper.items()]
        named = [i for i in items if any(name in i.title + i.summary + i.content for name in SOUGHT_NAMES)]
        return {"entries": len(items), "waiting": len(named)}


def _json(said: object) -> bytes:
    body = json.dumps(said).encode()
    return _head(200, len(body)) + body


def _paper(paper: Paper, path: str, headers: bytes) -> bytes:
    told = paper.habits
    if told.status != 200:
        return _head(told.status, 0)
    if told.moved and "moved/" not in path:
        return _head(302, 0, f"Location: /feed/moved/{paper.number}.xml\r\n")
    body, etag = paper.body()
    validator = f"ETag: {etag}\r\n" if told.validators else ""
    if told.validators and f"if-none-match: {etag}".encode() in headers:
        return _head(304, None, validator)
    packed = "Content-Encoding: gzip\r\n" if paper.packed else ""
    return _head(200, len(body), f"{validator}{packed}Content-Type: application/xml; charset=utf-8\r\n") + body


def _head(status: int, length: int | None, more: str = "") -> bytes:
    size = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status} X\r\nServer: press\r\n{more}{size}Connection: keep-alive\r\n\r\n".encode()


class Desk(asyncio.Protocol):
    """One connection; requests without a body, one after the other."""

    def __init__(self, press: Press) -> None:
        self.press, self.pending = press, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head, self.pending = self.pending[:end], self.pending[end + 4 :]
            first, _, headers = head.partition(b"\r\n")
            low = headers.lower()
            latency, said = self.press.answer(first.split(b" ")[1].decode(), low)
            asyncio.get_running_loop().call_later(latency, self._send, said, b"connection: close" in low)

    def _send(self, said: bytes, close: bool) -> None:
        if not self.transport.is_closing():
            self.transport.write(said)
            if close:
                self.transport.close()


async def serve(press: Press) -> None:
    """Listen on every name at one port, say which, and serve until stdin closes."""
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: Desk(press), "127.0.1.1", 0, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    for n in range(2, NAMES + 1):
        await loop.create_server(lambda: Desk(press), f"127.0.1.{n}", port, backlog=1024)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--feeds", type=int, default=1000)
    ask.add_argument("--profile", choices=("plain", "realistic"), default="plain")
    said = ask.parse_args()
    papers = [Paper(n, habits(n) if said.profile == "realistic" else PLAIN) for n in range(said.feeds)]
    for paper in papers:
        if not paper.habits.restless:
            paper.body()
    asyncio.run(serve(Press(papers)))


if __name__ == "__main__":
    main()
