"""
Where two sides stand close enough together to be said of each other.

A pair of hits is scored from how they stand (clause, sentence, neighbouring sentences, headline and lead)
and from what stands around them. Naming both is no tie: in one clause it nearly is, across clauses something
must relate them (a preposition before the place, an office that receives, words for what two sides do).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.links import STRONG, across, bare, occasion, part, supply
from monitor.match.members import Member
from monitor.match.names import Hit
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
_ELSE = -1.0  # another firm is who does it in the place
_CONSUMER = -1.6
_MARKET = -1.5
_ADVERT = -3.0
_LIST = -2.0
_AMONG = -0.8  # one of several firms that are told in a row
_USED = -1.6  # somebody drives, wears, holds it
_LIKE = -1.5
_RIVAL = -3.0
_ORIGIN = -1.5
_OUTLET = -1.0
_PRODUCT = -0.5
_ITEM = 12  # characters from one item of an enumeration to the next but one
_WORK = 20  # characters of a title
_VERB = 4  # characters of a verb
_QUOTES = "“”\"'「」"
_MANY = 20  # offices that are looked at in one line
_LIKE_IT = re.compile(r"\b(?:like|unlike|than|versus|vs|against) $")
_ITS_RIVALS = re.compile(r"\b(?:rivals?|competitors?)(?: such as| like| including)? $")
_RIVALS = re.compile(r"[^,，。;；]{0,8}?等(?:的)?(?:竞争)?(?:对手|友商|竞品|同行)")
_OWNED = 8  # characters before a name in which somebody has or uses one of its products
_WHOSE = re.compile(r"[我他她你咱]?[们家]?的?$|自己的$|新买的$|新款$")
_MODEL = 6  # characters of a model with its number
_VENUE = 10  # characters after a place in which a branch or an exchange is named after it
_ROW = 30  # characters of a row of names
_WEAK = -0.8  # the sense itself is in doubt
_FIRM = -0.6
_AT_FIRM = -1.5
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
    if clause and (head := _headed_by(first, second, line)):
        votes.append(Vote("somebody_else", _ELSE, head))
    if not clause:
        votes += occasion(first, second, line) if near.rule != "neighbour" else ()
        bridged = list(across(first, second, line, beside, headed))
        if all(v.rule != "somebody_else" for v in bridged) and _both(first, second, line):
            votes.append(Vote("both_do", _BOTH if near.rule == "sentence" else _BOTH_NEAR))
        votes += bridged
    votes += _against(first, second, line, start, end, {v.rule for v in votes})
    return Pair(first, second, tuple(votes))


def _headed_by(first: Member, second: Member, line: Line) -> str:
    """Return the well-known firm that heads the clause before the place, where the party comes after it, or ""."""
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
    if line.clause(first.hit.start) != line.clause(second.hit.start):
        return Vote("sentence", _SENTENCE_LATIN if words.isascii() else _SENTENCE)
    far = _FAR_LATIN if words.isascii() else _FAR
    return Vote("clause", _CLAUSE + (_APART if b - a > far else 0), words[: _FAR * 2])


def _cues(line: Line, start: int, end: int, near: bool) -> Iterable[Vote]:
    found = line.ties(start, end, ("two", "one", "deal", "event"))
    return [Vote("cue", _CUE if near else _CUE_ACROSS, word) for word in found[:2]]


def _both(first: Member, second: Member, line: Line) -> bool:
    """Return whether each of the two clauses says what sides do."""
    return all(line.ties(*line.clause(m.hit.start), ("two", "one", "deal", "event")) for m in (first, second))


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
    before = line.text[max(0, member.hit.start - _LEAD) : member.hit.start]
    found = (_TO_PLACE if member.place else _TO_PARTY).search(before)
    return found[0] if found else ""


def _leads_row(member: Member, line: Line, file: str, far: str) -> str:
    """Return the word, of two characters at least, before the first of the row of names that *member* stands in."""
    start = max(line.clause(member.hit.start)[0], member.hit.start - _ROW)
    head = line.text[start : member.hit.start].split("、", 1)[0]
    words = lexicon.automaton(file, far)
    return next((words.words[i] for i, a, b in words.find(head, _ROW) if b - a > 1), "")


# Before the first of the two these join it to something else, that came earlier.
_JOINS = frozenset({"与", "和", "同", "跟", "比"})


_LEAD = 24  # characters of the English words before a name
_TO_PLACE = re.compile(
    r"\b(?:its|in|to|into|for|with|near|from|visits?|visited|chooses|picks) (?:[a-z]+ province's |central |eastern |western )?$"
)
_TO_PARTY = re.compile(
    r"\b(?:with|for|to|from|(?<!made )by|lure|woo|court|host|invite|suppliers? of|unit of|arm of|subsidiary of) $"
)
_BORDER = re.compile(r"[,，:：]")
_EACH = re.compile(r"(?:、[\u4e00-\u9fffA-Za-z]{2,5}?)+[都均皆各]")
# The others of a row that the place opens, and how many they are.
_REST = re.compile(r"^(?:、(?:(?!等)[\u4e00-\u9fff]){2,3})*(?:等[\d一二三四五六七八九十多]*[座个]?(?:城市|城|地|市))?")


def _unit(first: Member, place: Member, line: Line) -> bool:
    """
    Return whether the place opens a clause as one of many (a tour, and the stop there): what was said goes on.

    Where another firm stands beside the first, it may be that one's.
    """
    opens = line.clause(place.hit.start)[0] == place.hit.start
    rest = _REST.sub("", line.text[place.hit.end : place.hit.end + _ROW], count=1)
    unit = opens and lexicon.beginning(rest, "place", "unit")
    return bool(unit) and not line.others(*line.clause(first.hit.start), "firm", [first.hit])


def _receives(member: Member, line: Line) -> bool:
    """Return whether the place's own office stands here in a clause about what two sides do."""
    after = line.text[member.hit.end : member.hit.end + 5]
    start, end = line.clause(member.hit.start)
    office = member.hit.name.role == "office" or lexicon.beginning(after, "place", "office")
    return bool(office) and bool(line.ties(start, end, ("two",)))


