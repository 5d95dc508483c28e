"""Timeline -> bytes, one file a format; the same timeline gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from monitor.export.csv import to_csv
from monitor.export.feeds import to_atom, to_jsonfeed
from monitor.export.ics import to_ics
from monitor.export.json import to_json
from monitor.export.jsonl import to_jsonl
from monitor.export.markdown import to_markdown
from monitor.export.timelinejs import to_timelinejs
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
    "jsonl": lambda timeline, options: to_jsonl(timeline),
    "csv": lambda timeline, options: to_csv(timeline, rows=options.rows, bom=options.bom),
    "markdown": lambda timeline, options: to_markdown(timeline, options.name),
    "html": lambda timeline, options: _html(timeline, options),
    "atom": lambda timeline, options: to_atom(timeline, options.name),
    "jsonfeed": lambda timeline, options: to_jsonfeed(timeline, options.name),
    "ics": lambda timeline, options: to_ics(timeline, options.name),
    "timelinejs": lambda timeline, options: to_timelinejs(timeline, options.name),
}

MEDIA = {
    "json": "application/json",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "atom": "application/atom+xml",
    "jsonfeed": "application/feed+json",
    "ics": "text/calendar; charset=utf-8",
    "timelinejs": "application/json",
}
"""What each format is called on the web."""


def _html(timeline: Timeline, options: Options) -> bytes:
    from monitor.export.html import to_html  # templates take 2 MB, and a daemon may never draw a page

    return to_html(timeline, options.name)


def render(timeline: Timeline, format: str, options: Options = Options()) -> bytes:
    """Return *timeline* in *format*, a key of ``FORMATS``."""
    return FORMATS[format](timeline, options)
