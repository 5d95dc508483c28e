"""What all readers of archives share: how much is read at a time, and how it is put together."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.model import Capture, Part, Reads, Span

__all__ = ["MAX_BODY", "Draft", "Limits", "Stopped", "Wanted", "moment", "opened"]

MAX_BODY = 8 * 1024 * 1024
"""Bytes of one page or feed; the longest report that we met has one. What a record unpacks to is read no further."""

_PROBLEMS = 20  # told of one part


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one part may hold; the writer of what it brings waits for no longer, and others for the writer."""

    records: int = 20_000
    captures: int = 50
    bytes: int = 8 * 1024 * 1024
    seconds: float = 1.0
    stopped: Callable[[], bool] = lambda: False  # asked at each read from the disk; see :class:`Stopped`


class Stopped(Exception):
    """It is time to stop, in the middle of a record: three gigabytes of zeros pack into three megabytes."""


class _File(io.BufferedReader):
    """A file that is read no further once it is time to stop."""

    def __init__(self, path: Path, stopped: Callable[[], bool]) -> None:
        super().__init__(io.FileIO(path))
        self._stopped = stopped

    def read(self, size: int | None = -1, /) -> bytes:
        if self._stopped():
            raise Stopped
        return super().read(size)


def opened(path: Path, limits: Limits) -> io.BufferedReader:
    """Return the file at *path*, to be read until it is time to stop; raise OSError."""
    return _File(path, limits.stopped)


_FIRST_YEAR = 1991  # nobody saved a page before there was one


def moment(at: datetime | None) -> datetime | None:
    """Return when something was saved, None where that cannot be: no archive is of the year 1, or 9999."""
    return at if at is not None and at.tzinfo is not None and _FIRST_YEAR <= at.year < 9999 else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is looked for.

    *lets* says whether the bytes of a page may speak of a topic, *names* whether a list of pages names one; *span*
    are the days, in *zone*.
    """

    lets: Callable[[bytes], bool]
    names: Callable[[bytes], bool]
    span: Span = Span()
    zone: str = "UTC"

    def too_early(self, at: datetime | None) -> bool:
        """Return whether what was saved *at* then came out before the days that are wanted."""
        since = self.span.since
        return since is not None and at is not None and at.astimezone(ZoneInfo(self.zone)).date() < since


@dataclass(slots=True)
class Draft:
    """A part on its way."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    records: int = 0
    other: int = 0
    outside: int = 0
    unnamed: int = 0
    unread: int = 0
    faults: int = 0
    captures: list[Capture] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, capture: Capture) -> None:
        """Take in what names a topic."""
        self.captures.append(capture)
        self.size += len(capture.body)

    def problem(self, sentence: str) -> None:
        """Tell what is wrong with the archive, as far as anybody reads on."""
        if len(self.problems) < _PROBLEMS:
            self.problems.append(sentence)

    @property
    def full(self) -> bool:
        """Return whether it is to be written before more is read."""
        limits = self.limits
        return (
            self.records >= limits.records
            or len(self.captures) >= limits.captures
            or self.size >= limits.bytes
            or time.monotonic() - self.started > limits.seconds
        )

    def part(self, position: int, *, ended: bool = False) -> Part:
        """Return it as it is, read up to *position*."""
        told = Reads(self.records, self.other, self.outside, self.unnamed, self.unread, len(self.captures), self.faults)
        return Part(position, tuple(self.captures), told, tuple(self.problems), ended)
