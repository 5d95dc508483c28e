"""The past, read back: ``backfill``."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import FAILED, FILE, Place, one_topic, say, to_write
from monitor.errors import StoreError
from monitor.model import Scope, Span

if TYPE_CHECKING:
    from monitor.backfill import Backfill
    from monitor.declared import Declared

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--topic", help="Search for this topic alone; for all when absent.")
@click.option("--from", "since", type=_DAY, help="Only what was published on this day or later (2019-01-31).")
@click.option("--to", "until", type=_DAY, help="Only what was published on this day or earlier.")
@click.option(
    "--folder", type=FILE, help="Where archives that are fetched lie until they are read; else a temporary one."
)
@click.pass_obj
def backfill(
    place: Place,
    sources: tuple[str, ...],
    topic: str | None,
    since: datetime | None,
    until: datetime | None,
    folder: Path | None,
) -> None:
    """
    Read archives into the inbox, each record once.

    A SOURCE is a WARC file (.warc, .warc.gz), a saved feed or page (.xml .rss .atom .json .html), an export of GDELT
    (.csv, .csv.zip), a folder of such files, a list of them (.paths.gz, .txt), or the address of a WARC file, export or list.

    On PostgreSQL the archives are jobs for whoever runs `monitor work`; this command shows how far they are.

    Broken off, the same command goes on where it was; what was read for the same names and days is not read again. What
    was found is digested at the end, by this process or, where one runs, by the daemon.
    """
    declared = place.declared()
    _check(since, until)
    done = _read(declared, sources, topic, Span(since and since.date(), until and until.date()), folder)
    for fault in done.faults:
        say(fault)
    click.echo(str(done))
    if declared.settings.is_file and done.entries["waiting"] and not done.stopped():
        _digest(declared)
    if done.faults:
        raise click.exceptions.Exit(FAILED)


def _check(since: datetime | None, until: datetime | None) -> None:
    if since and until and since > until:
        raise click.UsageError(f"--from {since:%Y-%m-%d} is after --to {until:%Y-%m-%d}")


def _read(declared: Declared, sources: tuple[str, ...], topic: str | None, span: Span, folder: Path | None) -> Backfill:
    from monitor import backfill, console, downloads, pipeline
    from monitor.clock import clock
    from monitor.console import log

    settings = declared.settings
    log.configure(settings.log_format)
    chosen = one_topic(settings, topic) if topic else None
    topics = (chosen.id,) if chosen else tuple(t.id for t in settings.topics)
    scope = Scope(topics, span, chosen.timezone if chosen else settings.timezone)
    with ExitStack() as stack:
        stopped = stack.enter_context(_stopping())
        store = stack.enter_context(to_write(settings))
        told = stack.enter_context(console.reading())
        shared = "" if settings.is_file else settings.database
        remote = stack.enter_context(downloads.Remote(settings.fetch, folder, shared, stopped))
        found = backfill.Backfill(pipeline.Desk.of(settings), store, scope, clock, told, remote.get, stopped)
        if settings.is_file:
            found.take(sources)
        else:
            say("the archives are read by whoever runs `monitor work` or `monitor run` on this database")
            found.wait(sources)
        if stopped():
            found.faults.append("broken off; the same command goes on where it was")
    return found


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C or SIGTERM end with the part in hand, and the second at once."""
    told: list[int] = []

    def stop(number: int, frame: object) -> None:
        if told:
            raise KeyboardInterrupt
        told.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _digest(declared: Declared) -> None:
    """Read what waits; where another process polls, it does."""
    import asyncio

    from monitor import console, daemon

    async def once() -> None:
        with console.watching() as progress:
            async with daemon.opened(declared, progress=progress) as rounds:
                await rounds.digest()

    try:
        asyncio.run(once())
    except StoreError as error:
        if "another monitor" not in str(error):
            raise
        say("what was found is read by the monitor that runs")
