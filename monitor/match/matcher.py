"""
Topics x text -> verdicts.

    names     which names stand where (one automaton over all topics)
    layout    lines that are text, items, sentences
    senses    what each name means there
    ties      which of two belong together: how near, and what speaks for it; doubts: and against
    links     ... what bridges two clauses; sequel: two sentences; seats: where things lie; voices: who speaks
    pairing   which two are weighed: in a sentence, across sentences, under a headline, in a list
    matcher   the verdict: relevant, background or rejected, with passages and votes

*Relevant* needs a passage in which every side that the topic ties together stands, in its own sense and tied
to the others. *Background* is a text without such a passage that

- names all sides in one clause, but so that they are hardly said of each other, or
- names, without the other sides, a person or unit that belongs to one side in its headline or first sentence,
  and no other well-known place there.

Everything else is *rejected*: another party in the place, the party elsewhere, sides named far apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from monitor.match import verdicts
from monitor.match.names import Hit, Names, alternatives, common
from monitor.match.reading import Reader
from monitor.match.scan import fold
from monitor.match.senses import Sense
from monitor.model import Clean, Judgement, Topic, Verdict, Vote
from monitor.normalize import clean, simplify

__all__ = ["Matcher"]

_READ = 200_000  # characters of one text that are read; the rest of a longer one is not news
_HITS = 4_000  # occurrences of names that are looked at in one text
_GLANCE = 200  # characters that are looked at first
_MENDED = 40  # characters of a garbled text that cost as much to mend as one name to weigh
_WORTH = Vote("worth_reading", 0.0)
_SURE = -1.5  # a sense as clear as this lets the first screen say no
# Pinyin in brackets behind a character, two accented letters, what UTF-8 read as GBK is full of. All begin with one set
# of rare characters, which re skips to: ten times as fast on Chinese text as the three one after the other.
_RESIDUE = re.compile(
    r"[(（\u00c0-\u00ff锛銆鐨]"
    r"(?:(?<=[锛銆鐨])|(?<=[\u00c0-\u00ff])[\u00c0-\u00ff]|(?<=[\u4e00-\u9fff][(（])[a-z\u00e0-\u00fc\u0101-\u01dc]{1,6}[)）])"
)


class Matcher:
    """The judge of all topics; made once, when the configuration is read."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._index = {topic.id: i for i, topic in enumerate(self._topics)}
        self._names = Names(self._topics)
        self._nothing = {t.id: Verdict(t.id, Judgement.REJECTED, (Vote("no_name", -1.0),)) for t in self._topics}
        self._wanted = tuple(alternatives(topic) for topic in self._topics)
        self._all = tuple(self._nothing.values())

    def screen(
        self, title: str, summary: str, topics: Collection[str] = (), published: date | None = None
    ) -> tuple[Verdict, ...]:
        """
        Return one verdict for each of *topics* (all when empty) from a raw title and summary.

        Rejected only when sure: no name of the topic occurs, or every one of them plainly means something
        else. Relevant when title and summary already tie the sides; background: worth fetching the article.
        *published* is the day that people in office are judged by. Raises KeyError for an unknown topic.
        """
        raw, nothing = _raw(title, summary), self.unweighed(topics, named=False)
        if not self._names.gate.any(raw) and not _RESIDUE.search(raw):
            return nothing
        head = _reading(title).replace("\n", " ")
        written = f"{head}\n{_reading(summary)}"
        folded = fold(written)
        found = self._by_topic(written, folded)
        if not found:
            return nothing
        reader = Reader(folded, published)
        told = {self._topics[i].id: self._screened(i, hits, reader, len(head) + 1) for i, hits in found.items()}
        return tuple(told.get(v.topic, v) for v in nothing)

    def cost(self, title: str, summary: str) -> int:
        """Return what it costs to screen an entry, in names to be weighed; 0 for most."""
        raw = _raw(title, summary)
        return self._names.gate.count(raw) + (len(raw) // _MENDED if _RESIDUE.search(raw) else 0)

    def named(self, title: str, summary: str) -> bool:
        """Return whether an entry may name a topic; what begins with a name is not read on."""
        return self._names.gate.any(_raw(title, summary)[:_GLANCE]) or bool(self.cost(title, summary))

    def unweighed(self, topics: Collection[str], *, named: bool) -> tuple[Verdict, ...]:
        """Return the verdicts where nothing is weighed: worth reading if any topic is *named*, else rejected."""
        nothing = tuple([self._nothing[t] for t in topics]) if topics else self._all
        return tuple(Verdict(v.topic, Judgement.BACKGROUND, (_WORTH,)) for v in nothing) if named else nothing

    def judge(self, topic: str, title: str, text: Clean, published: date | None = None) -> Verdict:
        """
        Return what *topic* makes of an article; the passages are spans of ``text.text``.

        *published* is the day that people in office are judged by where a sentence names none.
        Raises KeyError for an unknown topic.
        """
        index = self._index[topic]
        head = _reading(title).replace("\n", " ")
        shift = len(head) + 1
        written = f"{head}\n{text.text[:_READ]}"
        folded = fold(written)
        hits = self._by_topic(written, folded).get(index)
        if not hits:
            return self._nothing[topic]
        reader = Reader(folded, published)
        found = verdicts.judge(reader.pieces(hits), reader, self._wanted[index], shift)
        passages = tuple((a - shift, b - shift) for a, b in found.passages if a >= shift)
        return Verdict(topic, found.judgement, found.votes, passages)

    def senses(self, text: str) -> tuple[Sense, ...]:
        """Return what every name of every topic in *text* means; spans are of its simplified reading."""
        written = simplify(text[:_READ])
        reader = Reader(folded := fold(written), None)
        pieces = [p for hits in self._by_topic(written, folded).values() for p in reader.pieces(hits)]
        return tuple(
            replace(s, start=s.start + at, end=s.end + at)
            for p in pieces
            for s in p.senses
            for at in [p.sentence.start]
        )

    def _by_topic(self, written: str, folded: str) -> dict[int, list[Hit]]:
        found: dict[int, list[Hit]] = {}
        for hit in self._names.find(folded, _HITS):
            if not (hit.name.proper and common(written, hit)):
                found.setdefault(hit.name.topic, []).append(hit)
        return found

    def _screened(self, index: int, hits: list[Hit], reader: Reader, head: int) -> Verdict:
        topic, wanted = self._topics[index].id, self._wanted[index]
        named = {h.name.side for h in hits}
        if not any(sides <= named for sides in wanted):
            return _one_sided(topic, reader, hits)
        pieces = reader.pieces(hits)
        found = verdicts.judge(pieces, reader, wanted, head)
        if found.judgement is Judgement.RELEVANT:
            return Verdict(topic, Judgement.RELEVANT, found.votes)
        if all(s.score <= _SURE for piece in pieces for s in piece.senses):
            return Verdict(topic, Judgement.REJECTED, found.votes)
        return Verdict(topic, Judgement.BACKGROUND, (_WORTH, *found.votes))


def _raw(title: str, summary: str) -> str:
    """Return what of an entry is searched for names."""
    return f"{title}\n{summary}"[:_READ]


def _one_sided(topic: str, reader: Reader, hits: list[Hit]) -> Verdict:
    """Return what the first screen says where the names of one side stand: only plain other senses rule it out."""
    votes: tuple[Vote, ...] = (Vote("no_name", -1.0),)
    for sense in reader.senses(hits):
        if sense.score > _SURE:
            return Verdict(topic, Judgement.BACKGROUND, (_WORTH, *sense.votes))
        votes = sense.votes
    return Verdict(topic, Judgement.REJECTED, votes)


def _reading(raw: str) -> str:
    """Return the reading of a title or summary in one line; only what looks garbled is repaired, which is slow."""
    if not raw:
        return ""
    return clean(raw[:_READ]).text if _RESIDUE.search(raw) else simplify(raw[:_READ])
