"""
When a happening was: the date that its own clauses name, else what may honestly be said.

A date is never made. In order: a date of the group; the day told just before, for a sentence that only goes
on; the day of a bulletin or of the publication, as "not later than"; nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.sentences import Sentence
from monitor.extract.tellings import Telling
from monitor.model import UNKNOWN_WHEN, Basis, DateSpan, Kind, Phase, Precision, Relation, When

# Declaring these is doing them: the day of the declaration is the day of the happening.
PERFORMED = frozenset(
    {
        Kind.RECALL,
        Kind.PERSONNEL,
        Kind.CANCELLATION,
        Kind.POLICY,
        Kind.PRODUCT,
        Kind.FORECAST,
        Kind.DENIAL,
        Kind.CORRECTION,
    }
)


# What is counted is counted for a term.
COUNTED = frozenset({Kind.STATISTICS, Kind.FORECAST})


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one sentence: those of happenings, and those on which something was only announced."""

    own: tuple[DateSpan, ...]
    bulletins: tuple[DateSpan, ...]
    declared: tuple[DateSpan, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """When something happened, and where in the reading that stands (-1: nowhere, as of a publication)."""

    when: When
    at: int = -1


def sort_dates(
    text: str, sentence: Sentence, hits: Sequence[Hit], spans: Sequence[DateSpan], language: Language
) -> Dates:
    """Tell the dates of *sentence* apart by the words after them."""
    bulletins = [d for d in spans if language.bulletin.match(text, d.end, sentence.end)]
    rest = [d for d in spans if d not in bulletins and not _of_another(text, sentence, hits, d, language)]
    declared = [d for d in rest if _declares(text, sentence, hits, d, language)]
    return Dates(tuple(d for d in rest if d not in declared), tuple(bulletins), tuple(declared))


def _of_another(text: str, sentence: Sentence, hits: Sequence[Hit], date: DateSpan, language: Language) -> bool:
    """
    Return whether *date* is only an attribute of what something is done to: 终止6月12日签署的协议 is not of 6月12日,
    and 2025年度 is a term for accounts.
    """
    if language.term.match(text, date.end - 1) and not any(h.kind in COUNTED for h in hits):
        return True
    after = next((h for h in hits if h.kind and h.start >= date.end), None)
    if after is None or not language.restart.match(text, after.end):
        return False
    before = [h for h in hits if h.term.mark == "cancel" and h.end <= date.start and h.clause == after.clause]
    return bool(before) and date.start < after.start


def _declares(text: str, sentence: Sentence, hits: Sequence[Hit], date: DateSpan, language: Language) -> bool:
    """Return whether a declaration follows *date* before anything happens on it."""
    m = language.declares.match(text, date.end, sentence.end)
    return m is not None and not any(h.kind and date.end <= h.start < m.end() for h in hits)


def when(telling: Telling, dates: Dates, carried: Dated | None, published: date | None) -> Dated:
    """
    Return when *telling* happened; *carried* is the day that the sentence before told.

    A plan's date that does not lie ahead is when the plan was told: the happening is not earlier.
    """
    own = _nearest(telling)
    if own is not None:
        told = _coming(own.when, published) if telling.moved else own.when
        return Dated(_ahead(told, published) if telling.phase is Phase.PLANNED else told, own.start)
    if dates.declared:
        return Dated(_declared(telling, dates.declared[0].when), dates.declared[0].start)
    if carried is not None and telling.fresh and telling.phase is Phase.DONE:
        day = carried.when
        return replace(carried, when=replace(day, basis=Basis.RESOLVED, reference=day.reference or day.earliest))
    if dates.bulletins:
        return Dated(_not_later(telling, dates.bulletins[0].when), dates.bulletins[0].start)
    if telling.phase is Phase.PLANNED or published is None:
        return Dated(UNKNOWN_WHEN)
    return Dated(When(None, published, Precision.WITHIN, Basis.PUBLISHED))


def _nearest(telling: Telling) -> DateSpan | None:
    """Return the date nearest before the telling word in its clause, else after it there, else in the group."""
    word, (start, end) = telling.word[0], telling.clause
    before = [d for d in telling.dates if start <= d.start < word]
    after = [d for d in telling.dates if word <= d.start < end]
    other = sorted(telling.dates, key=lambda d: (d.start > word, abs(d.start - word)))
    chosen = before[-1:] or after[:1] or other[:1]
    return chosen[0] if chosen else None


def _coming(own: When, published: date | None) -> When:
    """Return a day or month told without its year as the next one, where what it dates is sure to lie ahead."""
    first, last = own.earliest, own.latest
    if own.basis is not Basis.RESOLVED or not published or not first or not last or last > published:
        return own
    later = replace(own, earliest=_next_year(first), latest=_next_year(last))
    return later if later.latest and later.latest > published else own


def _next_year(day: date) -> date:
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _ahead(own: When, published: date | None) -> When:
    last = own.latest or own.earliest
    # A deadline that has passed (6月底前) stays what it was: nothing says that it was met later, or at all.
    if published is None or last is None or last > published or own.earliest is None:
        return own
    return replace(own, latest=None, precision=Precision.WITHIN)


def _declared(telling: Telling, told: When) -> When:
    if telling.phase is Phase.PLANNED:
        return replace(told, latest=None, precision=Precision.WITHIN)
    return told if telling.kind in PERFORMED else _not_later(telling, told)


def _not_later(telling: Telling, told: When) -> When:
    if telling.phase is Phase.PLANNED or told.latest is None:
        return UNKNOWN_WHEN
    return replace(told, earliest=None, precision=Precision.WITHIN, basis=Basis.PUBLISHED)


def older(when: When, published: date | None) -> bool:
    """Return whether a date of its own is known and does not lie after the publication."""
    if when.basis is Basis.PUBLISHED or when.earliest is None:
        return False
    return published is None or when.earliest <= published


def future(when: When, published: date | None) -> bool:
    """Return whether the whole of *when* lies after the publication."""
    return published is not None and when.earliest is not None and when.earliest > published


def carries(telling: Telling, relation: Relation, when: When) -> bool:
    """Return whether the next sentence may take its day from this one."""
    return relation is Relation.DIRECT and when.precision is Precision.DAY and telling.phase is Phase.DONE
