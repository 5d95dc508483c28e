"""Lists of archives, one a line, as crawls publish them (warc.paths.gz): where each is. A list is never trusted with a path."""

from __future__ import annotations

import zlib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from monitor.errors import InputError

__all__ = ["is_list", "is_url", "listed", "near"]

MAX_BYTES = 64 * 1024 * 1024  # unpacked; the longest list of a news crawl has 60 kB, of a whole crawl 14 MB
_SUFFIXES = (".paths", ".paths.gz", ".txt", ".txt.gz")


def is_url(source: str) -> bool:
    """Return whether *source* is to be fetched."""
    return source.startswith(("http://", "https://"))


def is_list(name: str) -> bool:
    """Return whether a file of that name lists others."""
    return urlsplit(name).path.lower().endswith(_SUFFIXES)


def listed(body: bytes) -> list[str]:
    """Return what each line of a list names; before an address some have size and digest (GDELT)."""
    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(body)
    if b"\0" in body[:4096]:
        raise InputError("is no list of archives, one a line")
    lines = body.decode("utf-8", "replace").splitlines()
    return [_named(line.strip()) for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _named(line: str) -> str:
    last = line.split()[-1]
    return last if is_url(last) else line


def near(line: str, source: str) -> str:
    """
    Return where the archive is that *line* of the list at *source* names; raise InputError for one that leads elsewhere.

    An address stands for itself. A path is taken from the root of the server that has the list, or from the list's own
    folder, out of which it may not lead.
    """
    if is_url(line):
        return line
    parts = Path(line).parts
    if line.startswith("/") or ".." in parts or "\\" in line or ":" in line or not parts:
        raise InputError(f"{source}: {line!r} leads out of its folder and is not read")
    if is_url(source):
        scheme, host, *_ = urlsplit(source)
        return urlunsplit((scheme, host, "/" + line, "", ""))
    folder = Path(source).resolve().parent
    found = (folder / line).resolve()
    if not found.is_relative_to(folder):
        raise InputError(f"{source}: {line!r} leads out of its folder and is not read")
    return str(found)


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(31)
    try:
        found = unpacking.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise InputError(f"the list is damaged: {error}") from error
    if unpacking.unconsumed_tail:
        raise InputError(f"the list has more than {MAX_BYTES // 2**20} MB")
    return found
