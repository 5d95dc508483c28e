"""
The timeline as iCalendar (RFC 5545): what is known to the day, each a whole day; plans are marked.

What is less exact is left out, since a calendar cannot say so; how much that is, the description of the calendar says.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.export import display, prose
from monitor.export.lines import Names
from monitor.export.words import Words, words_of
from monitor.model import Event, Phase, Precision, Timeline

OCTETS = 75  # of a line (RFC 5545, 3.1)
_STATUS = {Phase.PLANNED: "TENTATIVE", Phase.CANCELLED: "CANCELLED"}


def to_ics(told: Timeline, names: Names = str) -> bytes:
    """Return a calendar."""
    return "".join(f"{_folded(line)}\r\n" for line in _lines(told, names)).encode("utf-8", "replace")


def _lines(told: Timeline, names: Names) -> Iterator[str]:
    words = words_of(told.topic)
    dated = [e for e in told.events if e.when.precision is Precision.DAY and e.when.earliest]
    left = words("ics.left", n=len(told.events) - len(dated))
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield "PRODID:-//monitor//timeline//EN"
    yield "CALSCALE:GREGORIAN"
    for name in ("NAME", "X-WR-CALNAME"):
        yield f"{name}:{_text(display.tame(told.topic.question))}"
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        yield f"{name}:{_text(prose.standing(told, words) + chr(10) + left)}"
    for event in dated:
        yield from _event(event, told, words, names)
    yield "END:VCALENDAR"


def _event(event: Event, told: Timeline, words: Words, names: Names) -> Iterator[str]:
    first = event.when.earliest
    assert first is not None  # which to_ics has looked at
    yield "BEGIN:VEVENT"
    yield f"UID:{event.id}@{told.topic.id}.monitor"
    yield f"DTSTAMP:{_instant(prose.changed(event))}"
    yield f"CREATED:{_instant(prose.born(event))}"
    yield f"LAST-MODIFIED:{_instant(prose.changed(event))}"
    yield f"SEQUENCE:{max(len(event.revisions) - 1, 0)}"
    yield f"DTSTART;VALUE=DATE:{_day(first)}"
    if first < date.max:
        yield f"DTEND;VALUE=DATE:{_day(first + timedelta(days=1))}"
    yield f"SUMMARY:{_text(prose.summary(event, words))}"
    yield f"DESCRIPTION:{_text(chr(10).join(p for p in (prose.facts(event, words, names), prose.said(event)) if p))}"
    yield f"CATEGORIES:{_text(words(f'kind.{event.kind.value}'))}"
    yield f"STATUS:{_STATUS.get(event.phase, 'CONFIRMED')}"
    yield "TRANSP:TRANSPARENT"
    if url := prose.address(event):
        yield f"URL:{url}"
    yield "END:VEVENT"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(display.tame(line, 2000) for line in escaped.split("\n"))


def _folded(line: str) -> str:
    """Return *line* cut where it is too long, never within a character."""
    parts, size = [""], 0
    for char in line:
        width = len(char.encode("utf-8", "replace"))
        if size + width > OCTETS:
            parts.append("")
            size = 1  # the space that a continued line begins with
        parts[-1] += char
        size += width
    return "\r\n ".join(parts)


def _day(day: date) -> str:
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def _instant(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
