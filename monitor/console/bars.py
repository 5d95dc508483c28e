"""Progress, for a person who watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from monitor.console.log import printable
from monitor.console.output import console
from monitor.model import Reads
from monitor.progress import Progress, unwatched

if TYPE_CHECKING:
    from monitor.backfill import Told

log = structlog.get_logger()


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


QUIET = 30.0  # seconds between two lines about one file where nobody watches


@contextmanager
def reading() -> Iterator[Told]:
    """Show how far each archive is: a bar with rate and time for a person who watches, else a line now and then."""
    if not sys.stderr.isatty():
        yield _Lines().tell
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console(err=True)) as bar:
        yield _Bars(bar).tell


@dataclass(slots=True)
class _Pace:
    """How quickly one archive is read, from what of it was read before on."""

    name: str
    before: int
    began: float

    def rate(self, records: int) -> float:
        """Return records a second."""
        return (records - self.before) / max(time.monotonic() - self.began, 0.001)


@dataclass(slots=True)
class _Bars:
    bar: Bar
    pace: _Pace | None = None
    task: TaskID | None = None

    def tell(self, name: str, done: int, total: int, reads: Reads) -> None:
        if self.pace is None or self.task is None or self.pace.name != name:
            self.pace = _Pace(name, reads.records, time.monotonic())
            self.task = self.bar.add_task(printable(name.rpartition("/")[2]), total=total, rate="")
        rate = f"{self.pace.rate(reads.records):,.0f} records/s, {reads.found:,} found"
        self.bar.update(self.task, completed=done, total=total, rate=rate)
        if done >= total:
            self.bar.remove_task(self.task)


@dataclass(slots=True)
class _Lines:
    pace: _Pace | None = None
    last: float = 0.0

    def tell(self, name: str, done: int, total: int, reads: Reads) -> None:
        now = time.monotonic()
        if self.pace is None or self.pace.name != name:
            self.pace, self.last = _Pace(name, reads.records, now), now
        if done < total and now - self.last < QUIET:
            return
        self.last = now
        share = f"{100 * done // total if total else 100} %"
        log.info(
            "reading" if done < total else "read",
            archive=name,
            done=share,
            records=reads.records,
            found=reads.found,
            **({"a_second": rate} if (rate := round(self.pace.rate(reads.records))) else {}),
        )
