"""
What must fit together: ids that exist, ids that do not repeat, keys that need each other.

Works on the values as written, not on the models, so that these faults are told together with those of a file
whose models do not hold. What is not of the right shape is left to the models.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from pydantic_core import PydanticCustomError

from monitor.config import channels, scalars
from monitor.config.document import Keys, dotted
from monitor.model import DEFAULT_STAGES

Fault = tuple[Keys, str]
Mapping = dict[str, object]
T = TypeVar("T")


def faults(root: object) -> Iterator[Fault]:
    """Yield every fault of the configuration *root* that only two places together show."""
    yield from _sources(root)
    yield from _feeds(root)
    for path, topic in rows(root, "topics"):
        yield from _topic(path, topic)
    yield from _repeats(_values(root, "topics", "id"), "the id of another topic")
    alerts = root.get("alerts") if isinstance(root, dict) else None
    topics = [id for _, id in _values(root, "topics", "id")]
    yield from _channels(alerts, topics)


def rows(value: object, key: str) -> Iterator[tuple[Keys, Mapping]]:
    """Yield the mappings in the list at *key* with their path."""
    listed = value.get(key) if isinstance(value, dict) else None
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield (key, index), row


def texts(row: Mapping, key: str) -> Iterator[tuple[Keys, str]]:
    """Yield the texts in the list at *key* with their path."""
    listed = row.get(key)
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, str):
            yield (key, index), item.strip()


def _values(value: object, key: str, field: str) -> Iterator[tuple[Keys, str]]:
    for path, row in rows(value, key):
        found = row.get(field)
        if isinstance(found, str):
            yield (*path, field), found.strip()


def _repeats(values: Iterable[tuple[Keys, Hashable]], what: str) -> Iterator[Fault]:
    seen: dict[Hashable, Keys] = {}
    for path, value in values:
        if value in seen:
            yield path, f"{value} is already {what}: {dotted(seen[value])}"
        seen.setdefault(value, path)


def _known(path: Keys, value: object, ids: Iterable[str], what: str) -> Iterator[Fault]:
    known = sorted(set(ids))
    if isinstance(value, str) and value.strip() not in known:
        yield (
            path,
            f"there is no {what} {value}; " + (f"declared are {', '.join(known)}" if known else "none is declared"),
        )


def _read(reader: Callable[[object], T], value: object) -> T | None:
    try:
        return reader(value)
    except PydanticCustomError:
        return None


# --------------------------------------------------------------------------- sources and feeds


def _sources(root: object) -> Iterator[Fault]:
    yield from _repeats(_values(root, "sources", "id"), "the id of another source")
    yield from _repeats(
        (((*path, *below), host) for path, row in rows(root, "sources") for below, host in texts(row, "hosts")),
        "a host of a source",
    )
    entities = [id for _, topic in rows(root, "topics") for _, id in _values(topic, "entities", "id")]
    for path, row in rows(root, "sources"):
        for below, entity in texts(row, "entities"):
            yield from _known((*path, *below), entity, entities, "entity")


def _feeds(root: object) -> Iterator[Fault]:
    sources = [id for _, id in _values(root, "sources", "id")]
    topics = [id for _, id in _values(root, "topics", "id")]
    yield from _repeats(_values(root, "feeds", "url"), "the address of another feed")
    for path, row in rows(root, "feeds"):
        if "source" in row:
            yield from _known((*path, "source"), row["source"], sources, "source")
        for below, topic in texts(row, "topics"):
            yield from _known((*path, *below), topic, topics, "topic")
        yield from _needs(path, row)
        yield from _names(path, row)
        yield from _intervals(path, row)


_NEEDS = {"select": "list", "map": "json"}


def _needs(path: Keys, row: Mapping) -> Iterator[Fault]:
    kind = row.get("kind")
    for key, needed in _NEEDS.items():
        if key in row and kind != needed:
            yield (*path, key), f"belongs to kind: {needed} only"
    if kind == "list" and "select" not in row:
        yield (*path, "kind"), "kind: list needs select, which says where the entries are: select: {entry: li}"
    if kind == "json" and "map" not in row:
        yield (*path, "kind"), "kind: json needs map, which says where the fields are"


_KNOWN = ("q", "q_trad", "q_en", "ms", "page")


def _names(path: Keys, row: Mapping) -> Iterator[Fault]:
    """Yield placeholders that nothing fills, and steps that do not say where to look."""
    known = set(_KNOWN)
    for below, step in rows(row, "steps"):
        yield from _unfilled((*path, *below, "url"), step.get("url"), known - {"page"})
        if not step.keys() & {"path", "select", "after"}:
            yield (*path, *below), "needs path, select or after, which say where the value is"
        name = step.get("name")
        if name in known:
            yield (*path, *below, "name"), f"{{{name}}} stands for something else already"
        known |= {name} if isinstance(name, str) else set()
    yield from _unfilled((*path, "url"), row.get("url"), known)


def _unfilled(path: Keys, url: object, known: set[str]) -> Iterator[Fault]:
    names = scalars.PLACEHOLDER.findall(url) if isinstance(url, str) else ()
    for name in dict.fromkeys(n for n in names if n and n not in known):
        yield path, f"nothing fills {{{name}}}; known here are {', '.join(f'{{{k}}}' for k in sorted(known))}"


def _intervals(path: Keys, row: Mapping) -> Iterator[Fault]:
    shortest, longest = _read(scalars.duration, row.get("every")), _read(scalars.duration, row.get("every_max"))
    if shortest and longest and longest < shortest:
        yield (*path, "every_max"), "is shorter than every; the longest interval cannot be below the shortest"
    rhythm = _read(scalars.duration, row.get("rhythm"))
    if shortest and rhythm and rhythm < shortest:
        yield (*path, "rhythm"), "is shorter than every; news cannot be expected more often than it is asked for"


# --------------------------------------------------------------------------- topics


def _topic(path: Keys, topic: Mapping) -> Iterator[Fault]:
    ids = [id for _, id in _values(topic, "entities", "id")]
    inner = [
        *_repeats(_values(topic, "entities", "id"), "the id of another entity of this topic"),
        *_repeats(texts(topic, "together"), "named"),
        *_repeats(texts(topic, "stages"), "a stage"),
        *(fault for below, id in texts(topic, "together") for fault in _known(below, id, ids, "entity")),
        *(fault for below, row in rows(topic, "entities") for fault in _entity(below, row, ids)),
    ]
    yield from (((*path, *below), sentence) for below, sentence in inner)


def _entity(path: Keys, row: Mapping, ids: list[str]) -> Iterator[Fault]:
    if "of" in row:
        yield from _known((*path, "of"), row["of"], ids, "entity")
        if row["of"] == row.get("id"):
            yield (*path, "of"), "an entity cannot belong to itself"
    names = {name for key in ("names", "short") for _, name in texts(row, key)}
    for below, decoy in texts(row, "decoys"):
        if decoy in names:
            yield (*path, *below), f"{decoy} is also a name; a decoy only looks like one"
    for below, office in rows(row, "offices"):
        if "person" not in office and row.get("kind") != "person":
            yield (*path, *below), "needs person: only a person's own office goes without"
        since, until = _read(scalars.day, office.get("since")), _read(scalars.day, office.get("until"))
        if since and until and until < since:
            yield (*path, *below, "until"), f"ends before it begins on {since}"


# --------------------------------------------------------------------------- alerts

_IN_SECRET = ("url_env", "url_file")
_SIGNED = ("secret_env", "secret_file")


def _channels(alerts: object, topics: list[str]) -> Iterator[Fault]:
    ids = ((("alerts", *path), id) for path, id in _values(alerts, "channels", "id"))
    yield from _repeats(ids, "the id of another channel")
    for found, row in rows(alerts, "channels"):
        path = ("alerts", *found)
        for below, topic in texts(row, "topics"):
            yield from _known((*path, *below), topic, topics, "topic")
        yield from (((*path, *below), sentence) for below, sentence in _address(row))


def _address(row: Mapping) -> Iterator[Fault]:
    """Yield what is wrong with where a channel says its address and key are; neither is ever repeated."""
    if row.get("kind") == "apprise":
        if "url" in row and _read(channels.hook, row["url"]) is not None:  # else it was refused already
            yield (
                ("url",),
                "an address of apprise holds a secret, which is never written here: name the environment variable that holds"
                " it in url_env, or the file in url_file",
            )
        yield from ((((key,), "belongs to kind: webhook only")) for key in _SIGNED if key in row)
    known = ("url", *_IN_SECRET) if row.get("kind") == "webhook" else _IN_SECRET
    given = [key for key in known if key in row]
    if not given and "url" not in row:
        yield (), f"needs {' or '.join(known)}, which say where its address is"
    yield from (((key,), f"its address is in {given[0]} already") for key in given[1:])
    if all(key in row for key in _SIGNED):
        yield ("secret_file",), "its key is in secret_env already"


# --------------------------------------------------------------------------- seeds


def seed_faults(root: object, entities: Iterable[str], stages: Iterable[str] = DEFAULT_STAGES) -> Iterator[Fault]:
    """Yield what does not fit between the seed file *root* and its topic's *entities* and *stages*."""
    known, ladder = list(entities), list(stages)
    for path, row in rows(root, "events"):
        for below, actor in rows(row, "actors"):
            if "entity" in actor:
                yield from _known((*path, *below, "entity"), actor["entity"], known, "entity")
            elif "name" not in actor:
                yield (*path, *below), "expected an entity, a name or both"
        if "stage" in row:
            yield from _known((*path, "stage"), row["stage"], ladder, "stage")
        when, announced = _read(scalars.when, row.get("when")), _read(scalars.day, row.get("announced"))
        done = row.get("phase", "done") == "done"
        if done and when and when.earliest and announced and announced < when.earliest:
            yield (*path, "announced"), f"is before the event itself ({when.edtf}); a planned one has phase: planned"