def _against(first: Member, second: Member, line: Line, start: int, end: int, told: Collection[str]) -> Iterable[Vote]:
    """Yield what speaks against the tie; *told* are the rules that spoke for it."""
    told = {*told, "summons"} if _summons(second, line) else set(told)
    for section, weight in (("consumer", _CONSUMER), ("market", _MARKET), ("advert", _ADVERT)):
        span = (0, len(line.text)) if section == "advert" else (start, end)  # a number to call stands at the end
        if (found := line.ties(*span, (section,))) and not _EXCUSE[section] & told:
            yield Vote(section, weight, found[0])
    bound = bool(_BOUND & told) or _acts(first, second, line)
    if _listed(first, second, line):
        yield Vote("list", _LIST, line.text[first.hit.start : second.hit.end])
    for member in (first, second):
        if (
            not member.plain
            and not (member is first and _acts(first, second, line))
            and not _told_plainly(member, told)
        ):
            yield Vote("weak_sense", _WEAK, member.hit.name.text)
        yield from _doubts(member, first if member is second else second, line, told)
        yield from _place_doubts(member, line, bound) if member.place else _party_doubts(member, line, told)


def _acts(first: Member, second: Member, line: Line) -> bool:
    """
    Return whether the first heads a clause and a verb at most stands between it and the second.

    A crop is named after the place, not before it, and what crops do is told by words of the field.
    """
    between = line.text[first.hit.end : second.hit.start]
    if not between:
        return True
    before = line.text[line.clause(first.hit.start)[0] : first.hit.start].strip(" “\"'")
    head = not before or before in lexicon.words("ties", "rumour")
    doubts = any(v.weight < 0 for v in first.sense.votes)
    return head and not doubts and 2 <= len(between.strip(_QUOTES)) <= _VERB and between.strip(_QUOTES).isalnum()


