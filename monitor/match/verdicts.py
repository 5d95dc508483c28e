"""From the pieces of a text to its verdict: which pieces tie the sides, and what is left when none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.names import Hit
from monitor.match.reading import Piece, Reader
from monitor.match.ties import CLOSE, TIED, Member, Pair, weigh
from monitor.model import Judgement, Vote

__all__ = ["Finding", "judge"]

_LEAD = 2  # sentences of the text that a headline is read together with
_STORY = 0.7  # headline and lead are one story beforehand; neighbouring sentences need not be
_TOLD = 0.4  # a lead that names both, under a headline that names one
_VOTES = 12  # told of one verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text came to; passages are spans of the reading that the pieces lie in."""

    judgement: Judgement
    votes: tuple[Vote, ...]
    passages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Tie:
    start: int
    end: int
    sides: frozenset[str]
    pair: Pair | None  # none where one side is enough


def judge(pieces: Sequence[Piece], reader: Reader, wanted: Sequence[frozenset[str]], head: int) -> Finding:
    """
    Return what *pieces* come to; *wanted* are the sets of sides of which one must be tied, and the headline
    takes the first *head* characters.
    """
    sides = {m.side for p in pieces for m in p.members}
    if not any(all_ <= sides for all_ in wanted):
        return _untied(pieces, (), sides, wanted, head)
    ties = [*_within(pieces, head), *_between(pieces, _leads(pieces, head)), *_under(pieces, head)]
    good = [t for t in ties if _enough(t, wanted)]
    if good:
        told = [*good, *_retold(pieces, good, wanted, head)]
        spans = _merge([s for t in told for s in _with_followers(t, reader)])
        return Finding(Judgement.RELEVANT, _told(good), spans)
    return _untied(pieces, ties, sides, wanted, head)


def _enough(tie: _Tie, wanted: Sequence[frozenset[str]]) -> bool:
    return any(sides <= tie.sides for sides in wanted)


# --------------------------------------------------------------------------- ties


def _within(pieces: Sequence[Piece], head: int) -> list[_Tie]:
    leads = _leads(pieces, head)
    return [t for p in pieces for t in _ties(p, _TOLD if p in leads else 0.0)]


def _leads(pieces: Sequence[Piece], head: int) -> list[Piece]:
    """Return the first sentences that name a side and are no copy of it, under a headline that names any."""
    titles = [p.line.text for p in pieces if p.sentence.start < head]
    leads = [p for p in pieces if p.sentence.start >= head][:_LEAD] if titles and _headline(pieces, head) else []
    return [p for p in leads if not any(p.line.text.strip(" 。.!！") in title for title in titles)]


def _headline(pieces: Sequence[Piece], head: int) -> set[str]:
    """Return the sides that the headline names."""
    return {m.side for p in pieces if p.sentence.start < head for m in p.members}


def _ties(piece: Piece, story: float) -> list[_Tie]:
    """Return the ties of neighbouring members; tied members pass their sides on, so that three can be tied by two."""
    members, start, end = piece.members, piece.sentence.start, piece.sentence.end
    found: list[_Tie] = []
    sides: set[str] = {members[0].side} if members else set()
    for a, b in pairwise(members):
        if a.side == b.side:
            continue
        pair = weigh(a, b, piece.line, story)
        sides = {*sides, b.side} if pair.score >= TIED else {b.side}
        found.append(_Tie(start, end, frozenset(sides), pair))
    return found or [_Tie(start, end, frozenset(sides), None)]


def _between(pieces: Sequence[Piece], leads: Sequence[Piece]) -> list[_Tie]:
    """Return the ties of neighbouring sentences of one item."""
    found = []
    for a, b in pairwise(pieces):
        if a.sentence.item == b.sentence.item and a.sentence.end == b.sentence.start:
            found += _joined(a, b, _TOLD if a in leads and b in leads else 0.0, a.sentence.start)
    return found


def _under(pieces: Sequence[Piece], head: int) -> list[_Tie]:
    """Return the ties of the headline and the lead; their passage is the lead."""
    titles = [p for p in pieces if p.sentence.start < head]
    leads = [p for p in pieces if p.sentence.start >= head]
    if len(_headline(pieces, head)) != 1:  # a headline that names both was judged by itself
        return []
    return [t for a in titles for b in leads[:_LEAD] for t in _joined(a, b, _STORY, b.sentence.start)]


def _retold(pieces: Sequence[Piece], good: Sequence[_Tie], wanted: Sequence[frozenset[str]], head: int) -> list[_Tie]:
    """
    Return what tells the tie again in an article that headline or lead say is about it.

    That is any sentence that names all sides, and the lead where it names one, says what two sides do, and names
    nobody else.
    """
    body = [p for p in pieces if p.sentence.start >= head]
    reached = max((p.sentence.end for p in body[:_LEAD]), default=0)
    if not _headline(pieces, head) or not any(t.end <= reached for t in good):
        return []
    full = [t for p in body for t in _ties(p, _STORY) if _enough(t, wanted)]
    lead = [p for p in body[:_LEAD] if p.members and _does(p)]
    return [*full, *(_Tie(p.sentence.start, p.sentence.end, frozenset(), None) for p in lead)]


