"""
One article against one topic: sentence by sentence, with what is carried from one to the next.

Carried are the subject (a person or firm that opened a sentence), the day of the happening told last, the
parties told last (双方) and the claim that is denied. What is not carried: a place, a figure. A quote reaches
back over what was carried into it, as far as its paragraph and its bounds allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.extract.actors import Named, actors, known, names
from monitor.extract.behind import attended, behind, convened, its_paper, joined, measured
from monitor.extract.chain import steps
from monitor.extract.focus import Focus, is_chronicle, things
from monitor.extract.hits import hits, scan, within
from monitor.extract.language import language_of
from monitor.extract.page import Page, merged, prose
from monitor.extract.parties import party
from monitor.extract.record import opening, record
from monitor.extract.sentences import Sentence, clauses, sentences
from monitor.extract.strangers import BY_PERSONS, DONE_TO, firm_before, firms_in, long_founded, of_stranger
from monitor.extract.telling import Telling
from monitor.extract.tellings import tellings
from monitor.extract.undone import revised
from monitor.extract.whens import COUNTED, Dated, Dates, carries, future, has_come, in_series, older, sort_dates, when
from monitor.model import (
    Actor,
    Article,
    Clean,
    DateSpan,
    Kind,
    Mention,
    Phase,
    Polarity,
    Precision,
    Relation,
    Topic,
    Verdict,
    When,
)
from monitor.normalize import Publisher, selves, simplify

# An article that tells more happenings than this is a list; what is beyond is not read. (The longest
# chronicle that we saw told 60.)
MOST_MENTIONS = 200

LIST_ITEMS = 3  # so many numbered paragraphs make a list

# Kinds whose subject is a person: a firm that opened the sentence before does not carry over.
PERSONAL = frozenset({Kind.PERSONNEL})
# Kinds that nobody does.
BY_NOBODY = frozenset({Kind.STATISTICS, Kind.FORECAST, Kind.ACCIDENT})


@dataclass(slots=True)
class Carried:
    """What one sentence leaves to the next."""

    person: Named | None = None
    party: Named | None = None
    day: Dated | None = None
    paragraph: int = -1
    parties: tuple[Actor, ...] = ()
    parties_at: int = -1
    claim: Kind | None = None
    claim_at: int = -1
    doubted: bool = False  # whether that claim was heard, asked or denied, and not told
    held: Dated | None = None  # the day of a meeting, for what was done at it
    held_in: int = -1
    found: list[Mention] = field(default_factory=list)
    focus: Focus = field(default_factory=Focus)


def read(
    article: Article, text: Clean, verdict: Verdict, topic: Topic, dates: Sequence[DateSpan], publisher: Publisher
) -> tuple[Page, list[Mention]]:
    """
    Return what was looked up in the article, and every happening that it tells, in order, the same one perhaps
    more than once. The spans of the mentions are places in the reading.
    """
    language = language_of(text.text)
    told = sentences(text.text, language, simplify(article.title))
    dates = in_series(dates, told, article.published.day)
    page = Page(
        article,
        text,
        topic,
        language,
        names(text.text, topic, language, selves(text.text, simplify(article.title), topic, publisher)),
        dates,
        [d.start for d in dates],
        merged(verdict.passages),
        prose(told),
        article.published.day,
        frozenset(n.entity.of or n.entity.id for n in known(article.title, topic) if n.entity and n.kind != "place"),
        language.lexicon.tells(article.title, Kind.CORRECTION),
    )
    carried = Carried(focus=Focus(chronicle=is_chronicle(page, told, article.title)))
    for sentence in _worth(page, told):
        if len(carried.found) >= MOST_MENTIONS:
            break
        _sentence(page, sentence, carried)
    return page, carried.found


def _worth(page: Page, all_sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """Leave out of a list the items in which the topic's tie does not hold."""
    text, listed = page.text.text, page.language.listed
    items = {s.paragraph for s in all_sentences if s.opening and listed.match(text[s.start : s.end])}
    if len(items) < LIST_ITEMS:
        return all_sentences
    tied = {s.paragraph for s in all_sentences if page.direct(s.start, s.end)}
    return [s for s in all_sentences if s.paragraph not in items or s.paragraph in tied]


