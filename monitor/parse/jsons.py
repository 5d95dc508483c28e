"""
JSON Feed, and the JSON, JSONP and ``var x = [...]`` answers of sites' own APIs, read by a declared map.

The keys of a map (``Feed.map``), each a path into one item unless said otherwise:

    entries       where the list is, from the top of the answer; "" is the top itself
    title url summary date id source
    seen          when the API saw it: kept as sent and flagged ``crawl_time``, since it is no date of publication
    date_format   epoch_s, epoch_ms, or a strptime pattern; without it the date is read as any other
    url_template  an address with {paths} of the item in it
    next          where the next page's address is, from the top
    within        words of a page after which the JSON begins (``__NEXT_DATA__``, ``var allData``)
    skip          how many items at the top are no entries
    leave_out     ``path=value|value``: items that are no entries, such as advertisements

A path is names and list positions joined by dots; a text on the way that is JSON itself is opened. Several
paths joined by ``|`` are tried until one gives something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite
from urllib.parse import quote

from monitor.errors import ParseError
from monitor.model import Feed, ParsedFeed, Response
from monitor.parse import charset, entries, links, markup
from monitor.parse.entries import MAX_ENTRIES, Raw

__all__ = ["MAX_VALUES", "at", "load", "read"]

MAX_VALUES = 400_000
"""Commas and brackets of an answer: some 90 MB of objects at worst; 250 entries of GDELT have 3,000."""
MAX_MENDED = 2_000_000
"""Characters of an answer whose escapes are mended: two thirds of a second where there is nothing else in it."""
MAX_FLASH = 60
"""Characters above which a title is a whole flash: headlines have up to 40."""
MAX_ITEM_TEXT = 200_000
"""Characters of one item that are looked at."""

MAX_BYTES = 8 * 1024 * 1024
"""Bytes of an answer: one sign beyond the usual makes each of its characters four bytes, and a text in it is a copy."""
MAX_DIGITS = 40
"""Digits of a number that is one: ids have up to 20, and counting thousands of them takes Python for ever."""

_WRAPPED = re.compile(
    r"\s*(?:/\*.{0,200}?\*/\s*)?(?:(?:var|let|const|window\.)?\s*[\w$.]{1,80}\s*=|[\w$.]{1,80}\s*\()\s*(?=[\[{])",
    re.DOTALL,
)
_BRACKET = re.compile(r"[\[{]")
_NAMED = re.compile(r"【([^【】]{4,100})】(?=.)", re.DOTALL)
_FIELD = re.compile(r"\{([\w.|]{1,80})\}")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(.?))', re.DOTALL)

Json = object


def read(response: Response, body: bytes, feed: Feed, now: datetime) -> ParsedFeed:
    """
    Return the entries of a JSON answer: by the feed's map, or as JSON Feed 1.x without one.

    :raises ParseError: no JSON, too much of it, or no list where the map says.
    """
    if len(body) > MAX_BYTES:
        raise ParseError(f"JSON of {len(body)} bytes: more than the {MAX_BYTES} that any list of news has")
    text, encoding = charset.text_and_encoding(body, response.header("content-type"))
    top = load(_inside(text, feed.map.get("within", "")))
    warnings = () if encoding == "utf-8" else (f"encoding: read as {encoding}",)
    if feed.map:
        return _mapped(response, top, feed, now, warnings)
    return _json_feed(response, top, feed, now, warnings)


def load(text: str) -> Json:
    """
    Return the value that *text* holds, bare or wrapped in a call or an assignment.

    :raises ParseError: it holds none, or more than 400,000 values.
    """
    text = text.lstrip("\ufeff \t\r\n\x00")
    wrapped = _WRAPPED.match(text)
    start = wrapped.end() if wrapped else 0
    if text[start : start + 1] not in ("{", "["):
        raise ParseError(_no_json(text))
    values = sum(text.count(mark) for mark in ",[{")
    if values > MAX_VALUES:
        raise ParseError(f"JSON with {values} values: more than the {MAX_VALUES} that any list of news has")
    try:
        return _decoded(text, start)
    except json.JSONDecodeError as error:
        raise ParseError(f"JSON that breaks off or is none: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise ParseError("JSON nested deeper than any list of news") from error
    except ValueError as error:
        raise ParseError(f"JSON that cannot be read: {error}") from error


def _decoded(text: str, start: int) -> Json:
    """Return the value at *start*; an escape that JSON does not know stands for its own characters."""
    decoder = json.JSONDecoder(strict=False, parse_int=_integer, parse_constant=_nothing)
    try:
        return decoder.raw_decode(text, start)[0]
    except json.JSONDecodeError as error:
        if "escape" not in error.msg or len(text) > MAX_MENDED:
            raise
    sound = _ESCAPE.sub(lambda found: found[0] if found[1] is None else "\\\\" + found[1], text[start:])
    return decoder.raw_decode(sound)[0]


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


def _nothing(_: str) -> None:
    """NaN and Infinity say nothing."""


def _inside(text: str, marker: str) -> str:
    """Return *text* from the first bracket after *marker* on."""
    if not marker:
        return text
    at = text.find(marker)
    found = _BRACKET.search(text, at + len(marker)) if at >= 0 else None
    if not found:
        raise ParseError(f"no JSON after {marker!r} on the page: has its layout changed?")
    return text[found.start() :]


def _no_json(text: str) -> str:
    head = " ".join(text[:80].split())
    if not head:
        return "an empty body where JSON was expected"
    what = "an HTML page" if re.match(r"<(?:!doctype|html|head|body)", text, re.IGNORECASE) else "text"
    return f"{what} where JSON was expected: {head!r}"


# --------------------------------------------------------------------------- JSON Feed


def _json_feed(response: Response, top: Json, feed: Feed, now: datetime, warnings: tuple[str, ...]) -> ParsedFeed:
    if not isinstance(top, dict) or not _is_json_feed(top):
        raise ParseError("JSON, but no JSON Feed: it needs a map that says where the entries are")
    items = top.get("items")
    rows = [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    home = links.absolute(_text(top.get("home_page_url")), response.final_url)
    return ParsedFeed(
        entries=entries.finish(
            [_json_item(i) for i in rows[:MAX_ENTRIES]], feed, home or response.final_url, home, now, url_days=False
        ),
        kind="json-feed",
        title=markup.line(_text(top.get("title")))[: entries.MAX_TITLE],
        cut=max(len(rows) - MAX_ENTRIES, 0),
        next_url=links.absolute(_text(top.get("next_url")), response.final_url),
        warnings=warnings,
    )


def _is_json_feed(top: Mapping[str, Json]) -> bool:
    """Return whether *top* says so, or has items of that shape: an empty list of some API is no feed without news."""
    items = top.get("items")
    first = items[0] if isinstance(items, list) and items else None
    shaped = isinstance(first, dict) and not first.keys().isdisjoint(("content_html", "content_text", "date_published"))
    return shaped or "jsonfeed.org/version/" in _text(top.get("version"))


def _json_item(item: Mapping[str, Json]) -> Raw:
    guid = _text(item.get("id"))
    sent = [_text(item.get(key)).strip() for key in ("date_published", "date_modified")]
    return Raw(
        title=markup.line(_text(item.get("title"))),
        links=tuple(filter(None, (_text(item.get("url")), _text(item.get("external_url"))))),
        guid=guid,
        permalink=guid.startswith(("http://", "https://")),
        summary=_json_summary(item),
        dates=tuple((d, d) for d in sent if d),
    )


def _json_summary(item: Mapping[str, Json]) -> str:
    plain = _text(item.get("summary")) or _text(item.get("content_text"))
    return markup.lines(plain[: markup.MAX_HTML]) or markup.text_of(_text(item.get("content_html")))


# --------------------------------------------------------------------------- mapped


def _mapped(response: Response, top: Json, feed: Feed, now: datetime, warnings: tuple[str, ...]) -> ParsedFeed:
    rows = _rows(top, feed.map.get("entries", ""))
    items = [row for row in rows if isinstance(row, dict | list)]
    listed = [row for row in items[int(feed.map.get("skip", "0")) :] if not _left_out(row, feed.map)]
    raws = [_mapped_item(row, feed.map) for row in listed[:MAX_ENTRIES]]
    if len(items) < len(rows):
        warnings += (f"{len(rows) - len(items)} of {len(rows)} entries are no objects",)
    if listed and not any(raw.title or raw.links for raw in raws):
        raise ParseError("no entry has a title or link where the map says: has the answer's layout changed?")
    return ParsedFeed(
        entries=entries.finish(raws, feed, response.final_url, "", now, url_days=True),
        kind="json",
        cut=max(len(listed) - MAX_ENTRIES, 0),
        next_url=links.absolute(at(top, feed.map.get("next", "")), response.final_url),
        warnings=warnings,
    )


def _rows(top: Json, path: str) -> list[Json]:
    found = _find(top, path)
    if isinstance(found, dict):
        found = list(found.values())  # a list keyed by id
    if isinstance(found, list):
        return found
    if top in ({}, []) or found == "null":
        return []  # GDELT says "nothing found" by an empty object, HKEX by JSON's null in a text
    raise ParseError(f"no list of entries at {path!r}: has the answer's layout changed? {_says(top)}".rstrip())


def _says(top: Json) -> str:
    """Return the message of an error answer, for the person who reads the reason."""
    if not isinstance(top, dict):
        return ""
    words = [f"{key[:40]}: {_text(value)[:120]}" for key, value in top.items() if isinstance(value, str | int | float)]
    return f"it says {'; '.join(words[:4])}" if words else ""


def _left_out(item: Json, names: Mapping[str, str]) -> bool:
    path, _, values = names.get("leave_out", "").partition("=")
    return bool(path) and at(item, path) in values.split("|")


def _mapped_item(item: Json, names: Mapping[str, str]) -> Raw:
    template = names.get("url_template", "")
    url = at(item, names.get("url", "")) if names.get("url") else ""
    url = url or (_filled(template, item) if template else "")
    sent = at(item, names.get("date", ""))
    return Raw(
        title=_headline(markup.line(at(item, names.get("title", "title")))),
        links=(url,) if url else (),
        guid=at(item, names.get("id", "")),
        permalink=False,
        summary=markup.text_of(at(item, names.get("summary", ""))),
        dates=((sent, _readable(sent, names.get("date_format", ""))),) if sent else (),
        seen="" if sent else at(item, names.get("seen", "")),
        source=markup.line(at(item, names.get("source", ""))),
    )


def _headline(text: str) -> str:
    """Return the headline of a flash that has it in brackets before its text: 【headline】text."""
    found = _NAMED.match(text)
    return found[1] if found and len(text) > MAX_FLASH else text


def _filled(template: str, item: Json) -> str:
    """Return the template with the item's values in it, or "" where one is missing."""
    values = {name: at(item, name) for name in _FIELD.findall(template)}
    if not all(values.values()):
        return ""
    return _FIELD.sub(lambda m: quote(values[m[1]], safe="/:?&=.-_~%"), template)


