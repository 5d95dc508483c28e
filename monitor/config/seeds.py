"""Seed files: the events that a topic starts from, as a person checked them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from monitor.config import check, document, schema
from monitor.config.document import Document
from monitor.errors import ConfigError
from monitor.model import Actor, Figure, SeedEvent, SeedRecord, Topic


def load_seeds(folder: Path, topic: Topic, base: Path) -> tuple[SeedEvent, ...]:
    """
    Return the events of every ``*.yaml`` file in *folder*, by file name and then as they stand.

    Files are named relative to *base* (the folder of the configuration) where they lie below it.

    :raises ConfigError: with every fault of every file.
    """
    problems: list[str] = []
    events: list[SeedEvent] = []
    for path in _files(folder, base):
        try:
            events.extend(_file(path, topic, base))
        except ConfigError as exc:
            problems.extend(exc.problems)
    problems.extend(_repeated(events))
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(events)


def _files(folder: Path, base: Path) -> Sequence[Path]:
    name = _name(folder, base)
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))
    except FileNotFoundError:
        raise ConfigError((f"{name}: no such folder; it should hold the events that the topic starts from",)) from None
    except NotADirectoryError:
        raise ConfigError((f"{name}: is a file; seeds names a folder of .yaml files",)) from None
    except OSError as exc:
        raise ConfigError((f"{name}: cannot be read: {exc.strerror}",)) from exc
    if not found:
        raise ConfigError((f"{name}: holds no .yaml file; remove the key seeds, or write one",))
    return found


def _name(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path, base)).as_posix() if path.is_relative_to(base) else str(path)


def _file(path: Path, topic: Topic, base: Path) -> Sequence[SeedEvent]:
    read = document.read(path, _name(path, base))
    model, problems = schema.apply(schema.SeedFile, read)
    crossed = check.seed_faults(read.root.value, [e.id for e in topic.entities], topic.stages)
    document.refuse(read.file, [*read.problems, *problems, *(read.problem(at, sentence) for at, sentence in crossed)])
    assert model is not None
    return [_event(seed, index, read, topic) for index, seed in enumerate(model.events)]


def _repeated(events: Sequence[SeedEvent]) -> Sequence[str]:
    seen: dict[str, SeedRecord] = {}
    problems = []
    for event in events:
        first = seen.setdefault(event.key, event.record)
        if first is not event.record:
            place = f"{event.record.file}:{event.record.line}"
            problems.append(f"{place}: the key {event.key} is taken by {first.file}:{first.line}")
    return problems


# --------------------------------------------------------------------------- one event

_SUPPORTED = ("title", "when", "kind", "phase", "stage", "actors", "places", "figures", "objects")


def _event(seed: schema.Seed, index: int, read: Document, topic: Topic) -> SeedEvent:
    return SeedEvent(
        topic=topic.id,
        key=seed.key,
        title=seed.title,
        kind=seed.kind,
        phase=seed.phase,
        when=seed.when,
        actors=tuple(_actor(actor, topic) for actor in seed.actors),
        places=tuple(seed.places),
        figures=tuple(Figure(f.value, f.unit, f.raw, f.what) for f in seed.figures),
        objects=tuple(seed.objects),
        stage=seed.stage,
        relation=seed.relation,
        pin=seed.pin,
        record=_record(seed, index, read),
        source_name=seed.source.name,
        announced=seed.announced,
    )


def _actor(actor: schema.SeedActor, topic: Topic) -> Actor:
    entity = topic.entity(actor.entity)
    return Actor(actor.entity, actor.name or (entity.names[0] if entity else ""), actor.role)


def _record(seed: schema.Seed, index: int, read: Document) -> SeedRecord:
    line = read.root.children["events"].children[index].line
    supports = tuple(key for key in _SUPPORTED if getattr(seed, key))
    return SeedRecord(read.file, line, seed.source.url, seed.checked_on, supports)
