"""The page, and what is found in it: ``serve`` and ``search``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Place, say, to_read, to_write

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.declared import Declared
    from monitor.model import Settings
    from monitor.web import Keys


@click.command()
@click.option("--listen", help="host:port instead of web.listen; port 0 takes any that is free.")
@click.pass_obj
def serve(place: Place, listen: str | None) -> None:
    """Serve the page alone, without polling, until Ctrl-C or SIGTERM."""
    import asyncio
    import signal

    from monitor import web
    from monitor.clock import clock
    from monitor.console import log
    from monitor.store import exists, open_store

    declared = place.declared()
    log.configure(declared.settings.log_format)
    settings = declared.settings
    speak = log.speaker(settings.log_format, say)
    where = listen or (settings.web_listen if settings.web_listen != "off" else "127.0.0.1:8321")

    if settings.web_review:
        found(declared)
    there = exists(settings.database)
    keys, token = issued(settings)

    async def until_told() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        with to_read(declared) as store:
            opener = (lambda: open_store(settings.database, create=False)) if there else (lambda: store)
            write = web.Alone(lambda: settings, opener)
            page = web.served(web.bound(where), where, lambda: settings, opener, clock, keys, write)
            async with page as address:
                speak(f"the timeline is at {address} (Ctrl-C ends)")
                tell(token, address, speak)
                await stopping.wait()

    asyncio.run(until_told())


def issued(settings: Settings) -> tuple[Keys | None, str]:
    """Return who may decide on the page, and the token that is told once; none where nobody may."""
    from monitor import web

    keys = web.Keys() if settings.web_review else None
    return keys, keys.issue() if keys else ""


def tell(token: str, address: str, speak: Callable[[str], None] = say) -> None:
    """Say where decisions are made, and with which token."""
    if token:
        speak(f"decisions are made at {address}review with the token {token} (shown once; a new one at each start)")


def found(declared: Declared) -> None:
    """Begin a database where there is none: who decides will write."""
    from monitor import seeding
    from monitor.clock import clock
    from monitor.store import exists

    if not exists(declared.settings.database):
        with to_write(declared.settings) as store:
            seeding.sow(declared.settings.topics, store, declared.seeds, clock())


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print them.")
@click.pass_obj
def search(place: Place, words: tuple[str, ...], form: str) -> None:
    """Find the events and articles in which all WORDS stand; words of two characters too."""
    from monitor import console, finding
    from monitor.export import record

    declared = place.declared()
    with to_read(declared) as store:
        hits = finding.find(store, " ".join(words), declared.settings.topics)
    if form == "json":
        click.echo(json.dumps([record.plain(hit) for hit in hits], ensure_ascii=True, indent=2))
        return
    for hit in hits:
        click.echo(console.clean_line(f"{hit.id}  {hit.title}"))
        click.echo(console.clean_line(f"    {hit.passage}" + (f"  {hit.url}" if hit.url else "")))
    if not hits:
        say("nothing was found")
