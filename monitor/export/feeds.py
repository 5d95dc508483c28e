"""Events and corrections as feeds for readers: Atom (RFC 4287) and JSON Feed 1.1, the newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from monitor.export import display, prose, record
from monitor.export.lines import Names
from monitor.export.words import Words, words_of
from monitor.model import Event, Timeline

MOST = 500  # entries: a feed says what is new; the whole is in the other formats
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One event, or one correction of an event."""

    id: str
    title: str
    text: str
    url: str
    born: datetime
    changed: datetime
    tags: tuple[str, ...]
    event: Event


def _entries(told: Timeline, words: Words, names: Names) -> list[_Entry]:
    found = [*_events(told, words, names), *_corrections(told, words)]
    return sorted(found, key=lambda e: (e.changed, e.id), reverse=True)[:MOST]


def _events(told: Timeline, words: Words, names: Names) -> Iterator[_Entry]:
    for event in told.events:
        text = "\n".join(p for p in (prose.facts(event, words, names), prose.said(event)) if p)
        tags = (event.kind.value, event.status.value)
        # A correction is an entry of its own: an event is not new again because of it.
        born = prose.born(event)
        yield _Entry(_id(event), prose.summary(event, words), text, prose.address(event), born, born, tags, event)


def _corrections(told: Timeline, words: Words) -> Iterator[_Entry]:
    for one in prose.corrections(told):
        event, at = one.event, one.revision.at
        title = f"{words('kind.correction')}{words.colon}{display.tame(event.title)}"
        text, tags = prose.change(one, words), ("correction", one.revision.field)
        yield _Entry(f"{_id(event)}:{one.number}", title, text, prose.address(event), at, at, tags, event)


def _id(event: Event) -> str:
    return f"urn:monitor:{event.id}"


# --------------------------------------------------------------------------- Atom


def to_atom(told: Timeline, names: Names = str) -> bytes:
    """Return an Atom feed."""
    words = words_of(told.topic)
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": told.topic.language})
    _add(feed, "id", f"urn:monitor:{told.topic.id}")
    _add(feed, "title", display.tame(told.topic.question))
    _add(feed, "subtitle", prose.standing(told, words))
    _add(feed, "updated", _instant(told.as_of or prose.NEVER))
    _add(_add(feed, "author"), "name", "monitor")
    _add(feed, "generator", "monitor")
    for entry in _entries(told, words, names):
        _atom(_add(feed, "entry"), entry)
    ET.indent(feed)
    text: str = ET.tostring(feed, "unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _atom(at: ET.Element, entry: _Entry) -> None:
    _add(at, "id", entry.id)
    _add(at, "title", entry.title or entry.id)
    _add(at, "published", _instant(entry.born))
    _add(at, "updated", _instant(entry.changed))
    if entry.url:
        _add(at, "link", rel="alternate", href=entry.url)
    for tag in entry.tags:
        _add(at, "category", term=tag)
    _add(at, "content", entry.text, type="text")


def _add(at: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    found = ET.SubElement(at, f"{{{ATOM}}}{name}", {k: _allowed(v) for k, v in attributes.items()})
    found.text = _allowed(text) or None
    return found


def _allowed(text: str) -> str:
    """Return *text* without what XML cannot hold."""
    return "".join(
        c for c in text if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


# --------------------------------------------------------------------------- JSON Feed


def to_jsonfeed(told: Timeline, names: Names = str) -> bytes:
    """Return a JSON Feed; ``_monitor`` holds what the format has no word for."""
    words = words_of(told.topic)
    feed: dict[str, record.Json] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": display.tame(told.topic.question),
        "description": prose.standing(told, words),
        "language": told.topic.language,
        "_monitor": record.head(told),
        "items": [_item(e) for e in _entries(told, words, names)],
    }
    return json.dumps(feed, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"


def _item(entry: _Entry) -> dict[str, record.Json]:
    told: dict[str, record.Json] = {
        "id": entry.id,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": _instant(entry.born),
        "date_modified": _instant(entry.changed),
        "tags": [*entry.tags],
        "_monitor": {
            "event": entry.event.id,
            "when": record.when(entry.event.when),
            "status": entry.event.status.value,
        },
    }
    return told | ({"url": entry.url} if entry.url else {})


def _instant(at: datetime) -> str:
    return str(record.plain(at))
