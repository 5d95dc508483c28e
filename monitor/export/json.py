"""The timeline as one JSON document."""

from __future__ import annotations

import json

from monitor.export import record
from monitor.model import Timeline


def to_json(told: Timeline) -> bytes:
    """Return UTF-8 JSON, readable by a person, ending in a newline; lone surrogates are escaped."""
    text = json.dumps(record.timeline(told), ensure_ascii=False, indent=2)
    return (_escaped(text) + "\n").encode("utf-8")


def _escaped(text: str) -> str:
    """Escape what UTF-8 cannot hold: a lone surrogate that some page sent."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
