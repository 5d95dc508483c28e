"""The timeline as a reader wants it: ``timeline`` and ``export``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import FAILED, FILE, Place, one_topic, say, to_read
from monitor.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.model import Topic

# Named here and not read from the room, so that --help is quick; a test holds the two together.
FORMATS = ["json", "jsonl", "csv", "markdown", "html", "atom", "jsonfeed", "ics", "timelinejs"]


@click.command()
@click.argument("topic", required=False)
@click.option("--background", is_flag=True, help="Show background events that nothing else supports, too.")
@click.pass_obj
def timeline(place: Place, topic: str | None, background: bool) -> None:
    """Print the timeline as a table, dates in their true precision."""
    from monitor import console, reading

    declared = place.declared()
    topics = [one_topic(declared.settings, topic)] if topic else declared.settings.topics
    with to_read(declared) as store:
        for one in topics:
            console.show_timeline(reading.timeline(store, one, background=background))


@click.command()
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="What to write.")
@click.option("--output", type=FILE, help="Write to this file, whole or not at all, instead of stdout.")
@click.option("--topic", help="The topic; needed only when there are several.")
@click.option("--as-of", help="What was known then: an instant, or a day (its end, in the topic's time zone).")
@click.option("--top", type=click.IntRange(min=1), help="Only the N most important events.")
@click.option(
    "--rows",
    type=click.Choice(["event", "evidence"]),
    default="event",
    help="CSV: a row an event, or a row a piece of evidence.",
)
@click.option("--bom", is_flag=True, help="CSV: begin with a byte order mark, for Excel.")
@click.option("--background", is_flag=True, help="Take in background events that nothing else supports, too.")
@click.option("--retracted", is_flag=True, help="Take in events that were retracted, too.")
@click.pass_obj
def export(
    place: Place,
    form: str,
    output: Path | None,
    topic: str | None,
    as_of: str | None,
    top: int | None,
    rows: str,
    bom: bool,
    background: bool,
    retracted: bool,
) -> None:
    """Write the timeline: the same database gives the same bytes."""
    from monitor import reading
    from monitor.export import Options, render

    if form != "csv" and (bom or rows != "event"):
        raise click.UsageError("--rows and --bom go with --format csv")
    declared = place.declared()
    chosen = one_topic(declared.settings, topic)
    with to_read(declared) as store:
        then = _instant(as_of, chosen)
        told = reading.timeline(store, chosen, as_of=then, background=background, top=top or 0, retracted=retracted)
    names = {s.id: s.name for s in declared.settings.sources}
    _write(render(told, form, Options(rows, bom, names)), output)
    for event in told.left_out:
        say(f"left out {event.id}: its {', '.join(event.bare)} rests on no evidence; see monitor verify")
    if told.left_out:
        raise click.exceptions.Exit(FAILED)


def _instant(text: str | None, topic: Topic) -> datetime | None:
    from monitor import reading

    try:
        return reading.instant(text, topic) if text is not None else None
    except ValueError as wrong:
        raise click.UsageError(f"--as-of {wrong}") from None


def _write(data: bytes, output: Path | None) -> None:
    """Write to stdout, or to a file that is replaced only once it is whole; what is no plain file is written into."""
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        target = output.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        draft = target.with_name(f".monitor-{os.getpid()}.part")
        try:
            draft.write_bytes(data)
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o777)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {str(output)!r}: {getattr(error, 'strerror', None) or error}") from error
