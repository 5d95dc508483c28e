"""
Whether a sentence goes on about what the topic's passage told: 该项目今年7月签约, 去年10月开工, X说，计划明年投产.

The tie then holds in it although it does not name it again. It is asked for closely, since a wrong tie is worse than
none: the happening has a date of its own and is one of a work or a paper; its clause names no other subject; the tied
sentence stands in this paragraph or the one before, and nobody strange was spoken of since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.extract.actors import Named, known
from monitor.extract.hits import Hit
from monitor.extract.page import Page
from monitor.extract.record import opening
from monitor.extract.sentences import Sentence
from monitor.extract.telling import Clauses, Telling
from monitor.model import Actor, DateSpan, Kind

# What is done to a work or a paper, which a sentence can speak of as "the project" and "the agreement".
OF_THINGS = frozenset(
    {
        Kind.AGREEMENT,
        Kind.CANCELLATION,
        Kind.REGISTRATION,
        Kind.LAND,
        Kind.PERMIT,
        Kind.CONSTRUCTION,
        Kind.PRODUCTION,
        Kind.OPENING,
        Kind.ACCIDENT,
    }
)
# So many sentences that begin with a date make a chronicle.
CHRONICLE = 3
# Characters before a verb that a further part of one plan is named in (首箭下线, 首批产品下线).
PART = 8
# Characters of a noun that is said again.
NOUN = 6


@dataclass(slots=True)
class Focus:
    """
    The paragraph in which the tie held last, the firm named there, and where the sentence begins that went on last;
    ``told`` from where it began to hold there to where it held last; ``chronicle`` where the article is a list about the topic.
    """

    paragraph: int = -2
    firm: Named | None = None
    chronicle: bool = False
    held: int = -1
    told: tuple[int, int] = (0, 0)

    def move(self, page: Page, sentence: Sentence, named: Sequence[Named], direct: bool) -> None:
        """Look at what *sentence* speaks of, which names *named*: the topic's tie (*direct*), a stranger, or neither."""
        if direct:
            start = self.told[0] if sentence.paragraph == self.paragraph else sentence.start
            self.paragraph, self.told = sentence.paragraph, (start, sentence.end)
            self.firm = next((n for n in _known(named) if n.kind == "company"), self.firm)
        elif _known(named):
            # Who speaks for a side goes on about the tie.
            self.paragraph = sentence.paragraph if sentence.paragraph - self.paragraph <= 1 else self.paragraph
        elif sentence.paragraph - self.paragraph <= 1 and _strange(page, sentence.start, sentence.end):
            self.paragraph = -2  # further on it holds no more anyway

    def holds(self, page: Page, sentence: Sentence, telling: Telling, cut: Clauses, hits: Sequence[Hit]) -> bool:
        """Return whether *telling* of *sentence*, which does not name the tie, goes on about it."""
        if telling.kind not in OF_THINGS or not telling.dates or _strange(page, sentence.start, telling.end):
            return False
        if self.chronicle and _dated(page, sentence):
            return True
        near = 0 <= sentence.paragraph - self.paragraph <= 1
        if near and self._goes_on(page, sentence, telling, cut, hits):
            self.held = sentence.start
            return True
        return False

    def _goes_on(self, page: Page, sentence: Sentence, telling: Telling, cut: Clauses, hits: Sequence[Hit]) -> bool:
        """Return whether the telling clause speaks of the thing told before, or leaves out a subject that the sentence has not."""
        bare = _bare(page, telling.clause[0], telling.word[0], hits)
        said = page.language.refers.fullmatch(bare)
        if self._again(page, bare, telling.kind):
            return True
        if said is None and self._points(page, bare):
            return True
        if said is None:
            return (self.held == sentence.start and len(bare) <= PART) or _placed(page, telling)
        if said["thing"] or self.held == sentence.start:
            return True
        start = opening(page, sentence.start, telling.clause[1])
        named = page.named.within(sentence.start, sentence.end)
        speaker = any(n.start == sentence.start and n.kind == "person" for n in _known(named))
        if speaker or start >= telling.clause[0]:
            # A new paragraph brings its own subject, unless it runs through the dates of the thing.
            runs = len(page.dates_in(sentence.start, sentence.end)) >= CHRONICLE
            return speaker or runs or sentence.paragraph == self.paragraph
        first = page.language.refers.match(page.text.text, start, telling.clause[0])
        if (first and first["thing"]) or start >= cut[0][1]:
            return True
        begins = page.text.text[start : min(start + NOUN, telling.clause[0])]
        return any(self._told(page, begins[:n], telling.kind) for n in range(2, len(begins) + 1))

    def _points(self, page: Page, bare: str) -> bool:
        """Return whether the clause begins with a word that points to the thing, whatever of it is told (该项目工地塔吊倒塌)."""
        said = page.language.refers.match(bare)
        return said is not None and bool(said["thing"]) and page.language.points.match(bare) is not None

    def _again(self, page: Page, bare: str, kind: Kind) -> bool:
        """Return whether the subject is a noun of the tied sentence: …平州分院奠基。分院于5月启用。"""
        found = page.language.bare.fullmatch(bare)
        return found is not None and self._told(page, found["noun"], kind)

    def _told(self, page: Page, noun: str, kind: Kind) -> bool:
        """Return whether *noun* is of the tied sentence; founded is the firm itself that bears it in its name."""
        if not noun or noun not in page.text.text[slice(*self.told)]:
            return False
        return kind is not Kind.REGISTRATION or not any(
            noun in name for e in page.topic.entities for name in (*e.names, *e.short)
        )


