"""
The command line: wires the house. Data goes to stdout, everything else to stderr.

Exit status: 0 done (a source that failed is reported, not an error), 1 the command failed, 2 usage or
configuration, 3 the store is unavailable. Rooms are imported inside the commands, so that ``--help`` is quick.

    common     what the commands share
    polling    run, poll, work
    taking     seed, ingest, import
    archiving  backfill
    telling    timeline, export
    serving    serve, search
    asking     entries, sources, explain, check
    keeping    verify, reprocess, forget, move
    service    doctor, backup, restore
    review     review and its orders; values: what is typed for a field
    alerts     alerts and its orders
    topics     topic new
    completing completion
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from monitor import __version__
from monitor.cli import (
    alerts,
    archiving,
    asking,
    completing,
    keeping,
    polling,
    review,
    service,
    serving,
    taking,
    telling,
    topics,
)
from monitor.cli.common import FAILED, FILE, Place, say, status
from monitor.errors import MonitorError

# Objects more than before until cycles are looked for, and how often among older ones. What a command reads holds none:
# looking for them took two thirds of the time of a large export. The daemon, which lives longer, looks more often.
GARBAGE = (10_000, 50, 100)


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the program; the one place where an error of the house becomes an exit status."""
    gc.set_threshold(*GARBAGE)
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
        say(f"cannot write: {error.strerror or error}")
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the flush at exit would fail again
        sys.exit(FAILED)
    except MonitorError as error:
        say(str(error))
        sys.exit(status(error))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="monitor")
@click.option(
    "--config", type=FILE, help="Configuration file; else MONITOR_CONFIG, else ./config.yaml, else the shipped one."
)
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """Keep a true, sourced, up-to-date timeline about a standing question."""
    context.obj = Place(config)


for command in (
    polling.run,
    polling.poll,
    polling.work,
    taking.seed,
    taking.ingest,
    taking.import_,
    archiving.backfill,
    telling.timeline,
    telling.export,
    serving.serve,
    serving.search,
    asking.entries,
    asking.sources,
    asking.explain,
    asking.check,
    review.review,
    topics.topic,
    completing.completion,
    keeping.verify,
    keeping.reprocess,
    keeping.forget,
    keeping.move,
    alerts.alerts,
    service.doctor,
    service.backup,
    service.restore,
):
    cli.add_command(command)
