"""What one connection has brought so far, counted where the bytes come in."""

from __future__ import annotations

import re

from monitor.errors import FetchError
from monitor.fetch import reasons

# All heads of one answer together, 1xx included. Servers allow requests 8 to 32 KiB; answers need no more.
MAX_HEAD = 64 * 1024
# Each piece (a read, a chunk) costs about 20 to 40 µs whatever its size: this many in all, and one more per 512 bytes.
PIECES = 20_000
BYTES_A_PIECE = 512
_END = re.compile(rb"\n\r?\n")


class Meter:
    """Counts reads, heads and bytes; raises FetchError when an answer costs more than it can be worth."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._head = bytearray()
        self._in_head = True
        self._reads = 0
        self._pieces = 0
        self._total = 0
        self._body = 0
        self._tail = b""

    def before(self) -> None:
        """Check, before more is read, that a head is not without end."""
        if self._in_head and self._total >= MAX_HEAD:
            raise FetchError(self._url, reasons.BIG_HEAD, f"no answer within {MAX_HEAD} bytes of headers")

    def after(self, data: bytes) -> None:
        """Count what was read."""
        self._reads += 1
        self._total += len(data)
        if self._reads > PIECES + self._total // BYTES_A_PIECE:
            raise self._drip()
        if not self._in_head:
            self._body += len(data)
            self._tail = (self._tail + data[-4:])[-4:]
            return
        seen = max(0, len(self._head) - 2)
        self._head += data
        self._skip_heads(seen)

    def piece(self, taken: int) -> None:
        """Count one piece of the body, *taken* bytes of it being there in all."""
        self._pieces += 1
        if self._pieces > PIECES + taken // BYTES_A_PIECE:
            raise self._drip()

    def has_more(self, length: int | None, chunked: bool) -> bool:
        """Say whether anything but line ends came after a body of *length* bytes, or after the last chunk."""
        if length is not None:
            excess = self._body - length
            return excess > len(self._tail) or (excess > 0 and bool(self._tail[-excess:].strip(b"\r\n")))
        return chunked and self._tail != b"\r\n\r\n"

    def _skip_heads(self, seen: int) -> None:
        """Move past every complete 1xx head, and past the final one into the body; none ends before *seen*."""
        while self._in_head and (end := _END.search(self._head, seen)):
            seen = 0
            # "HTTP/1.1 100 Continue" and its like are followed by another head (RFC 9112 9.2).
            self._in_head = self._head[9:10] == b"1"
            del self._head[: end.end()]
        if not self._in_head:
            self._body = len(self._head)
            self._tail = bytes(self._head[-4:])
            self._head.clear()

    def _drip(self) -> FetchError:
        return FetchError(self._url, reasons.PIECES, f"{self._total} bytes came in too many pieces")
