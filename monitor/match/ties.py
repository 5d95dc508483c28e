"""
Where two sides stand close enough together to be said of each other.

A pair of hits is scored from how they stand (clause, sentence, neighbouring sentences, headline and lead)
and from what stands around them. Naming both is no tie: in one clause it nearly is, across clauses something
must relate them (a preposition before the place, an office that receives, words for what two sides do).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.names import Hit
from monitor.match.senses import Sense
from monitor.model import Vote

__all__ = ["CLOSE", "TIED", "Member", "Pair", "weigh"]

TIED = 2.0
"""From this sum on a pair is tied; the weights below belong to it and were set together with it."""

CLOSE = 1.3
"""From this sum on an untied pair of one clause is worth keeping as background."""

_CLAUSE = 2.0
_SENTENCE = 0.5
_NEIGHBOUR = 0.1
_CUE = 0.5  # a word for what ties, each of the first two
_CUE_ACROSS = 0.4  # the same where a clause border lies between
_RELATION = 0.8
_OCCASION = 1.5
_UNIT = 1.2
_ANAPHOR = 0.4
_OTHER = -1.0  # somebody else beside one of the two
_CONSUMER = -1.6
_MARKET = -1.5
_ADVERT = -3.0
_LIST = -2.0
_LIKE = -0.8
_ORIGIN = -1.5
_OUTLET = -1.0
_PRODUCT = -0.5
_ITEM = 12  # characters from one item of an enumeration to the next but one
_WORK = 20  # characters of a title
_WEAK = -0.8  # the sense itself is in doubt
_FIRM = -0.6
_SEAT = 0.8  # where something lies, told of what was named before
_SUBJECT = 0.5  # the same, and the subject says of what
_SAYS = 0.7  # one side, or its office, is who speaks of the other
_CONTEST = 1.2  # places that want the same thing, each of the first two words
_COMES = 1.5
_READY = 0.8
_FRAME = 1.0  # a sentence that begins with nothing but where it happens
_HERE = 0.8
_LABEL = 16  # characters of a place's clause that may stand before its name, and of a label
_APART = -0.5
_FAR = 40  # characters between the two in one clause


@dataclass(frozen=True, slots=True)
class Member:
    """One hit that stands for a side in its own sense."""

    hit: Hit
    sense: Sense

    @property
    def side(self) -> str:
        """The side it stands for."""
        return self.hit.name.side

    @property
    def place(self) -> bool:
        """Return whether it names a place itself, or the place's office."""
        return self.hit.name.entity.kind in ("place", "office") and self.hit.name.role in ("name", "short", "office")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members of different sides in one line, in order, with the votes of their tie."""

    first: Member
    second: Member
    votes: tuple[Vote, ...]

    @property
    def score(self) -> float:
        """The sum of the votes."""
        return round(sum(v.weight for v in self.votes), 3)

    @property
    def alone(self) -> float:
        """The score without what the rest of the article adds."""
        return round(self.score - sum(v.weight for v in self.votes if v.rule == "story"), 3)

    @property
    def one_clause(self) -> bool:
        """Return whether no clause border lies between the two."""
        return self.votes[0].rule == "clause"


def weigh(first: Member, second: Member, line: Line, story: float = 0.0) -> Pair:
    """Return the pair of *first* and *second*, in order, in *line*; *story* is what speaks for one story beforehand."""
    near = _nearness(first, second, line)
    start, end = line.clause(first.hit.start)[0], line.clause(second.hit.end - 1)[1]
    votes = [near, Vote("story", story)] if story else [near]
    clause = near.rule == "clause"
    votes += _cues(line, start, end, clause)
    votes += _relations(first, second, line, clause)
    votes += _against(first, second, line, start, end)
    if not clause and near.rule != "neighbour":
        votes += _occasion(first, second, line)
    if not clause:
        votes += [*_across(first, second, line), *_told_apart(first, second, line)]
    return Pair(first, second, tuple(votes))


def _nearness(first: Member, second: Member, line: Line) -> Vote:
    a, b = first.hit.end, second.hit.start
    words = line.text[first.hit.start : second.hit.end]
    if line.stops(a, b):
        return Vote("neighbour", _NEIGHBOUR)
    if line.clause(first.hit.start) != line.clause(second.hit.start):
        return Vote("sentence", _SENTENCE)
    return Vote("clause", _CLAUSE + (_APART if b - a > _FAR else 0), words[: _FAR * 2])


def _cues(line: Line, start: int, end: int, near: bool) -> Iterable[Vote]:
    found = line.ties(start, end, ("two", "one", "deal", "event"))
    return [Vote("cue", _CUE if near else _CUE_ACROSS, word) for word in found[:2]]


def _relations(first: Member, second: Member, line: Line, near: bool) -> Iterable[Vote]:
    for member in (first, second):
        if word := _leads(member, line, near):
            if not (member is first and word in _JOINS):
                yield Vote("relation", _RELATION, word + line.text[member.hit.start : member.hit.end])
        elif member is second and member.place and _unit(member, line):
            yield Vote("unit", _UNIT, line.text[member.hit.start : member.hit.end + 4])
        elif member.place and _receives(member, line):
            yield Vote("office", _RELATION, line.text[member.hit.start : member.hit.end + 5])


def _leads(member: Member, line: Line, near: bool) -> str:
    """Return the word before *member* that makes it the other side; it must be a whole word (not 原来)."""
    before = line.text[max(0, member.hit.start - 6) : member.hit.start].rstrip(" “\"'《")
    gap = member.hit.start - len(line.text[: member.hit.start].rstrip(" “\"'《")) if before else 0
    far, close = ("arrives", "locative") if member.place else ("receives", "relational")
    file = "place" if member.place else "ties"
    word = lexicon.ending(before, file, far) or (near and lexicon.ending(before, file, close)) or ""
    return word if word and member.hit.start - gap - len(word) in line.edges else ""


# Before the first of the two these join it to something else, that came earlier.
_JOINS = frozenset({"与", "和", "同", "跟", "比"})


def _unit(member: Member, line: Line) -> bool:
    """Return whether the place opens a clause as one of many (a tour, and the stop there): what was said goes on."""
    opens = line.clause(member.hit.start)[0] == member.hit.start
    return opens and bool(lexicon.beginning(line.text[member.hit.end : member.hit.end + 6], "place", "unit"))


def _receives(member: Member, line: Line) -> bool:
    """Return whether the place's own office stands here in a clause about what two sides do."""
    after = line.text[member.hit.end : member.hit.end + 5]
    start, end = line.clause(member.hit.start)
    office = member.hit.name.role == "office" or lexicon.beginning(after, "place", "office")
    return bool(office) and bool(line.ties(start, end, ("two",)))


