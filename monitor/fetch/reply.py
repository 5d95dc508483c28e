"""
What one connection brings in answer to one request, read as it comes: heads, framing, body, end.

HTTP/1.1 is taken apart by llhttp (httptools); what an answer may cost, and what of it is believed, is decided here. The
body of status 200 is unpacked piece by piece as it arrives (and of 206 taken as it is, where a part was asked for); of
any other status nothing but the head is read.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import httptools

from monitor.errors import FetchError
from monitor.fetch import reasons
from monitor.fetch.deadline import Deadline
from monitor.fetch.inflate import Body
from monitor.fetch.kept import heard
from monitor.fetch.meter import MAX_HEAD, Meter
from monitor.fetch.room import Room, Share

__all__ = ["MAX_HEADERS", "Answer", "Headers", "Limits", "Reply"]

Headers = tuple[tuple[str, str], ...]

MAX_HEADERS = 256
# Bytes that are neither head nor body: sizes of chunks, their extensions, trailers. Chunks as many as are read at all
# (PIECE_COST in ``meter``) have half of that.
MAX_FRAMING = 2 * 1024 * 1024

# Cookies are neither kept nor shown.
_KEPT_BACK = frozenset({"set-cookie", "set-cookie2"})
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one answer may cost, in bytes; with *cut* the rest of an unpacked body is ignored, not an error.

    *part*: bytes of a file were asked for, which are not unpacked.
    """

    wire: int
    inflated: int
    cut: bool = False
    part: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is read for status 200, and for 206 where a part was asked for, only."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """Return the first header called *name* (lower case), or ""."""
        return next((v for n, v in self.headers if n == name), "")


class Reply(asyncio.Protocol):
    """The reading end of a connection; ``done`` ends with the :class:`Answer` or a FetchError."""

    def __init__(self, url: str, limits: Limits, room: Room, deadline: Deadline | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Answer] = loop.create_future()
        self.doing = "waiting for the answer"
        self._url, self._limits, self._loop = url, limits, loop
        self._meter = Meter(url)
        self._share = Share(room, self._go_on, self._give_up)
        self._deadline = deadline
        self._line: asyncio.Transport | None = None  # once something was asked
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
        self._ended = False  # the whole message, where its body is not left alone
        self._more = False  # something came behind it
        self._stays = False
        self._stuck = False  # what came waits for room
        self._lost = False

    @property
    def begun(self) -> bool:
        """Return whether anything came."""
        return self._meter.total > 0

    @property
    def ended_clean(self) -> bool:
        """Return whether the answer ended where it said, nothing came behind it, and the server hears another request."""
        return self._stays and not self._more and not self._meter.beyond(self._taken, bool(self._coding))

    def asked(self, line: asyncio.Transport) -> None:
        """Expect the answer on *line*: what comes before is none."""
        self._line = line

    def leave(self) -> None:
        """Wait for nothing more; a failure that nobody asked for is nobody's."""
        self._share.end()
        if not self.done.cancel() and not self.done.cancelled():
            self.done.exception()
        # The parser and this hold each other, and would hold the body until cycles are looked for.
        self._body = None
        self.done = self._loop.create_future()
        self.done.cancel()

    # ------------------------------------------------------------- asyncio

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        if self.done.done():
            return
        try:
            if self._line is None or (not self.begun and not heard(self._line)):
                raise FetchError(self._url, reasons.BAD_HTTP, "it answered before it was asked")
            self._meter.before()
            self._meter.after(data)
            if self._at_end:  # what follows the end is counted, not read
                self._more = self._more or bool(data.strip(b"\r\n"))
            else:
                self._parse(data)
            if self._meter.total - self._taken > MAX_HEAD + MAX_FRAMING:
                raise FetchError(self._url, reasons.PIECES, f"more than {MAX_FRAMING} bytes around the body")
        except FetchError as error:
            self._fail_with(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """End with what there is, if that is a whole answer."""
        if self.done.done():
            return
        if self._stuck and exc is None:
            self._lost = True  # what came is looked at once there is room
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
        if self._body is not None or self._at_end:
            return
        self._count += 1
        if self._count > MAX_HEADERS:
            raise FetchError(self._url, reasons.BIG_HEAD, f"more than {MAX_HEADERS} headers")
        if name.endswith((b" ", b"\t")):
            raise FetchError(self._url, reasons.BAD_HTTP, "a blank before the colon of a header")
        if _CONTROL.search(value):
            raise FetchError(self._url, reasons.BAD_HTTP, "a control character in a header")
        low = name.decode("latin-1").lower()
        if low not in _KEPT_BACK:
            self._headers.append((low, value.strip().decode("latin-1")))

    def on_message_begin(self) -> None:
        """Note where another answer follows, which nobody asked for."""
        self._more = self._ended

    def on_status(self, phrase: bytes) -> None:
        """Refuse what cannot be a reason phrase."""
        if _CONTROL.search(phrase) and not self._ended:
            raise FetchError(self._url, reasons.BAD_HTTP, "a control character in the status line")

    def on_headers_complete(self) -> None:
        """Decide what the answer is worth by its head."""
        if self._ended:
            return
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=False)  # no chunk is told by such lines
        self._status = self._parser.get_status_code()
        if self._status < 100:
            raise FetchError(self._url, reasons.BAD_HTTP, f"status {self._status}")
        if self._status == 101:
            raise FetchError(self._url, reasons.BAD_HTTP, "another protocol is offered, which was not asked for")
        if self._status < 200:
            return
        if self._carries:
            self._expect()
        else:
            self._at_end = True

    def on_body(self, data: bytes) -> None:
        """Unpack a piece of the body."""
        if self._body is None or self._body.full or self._ended:
            return
        self._taken += len(data)
        self._meter.piece()
        if self._taken > self._limits.wire:
            raise FetchError(self._url, reasons.TOO_LARGE, f"more than {self._limits.wire} bytes")
        self._unpack(self._body, data)

    def on_message_complete(self) -> None:
        """Note the end; a 1xx head is followed by another one (RFC 9112 9.2)."""
        if self._ended:
            return
        if 100 <= self._status < 200:
            self._status, self._count = 0, 0
            self._headers.clear()
        else:
            self._at_end = self._ended = True
            self._stays = self._parser.should_keep_alive() and self._certain()

    # ------------------------------------------------------------- reading

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as exc:
            if isinstance(exc.__context__, FetchError):
                raise exc.__context__ from None
            raise
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            if not self._at_end:
                raise FetchError(self._url, reasons.BAD_HTTP, str(exc)) from exc
            self._more = True  # it is what follows the end that cannot be read
        self._look_for_the_end()

    def _look_for_the_end(self) -> None:
        if self._at_end and not self._carries:
            self.done.set_result(Answer(self._status, tuple(self._headers), b""))
        elif not self._stuck and (self._at_end or (self._body is not None and self._body.full)):
            # What lies ready behind the end is read before anything is believed: one turn of the loop.
            self._loop.call_soon(self._loop.call_soon, self._settle)

    def _certain(self) -> bool:
        """Say whether everybody on the way reads the end of this answer where we do."""
        if self._parser.get_http_version() != "1.1" or self._meter.odd:
            return False
        # A body that nobody may send with these, and that is announced all the same, may still be sent.
        lengths = [v for n, v in self._headers if n in ("content-length", "transfer-encoding")]
        return self._carries or all(v == "0" for v in lengths)

    @property
    def _carries(self) -> bool:
        """Say whether there is a body that is of use."""
        return self._status == 200 or (self._status == 206 and self._limits.part)

    def _unpack(self, body: Body, data: bytes) -> None:
        """Unpack *data*, or read no further until there is room for it."""
        assert self._line is not None
        went = body.feed(data)
        if went is self._stuck:
            self._stuck = not went
            (self._line.resume_reading if went else self._line.pause_reading)()
            if self._deadline is not None:
                (self._deadline.go_on if went else self._deadline.stop)()
        self.doing = "waiting for room" if self._stuck else "reading the body"

    def _go_on(self) -> None:
        """Take what waited for room."""
        if self.done.done() or self._body is None:
            return
        try:
            self._unpack(self._body, b"")
            if not self._stuck:
                self._look_for_the_end()
                if self._lost:
                    self.connection_lost(None)
        except FetchError as error:
            self._fail_with(error)

    def _give_up(self) -> None:
        """Make room for others."""
        if not self.done.done():
            self._fail(reasons.NO_ROOM, f"given up with {self._share.held} bytes, so that others can be read")

    def _expect(self) -> None:
        """Make ready for the body."""
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
        limits = self._limits
        codings = said["content-encoding"]
        self._body = Body(self._url, codings, limits.inflated, self._share, cut=limits.cut, as_is=limits.part)

    def _settle(self) -> None:
        if self.done.done():
            return
        try:
            self.done.set_result(self._whole())
        except FetchError as error:
            self._fail_with(error)

    def _whole(self) -> Answer:
        """Return the answer; where bytes follow the declared end, the length lies, and the body may be cut."""
        assert self._body is not None
        length = self._taken if self._length and not self._coding else None
        if not self._body.full and (self._more or self._meter.has_more(length, bool(self._coding))):
            raise FetchError(self._url, reasons.WRONG_LENGTH, "bytes follow the declared end of the body")
        return Answer(self._status, tuple(self._headers), self._body.finish())

    def _fail(self, reason: str, detail: str) -> None:
        self._fail_with(FetchError(self._url, reason, detail))

    def _fail_with(self, error: FetchError) -> None:
        """End with *error*, and hold nothing."""
        self.done.set_exception(error)
        self._body = None
        self._share.end()
