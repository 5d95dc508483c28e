"""
Files of any size, fetched through the one way out: part by part, each a polite request of its own. Part of the roof.

A part that fails is asked for again, smaller where time ran out; what came before it is kept. In a folder that stays, a
file that was broken off is gone on with.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, Self
from urllib.parse import unquote, urlsplit

import structlog

from monitor.clock import clock
from monitor.errors import FetchError, InputError, RateLimited, Refused
from monitor.fetch import Fetcher
from monitor.model import FetchSettings, Request, Response
from monitor.store import turns

__all__ = ["Downloads", "Remote"]

MAX_FILE = 16 * 1024**3  # bytes; a file of the news crawl has one
PIECE, LEAST = 8 * 1024**2, 256 * 1024  # bytes of one request
TRIES = (10.0, 60.0, 600.0)  # seconds until a part that failed is asked for again
LONGEST = 3600.0  # seconds that a server may ask us to wait and is waited for
SPARE = 256 * 1024**2  # bytes of the disk that are left to others

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
_NAME = re.compile(r"[^\w.-]")

log = structlog.get_logger()


class Gets(Protocol):
    """The way out, as a download needs it."""

    async def get(self, request: Request) -> Response:
        """Return a usable answer or raise FetchError."""


@dataclass(slots=True)
class Downloads:
    """Where files are put, and who fetches them."""

    fetcher: Gets
    folder: Path
    most: int = PIECE
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    stopped: Callable[[], bool] = lambda: False

    async def get(self, url: str) -> Path:
        """Return the file at *url*, fetched if it is not there; raise FetchError or InputError where it cannot be had."""
        name = _NAME.sub("_", unquote(PurePosixPath(urlsplit(url).path).name))[-80:]
        there = self.folder / f"{hashlib.sha256(url.encode('utf-8', 'replace')).hexdigest()[:16]}-{name}"
        draft, told = there.with_name(there.name + ".part"), there.with_name(there.name + ".told")
        if not there.exists():
            try:
                with draft.open("ab") as file:
                    await self._fill(file, url, told)
                draft.replace(there)
                told.unlink(missing_ok=True)
            except OSError as error:
                raise InputError(f"{url}: cannot be written to {self.folder}: {error.strerror or error}") from error
        return there

    async def _fill(self, file: BinaryIO, url: str, told: Path) -> None:
        """Fetch what *file* does not have yet; where that is another file by now than it was when *told* of, all of it."""
        total, began = -1, _noted(told)
        if not began:
            _empty(file)
        while total < 0 or file.tell() < total:
            self._go_on(url)
            at = file.tell()
            try:
                answer = await self._part(url, at)
            except FetchError as error:
                if error.reason != "http 416" or not at or total >= 0:
                    raise
                _empty(file)  # what is here already is longer than what is there
                continue
            self._go_on(url)  # by now another may fetch it into the same file
            if answer.status == 200:  # a server without parts, and a small file
                _empty(file)
                file.write(answer.body or b"")
                return
            size, begins = _told(url, answer)
            now = f"{size} {answer.header('etag') or answer.header('last-modified')}"
            if now != began and at:
                _empty(file)
                if total >= 0:
                    raise FetchError(
                        url, "wrong length", "another file than before: it was changed while it was fetched"
                    )
                continue
            if begins != at:
                raise FetchError(url, "wrong length", "another part than was asked for")
            if not at:
                _note(told, now)
            total, began = size, now
            _fits(url, total - at, Path(file.name))
            file.write(answer.body or b"")
            file.flush()

    def _go_on(self, url: str) -> None:
        if self.stopped():
            raise InputError(f"{url}: broken off while it was fetched")

    async def _part(self, url: str, at: int) -> Response:
        tries = iter(TRIES)
        while True:
            try:
                return await self.fetcher.get(Request(url, page=True, part=(at, at + self.most - 1)))
            except Refused:
                raise
            except FetchError as error:
                wait = next(tries, None)
                if isinstance(error, RateLimited):
                    wait = error.retry_after.total_seconds() if error.retry_after.total_seconds() <= LONGEST else None
                if wait is None or error.reason in _FINAL:
                    raise
                if error.reason == "timeout":
                    self.most = max(LEAST, self.most // 2)
                log.warning("a part of an archive is asked for again", url=url, at=at, reason=str(error), seconds=wait)
                await self.rest(wait)


_FINAL = frozenset({"http 400", "http 401", "http 403", "http 404", "http 410", "http 416", "too large"})


def _told(url: str, answer: Response) -> tuple[int, int]:
    """Return how long the file is, and where the part begins."""
    told = _RANGE.fullmatch(answer.header("content-range"))
    if told is None or not answer.body or int(told[2]) - int(told[1]) + 1 != len(answer.body):
        raise FetchError(url, "wrong length", "a part that is another than it says")
    return int(told[3]), int(told[1])


def _noted(told: Path) -> str:
    """Return which file what there is of it belongs to, "" where nobody knows."""
    return told.read_text("utf-8", "replace") if told.exists() else ""


def _note(told: Path, now: str) -> None:
    told.write_text(now, "utf-8")


def _empty(file: BinaryIO) -> None:
    file.seek(0)
    file.truncate(0)


def _fits(url: str, more: int, file: Path) -> None:
    if more > MAX_FILE:
        raise InputError(f"{url}: larger than {MAX_FILE // 1024**3} GB")
    free = shutil.disk_usage(file.parent).free
    if more + SPARE > free:
        raise InputError(f"{url}: {more:,} bytes are still to come, and {free:,} are free in {file.parent}")


@dataclass(slots=True)
class Remote:
    """Downloads for whoever does nothing meanwhile: a network of its own, opened when something is first asked for."""

    settings: FetchSettings
    folder: Path | None  # None: one that goes with the process
    database: str = ""  # one on a server: turns at hosts are shared with all that work on it
    stopped: Callable[[], bool] = lambda: False
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _runner: asyncio.Runner | None = None
    _downloads: Downloads | None = None
    _left: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def get(self, url: str) -> Path:
        """Return the file at *url*, as :meth:`Downloads.get` does."""
        if self._runner is None or self._downloads is None:
            self._open()
        assert self._runner is not None and self._downloads is not None
        return self._runner.run(self._downloads.get(url))

    def _open(self) -> None:
        folder = self.folder or Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-")))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made: {error.strerror}") from error
        self._runner = self._stack.enter_context(asyncio.Runner())
        self._stack.callback(lambda: self._runner and self._runner.run(self._left.aclose()))
        fetcher = self._runner.run(self._entered())
        self._downloads = Downloads(fetcher, folder, min(PIECE, self.settings.max_bytes), stopped=self.stopped)

    async def _entered(self) -> Fetcher:
        shared = await turns(self.database, clock) if self.database else None
        if shared:
            self._left.push_async_callback(shared.close)
        return await self._left.enter_async_context(Fetcher(self.settings, now=clock, shared=shared))
