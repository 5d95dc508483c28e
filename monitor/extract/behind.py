"""
What the sentence right behind adds to a happening: who attended, and how much is measured of it; it then is of the quote. And
what it is of: the paper of a deal, what was done at a meeting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.extract.actors import actors
from monitor.extract.focus import OF_THINGS
from monitor.extract.page import Page
from monitor.extract.record import opening
from monitor.extract.sentences import Sentence, clauses
from monitor.extract.telling import Telling
from monitor.extract.whens import Dated
from monitor.model import Actor, Basis, DateSpan, Kind, Mention, Precision, Relation

# Kinds that people attend: 会谈举行。市委书记江凌出席。
GATHERINGS = frozenset({Kind.MEETING, Kind.VISIT, Kind.AGREEMENT, Kind.CONSTRUCTION, Kind.OPENING, Kind.PRODUCTION})


def behind(page: Page, sentence: Sentence, last: Mention) -> bool:
    """Return whether *sentence* stands right behind *last*, told of the tie, and one quote can hold both."""
    if last.relation is not Relation.DIRECT or last.end > sentence.start:
        return False
    return page.prose.next_to(last.end, sentence.start) and page.prose.reach(last.start, sentence.end)


def attended(page: Page, sentence: Sentence, last: Mention) -> Mention | None:
    """Return *last*, a gathering, with those who *sentence* right behind says attended it; None where it says nothing of it."""
    text = page.text.text
    if last.kind not in GATHERINGS or not page.language.attends.search(text, sentence.start, sentence.end):
        return None
    persons = [n for n in page.named.within(sentence.start, sentence.end) if n.kind == "person"]
    return replace(
        last, end=sentence.end, actors=joined(last.actors, actors(text, persons, (), frozenset(), page.language))
    )


def measured(page: Page, sentence: Sentence, last: Mention) -> Mention | None:
    """Return *last*, of a work or a paper, with what *sentence* right behind measures of it: 项目总投资20亿元，占地300亩."""
    text = page.text.text
    said = page.language.refers.match(text, sentence.start, sentence.end) if last.kind in OF_THINGS else None
    if not (said and said["thing"]):
        return None
    first = clauses(text, sentence.start, sentence.end, page.language)[0][1]
    told = page.language.figures(text[sentence.start : sentence.end])
    if not page.language.figures(text[sentence.start : first]):
        return None
    return replace(last, end=sentence.end, figures=(*last.figures, *told))


def its_paper(page: Page, sentence: Sentence, telling: Telling, found: Sequence[Mention]) -> bool:
    """Return whether the paper that is signed is that of the deal told right before (acquired the plant. The contract was signed)."""
    if telling.kind is not Kind.AGREEMENT or not found or found[-1].kind is not Kind.INVESTMENT:
        return False
    said = page.language.refers.match(page.text.text, opening(page, *telling.clause), telling.word[0])
    return said is not None and bool(said["thing"]) and page.prose.next_to(found[-1].end, sentence.start)


def convened(page: Page, sentence: Sentence, dated: Sequence[DateSpan]) -> Dated | None:
    """Return the day on which *sentence* says that a meeting was held, if it names one day alone."""
    days = [d for d in dated if d.when.precision is Precision.DAY and d.when.basis is not Basis.UNKNOWN]
    if len(dated) != 1 or not days or not page.language.convened.search(page.text.text, sentence.start, sentence.end):
        return None
    return Dated(days[0].when, days[0].start)


def joined(first: tuple[Actor, ...], second: tuple[Actor, ...]) -> tuple[Actor, ...]:
    """Return both, each one once."""
    known = {a.entity or a.name for a in first}
    return (*first, *(a for a in second if (a.entity or a.name) not in known))
