"""Progress, for a person who watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from monitor.console.output import console
from monitor.progress import Progress, unwatched


@contextmanager
def watching() -> Iterator[Progress]:
    """Show progress on stderr while a person watches it; otherwise the log lines are enough."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    with Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console(err=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                bar.start()
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)
            if done >= total:
                bar.remove_task(tasks.pop(what))
            if not tasks:  # else it would be drawn ten times a second until the next round
                bar.stop()

        yield show
