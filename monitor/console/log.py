"""
The log on stderr: lines for people, or an object a line for programs. What servers sent stays within its value.

Control characters, line breaks and whatever turns the direction of writing never pass, nor does a value of any length.
What libraries say through the standard logging goes the same way.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

LONGEST = 2_000  # characters of a value; a traceback may have ten times that

_LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "critical"}


class Stderr:
    """Standard error as it is at the moment of writing: a progress bar may stand in for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(form: str = "text") -> None:
    """Log to stderr as *form* says: "text" (coloured for a person who watches, plain lines otherwise) or "json"."""
    as_json = form == "json"
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            # Programs want an instant, people the time on their wall.
            structlog.processors.TimeStamper(fmt="iso" if as_json else "%Y-%m-%d %H:%M:%S", utc=as_json),
            structlog.processors.format_exc_info,
            _printable,
            structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=True)
            if as_json
            else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, Stderr())),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Forward(logging.WARNING)]
    sys.excepthook = _crash


def speaker(form: str, say: Callable[[str], None]) -> Callable[[str], None]:
    """Return what tells a person in a sentence: *say*, or where programs read, the log."""
    return say if form == "text" else lambda sentence: cast(None, structlog.get_logger().info(sentence))


class _Forward(logging.Handler):
    """Says in our log what a library says in its own."""

    def emit(self, record: logging.LogRecord) -> None:
        say = getattr(structlog.get_logger(), _LEVELS.get(record.levelno, "warning"))
        say(record.getMessage(), logger=record.name, **({"exc_info": record.exc_info} if record.exc_info else {}))


def failed(error: Exception) -> None:
    """Say what ended the program."""
    structlog.get_logger().critical(str(error))


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger().critical("bug", exc_info=(kind, error, trace))


def _printable(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Clean every value: what a server sent must not drive a terminal, nor look like a line of ours."""
    return {k: _lines(v) if k == "exception" else _clean(v) for k, v in line.items()}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return printable(value[:LONGEST]) + ("…" if len(value) > LONGEST else "")
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value[:LONGEST]]
    return value if isinstance(value, int | float | bool | None) else _clean(str(value))


def _lines(trace: object) -> str:
    """Return a traceback line by line, each set in: what it ends with may be a server's own words, and look like a line of ours."""
    return "\n".join(f"  {printable(line[:LONGEST])}" for line in str(trace)[-10 * LONGEST :].split("\n"))


def printable(text: str) -> str:
    """Return *text* with control, bidi and surrogate characters made visible or dropped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
