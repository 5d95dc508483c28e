"""
The timeline for TimelineJS (timeline.knightlab.com): a place on its axis, and the date in words where that is not a day.

What has no date at all has no place there; how many those are, the title says.
"""

from __future__ import annotations

import json
from datetime import date
from html import escape

from monitor.export import display, prose, record
from monitor.export.lines import Names, in_order
from monitor.export.words import Words, words_of
from monitor.model import Event, Precision, Timeline

_PARTS = {Precision.DAY: 3, Precision.RANGE: 3, Precision.WITHIN: 3, Precision.MONTH: 2}


def to_timelinejs(told: Timeline, names: Names = str) -> bytes:
    """Return the JSON that TimelineJS reads; what it takes for HTML is escaped."""
    words = words_of(told.topic)
    placed = [e for e in in_order(told.events) if e.when.earliest or e.when.latest]
    left = words("timelinejs.left", n=len(told.events) - len(placed))
    about = [*prose.standing(told, words).split("\n"), *([left] if len(placed) < len(told.events) else [])]
    whole: dict[str, record.Json] = {
        "title": {"text": {"headline": escape(display.tame(told.topic.question)), "text": _paragraphs(about)}},
        "events": [_slide(e, words, names) for e in placed],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def _slide(event: Event, words: Words, names: Names) -> dict[str, record.Json]:
    when = event.when
    first, last = when.earliest or when.latest, when.latest
    assert first is not None  # which to_timelinejs has looked at
    said, url = prose.said(event), prose.address(event)
    lines = [escape(prose.facts(event, words, names)), f"“{escape(said)}”" if said else ""]
    if url:
        lines.append(f'<a href="{escape(url)}" rel="noreferrer">{escape(display.tame(url, 80))}</a>')
    slide: dict[str, record.Json] = {
        "unique_id": event.id,
        "start_date": _date(first, _PARTS.get(when.precision, 1 if when.precision is Precision.YEAR else 2)),
        "text": {"headline": escape(prose.summary(event, words)), "text": "".join(f"<p>{p}</p>" for p in lines if p)},
        "group": words(f"kind.{event.kind.value}"),
    }
    if last and last != first and when.precision in (Precision.RANGE, Precision.QUARTER, Precision.HALF):
        slide["end_date"] = _date(last, 3 if when.precision is Precision.RANGE else 2)
    if when.precision is not Precision.DAY:
        slide["display_date"] = words.when(when)
    return slide


def _date(day: date, parts: int) -> dict[str, record.Json]:
    return dict(list({"year": day.year, "month": day.month, "day": day.day}.items())[:parts])


def _paragraphs(lines: list[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