def _across(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    _, end = line.clause(second.hit.start)
    if found := line.ties(first.hit.end, end, ("anaphor",)):
        yield Vote("anaphor", _ANAPHOR, found[0])
    rivals = _contest(first, second, line)
    yield from [Vote("contest", _CONTEST, word) for word in rivals]
    for member in (first, second):
        kind = "firm" if member.place else "place"
        if rivals and kind == "place":
            continue  # other places stand there because they want the same
        a, b = line.clause(member.hit.start)
        if other := line.others(a, b, kind, member.hit):
            yield Vote("somebody_else", _OTHER, other)


def _contest(first: Member, second: Member, line: Line) -> list[str]:
    """Return the words by which the place competes for what the party has to give, at most two."""
    place, party = (first, second) if first.place else (second, first)
    a, b = line.clause(place.hit.start)
    c, d = line.clause(party.hit.start)
    theirs = line.ties(c, d, ("contest",))
    ours = line.ties(a, b, ("contest",)) if place.place else []
    return [*ours, *theirs][:2] if ours and (theirs or line.ties(c, d, ("deal",))) else []


def _told_apart(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """What makes one story of two clauses: a seat, a speaker, an address, a frame, a zone."""
    for member in (first, second):
        if member.place and (seat := _seat(member, line)):
            yield Vote("seat", _SEAT + (_SUBJECT if seat[1] else 0), seat[0] + member.hit.name.text)
    if not line.stops(first.hit.end, second.hit.start):
        if word := _speaker(first, second, line):
            yield Vote("says", _SAYS, word)
        yield from _addressed(first, second, line)
        if first.place and _frames(first, line):
            yield Vote("frame", _FRAME, first.hit.name.text)
    place, party = (first, second) if first.place else (second, first)
    if place.place and (
        zone := lexicon.ending(line.text[max(0, party.hit.start - 4) : party.hit.start], "place", "zone")
    ):
        yield Vote("zone", _HERE, zone + party.hit.name.text)


def _seat(place: Member, line: Line) -> tuple[str, str] | None:
    """
    Return the word that says that something lies in *place*, and the subject, which is left out or points back.

    A subject points back when it is a common noun (the company, the project) or was named before; whoever only
    lies there beside a noun of its own (位于_的博物馆) says nothing of what went before.
    """
    start, end = line.clause(place.hit.start)
    if "的" in line.text[place.hit.end : end] or place.hit.start - start > _LABEL * 2:
        return None
    before = _bare(line.text[start : place.hit.start])
    if not before and (label := lexicon.ending(line.text[:start].rstrip(":： ")[-_LABEL:], "place", "label")):
        return label, label
    word = lexicon.ending(before, "place", "seat")
    subject = before[: len(before) - len(word)].strip()
    known = not subject or subject in lexicon.words("place", "subject") or _named(subject, line.text[:start])
    if word == "是" and not subject:
        return None
    return (word, subject) if word and known else None


def _named(subject: str, before: str) -> bool:
    return len(subject) > 1 and subject in before


def _bare(before: str) -> str:
    """Return what stands before a place without quotes, the province it lies in, and what English puts between."""
    text = before.strip(" “\"'").removesuffix(" in")
    return text[: len(text) - len(lexicon.ending(text, "place", "province"))]


def _speaker(first: Member, second: Member, line: Line) -> str:
    """Return the word with which one side speaks of the other; of a place only its office or a person speaks."""
    if (not first.place or _official(first, line)) and (found := line.ties(first.hit.end, second.hit.start, ("says",))):
        return found[0]
    if second.place and _official(second, line):
        end = line.clause(second.hit.start)[1]
        return next(iter(line.ties(second.hit.end, end, ("says",))), "")
    return ""


def _official(place: Member, line: Line) -> bool:
    # The office stands after the name, or after what kind of place it is (市, 县, 区).
    after = line.text[place.hit.end : place.hit.end + 6]
    words = (lexicon.beginning(text, "place", "office") for text in (after, after[1:]))
    return place.hit.name.role == "office" or any(len(word) > 1 for word in words)


def _addressed(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """The party comes, or is spoken to, and the next clause is the place's own."""
    if first.place or not second.place or line.clause(second.hit.start)[0] != second.hit.start:
        return
    comes = lexicon.beginning(line.text[first.hit.end : first.hit.end + 5], "ties", "comes")
    ready = lexicon.beginning(line.text[second.hit.end : second.hit.end + 5], "ties", "ready")
    if comes or ready:
        yield Vote("comes", _COMES + (_READY if comes and ready else 0), comes or ready)


def _frames(place: Member, line: Line) -> bool:
    """Return whether the line begins with a clause that is only where: all of its sentence happens there."""
    start, end = line.clause(place.hit.start)
    clause = line.text[start:end].strip()
    head = line.text[:start].strip() == "" and line.text[end : end + 1] in ("，", ",")
    return head and (
        clause.removeprefix("in ") == place.hit.name.text or (len(clause) <= 9 and clause[-1] in "市区县镇")
    )


def _occasion(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """A fair is held in the place, and the party comes to it."""
    place, party = (first, second) if first.place else (second, first)
    held = line.ties(*line.clause(place.hit.start), ("held",))
    if place.place and held and (comes := line.ties(party.hit.end, line.clause(party.hit.start)[1], ("attends",))):
        yield Vote("occasion", _OCCASION, f"{held[0]} {comes[0]}")


def _against(first: Member, second: Member, line: Line, start: int, end: int) -> Iterable[Vote]:
    for section, weight in (("consumer", _CONSUMER), ("market", _MARKET), ("advert", _ADVERT)):
        if found := line.ties(start, end, (section,)):
            yield Vote(section, weight, found[0])
    if _listed(first, second, line):
        yield Vote("list", _LIST, line.text[first.hit.start : second.hit.end])
    for member in (first, second):
        # A party right before the place is no crop of it: that would be named after the place.
        if member.sense.score < 1 and not (member is first and first.hit.end == second.hit.start):
            yield Vote("weak_sense", _WEAK, member.hit.name.text)
        yield from _place_doubts(member, line) if member.place else _party_doubts(member, line)


def _listed(first: Member, second: Member, line: Line) -> bool:
    """
    Return whether the two are items of one enumeration (甲、乙、丙), which ties neither to the other.

    A verb between them (甲、乙落户丙、丁) or one that takes two sides after them (甲、乙共建) makes it none.
    """
    between = line.text[first.hit.end : second.hit.start]
    if not between.endswith("、") or len(between) > _ITEM:
        return False
    end = line.clause(second.hit.start)[1]
    verbs = line.ties(first.hit.end, second.hit.start, ("deal", "two", "one"))
    return not verbs and not line.ties(second.hit.end, end, ("two",))


def _place_doubts(member: Member, line: Line) -> Iterable[Vote]:
    after = line.text[member.hit.end : member.hit.end + 5]
    if (word := line.word_at(member.hit.end)) in lexicon.words("place", "origin"):
        yield Vote("origin", _ORIGIN, member.hit.name.text + word)
    elif word := lexicon.beginning(after, "place", "outlet"):
        yield Vote("outlet", _OUTLET, member.hit.name.text + word)
    elif word := lexicon.beginning(after, "place", "firm"):
        yield Vote("firm", _FIRM, member.hit.name.text + word)
    if _in_title(member, line):
        yield Vote("work", _ORIGIN, member.hit.name.text)


def _in_title(member: Member, line: Line) -> bool:
    """Return whether the name stands in the title of a work."""
    opened = line.text.rfind("《", max(0, member.hit.start - _WORK), member.hit.start)
    return opened >= 0 and "》" not in line.text[opened : member.hit.start]


def _party_doubts(member: Member, line: Line) -> Iterable[Vote]:
    before = line.text[max(0, member.hit.start - 3) : member.hit.start]
    after = line.text[member.hit.end : member.hit.end + 8].lstrip(" ")
    if word := lexicon.ending(before, "ties", "likeness"):
        yield Vote("likeness", _LIKE, word + member.hit.name.text)
    word = lexicon.beginning(after, "company", "product")
    if word and not lexicon.automaton("company", "made").any(after[len(word) : len(word) + 3]):
        yield Vote("product", _PRODUCT, member.hit.name.text + word)
    elif any(v.rule == "model" for v in member.sense.votes):
        yield Vote("product", _PRODUCT, member.hit.name.text)
