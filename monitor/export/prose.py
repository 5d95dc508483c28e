"""What several formats say of an event and of a whole timeline, in the words of the topic's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.export import display, record
from monitor.export.lines import Names, sources
from monitor.export.words import Words
from monitor.model import Event, Phase, Quote, Revision, SeedRecord, Timeline

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # where a format wants an instant and there is none

# The fields whose change a reader wants to be told of; others are refined without changing what is claimed.
CORRECTED = ("title", "when", "kind", "phase", "status", "stage")


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of an event after it was first told; ``number`` is its place among the event's revisions."""

    event: Event
    number: int
    revision: Revision


def corrections(told: Timeline) -> Iterator[Correction]:
    """Yield what was told otherwise before."""
    for event in told.events:
        for number, revision in enumerate(event.revisions):
            wanted = revision.field in CORRECTED or revision.by.startswith("person:")
            if wanted and revision.before not in (None, "", [], ()) and revision.field != "created":
                yield Correction(event, number, revision)


def born(event: Event) -> datetime:
    """Return when *event* became known."""
    return event.revisions[0].at if event.revisions else NEVER


def changed(event: Event) -> datetime:
    """Return when *event* was last changed."""
    return event.revisions[-1].at if event.revisions else NEVER


def best(event: Event) -> Quote | None:
    """Return the quote that bears out most of *event*, the first of equals."""
    quotes = [e for e in event.evidence if isinstance(e, Quote)]
    return max(quotes, key=lambda q: (len(q.supports), -quotes.index(q)), default=None)


def address(event: Event) -> str:
    """Return where a reader can see for himself, or ""."""
    quote = best(event)
    seeds = (display.link(e.source_url) for e in event.evidence if isinstance(e, SeedRecord))
    return display.link(quote.url) if quote else next((s for s in seeds if s), "")


def summary(event: Event, words: Words) -> str:
    """Return the title, marked where it is only planned."""
    title = display.tame(event.title)
    return f"{words('planned')}{words.colon}{title}" if event.phase is Phase.PLANNED else title


def facts(event: Event, words: Words, names: Names) -> str:
    """Return in one line when, what kind, how sure, and who says so."""
    seeded = all(isinstance(e, SeedRecord) for e in event.evidence)
    parts = [
        words.when(event.when),
        words(f"kind.{event.kind.value}"),
        *([words(f"phase.{event.phase.value}")] if event.phase is not Phase.DONE else []),
        words(f"status.{event.status.value}"),
        words("origins.seed") if seeded else words.count("origins", event.independent_origins),
        *([words.joined([display.tame(s, 60) for s in sources(event, names)])] if sources(event, names) else []),
    ]
    return " · ".join(parts)


def said(event: Event) -> str:
    """Return the best quote as it stands in its text, or ""."""
    quote = best(event)
    return display.tame(quote.quote, 500) if quote else ""


def answer(told: Timeline, words: Words) -> str:
    """Return how far the ladder is climbed, and what was not seen."""
    reached, unseen = told.answer.stage, [words(f"stage.{s}") for s in told.answer.not_seen]
    first = words("answer.reached", stage=words(f"stage.{reached}")) if reached else words("answer.none")
    rest = words("answer.unseen", stages=words.joined(unseen)) if unseen else words("answer.all")
    return f"{first}{words.semicolon}{rest}"


def standing(told: Timeline, words: Words) -> str:
    """Return the answer, what silence is worth, and as of when."""
    as_of = words("coverage.asof", at=record.plain(told.as_of)) if told.as_of else ""
    return "\n".join(part for part in (answer(told, words), words.coverage(told.coverage), as_of) if part)


def value(field: str, plain: object, words: Words) -> str:
    """Return a value of a revision as a person reads it."""
    known = f"{field}.{plain}"
    if isinstance(plain, str) and field in ("kind", "phase", "status", "stage", "relation"):
        return words(known)
    return display.tame(_plainly(record.plain(plain)))


def _plainly(value: record.Json) -> str:
    if isinstance(value, Mapping):
        named = (value.get(key) for key in ("edtf", "name", "raw"))
        return str(next((v for v in named if v), "")) or "; ".join(f"{k} {_plainly(v)}" for k, v in value.items() if v)
    if isinstance(value, list):
        return "、".join(map(_plainly, value))
    return "" if value is None else str(value)


def change(told: Correction, words: Words) -> str:
    """Return what a correction is, in one line."""
    r = told.revision
    who = f" ({words('by.person')}{words.colon}{display.tame(r.by[7:], 60)})" if r.by.startswith("person:") else ""
    was, now = (value(r.field, v, words) for v in (r.before, r.after))
    return f"{words(f'field.{r.field}')}{words.colon}{was} → {now}{who}. {display.tame(words.reason(r.why))}"