def _sentence(page: Page, sentence: Sentence, carried: Carried) -> None:
    text = page.text.text
    named = page.named.within(sentence.start, sentence.end)
    dated = page.dates_in(sentence.start, sentence.end)
    direct = page.direct(sentence.start, sentence.end)
    # What denies a claim need not name the tie again; without a date or the tie nothing else would be taken.
    denies = carried.claim is not None and page.language.lexicon.denying.search(text, sentence.start, sentence.end)
    looked_at = dated or direct or denies
    masked = [m.span() for m in page.language.masked.finditer(text, sentence.start, sentence.end)] if looked_at else []
    spans = [d for d in dated if not within(d.start, d.end, masked)]
    worth = spans or direct or denies
    found = scan(text, sentence.start, sentence.end, page.language.lexicon) if worth else []
    inside = [*masked, *((d.start, d.end) for d in spans)]  # the May of May 2023 is no "may"
    found = [span for span in found if not within(*span, inside) and not _in_name(span, named)]
    if found:
        cut = clauses(text, sentence.start, sentence.end, page.language)
        here = hits(text, cut, found, page.language.lexicon)
        dates = sort_dates(text, sentence, here, spans, page.language)
        if (parts := steps(text, cut, here, dates.own, page.language)) != cut:
            cut, here = parts, hits(text, parts, found, page.language.lexicon)
        told = tellings(text, cut, here, dates.own, page.language, amending=page.amends)
        for telling in told:
            goes_on = carried.focus.holds(page, sentence, telling, cut, here)
            _tell(page, sentence, telling, dates, named, carried, goes_on)
        if not told and direct:
            # "已投产？官方：不属实": what was only asked is what the denial denies.
            asked = next((h for h in here if h.kind and h.term.strength > 1), None)
            if asked:
                carried.claim, carried.claim_at, carried.doubted = asked.kind, asked.start, True
    if held := convened(page, sentence, dated):
        carried.held, carried.held_in = held, sentence.paragraph
    if carried.found and behind(page, sentence, carried.found[-1]):
        _add_to_last(page, sentence, carried)
    _refocus(sentence, named, carried)
    carried.focus.move(page, sentence, named, direct)


def _add_to_last(page: Page, sentence: Sentence, carried: Carried) -> None:
    """Add to the happening told last what *sentence*, right behind it, says of it."""
    last = carried.found[-1]
    if fuller := attended(page, sentence, last):
        carried.found[-1], carried.parties, carried.parties_at = fuller, fuller.actors, fuller.start
    elif fuller := measured(page, sentence, last):
        carried.found[-1] = fuller


# --------------------------------------------------------------------------- one happening


def _tell(
    page: Page,
    sentence: Sentence,
    telling: Telling,
    dates: Dates,
    named: Sequence[Named],
    carried: Carried,
    goes_on: bool,
) -> None:
    relation = Relation.DIRECT if goes_on else _relation(page, telling, carried)
    if relation is Relation.DIRECT and not goes_on and of_stranger(page, telling, named):
        relation = Relation.BACKGROUND
    if has_come(telling, page.published):
        telling = replace(
            telling, phase=Phase.DONE, rules=revised(telling.rules, ("phase", "told of a day that has come"))
        )
    before = _day_before(page, sentence, telling, carried)
    dated = when(page.text.text, telling, dates, before, page.published, page.language)
    told = dated.when
    if telling.kind is Kind.REGISTRATION and long_founded(page, telling, dated, named, goes_on=goes_on):
        relation = Relation.BACKGROUND
    phase = Phase.PLANNED if telling.phase is Phase.DONE and future(told, page.published) else telling.phase
    kind = Kind.INVESTMENT if its_paper(page, sentence, telling, carried.found) else _claim(telling, carried)
    # That the first plant was not closed is no denial of the closing told before it.
    if telling.answers and not (_denies(telling, carried) and kind is carried.claim and carried.doubted):
        return
    if not _accepted(telling, relation, told, phase, page.published):
        return
    own = [n for n in named if telling.start <= n.start < telling.end and (not n.short or relation is Relation.DIRECT)]
    acting = _acting(page, telling, kind, own)
    firms = firms_in(page, telling, kind)
    acted_on = frozenset(f.start for f in firms if kind in DONE_TO and f.start >= telling.word[1])
    parties = actors(page.text.text, [*(n for n in own if n.kind != "place"), *acting], firms, acted_on, page.language)
    parties, stands = _with_carried(page, telling, kind, [*named, *acting], parties, carried)
    if goes_on and not carried.focus.chronicle:
        parties, told_of = _told_of(page, sentence, telling, kind, parties, carried)
        stands += told_of
    stands += [dated.at, carried.claim_at if telling.polarity is Polarity.DENIED else -1]
    begin = page.prose.begin(telling.start, telling.end, stands)
    mention = record(page, telling, kind, phase, relation, told, [*own, *acting], firms, acted_on, parties, begin)
    carried.found.append(_of_thing(page, mention, carried) if goes_on else mention)
    if relation is Relation.DIRECT and not telling.recalled:
        carried.parties, carried.parties_at = parties, begin
        if not _settled(telling, told):
            carried.claim, carried.claim_at = kind, telling.word[0]
            carried.doubted = telling.polarity is not Polarity.ASSERTED
        if carries(telling, relation, told) and not goes_on:
            carried.day, carried.paragraph = dated, sentence.paragraph


