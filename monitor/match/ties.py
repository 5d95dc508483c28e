"""
Where two sides stand close enough together to be said of each other.

A pair of hits is scored from how they stand (clause, sentence, neighbouring sentences, headline and lead)
and from what stands around them. Naming both is no tie: in one clause it nearly is, across clauses something
must relate them (a preposition before the place, an office that receives, words for what two sides do).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.match import lexicon
from monitor.match.doubts import LEAD_WORDS, REST, ROW, against
from monitor.match.line import Line
from monitor.match.links import STRONG, across, occasion
from monitor.match.members import Member
from monitor.match.names import Hit
from monitor.match.seats import bare, subject_of_its_own, supply
from monitor.match.sequel import leans
from monitor.model import Vote

__all__ = ["CLOSE", "TIED", "Pair", "weigh"]

TIED = 2.0
"""From this sum on a pair is tied; the weights below belong to it and were set together with it."""

CLOSE = 1.3
"""From this sum on an untied pair of one clause is worth keeping as background."""

_CLAUSE = 2.0
_SENTENCE = 0.5
_SENTENCE_LATIN = 1.2  # a comma of English parts less: what it sets off is of the same verb
_NEIGHBOUR = 0.1
_CUE = 0.5  # a word for what ties, each of the first two
_CUE_ACROSS = 0.4  # the same where a clause border lies between
_RELATION = 0.8
_BOTH = 1.0  # each of two clauses of a sentence does: of 2,000 joined lines 1 in 100
_BOTH_NEAR = 0.6  # the same of two sentences
_UNIT = 1.2
_HEADLINE = 1.2  # the headline of a report that is spoken of names both
_TITLE = 40  # characters of a headline, on either side of a name
_REPORT = re.compile(r"(?:的?(?:一[文稿]|报道|文章|消息|新闻|稿件))")
_ELSE = -1.0  # another firm is who does it in the place
_APART = -0.5
_FAR = 40  # characters between the two in one clause
_FAR_LATIN = 90  # the same in Latin letters, of which a word takes six and not two


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
    def strong(self) -> bool:
        """Return whether a sign ties the two that holds beyond a paragraph."""
        return any(v.rule in STRONG for v in self.votes)

    @property
    def one_clause(self) -> bool:
        """Return whether no clause border lies between the two."""
        return self.votes[0].rule == "clause"


def weigh(
    first: Member, second: Member, line: Line, beside: Sequence[Hit], story: float = 0.0, *, headed: bool = False
) -> Pair:
    """
    Return the pair of *first* and *second*, in order, in *line*, where the topic's names *beside* stand.

    *story* is what speaks for one story beforehand; *headed* says that the first is in the headline of the second.
    """
    near = _nearness(first, second, line)
    start, end = line.clause(first.hit.start)[0], line.clause(second.hit.end - 1)[1]
    votes = [near, Vote("story", story)] if story else [near]
    clause = near.rule == "clause"
    # What is said of the second may follow in the clauses after its own.
    votes += _cues(line, start, end if clause else line.ends(second.hit.end), clause)
    votes += _relations(first, second, line, clause)
    votes += supply(first, second, line)
    if not clause and (report := _in_headline(first, second, line)):
        votes.append(Vote("headline", _HEADLINE, report))
    if clause and (head := _headed_by(first, second, line)):
        votes.append(Vote("somebody_else", _ELSE, head))
    if not clause:
        votes += occasion(first, second, line) if near.rule != "neighbour" else ()
        bridged = list(across(first, second, line, beside, headed))
        if all(v.rule != "somebody_else" for v in bridged) and _both(first, second, line):
            votes.append(Vote("both_do", _BOTH if near.rule == "sentence" else _BOTH_NEAR))
        votes += bridged
    votes += against(first, second, line, start, end, {v.rule for v in votes})
    return Pair(first, second, tuple(votes))


def _in_headline(first: Member, second: Member, line: Line) -> str:
    """Return the headline of another report that names both, where it is quoted (《甲押注…　乙砸下…》一文), or ""."""
    opened = line.text.rfind("《", max(0, first.hit.start - _TITLE), first.hit.start)
    closed = line.text.find("》", second.hit.end, second.hit.end + _TITLE)
    whole = opened >= 0 and closed >= 0 and not any(mark in line.text[opened + 1 : closed] for mark in "《》")
    return line.text[opened : closed + 1] if whole and _REPORT.match(line.text, closed + 1) else ""


def _headed_by(first: Member, second: Member, line: Line) -> str:
    """
    Return the well-known firm that heads the clause before the place, where the party comes after it, or who does it with the
    place in the next item of a headline (甲签丙、丁投乙), or "".
    """
    if second.place and (item := line.text.rfind("、", first.hit.end, second.hit.start)) >= 0:
        return subject_of_its_own(second, line, item + 1)
    if not first.place or line.text[second.hit.start - 1 : second.hit.start] in "、与和及":
        return ""
    start = line.clause(first.hit.start)[0]
    firm = line.others(start, first.hit.start, "firm", [first.hit, second.hit])
    return firm if firm and line.text[start:].lstrip().startswith(firm) else ""


def _nearness(first: Member, second: Member, line: Line) -> Vote:
    a, b = first.hit.end, second.hit.start
    words = line.text[first.hit.start : second.hit.end]
    if line.stops(a, b):
        return Vote("neighbour", _NEIGHBOUR)
    if (
        words[first.hit.end - first.hit.start :].startswith(", ")
        and b - a == 2
        and line.ties(b, len(line.text), ("two",))
    ):
        return Vote("clause", _CLAUSE, words)  # an English headline's "and"
    if line.clause(first.hit.start) != line.clause(second.hit.start) and not _APPOSED.fullmatch(line.text, a, b):
        return Vote("sentence", _SENTENCE_LATIN if words.isascii() else _SENTENCE)
    far = _FAR_LATIN if words.isascii() else _FAR
    return Vote("clause", _CLAUSE + (_APART if b - a > far else 0), words[: _FAR * 2])


def _cues(line: Line, start: int, end: int, near: bool) -> Iterable[Vote]:
    found = line.ties(start, end, ("two", "one", "deal", "event"))
    return [Vote("cue", _CUE if near else _CUE_ACROSS, word) for word in found[:2]]


def _both(first: Member, second: Member, line: Line) -> bool:
    """Return whether each of the two clauses, or of two sentences each, says what sides do."""
    if line.stops(first.hit.end, second.hit.start):
        spans = [(line.sentence(m.hit.start), line.ends(m.hit.end)) for m in (first, second)]
    else:
        spans = [line.clause(m.hit.start) for m in (first, second)]
    return all(line.ties(*span, ("two", "one", "deal", "event")) for span in spans)


def _relations(first: Member, second: Member, line: Line, near: bool) -> Iterable[Vote]:
    for member in (first, second):
        if word := _leads(member, line, near or (member is second and leans(member, line))):
            if not (member is first and word in _JOINS):
                yield Vote("relation", _RELATION, word + line.text[member.hit.start : member.hit.end])
        elif member is second and member.place and _unit(first, member, line):
            yield Vote("unit", _UNIT, line.text[member.hit.start : member.hit.end + 4])
        elif member.place and _receives(member, line):
            yield Vote("office", _RELATION, line.text[member.hit.start : member.hit.end + 5])


def _leads(member: Member, line: Line, near: bool) -> str:
    """
    Return the word before *member* that makes it the other side; a short one must be a whole word (not 原来).

    Before a row of names (甲、乙、丙) it leads to each of them.
    """
    if member.hit.name.text.isascii() and near and (led := _led(member, line)):
        return led
    far, close = ("arrives", "locative") if member.place else ("receives", "relational")
    file = "place" if member.place else "ties"
    before = line.text[max(0, member.hit.start - 8) : member.hit.start].rstrip(" “\"'《")
    if member.place:
        before = bare(before)
    if before.endswith("、"):
        return _leads_row(member, line, file, far)
    gap = member.hit.start - line.text.rindex(before, 0, member.hit.start) - len(before) if before else 0
    word = lexicon.ending(before, file, far) or (near and lexicon.ending(before, file, close)) or ""
    return word if len(word) > 1 or (word and member.hit.start - gap - len(word) in line.edges) else ""


def _led(member: Member, line: Line) -> str:
    """Return the English words before *member* that make it the other side, or ""."""
    before = line.text[max(0, member.hit.start - LEAD_WORDS) : member.hit.start]
    found = (_TO_PLACE if member.place else _TO_PARTY).search(before)
    return found[0] if found else ""


def _leads_row(member: Member, line: Line, file: str, far: str) -> str:
    """Return the word, of two characters at least, before the first of the row of names that *member* stands in."""
    start = max(line.clause(member.hit.start)[0], member.hit.start - ROW)
    head = line.text[start : member.hit.start].split("、", 1)[0]
    words = lexicon.automaton(file, far)
    return next((words.words[i] for i, a, b in words.find(head, ROW) if b - a > 1), "")


# The second is what the first has been called: 甲队新主场——乙市体育馆.
_APPOSED = re.compile(r"[\u4e00-\u9fff]{0,10}——")

# Before the first of the two these join it to something else, that came earlier.
_JOINS = frozenset({"与", "和", "同", "跟", "比"})


_TO_PLACE = re.compile(
    r"\b(?:its|in|to|into|for|with|near|from|visits?|visited|chooses|picks) (?:[a-z]+ province's |central |eastern |western )?$"
)
_TO_PARTY = re.compile(
    r"\b(?:with|for|to|from|(?<!made )by|lure|woo|court|host|invite|suppliers? of|unit of|arm of|subsidiary of) $"
)


def _unit(first: Member, place: Member, line: Line) -> bool:
    """
    Return whether the place opens a clause as one of many (a tour, and the stop there): what was said goes on.

    Where another firm stands beside the first, it may be that one's.
    """
    opens = line.clause(place.hit.start)[0] == place.hit.start
    rest = REST.sub("", line.text[place.hit.end : place.hit.end + ROW], count=1)
    unit = opens and lexicon.beginning(rest, "place", "unit")
    return bool(unit) and not line.others(*line.clause(first.hit.start), "firm", [first.hit])


def _receives(member: Member, line: Line) -> bool:
    """Return whether the place's own office stands here in a clause about what two sides do."""
    after = line.text[member.hit.end : member.hit.end + 5]
    start, end = line.clause(member.hit.start)
    office = member.hit.name.role == "office" or lexicon.beginning(after, "place", "office")
    return bool(office) and bool(line.ties(start, end, ("two",)))
