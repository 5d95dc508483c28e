"""How text and JSON go to a terminal or a file."""

from __future__ import annotations

import json
import sys

from rich.console import Console

from monitor.console.log import printable
from monitor.export import record

Json = record.Json


def clean_line(line: str) -> str:
    """Return *line* as it may go to a terminal."""
    return printable(line).rstrip()


def console(*, err: bool = False) -> Console:
    """Return a console that wraps for a person and not for a file."""
    stream = sys.stderr if err else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 120, highlight=False)


def print_json(value: Json) -> None:
    """Print one JSON value; what UTF-8 cannot hold is replaced."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n")
