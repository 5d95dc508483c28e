"""What a person types for a field of an event, read and written: each fault is a sentence about how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from monitor.config import edtf
from monitor.model import (
    FIXABLE,
    NOTHING_FIXED,
    UNKNOWN_WHEN,
    Actor,
    Event,
    Figure,
    Fixed,
    Kind,
    Phase,
    Relation,
    Status,
    Topic,
    When,
)

E = TypeVar("E", bound=StrEnum)

_SEPARATORS = re.compile("[、;；]")  # not the comma, which stands in names and numbers
_ACTOR = re.compile(r"(?P<name>[^()（）]+?)\s*(?:[(（](?P<role>[^()（）]*)[)）])?")
_FIGURE = re.compile(r"(?P<value>-?[0-9]{1,30}(?:\.[0-9]{1,30})?)\s+(?P<unit>\S+)(?:\s+(?P<what>.+))?")


def fixed(field: str, value: str, topic: Topic, event: Event | None = None) -> Fixed:
    """
    Return *field* fixed to what *value* says; what is written as *event* has it already, stays as it is.

    :raises ValueError: with a sentence that says how it is written.
    """
    if field not in FIXABLE:
        raise ValueError(f"there is no field {field!r} to fix; there are: {', '.join(FIXABLE)}")
    said = " ".join(value.split())
    now = getattr(event, field) if event else None
    if event and said == written(field, now):
        return replace(NOTHING_FIXED, **{field: now})
    read = _READ[field](said, topic)
    if isinstance(now, tuple):  # what of a list was not touched keeps what is not written: its entity, its wording
        held = {written(field, (one,)): one for one in now}
        read = tuple(held.get(written(field, (one,)), one) for one in read)
    return replace(NOTHING_FIXED, **{field: read})


def written(field: str, value: Any) -> str:
    """Return what a person would type for *field* to have this *value*: :func:`fixed` reads it back."""
    match field:
        case "when":
            return value.edtf or "unknown"
        case "actors":
            return "; ".join(f"{a.name}({a.role})" if a.role else a.name for a in value)
        case "places":
            return "; ".join(value)
        case "figures":
            return "; ".join(
                f"{Decimal(repr(f.value)):f} {f.unit} {f.what}".strip().replace(".0 ", " ", 1) for f in value
            )
        case "stage":
            return value or "none"
    return str(value)


def _title(said: str, topic: Topic) -> str:
    if not said:
        raise ValueError("a title cannot be empty")
    return said


def _when(said: str, topic: Topic) -> When:
    if said.casefold() == "unknown":
        return UNKNOWN_WHEN
    try:
        return edtf.parse(said)
    except ValueError as wrong:
        raise ValueError(f"when {said!r}: {wrong}; or unknown") from None


def _one_of(kind: type[E]) -> Callable[[str, Topic], E]:
    def read(said: str, topic: Topic) -> E:
        try:
            return kind(said)
        except ValueError:
            known = ", ".join(m.value for m in kind)
            raise ValueError(f"there is no {kind.__name__.lower()} {said!r}; there are: {known}") from None

    return read


def _status(said: str, topic: Topic) -> Status:
    if said == Status.RETRACTED:
        raise ValueError("an event is retracted with `monitor review retract`")
    return _one_of(Status)(said, topic)


def _stage(said: str, topic: Topic) -> str:
    if said and said != "none" and said not in topic.stages:
        raise ValueError(f"there is no stage {said!r}; there are: none, {', '.join(topic.stages)}")
    return "" if said == "none" else said


def _parts(said: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(said) if part.strip()]


def _places(said: str, topic: Topic) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_parts(said)))


def _actors(said: str, topic: Topic) -> tuple[Actor, ...]:
    ids = {name: e.id for e in reversed(topic.entities) for name in (*e.names, e.id)}
    return tuple(_actor(part, ids) for part in _parts(said))


def _actor(part: str, ids: dict[str, str]) -> Actor:
    found = _ACTOR.fullmatch(part)
    if found is None:
        raise ValueError(f"actor {part[:40]!r}: write NAME or NAME(ROLE), several with 、 or ; between them")
    return Actor(ids.get(found["name"], ""), found["name"], (found["role"] or "").strip())


def _figures(said: str, topic: Topic) -> tuple[Figure, ...]:
    return tuple(_figure(part) for part in _parts(said))


def _figure(part: str) -> Figure:
    found = _FIGURE.fullmatch(part)
    if found is None:
        raise ValueError(
            f"figure {part[:40]!r}: write NUMBER UNIT [WHAT], such as 2000000000 元 投资, several with ; between"
        )
    return Figure(float(found["value"]), found["unit"], f"{found['value']}{found['unit']}", found["what"] or "")


_READ: dict[str, Callable[[str, Topic], Any]] = {
    "title": _title,
    "kind": _one_of(Kind),
    "relation": _one_of(Relation),
    "when": _when,
    "actors": _actors,
    "places": _places,
    "figures": _figures,
    "phase": _one_of(Phase),
    "status": _status,
    "stage": _stage,
}
