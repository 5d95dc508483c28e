"""
What one connection brings in answer to one request, read as it comes: heads, framing, body, end.

HTTP/1.1 is taken apart by llhttp (httptools); what an answer may cost, and what of it is believed, is decided here. The
body of status 200 is unpacked piece by piece as it arrives; of any other status nothing but the head is read.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import httptools

from monitor.errors import FetchError
from monitor.fetch import reasons
from monitor.fetch.inflate import Body, body_for, unwrapped
from monitor.fetch.meter import Meter

__all__ = ["MAX_HEADERS", "Answer", "Headers", "Limits", "Reply"]

Headers = tuple[tuple[str, str], ...]

MAX_HEADERS = 256

# Cookies are neither kept nor shown.
_KEPT_BACK = frozenset({"set-cookie", "set-cookie2"})
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost, in bytes; with *cut* the rest of an unpacked body is ignored, not an error."""

    wire: int
    inflated: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is read for status 200 only."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header called *name* (lower case), or ""."""
        return next((v for n, v in self.headers if n == name), "")


class Reply(asyncio.Protocol):
    """The reading end of a connection; ``done`` ends with the :class:`Answer` or a FetchError."""

    def __init__(self, url: str, limits: Limits) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Answer] = loop.create_future()
        self.doing = "waiting for the answer"
        self._url, self._limits, self._loop = url, limits, loop
        self._meter = Meter(url)
        self._parser = httptools.HttpResponseParser(self)
        # Folded lines (RFC 9112 5.2) and bare line feeds (2.2) are to be taken; what else this lets through in a
        # value is refused in on_header.
        self._parser.set_dangerous_leniencies(lenient_headers=True, lenient_optional_cr_before_lf=True)
        self._status = 0
        self._count = 0
        self._headers: list[tuple[str, str]] = []
        self._body: Body | None = None
        self._taken = 0
        self._length = ""  # as declared
        self._coding = ""  # of the transfer
        self._at_end = False
        self._stays = False

    @property
    def begun(self) -> bool:
        """Return whether a head was there."""
        return self._status > 0

    @property
    def ended_clean(self) -> bool:
        """Return whether the answer ended where it said, nothing came behind it, and the server hears another request."""
        return self._stays and not self._meter.beyond(self._taken, bool(self._coding))

    def leave(self) -> None:
        """Wait for nothing more; a failure that nobody asked for is nobody's."""
        if not self.done.cancel() and not self.done.cancelled():
            self.done.exception()

    # ------------------------------------------------------------- asyncio

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self.done.done():
            return
        try:
            self._meter.before()
            self._meter.after(data)
            if not self._at_end:  # what follows the end is counted, not read
                self._parse(data)
        except FetchError as error:
            self.done.set_exception(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """End with what there is, if that is a whole answer."""
        if self.done.done():
            return
        if exc is not None:
            self._fail(reasons.RESET, str(exc) or "the connection broke")
        elif self._at_end or (self._body is not None and not self._length and not self._coding):
            self._settle()
        else:
            self._fail(reasons.CUT_SHORT, "the connection was closed before the answer ended")

    # ------------------------------------------------------------- httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; httptools calls this for trailers as well, when the head is over."""
        if self._body is not None:
            return
        self._count += 1
        if self._count > MAX_HEADERS:
            raise FetchError(self._url, reasons.BIG_HEAD, f"more than {MAX_HEADERS} headers")
        if _CONTROL.search(value):
            raise FetchError(self._url, reasons.BAD_HTTP, "a control character in a header")
        low = name.decode("latin-1").lower()
        if low not in _KEPT_BACK:
            self._headers.append((low, value.strip().decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Decide what the answer is worth by its head."""
        self._status = self._parser.get_status_code()
        if self._status == 101:
            raise FetchError(self._url, reasons.BAD_HTTP, "another protocol is offered, which was not asked for")
        if self._status < 200:
            return
        if self._status == 200:
            self._expect()
        else:
            self._at_end = True

    def on_body(self, data: bytes) -> None:
        """Unpack a piece of the body."""
        if self._body is None or self._body.full:
            return
        self._taken += len(data)
        self._meter.piece()
        if self._taken > self._limits.wire:
            raise FetchError(self._url, reasons.TOO_LARGE, f"more than {self._limits.wire} bytes")
        self._body.feed(data)

    def on_message_complete(self) -> None:
        """Note the end; a 1xx head is followed by another one (RFC 9112 9.2)."""
        if 100 <= self._status < 200:
            self._status, self._count = 0, 0
            self._headers.clear()
        else:
            self._at_end = True
            self._stays = self._parser.should_keep_alive()

    # ------------------------------------------------------------- reading

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as exc:
            if isinstance(exc.__context__, FetchError):
                raise exc.__context__ from None
            raise
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            if not self._at_end:  # else it is what follows the end that cannot be read
                raise FetchError(self._url, reasons.BAD_HTTP, str(exc)) from exc
        if self._at_end and self._status != 200:
            self.done.set_result(Answer(self._status, tuple(self._headers), b""))
        elif self._at_end or (self._body is not None and self._body.full):
            # What lies ready behind the end is read before anything is believed: one turn of the loop.
            self._loop.call_soon(self._loop.call_soon, self._settle)

    def _expect(self) -> None:
        """Make ready for the body of a 200."""
        said = {"content-encoding": "", "content-length": "", "transfer-encoding": ""}
        for name, value in self._headers:
            if name in said:
                said[name] = f"{said[name]}, {value}" if said[name] else value
        self._length, self._coding = said["content-length"], said["transfer-encoding"].lower()
        if self._coding not in ("", "chunked"):
            raise FetchError(self._url, reasons.BAD_HTTP, f"sent as {self._coding[:60]!r}, which nobody asked for")
        if self._length.isdigit() and int(self._length[:20]) > self._limits.wire and not self._limits.cut:
            words = f"{self._length[:20]} bytes are announced, {self._limits.wire} allowed"
            raise FetchError(self._url, reasons.TOO_LARGE, words)
        self.doing = "reading the body"
        self._body = body_for(self._url, said["content-encoding"], self._limits.inflated, cut=self._limits.cut)

    def _settle(self) -> None:
        if self.done.done():
            return
        try:
            self.done.set_result(self._whole())
        except FetchError as error:
            self.done.set_exception(error)

    def _whole(self) -> Answer:
        """Return the answer; where bytes follow the declared end, the length lies, and the body may be cut."""
        assert self._body is not None
        length = self._taken if self._length and not self._coding else None
        if not self._body.full and self._meter.has_more(length, bool(self._coding)):
            raise FetchError(self._url, reasons.WRONG_LENGTH, "bytes follow the declared end of the body")
        body = unwrapped(self._url, self._body.finish(), self._limits.inflated, cut=self._limits.cut)
        return Answer(200, tuple(self._headers), body)

    def _fail(self, reason: str, detail: str) -> None:
        self.done.set_exception(FetchError(self._url, reason, detail))