def _does(piece: Piece) -> bool:
    """Return whether the line says what sides do, and names no well-known place or firm beside them."""
    line, member = piece.line, piece.members[0]
    whole = (0, len(line.text))
    others = [line.others(*whole, kind, member.hit) for kind in ("place", "firm")]
    return bool(line.ties(*whole, ("two", "deal"))) and not any(others)


def _joined(a: Piece, b: Piece, story: float, start: int) -> list[_Tie]:
    if not a.members or not b.members:
        return []
    line = Line(f"{a.line.text}\n{b.line.text}")
    shift = len(a.line.text) + 1
    found = []
    for first, second in _pairs(a, b):
        moved = replace(second, hit=Hit(second.hit.start + shift, second.hit.end + shift, second.hit.name))
        pair = weigh(first, moved, line, story)
        sides = frozenset({first.side, second.side}) if pair.score >= TIED else frozenset({second.side})
        found.append(_Tie(start, b.sentence.end, sides, pair))
    return found


def _pairs(a: Piece, b: Piece) -> list[tuple[Member, Member]]:
    last = {m.side: m for m in a.members}
    first = {m.side: m for m in reversed(b.members)}
    return [(x, y) for s, x in last.items() for t, y in first.items() if s != t and t not in last and s not in first]


# --------------------------------------------------------------------------- what is left


def _untied(
    pieces: Sequence[Piece], ties: Sequence[_Tie], sides: set[str], wanted: Sequence[frozenset[str]], head: int
) -> Finding:
    best = max((t for t in ties if t.pair), key=_score, default=None)
    if best and best.pair and best.pair.one_clause and best.pair.alone >= CLOSE:
        return Finding(Judgement.BACKGROUND, (Vote("close_but_untied", 0.0), *_told([best])))
    if ties:
        return Finding(Judgement.REJECTED, (Vote("far_apart", -1.0), *(_told([best]) if best else ())))
    if circle := _circle(pieces, head):
        return Finding(Judgement.BACKGROUND, (Vote("circle", 0.5, circle),))
    return Finding(Judgement.REJECTED, (*_missing(sides, wanted), *_doubts(pieces)))


def _circle(pieces: Sequence[Piece], head: int) -> str:
    """
    Return a person or unit of one side that the headline or the lead names, or "".

    Beside a well-known place, or where it meets somebody else's firm, it is no news of this side.
    """
    lead = next((p for p in pieces if p.sentence.start >= head), None)
    near = [p for p in pieces[: 1 + _LEAD] if p.sentence.start < head or p is lead]
    if any(_elsewhere(m, p.line) for p in near for m in p.members):
        return ""
    return next((m.hit.name.text for p in near for m in p.members if _of_a_side(m)), "")


def _of_a_side(member: Member) -> bool:
    return bool(member.hit.name.entity.of) or member.hit.name.role == "person"


def _elsewhere(member: Member, line: Line) -> bool:
    whole = (0, len(line.text))
    return bool(line.others(*whole, "place", member.hit)) or _meets_others(member, line)


def _meets_others(member: Member, line: Line) -> bool:
    """Return whether a person stands in a clause about meeting somebody of a firm."""
    end = line.clause(member.hit.start)[1]
    met = member.hit.name.role == "person" and line.ties(member.hit.end, end, ("two",))
    return bool(met) and lexicon.automaton("place", "guest").any(line.text[member.hit.end : end])


def _missing(sides: set[str], wanted: Sequence[frozenset[str]]) -> list[Vote]:
    gaps = sorted((w - sides for w in wanted), key=lambda gap: len(gap))
    gone = sorted(gaps[0]) if gaps else []
    return [Vote("missing", -1.0, side) for side in gone]


def _doubts(pieces: Sequence[Piece]) -> list[Vote]:
    worst = min((s for p in pieces for s in p.senses), key=lambda s: s.score, default=None)
    return list(worst.votes) if worst and not worst.own else []


def _score(tie: _Tie) -> float:
    return tie.pair.score if tie.pair else 0.0


# --------------------------------------------------------------------------- passages


def _with_followers(tie: _Tie, reader: Reader) -> list[tuple[int, int]]:
    """Return the span of *tie* and of the sentences after it that go on about both (双方...)."""
    spans = [(tie.start, tie.end)]
    while (after := reader.after(spans[-1][1])) and _goes_on(reader.text[after.start : after.end]):
        spans.append((after.start, after.end))
    return spans


def _goes_on(sentence: str) -> bool:
    return bool(lexicon.beginning(sentence.lstrip('　 \t“"'), "ties", "opens"))


def _merge(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return *spans* in order; those that overlap become one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _told(ties: Sequence[_Tie]) -> tuple[Vote, ...]:
    best = max(ties, key=_score)
    if best.pair is None:
        return (Vote("name", 1.0, ", ".join(sorted(best.sides))),)
    senses = [v for m in (best.pair.first, best.pair.second) for v in m.sense.votes if v.rule != "name"]
    return (*best.pair.votes, *senses)[:_VOTES]
