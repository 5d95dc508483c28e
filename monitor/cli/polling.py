"""Keeping up to date: ``run`` and ``poll``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.common import Place, say
from monitor.cli.serving import issued, tell
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model import Settings
    from monitor.pipeline import Desk
    from monitor.rounds import Rounds
    from monitor.store.base import Store

T = TypeVar("T")

ALERTS = 60.0  # seconds that `poll` spends on alerts; what is left then waits for the next process


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
                async with _page(lambda: lasting.declared.settings, rounds):
                    await lasting.run()

    asyncio.run(live())


@contextlib.asynccontextmanager
async def _page(settings: Callable[[], Settings], rounds: Rounds) -> AsyncIterator[None]:
    """Serve the page beside the daemon; where it cannot be, the timeline is kept up to date all the same."""
    from monitor import web
    from monitor.clock import clock
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
    keys, token = issued(settings())

    async def write(act: Callable[[Desk, Store], T]) -> T:
        return await rounds.write(lambda: act(rounds.desk, rounds.store))

    opener = partial(open_store, database, create=False)
    async with web.served(at, listen, settings, opener, clock, keys, write) as address:
        say(f"the timeline is at {address}")
        tell(token, address)
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
                if declared.settings.channels:
                    await daemon.delivering(rounds, declared.settings).once(ALERTS)
                statuses = await rounds.write(rounds.store.statuses)
        console.show_round(record, statuses, form)

    asyncio.run(once())
