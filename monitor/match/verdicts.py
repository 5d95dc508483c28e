"""From the pieces of a text to its verdict: which pieces tie the sides, and what is left when none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.match import lexicon, pairing
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.match.pairing import LEAD, Tie
from monitor.match.reading import Piece, Reader
from monitor.match.ties import CLOSE, TIED
from monitor.model import Judgement, Vote

__all__ = ["Finding", "judge"]

_VOTES = 12  # told of one verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """What a text came to; passages are spans of the reading that the pieces lie in."""

    judgement: Judgement
    votes: tuple[Vote, ...]
    passages: tuple[tuple[int, int], ...] = ()


def judge(
    pieces: Sequence[Piece],
    reader: Reader,
    wanted: Sequence[frozenset[str]],
    head: int,
    by: frozenset[str] = frozenset(),
) -> Finding:
    """
    Return what *pieces* come to; *wanted* are the sets of sides of which one must be tied, the headline takes the first
    *head* characters, and *by* are the sides that publish the text themselves.
    """
    sides = {m.side for p in pieces for m in p.members} | by
    if not any(all_ <= sides for all_ in wanted):
        return _untied(pieces, (), sides, wanted, head)
    ties = pairing.ties(pieces, reader, head)
    good = [t for t in ties if t.enough(wanted)]
    own = pairing.published(pieces, wanted, head, by)
    if good or own:
        told = [*good, *own, *pairing.retold(pieces, good, wanted, head)]
        spans = _merge([s for t in told for s in _with_followers(t, reader)])
        return Finding(Judgement.RELEVANT, _told(good) if good else (Vote("publisher", TIED, *sorted(by)[:1]),), spans)
    return _untied(pieces, ties, sides, wanted, head)


# --------------------------------------------------------------------------- what is left


def _untied(
    pieces: Sequence[Piece], ties: Sequence[Tie], sides: set[str], wanted: Sequence[frozenset[str]], head: int
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
    near = [p for p in pieces[: 1 + LEAD] if p.sentence.start < head or p is lead]
    if any(_elsewhere(m, p.line) for p in near for m in p.members):
        return ""
    return next((m.hit.name.text for p in near for m in p.members if _of_a_side(m)), "")


def _of_a_side(member: Member) -> bool:
    return bool(member.hit.name.entity.of) or member.hit.name.role == "person"


def _elsewhere(member: Member, line: Line) -> bool:
    whole = (0, len(line.text))
    return bool(line.others(*whole, "place", [member.hit])) or _meets_others(member, line)


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


def _score(tie: Tie) -> float:
    return tie.pair.score if tie.pair else 0.0


# --------------------------------------------------------------------------- passages


def _with_followers(tie: Tie, reader: Reader) -> list[tuple[int, int]]:
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


def _told(ties: Sequence[Tie]) -> tuple[Vote, ...]:
    best = max(ties, key=_score)
    if best.pair is None:
        return (Vote("name", 1.0, ", ".join(sorted(best.sides))),)
    senses = [v for m in (best.pair.first, best.pair.second) for v in m.sense.votes if v.rule != "name"]
    return (*best.pair.votes, *senses)[:_VOTES]
