"""What a service needs: ``doctor``, ``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.common import FAILED, FILE, Place, say

if TYPE_CHECKING:
    from monitor.store.copies import Copied


@click.command()
@click.option("--network", is_flag=True, help="Ask a few of the hosts that are polled, too; else nobody is asked.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@click.pass_obj
def doctor(place: Place, network: bool, form: str) -> None:
    """Look at Python, SQLite, configuration, disk, database, lock, clock and network, and say what to do."""
    import asyncio

    from monitor import console, web
    from monitor import doctor as doctors
    from monitor.clock import clock

    found, settings = doctors.examined(place.declared, lambda at: web.bound(at).close(), clock())
    if settings and network:
        found += asyncio.run(doctors.network(settings, clock))
    console.show_findings(found, form)
    raise click.exceptions.Exit(doctors.status(found))


@click.command()
@click.argument("file", type=FILE)
@click.option("--overwrite", is_flag=True, help="Put it in the place of a file that is there already.")
@click.pass_obj
def backup(place: Place, file: Path, overwrite: bool) -> None:
    """Write a copy of the database to FILE, beside a running daemon too; it is read again and verified first."""
    from monitor import store

    made = store.backup(_file(place), file, overwrite=overwrite)
    click.echo(f"{file}: {_told(made)}")
    _judge(made)


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
def restore(place: Place, file: Path) -> None:
    """Put a verified copy of the backup FILE in the place of the database; what was there is kept aside."""
    from monitor import store
    from monitor.clock import clock

    done = store.restore(file, _file(place), clock())
    click.echo(f"{done.copied.path}: {_told(done.copied)}, restored from {file}")
    if done.aside:
        say(f"what was there before is kept as {done.aside}")
    _judge(done.copied)


def _file(place: Place) -> Path:
    settings = place.declared().settings
    if not settings.is_file:
        raise click.UsageError(f"{settings.shown} is on a server: pg_dump and pg_restore keep it (docs/scale.md)")
    return Path(settings.database)


def _told(made: Copied) -> str:
    quotes = f", {made.seen['quotes']} quotes found again" if "quotes" in made.seen else ""
    return f"{made.events} events{quotes}, {made.size:,} bytes, schema {made.schema}"


def _judge(made: Copied) -> None:
    """Say what `monitor verify` would say of it: a copy of what is wrong is a true copy, and wrong."""
    for fault in made.faults:
        say(f"FAULT  {fault}")
    if made.faults:
        raise click.exceptions.Exit(FAILED)
