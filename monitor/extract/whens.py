"""
When a happening was: the date that its own clauses name, else what may honestly be said.

A date is never made. In order: a date of the group; the day told just before, for a sentence that only goes
on; the day of a bulletin or of the publication, as "not later than"; nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor.extract.hits import Hit
from monitor.extract.language import Language
from monitor.extract.sentences import Sentence
from monitor.extract.telling import Telling, lies_in
from monitor.model import UNKNOWN_WHEN, Basis, DateSpan, Kind, Phase, Polarity, Precision, Relation, When
from monitor.normalize.dates import find

# Declaring these is doing them: the day of the declaration is the day of the happening.
PERFORMED = frozenset(
    {
        Kind.RECALL,
        Kind.PERSONNEL,
        Kind.RECRUITMENT,
        Kind.CANCELLATION,
        Kind.POLICY,
        Kind.PRODUCT,
        Kind.FORECAST,
        Kind.DENIAL,
        Kind.CORRECTION,
    }
)


# So many sentences of one paragraph that begin with a date run on through the years.
SERIES = 3
# A month by its number or name, and a day alone: what lacks nothing but its year. 三天后 and 周五 hang on another day.
_MONTHLY = re.compile(
    r"[\d一二三四五六七八九十]月(?![之以]?[前后内])|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
)
_BARE = re.compile(r"\s*(?:[\d一二三四五六七八九十]{1,3}[月日号]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))")
# What is put off is put off by months, and what lies so short behind is not meant of the next year.
JUST_BEHIND = timedelta(days=60)
_IN_MONTH = re.compile(r"\s*(\d{1,2})\s?[日号]\s*")
LASTING = frozenset({Precision.WITHIN, Precision.RANGE})
FINE = frozenset({Precision.DAY, Precision.MONTH})
YEARLESS = frozenset({Basis.RESOLVED, Basis.UNKNOWN})

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
    rest = [d for d in spans if d not in bulletins and not _of_another(text, hits, d, language)]
    declared = [d for d in rest if _declares(text, sentence, hits, d, language)]
    # 9日签署终止协议，协议自即日起终止: the day of the paper was told; 9日宣布，工厂当天投产: that of the opening is told by it.
    again = [
        d
        for i, d in enumerate(rest)
        if i and rest[i - 1] not in declared and language.same_day.fullmatch(text, d.start, d.end)
    ]
    return Dates(tuple(d for d in rest if d not in (*declared, *again)), tuple(bulletins), tuple(declared))


def _of_another(text: str, hits: Sequence[Hit], date: DateSpan, language: Language) -> bool:
    """Return whether *date* is only a term for accounts (2025年度)."""
    return language.term.match(text, date.end - 1) is not None and not any(h.kind in COUNTED for h in hits)


def in_series(dates: Sequence[DateSpan], sentences: Sequence[Sentence], published: date | None) -> list[DateSpan]:
    """
    Return *dates* with the year that a list of dates goes on with: 2023年8月22日会谈。9月12日签约。12月27日拿地。

    A paragraph is such a list where three of its sentences begin with a date; its years are told once and then run on.
    """
    starts = [s.start for s in sentences]
    opening = {s.start: s.paragraph for s in sentences}
    paragraphs = Counter(opening[d.start] for d in dates if d.start in opening)
    found: list[DateSpan] = []
    last: dict[int, When] = {}  # the date that a paragraph goes on from
    moved = -1  # the sentence that was given another year
    for d in dates:
        number = bisect_right(starts, d.start) - 1
        paragraph = sentences[number].paragraph if number >= 0 else -1
        if paragraphs[paragraph] >= SERIES:
            if paragraph in last and (d.start in opening or number == moved):
                run = replace(d, when=_on(last[paragraph], d.when, published))
                moved = number if run.when != d.when else moved
                d = run
            if d.when.earliest and (d.start in opening or d.when.basis is Basis.STATED):
                last[paragraph] = d.when
        found.append(d)
    return found


def _on(last: When, when: When, published: date | None) -> When:
    """Return a date without its year as the first one after *last*."""
    before = last.earliest
    if when.basis not in YEARLESS or before is None or not (_MONTHLY.search(when.raw) or _IN_MONTH.fullmatch(when.raw)):
        return when
    if found := _IN_MONTH.fullmatch(when.raw):
        return _on_day(before, int(found[1]), when)
    for year in (before.year, before.year + 1):
        read = [d.when for d in find(when.raw, date(year, 12, 31))]
        if len(read) == 1 and read[0].precision in FINE and _between(before, read[0].latest, published):
            return replace(read[0], raw=when.raw, basis=Basis.RESOLVED, reference=before)
    return when


def _on_day(before: date, number: int, when: When) -> When:
    """Return a day alone as the one of the month of *before*, where it lies behind that day; else as it is."""
    days = {d.day: d for n in range(31) if (d := before + timedelta(days=n)).month == before.month}
    if number not in days:
        return when
    day = days[number]
    return When(day, day, Precision.DAY, Basis.RESOLVED, when.raw, before)


def _between(first: date, day: date | None, last: date | None) -> bool:
    return day is not None and first <= day and (last is None or day <= last)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _declares(text: str, sentence: Sentence, hits: Sequence[Hit], date: DateSpan, language: Language) -> bool:
    """Return whether a declaration follows *date* before anything happens on it."""
    m = language.declares.match(text, date.end, sentence.end)
    return m is not None and not any(h.kind and date.end <= h.start < m.end() for h in hits)


def when(
    text: str, telling: Telling, dates: Dates, carried: Dated | None, published: date | None, language: Language
) -> Dated:
    """
    Return when *telling* of *text* happened; *carried* is the day that the sentence before told.

    A plan's date that does not lie ahead is when the plan was told: the happening is not earlier.
    """
    own = _nearest(text, telling, language)
    denied = telling.polarity is Polarity.DENIED
    # A denial that was "lately" was so at its telling; what the word dates is the rumour (近日，网传…; 1月中旬以来，流传…); nor is it of the day for
    # which what is denied was said to be planned (否认明年撤出).
    if own is not None and not (denied and (own.when.precision in LASTING or future(own.when, published))):
        told = _coming(own.when, published) if telling.moved else own.when
        return Dated(_ahead(told, published) if telling.phase is Phase.PLANNED and not denied else told, own.start)
    if dates.declared:
        return Dated(_declared(telling, dates.declared[0].when), dates.declared[0].start)
    if carried is not None and telling.fresh and telling.phase is Phase.DONE:
        day = carried.when
        return replace(carried, when=replace(day, basis=Basis.RESOLVED, reference=day.reference or day.earliest))
    if dates.bulletins:
        return Dated(_not_later(telling, dates.bulletins[0].when), dates.bulletins[0].start)
    if (telling.phase is Phase.PLANNED and not denied) or published is None:
        return Dated(UNKNOWN_WHEN)
    return Dated(When(None, published, Precision.WITHIN, Basis.PUBLISHED))


def has_come(telling: Telling, published: date | None) -> bool:
    """
    Return whether a day has come for which *telling* only seems to be planned, by a word that may bring its object forward or
    by what stands before it; there no missing year may make it a day to come (9月 of next year).
    """
    if telling.phase is not Phase.PLANNED or not _is_past(telling, published):
        return False
    bare = any(_yearless(d.when, published) for d in telling.dates)
    return telling.brought or (telling.goes_on and not telling.moved and not bare)


def _is_past(telling: Telling, published: date | None) -> bool:
    """Return whether each of the days of *telling* had come when it was told."""
    days = [d.when.latest for d in telling.dates if d.when.basis is not Basis.UNKNOWN]
    return bool(days) and published is not None and all(day is not None and day <= published for day in days)


def _yearless(when: When, published: date | None) -> bool:
    near = published is not None and when.earliest is not None and published - when.earliest <= JUST_BEHIND
    return when.basis in YEARLESS and _BARE.match(when.raw) is not None and not near


def _nearest(text: str, telling: Telling, language: Language) -> DateSpan | None:
    """
    Return the date nearest before the telling word in its clause, else after it there, else in the group; a day in its
    stead where that date only says of what year or season something is (3月18日，2024年一季度重大项目集中开工).
    """
    word, (start, end) = telling.word[0], telling.clause
    before = [d for d in telling.dates if start <= d.start < word]
    after = [d for d in telling.dates if word <= d.start < end]
    other = sorted(telling.dates, key=lambda d: (d.start > word, abs(d.start - word)))
    chosen = before[-1:] or after[:1] or other[:1]
    days = [d for d in telling.dates if chosen and lies_in(d.when, chosen[0].when)]
    if len(days) == 1 and chosen == before[-1:] and not language.refers.fullmatch(text, chosen[0].end, word):
        return days[0]
    return chosen[0] if chosen else None


def _coming(own: When, published: date | None) -> When:
    """Return a day or month told without its year as the next one, where what it dates is sure to lie ahead."""
    first, last = own.earliest, own.latest
    if own.basis is not Basis.RESOLVED or not published or not first or not last or last > published:
        return own
    later = replace(own, earliest=_in_year(first, first.year + 1), latest=_in_year(last, last.year + 1))
    return later if later.latest and later.latest > published else own


def _ahead(own: When, published: date | None) -> When:
    last = own.latest or own.earliest
    # A deadline that has passed (6月底前) stays what it was: nothing says that it was met later, or at all.
    if published is None or last is None or last > published or own.earliest is None:
        return own
    return replace(own, latest=None, precision=Precision.WITHIN)


def _declared(telling: Telling, told: When) -> When:
    if telling.polarity is Polarity.DENIED:
        return told
    if telling.phase is Phase.PLANNED:
        return replace(told, latest=None, precision=Precision.WITHIN)
    performed = telling.kind in PERFORMED or telling.phase is Phase.CANCELLED
    return told if performed else _not_later(telling, told)


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
    """Return whether the whole of *when* lies after the publication, or reaches from it on (年底前)."""
    if published is None or when.earliest is None:
        return False
    return when.earliest > published or (when.earliest == published and (when.latest or date.max) > published)


def carries(telling: Telling, relation: Relation, when: When) -> bool:
    """Return whether the next sentence may take its day from this one."""
    return relation is Relation.DIRECT and when.precision is Precision.DAY and telling.phase is Phase.DONE
