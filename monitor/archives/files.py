"""What a person names -> files, each of a kind, and what tells one from another without reading all of it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from urllib.parse import urlsplit

from monitor.archives import gdelt, saved
from monitor.archives.parts import Limits, Wanted
from monitor.errors import ConfigError, InputError
from monitor.model import Part

__all__ = ["KINDS", "SMALL", "File", "found", "mark", "remote"]

_ENDS = 64 * 1024
_SUFFIXES = {
    **dict.fromkeys((".warc", ".warc.gz"), "warc"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf", ".json"), "feed"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), "page"),
    **dict.fromkeys((".csv", ".csv.gz", ".csv.zip", ".tsv"), "gdelt"),
}


@dataclass(frozen=True, slots=True)
class File:
    """One file, and what reads it; ``url`` is where it is to be fetched from, "" for one that is here."""

    path: Path
    kind: str
    url: str = ""


def found(path: Path, told: Callable[[OSError], None]) -> Iterator[File]:
    """
    Yield the archives at *path*, a file or a folder with all that lies below it; raise InputError where there is none.

    A folder that cannot be looked into is *told*.
    """
    if path.is_dir():
        below = (Path(home, name) for home, _, names in os.walk(path, onerror=told) for name in names)
        files = [File(p, k) for p in sorted(below) if (k := kind(p))]
        if not files:
            raise InputError(f"{path}: the folder holds no archive")
        yield from files
    elif not path.exists():
        raise InputError(f"{path}: there is no such file")
    elif not path.is_file():
        raise InputError(f"{path}: is no plain file")
    elif name := kind(path):
        yield File(path, name)
    else:
        raise InputError(f"{path}: is no archive that is read ({' '.join(sorted(_SUFFIXES))})")


def remote(url: str) -> File:
    """Return the archive at *url*; raise InputError for what is none that is read from elsewhere."""
    path = PurePosixPath(urlsplit(url).path)
    name = kind(path)
    if not name or name in SMALL:
        raise InputError(
            f"{url}: is no archive that is fetched (.warc.gz, .csv.zip); a feed is declared in the configuration"
        )
    return File(Path(path.name), name, url)


def kind(path: PurePath) -> str:
    """Return what a file is by the end of its name, or ""."""
    name = path.name.lower()
    return next((k for suffix, k in _SUFFIXES.items() if name.endswith(suffix)), "")


def mark(path: Path) -> str:
    """
    Return what tells a file from every other: its size and a digest of its first and last 64 kB.

    Raises OSError where it cannot be read.
    """
    digest = hashlib.sha256()
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        raise OSError(errno.EINVAL, "is no plain file")
    with path.open("rb") as file:
        size = file.seek(0, 2)
        digest.update(str(size).encode())
        file.seek(0)
        digest.update(file.read(_ENDS))
        file.seek(max(0, size - _ENDS))
        digest.update(file.read(_ENDS))
    return digest.hexdigest()


def _warc(path: Path, position: int, wanted: Wanted, limits: Limits) -> Iterator[Part]:
    try:
        from monitor.archives import warc
    except ImportError as exc:
        raise ConfigError((f"WARC files need more than is installed ({exc}); pip install 'monitor[archive]'",)) from exc
    return warc.read(path, position, wanted, limits)


KINDS: dict[str, Callable[[Path, int, Wanted, Limits], Iterator[Part]]] = {
    "warc": _warc,
    "feed": saved.feed,
    "page": saved.page,
    "gdelt": gdelt.read,
}
SMALL = frozenset({"feed", "page"})
"""Kinds of which a file is one record."""
