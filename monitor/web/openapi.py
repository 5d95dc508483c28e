"""The description of the interface in OpenAPI 3.1: written from one table of what can be asked."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from monitor import __version__
from monitor.export import MEDIA
from monitor.export.record import Json
from monitor.model import EntryState, Kind, Status
from monitor.web.asked import LONGEST_PAGE

_TOPIC: Json = {"name": "topic", "in": "path", "required": True, "schema": {"type": "string"}}


def description() -> dict[str, Json]:
    """Return the description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "monitor", "version": __version__, "description": "A timeline, read-only."},
        "paths": dict(_paths()),
        "components": {"schemas": {"timeline": schema()}},
    }


def _paths() -> list[tuple[str, Json]]:
    timeline: Json = {"$ref": "#/components/schemas/timeline"}
    event: Json = {"$ref": "#/components/schemas/timeline/$defs/event"}
    paged = {"total": _INT, "page": _INT, "pages": _INT, "next": _LINK, "events": {"type": "array", "items": event}}
    return [
        ("/api/", _get("What there is", {"type": "object"})),
        ("/api/topics/{topic}", _get("A whole timeline, as the JSON export gives it", timeline, _TOPIC, *_THEN)),
        ("/api/topics/{topic}/events", _get("The events that fit", _object(paged), _TOPIC, *_FILTERS, *_THEN)),
        ("/api/events/{id}", _get("One event; a merged id redirects", event, _path("id"))),
        ("/api/entries", _get("Every entry, newest first", _object({"next": _LINK, "entries": _LIST}), *_ENTRIES)),
        ("/api/sources", _get("Every feed", _LIST)),
        ("/api/search", _get("Events and articles with all these words", _object({"found": _LIST}), _query("q"))),
        ("/export/{topic}.{format}", _export()),
    ]


def _get(summary: str, schema: Json, *parameters: Json) -> Json:
    answers: dict[str, Json] = {
        "200": {"description": summary, "content": {"application/json": {"schema": schema}}},
        "304": {"description": "What If-None-Match holds is still so"},
        "400": {"description": "A parameter that cannot be"},
        "404": {"description": "No such thing"},
    }
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": answers}}


def _export() -> Json:
    names: list[Json] = [*MEDIA]
    format: Json = {"name": "format", "in": "path", "required": True, "schema": {"enum": names}}
    content: dict[str, Json] = {media: {} for media in MEDIA.values()}
    answers: Json = {"200": {"description": "The file", "content": content}, "404": {"description": "No such thing"}}
    told: Json = {
        "summary": "A whole timeline in another format",
        "parameters": [_TOPIC, format, *_THEN],
        "responses": answers,
    }
    return {"get": told}


def _object(properties: dict[str, Json]) -> Json:
    return {"type": "object", "properties": properties}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(name: str, schema: Json = None, description: str = "") -> Json:
    told: dict[str, Json] = {"name": name, "in": "query", "schema": schema or {"type": "string"}}
    return told | ({"description": description} if description else {})


_INT: Json = {"type": "integer"}
_LINK: Json = {"type": ["string", "null"]}
_LIST: Json = {"type": "array", "items": {"type": "object"}}
_THEN = (
    _query("as_of", None, "A day (its end, in the topic's time zone) or an instant"),
    _query("background", None, "1: with background events that nothing else supports"),
)
_FILTERS = (
    _query("kind", {"enum": [k.value for k in Kind]}),
    _query("status", {"enum": [s.value for s in Status]}),
    _query("actor", None, "An entity's id, or a name"),
    _query("source"),
    _query("from", None, "A year, month or day; an event fits when its date may lie within"),
    _query("to"),
    _query("order", {"enum": ["oldest", "newest"]}),
    _query("page", {"type": "integer", "minimum": 1}),
    _query("per_page", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE}),
)
_ENTRIES = (
    _query("feed"),
    _query("state", {"enum": [s.value for s in EntryState]}),
    _query("before", None, "The id of an entry: those seen before it"),
)


@cache
def schema() -> dict[str, Json]:
    """Return the schema of the JSON export, with its references as they are from here."""
    import json

    package = Path(str(resources.files("monitor")))
    packed = package / "_shipped" / "export.schema.json"
    text = (packed if packed.exists() else package.parent / "docs" / "export.schema.json").read_text("utf-8")
    told: dict[str, Json] = json.loads(text.replace('"#/$defs/', '"#/components/schemas/timeline/$defs/'))
    told.pop("$schema"), told.pop("$id")
    return told
