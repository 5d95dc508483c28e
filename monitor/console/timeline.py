"""The timeline as a table, with the answer so far."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from monitor.console.log import printable
from monitor.console.output import console
from monitor.export import display, record
from monitor.model import Event, SeedRecord, Timeline


def show_timeline(told: Timeline) -> None:
    """Print the question, the events in order, the answer so far and what silence is worth."""
    out = console()
    table = Table(title=Text(printable(told.topic.question)), title_style="bold", show_lines=False, expand=False)
    for name, keep in (("when", True), ("event", False), ("kind", True), ("status", True), ("origins", True)):
        table.add_column(name, no_wrap=keep, overflow="fold")
    for event in told.events:
        table.add_row(*(Text(printable(cell)) for cell in _row(event)))
    out.print(table)
    out.print(Text(printable(_answer(told))))
    out.print(Text(printable(record.statement(told.coverage))))


def _row(event: Event) -> tuple[str, ...]:
    mark = "" if event.phase.value == "done" else f" ({event.phase.value})"
    origins = "seed" if all(isinstance(e, SeedRecord) for e in event.evidence) else str(event.independent_origins)
    return (display.when(event.when), event.title, event.kind.value + mark, event.status.value, origins)


def _answer(told: Timeline) -> str:
    """Return how far the ladder is climbed, with the event that shows it, and what was not seen."""
    unseen = f"not seen: {', '.join(told.answer.not_seen)}" if told.answer.not_seen else "nothing is left to see"
    shown = next((e for e in told.events if e.id == told.answer.event), None)
    if not told.answer.stage:
        return f"so far: no stage is supported by evidence; {unseen}"
    proof = f" ({display.when(shown.when)} {shown.title})" if shown else f" ({told.answer.event})"
    return f"so far: {told.answer.stage}{proof}; {unseen}"
