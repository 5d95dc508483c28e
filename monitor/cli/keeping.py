"""What keeps the timeline true, and keeps it: ``verify``, ``reprocess``, ``forget`` and ``move``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import FAILED, Place, say, to_read, to_write
from monitor.cli.review import deciding, ordering, who
from monitor.errors import DecisionError
from monitor.model import Order, Verb, shown_database

if TYPE_CHECKING:
    from monitor.model import Article
    from monitor.store.base import Store


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the account.")
@click.pass_obj
def verify(place: Place, form: str) -> None:
    """Find every quote in its kept text again, and check hashes, revisions and references; exit 1 at any fault."""
    from monitor import console

    declared = place.declared()
    topics = [t.id for t in declared.settings.topics]
    with to_read(declared) as store:
        found = store.audit(declared.seeds, topics)
    console.show_audit(found, form)
    if found.faults:
        say(
            f"{len(found.faults)} fault{'s' * (len(found.faults) > 1)}: what is shown cannot all be traced to what was kept"
        )
        raise click.exceptions.Exit(FAILED)


@click.command()
@click.option("--apply", is_flag=True, help="Write what is shown; without it nothing is changed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@click.pass_obj
def reprocess(place: Place, apply: bool, form: str) -> None:
    """Read and resolve everything kept again with today's rules: show what would change, or change it."""
    from monitor import console, reworking
    from monitor.clock import clock
    from monitor.pipeline import Desk

    declared = place.declared()
    desk = Desk.of(declared.settings)
    with to_write(declared.settings) if apply else to_read(declared) as store:
        made = reworking.reworked(desk, store, declared.seeds, clock(), apply=apply)
    console.show_rework(made, form, applied=apply)
    if not apply and form == "text":
        say("nothing was changed; `monitor reprocess --apply` does it")


@click.command()
@click.option("--to", "target", required=True, help="The other database: a file, or postgresql://USER@HOST/DATABASE.")
@click.pass_obj
def move(place: Place, target: str) -> None:
    """
    Copy the database whole into another that is empty, compare both, and print how many rows each table has.

    The one that is configured is left as it is. Broken off, it goes on where it was when asked again.
    """
    from monitor import store

    settings = place.declared().settings
    store.move(settings.database, target, lambda table, rows: click.echo(f"{table:<16}{rows:>12}"))
    say(f"all of {settings.shown} is in {shown_database(target)} too; name it as `database` in {settings.file}")


@click.command()
@click.argument("id")
@ordering
@click.pass_obj
def forget(place: Place, /, id: str, person: str | None, reason: str, form: str) -> None:
    """
    Remove the text and body of an article (ar_..., or the en_... that brought it) for good; a tombstone stays.

    Its events stay too, with the quotes that they rest on, marked as of a text that is gone. On a terminal you are asked.
    """
    from monitor import reviewing
    from monitor.clock import clock
    from monitor.console import decisions as shown

    with deciding(place) as (desk, store):
        article = _kept(store, id)
        if sys.stdin.isatty():
            click.confirm(f"remove the text of {article.title or article.url}? It cannot be brought back", abort=True)
        order = Order(Verb.FORGET, who(person), " ".join(reason.split()), (article.id,))
        ruling = reviewing.order(desk, store, order, clock())
    shown.show_ruling(ruling, form)


def _kept(store: Store, id: str) -> Article:
    """Return the article that *id* names, if its text is there."""
    entry: Any = next(iter(store.entries(id=id)), None) if id.startswith("en_") else None
    article = store.article_by_id(entry.article_id if entry else id)
    if article is None:
        raise DecisionError(f"no article is kept under {id!r}; `monitor entries` names them (ar_... or en_...)")
    if article.forgotten:
        raise DecisionError(f"{id} was forgotten already")
    return article
