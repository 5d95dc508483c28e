"""
One article against one topic: sentence by sentence, with what is carried from one to the next.

Carried are the subject (a person or firm that opened a sentence), the day of the happening told last, and
the parties told last (双方). What is not carried: a place, a figure, a kind.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.extract.actors import Named, Names, actors, names
from monitor.extract.hits import hits, scan
from monitor.extract.language import Firm, Language, language_of
from monitor.extract.sentences import Sentence, clauses, sentences
from monitor.extract.tellings import Telling, tellings
from monitor.extract.whens import Dates, carries, future, older, sort_dates, when
from monitor.model import (
    Actor,
    Article,
    Clean,
    DateSpan,
    Kind,
    Mention,
    Phase,
    Polarity,
    Relation,
    Topic,
    Verdict,
    When,
)

# An article that tells more happenings than this is a list; what is beyond is not read. (The longest
# chronicle that we saw told 60.)
MOST_MENTIONS = 200

LIST_ITEMS = 3  # so many numbered paragraphs make a list

# Kinds whose subject is a person: a firm that opened the sentence before does not carry over.
PERSONAL = frozenset({Kind.PERSONNEL})
# Kinds that a person may be the left-out subject of; a speaker is not the subject of what he tells.
BY_PERSONS = frozenset({Kind.PERSONNEL, Kind.MEETING, Kind.VISIT})
# Kinds that nobody does.
BY_NOBODY = frozenset({Kind.STATISTICS, Kind.FORECAST, Kind.ACCIDENT})
# Kinds that people attend: 会谈举行。市委书记江凌出席。
GATHERINGS = frozenset({Kind.MEETING, Kind.VISIT, Kind.AGREEMENT, Kind.CONSTRUCTION, Kind.OPENING, Kind.PRODUCTION})
# Kinds done to a firm, which then is their object.
DONE_TO = frozenset({Kind.INVESTMENT})


@dataclass(frozen=True, slots=True)
class Page:
    """All that is looked up while an article is read."""

    article: Article
    text: Clean
    topic: Topic
    language: Language
    named: Names
    dates: Sequence[DateSpan]
    starts: Sequence[int]  # of the dates
    tied: Sequence[tuple[int, int]]  # the passages, without overlap
    published: date | None


@dataclass(slots=True)
class Carried:
    """What one sentence leaves to the next."""

    person: Named | None = None
    party: Named | None = None
    day: When | None = None
    paragraph: int = -1
    parties: tuple[Actor, ...] = ()
    claim: Kind | None = None
    found: list[Mention] = field(default_factory=list)


def read(article: Article, text: Clean, verdict: Verdict, topic: Topic, dates: Sequence[DateSpan]) -> list[Mention]:
    """Return every happening that the article tells, in order, the same one perhaps more than once."""
    language = language_of(text.text)
    page = Page(
        article,
        text,
        topic,
        language,
        names(text.text, topic, language),
        dates,
        [d.start for d in dates],
        _merged(verdict.passages),
        article.published.day,
    )
    carried = Carried()
    for sentence in _worth(page, sentences(text.text, language)):
        if len(carried.found) >= MOST_MENTIONS:
            break
        _sentence(page, sentence, carried)
    return carried.found


def _worth(page: Page, all_sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """Leave out of a list the items in which the topic's tie does not hold."""
    text, listed = page.text.text, page.language.listed
    items = {s.paragraph for s in all_sentences if s.opening and listed.match(text[s.start : s.end])}
    if len(items) < LIST_ITEMS:
        return all_sentences
    tied = {s.paragraph for s in all_sentences if _direct(page, s.start, s.end)}
    return [s for s in all_sentences if s.paragraph not in items or s.paragraph in tied]


def _sentence(page: Page, sentence: Sentence, carried: Carried) -> None:
    text = page.text.text
    named = page.named.within(sentence.start, sentence.end)
    spans = page.dates[bisect_left(page.starts, sentence.start) : bisect_left(page.starts, sentence.end)]
    direct = _direct(page, sentence.start, sentence.end)
    found = scan(text, sentence.start, sentence.end, page.language.lexicon) if spans or direct else []
    if found:
        cut = clauses(text, sentence.start, sentence.end, page.language)
        here = hits(text, cut, found, page.language.lexicon)
        dates = sort_dates(text, sentence, here, spans, page.language)
        told = tellings(text, cut, here, dates.own, page.language)
        for telling in told:
            _tell(page, sentence, telling, dates, named, carried)
        if not told and direct:
            # "已投产？官方：不属实": what was only asked is what the denial denies.
            carried.claim = next((h.kind for h in here if h.kind and h.term.strength > 1), carried.claim)
    if carried.found and page.language.attends.search(text, sentence.start, sentence.end):
        _attended(page, sentence, named, carried)
    _refocus(sentence, named, carried)


# --------------------------------------------------------------------------- one happening


