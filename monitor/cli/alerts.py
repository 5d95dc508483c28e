"""``alerts``: what waits, what was given up, and whether a channel can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Place, say, to_read, to_write
from monitor.errors import InputError
from monitor.model import AlertState

if TYPE_CHECKING:
    from monitor.declared import Declared
    from monitor.model import Channel, Settings

FORM = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the alerts."
)
OPEN = (AlertState.WAITING, AlertState.DEAD)


@click.group(invoke_without_command=True)
@click.pass_context
def alerts(context: click.Context) -> None:
    """Look at the alerts that wait or were given up; retry or drop them; test a channel."""
    if context.invoked_subcommand is None:
        _list(context.obj, OPEN, "text")


@alerts.command("list")
@click.option("--all", "everything", is_flag=True, help="Those too that were sent or dropped.")
@FORM
@click.pass_obj
def list_(place: Place, everything: bool, form: str) -> None:
    """Print the alerts that wait or were given up, with reasons."""
    _list(place, tuple(AlertState) if everything else OPEN, form)


def _list(place: Place, states: Sequence[AlertState], form: str) -> None:
    from monitor.console import alerts as shown

    declared = place.declared()
    with to_read(declared) as store:
        pending = {c.id: store.pending(c.id) for c in declared.settings.channels}
        shown.show_alerts(store.alerts(*states), pending, form)


@alerts.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def retry(place: Place, ids: tuple[str, ...]) -> None:
    """Have alerts tried afresh: those named, or all that were given up."""
    _order(place.declared().settings, ids, AlertState.WAITING)


@alerts.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.pass_obj
def drop(place: Place, ids: tuple[str, ...]) -> None:
    """Send alerts never: those named, or all that were given up."""
    _order(place.declared().settings, ids, AlertState.DROPPED)


def _order(settings: Settings, ids: Sequence[str], state: AlertState) -> None:
    from monitor.clock import clock

    with to_write(settings) as store:
        chosen = ids or [a.id for a in store.alerts(AlertState.DEAD)]
        unknown = [id for id in chosen if not store.order_alert(id, state, clock())]
    done = len(chosen) - len(unknown)
    say(f"{done} alert{'' if done == 1 else 's'} {'to be tried again' if state is AlertState.WAITING else 'dropped'}")
    if unknown:
        raise InputError(f"no alert that waits or was given up is called {', '.join(unknown)} (monitor alerts list)")


@alerts.command()
@click.argument("channel")
@click.pass_obj
def test(place: Place, channel: str) -> None:
    """Send a message to CHANNEL that says that it is a test; nothing is stored."""
    import asyncio

    declared = place.declared()
    found = next((c for c in declared.settings.channels if c.id == channel), None)
    if found is None:
        known = ", ".join(c.id for c in declared.settings.channels) or "none"
        raise click.UsageError(f"no channel {channel!r} in {declared.settings.file}; there are: {known}")
    asyncio.run(_test(declared, found))
    say(f"{channel} took the test")


async def _test(declared: Declared, channel: Channel) -> None:
    from monitor import deliveries, noticing
    from monitor.clock import clock
    from monitor.declared import environment
    from monitor.fetch import Fetcher

    settings = declared.settings
    async with Fetcher(settings.fetch, now=clock) as fetcher:
        way = deliveries.sender(channel, lambda: fetcher, environment(), clock)
        await way.send(noticing.test(deliveries.desk(settings), channel, clock()))
