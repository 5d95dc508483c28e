"""JSON and JSON Lines exports, read back whole: every record as the export wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from monitor import codec, model
from monitor.importing.told import Told, Wrong, dated, sound, topic_of
from monitor.model import (
    Actor,
    Coverage,
    DecisionRecord,
    Event,
    Evidence,
    FeedCoverage,
    FeedState,
    Published,
    Quote,
    SeedRecord,
    Topic,
    When,
)

T = TypeVar("T")

SCHEMA = "monitor-timeline/1"
HEAD = ("schema", "topic", "question", "as_of", "coverage", "answer")
KINDS: dict[str, type[Quote] | type[SeedRecord] | type[DecisionRecord]] = {
    "quote": Quote,
    "seed": SeedRecord,
    "decision": DecisionRecord,
}
MOST_FEEDS = 1_000_000  # that a coverage may count

_ENUM = re.compile(r"is not an? (\w+)$")


def read(text: str, topics: Sequence[Topic]) -> Told:
    """Return what the export *text* tells."""
    head, rows = _parts(text)
    missing = [name for name in HEAD if name not in head]
    if missing:
        raise Wrong("", f"is no export of a timeline: {', '.join(missing)} is expected at its top")
    if head["schema"] != SCHEMA:
        raise Wrong(", schema", f"{str(head['schema'])[:60]!r} where {SCHEMA!r} was expected")
    topic = topic_of(head["topic"], topics, ", topic")
    seen: set[str] = set()
    events = []
    for where, row in rows:
        try:
            events.append(sound(_event(row, topic, where), seen, where))
        except Wrong as wrong:
            raise Wrong.at(_line(text, row), wrong) from None
    return Told(topic, tuple(events), _part(_coverage, head["coverage"], ", coverage"))


def _parts(text: str) -> tuple[dict[str, Any], Iterator[tuple[str, Any]]]:
    """Return the head of an export and its events, each with where it stands."""
    first, _, rest = text.lstrip().partition("\n")
    if rest.strip() and first.rstrip().endswith("}"):
        return _json(first, 1), _lines(rest)
    data = _json(text, 1)
    if not isinstance(data.get("events"), list):
        if "events" not in data and not rest.strip():
            return data, iter(())
        raise Wrong(", events", "a list was expected")
    return data, ((f", events[{n}]", row) for n, row in enumerate(data["events"]))


def _lines(rest: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(rest.split("\n"), 2):
        if line.strip():
            yield "", _json(line, number)


def _json(text: str, first: int) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f", line {first + error.lineno - 1}, column {error.colno}"
        raise Wrong(where, f"is no JSON: {error.msg}") from None
    except RecursionError:
        raise Wrong("", "is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits, NaN
        raise Wrong("", str(error)) from None
    if not isinstance(data, dict):
        raise Wrong("", "is no export of a timeline: an object was expected")
    return data


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number that JSON knows")


def _line(text: str, row: object) -> str:
    """Return the line of an event in *text*, where its id tells it."""
    id = row.get("id") if isinstance(row, dict) else None
    found = re.search(rf'"id"\s*:\s*{re.escape(json.dumps(id, ensure_ascii=False))}', text) if id else None
    return f", line {text.count(chr(10), 0, found.start()) + 1}" if found else ""


# --------------------------------------------------------------------------- an event


def _event(row: Any, topic: Topic, where: str) -> Event:
    data = _part(_dict, row, where)
    if data.get("topic") != topic.id:
        raise Wrong(f"{where}, topic", f"{str(data.get('topic'))[:60]!r} where {topic.id!r} was expected")
    lists = {name: _list(data.get(name), f"{where}, {name}") for name in ("actors", "evidence")}
    when = _part(_when, data.get("when"), f"{where}, when")
    actors = tuple(_part(_actor, a, f"{where}, actors[{n}]") for n, a in enumerate(lists["actors"]))
    zone = ZoneInfo(topic.timezone)
    evidence = tuple(
        _part(lambda e: _evidence(e, zone), e, f"{where}, evidence[{n}]") for n, e in enumerate(lists["evidence"])
    )
    rest = {**_filled(data, "stage"), "when": codec.dump(when), "actors": [], "evidence": []}
    made: Event = _part(lambda d: codec.load(Event, d), rest, where)
    return replace(made, actors=actors, evidence=evidence)


def _part(read: Any, data: Any, where: str) -> Any:
    """Return what *read* makes of *data*; what is wrong with it is told with where it stands."""
    try:
        return read(data)
    except (ValueError, OverflowError) as wrong:
        raise Wrong(where, str(wrong) + _expected(str(wrong))) from None


def _expected(wrong: str) -> str:
    """Return the words of a closed list that something is not in."""
    found = _ENUM.search(wrong)
    kind = getattr(model, found[1], None) if found else None
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"; expected is one of {', '.join(str(m.value) for m in kind)}"
    return ""


def _dict(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{type(data).__name__} where an object was expected")
    return data


def _list(data: Any, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise Wrong(where, f"{type(data).__name__} where a list was expected")
    return data


def _filled(data: Any, *names: str) -> dict[str, Any]:
    """Return *data* with "" for what an export writes as null."""
    return {k: "" if v is None and k in names else v for k, v in _dict(data).items()}


def _when(data: Any) -> When:
    told = _filled(data, "raw")
    edtf = told.pop("edtf", None)
    return dated(codec.load(When, told), edtf)


def _actor(data: Any) -> Actor:
    return codec.load(Actor, _filled(data, "entity", "role"))


def _evidence(data: Any, zone: ZoneInfo) -> Evidence:
    told = dict(_dict(data))
    kind = KINDS.get(str(told.pop("type", None)))
    if kind is None:
        raise ValueError(f"type: one of {', '.join(KINDS)} was expected")
    if kind is Quote:
        told["published"] = codec.dump(_published(told.get("published"), zone))
    found: Evidence = codec.load(kind, _filled(told, "reading", "url", "source_url"))
    if isinstance(found, Quote) and not (found.quote and 0 <= found.start < found.end):
        raise ValueError("a quote with its span, from start to end, was expected")
    return found


def _published(data: Any, zone: ZoneInfo) -> Published:
    """Return a publication date; where only the instant is told, its day is that of the topic's zone."""
    told = _filled(data, "raw")
    at = told.pop("at", None)
    if at is None or (isinstance(at, str) and len(at) == len("2025-03-20")):
        return codec.load(Published, {**told, "at": None, "day": at})
    found = codec.load(Published, {**told, "at": at, "day": None})
    assert isinstance(found.at, datetime)
    return replace(found, day=found.at.astimezone(zone).date())


