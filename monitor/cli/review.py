"""The inbox of a person: ``review`` and what can be decided there."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.common import Place, one_topic, say, to_read, to_write
from monitor.errors import DecisionError
from monitor.model import FIXABLE, Order, Verb

if TYPE_CHECKING:
    from monitor.model import Decision, Ruling
    from monitor.pipeline import Desk
    from monitor.reviewing import Doubt
    from monitor.store.base import Store

F = TypeVar("F", bound=Callable[..., Any])

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
TOPIC = click.option("--topic", help="The topic; needed only when there are several.")


def ordering(command: F) -> F:
    """Add what every order takes: who orders it, why, and how the answer is printed."""
    by = click.option("--by", "person", metavar="NAME", help="Who decides; else MONITOR_PERSON, else the login name.")
    reason = click.option("--reason", default="", metavar="TEXT", help="Why: kept with the decision.")
    return by(reason(FORM(command)))


@click.group(invoke_without_command=True)
@click.pass_context
def review(context: click.Context) -> None:
    """Look at what the rules were not sure of, and decide; called bare on a terminal, one by one."""
    if context.invoked_subcommand is None:
        walk(context.obj) if sys.stdin.isatty() and sys.stdout.isatty() else _list(context.obj, None, "text")


# --------------------------------------------------------------------------- look


@review.command("list")
@TOPIC
@FORM
@click.pass_obj
def list_(place: Place, topic: str | None, form: str) -> None:
    """Print what waits for a decision, with reasons."""
    _list(place, topic, form)


def _list(place: Place, topic: str | None, form: str) -> None:
    from monitor.console import decisions as shown

    declared = place.declared()
    with to_read(declared) as store:
        shown.show_doubts(_doubts(store, declared.settings, topic), form)


def _doubts(store: Store, settings: Any, topic: str | None) -> list[Doubt]:
    from monitor import reviewing

    chosen = [one_topic(settings, topic)] if topic else settings.topics
    return reviewing.inbox(store, chosen)


@review.command()
@TOPIC
@FORM
@click.pass_obj
def log(place: Place, topic: str | None, form: str) -> None:
    """Print every decision, oldest first, undone ones too."""
    from monitor.console import decisions as shown

    declared = place.declared()
    chosen = one_topic(declared.settings, topic).id if topic else ""
    with to_read(declared) as store:
        shown.show_decisions(store.decisions(chosen), form)


# --------------------------------------------------------------------------- decide


@review.command()
@click.argument("id")
@TOPIC
@ordering
@click.pass_obj
def accept(place: Place, /, id: str, topic: str | None, **said: Any) -> None:
    """Accept a proposed merge (pr_...), an event (ev_...), or an entry or article that was not wanted (en_..., ar_...)."""
    _decide(place, Verb.ACCEPT, (id,), topic=topic, **said)


@review.command()
@click.argument("id")
@TOPIC
@ordering
@click.pass_obj
def reject(place: Place, /, id: str, topic: str | None, **said: Any) -> None:
    """Reject a proposed merge (pr_...), an event (ev_...), or an entry or article (en_..., ar_...): it says nothing more."""
    _decide(place, Verb.REJECT, (id,), topic=topic, **said)


@review.command()
@click.argument("event")
@click.argument("other")
@ordering
@click.pass_obj
def merge(place: Place, /, event: str, other: str, **said: Any) -> None:
    """Make two events one: EVENT stays, OTHER redirects to it."""
    _decide(place, Verb.MERGE, (event, other), **said)


@review.command()
@click.argument("event")
@click.argument("articles", nargs=-1, required=True)
@ordering
@click.pass_obj
def split(place: Place, /, event: str, articles: tuple[str, ...], **said: Any) -> None:
    """Make ARTICLES (ar_...) of EVENT an event of their own."""
    _decide(place, Verb.SPLIT, (event, *articles), **said)


@review.command()
@click.argument("article")
@click.argument("event")
@click.option("--from", "source", default="", help="The event to take it from, where it tells of several.")
@ordering
@click.pass_obj
def move(place: Place, /, article: str, event: str, source: str, **said: Any) -> None:
    """Let ARTICLE (ar_...) tell of EVENT instead of the one that it was given to."""
    _decide(place, Verb.MOVE, (article, event), source=source, **said)


@review.command()
@click.argument("event")
@click.argument("field", metavar="FIELD")
@click.argument("value")
@ordering
@click.pass_obj
def edit(place: Place, /, event: str, field: str, value: str, **said: Any) -> None:
    """
    Fix a FIELD of EVENT to VALUE.

    Fields: title, kind, relation, when, actors, places, figures, phase, status, stage. A date is EDTF (2025-03-19, 2025-03, 2025-35, 2025-03-18/2025-03-20, [..2025-03-20], unknown); actors are NAME(ROLE),
    figures NUMBER UNIT [WHAT], several of them with 、 or ; between.
    """
    _decide(place, Verb.EDIT, (event,), field=field, value=value, **said)


@review.command()
@click.argument("event")
@click.argument("field", metavar="FIELD")
@ordering
@click.pass_obj
def pin(place: Place, /, event: str, field: str, **said: Any) -> None:
    """Keep a FIELD of EVENT as it is now, whatever comes."""
    if field not in FIXABLE:
        raise click.UsageError(f"there is no field {field!r} to pin; there are: {', '.join(FIXABLE)}")
    _decide(place, Verb.PIN, (event,), field=field, **said)


@review.command()
@click.argument("event")
@ordering
@click.pass_obj
def retract(place: Place, /, event: str, **said: Any) -> None:
    """Take EVENT out of every view; its history stays."""
    _decide(place, Verb.RETRACT, (event,), **said)


@review.command()
@click.argument("decision")
@ordering
@click.pass_obj
def undo(place: Place, /, decision: str, **said: Any) -> None:
    """Undo DECISION (de_...): everything is as it would be without it. Undoing an undo puts it in force again."""
    _decide(place, Verb.UNDO, (decision,), **said)


def _decide(
    place: Place,
    verb: Verb,
    ids: tuple[str, ...],
    *,
    person: str | None,
    reason: str,
    form: str,
    topic: str | None = None,
    field: str = "",
    value: str | None = None,
    source: str = "",
) -> None:
    from monitor.console import decisions as shown

    with deciding(place) as (desk, store):
        chosen = one_topic(desk.settings, topic).id if topic else ""
        order = Order(verb, who(person), " ".join(reason.split()), ids, field=field, topic=chosen, source=source)
        if value is not None:
            order = _valued(order, value, store, desk)
        ruling = carry_out(desk, store, order)
    shown.show_ruling(ruling, form)


def _valued(order: Order, value: str, store: Store, desk: Desk) -> Order:
    from monitor import values

    event = store.event(order.ids[0])
    if event is None or event.topic not in desk.topics:
        return order  # which is refused with its own sentence
    try:
        return replace(order, fixed=values.fixed(order.field, value, desk.topics[event.topic], event))
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None


def carry_out(desk: Desk, store: Store, order: Order) -> Ruling:
    """Carry out *order*; a proposal is the merge that it proposes, or the word that the two are apart."""
    from monitor import reviewing
    from monitor.clock import clock

    return reviewing.order(desk, store, reviewing.meant(desk, store, order), clock())


def who(person: str | None) -> str:
    """Return who decides."""
    name = " ".join((person or os.environ.get("MONITOR_PERSON") or _login()).split())
    if not name:
        raise click.UsageError("say who decides with --by NAME")
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # nobody by that number, and no variable that says more
        return ""


@contextmanager
def deciding(place: Place) -> Iterator[tuple[Desk, Store]]:
    """Open the store to decide; where there was none, the seeds alone are what can be decided about."""
    from monitor import seeding
    from monitor.clock import clock
    from monitor.pipeline import Desk
    from monitor.store import exists

    declared = place.declared()
    fresh = not exists(declared.settings.database)
    with to_write(declared.settings) as store:
        if fresh:
            seeding.sow(declared.settings.topics, store, declared.seeds, clock())
        yield Desk.of(declared.settings), store


# --------------------------------------------------------------------------- one by one

KEYS = {"a": Verb.ACCEPT, "r": Verb.REJECT}


def walk(place: Place) -> None:
    """Show what waits one by one and ask; what is skipped comes again the next time."""
    from monitor.console import decisions as shown

    with deciding(place) as (desk, store):
        doubts = _doubts(store, desk.settings, None)
        made: list[Decision] = []
        for number, doubt in enumerate(doubts, 1):
            click.echo(f"\n{number} of {len(doubts)}")
            shown.show_doubts([doubt], "text")
            key = click.prompt("[a]ccept, [r]eject, [s]kip, [q]uit", type=click.Choice([*KEYS, "s", "q"]), default="s")
            if key == "q":
                break
            if key in KEYS and (decision := _one(desk, store, doubt, KEYS[key])):
                made.append(decision)
    say(f"{len(made)} decided" + (f"; undo one with `monitor review undo {made[-1].id}`" if made else ""))


def _one(desk: Desk, store: Store, doubt: Doubt, verb: Verb) -> Decision | None:
    reason = click.prompt("why", default="", show_default=False)
    try:
        order = Order(verb, who(None), " ".join(reason.split()), (doubt.id,), topic=doubt.topic)
        return carry_out(desk, store, order).decision
    except DecisionError as refused:  # an earlier answer may have settled it
        say(str(refused))
        return None
