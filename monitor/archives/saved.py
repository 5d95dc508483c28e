"""Pages and feeds as somebody saved them: a file is one record, of which nobody knows when it was saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.archives.parts import MAX_BODY, Draft, Limits, Wanted
from monitor.model import Capture, Part

__all__ = ["feed", "page"]


def page(path: Path, position: int, wanted: Wanted, limits: Limits) -> Iterator[Part]:
    """Yield the saved page at *path*."""
    yield _part("page", wanted.lets(body := _bytes(path)), body, limits)


def feed(path: Path, position: int, wanted: Wanted, limits: Limits) -> Iterator[Part]:
    """Yield the saved feed at *path*."""
    yield _part("feed", wanted.names(body := _bytes(path)), body, limits)


def _part(kind: str, named: bool, body: bytes, limits: Limits) -> Part:
    draft = Draft(limits, records=1)
    if named:
        draft.add(Capture("", None, body, "", 0, kind=kind))
    else:
        draft.unnamed += 1
    return draft.part(len(body), ended=True)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        body = file.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise OSError(0, f"larger than {MAX_BODY // 2**20} MB")
    return body