def _placed(page: Page, telling: Telling) -> bool:
    """Return whether the clause names the topic's place as that of the work (首枚火箭在平州下线)."""
    named = page.named.within(telling.clause[0], telling.word[0])
    return any(n.entity and n.kind == "place" and not n.short for n in named)


def is_chronicle(page: Page, sentences: Sequence[Sentence], headline: str) -> bool:
    """Return whether the article is a list of dates under a headline that names all sides of the topic, or a lead of the tie."""
    listed = {page.prose.number(d.start) for d in page.dates if _lists(page, d)} if sentences else ()
    if len(listed) < CHRONICLE:
        return False
    if page.direct(sentences[0].start, sentences[0].end) and not _dated(page, sentences[0]):
        return True
    named = {side for n in known(headline, page.topic) if n.entity for side in (n.entity.id, n.entity.of)}
    return bool(page.topic.together) and named.issuperset(page.topic.together)


def things(parties: Sequence[Actor], page: Page, kind: Kind) -> tuple[Actor, ...]:
    """Return those of *parties* that a left-out subject stands for: the topic's firms, of a paper all firms."""
    firms = {e.id for e in page.topic.entities if e.kind == "company"}
    paper = kind in (Kind.AGREEMENT, Kind.CANCELLATION)
    persons = {n.name for n in page.named.found if n.kind == "person"}
    return tuple(a for a in parties if a.entity in firms or (paper and not a.entity and a.name not in persons))


def _dated(page: Page, sentence: Sentence) -> bool:
    return bool(page.dates_in(sentence.start, sentence.start + 1))


def _lists(page: Page, date: DateSpan) -> bool:
    """Return whether *date* opens its sentence, or the sentence leads into a list of dates with it: 回顾2025年：5月7日…"""
    sentence = page.prose.sentences[page.prose.number(date.start)]
    if not sentence.start < date.start < sentence.end:
        return date.start == sentence.start
    return page.text.text[date.start - 1] in "：:"


def _strange(page: Page, start: int, end: int) -> bool:
    """Return whether somebody speaks or a place is named there that is not the topic's."""
    text = page.text.text
    own = page.named.within(start, end)
    firms = page.language.firms(text, start, end) or page.language.partners(text, start, end)
    if any(not any(f.start <= n.start < f.end for n in own if n.entity) for f in firms):
        return True
    return foreign(page, start, end)


def foreign(page: Page, start: int, end: int) -> bool:
    """Return whether a place is named there that is none of the topic's, and no part of a person's name (李平州)."""
    own = page.named.within(max(0, start - 3), end)
    known = [n for n in own if n.entity or n.kind == "person"]
    return any(
        not any(a <= n.start < b or n.start <= a < n.end for n in known)
        for a, b, _ in page.language.places(page.text.text, start, end)
    )


def _known(named: Sequence[Named]) -> Sequence[Named]:
    """Return who of the topic is among *named*, places left out: what happens in one need not be the topic's."""
    return [n for n in named if n.entity and n.kind != "place"]


def _bare(page: Page, start: int, end: int, hits: Sequence[Hit]) -> str:
    """Return what stands before a verb besides dates and words of how it is told."""
    spans = [(d.start, d.end) for d in page.dates_in(start, end)]
    spans += [(h.start, h.end) for h in hits if start <= h.start and h.end <= end]
    text, at, rest = page.text.text, start, []
    for a, b in sorted(spans):
        rest.append(text[at:a])
        at = max(at, b)
    return "".join([*rest, text[at:end]])
