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
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from monitor.match import verdicts
from monitor.match.names import Hit, Names, alternatives, common, side_of
from monitor.match.reading import Reader
from monitor.match.scan import fold
from monitor.match.senses import Sense
from monitor.model import Clean, Judgement, Topic, Verdict, Vote, whole
from monitor.normalize import NOBODY, Publisher, clean, official, selves, simplify

__all__ = ["Matcher"]

_READ = 200_000  # characters of one text that are read; the rest of a longer one is not news
_HITS = 4_000  # occurrences of names that are looked at in one text, for each topic
_GLANCE = 2_000  # characters that are looked at first
_MENDED = 40  # characters of a garbled text that cost as much to mend as one name to weigh
_WORTH = Vote("worth_reading", 0.0)
_SURE = -1.5  # a sense as clear as this lets the first screen say no
# Pinyin in brackets behind a character, two accented letters, what UTF-8 read as GBK is full of. All begin with one set
# of rare characters, which re skips to: ten times as fast on Chinese text as the three one after the other.
_RESIDUE = re.compile(
    r"[(（\u00c0-\u00ff锛銆鐨]"
    r"(?:(?<=[锛銆鐨])|(?<=[\u00c0-\u00ff])[\u00c0-\u00ff]|(?<=[\u4e00-\u9fff][(（])[a-z\u00e0-\u00fc\u0101-\u01dc]{1,6}[)）])"
)


Among = Mapping[int, int]
"""Topics by their number, and which is which in the order in which they were asked for."""

_Found = tuple[list[int], list[Hit]]


