"""What a person brings: ``seed``, ``ingest`` and ``import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import FAILED, FILE, Place, one_topic, say, to_write
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model import Settings


@click.command()
@click.pass_obj
def seed(place: Place) -> None:
    """Apply the seed files: once, however often it is called."""
    from monitor import seeding
    from monitor.clock import clock

    declared = place.declared()
    with to_write(declared.settings) as store:
        changed = seeding.sow(declared.settings.topics, store, declared.seeds, clock())
    say(f"{len(declared.seeds)} seed events, {changed} changed")


@click.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--topic", help="Judge for this topic alone.")
@click.option("--published", help="Publication date of the files, where they do not say it themselves (2025-03-20).")
@click.option("--url", default="", help="Address that the file was saved from.")
@click.option(
    "--source", default="", help="Who published it: the id or the name of a declared source, or any other name."
)
@click.pass_obj
def ingest(
    place: Place, paths: tuple[Path, ...], topic: str | None, published: str | None, url: str, source: str
) -> None:
    """Read articles from files and folders: .html .txt .jsonl and feed files. Never touches the network."""
    from monitor import pipeline
    from monitor.clock import clock
    from monitor.ingest import Intake
    from monitor.model import EntryState

    settings = place.declared().settings
    topics = (one_topic(settings, topic).id,) if topic else ()
    handed = pipeline.Handed(topics, _published(published, settings), url, source)
    with to_write(settings) as store:
        intake = Intake(pipeline.Desk.of(settings), store, handed, clock)
        intake.take(paths)
    for line in intake.faults:
        say(line)
    click.echo(str(intake))
    if intake.states[EntryState.REJECTED]:
        say("why an article was rejected: `monitor search WORDS` names its id, `monitor explain ID` the rules")
    if intake.faults:
        raise click.exceptions.Exit(FAILED)


def _published(day: str | None, settings: Settings) -> Any:
    from monitor.clock import clock
    from monitor.normalize import dates

    if day is None:
        return None
    told = dates.published(day, settings.timezone, clock())
    if told.day is None:
        raise click.UsageError(f"--published {day!r} is no date that can be read ({told.flag}); write 2025-03-20")
    return told


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--by", "person", metavar="NAME", help="Who imports; else MONITOR_PERSON, else the login name.")
@click.pass_obj
def import_(place: Place, file: Path, person: str | None) -> None:
    """Take over the events of an export: JSON and JSON Lines whole, CSV its columns. All of it or nothing."""
    import hashlib

    from monitor import importing, resolve
    from monitor.cli.review import who
    from monitor.clock import clock

    settings = place.declared().settings
    body = _body(file)
    told = importing.read(body, str(file), settings.topics, who(person))
    with to_write(settings) as store:
        now = clock()
        changed = store.adopt(
            told.topic.id,
            told.coverage,
            hashlib.sha256(body).hexdigest(),
            now,
            lambda decider: resolve.adopt(told.events, told.topic, decider, who(person), now),
        )
    for note in told.notes:
        say(note)
    say(f"{len(told.events)} events of {told.topic.id}, {changed} of them new or another than before")


def _body(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
