"""
Archives on disk -> the records in them that may speak of a topic, part by part. Touches files, and nothing else.

    files      what a person names -> files, each of a kind; what tells one from another without reading it
    lists      a list of archives -> where each is
    saved      pages and feeds in files
    gdelt      exports of GDELT
    warc       WARC files (owns fastwarc); payload: the page within a record
    parts      how much is read at a time
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.archives.files import KINDS, SMALL, File, found, mark, remote
from monitor.archives.lists import is_list, is_url, listed, near
from monitor.archives.parts import Limits, Stopped, Wanted
from monitor.model import Part

__all__ = [
    "KINDS",
    "SMALL",
    "File",
    "Limits",
    "Stopped",
    "Wanted",
    "found",
    "is_list",
    "is_url",
    "listed",
    "mark",
    "near",
    "parts",
    "remote",
]


def parts(file: File, position: int, wanted: Wanted, limits: Limits = Limits()) -> Iterator[Part]:
    """Yield what *file* holds from *position* on; raise OSError or InputError where it cannot be read, ConfigError where a library is missing."""
    return KINDS[file.kind](file.path, position, wanted, limits)
