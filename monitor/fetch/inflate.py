"""
Bounded, incremental decompression (RFC 9110 8.4.1, RFC 1950 to 1952).

A chunk of 64 KiB can hold 64 MiB, so nothing is ever unpacked beyond the limit, never more than a slice at once, and no
slice for which there is no room among all answers.
"""

from __future__ import annotations

import zlib
from collections import deque
from io import BytesIO
from typing import Protocol

from monitor.errors import FetchError
from monitor.fetch import reasons
from monitor.fetch.room import Share

SLICE = 1 << 16
# A gzip member without content is 20 bytes; each costs a fresh window. No honest body has a thousand.
MAX_MEMBERS = 1000
CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_GZIP_FILE = b"\x1f\x8b"


class _Stage(Protocol):
    """Gives bytes piece by piece; ``ready`` where another one may be had already."""

    @property
    def ready(self) -> bool: ...

    def pull(self) -> bytes:
        """Return at most a slice, b"" where nothing is to be had for now."""

    def finish(self) -> None:
        """Raise FetchError where the end is none."""


class _Pieces:
    """The bytes as they come from the wire."""

    def __init__(self, first: bytes = b"") -> None:
        self._pieces = deque([first] if first else [])

    @property
    def ready(self) -> bool:
        return bool(self._pieces)

    def add(self, data: bytes) -> None:
        self._pieces.append(data)

    def pull(self) -> bytes:
        if not self._pieces:
            return b""
        piece = self._pieces.popleft()
        if len(piece) > SLICE:
            self._pieces.appendleft(piece[SLICE:])
        return piece[:SLICE]

    def finish(self) -> None:
        """Any end will do."""


class _Again:
    """What was looked at already, and then the rest of *source*."""

    def __init__(self, first: bytes, source: _Stage) -> None:
        self._first, self._source = first, source

    @property
    def ready(self) -> bool:
        return bool(self._first) or self._source.ready

    def pull(self) -> bytes:
        first, self._first = self._first, b""
        return first or self._source.pull()

    def finish(self) -> None:
        self._source.finish()


class _Unpacked:
    """What is packed in *source*: gzip (one member or several), zlib or raw deflate; *limit* bytes at most."""

    def __init__(self, url: str, source: _Stage, coding: str, limit: int) -> None:
        self._url, self._source, self._limit = url, source, limit
        self._gzip = coding == "gzip"
        self._members = 0
        self._data = b""
        self._inside = False  # output may be waiting in the engine although all input is taken
        self._engine: zlib._Decompress | None = None

    @property
    def ready(self) -> bool:
        enough = 1 if self._engine else 2
        return self._inside or len(self._data) >= enough or self._source.ready

    def pull(self) -> bytes:
        while self._fill():
            engine = self._engine = self._engine or self._begin()
            try:
                out = engine.decompress(self._data, SLICE)
            except zlib.error as exc:
                raise self._damaged(str(exc)) from exc
            self._data = engine.unconsumed_tail
            self._inside = len(out) == SLICE and not engine.eof
            if engine.eof:
                self._data, self._engine = engine.unused_data, None
            self._limit -= len(out)
            if self._limit < 0:
                raise FetchError(self._url, reasons.INFLATED, "more bytes unpacked than allowed")
            if out:
                return out
        return b""

    def finish(self) -> None:
        """A stream that has not reached its own end (and checksum) is cut short."""
        self._source.finish()
        if self._engine is not None:
            raise FetchError(self._url, reasons.CUT_SHORT, "the packed body ends before its end")
        if self._data.strip(b"\0"):
            raise self._damaged("a stray byte")

    def _fill(self) -> bool:
        """Return whether there is something to unpack: two bytes where a member begins."""
        if self._inside or (self._engine and self._data):
            return True
        while True:
            if self._members and self._engine is None:
                self._data = self._data.lstrip(b"\0")  # padding, as gzip itself tolerates
            if len(self._data) >= (1 if self._engine else 2):
                return True
            if not (more := self._source.pull()):
                return False
            self._data += more

    def _begin(self) -> zlib._Decompress:
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise FetchError(self._url, reasons.PIECES, f"more than {MAX_MEMBERS} gzip members")
        if self._gzip:
            return zlib.decompressobj(wbits=31)
        if self._members > 1:
            raise self._damaged("bytes after the end of the packed body")
        # "deflate" means zlib, but some servers send the bare stream: told apart by zlib's header (RFC 1950 2.2).
        a, b = self._data[:2]
        return zlib.decompressobj(wbits=15 if a & 0x0F == 8 and (a << 8 | b) % 31 == 0 else -15)

    def _damaged(self, detail: str) -> FetchError:
        return FetchError(self._url, reasons.BAD_ENCODING, detail)


class Body:
    """
    Gathers a body sent with the Content-Encoding *codings*; raise FetchError for one not asked for.

    A body that is a gzip file itself (news.xml.gz, as the sitemap protocol has them) is unpacked as well, unless it is to
    be left *as_is*: then it is taken as if nothing was said of any coding.
    """

    def __init__(
        self, url: str, codings: str, limit: int, share: Share, *, cut: bool = False, as_is: bool = False
    ) -> None:
        self._url, self._limit, self._cut, self._share = url, limit, cut, share
        # What lies packed twice is unpacked to the limit both times; what is cut is ended by its own.
        self._between = limit * 64 if cut else limit
        self._wire = _Pieces()
        self._top: _Stage = self._wire
        if coding := "" if as_is else _coding(url, codings):
            self._top = _Unpacked(url, self._wire, coding, self._between)
        self._first: bytes | None = None if as_is else b""  # until it is known whether this is a gzip file
        self._out = BytesIO()
        self.full = False

    def feed(self, data: bytes) -> bool:
        """
        Take the next bytes from the wire; raise FetchError once there are too many, or with *cut* be ``full``.

        Return False where there is no room for all of them: they are kept, and ``feed(b"")`` goes on with them.
        """
        if data:
            self._wire.add(data)
        while not self.full and self._top.ready:
            if not self._share.take(SLICE):
                return False
            piece = self._top.pull()
            self._share.give(SLICE - len(piece))
            self._look(piece)
        return True

    def finish(self) -> bytes:
        """Return the whole body; raise FetchError where it is damaged or ends too early."""
        if not self.full:
            self._top.finish()
            self._keep(self._first or b"")
        return self._out.getvalue()

    def _look(self, piece: bytes) -> None:
        """Keep *piece*, unless it is the beginning of a gzip file."""
        if self._first is None:
            self._keep(piece)
            return
        self._first += piece
        if len(self._first) < len(_GZIP_FILE):
            return
        first, self._first = self._first, None
        if first.startswith(_GZIP_FILE):
            self._share.give(len(first))
            self._top = _Unpacked(self._url, _Again(first, self._top), "gzip", self._between)
        else:
            self._keep(first)

    def _keep(self, data: bytes) -> None:
        room = self._limit - self._out.tell()
        if len(data) > room and not self._cut:
            raise FetchError(self._url, reasons.INFLATED, f"more than {self._limit} bytes unpacked")
        self.full = self._cut and len(data) >= room
        self._out.write(data[:room])


def _coding(url: str, codings: str) -> str:
    """Return in what a body is packed, or ""."""
    names = [name for part in codings.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return ""
    if len(names) > 1 or names[0] not in CODINGS:
        raise FetchError(url, reasons.BAD_ENCODING, f"sent as {codings[:60]!r}, which was not asked for")
    return CODINGS[names[0]]
