"""
Exports of GDELT: events (1.0 and 2.0), mentions and the knowledge graph (GKG 2.1), plain or packed.

A line tells of one page: where it is, when GDELT saw it, and what names it found there. The page itself is not in it.
A position counts the bytes before the next line, unpacked.
"""

from __future__ import annotations

import contextlib
import gzip
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from monitor.archives.parts import Draft, Limits, Wanted, moment, opened
from monitor.model import Capture, Part

__all__ = ["read"]

MAX_LINE = 1024 * 1024  # bytes; a line of the knowledge graph about a long report has a hundred thousand
_PIECE = 1024 * 1024

# What a file may unpack to before it is given up. Tables pack to a fourth up to a tenth, and a line to some fifty bytes;
# what is packed to be a bomb gives a thousand times its size.
_RATIO, _FREE = 50, 64 * 1024 * 1024
_LINE, _FREE_LINES = 4, 100_000
# Bytes of the list of what a zip file holds, which is read whole at once: GDELT packs one file, or a few dozen.
_MAX_CONTENTS = 1024 * 1024
_TITLE = re.compile(r"<PAGE_TITLE>(.{1,1000}?)</PAGE_TITLE>", re.DOTALL)
_HTTP = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_NAMES = 40  # of one line; the longest lists are of sports results


@dataclass(frozen=True, slots=True)
class _Table:
    """Where things stand in a line: the address, when it was seen, names in lists, and extras with the title."""

    url: int
    seen: int
    names: tuple[int, ...] = ()
    title: int = -1


# By the number of columns (GDELT Event Codebook 1.03 and 2.0, Global Knowledge Graph Codebook 2.1).
_TABLES = {
    58: _Table(57, 56, (6, 16, 50)),
    61: _Table(60, 59, (6, 16, 52)),
    16: _Table(5, 2),
    27: _Table(4, 1, (11, 13, 23), 26),
}


def read(path: Path, position: int, wanted: Wanted, limits: Limits) -> Iterator[Part]:
    """Yield what the file at *path* holds from *position* on, part by part; raise OSError where it cannot be read at all."""
    draft, at, size = Draft(limits), position, path.stat().st_size
    with contextlib.ExitStack() as stack:
        try:
            for n, line in enumerate(_lines(_unpacked(stack, path, limits), position)):
                if at > max(_FREE, _RATIO * size) or n > _FREE_LINES + size // _LINE:
                    raise zipfile.BadZipFile("no table unpacks to so much")
                if draft.full:
                    yield draft.part(at)
                    draft = Draft(limits)
                draft.records += 1
                _look(line, at, draft, wanted)
                at += len(line)
        except (zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile, NotImplementedError, RuntimeError) as error:
            draft.faults += 1
            draft.problem(f"damaged behind byte {at} of what it unpacks to: {error}")
    yield draft.part(at, ended=True)


def _look(line: bytes, at: int, draft: Draft, wanted: Wanted) -> None:
    cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t") if wanted.names(line) else []
    if not cells:
        draft.unnamed += 1
        return
    table = _TABLES.get(len(cells))
    if table is None or not _HTTP.match(cells[table.url]):
        draft.other += 1
        return
    seen = _instant(cells[table.seen])
    if wanted.too_early(seen):
        draft.outside += 1
        return
    draft.add(_row(cells, table, seen, at))


def _row(cells: Sequence[str], table: _Table, seen: datetime | None, at: int) -> Capture:
    title = _TITLE.search(cells[table.title]) if table.title >= 0 else None
    return Capture(
        cells[table.url],
        seen,
        b"",
        "",
        at,
        kind="row",
        title=html.unescape(title[1]).strip() if title else "",
        names="; ".join(list(dict.fromkeys(_names(cells, table)))[:_NAMES]),
        seen=cells[table.seen],
    )


def _names(cells: Sequence[str], table: _Table) -> Iterator[str]:
    """Yield the names of a line as they are written elsewhere: it has them in capitals, or in small letters."""
    for column in table.names:
        for name in cells[column].split(";"):
            word = name.partition(",")[0].strip() if column == 23 else name.strip()  # there with its place in the text
            if word:
                yield word.title() if word.isupper() or word.islower() else word


def _instant(digits: str) -> datetime | None:
    """Return the moment that is written as 20190506 or 20190506081500, in UTC."""
    try:
        at = datetime.strptime(digits, "%Y%m%d%H%M%S" if len(digits) == 14 else "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment(at)


# --------------------------------------------------------------------------- lines


def _unpacked(stack: contextlib.ExitStack, path: Path, limits: Limits) -> Iterator[IO[bytes]]:
    """Yield the streams of a file: those within a zip file one after the other."""
    file = stack.enter_context(opened(path, limits))
    magic = file.peek(2)[:2]
    if magic == b"PK":
        _small_contents(file)
        whole = stack.enter_context(zipfile.ZipFile(file))
        for one in whole.infolist():
            if not one.is_dir():
                with whole.open(one) as stream:
                    yield stream
    elif magic == b"\x1f\x8b":
        yield cast(IO[bytes], stack.enter_context(gzip.GzipFile(fileobj=file)))
    else:
        yield file


def _small_contents(file: io.BufferedReader) -> None:
    """Raise BadZipFile where a zip file says that it holds more than any export does: its list would fill the memory."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _ZIP64_LOCATOR - _ZIP_END.size - 65_535))
    tail = file.read()
    file.seek(0)
    for end in re.finditer(b"PK\x05\x06", tail):
        told = tail[end.start() : end.start() + _ZIP_END.size].ljust(_ZIP_END.size, b"\0")
        if _ZIP_END.unpack(told)[5] > _MAX_CONTENTS or b"PK\x06\x07" in tail:  # the second tells of more than 4 GB
            raise zipfile.BadZipFile("its list of contents is too long")


# The record at the end (APPNOTE 4.3.16): the sixth number is how many bytes the list has.
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR = 20  # bytes, right before it (4.3.15)


def _lines(streams: Iterator[IO[bytes]], position: int) -> Iterator[bytes]:
    """Yield the lines behind *position*; what is longer than any line that makes sense comes in pieces, which are no table."""
    for stream in streams:
        while position > 0 and (piece := stream.read(min(position, _PIECE))):
            position -= len(piece)
        while line := stream.readline(MAX_LINE):
            yield line
