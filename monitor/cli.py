"""
The command line: wires the house. Data goes to stdout, everything else to stderr.

Exit status: 0 done (a source that failed is reported, not an error), 1 the command failed, 2 usage or
configuration, 3 the store is unavailable. Rooms are imported inside the commands, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from monitor import __version__
from monitor.errors import ConfigError, InputError, MonitorError, StoreError

if TYPE_CHECKING:
    from monitor.declared import Declared
    from monitor.model import Settings, Topic
    from monitor.store.base import Store

FAILED, USAGE, STORE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration is to be found: the file named, if one was."""

    config: Path | None

    def declared(self) -> Declared:
        """Read configuration and seeds; say so on stderr when the shipped one is used."""
        from monitor import declared

        found = declared.read(self.config)
        if found.shipped:
            _say(
                f"no configuration named and no ./config.yaml: using the shipped one, database {found.settings.database}"
            )
        return found


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the program; the one place where an error of the house becomes an exit status."""
    try:
        # Outside its standalone mode click returns the status of an Exit instead of raising it.
        sys.exit(cli.main(args, prog_name="monitor", standalone_mode=False) or 0)
    except click.Abort:
        sys.exit(FAILED)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except BrokenPipeError:
        # Whoever read our output has seen enough (head, less): not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        # Rooms turn their own into sentences; what is left is ours: stdout that is closed, full or gone.
        _say(f"cannot write: {error.strerror or error}")
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the flush at exit would fail again
        sys.exit(FAILED)
    except MonitorError as error:
        _say(str(error))
        sys.exit(USAGE if isinstance(error, ConfigError) else STORE if isinstance(error, StoreError) else FAILED)


def _say(sentence: str) -> None:
    click.echo(f"monitor: {sentence}" if "\n" not in sentence else sentence, err=True)


@contextmanager
def _reading(declared: Declared) -> Iterator[Store]:
    """Open the store to read; nothing is created or changed. Where there is none yet, the seeds alone are shown."""
    from monitor import seeding
    from monitor.clock import clock
    from monitor.store import open_store

    settings = declared.settings
    exists = Path(settings.database).exists()
    with _closing(open_store(settings.database if exists else ":memory:", create=not exists)) as store:
        if not exists:
            _say(f"no database at {settings.database} yet: this is what the seeds alone say")
            store.declare(settings, clock())
            seeding.sow(settings.topics, store, declared.seeds, clock())
        yield store


@contextmanager
def _writing(settings: Settings) -> Iterator[Store]:
    """Open the store to write beside a running daemon, with the configuration in force declared."""
    from monitor.clock import clock
    from monitor.store import open_store

    with _closing(open_store(settings.database)) as store:
        store.declare(settings, clock())
        yield store


@contextmanager
def _closing(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.close()


def _one_topic(settings: Settings, name: str | None) -> Topic:
    """Return the topic called *name*; with a single topic none need be named."""
    if name is None and len(settings.topics) == 1:
        return settings.topics[0]
    known = ", ".join(t.id for t in settings.topics) or "none"
    if name is None:
        raise click.UsageError(f"there are several topics: name one ({known})")
    topic = settings.topic(name)
    if topic is None:
        raise click.UsageError(f"no topic {name!r} in {settings.file}; there are: {known}")
    return topic


FILE = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="monitor")
@click.option(
    "--config", type=FILE, help="Configuration file; else MONITOR_CONFIG, else ./config.yaml, else the shipped one."
)
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """Keep a true, sourced, up-to-date timeline about a standing question."""
    context.obj = Place(config)


# --------------------------------------------------------------------------- keep up to date


@cli.command()
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
                await daemon.Daemon(rounds, declared, place.declared, stamp).run()

    asyncio.run(live())


@cli.command()
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


@cli.command()
@click.pass_obj
def seed(place: Place) -> None:
    """Apply the seed files: once, however often it is called."""
    from monitor import seeding
    from monitor.clock import clock

    declared = place.declared()
    with _writing(declared.settings) as store:
        changed = seeding.sow(declared.settings.topics, store, declared.seeds, clock())
    _say(f"{len(declared.seeds)} seed events, {changed} changed")


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--topic", help="Judge for this topic alone.")
@click.option("--published", help="Publication date of the files, where they do not say it themselves (2025-03-20).")
@click.option("--url", default="", help="Address that the file was saved from.")
@click.option("--source", default="", help="Who published it: the id or name of a source.")
@click.pass_obj
def ingest(
    place: Place, paths: tuple[Path, ...], topic: str | None, published: str | None, url: str, source: str
) -> None:
    """Read articles from files and folders: .html .txt .jsonl and feed files. Never touches the network."""
    from monitor import pipeline
    from monitor.clock import clock
    from monitor.ingest import Intake

    settings = place.declared().settings
    topics = (_one_topic(settings, topic).id,) if topic else ()
    handed = pipeline.Handed(topics, _published(published, settings), url, source)
    with _writing(settings) as store:
        intake = Intake(pipeline.Desk.of(settings), store, handed, clock)
        intake.take(paths)
    for line in intake.faults:
        _say(line)
    click.echo(str(intake))
    if intake.faults:
        raise click.exceptions.Exit(FAILED)


def _published(day: str | None, settings: Settings) -> Any:
    from monitor.clock import clock
    from monitor.normalize import dates

    if day is None:
        return None
    told = dates.published(day, settings.timezone, clock())
    if told.day is None:
        raise click.UsageError(f"--published {day!r} is no date that can be read ({told.flag}); write 2025-03-20")
    return told


# --------------------------------------------------------------------------- read


@cli.command()
@click.argument("topic", required=False)
@click.option("--background", is_flag=True, help="Show background events that nothing else supports, too.")
@click.pass_obj
def timeline(place: Place, topic: str | None, background: bool) -> None:
    """Print the timeline as a table, dates in their true precision."""
    from monitor import console, reading

    declared = place.declared()
    topics = [_one_topic(declared.settings, topic)] if topic else declared.settings.topics
    with _reading(declared) as store:
        for one in topics:
            console.show_timeline(reading.timeline(store, one, background=background))


@cli.command()
@click.option("--format", "form", required=True, type=click.Choice(["json", "csv"]), help="What to write.")
@click.option("--output", type=FILE, help="Write to this file, whole or not at all, instead of stdout.")
@click.option("--topic", help="The topic; needed only when there are several.")
@click.option("--as-of", help="What was known then: an instant, or a day (its end, in the topic's time zone).")
@click.option("--top", type=click.IntRange(min=1), help="Only the N most important events.")
@click.option(
    "--rows",
    type=click.Choice(["event", "evidence"]),
    default="event",
    help="CSV: a row an event, or a row a piece of evidence.",
)
@click.option("--bom", is_flag=True, help="CSV: begin with a byte order mark, for Excel.")
@click.option("--background", is_flag=True, help="Take in background events that nothing else supports, too.")
@click.pass_obj
def export(
    place: Place,
    form: str,
    output: Path | None,
    topic: str | None,
    as_of: str | None,
    top: int | None,
    rows: str,
    bom: bool,
    background: bool,
) -> None:
    """Write the timeline: the same database gives the same bytes."""
    from monitor import reading
    from monitor.export import Options, render

    if form != "csv" and (bom or rows != "event"):
        raise click.UsageError("--rows and --bom go with --format csv")
    declared = place.declared()
    chosen = _one_topic(declared.settings, topic)
    with _reading(declared) as store:
        told = reading.timeline(store, chosen, as_of=_instant(as_of, chosen), background=background, top=top or 0)
    _write(render(told, form, Options(rows, bom)), output)


def _instant(text: str | None, topic: Topic) -> Any:
    """Return the instant that ``--as-of`` means; a bare day means its end in the topic's time zone."""
    from datetime import UTC, date, datetime, time
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    zone = ZoneInfo(topic.timezone)
    try:
        if "T" not in text.upper() and ":" not in text:
            return datetime.combine(date.fromisoformat(text), time.max, zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.UsageError(
            f"--as-of {text!r} is neither a day (2025-03-20) nor an instant (2025-03-20T08:00:00Z)"
        ) from None


def _write(data: bytes, output: Path | None) -> None:
    """Write to stdout, or to a file that is replaced only once it is whole; what is no plain file is written into."""
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        target = output.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        draft = target.with_name(f".monitor-{os.getpid()}.part")
        try:
            draft.write_bytes(data)
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o777)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot write {str(output)!r}: {getattr(error, 'strerror', None) or error}") from error


@cli.command()
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

    with _reading(place.declared()) as store:
        console.show_entries(store.entries(feed, EntryState(state) if state else None), form)


@cli.command()
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
    with _reading(declared) as store:
        statuses = store.statuses()
    console.show_sources(statuses, declared.settings.feeds, form, clock())


def _opml(settings: Settings) -> None:
    from monitor import subscriptions

    left = [feed for feed in settings.feeds if not subscriptions.is_portable(feed)]
    click.echo(subscriptions.opml(settings.feeds), nl=False)
    if left:
        _say(
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


@cli.command()
@click.argument("id")
@click.pass_obj
def explain(place: Place, id: str) -> None:
    """Say why: of an entry (en_...), an article (ar_...) or an event (ev_...)."""
    from monitor import console

    with _reading(place.declared()) as store:
        text = console.explain(store, id)
    if text is None:
        raise InputError(
            f"nothing is known under {id!r}; ids begin with ev_, en_ or ar_ (monitor entries, monitor export)"
        )
    click.echo(text)


@cli.command()
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


def _what_if(declared: Declared) -> None:
    from monitor import console, outlook

    with _reading(declared) as store:
        found = outlook.ahead(store, declared.settings)
    for line in outlook.lines(found):
        click.echo(console.printable(line))
