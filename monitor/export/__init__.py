"""Timeline -> bytes, one file a format; the same timeline gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.export.csv import to_csv
from monitor.export.html import to_html
from monitor.export.json import to_json
from monitor.model import Timeline

__all__ = ["FORMATS", "MEDIA", "Options", "render"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked of a format: ``rows`` is event or evidence, ``bom`` a byte order mark for Excel."""

    rows: str = "event"
    bom: bool = False


FORMATS: dict[str, Callable[[Timeline, Options], bytes]] = {
    "json": lambda timeline, options: to_json(timeline),
    "csv": lambda timeline, options: to_csv(timeline, rows=options.rows, bom=options.bom),
    "html": lambda timeline, options: to_html(timeline),
}

MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}


def render(timeline: Timeline, format: str, options: Options = Options()) -> bytes:
    """Return *timeline* in *format*, a key of ``FORMATS``."""
    return FORMATS[format](timeline, options)