def _listed(first: Member, second: Member, line: Line) -> bool:
    """
    Return whether the two are items of one enumeration (甲、乙、丙), which ties neither to the other.

    A verb between them (甲、乙落户丙、丁) or one that takes two sides after them (甲、乙共建) makes it none.
    """
    between = line.text[first.hit.end : second.hit.start]
    if _summons(second, line):
        return False
    if not between.endswith("、") or len(between) > _ITEM or part(first, line) or _BORDER.search(between):
        return False
    end = line.ends(second.hit.end)
    verbs = line.ties(first.hit.end, second.hit.start, ("deal", "two", "one"))
    return not verbs and not line.ties(second.hit.end, end, ("two",))


def _doubts(member: Member, other: Member, line: Line, told: set[str]) -> Iterable[Vote]:
    """Yield what speaks against a tie of whoever it is: a life's station, a work's title, the company it stands in."""
    before = line.text[max(0, member.hit.start - 4) : member.hit.start]
    for section in ("life", "beside") if not told & {"role", "firm_of"} else ():
        if word := lexicon.ending(before, "place", section):
            yield Vote("origin", _ORIGIN, word + member.hit.name.text)
    people = line.word_at(member.hit.end) if member.hit.name.entity.kind == "organisation" else ""
    if people in lexicon.words("place", "origin"):
        yield Vote("origin", _ORIGIN, member.hit.name.text + people)
    if not told & _ROWED and not _summons(member, line) and (peer := _among(member, line)):
        yield Vote("among", _AMONG, peer)
    if member.hit.name.role == "person" and (
        word := lexicon.beginning(line.text[member.hit.end :][:4], "ties", "fame")
    ):
        yield Vote("fame", _LIKE, member.hit.name.text + word)
    if held := _held_by(member, other, line):
        yield Vote("held", _ORIGIN, held)
    if _in_title(member, line) and not _in_one_title(member, other, line):
        yield Vote("work", _ORIGIN, member.hit.name.text)


def _place_doubts(member: Member, line: Line, bound: bool) -> Iterable[Vote]:
    after = line.text[member.hit.end : member.hit.end + 5]
    if (word := line.word_at(member.hit.end)) in lexicon.words("place", "origin"):
        yield Vote("origin", _ORIGIN, member.hit.name.text + word)
    elif (word := lexicon.beginning(after, "place", "outlet")) and member.hit.end + len(word) in line.edges:
        yield Vote("outlet", _OUTLET, member.hit.name.text + word)
    elif venue := lexicon.automaton("place", "venue").find(line.text[member.hit.end : member.hit.end + _VENUE], 1):
        yield Vote("venue", _ORIGIN, line.text[member.hit.start : member.hit.end + venue[0][2]])
    elif word := lexicon.beginning(after, "place", "firm"):
        used = line.text[max(0, member.hit.start - 1) : member.hit.start] == "在"
        if used or not bound:  # at a bank of the place: what follows is not about that firm
            yield Vote("firm", _AT_FIRM if used else _FIRM, member.hit.name.text + word)


def _told_plainly(member: Member, told: Collection[str]) -> bool:
    """Return whether a sign that only a party bears tells what the name means, and nothing speaks against it."""
    return bool(_PLAIN & set(told)) and not any(v.weight < 0 for v in member.sense.votes)


_PLAIN = STRONG - {"says"} | {"again", "comes"}

# What is said of two sides all the same, where market or consumers are named beside it.
_EXCUSE = {"market": {"supply"}, "consumer": {"summons"}, "advert": set[str]()}

# What says that a firm of the place, and not only its name, has to do with the party.
_BOUND = frozenset({"relation", "elided", "supply", "role", "about"})


def _in_title(member: Member, line: Line) -> bool:
    """Return whether the name opens the title of a work, or stands in a title as a place."""
    opened = line.text.rfind("《", max(0, member.hit.start - _WORK), member.hit.start)
    return opened >= 0 and "》" not in line.text[opened : member.hit.start] and _closes(opened, member, line)


def _held_by(member: Member, other: Member, line: Line) -> str:
    """Return who holds the office, where he is named right after it and is not the other side, or ""."""
    at = member.hit.end
    named = member.hit.name.entity.kind == "office" and line.text[at : at + 1] in lexicon.words("company", "surname")
    return line.text[member.hit.start : at + 3] if named and other.hit.start != at and not other.hit.name.placed else ""