def _readable(sent: str, pattern: str) -> str:
    """Return a date in ISO 8601 where its form is declared; one that is not of that form stays as sent."""
    if not pattern:
        return sent
    try:
        if pattern in ("epoch_s", "epoch_ms"):
            seconds = float(sent) / (1000 if pattern == "epoch_ms" else 1)
            return datetime.fromtimestamp(seconds, UTC).isoformat()
        moment = datetime.strptime(sent, pattern)  # noqa: DTZ007 - the feed's zone is applied where the text is read
    except (ValueError, OverflowError, OSError):
        return sent
    return moment.isoformat() if "%H" in pattern or "%I" in pattern else moment.date().isoformat()


# --------------------------------------------------------------------------- paths


def at(item: Json, paths: str) -> str:
    """Return the text at the first of *paths*, joined by ``|``, that has any; "" for the empty path."""
    if not paths:
        return ""
    return next((t for t in (_text(_find(item, p)).strip() for p in paths.split("|")) if t), "")


def _find(value: Json, path: str) -> Json:
    for step in _steps(path):
        if isinstance(value, str):
            value = _opened(value)
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.lstrip("-").isdigit():
            value = value[int(step)] if -len(value) <= int(step) < len(value) else None
        else:
            return None
    return _opened(value) if isinstance(value, str) and value[:1] == "[" else value


def _steps(path: str) -> Iterator[str]:
    return (step for step in path.split(".") if step)


def _opened(text: str) -> Json:
    """Return what a text within JSON holds where it is JSON itself, else the text."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return load(text)
    except ParseError:
        return text


def _text(value: Json) -> str:
    if isinstance(value, str):
        return markup.without_forbidden(value[:MAX_ITEM_TEXT])
    if isinstance(value, bool) or value is None:
        return ""
    return repr(value) if isinstance(value, int | float) and isfinite(value) else ""
