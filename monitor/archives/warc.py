"""
WARC files, as the news crawl of Common Crawl has them: which of their pages may speak of a topic.

A position is where the next record begins: in the file, where each record is packed by itself (or nothing is packed),
else in what the file unpacks to. A record that cannot be read costs itself: the next one is sought behind it.
"""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from fastwarc import ArchiveIterator, WarcRecord, WarcRecordType

from monitor.archives import payload
from monitor.archives.parts import MAX_BODY, Draft, Limits, Wanted, moment, opened
from monitor.errors import InputError
from monitor.model import Capture, Part

__all__ = ["read"]

_PAGES = WarcRecordType.response | WarcRecordType.resource
_START = b"WARC/1."
_BEHIND = b"\r\n\r\nWARC/1."
_LONG = 1024 * 1024  # bytes from which on a record is not believed to be so long without a look
_GZIP = b"\x1f\x8b\x08"
_WINDOW = 1024 * 1024
_FIRST = 4 * 1024 * 1024  # bytes in which the first record of a file ends; it says what the file is
_FAULTS = 10_000  # places at which a file may be damaged before it is given up
_HTTP = re.compile(r"https?://[^/\s]", re.IGNORECASE)


def read(path: Path, position: int, wanted: Wanted, limits: Limits = Limits()) -> Iterator[Part]:
    """Yield what the file at *path* holds from *position* on, part by part; raise OSError or InputError where it cannot be read at all."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(opened(path, limits))
        reader = _Reader(path, file, wanted, limits)
        yield from reader.parts(position)


class _Reader:
    """One file being read; *whole*: it is packed as one piece, so that no record can be gone to."""

    def __init__(self, path: Path, file: BinaryIO, wanted: Wanted, limits: Limits) -> None:
        self._path, self._file, self._wanted, self._limits = path, file, wanted, limits
        self._size, self._whole = path.stat().st_size, _is_packed_whole(file)
        self._faults, self._seen = 0, False

    def parts(self, position: int) -> Iterator[Part]:
        draft, start = Draft(self._limits), position
        while True:
            last = start  # where the record under way begins
            try:
                for record in self._records(start):
                    last, self._seen = max(last, record.stream_pos), True
                    if draft.full:
                        yield draft.part(last)
                        draft = Draft(self._limits)
                    self._look(record, draft)
                break
            except (OSError, ValueError, EOFError, zlib.error) as error:
                self._faults += 1
                draft.faults += 1
                draft.problem(f"damaged behind byte {last}: {error}")
                if self._faults > _FAULTS:
                    draft.problems.append(f"given up behind byte {last}: damaged in {_FAULTS} places")
                found = None if self._whole or self._faults > _FAULTS else _next_record(self._file, last + 1)
                if found is None:
                    break
                start = found
        if self._size and not self._seen and not position:
            raise InputError(f"{self._path}: {next(iter(draft.problems), 'holds no record that can be read')}")
        yield draft.part(self._size, ended=True)

    def _records(self, start: int) -> Iterator[WarcRecord]:
        return iter(ArchiveIterator(self._stream(start), parse_http=False))

    def _stream(self, start: int) -> BinaryIO:
        self._file.seek(0 if self._whole else start)
        if not self._whole:
            return self._file
        unpacked = gzip.GzipFile(fileobj=self._file)  # it knows where it is, in what is unpacked
        unpacked.seek(start)
        return cast(BinaryIO, unpacked)

    def _look(self, record: WarcRecord, draft: Draft) -> None:
        length = record.content_length
        if length <= _LONG and not record.record_type & _PAGES:
            return
        block = record.reader.read(MAX_BODY)
        if len(block) < length and (len(block) < MAX_BODY or _BEHIND in block):
            raise ValueError("a record ends before it should")
        if length > _LONG and _BEHIND in block:
            raise ValueError("a record says that it is longer than it is")
        if not record.record_type & _PAGES:
            return
        draft.records += 1
        coded, other = payload.glance(block)
        if other and record.record_type == WarcRecordType.response:
            draft.other += 1
        elif self._wanted.span.since and self._wanted.too_early(_date(record)):
            draft.outside += 1
        elif coded or self._wanted.lets(block):
            _look_into(record, block, draft, self._wanted if coded else None)
        else:
            draft.unnamed += 1


def _look_into(record: WarcRecord, block: bytes, draft: Draft, wanted: Wanted | None) -> None:
    """Take in the page in *block*, if it is one, and names what is *wanted* where that is not known yet."""
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    at = _date(record)
    if record.record_type == WarcRecordType.resource:
        said = record.headers.get("Content-Type") or ""
        status, headers, body = 200, {"content-type": said}, block
    else:
        found = payload.head_of(block)
        status, headers, begins = found or (0, {}, 0)
        body = payload.body_of(headers, block[begins:], MAX_BODY)
    if status != 200 or not payload.is_page(headers, body) or not _HTTP.match(url):
        draft.other += 1
    elif wanted and not wanted.lets(body):
        draft.unnamed += 1
    else:
        digest = record.headers.get("WARC-Payload-Digest") or ""
        draft.add(Capture(url, at, body, headers.get("content-type", ""), record.stream_pos, digest[:200]))


def _date(record: WarcRecord) -> datetime | None:
    """Return when a record says it was saved, None where that cannot be."""
    return moment(record.record_date)


# --------------------------------------------------------------------------- where records begin


def _is_packed_whole(file: BinaryIO) -> bool:
    """Return whether a gzip file is one piece: its first record would end soon, and the piece with it."""
    head = file.read(_FIRST)
    if not head.startswith(_GZIP):
        return False
    unpacking = zlib.decompressobj(31)
    with contextlib.suppress(zlib.error):
        text = unpacking.decompress(head, _FIRST)
        return text.count(b"\r\n\r\nWARC/1.") > 0 or not unpacking.eof
    return False


def _next_record(file: BinaryIO, start: int) -> int | None:
    """Return where a record begins at *start* or behind it, packed or not."""
    file.seek(0)
    mark = _GZIP if file.read(3) == _GZIP else _START
    file.seek(start)
    at, held = start, b""
    while piece := file.read(_WINDOW):
        held += piece
        for found in re.finditer(re.escape(mark), held):
            if mark == _START or _unpacks(file, at + found.start()):
                return at + found.start()
        keep = min(len(held), len(mark) - 1)
        at += len(held) - keep
        held = held[len(held) - keep :]
    return None


def _unpacks(file: BinaryIO, at: int) -> bool:
    """Return whether what is packed at *at* begins like a record."""
    here = file.tell()
    file.seek(at)
    try:
        return zlib.decompressobj(31).decompress(file.read(1024), len(_START)).startswith(_START)
    except zlib.error:
        return False
    finally:
        file.seek(here)