def _in_one_title(member: Member, other: Member, line: Line) -> bool:
    """Return whether one title names both: it is that of a report about them."""
    start, end = sorted((member.hit.start, other.hit.start))
    return not any(mark in line.text[start:end] for mark in "《》")


def _closes(opened: int, member: Member, line: Line) -> bool:
    """Return whether the title is not one about a plan or a deal of both, which names the other side too."""
    end = line.text.find("》", member.hit.end, member.hit.end + _WORK)
    return member.place or (end >= 0 and not line.ties(opened, end, ("two", "deal")))


def _party_doubts(member: Member, line: Line, told: Collection[str]) -> Iterable[Vote]:
    before = line.text[max(0, member.hit.start - _OWNED) : member.hit.start]
    after = line.text[member.hit.end : member.hit.end + 8].lstrip(" ")
    if word := lexicon.ending(before, "ties", "likeness") or _like(member, line):
        yield Vote("likeness", _LIKE, word + member.hit.name.text)
    if word := _rival(member, line):
        yield Vote("rival", _RIVAL, word)
    word = lexicon.ending(before, "ties", "owns") or lexicon.ending(_WHOSE.sub("", before), "ties", "uses")
    if word and not line.ties(0, len(line.text), ("event",)):
        yield Vote("used", _USED, word + member.hit.name.text)
    word = lexicon.beginning(after, "company", "product") if "supply" not in told else ""
    if word and not lexicon.automaton("company", "made").any(after[len(word) : len(word) + 3]):
        yield Vote("product", _PRODUCT, member.hit.name.text + word)
    elif any(v.rule == "model" for v in member.sense.votes) and any(c.isdigit() for c in after[:_MODEL]):
        yield Vote("product", _PRODUCT, member.hit.name.text)


def _like(member: Member, line: Line) -> str:
    found = _LIKE_IT.search(line.text[max(0, member.hit.start - _LEAD) : member.hit.start])
    return found[0] if found else ""


def _rival(member: Member, line: Line) -> str:
    """Return the words that make the party one of those that somebody else is measured by, or ""."""
    before = line.text[max(0, member.hit.start - _LEAD) : member.hit.start]
    found = _ITS_RIVALS.search(before) or _RIVALS.match(line.text, member.hit.end)
    return found[0] if found else ""


def _summons(member: Member, line: Line) -> bool:
    """Return whether an office stands at the head of the clause: a row of names after it is not idle."""
    start, _ = line.clause(member.hit.start)
    return any(start <= b <= member.hit.start for _, b in line.cues.get("authority", ())[:_MANY])


def _among(member: Member, line: Line) -> str:
    """Return the well-known place or firm that stands beside *member*, which is of that kind, in a row of names, or ""."""
    start, end = line.clause(member.hit.start)
    if member.hit.name.text.isascii():  # a comma parts the names of a row in English
        end = len(line.text)
    left = line.text[max(start, member.hit.start - _ROW) : member.hit.start]
    right = line.text[member.hit.end : min(end, member.hit.end + _ROW)]
    if member.place and lexicon.beginning(_REST.sub("", right, count=1), "place", "unit"):
        return ""  # not who else is there, but where all of it is
    if _EACH.match(right):
        return ""  # what is said holds of each
    for a, b in line.cues.get("place" if member.place else "firm", ()):
        if member.hit.start - len(left) <= a and b <= member.hit.start:
            between = line.text[b : member.hit.start]
            row = left.endswith("、") and "、" in between
        elif member.hit.end <= a and b <= member.hit.end + len(right):
            between = line.text[member.hit.end : a]
            row = right.startswith("、")
        else:
            continue
        if row or between.strip() in _AND:
            return line.text[a:b]
    return ""


# What stands between two names of a row.
_AND = frozenset({"、", "/", ",", "及", "and", "or"})

# A row of names that one of these leads to is no mere list.
_ROWED = {"relation", "unit", "frame", "role", "contest", "chosen", "elided"}
