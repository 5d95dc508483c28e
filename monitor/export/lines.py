"""A timeline as a page shows it: lines under their years, the ladder with its evidence, and where we were blind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from monitor.export import display
from monitor.export.chart import Month
from monitor.export.words import Words, late
from monitor.model import Event, Quote, SeedRecord, Timeline

Names = Callable[[str], str]
"""What a source is called, by its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event with what is said of it in a list; ``mark`` is new, updated or ""."""

    event: Event
    url: str
    sources: tuple[str, ...] = ()
    overdue: bool = False
    mark: str = ""

    @property
    def seeded(self) -> bool:
        """Whether nothing but what a person checked speaks for it."""
        return all(isinstance(e, SeedRecord) for e in self.event.evidence)

    @property
    def year(self) -> str:
        """The year it is listed under, "" where nothing of its date is known."""
        known = self.event.when.earliest or self.event.when.latest
        return str(known.year) if known else ""


def sources(event: Event, names: Names = str) -> tuple[str, ...]:
    """Return who says so, each once, best first as the evidence has them."""
    said = (names(e.source) or display.teller(e) for e in event.evidence if isinstance(e, Quote))
    return tuple(dict.fromkeys(s for s in said if s))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a timeline page shows: one page of those events that *fit*, of *all*."""

    told: Timeline
    lines: tuple[Line, ...]
    proof: Line | None
    fit: int
    all: int
    pages: int = 1
    chart: tuple[Month, ...] = ()

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The lines under their years, in the order they have."""
        return [(year, list(some)) for year, some in groupby(self.lines, lambda line: line.year)]

    @property
    def rungs(self) -> list[tuple[str, str]]:
        """The ladder: each stage as passed, furthest or unseen."""
        unseen = set(self.told.answer.not_seen)
        reached = self.told.answer.stage
        return [
            (s, "furthest" if s == reached else "unseen" if s in unseen else "passed") for s in self.told.topic.stages
        ]

    @property
    def lamp(self) -> str:
        """How the sources are doing, as a colour: all well, some not, or not known."""
        told = self.told.coverage
        return "" if told.as_of is None else "ok" if told.healthy == len(told.feeds) else "frozen"

    def unseen(self, words: Words) -> list[str]:
        """Return what was not seen, in words."""
        return [words(f"stage.{s}") for s in self.told.answer.not_seen]

    def blind(self, words: Words) -> list[tuple[str, str]]:
        """Return the sources that could not be seen since the last event, with the spans."""
        last = self.told.coverage.last_event
        since = last.latest if last else None
        return [(f.url, words.spans(f, since)) for f in self.told.coverage.feeds if late(f, since)]


def in_order(events: Sequence[Event], *, newest: bool = False) -> list[Event]:
    """Return *events* as a page lists them: what happened by some day stands there; what has no date at all comes last."""
    known = [e for e in events if e.when.earliest or e.when.latest]
    known.sort(key=lambda e: (e.when.earliest or e.when.latest or date.max, *e.order), reverse=newest)
    return known + [e for e in events if not (e.when.earliest or e.when.latest)]


def line(event: Event, url: str, today: date | None, names: Names = str, mark: str = "") -> Line:
    """Return *event* as it is listed; whether a plan is overdue counts from *today*."""
    return Line(event, url, sources(event, names), today is not None and display.overdue(event, today), mark)


def shown(
    told: Timeline, lines: Sequence[Line], url: Callable[[str], str], fit: int, all: int, pages: int = 1
) -> Shown:
    """Return a page of *lines*, with the event that shows how far the ladder is climbed."""
    proof = next((e for e in told.events if e.id == told.answer.event), None)
    return Shown(told, tuple(lines), Line(proof, url(proof.id)) if proof else None, fit, all, pages)
