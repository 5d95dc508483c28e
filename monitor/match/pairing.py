"""
Which names of an article are weighed against each other.

    within    the members of one sentence, neighbour by neighbour
    between   two sentences of one item; across paragraphs only what a strong sign bridges
    under     the headline and the lead; further down only where a part in a deal is filled
    scoped    a list whose heading names the place: each of its items lies there
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.match.names import Hit
from monitor.match.reading import Piece, Reader
from monitor.match.sequel import ISSUES, issued
from monitor.match.ties import TIED, Pair, weigh
from monitor.model import Vote

__all__ = ["LEAD", "Tie", "published", "retold", "ties"]

LEAD = 2
"""Sentences of the text that a headline is read together with."""

_STORY = 0.7  # headline and lead are one story beforehand; neighbouring sentences need not be
_TOLD = 0.7  # a lead that names both, under a headline that names one
_CLAIMED = -1.0  # headline or lead give the place to another firm
_SCOPE = 1.6  # an item of a list that is the place's own
_OF_OFFICE = 0.4  # ... and the heading names the office that is asked
_CUE = 0.4
# What it weighs that a short text names nobody else, by how many different words in it say what sides do. Of our cases
# at first sight such texts with one word were relevant in 28 of 32, with two or more in 58 of 64; two lines joined at
# random (eval's round-ups) hold back from more.
_LIFTS = (0.0, 0.25, 0.9)
_PLAIN = frozenset({"sentence", "neighbour", "story", "cue"})
_SHORT_TEXT = 500  # characters
_ANSWER = 1.3  # an answer is of what was asked
_TURN = 60  # characters of an answer that may come before the sentence that names the place
_ASKS = re.compile(r"\s*(?:问|记者|主持人|提问|投资者|[^:：，。]{0,6}记者|q|网友|市民)\d{0,2}\s*[:：]")
_REPLIES = re.compile(r"\s*(?!记者|问)(?:答|a|[^:：，。？?]{1,8})\s*[:：]")
_REACH = 120  # characters between two paragraphs that one account may span
_AGAIN = 300  # characters in which something may have been named before
_DEEP = 8  # pieces of an article that its headline may still open
_ROUND_UP = re.compile(
    r"(?:[一本上]周|周[报记刊]|[早晚午日]报|要闻|盘点|速[览递]|快[讯报]|汇总|简报|资讯)\s*[:：|｜丨]"
)
_POINTS_BACK = re.compile(
    r"\s*(?:该|此|上述|这一?[个座家条]?)(?:项目|基地|工厂|公司|企业|中心|园区|产业园|生产线|产线|协议|合作|投资|活动|工程)"
)
_HEADING = 40  # characters of a heading


@dataclass(frozen=True, slots=True)
class Tie:
    """A passage and the sides that are tied in it."""

    start: int
    end: int
    sides: frozenset[str]
    pair: Pair | None  # none where one side is enough

    def enough(self, wanted: Sequence[frozenset[str]]) -> bool:
        """Return whether one of the sets of sides in *wanted* is tied here."""
        return any(sides <= self.sides for sides in wanted)


def ties(pieces: Sequence[Piece], reader: Reader, head: int) -> list[Tie]:
    """Return every tie of *pieces*, good or not; the headline takes the first *head* characters."""
    if _ROUND_UP.search(reader.text, 0, max(head - 1, 0)) and len(_headline(pieces, head)) > 1:
        # A headline that names several pieces of news ties nothing: each of them is read for itself.
        return [t for p in pieces if p.sentence.start >= head for t in _of_piece(p, 0.0)]
    found = [
        *_within(pieces, head),
        *_between(pieces, head),
        *_pointed(pieces, reader, head),
        *_bridged(pieces, reader, head),
        *_under(pieces, reader, head),
        *_scoped(pieces, head),
    ]
    lift = _nobody_else(pieces, reader)
    return [_lifted(t, lift) for t in found] if lift else found


def _nobody_else(pieces: Sequence[Piece], reader: Reader) -> float:
    """Return what it weighs that a short text names no other well-known firm or place, and says what sides do."""
    if len(reader.text) > _SHORT_TEXT:
        return 0.0
    line, whole = Line(reader.text), (0, len(reader.text))
    own = [
        Hit(m.hit.start + at, m.hit.end + at, m.hit.name)
        for p in pieces
        for m in p.members
        for at in [p.sentence.start]
    ]
    others = any(line.others(*whole, kind, own) for kind in ("place", "firm"))
    if others or line.ties(*whole, ("consumer", "market", "advert")):
        return 0.0
    return _LIFTS[min(len(line.ties(*whole, ("two", "one", "deal"))), len(_LIFTS) - 1)]


def _lifted(tie: Tie, lift: float) -> Tie:
    """Return *tie* with what the text as a whole adds, where nothing speaks against it and no more is wanting."""
    pair = tie.pair
    if pair is None or not TIED - lift <= pair.score < TIED or any(v.weight < 0 for v in pair.votes):
        return tie
    if all(v.rule in _PLAIN for v in pair.votes):  # what only stands beside it is not lifted
        return tie
    pair = replace(pair, votes=(*pair.votes, Vote("nobody_else", lift)))
    return replace(tie, pair=pair, sides=tie.sides | {pair.first.side, pair.second.side})


def retold(pieces: Sequence[Piece], good: Sequence[Tie], wanted: Sequence[frozenset[str]], head: int) -> list[Tie]:
    """
    Return what tells the tie again in an article that headline or lead say is about it.

    That is any sentence that names all sides together, and the lead where it names them all, or one of them, says what
    two sides do, and names nobody else.
    """
    body = [p for p in pieces if p.sentence.start >= head]
    reached = max((p.sentence.end for p in body[:LEAD]), default=0)
    if not _headline(pieces, head) or not any(t.end <= reached for t in good):
        return []
    full = [t for p in body for t in _of_piece(p, _STORY) if t.enough(wanted)]
    first = body[0].sentence.item if body else 0
    body = [p for p in body if not p.sentence.listed or p.sentence.item == first]  # other items are other news
    lead = [p for p in body[:LEAD] if p.members and (_does(p) or any(w <= {m.side for m in p.members} for w in wanted))]
    return [*full, *(Tie(p.sentence.start, p.sentence.end, frozenset(), None) for p in lead)]


def published(pieces: Sequence[Piece], wanted: Sequence[frozenset[str]], head: int, by: frozenset[str]) -> list[Tie]:
    """
    Return the ties of the lead of a text that one side (*by*) publishes itself: it names the other, says in two words or more
    what sides do, and names nobody else. What a city's own government tells of a firm's project is of the city.
    """
    lead = [p for p in pieces if p.sentence.start >= head and p.members][:LEAD] if by else []
    return [
        Tie(p.sentence.start, p.sentence.end, frozenset(m.side for m in p.members) | by, None)
        for p in lead
        if any(w <= {m.side for m in p.members} | by for w in wanted) and _says_much(p)
    ]


def _says_much(piece: Piece) -> bool:
    words = set(piece.line.ties(0, len(piece.line.text), ("two", "deal")))
    return len(words) > 1 and all(m.plain for m in piece.members) and _does(piece)


# --------------------------------------------------------------------------- one sentence, two sentences


def _within(pieces: Sequence[Piece], head: int) -> list[Tie]:
    leads = _leads(pieces, head)
    paper = any(issued(m, p.line) for p in pieces if p.sentence.start < head for m in p.members)
    told = ISSUES if paper else _TOLD
    return [t for p in pieces for t in _of_piece(p, told if p in leads else 0.0)]


def _leads(pieces: Sequence[Piece], head: int) -> list[Piece]:
    """Return the first sentences that name a side and are no copy of it, under a headline that names any."""
    titles = [p.line.text for p in pieces if p.sentence.start < head]
    leads = [p for p in pieces if p.sentence.start >= head][:LEAD] if titles and _headline(pieces, head) else []
    return [p for p in leads if not any(p.line.text.strip(" 。.!！") in title for title in titles)]


def _headline(pieces: Sequence[Piece], head: int) -> set[str]:
    """Return the sides that the headline names."""
    return {m.side for p in pieces if p.sentence.start < head for m in p.members}


def _of_piece(piece: Piece, story: float) -> list[Tie]:
    """Return the ties of neighbouring members; tied members pass their sides on, so that three can be tied by two."""
    members, start, end = piece.members, piece.sentence.start, piece.sentence.end
    beside = [m.hit for m in members]
    found: list[Tie] = []
    sides: set[str] = {members[0].side} if members else set()
    for a, b in pairwise(members):
        if a.side == b.side:
            continue
        pair = weigh(a, b, piece.line, beside, story)
        sides = {*sides, b.side} if pair.score >= TIED else {b.side}
        found.append(Tie(start, end, frozenset(sides), pair))
    return found or [Tie(start, end, frozenset(m.side for m in members if m.plain), None)]


def _between(pieces: Sequence[Piece], head: int) -> list[Tie]:
    """Return the ties of neighbouring sentences of one item."""
    leads = _leads(pieces, head)
    found = []
    for a, b in pairwise(pieces):
        answers = _answers(a, b)
        if answers or (a.sentence.item == b.sentence.item and a.sentence.end == b.sentence.start):
            asked = a.line.text.rstrip().endswith(("?", "？", "!", "！"))
            story = _STORY if asked and b.sentence.end <= head else _TOLD if a in leads and b in leads else 0.0
            story += _ANSWER if answers else 0.0
            found += _joined(a, b, story, a.sentence.start, headed=asked)
    return found


def _pointed(pieces: Sequence[Piece], reader: Reader, head: int) -> list[Tie]:
    """Return the sentences that name a side and are told to be of the tie by the next one, which points back to them."""
    found = []
    for a, b in pairwise(p for p in pieces if p.sentence.start >= head):
        next_to = a.sentence.item == b.sentence.item and a.sentence.end == b.sentence.start
        if next_to and a.members and _POINTS_BACK.match(reader.text, b.sentence.start):
            found += [replace(t, start=a.sentence.start) for t in _of_piece(b, 0.0) if t.pair]
    return found


def _answers(a: Piece, b: Piece) -> bool:
    """Return whether *b* answers what is asked in *a*: two paragraphs of an interview."""
    near = 0 <= b.sentence.start - a.sentence.end <= _TURN
    return near and bool(_ASKS.match(a.line.text)) and bool(_REPLIES.match(b.line.text))


def _bridged(pieces: Sequence[Piece], reader: Reader, head: int) -> list[Tie]:
    """Return the ties of two paragraphs, or of two sentences with another between them, that a strong sign bridges."""
    found = []
    for a, b in pairwise(p for p in pieces if p.sentence.start >= head):
        apart = a.sentence.item != b.sentence.item or a.sentence.end != b.sentence.start
        if apart and b.sentence.start - a.sentence.end <= _REACH and not (a.sentence.listed or b.sentence.listed):
            strong = _strong(_joined(a, b, 0.0, a.sentence.start, _before(b, reader)))
            found += [replace(t, start=s.start, end=s.end) for t in strong for s in (a.sentence, b.sentence)]
    return found


def _strong(found: Sequence[Tie]) -> list[Tie]:
    return [t for t in found if t.pair and t.pair.strong]


def _before(piece: Piece, reader: Reader) -> str:
    return reader.text[max(0, piece.sentence.start - _AGAIN) : piece.sentence.start]


def _joined(a: Piece, b: Piece, story: float, start: int, before: str = "", *, headed: bool = False) -> list[Tie]:
    if not a.members or not b.members:
        return []
    line = Line(f"{a.line.text}\n{b.line.text}", before)
    shift = len(a.line.text) + 1
    moved = {m: _moved(m, shift) for m in b.members}
    beside = [m.hit for m in (*a.members, *moved.values())]
    found = []
    for first, second in _pairs(a, b):
        pair = weigh(first, moved[second], line, beside, story, headed=headed)
        sides = frozenset({first.side, second.side}) if pair.score >= TIED else frozenset({second.side})
        found.append(Tie(start, b.sentence.end, sides, pair))
    return found


def _moved(member: Member, shift: int) -> Member:
    return replace(member, hit=Hit(member.hit.start + shift, member.hit.end + shift, member.hit.name))


def _pairs(a: Piece, b: Piece) -> list[tuple[Member, Member]]:
    """Return the last member of each side in *a* with the first and last of each other side in *b*."""
    last = {m.side: m for m in a.members}
    first = {m.side: m for m in reversed(b.members)}
    final = {m.side: m for m in b.members}
    return [
        (x, y)
        for s, x in last.items()
        for t in first
        if s != t and t not in last and s not in first
        for y in dict.fromkeys((first[t], final[t]))
    ]


# --------------------------------------------------------------------------- under a headline


def _under(pieces: Sequence[Piece], reader: Reader, head: int) -> list[Tie]:
    """Return the ties of the headline and the text; their passage is in the text."""
    titles = [p for p in pieces if p.sentence.start < head]
    body = [p for p in pieces if p.sentence.start >= head]
    if len(_headline(pieces, head)) != 1:  # a headline that names both was judged by itself
        return []
    claim = _CLAIMED if any(_claimed(p) for p in (*titles, *body[:LEAD])) else 0.0
    found = [t for a in titles for b in body[:LEAD] for t in _opened(a, b, claim, reader)]
    deep = [t for a in titles for b in body[LEAD:_DEEP] for t in _opened(a, b, claim, reader)]
    return [*found, *_strong(deep)]


def _opened(title: Piece, piece: Piece, claim: float, reader: Reader) -> list[Tie]:
    both = {m.place for m in piece.members} == {True, False}
    story = round(_STORY + (0.0 if both else claim), 3)
    return _joined(title, piece, story, piece.sentence.start, _before(piece, reader), headed=True)


def _claimed(piece: Piece) -> bool:
    """Return whether the line gives the place to another well-known firm and names no party."""
    places = [m for m in piece.members if m.place]
    if len(places) < len(piece.members):
        return False
    own = [m.hit for m in piece.members]
    return any(piece.line.others(*piece.line.clause(m.hit.start), "firm", own) for m in places)


def _scoped(pieces: Sequence[Piece], head: int) -> list[Tie]:
    """Return the ties of the items of a list with what its heading, or the line that closes it, says of all."""
    scopes = [m for p in pieces if _opens_list(p, head) for m in p.members if m.place][:1]
    return [t for scope in scopes for p in pieces if p.sentence.start >= head for t in _in_scope(scope, p)]


def _opens_list(piece: Piece, head: int) -> bool:
    if not piece.members or not all(m.place for m in piece.members):
        return False
    text = piece.line.text.strip()
    if text.startswith(("以上", "上述")):
        return True
    if piece.sentence.start < head and text[piece.members[0].hit.end :][:1] in (":", "："):
        own = [m.hit for m in piece.members]
        return piece.members[0].hit.start == 0 and not piece.line.others(0, len(text), "firm", own)
    heading = piece.sentence.start < head or (len(text) <= _HEADING and not text.endswith(("。", "！", "？")))
    return heading and lexicon.automaton("ties", "scope").any(text)


def _in_scope(scope: Member, piece: Piece) -> list[Tie]:
    party = next((m for m in piece.members if not m.place), None)
    whole = (0, len(piece.line.text))
    own = [m.hit for m in piece.members]
    idle = piece.line.ties(*whole, ("consumer", "market", "advert"))
    if party is None or idle or piece.line.others(*whole, "place", own):
        return []
    cues = [Vote("cue", _CUE, word) for word in piece.line.ties(*whole, ("two", "deal"))[:2]]
    asked = [Vote("office", _OF_OFFICE)] if any(v.rule == "office" for v in scope.sense.votes) else []
    pair = Pair(scope, party, (Vote("scope", _SCOPE, scope.hit.name.text), *asked, *cues))
    sides = frozenset({scope.side, party.side}) if pair.score >= TIED else frozenset({party.side})
    return [Tie(piece.sentence.start, piece.sentence.end, sides, pair)]


def _does(piece: Piece) -> bool:
    """Return whether the line says what sides do, and names no well-known place or firm beside them."""
    line = piece.line
    whole = (0, len(line.text))
    others = [line.others(*whole, kind, [m.hit for m in piece.members]) for kind in ("place", "firm")]
    return bool(line.ties(*whole, ("two", "deal"))) and not any(others)
