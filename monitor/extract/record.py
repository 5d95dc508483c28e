"""
A telling becomes a mention: its title, places, figures, objects and stage.

Until the article is read through, ``start`` and ``end`` of a mention are places in the reading; ``quoted`` turns
them into the slice of the kept text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from monitor.extract.actors import Named
from monitor.extract.language import Firm
from monitor.extract.page import Page
from monitor.extract.sentences import clauses
from monitor.extract.telling import Telling
from monitor.model import Actor, Article, Clean, Figure, Kind, Mention, Phase, Polarity, Relation, When


def record(
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
    begin: int,
) -> Mention:
    """Return the mention of *telling*, whose quote reaches back to *begin* in the reading."""
    group = page.text.text[telling.start : telling.end]
    tied = [n for n in own if n.entity and n.kind != "place" and n.entity.id in page.topic.together]
    things = (f.name for f in firms if f.start in acted_on and not any(f.start <= n.start < f.end for n in tied))
    stage = _stage(page, telling, kind, phase, relation)
    return Mention(
        topic=page.topic.id,
        article=page.article.id,
        start=begin,
        end=telling.end,
        quote="",
        reading="",
        title=title(page, telling, own),
        kind=kind,
        phase=phase,
        polarity=telling.polarity,
        relation=relation,
        when=told,
        actors=parties,
        places=_places(page, telling, own, firms),
        figures=_figures(page, telling, kind),
        objects=tuple(dict.fromkeys((*things, *page.language.objects(group, kind)))),
        stage=stage,
        rules=_rules(telling, relation, phase, stage),
    )


def _figures(page: Page, telling: Telling, kind: Kind) -> tuple[Figure, ...]:
    """Return the figures of the telling; of a correction the right ones alone, which are of what the wrong ones were."""
    text = page.text.text
    if kind is not Kind.CORRECTION:
        return page.language.figures(text[telling.start : telling.end])
    wrong = {f.unit: f.what for f in page.language.figures(text[telling.start : telling.word[0]])}
    end = _till_wrong(page, telling)
    count = len(page.language.figures(text[telling.word[0] : end]))
    right = page.language.figures(text[telling.start : end])[-count:] if count else ()
    return tuple(replace(f, what=f.what or wrong.get(f.unit, "")) for f in right)


def _till_wrong(page: Page, telling: Telling) -> int:
    """Return where a correction goes on to what was wrong (应为210亩，误为120亩), or its end."""
    lexicon, start = page.language.lexicon, telling.word[1]
    words = lexicon.pattern.finditer(page.text.text, start, telling.end)
    wrong = (m.start() for m in words if any(t.mark == "wrong" for t in lexicon.terms.get(m[0].lower(), ())))
    return next(wrong, telling.end)


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
    known = [(n.start, n.end) for n in own if n.entity and n.kind == "place"]
    others = page.language.places(page.text.text, telling.start, telling.clause[1])
    found += [p for p in others if not any(a <= p[0] < b for a, b in known)]
    names = [(f.start, f.end) for f in firms] + [(n.start, n.end) for n in own if n.kind == "person"]
    free = (p for p in sorted(found) if not any(a <= p[0] < b for a, b in names))
    return tuple(dict.fromkeys(name for _, _, name in free))


def quoted(mention: Mention, article: Article, text: Clean) -> Mention:
    """Return *mention* with its span in the kept text, that slice of it, and its reading where that differs."""
    start, end = text.raw_span(mention.start, mention.end)
    quote, reading = article.text[start:end], text.text[mention.start : mention.end]
    return replace(mention, start=start, end=end, quote=quote, reading=reading if reading != quote else "")


def title(page: Page, telling: Telling, own: Sequence[Named]) -> str:
    """
    Return the shortest run of clauses that tells the happening: the one with the telling word, and those
    before it back to somebody who takes part. Dates and words of leading in are left out.
    """
    start, end = telling.clause
    parties = [n.start for n in own if n.kind != "place" and n.start < end]
    if parties and not any(s >= start for s in parties):
        start = _clause_start(page, telling, max(parties))
    return page.text.text[opening(page, start, end) : end].strip(" \n\t，,。；;、：:")


def _clause_start(page: Page, telling: Telling, at: int) -> int:
    cut = clauses(page.text.text, telling.start, telling.end, page.language)
    return next(start for start, end in cut if at < end)


def opening(page: Page, start: int, end: int) -> int:
    """Return where what is told begins in *start* to *end*: dates and words of leading in are left out."""
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
    return start
