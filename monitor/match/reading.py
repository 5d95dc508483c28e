"""A reading: the sentences of a text that hold names, and what each name means there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.match import offices
from monitor.match.layout import Sentence, sentences
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.match.names import Hit
from monitor.match.senses import Sense, sense, stands
from monitor.model import Vote

__all__ = ["Piece", "Reader"]

# What the other occurrences in a text add: a word keeps its sense within one text in 98 of 100 cases
# (Gale, Church and Yarowsky, "One sense per discourse", 1992); less than a word that touches the name.
_DISCOURSE = 0.8


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence that holds names: those that stand for a side, and what each of all means."""

    sentence: Sentence
    line: Line
    members: tuple[Member, ...]
    senses: tuple[Sense, ...]


class Reader:
    """One folded text, laid out once for all topics."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self._published = published
        self._sentences = sentences(text)
        self._starts = [s.start for s in self._sentences]
        self._lines: dict[int, Line] = {}
        self._days: dict[int, offices.Days] = {}

    def after(self, at: int) -> Sentence | None:
        """Return the first sentence that begins at or after *at*."""
        i = bisect_right(self._starts, at - 1)
        return self._sentences[i] if i < len(self._sentences) else None

    def senses(self, hits: Sequence[Hit]) -> Iterator[Sense]:
        """Yield what each of *hits* means by its own sentence alone, one after the other."""
        for i, here in self._placed(hits).items():
            yield from (m.sense for m in self._meant(self._line(i), here))

    def pieces(self, hits: Sequence[Hit]) -> list[Piece]:
        """Return the pieces that *hits* of one topic make, in order."""
        placed = self._placed(hits)
        found = {i: tuple(self._meant(self._line(i), here)) for i, here in placed.items()}
        whole = Discourse([m for members in found.values() for m in members])
        return [self._piece(i, [whole(m) for m in members]) for i, members in found.items() if members]

    def _placed(self, hits: Sequence[Hit]) -> dict[int, list[Hit]]:
        placed: dict[int, list[Hit]] = {}
        for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
            i = bisect_right(self._starts, hit.start) - 1
            if i >= 0 and hit.end <= self._sentences[i].end:
                shift = self._starts[i]
                placed.setdefault(i, []).append(Hit(hit.start - shift, hit.end - shift, hit.name))
        return placed

    def _line(self, i: int) -> Line:
        if i not in self._lines:
            self._lines[i] = Line(self.text[self._sentences[i].start : self._sentences[i].end])
        return self._lines[i]

    def _meant(self, line: Line, hits: list[Hit]) -> Iterator[Member]:
        names = _apart(_longest([h for h in hits if h.name.role != "decoy"]), line)
        others = {h.name.side for h in names if h.name.role != "short"}
        for hit in names:
            if hit.name.role != "short" or stands(hit, line, bool(others - {hit.name.side})):
                yield Member(hit, sense(hit, line, hits))

    def _piece(self, i: int, members: list[Member]) -> Piece:
        line = self._line(i)
        ours = tuple(m for m in members if m.side and m.sense.own and self._in_office(m, i))
        return Piece(self._sentences[i], line, ours, tuple(m.sense for m in members))

    def _in_office(self, member: Member, i: int) -> bool:
        held = member.hit.name.offices
        if held and i not in self._days:
            self._days[i] = offices.days(self._line(i).text, self._published)
        return not held or offices.holds(held, self._days[i])


def _longest(hits: list[Hit]) -> list[Hit]:
    """Return *hits* (in order, longest first) without those within a longer name of the same side."""
    kept: list[Hit] = []
    for hit in hits:
        inside = kept and kept[-1].end >= hit.end and kept[-1].name.side == hit.name.side
        if not inside:
            kept.append(hit)
    return kept


def _apart(hits: list[Hit], line: Line) -> list[Hit]:
    """Return *hits* without those that share letters with another side's name and are the less whole word (北京|东方)."""
    kept: list[Hit] = []
    for hit in hits:
        last = kept[-1] if kept else None
        if last and hit.start < last.end and last.end < hit.end and last.name.side != hit.name.side:
            if _whole(last, line) >= _whole(hit, line):
                continue
            kept.pop()
        kept.append(hit)
    return kept


def _whole(hit: Hit, line: Line) -> int:
    return (hit.start in line.edges) + (hit.end in line.edges)


class Discourse:
    """What the occurrences of one entity say together."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._sums: dict[str, tuple[float, int]] = {}
        for member in members:
            total, count = self._sums.get(member.sense.entity, (0.0, 0))
            self._sums[member.sense.entity] = (total + _told(member.sense), count + 1)

    def __call__(self, member: Member) -> Member:
        total, count = self._sums[member.sense.entity]
        if count < 2 or not total or member.hit.name.entity.kind in ("place", "person"):
            return member
        mean = (total - _told(member.sense)) / (count - 1)
        return replace(member, sense=member.sense.with_vote(Vote("discourse", round(_DISCOURSE * mean, 3))))


def _told(sense: Sense) -> float:
    """Return what one occurrence tells of the others: a full name tells as much as a word beside a short one."""
    return max(-1.0, min(1.0, sense.score if sense.full else sense.shown))
