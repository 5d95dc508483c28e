"""
What a person declares, read and checked: ``config.yaml`` and the seed files.

    document    bytes -> values that know their line and column
    scalars     what one value may be
    schema      which keys there are (pydantic), and the sentence for each fault
    channels    the same of alerts, whose faults repeat no secret; strict what all models are
    check       what must fit together
    build       models -> the nouns of model
    edtf seeds  dates as EDTF; the events that a topic starts from
    describe    the configuration in words
    drafting    a new topic, written into a file that stays as it is

All faults of a file are told at once, each as ``file:line:column: feeds[2].every: expected ...``.
"""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.config import build, check, document, schema
from monitor.config.describe import describe
from monitor.config.drafting import Draft, Party, added, begun
from monitor.config.schema import keys
from monitor.config.seeds import load_seeds
from monitor.errors import ConfigError
from monitor.model import SeedEvent, Settings

__all__ = ["Draft", "Loaded", "Party", "added", "begun", "describe", "keys", "load", "load_seeds", "shipped_text"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration with its seeds; ``shipped`` says that nobody named one and the shipped one was taken."""

    settings: Settings
    seeds: tuple[SeedEvent, ...]
    shipped: bool


def load(path: Path | None, env: Mapping[str, str], cwd: Path) -> Loaded:
    """
    Return the configuration at *path*, else at ``MONITOR_CONFIG`` of *env*, else ``config.yaml`` in *cwd*, else the shipped one.

    Paths in it are relative to its own folder; the shipped one keeps its database in *cwd*.

    :raises ConfigError: with every fault, also when a file that was named is missing.
    """
    named = path or (Path(env["MONITOR_CONFIG"]) if env.get("MONITOR_CONFIG") else None)
    if named is None and not os.path.lexists(cwd / "config.yaml"):
        return _load(_shipped(), str(_shipped()), cwd, shipped=True)
    chosen = named or Path("config.yaml")
    whole = _absolute(cwd / chosen.expanduser())
    return _load(whole, str(chosen), whole.parent, shipped=False)


def _absolute(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as exc:
        raise ConfigError((f"{str(path)!r}: cannot be a file name: {exc}",)) from exc


def _shipped() -> Path:
    """Return the configuration that an installed wheel carries, or the one at the top of a checkout."""
    package = Path(str(importlib.resources.files("monitor")))
    packed = package / "_shipped" / "config.yaml"
    return packed if packed.is_file() else package.parent / "config.yaml"


def shipped_text() -> str:
    """Return the shipped configuration as it is written."""
    return _shipped().read_text("utf-8")


def _load(path: Path, name: str, database: Path, *, shipped: bool) -> Loaded:
    read = document.read(path, name)
    file, problems = schema.apply(schema.File, read)
    crossed = [read.problem(at, sentence) for at, sentence in check.faults(read.root.value)]
    document.refuse(name, [*read.problems, *problems, *crossed])
    assert file is not None
    settings = build.settings(file, path, database)
    return Loaded(settings, _seeds(settings, path.parent), shipped)


def _seeds(settings: Settings, base: Path) -> tuple[SeedEvent, ...]:
    seeds: list[SeedEvent] = []
    problems: list[str] = []
    for topic in settings.topics:
        try:
            seeds.extend(load_seeds(Path(topic.seeds), topic, base) if topic.seeds else ())
        except ConfigError as exc:
            problems.extend(exc.problems)
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(seeds)
