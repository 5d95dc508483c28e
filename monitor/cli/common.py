"""What the commands share: the configuration, the store, the topic, and what is said on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.errors import ConfigError, MonitorError, StoreError

if TYPE_CHECKING:
    from monitor.declared import Declared
    from monitor.model import Settings, Topic
    from monitor.store.base import Store

FAILED, USAGE, STORE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration is to be found: the file named, if one was."""

    config: Path | None

    def declared(self) -> Declared:
        """Read configuration and seeds; say so on stderr when the shipped one is used."""
        from monitor import declared

        found = declared.read(self.config)
        if found.shipped:
            say(f"no configuration named and no ./config.yaml: using the shipped one, database {found.settings.shown}")
        return found


def say(sentence: str) -> None:
    """Tell a person on stderr; what others wrote drives no terminal."""
    from monitor.console.log import printable

    lines = [printable(line) for line in sentence.split("\n")]
    click.echo(f"monitor: {lines[0]}" if len(lines) == 1 else "\n".join(lines), err=True)


def status(error: MonitorError) -> int:
    """Return the exit status that *error* of the house becomes."""
    return USAGE if isinstance(error, ConfigError) else STORE if isinstance(error, StoreError) else FAILED


@contextmanager
def to_read(declared: Declared) -> Iterator[Store]:
    """Open the store to read; nothing is created or changed. Where there is none yet, the seeds alone are shown."""
    from monitor import seeding
    from monitor.clock import clock
    from monitor.store import exists, open_store

    settings = declared.settings
    there = exists(settings.database)
    with _closing(open_store(settings.database if there else ":memory:", create=not there)) as store:
        if not there:
            say(f"no database at {settings.shown} yet: this is what the seeds alone say")
            store.declare(settings, clock())
            seeding.sow(settings.topics, store, declared.seeds, clock())
        yield store


@contextmanager
def to_write(settings: Settings) -> Iterator[Store]:
    """Open the store to write beside a running daemon, with the configuration in force declared."""
    from monitor.clock import clock
    from monitor.store import open_store

    with _closing(open_store(settings.database)) as store:
        store.declare(settings, clock())
        yield store


@contextmanager
def _closing(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.close()


def one_topic(settings: Settings, name: str | None) -> Topic:
    """Return the topic called *name*; with a single topic none need be named."""
    if name is None and len(settings.topics) == 1:
        return settings.topics[0]
    known = ", ".join(t.id for t in settings.topics) or "none"
    if name is None:
        raise click.UsageError(f"there are several topics: name one ({known})")
    topic = settings.topic(name)
    if topic is None:
        raise click.UsageError(f"no topic {name!r} in {settings.file}; there are: {known}")
    return topic


FILE = click.Path(path_type=Path)