def _settled(telling: Telling, told: When) -> bool:
    """Return whether something is told as done on a day of its own: what is denied next is something else."""
    dated = bool(telling.dates) or told.precision is Precision.DAY
    return telling.polarity is Polarity.ASSERTED and telling.phase is Phase.DONE and dated


def _told_of(
    page: Page, sentence: Sentence, telling: Telling, kind: Kind, parties: tuple[Actor, ...], carried: Carried
) -> tuple[tuple[Actor, ...], list[int]]:
    """Add the firms that the thing told of before belongs to, where the quote can show them or they stand a paragraph before."""
    speaker = {n.name for n in page.named.within(sentence.start, sentence.start + 1) if n.kind == "person"}
    parties = tuple(a for a in parties if a.name not in speaker)
    if any(a.entity for a in parties):
        return parties, []
    told, at = things(carried.parties, page, kind), carried.parties_at
    if not told and carried.focus.firm:
        told, at = (
            actors(page.text.text, [carried.focus.firm], (), frozenset(), page.language),
            carried.focus.firm.start,
        )
    return (parties, []) if page.prose.far(at, telling.end) else (joined(told, parties), [at])


def _of_thing(page: Page, mention: Mention, carried: Carried) -> Mention:
    """Say of "the project" what and where it is, as the sentence said that told of it."""
    before = [m for m in carried.found if m.relation is Relation.DIRECT][-3:]
    if not before or carried.focus.chronicle:
        return mention
    # The paper that ended an agreement is not that agreement.
    told = [m for m in reversed(before) if (m.kind is Kind.CANCELLATION) <= (mention.kind is Kind.CANCELLATION)]
    works = (page.language.objects(page.text.text[m.start : m.end], mention.kind) for m in told)
    what = mention.objects or next((w for w in works if w), ())
    return replace(mention, places=mention.places or before[-1].places, objects=what)


def _acting(page: Page, telling: Telling, kind: Kind, own: Sequence[Named]) -> list[Named]:
    """Return the places of *own* that are parties to the happening, as such."""
    text = page.text.text
    places = [n for n in own if n.kind == "place" and not n.short]
    span = (opening(page, telling.start, telling.end), telling.end)
    found = (party(text, n, span, telling.word, kind, page.language) for n in places)
    return [n for n in found if n]


def _relation(page: Page, telling: Telling, carried: Carried) -> Relation:
    """The denial of a claim that the tied passage told belongs to it, though it may not name the tie again."""
    denies = _denies(telling, carried) and telling.kind in (carried.claim, Kind.DENIAL)
    return Relation.DIRECT if denies or page.direct(telling.start, telling.end) else Relation.BACKGROUND


def _in_name(span: tuple[int, int], named: Sequence[Named]) -> bool:
    """Return whether a word is only part of a name (the 若 of 裴若兰)."""
    return any(n.start <= span[0] and span[1] <= n.end and span != (n.start, n.end) for n in named)


def _claim(telling: Telling, carried: Carried) -> Kind:
    """A denial that names no claim denies the one told before it."""
    return (
        carried.claim if telling.kind is Kind.DENIAL and carried.claim and _denies(telling, carried) else telling.kind
    )


def _denies(telling: Telling, carried: Carried) -> bool:
    """Return whether the claim told before is denied now, and not another one once (公司曾否认迁址)."""
    at_it = telling.fresh or (telling.answers and telling.kind is carried.claim)
    return telling.polarity is Polarity.DENIED and carried.claim is not None and at_it


