"""The timeline as one JSON document."""

from __future__ import annotations

import json

import orjson

from monitor.export import record
from monitor.model import Timeline


def to_json(told: Timeline) -> bytes:
    """Return UTF-8 JSON, readable by a person, ending in a newline; lone surrogates are escaped."""
    whole = record.timeline(told)
    try:
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except (
        orjson.JSONEncodeError
    ):  # what only the library knows that has twenty times the time: surrogates, numbers beyond 64 bits
        return (_escaped(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n").encode("utf-8")


def _escaped(text: str) -> str:
    """Escape what UTF-8 cannot hold: a lone surrogate that some page sent."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
