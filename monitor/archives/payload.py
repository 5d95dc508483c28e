"""The page within an HTTP response as a crawler kept it: its head, and its body without the codings of the transfer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, WarcReader

__all__ = ["MAX_HEAD", "Head", "body_of", "glance", "head_of", "is_page"]

MAX_HEAD = 32 * 1024

_END = re.compile(rb"\r?\n\r?\n")
_PAGES = ("text/html", "application/xhtml")
_TYPE = b"\ncontent-type: "
_NO_PAGES = (b"image/", b"video/", b"audio/", b"font/", b"application/pdf")
_FEED = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*|<!--.{0,2000}?-->\s*|<\?xml-stylesheet[^>]{0,500}>\s*)*<(?:rss|feed|rdf:RDF)\b",
    re.DOTALL,
)
_DEFLATED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")

Head = dict[str, str]


def head_of(block: bytes) -> tuple[int, Head, int] | None:
    """Return status, headers and where the body begins; None where *block* is no HTTP response."""
    found = _END.search(block, 0, MAX_HEAD)
    lines = block[: found.start()].decode("latin-1").splitlines() if found else []
    if found is None or not lines or not lines[0].startswith("HTTP/"):
        return None
    status = lines[0].split(" ", 2)[1:2]
    headers: Head = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return (int(status[0]) if status and status[0].isdigit() else 0), headers, found.end()


def glance(block: bytes) -> tuple[bool, bool]:
    """
    Return, before anything is taken apart, whether the body is not as it would be shown, so that names do not stand in
    it as they are, and whether it is plainly no page.
    """
    end = block.find(b"\r\n\r\n", 0, MAX_HEAD)
    head = block[: end if end >= 0 else MAX_HEAD].lower()
    coded = b"\ncontent-encoding" in head or b"\ntransfer-encoding" in head
    kind = head.find(_TYPE)
    return coded, kind >= 0 and head.startswith(_NO_PAGES, kind + len(_TYPE))


def is_page(headers: Head, body: bytes) -> bool:
    """Return whether *body* may be a page; one that does not say is looked at. A feed is none, whatever it says it is."""
    kind = headers.get("content-type", "").lower()
    return (not kind or kind.startswith(_PAGES)) and not _FEED.match(body)


def body_of(headers: Head, raw: bytes, limit: int) -> bytes:
    """
    Return at most *limit* bytes of the body that *raw* carries.

    Crawlers often keep a header and not what it says: what cannot be unpacked is taken for the body itself.
    """
    if headers.get("transfer-encoding", "").lower() == "chunked":
        raw = _unpacked(ChunkedReader, raw, limit)
    coding = headers.get("content-encoding", "").lower()
    if coding in ("gzip", "x-gzip") and raw.startswith(b"\x1f\x8b"):
        raw = _unpacked(GzipReader, raw, limit)
    elif coding == "deflate":
        raw = _unpacked(lambda s: GzipReader(s, zlib=True), raw, limit) if raw[:2] in _DEFLATED else raw
    elif coding == "br":
        raw = _unpacked(BrotliReader, raw, limit)
    return raw[:limit]


def _unpacked(reader: Callable[[io.BytesIO], WarcReader], raw: bytes, limit: int) -> bytes:
    """Return what *raw* unpacks to, as far as it goes."""
    found, size = [], 0
    try:
        with reader(io.BytesIO(raw)) as stream:
            while size <= limit and (piece := stream.read(min(64 * 1024, limit + 1 - size))):
                found.append(piece)
                size += len(piece)
    except (OSError, ValueError):
        return b"".join(found) or raw
    return b"".join(found)
