"""WARC files as crawlers write them, a record at a time."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence

TEXT = "通车仪式当天上午在河城举行,市里有关部门的负责人和建设单位的代表参加了仪式,现场还介绍了工程的建设过程。"
SAVED = "2019-05-07T02:00:00Z"


def page(title: str, *paragraphs: str, day: str = "2019-05-06") -> str:
    said = f'<meta property="article:published_time" content="{day}T08:00:00+08:00">' if day else ""
    text = "".join(f"<p>{p}</p>" for p in paragraphs or (f"{title},3月19日通车。{TEXT}", TEXT))
    return (
        f"<html><head><title>{title}</title>{said}</head><body><h1>{title}</h1><article>{text}</article></body></html>"
    )


def response(
    url: str,
    body: str | bytes,
    *,
    at: str = SAVED,
    encoding: str = "utf-8",
    head: Sequence[str] = (),
    status: str = "200 OK",
    kind: str = "response",
    length: object = None,
    more: Sequence[str] = (),
) -> bytes:
    """One record; *head* are lines of HTTP, *more* lines of WARC, *length* what it says of its own."""
    body = body if isinstance(body, bytes) else body.encode(encoding)
    said = head or (f"Content-Type: text/html; charset={encoding}",)
    block = "\r\n".join([f"HTTP/1.1 {status}", *said, "", ""]).encode() + body
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Date: {at}",
        f"WARC-Record-ID: <urn:uuid:{abs(hash(url)):032x}>",
        f"WARC-Target-URI: {url}",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block) if length is None else length}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def info() -> bytes:
    return response("urn:info", "software: none", kind="warcinfo")


def packed(records: Iterable[bytes]) -> bytes:
    """Each record packed by itself, as Common Crawl does."""
    return b"".join(gzip.compress(r, 1) for r in records)
