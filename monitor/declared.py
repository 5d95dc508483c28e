"""What is declared on disk: configuration, OPML files and seeds, and what tells that any of it changed. Part of the roof."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor import addresses, config, subscriptions
from monitor.model import SeedEvent, Settings


@dataclass(frozen=True, slots=True)
class Declared:
    """A configuration as read from disk; ``shipped`` says that nobody named one."""

    settings: Settings
    seeds: tuple[SeedEvent, ...]
    shipped: bool = False
    stamp: object = None


def read(file: Path | None) -> Declared:
    """
    Read the configuration named by *file* or the environment, with its seeds.

    :raises ConfigError: with every fault in it.
    """
    loaded = config.load(file, environment(), Path.cwd())
    settings = addresses.expanded(subscriptions.added(loaded.settings))
    return Declared(settings, loaded.seeds, loaded.shipped, stamp(settings))


def stamp(settings: Settings) -> object:
    """Return what changes when the configuration or a seed file does."""
    folders = [Path(t.seeds) for t in settings.topics if t.seeds]
    seeds = (f for folder in folders for f in sorted(folder.glob("*.yaml")))
    files = [Path(settings.file), *map(Path, settings.opml), *seeds]
    return tuple((str(f), s.st_mtime_ns, s.st_size) for f in files if (s := _stat(f)))


def environment() -> Mapping[str, str]:
    """Return the environment: where the configuration is, and the secrets that it names."""
    return os.environ


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None