class Matcher:
    """The judge of all topics; made once, when the configuration is read."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._index = {topic.id: i for i, topic in enumerate(self._topics)}
        self._names = Names(self._topics)
        self._wanted = tuple(alternatives(topic) for topic in self._topics)
        self._all = {i: i for i in self._index.values()}
        self._nothing = whole(tuple(self._index), ())

    def screen(
        self, title: str, summary: str, topics: Collection[str] = (), published: date | None = None
    ) -> tuple[Verdict, ...]:
        """
        Return one verdict for each of *topics* (all when empty) from a raw title and summary.

        Rejected only when sure: no name of the topic occurs, or every one of them plainly means something
        else. Relevant when title and summary already tie the sides; background: worth fetching the article.
        *published* is the day that people in office are judged by. Raises KeyError for an unknown topic.
        """
        told = self.told(title, summary, self.among(topics), published)
        return whole(tuple(topics) or tuple(self._index), told) if told or topics else self._nothing

    def among(self, topics: Collection[str]) -> Among:
        """Return *topics*, all when empty, as :meth:`told` takes them. Raises KeyError for an unknown one."""
        return {self._index[topic]: n for n, topic in enumerate(topics)} if topics else self._all

    def told(self, title: str, summary: str, among: Among, published: date | None) -> tuple[Verdict, ...]:
        """Return the verdicts of :meth:`screen` that are not that nothing is named, in its order: a thousand topics cost what they are named."""
        raw = _raw(title, summary)
        if not self._names.gate.any(raw) and not _garbled(raw):
            return ()
        head = _reading(title).replace("\n", " ")
        written = f"{head}\n{_reading(summary)}"
        folded = fold(written)
        found = self._found(written, folded, among)
        if not found:
            return ()
        reader = Reader(folded, published)
        return self._each(found, among, lambda i, hits: self._screened(i, hits, reader, len(head) + 1))

    def cost(self, title: str, summary: str) -> int:
        """Return what it costs to screen an entry, in names to be weighed; 0 for most."""
        raw = _raw(title, summary)
        return self._names.cost(raw) + (len(raw) // _MENDED if _garbled(raw) else 0)

    def unweighed(self, title: str, summary: str, among: Among) -> tuple[Verdict, ...]:
        """Return the verdicts where nothing is weighed: worth reading where a name stands; what begins with one is not read on."""
        owners: Collection[int] = self._names.owners(_raw(title, summary)[:_GLANCE])
        if not owners and self.cost(title, summary):
            owners = among.keys()
        named = sorted((i for i in owners if i in among), key=among.__getitem__)
        return tuple(Verdict(self._topics[i].id, Judgement.BACKGROUND, (_WORTH,)) for i in named)

    def judge(
        self, topic: str, title: str, text: Clean, published: date | None = None, publisher: Publisher = NOBODY
    ) -> Verdict:
        """Return what one *topic* makes of an article; see :meth:`judged`."""
        return self.judged((topic,), title, text, published, publisher)[0]

    def judged(
        self,
        topics: Sequence[str],
        title: str,
        text: Clean,
        published: date | None = None,
        publisher: Publisher = NOBODY,
    ) -> tuple[Verdict, ...]:
        """
        Return what each of *topics* makes of an article; the passages are spans of ``text.text``.

        *published* is the day that people in office are judged by where a sentence names none; by *publisher* it is known whom
        the text means by 公司 and 我市. Raises KeyError for an unknown topic.
        """
        among = {self._index[topic]: n for n, topic in enumerate(topics)}
        head = _reading(title).replace("\n", " ")
        shift = len(head) + 1
        written = f"{head}\n{text.text[:_READ]}"
        folded = fold(written)
        found = self._found(written, folded, among)
        if not found:
            return whole(topics, ())
        page = text.text[:_READ]
        speaks = {i: self._speaks(i, page, head, publisher) for some, _ in found for i in some}
        found = [one for some in found for one in self._with_selves(some, speaks, page, head, publisher)]
        reader = Reader(folded, published)
        told = self._each(found, among, lambda i, hits: self._weighed(i, hits, reader, shift, speaks[i]))
        return whole(topics, told)

    def _speaks(self, index: int, text: str, head: str, publisher: Publisher) -> frozenset[str]:
        """Return the sides that publish *text* themselves."""
        topic = self._topics[index]
        return frozenset(side_of(topic, e) for e in official(text, head, topic, publisher)) - {""}

    def _with_selves(
        self, found: _Found, speaks: Mapping[int, frozenset[str]], text: str, head: str, publisher: Publisher
    ) -> list[_Found]:
        """
        Return *found* with where *text* speaks of a side that publishes it, as hits of that side.

        Topics stay together only where the same sides publish it, as *speaks* says of each.
        """
        topics, hits = found
        apart: dict[object, tuple[list[Hit], list[int]]] = {}
        for i in topics:
            mine = self._selves(i, text, head, publisher)
            told = tuple([(hit.start, hit.name.entity, hit.name.side) for hit in mine])
            key = speaks[i], told
            apart.setdefault(key, (mine, []))[1].append(i)
        return [(some, hits + mine) for mine, some in apart.values()]

    def _selves(self, index: int, text: str, head: str, publisher: Publisher) -> list[Hit]:
        meant, shift = selves(text, head, self._topics[index], publisher), len(head) + 1
        names = {s.entity.id: replace(self._names.first(index, s.entity), role="self") for s in meant}
        return [Hit(s.start + shift, s.end + shift, names[s.entity.id]) for s in meant]

    def senses(self, text: str) -> tuple[Sense, ...]:
        """Return what every name of every topic in *text* means; spans are of its simplified reading."""
        written = simplify(text[:_READ])
        reader = Reader(folded := fold(written), None)
        found = self._found(written, folded, self._all)
        return tuple(
            replace(s, topic=self._topics[i].id, start=s.start + p.sentence.start, end=s.end + p.sentence.start)
            for topics, hits in found
            for p in reader.pieces(hits)
            for i in topics
            for s in p.senses
        )

    def _found(self, written: str, folded: str, among: Among) -> list[_Found]:
        """Return who is named in a text, and by what hits: those together that share them."""
        found = self._names.find(folded, among, _HITS)
        told = ((topics, [h for h in hits if not (h.name.proper and common(written, h))]) for topics, hits in found)
        return [(topics, hits) for topics, hits in told if hits]

    def _each(
        self, found: Iterable[_Found], among: Among, judge: Callable[[int, list[Hit]], Verdict]
    ) -> tuple[Verdict, ...]:
        """Return what *judge* makes of the hits of each topic; those that are called the same are judged once."""
        told: dict[int, Verdict] = {}
        for topics, hits in found:
            same: dict[tuple[frozenset[str], ...], Verdict] = {}
            for i in topics:
                wanted = self._wanted[i]
                if wanted not in same:
                    same[wanted] = judge(i, hits)
                one = same[wanted]
                told[i] = Verdict(self._topics[i].id, one.judgement, one.votes, one.passages)
        return tuple([told[i] for i in sorted(told, key=among.__getitem__)])

    def _weighed(self, index: int, hits: list[Hit], reader: Reader, shift: int, by: frozenset[str]) -> Verdict:
        found = verdicts.judge(reader.pieces(hits), reader, self._wanted[index], shift, by)
        passages = tuple((a - shift, b - shift) for a, b in found.passages if a >= shift)
        return Verdict(self._topics[index].id, found.judgement, found.votes, passages)

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


def _garbled(raw: str) -> bool:
    """Return whether *raw* looks garbled; what is plain ASCII never does."""
    return not raw.isascii() and _RESIDUE.search(raw) is not None


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
    return clean(raw[:_READ]).text if _garbled(raw) else simplify(raw[:_READ])