def _tell(
    page: Page, sentence: Sentence, telling: Telling, dates: Dates, named: Sequence[Named], carried: Carried
) -> None:
    text = page.text.text
    relation = _relation(page, telling, carried)
    told = when(telling, dates, _day_before(page, sentence, carried), page.published)
    phase = Phase.PLANNED if telling.phase is Phase.DONE and future(told, page.published) else telling.phase
    kind = _claim(telling, carried)
    if not _accepted(telling, relation, told, phase, page.published):
        return
    own = [n for n in named if telling.start <= n.start < telling.end and (not n.short or relation is Relation.DIRECT)]
    firms = page.language.firms(text, telling.start, telling.end)
    acted_on = frozenset(f.start for f in firms if kind in DONE_TO and f.start >= telling.word[1])
    parties = actors(text, [n for n in own if n.kind != "place"], firms, acted_on, page.language)
    parties = _with_carried(page, telling, kind, named, parties, carried)
    mention = _mention(page, telling, kind, phase, relation, told, own, firms, acted_on, parties)
    carried.found.append(mention)
    if relation is Relation.DIRECT:
        carried.parties, carried.claim = parties, kind
        if carries(telling, relation, told):
            carried.day, carried.paragraph = told, sentence.paragraph


def _relation(page: Page, telling: Telling, carried: Carried) -> Relation:
    """The denial of a claim that the tied passage told belongs to it, though it may not name the tie again."""
    denies = telling.polarity is Polarity.DENIED and telling.kind in (carried.claim, Kind.DENIAL) and carried.claim
    return Relation.DIRECT if denies or _direct(page, telling.start, telling.end) else Relation.BACKGROUND


def _attended(page: Page, sentence: Sentence, named: Sequence[Named], carried: Carried) -> None:
    """Add those who attended to the gathering that the sentence right before tells, and their sentence to its quote."""
    last = carried.found[-1]
    start, end = page.text.raw_span(sentence.start, sentence.end)
    if last.relation is not Relation.DIRECT or last.kind not in GATHERINGS or not last.start < last.end == start:
        return
    persons = [n for n in named if n.kind == "person"]
    parties = _joined(last.actors, actors(page.text.text, persons, (), frozenset(), page.language))
    quote = page.article.text[last.start : end]
    told = (last.reading or last.quote) + page.text.text[sentence.start : sentence.end]
    reading = told if told != quote else ""
    carried.parties = parties
    carried.found[-1] = replace(last, end=end, quote=quote, reading=reading, actors=parties)


def _direct(page: Page, start: int, end: int) -> bool:
    first = bisect_left(page.tied, start, key=lambda span: span[1] - 1)
    return first < len(page.tied) and page.tied[first][0] < end


