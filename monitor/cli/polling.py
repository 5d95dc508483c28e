"""Keeping up to date: ``run``, ``poll`` and ``work``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Place, say
from monitor.errors import ConfigError, InputError

if TYPE_CHECKING:
    from monitor.model import Settings


@click.command()
@click.pass_obj
def run(place: Place) -> None:
    """Seed, poll and digest until SIGTERM or Ctrl-C."""
    import asyncio

    from monitor import console, daemon, reading
    from monitor.clock import clock
    from monitor.declared import stamp

    declared = place.declared()
    console.configure_log()

    async def live() -> None:
        with console.watching() as progress:
            async with daemon.opened(declared, progress=progress) as rounds:
                for topic in declared.settings.topics:
                    console.show_timeline(await rounds.write(reading.timeline, rounds.store, topic))
                console.show_schedule(await rounds.write(rounds.store.statuses), clock())
                sys.stdout.flush()
                lasting = daemon.Daemon(rounds, declared, place.declared, stamp)
                lasting.listen()
                async with _page(lambda: lasting.declared.settings):
                    await lasting.run()

    asyncio.run(live())


@contextlib.asynccontextmanager
async def _page(settings: Callable[[], Settings]) -> AsyncIterator[None]:
    """Serve the page beside the daemon; where it cannot be, the timeline is kept up to date all the same."""
    from monitor import web
    from monitor.store import open_store

    listen, database = settings().web_listen, settings().database
    try:
        at = web.bound(listen) if listen != "off" else None
    except InputError as error:
        say(f"the page is not served: {error}")
        at = None
    if at is None:
        yield
        return
    async with web.served(at, listen, settings, lambda: open_store(database, create=False)) as address:
        say(f"the timeline is at {address}")
        yield


@click.command()
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Ask every feed, due or not; Retry-After, robots.txt, 410 and the pause still hold.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print the account of the round.",
)
@click.pass_obj
def poll(place: Place, everything: bool, form: str) -> None:
    """Poll every feed that is due, digest what can be digested now, and exit."""
    import asyncio

    from monitor import console, daemon

    declared = place.declared()
    console.configure_log()

    async def once() -> None:
        with console.watching() as progress:
            async with daemon.opened(declared, progress=progress) as rounds:
                record = await rounds.poll(await rounds.due(all=everything), digest=True)
                statuses = await rounds.write(rounds.store.statuses)
        console.show_round(record, statuses, form)

    asyncio.run(once())


@click.command()
@click.option("--queues", default="poll,digest", show_default=True, help="What this process does.")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=32, show_default=True, help="Jobs at a time.")
@click.pass_obj
def work(place: Place, queues: str, concurrency: int) -> None:
    """
    Poll and digest beside other processes on one PostgreSQL database, until SIGTERM or Ctrl-C.

    Start as many as you like, on as many machines; one of them makes the jobs, and when it is gone another does.
    """
    import asyncio
    import signal

    from monitor import console

    declared = place.declared()
    console.configure_log()
    wanted = queues.split(",")
    jobs = _jobs()
    if unknown := set(wanted) - set(jobs.QUEUES):
        raise click.UsageError(f"no queue {', '.join(sorted(unknown))}; there are: {', '.join(jobs.QUEUES)}")

    async def live() -> None:
        async with jobs.opened(declared) as team:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, team.stopping.set)
            await team.run(wanted, concurrency)

    asyncio.run(live())


def _jobs() -> ModuleType:
    try:
        from monitor import jobs
    except ImportError as exc:
        raise ConfigError(
            (f"`monitor work` needs more than is installed ({exc}); pip install 'monitor[scale]'",)
        ) from exc
    return jobs
