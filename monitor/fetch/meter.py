"""What one connection has brought so far, counted where the bytes come in."""

from __future__ import annotations

import re

from monitor.errors import FetchError
from monitor.fetch import reasons

# All heads of one answer together, 1xx included. Servers allow requests 8 to 32 KiB; answers need no more.
MAX_HEAD = 64 * 1024
# Reading costs time whatever the size: so many microseconds for each read and for each piece of a body (a chunk),
# as measured on a slow core, and so many in all. 16 MB in full network packets take half of it.
READ_COST = 75
PIECE_COST = 12
WORTH = 1_500_000
_END = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\n[ \t]")


class Meter:
    """Counts reads, heads and bytes; raises FetchError when an answer costs more than it can be worth."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._head = bytearray()
        self._in_head = True
        self._cost = 0
        self._total = 0
        self._body = 0
        self._tail = b""
        self.odd = False
        """Whether a head has lines without CR or folded ones: not everybody on the way reads these as we do."""

    @property
    def total(self) -> int:
        """Return how many bytes came."""
        return self._total

    def before(self) -> None:
        """Check, before more is read, that a head is not without end."""
        if self._in_head and self._total >= MAX_HEAD:
            raise FetchError(self._url, reasons.BIG_HEAD, f"no answer within {MAX_HEAD} bytes of headers")

    def after(self, data: bytes) -> None:
        """Count what was read."""
        self._total += len(data)
        self._spend(READ_COST)
        if not self._in_head:
            self._body += len(data)
            self._tail = (self._tail + data[-4:])[-4:]
            return
        seen = max(0, len(self._head) - 2)
        self._head += data
        self._skip_heads(seen)

    def piece(self) -> None:
        """Count one piece of the body."""
        self._spend(PIECE_COST)

    def has_more(self, length: int | None, chunked: bool) -> bool:
        """Say whether anything but line ends came after a body of *length* bytes, or after the last chunk."""
        if length is not None:
            excess = self._body - length
            return excess > len(self._tail) or (excess > 0 and bool(self._tail[-excess:].strip(b"\r\n")))
        return chunked and self._tail != b"\r\n\r\n"

    def beyond(self, length: int, chunked: bool) -> bool:
        """Say whether anything at all came after a body of *length* bytes, or after the last chunk."""
        return self._tail != b"\r\n\r\n" if chunked else self._body != length

    def _skip_heads(self, seen: int) -> None:
        """Move past every complete 1xx head, and past the final one into the body; none ends before *seen*."""
        while self._in_head and (end := _END.search(self._head, seen)):
            seen = 0
            # "HTTP/1.1 100 Continue" and its like are followed by another head (RFC 9112 9.2).
            self._in_head = self._head[9:10] == b"1"
            lines = self._head[: end.end()]
            self.odd = self.odd or lines.count(b"\n") != lines.count(b"\r\n") or bool(_FOLD.search(lines))
            del self._head[: end.end()]
        if not self._in_head:
            self._body = len(self._head)
            self._tail = bytes(self._head[-4:])
            self._head.clear()

    def _spend(self, cost: int) -> None:
        self._cost += cost
        if self._cost > WORTH:
            raise FetchError(self._url, reasons.PIECES, f"{self._total} bytes came cut too small")