def _day_before(page: Page, sentence: Sentence, telling: Telling, carried: Carried) -> Dated | None:
    """
    Return the day told last if the sentence goes on with it: in its paragraph, or by a word like 当天.

    It is taken only where the quote can show it; out of its reach 当天 is a date of its own, which is resolved
    by that day.
    """
    at_it = page.language.there.match(page.text.text, sentence.start, sentence.end)
    if (
        at_it
        and carried.held
        and carried.held_in == sentence.paragraph
        and page.prose.reach(carried.held.at, telling.end)
    ):
        return carried.held
    day = carried.day
    if day is None:
        return None
    same = page.language.same_day.search(page.text.text, sentence.start, sentence.end)
    if (same or sentence.paragraph == carried.paragraph) and page.prose.reach(day.at, telling.end):
        return day
    return Dated(replace(day.when, raw=same[0], reference=day.when.earliest), same.start()) if same else None


def _accepted(telling: Telling, relation: Relation, told: When, phase: Phase, published: date | None) -> bool:
    """
    Return whether this is a happening at all.

    In the topic's own passage a word of some strength, an aspect or a date is asked for; elsewhere a past
    date in the happening's own clauses.
    """
    if relation is Relation.DIRECT:
        return telling.strength >= 2 or telling.sure or bool(telling.dates)
    if telling.kind in COUNTED:
        return False  # last year's sales of a firm are no step of anything
    return bool(telling.dates) and phase is not Phase.PLANNED and older(told, published)


# --------------------------------------------------------------------------- who


def _with_carried(
    page: Page,
    telling: Telling,
    kind: Kind,
    named: Sequence[Named],
    parties: tuple[Actor, ...],
    carried: Carried,
) -> tuple[tuple[Actor, ...], list[int]]:
    """
    Add the subject that the group leaves out, and the parties that 双方 stands for; also return where they stand.

    In one paragraph only what is near is taken; an earlier paragraph says whom the article is about.
    """
    text = page.text.text
    stands = []
    if page.language.both.search(text, telling.start, telling.end) and not page.prose.far(
        carried.parties_at, telling.end
    ):
        parties = joined(parties, carried.parties)
        stands.append(carried.parties_at)
    before = [n for n in named if n.kind != "place" and n.start < telling.word[0] and not _beside(page, n)]
    if any(n.start >= telling.start for n in before if n.kind == "person" or kind not in PERSONAL):
        return parties, stands
    if firm_before(page, telling) and kind not in PERSONAL:
        return parties, stands
    subject = _last([n for n in before if _fit(n, kind)]) or _carried_subject(page, telling, kind, carried)
    if subject is None or page.prose.far(subject.start, telling.end):
        return parties, stands
    return joined(actors(text, [subject], (), frozenset(), page.language), parties), [*stands, subject.start]


def _carried_subject(page: Page, telling: Telling, kind: Kind, carried: Carried) -> Named | None:
    """Return the subject told of before; outside the tie only where the clause has none of its own (另一家企业的四期项目)."""
    start = opening(page, telling.clause[0], telling.clause[1])
    left_out = page.language.omits.fullmatch(page.text.text, min(start, telling.word[0]), telling.word[0])
    return _subject(kind, carried) if left_out or page.direct(telling.start, telling.end) else None


def _beside(page: Page, named: Named) -> bool:
    """Return whether a place is the one that somebody does it with (与平州市签署), and so not the subject."""
    left = page.text.text[max(0, named.start - 2) : named.start]
    return named.kind == "party" and page.language.partnering.together.search(left) is not None


def _fit(named: Named, kind: Kind) -> bool:
    if named.kind == "person":
        return kind in BY_PERSONS
    return kind not in PERSONAL and kind not in BY_NOBODY


def _last(found: Sequence[Named]) -> Named | None:
    return found[-1] if found else None


def _subject(kind: Kind, carried: Carried) -> Named | None:
    subject = carried.person if kind in PERSONAL else carried.party
    return subject if subject and _fit(subject, kind) else None


def _refocus(sentence: Sentence, named: Sequence[Named], carried: Carried) -> None:
    """Let the person or firm that opens *sentence* be the subject of what follows."""
    opener = next((n for n in named if n.start == sentence.start and n.kind != "place"), None)
    if opener is None:
        return
    carried.party = opener
    if opener.kind == "person":
        carried.person = opener