def _merged(passages: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(passages):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _claim(telling: Telling, carried: Carried) -> Kind:
    """A denial that names no claim denies the one told before it."""
    return carried.claim if telling.kind is Kind.DENIAL and carried.claim is not None else telling.kind


def _day_before(page: Page, sentence: Sentence, carried: Carried) -> When | None:
    """Return the day told last if the sentence goes on with it: in its paragraph, or by a word like 当天."""
    if carried.day is None:
        return None
    near = sentence.paragraph == carried.paragraph
    return carried.day if near or page.language.same_day.search(page.text.text, sentence.start, sentence.end) else None


def _accepted(telling: Telling, relation: Relation, told: When, phase: Phase, published: date | None) -> bool:
    """
    Return whether this is a happening at all.

    In the topic's own passage a word of some strength, an aspect or a date is asked for; elsewhere a past
    date in the happening's own clauses.
    """
    if relation is Relation.DIRECT:
        return telling.strength >= 2 or telling.sure or bool(telling.dates)
    return bool(telling.dates) and phase is not Phase.PLANNED and older(told, published)


# --------------------------------------------------------------------------- who


def _with_carried(
    page: Page,
    telling: Telling,
    kind: Kind,
    named: Sequence[Named],
    parties: tuple[Actor, ...],
    carried: Carried,
) -> tuple[Actor, ...]:
    """Add the subject that the group leaves out, and the parties that 双方 stands for."""
    text = page.text.text
    if page.language.both.search(text, telling.start, telling.end):
        parties = _joined(parties, carried.parties)
    before = [n for n in named if n.kind != "place" and n.start < telling.word[0]]
    if any(n.start >= telling.start for n in before if n.kind == "person" or kind not in PERSONAL):
        return parties
    if _firm_before(page, telling) and kind not in PERSONAL:
        return parties
    subject = _last([n for n in before if _fit(n, kind)]) or _subject(kind, carried)
    return _joined(actors(text, [subject], (), frozenset(), page.language), parties) if subject else parties


def _firm_before(page: Page, telling: Telling) -> bool:
    return bool(page.language.firms(page.text.text, telling.start, telling.word[0]))


def _fit(named: Named, kind: Kind) -> bool:
    if named.kind == "person":
        return kind in BY_PERSONS
    return kind not in PERSONAL and kind not in BY_NOBODY


def _last(found: Sequence[Named]) -> Named | None:
    return found[-1] if found else None


def _subject(kind: Kind, carried: Carried) -> Named | None:
    subject = carried.person if kind in PERSONAL else carried.party
    return subject if subject and _fit(subject, kind) else None


def _joined(first: tuple[Actor, ...], second: tuple[Actor, ...]) -> tuple[Actor, ...]:
    known = {a.entity or a.name for a in first}
    return (*first, *(a for a in second if (a.entity or a.name) not in known))


def _refocus(sentence: Sentence, named: Sequence[Named], carried: Carried) -> None:
    """Let the person or firm that opens *sentence* be the subject of what follows."""
    opener = next((n for n in named if n.start == sentence.start and n.kind != "place"), None)
    if opener is None:
        return
    carried.party = opener
    if opener.kind == "person":
        carried.person = opener


# --------------------------------------------------------------------------- the mention


def _mention(
    page: Page,
    telling: Telling,
    kind: Kind,
    phase: Phase,
    relation: Relation,
    told: When,
    own: Sequence[Named],
    firms: Sequence[Firm],
    acted_on: frozenset[int],
    parties: tuple[Actor, ...],
) -> Mention:
    text = page.text.text
    group = text[telling.start : telling.end]
    start, end = page.text.raw_span(telling.start, telling.end)
    quote = page.article.text[start:end]
    things = (f.name for f in firms if f.start in acted_on)
    stage = _stage(page, telling, kind, phase, relation)
    return Mention(
        topic=page.topic.id,
        article=page.article.id,
        start=start,
        end=end,
        quote=quote,
        reading=group if group != quote else "",
        title=title(page, telling, own),
        kind=kind,
        phase=phase,
        polarity=telling.polarity,
        relation=relation,
        when=told,
        actors=parties,
        places=_places(page, telling, own, firms),
        figures=page.language.figures(group),
        objects=tuple(dict.fromkeys((*things, *page.language.objects(group, kind)))),
        stage=stage,
        rules=_rules(telling, relation, phase, stage),
    )


def _rules(telling: Telling, relation: Relation, phase: Phase, stage: str) -> tuple[tuple[str, str], ...]:
    tie = "the topic's tie holds in the passage" if relation is Relation.DIRECT else "its own date, outside the tie"
    rules = [r for r in telling.rules if r[0] != "phase" or phase is telling.phase]
    if phase is not telling.phase:
        rules.append(("phase", "its date lies after the publication"))
    if stage:
        rules.append(("stage", "kind and phase, told of the tie"))
    return (*rules, ("relation", tie))


STAGES = {
    Kind.MEETING: "talks",
    Kind.VISIT: "visit",
    Kind.AGREEMENT: "agreement",
    Kind.REGISTRATION: "registered",
    Kind.CONSTRUCTION: "construction",
    Kind.PRODUCTION: "production",
}
# Kinds that have reached their stage once they are under way.
BEGUN = frozenset({Kind.MEETING, Kind.VISIT, Kind.CONSTRUCTION, Kind.PRODUCTION})


def _stage(page: Page, telling: Telling, kind: Kind, phase: Phase, relation: Relation) -> str:
    """Return the rung of the ladder that an asserted, tied happening stands on, or ""."""
    reached = phase is Phase.DONE or (phase is Phase.ONGOING and kind in BEGUN)
    if relation is not Relation.DIRECT or not reached or telling.polarity is not Polarity.ASSERTED:
        return ""
    first = page.language.contact.fullmatch(page.text.text, *telling.word)
    stage = "contact" if first else STAGES.get(kind, "")
    return stage if stage in page.topic.stages else ""


def _places(page: Page, telling: Telling, own: Sequence[Named], firms: Sequence[Firm]) -> tuple[str, ...]:
    """Return the topic's places by their first name, and others as the language knows them, outside names of firms."""
    found = [(n.start, n.end, n.entity.names[0]) for n in own if n.entity and n.kind == "place"]
    # What follows the telling clause tells where something else goes on (并在郑州开启招商).
    found += page.language.places(page.text.text, telling.start, telling.clause[1])
    free = (p for p in sorted(found) if not any(f.start <= p[0] < f.end for f in firms))
    return tuple(dict.fromkeys(name for _, _, name in free))


def title(page: Page, telling: Telling, own: Sequence[Named]) -> str:
    """
    Return the shortest run of clauses that tells the happening: the one with the telling word, and those
    before it back to somebody who takes part. Dates and words of leading in are left out.
    """
    start, end = telling.clause
    parties = [n.start for n in own if n.kind != "place" and n.start < end]
    if parties and not any(s >= start for s in parties):
        start = _clause_start(page, telling, max(parties))
    return _stripped(page, start, end)


def _clause_start(page: Page, telling: Telling, at: int) -> int:
    cut = clauses(page.text.text, telling.start, telling.end, page.language)
    return next(start for start, end in cut if at < end)


def _stripped(page: Page, start: int, end: int) -> str:
    text = page.text.text
    before = -1
    while start != before:
        before = start
        lead = page.language.lead_in.match(text, start, end)
        start = lead.end() if lead else start
        first = bisect_left(page.starts, start)
        if first < len(page.dates) and page.dates[first].start == start and page.dates[first].end < end:
            start = page.dates[first].end
            bulletin = page.language.bulletin.match(text, start, end)
            start = bulletin.end() if bulletin else start
    return text[start:end].strip(" \n\t，,。；;、：:")
