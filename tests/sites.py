"""Sources by address, and the rounds over them: the network is a table, everything else is the real thing."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import declared
from monitor.errors import FetchError
from monitor.model import Counts, EntryRecord, EntryState, FeedStatus, Manners, Request, Response
from monitor.pipeline import Desk
from monitor.rounds import Rounds
from monitor.store import open_store

START = datetime(2025, 3, 20, 4, 0, tzinfo=UTC)
TOPIC = """
  - id: t
    question: 小米能落地洛阳吗?
    entities: [{id: xiaomi, kind: company, names: [小米, Xiaomi]}, {id: luoyang, kind: place, names: [洛阳, Luoyang]}]
"""

Page = str | bytes | Exception


@dataclass
class Site:
    """Answers by address; ``asked`` holds what was asked for, in order."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def get(self, request: Request) -> Response:
        self.asked.append(request.url)
        page = self.pages.get(request.url)
        if page is None:
            raise FetchError(request.url, "http 404")
        if isinstance(page, Exception):
            raise page
        return Response(request.url, request.url, 200, (), page if isinstance(page, bytes) else page.encode())

    def manners(self) -> Manners:
        return Manners()


@dataclass
class Desktop:
    """One installation over a :class:`Site`, with the configuration *text* and a time of its own."""

    folder: Path
    text: str
    site: Site = field(default_factory=Site)
    now: datetime = START

    def poll(self) -> Counts:
        """Poll everything and digest; an hour passes."""

        async def once() -> Counts:
            with ThreadPoolExecutor(1) as writer, open_store(str(self.folder / "timeline.db")) as store:
                rounds = Rounds(self.desk, store, self.site, writer, lambda: self.now)
                store.declare(self.desk.settings, self.now)
                return (await rounds.poll(await rounds.due(all=True), digest=True)).counts

        counts = asyncio.run(once())
        self.now += timedelta(hours=1)
        return counts

    @property
    def desk(self) -> Desk:
        file = self.folder / "config.yaml"
        file.write_text(self.text, "utf-8")
        return Desk.of(declared.read(file).settings)

    def entries(self, feed: str = "", state: EntryState | None = None) -> list[EntryRecord]:
        with open_store(str(self.folder / "timeline.db"), create=False) as store:
            return list(store.entries(feed, state))

    def status(self, number: int = 0) -> FeedStatus:
        with open_store(str(self.folder / "timeline.db"), create=False) as store:
            return store.statuses()[number]


def article(title: str, text: str = "3月19日，小米产投负责人到访洛阳，与市领导座谈，双方就产业投资交换意见。") -> str:
    """Return an article page."""
    body = "".join(f"<p>{text}</p>" for _ in range(3))
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"


def rss(*items: str) -> str:
    """Return a feed of *items*, each the inside of an item."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>f</title><link>https://f.example.com/</link>{inside}</channel></rss>"
