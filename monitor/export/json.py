"""The timeline as one JSON document."""

from __future__ import annotations

import json

import orjson

from monitor.export import record
from monitor.model import Event, Timeline


def to_json(told: Timeline) -> bytes:
    """Return UTF-8 JSON, readable by a person, ending in a newline; lone surrogates are escaped."""
    try:
        return _at_once(told)
    except (
        orjson.JSONEncodeError
    ):  # what only the library knows that has twenty times the time: surrogates, long numbers
        whole = record.timeline(told)
        return (_escaped(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n").encode("utf-8")


def _at_once(told: Timeline) -> bytes:
    """Write each event by itself, further in: a line break within JSON is one between its parts, never one of a text."""
    whole = orjson.dumps({**record.head(told), "events": []}, option=orjson.OPT_INDENT_2).removesuffix(b"]\n}")
    events = [b"\n    " + _event(event).replace(b"\n", b"\n    ") for event in told.events]
    return whole + b",".join(events) + (b"\n  ]\n}\n" if events else b"]\n}\n")


def _event(event: Event) -> bytes:
    return orjson.dumps(record.event(event), option=orjson.OPT_INDENT_2)


def _escaped(text: str) -> str:
    """Escape what UTF-8 cannot hold: a lone surrogate that some page sent."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
