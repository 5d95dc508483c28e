"""Keeping up to date: ``run``, ``poll`` and ``work``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.common import Place, say, status
from monitor.cli.serving import issued, tell
from monitor.errors import ConfigError, InputError, MonitorError

if TYPE_CHECKING:
    from monitor.crew import Crew
    from monitor.declared import Declared
    from monitor.model import Settings
    from monitor.pipeline import Desk
    from monitor.progress import Progress
    from monitor.rounds import Rounds
    from monitor.store.base import Store

T = TypeVar("T")

ALERTS = 60.0  # seconds that `poll` spends on alerts; what is left then waits for the next process


@click.command()
@click.option("--listen", help='host:port instead of web.listen, or "off".')
@click.pass_obj
def run(place: Place, listen: str | None) -> None:
    """
    Seed, poll and digest, deliver alerts and serve the page, until SIGTERM or Ctrl-C.

    On a PostgreSQL database beside others, as `work` does.
    """
    _may_be_ended()
    _live(place, listen, shown=True)


QUEUES = "poll,digest,deliver,backfill"


@click.command()
@click.option("--queues", default=QUEUES, show_default=True, help="What this process does.")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=32, show_default=True, help="Jobs at a time.")
@click.option("--listen", default="off", show_default=True, help="host:port of the page, health and metrics.")
@click.pass_obj
def work(place: Place, queues: str, concurrency: int, listen: str) -> None:
    """
    Poll, digest and deliver beside other processes on one PostgreSQL database, until SIGTERM or Ctrl-C.

    Start as many as you like, on as many machines; one of them makes the jobs, and when it is gone another does.
    """
    _may_be_ended()
    wanted, known = queues.split(","), _jobs().QUEUES
    if unknown := set(wanted) - set(known):
        raise click.UsageError(f"no queue {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    if place.declared().settings.is_file:
        raise ConfigError(("several processes need one PostgreSQL database, and this is a file",))
    _live(place, listen, wanted, concurrency)


def _may_be_ended() -> None:
    """
    Let who is told to stop before anything has begun end at once.

    Not by an exception: where a module is being imported, Python may take it for a fault of its own and go on.
    """
    import os
    import signal

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def _live(
    place: Place, listen: str | None, wanted: Sequence[str] = (), concurrency: int = 32, *, shown: bool = False
) -> None:
    """Keep up to date until told to stop."""
    import asyncio

    from monitor import console, daemon
    from monitor.console import log
    from monitor.declared import stamp

    declared = place.declared()
    form = declared.settings.log_format
    log.configure(form)

    async def live() -> None:
        stopping = asyncio.Event()
        daemon.listen(stopping)
        with console.watching() as progress:
            async with daemon.Ending(stopping) as end, _crew(declared, progress, wanted, concurrency) as crew:
                end.crew = crew
                if shown and form == "text":  # else nobody looks
                    await _show(declared.settings, crew.rounds)
                lasting = daemon.Daemon(crew, place.declared, stamp, supervisor=daemon.supervisor())
                crew.stopping = stopping
                speak = log.speaker(form, say)
                async with _page(lambda: crew.declared.settings, crew.rounds, listen, speak):
                    await lasting.run()

    try:
        asyncio.run(live())
    except MonitorError as error:
        if form == "text":
            raise
        log.failed(error)
        raise click.exceptions.Exit(status(error)) from error


@contextlib.asynccontextmanager
async def _crew(declared: Declared, progress: Progress, wanted: Sequence[str], concurrency: int) -> AsyncIterator[Crew]:
    """Open the one process of a file, or one of several on a server."""
    from monitor import daemon

    if declared.settings.is_file:
        async with daemon.opened(declared, progress=progress) as rounds:
            yield daemon.Alone(rounds, declared)
        return
    jobs = _jobs()
    opened = jobs.opened(declared, progress=progress, wanted=wanted or tuple(jobs.QUEUES), concurrency=concurrency)
    async with opened as team:
        yield team


async def _show(settings: Settings, rounds: Rounds) -> None:
    """Print what is known, and when who is asked."""
    from monitor import console, reading
    from monitor.clock import clock

    for topic in settings.topics:
        console.show_timeline(await rounds.write(reading.timeline, rounds.store, topic))
    console.show_schedule(await rounds.write(rounds.store.statuses), clock())
    sys.stdout.flush()


@contextlib.asynccontextmanager
async def _page(
    settings: Callable[[], Settings], rounds: Rounds, elsewhere: str | None, speak: Callable[[str], None]
) -> AsyncIterator[None]:
    """Serve the page beside the daemon; where it cannot be, the timeline is kept up to date all the same."""
    from monitor import web
    from monitor.clock import clock
    from monitor.store import open_store

    listen, database = elsewhere or settings().web_listen, settings().database
    try:
        at = web.bound(listen) if listen != "off" else None
    except InputError as error:
        speak(f"the page is not served: {error}")
        at = None
    if at is None:
        yield
        return
    keys, token = issued(settings())

    async def write(act: Callable[[Desk, Store], T]) -> T:
        return await rounds.write(lambda: act(rounds.desk, rounds.store))

    opener = partial(open_store, database, create=False)
    async with web.served(at, listen, settings, opener, clock, keys, write, rounds.pulse, idle=True) as address:
        speak(f"the timeline is at {address}")
        tell(token, address, speak)
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
    """Poll every feed that is due, digest what can be digested now, deliver the alerts that are due, and exit."""
    import asyncio

    from monitor import console, crew, daemon
    from monitor.console import log

    declared = place.declared()
    log.configure(declared.settings.log_format)

    async def once() -> None:
        with console.watching() as progress:
            async with daemon.opened(declared, progress=progress) as rounds:
                record = await rounds.poll(await rounds.due(all=everything), digest=True)
                if declared.settings.channels:
                    await crew.delivering(rounds, declared.settings).once(ALERTS)
                statuses = await rounds.write(rounds.store.statuses)
        console.show_round(record, statuses, form)

    asyncio.run(once())


def _jobs() -> ModuleType:
    try:
        from monitor import jobs
    except ImportError as exc:
        raise ConfigError(
            (f"postgresql:// needs more than is installed ({exc}); pip install 'monitor[scale]'",)
        ) from exc
    return jobs
