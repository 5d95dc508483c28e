"""Timeline -> bytes, one file a format; the same timeline gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.export.csv import to_csv
from monitor.export.html import to_html
from monitor.export.json import to_json
from monitor.model import Timeline

__all__ = ["FORMATS", "MEDIA", "Options", "render"]


@dataclass(frozen=True, slots=True)
class Options:
    """
    What a person asked of a format: ``rows`` is event or evidence, ``bom`` a byte order mark for Excel.

    ``names`` says what sources are called, for formats that people read.
    """

    rows: str = "event"
    bom: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, source: str) -> str:
        """Return what a source is called."""
        return self.names.get(source, source)


FORMATS: dict[str, Callable[[Timeline, Options], bytes]] = {
    "json": lambda timeline, options: to_json(timeline),
    "csv": lambda timeline, options: to_csv(timeline, rows=options.rows, bom=options.bom),
    "html": lambda timeline, options: to_html(timeline, options.name),
}

MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}


def render(timeline: Timeline, format: str, options: Options = Options()) -> bytes:
    """Return *timeline* in *format*, a key of ``FORMATS``."""
    return FORMATS[format](timeline, options)
