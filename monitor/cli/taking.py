"""What a person brings: ``seed`` and ``ingest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import FAILED, FILE, Place, one_topic, say, to_write

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
@click.option("--source", default="", help="Who published it: the id or name of a source.")
@click.pass_obj
def ingest(
    place: Place, paths: tuple[Path, ...], topic: str | None, published: str | None, url: str, source: str
) -> None:
    """Read articles from files and folders: .html .txt .jsonl and feed files. Never touches the network."""
    from monitor import pipeline
    from monitor.clock import clock
    from monitor.ingest import Intake

    settings = place.declared().settings
    topics = (one_topic(settings, topic).id,) if topic else ()
    handed = pipeline.Handed(topics, _published(published, settings), url, source)
    with to_write(settings) as store:
        intake = Intake(pipeline.Desk.of(settings), store, handed, clock)
        intake.take(paths)
    for line in intake.faults:
        say(line)
    click.echo(str(intake))
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
