"""What the sentence right behind adds to a happening: who attended, and how much is measured of it; it then is of the quote."""

from __future__ import annotations

from dataclasses import replace

from monitor.extract.actors import actors
from monitor.extract.focus import OF_THINGS
from monitor.extract.page import Page
from monitor.extract.sentences import Sentence, clauses
from monitor.model import Actor, Kind, Mention, Relation

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


def joined(first: tuple[Actor, ...], second: tuple[Actor, ...]) -> tuple[Actor, ...]:
    """Return both, each one once."""
    known = {a.entity or a.name for a in first}
    return (*first, *(a for a in second if (a.entity or a.name) not in known))
