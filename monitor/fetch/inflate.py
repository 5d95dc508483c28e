"""
Bounded, incremental decompression (RFC 9110 8.4.1, RFC 1950 to 1952).

A chunk of 64 KiB can hold 64 MiB, so nothing is ever unpacked beyond the limit, and never more than a slice at once.
"""

from __future__ import annotations

import zlib
from io import BytesIO

from monitor.errors import FetchError
from monitor.fetch import reasons

SLICE = 1 << 20
CHUNK = 1 << 16
# A gzip member without content is 20 bytes; each costs a fresh window. No honest body has a thousand.
MAX_MEMBERS = 1000
CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class Body:
    """Gathers a body; ``feed`` raises FetchError once it is too large, or with *cut* says that it is full."""

    def __init__(self, url: str, limit: int, *, cut: bool = False) -> None:
        self._url = url
        self._limit = limit
        self._cut = cut
        self._out = BytesIO()
        self.full = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes from the wire."""
        self._keep(data)

    def finish(self) -> bytes:
        """Return the whole body; raise FetchError where it is damaged or ends too early."""
        return self._out.getvalue()

    def _keep(self, data: bytes) -> None:
        room = self._limit - self._out.tell()
        if len(data) > room and not self._cut:
            raise FetchError(self._url, reasons.INFLATED, f"more than {self._limit} bytes unpacked")
        self.full = self._cut and len(data) >= room
        self._out.write(data[:room])


class Packed(Body):
    """A body in gzip (one member or several), zlib or raw deflate."""

    def __init__(self, url: str, limit: int, coding: str, *, cut: bool = False) -> None:
        super().__init__(url, limit, cut=cut)
        self._gzip = coding == "gzip"
        self._start = b""
        self._members = 0
        self._engine: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        """Take the next packed bytes."""
        data = self._start + data
        self._start = b""
        while data and not self.full:
            if self._engine is None:
                if len(data) < 2:
                    self._start = data
                    return
                self._engine = self._begin(data)
            data = self._drain(self._engine, data)

    def finish(self) -> bytes:
        """Return the whole body; a stream that has not reached its own end (and checksum) is cut short."""
        if self._engine is not None and not self.full:
            raise FetchError(self._url, reasons.CUT_SHORT, "the packed body ends before its end")
        if self._start.strip(b"\0") and not self.full:
            raise self._damaged("a stray byte")
        return super().finish()

    def _begin(self, data: bytes) -> zlib._Decompress:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise FetchError(self._url, reasons.PIECES, f"more than {MAX_MEMBERS} gzip members")
        if self._gzip:
            return zlib.decompressobj(wbits=31)
        if self._members > 1:
            raise self._damaged("bytes after the end of the packed body")
        # "deflate" means zlib, but some servers send the bare stream: told apart by zlib's header (RFC 1950 2.2).
        zlib_header = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.decompressobj(wbits=15 if zlib_header else -15)

    def _drain(self, engine: zlib._Decompress, data: bytes) -> bytes:
        """Unpack *data* slice by slice and return what follows the end of its member."""
        try:
            while not self.full:
                unpacked = engine.decompress(data, SLICE)
                self._keep(unpacked)
                data = engine.unconsumed_tail
                # Output may be waiting inside although all input is taken.
                if engine.eof or (not data and len(unpacked) < SLICE):
                    break
        except zlib.error as exc:
            raise self._damaged(str(exc)) from exc
        if not engine.eof:
            return b""
        self._engine = None
        return engine.unused_data.lstrip(b"\0")  # padding, as gzip itself tolerates

    def _damaged(self, detail: str) -> FetchError:
        return FetchError(self._url, reasons.BAD_ENCODING, detail)


def body_for(url: str, codings: str, limit: int, *, cut: bool = False) -> Body:
    """Return what gathers a body sent with the Content-Encoding *codings*; raise FetchError for one not asked for."""
    names = [name for part in codings.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return Body(url, limit, cut=cut)
    if len(names) > 1 or names[0] not in CODINGS:
        raise FetchError(url, reasons.BAD_ENCODING, f"sent as {codings[:60]!r}, which was not asked for")
    return Packed(url, limit, CODINGS[names[0]], cut=cut)


def unwrapped(url: str, body: bytes, limit: int, *, cut: bool = False) -> bytes:
    """Return *body*, unpacked where it is a gzip file itself (news.xml.gz, as the sitemap protocol has them)."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inner = Packed(url, limit, "gzip", cut=cut)
    # In slices: at the end of each member zlib copies all that follows it.
    for start in range(0, len(body), CHUNK):
        if inner.full:
            break
        inner.feed(body[start : start + CHUNK])
    return inner.finish()