# --------------------------------------------------------------------------- coverage


def _coverage(data: Any) -> Coverage | None:
    """Return what silence was worth, feed by feed as far as the export names them; None where nobody had looked."""
    told = _dict(data)
    as_of = codec.load(Coverage, {"as_of": told.get("as_of"), "feeds": []}).as_of
    blind = [_blind(b) for b in _list(told.get("blind"), "blind")]
    count, healthy = (told.get(name) for name in ("feeds", "healthy"))
    if type(count) is not int or type(healthy) is not int or not 0 <= healthy <= count <= MOST_FEEDS:
        raise ValueError("feeds and healthy: two numbers, the second no greater, were expected")
    well = healthy - sum(f.state is FeedState.OK for f in blind)
    new = count - healthy - sum(f.state is not FeedState.OK for f in blind)
    if well < 0 or new < 0:
        raise ValueError("feeds, healthy and blind do not add up")
    others = (*([FeedState.OK] * well), *([FeedState.NEW] * new))
    if as_of is None:
        return None
    return Coverage(as_of, (*blind, *(FeedCoverage("", state, "", None, None) for state in others)))


def _blind(data: Any) -> FeedCoverage:
    told = _filled(data, "error")
    told["blind"] = told.pop("spans", [])
    return codec.load(FeedCoverage, {**told, "last_ok": None})
