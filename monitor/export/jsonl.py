"""The timeline as JSON Lines: what the export says of itself, then an event a line."""

from __future__ import annotations

import json

from monitor.export import record
from monitor.model import Timeline


def to_jsonl(told: Timeline) -> bytes:
    """Return UTF-8 JSON Lines; lone surrogates are escaped."""
    rows = [record.head(told), *(record.event(e) for e in told.events)]
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
