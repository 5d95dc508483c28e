"""What is known and why: ``entries``, ``sources``, ``explain`` and ``check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from monitor.cli.common import USAGE, Place, say, to_read
from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.declared import Declared
    from monitor.model import Settings


@click.command()
@click.option("--feed", default="", help="Only this feed's.")
@click.option(
    "--state",
    type=click.Choice(["waiting", "kept", "rejected", "duplicate", "failed"]),
    help="Only those in this state.",
)
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", help="How to print them.")
@click.pass_obj
def entries(place: Place, feed: str, state: str | None, form: str) -> None:
    """Print every entry ever seen, rejected ones too, with what became of it."""
    from monitor import console
    from monitor.model import EntryState

    with to_read(place.declared()) as store:
        shown = console.show_entries(store.entries(feed, EntryState(state) if state else None), form)
    if not shown:
        say("no such entry" if feed or state else "no source has brought an entry yet: `monitor sources` says why")


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print them.")
@click.option(
    "--try",
    "attempt",
    is_flag=False,
    flag_value="",
    metavar="[URL]",
    help="Ask each feed once, or the one at URL, store nothing, and say what it would keep.",
)
@click.option("--opml", is_flag=True, help="Write the feeds as OPML, for another reader.")
@click.pass_obj
def sources(place: Place, form: str, attempt: str | None, opml: bool) -> None:
    """Print every feed: how it is doing, since when, and when it is asked next."""
    from monitor import console
    from monitor.clock import clock

    if opml:
        _opml(place.declared().settings)
        return
    if attempt is not None:
        _try(place.declared().settings, attempt, form)
        return
    declared = place.declared()
    with to_read(declared) as store:
        statuses = store.statuses()
    console.show_sources(statuses, declared.settings.feeds, form, clock())


def _opml(settings: Settings) -> None:
    from monitor import subscriptions

    left = [feed for feed in settings.feeds if not subscriptions.is_portable(feed)]
    click.echo(subscriptions.opml(settings.feeds), nl=False)
    if left:
        say(
            f"{len(left)} of {len(settings.feeds)} are lists, APIs or changing addresses, which OPML cannot say: left out"
        )


def _try(settings: Settings, url: str, form: str) -> None:
    import asyncio
    import json

    from monitor import console, trial
    from monitor.clock import clock

    if url and not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--try takes an address that begins with http:// or https://, not {url!r}")
    trials = asyncio.run(trial.tried(settings, trial.chosen(settings, url), clock))
    if form == "json":
        click.echo(json.dumps([trial.as_json(t) for t in trials], ensure_ascii=True, indent=2))
        return
    for line in (line for t in trials for line in trial.as_text(t)):
        click.echo(console.printable(line))


@click.command()
@click.argument("id")
@click.pass_obj
def explain(place: Place, id: str) -> None:
    """Say why: of an entry (en_...), an article (ar_...) or an event (ev_...)."""
    from monitor import console

    with to_read(place.declared()) as store:
        text = console.explain(store, id)
    if text is None:
        raise InputError(
            f"nothing is known under {id!r}; ids begin with ev_, en_ or ar_ (monitor entries, monitor export)"
        )
    click.echo(text)


@click.command()
@click.option("--what-if", "ahead", is_flag=True, help="Say what the topics as written would change of what is kept.")
@click.pass_obj
def check(place: Place, ahead: bool) -> None:
    """Say what was understood of the configuration, or everything that is wrong with it."""
    from monitor import config

    declared = place.declared()
    if ahead:
        _what_if(declared)
        return
    click.echo(config.describe(declared.settings, declared.seeds))
    if declared.settings.channels:
        _missing(declared.settings)


def _missing(settings: Settings) -> None:
    """Say which secrets cannot be had here; what they are needed for would only be found out when there is news."""
    from monitor import deliveries
    from monitor.declared import environment

    wrong = deliveries.missing(settings.channels, environment())
    for sentence in wrong:
        say(sentence)
    if wrong:
        raise click.exceptions.Exit(USAGE)


def _what_if(declared: Declared) -> None:
    from monitor import console, outlook

    with to_read(declared) as store:
        found = outlook.ahead(store, declared.settings)
    for line in outlook.lines(found):
        click.echo(console.printable(line))
