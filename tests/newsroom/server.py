"""The outlets: one loopback server, an address and a kind of feed each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from tests.loopback import Call, Loopback, Reply

ARTICLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "newsroom" / "articles.json").read_text("utf-8")
)
HOSTS = {"a": "127.0.0.1", "b": "127.0.0.2", "c": "127.0.0.3", "d": "127.0.0.4", "e": "127.0.0.5", "f": "127.0.0.6"}
ENCODING = {"d": "gbk"}


@dataclass
class Newsroom(Loopback):
    """
    Serve every outlet on its own loopback address and one port; ``down`` are paths that answer 503, ``gone`` 404.

    ``edited`` changes articles and says so in the feeds, ``rewritten`` changes the pages alone.
    """

    hosts: ClassVar = tuple(HOSTS.values())
    port: int = 0
    edited: bool = False
    rewritten: bool = False
    down: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)

    def at(self, outlet: str, path: str) -> str:
        return self.url(path, HOSTS[outlet])

    def reply(self, call: Call) -> Reply:
        status, kind, body = self.answer(call.host, call.path)
        return Reply(status, body, {"Content-Type": kind})

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        outlet = next(o for o, h in HOSTS.items() if h == host)
        self.asked[outlet + path] += 1
        if outlet + path in self.down:
            return 503, "text/plain", b"down for maintenance"
        if outlet + path in self.gone:
            return 404, "text/plain", b"not here"
        if path.startswith("/n/"):
            return self._page(outlet, path)
        make = FEEDS.get((outlet, path))
        return make(self, outlet) if make else (404, "text/plain", b"not here")

    def _page(self, outlet: str, path: str) -> tuple[int, str, bytes]:
        id = path.removeprefix("/n/").removesuffix(".html")
        if outlet == "f":
            return 200, "text/html; charset=utf-8", _html(_old(int(id.removeprefix("old"))), edited=False).encode()
        article = next((x for x in ARTICLES if x["id"] == id and x["outlet"] == outlet), None)
        if article is None:
            return 404, "text/plain", b"not here"
        charset = ENCODING.get(outlet, "utf-8")
        return 200, f"text/html; charset={charset}", _html(article, self.edited or self.rewritten).encode(charset)

    def of(self, outlet: str) -> list[dict[str, Any]]:
        return [x for x in ARTICLES if x["outlet"] == outlet]

    def title(self, article: dict[str, Any]) -> str:
        return str(article.get("edited_title", article["title"]) if self.edited else article["title"])


def _html(article: dict[str, Any], edited: bool) -> str:
    text = article.get("edited", article["text"]) if edited else article["text"]
    title = article.get("edited_title", article["title"]) if edited else article["title"]
    stamp = f"{article['day']} {article['time']}" if article["day"] else ""
    credit = f"来源：{article['credit']}" if article.get("credit") else ""
    body = "\n".join(f"<p>{escape(p)}</p>" for p in text)
    return (
        f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body>"
        f"<div class='nav'><a href='/'>首页</a> <a href='/more'>更多</a></div>"
        f"<article><h1>{escape(title)}</h1><div class='info'><span>{stamp}</span> <span>{credit}</span></div>"
        f"<div class='content'>{body}</div></article>"
        f"<div class='foot'>版权所有 未经许可不得转载</div></body></html>"
    )


def _rss(room: Newsroom, outlet: str) -> tuple[int, str, bytes]:
    charset = ENCODING.get(outlet, "utf-8")
    items = "".join(
        f"<item><title>{escape(room.title(x))}</title><link>{room.at(outlet, '/n/' + x['id'] + '.html')}</link>"
        f"<description>{escape(x['text'][0])}</description><pubDate>{_stamp(x)}</pubDate></item>"
        for x in room.of(outlet)
    )
    xml = (
        f"<?xml version='1.0' encoding='{charset}'?><rss version='2.0'><channel><title>新闻</title>"
        f"<link>{room.at(outlet, '/')}</link><description>x</description>{items}</channel></rss>"
    )
    return 200, "application/rss+xml", xml.encode(charset)


def _stamp(x: dict[str, Any]) -> str:
    return f"{x['day']} {x['time']}:00" if x["day"] else ""


def _atom(room: Newsroom, outlet: str) -> tuple[int, str, bytes]:
    items = "".join(
        f"<entry><title>{escape(room.title(x))}</title><id>urn:{x['id']}</id>"
        f"<link href='{room.at(outlet, '/n/' + x['id'] + '.html')}'/>"
        f"<published>{x['day']}T{x['time']}:00+08:00</published><summary>{escape(x['text'][0])}</summary></entry>"
        for x in room.of(outlet)
    )
    xml = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>发布</title><id>urn:b</id>{items}</feed>"
    return 200, "application/atom+xml", xml.encode()


def _json_feed(room: Newsroom, outlet: str) -> tuple[int, str, bytes]:
    items = [
        {
            "id": x["id"],
            "url": room.at(outlet, f"/n/{x['id']}.html"),
            "title": room.title(x),
            "content_text": x["text"][0],
            "date_published": f"{x['day']}T{x['time']}:00+08:00",
        }
        for x in room.of(outlet)
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "快讯", "items": items}
    return 200, "application/feed+json", json.dumps(feed, ensure_ascii=False).encode()


def _list(room: Newsroom, outlet: str) -> tuple[int, str, bytes]:
    items = "".join(
        f"<li><a href='/n/{x['id']}.html'>{escape(room.title(x))}</a><span class='date'>{x['day']}</span></li>"
        for x in room.of(outlet)
    )
    html = f"<html><body><h2>要闻</h2><ul class='news'>{items}</ul></body></html>"
    return 200, "text/html; charset=utf-8", html.encode()


OLD = 100


def _old(number: int) -> dict[str, Any]:
    """Return one of a hundred old entries: every twentieth is about both, the others about neither."""
    day = f"2024-{number // 28 + 1:02d}-{number % 28 + 1:02d}"
    if number % 20 == 7:
        text = f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日,洛阳市副市长王明与小米集团副总裁李强{number}座谈。"
        title = f"洛阳市与小米集团举行第{number}次座谈"
    else:
        title, text = f"旧闻第{number}条", f"这是第{number}条旧闻,与任何主题都没有关系。"
    return {"id": f"old{number}", "day": day, "time": "08:00", "title": title, "text": [text]}


def _archive(room: Newsroom, outlet: str) -> tuple[int, str, bytes]:
    items = "".join(
        f"<item><title>{x['title']}</title><link>{room.at(outlet, '/n/' + x['id'] + '.html')}</link>"
        f"<pubDate>{_stamp(x)}</pubDate></item>"
        for x in map(_old, range(OLD))
    )
    xml = f"<rss version='2.0'><channel><title>旧闻</title>{items}</channel></rss>"
    return 200, "application/rss+xml", xml.encode()


FEEDS: dict[tuple[str, str], Callable[[Newsroom, str], tuple[int, str, bytes]]] = {
    ("a", "/rss.xml"): _rss,
    ("b", "/atom.xml"): _atom,
    ("c", "/feed.json"): _json_feed,
    ("d", "/gbk.xml"): _rss,
    ("e", "/list.html"): _list,
    ("f", "/archive.xml"): _archive,
}
