"""
Who speaks: one side, an office of the place, a firm of the place; and what about.

What somebody says in one clause ties him to what the next one names. A place speaks by itself, by its offices, and,
with less weight, by a firm that is called after it; a paper that is called after it only passes on.
"""

from __future__ import annotations

import re

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.model import Vote

__all__ = ["about", "says", "speaker"]

_SAYS = 0.7  # one side, or a firm of the place, is who speaks of the other
_SAYS_IT = 0.3  # the same, and what it speaks of stands there already
_OFFICE = 1.5  # an office of the place speaks of the party
_CALLED = 0.5  # whoever is called after the place in so few characters is likely a firm of it
_NAME = 5
_SPEAKER = 24  # characters of who speaks, from the place's name on

_OPEN = frozenset({"", ",", "，", ":", "：", "“", '"', "。"})
_COLON = re.compile(r"( [a-z ]{3,20}|[^,，。;；!！?？:：\s]{2,20})[:：]")
# Who only lives there speaks for nobody.
_PRIVATE = re.compile(
    r"女士|先生|网友|市民|居民|读者|店主|老板|经销商|车主|大爷|大妈|小伙|姑娘|学生|专家|律师|分析师|的|某"
)
_CUT = re.compile(r"[在就对向则也已还\d,，(（]|通过|日前|近日|昨|今")
_ASKS = re.compile(
    r"(?:建议|呼吁|提出|提议|表态|喊话|表示|强调|要求|谈|(?:回应|答复|回复|告诉)(?:本报|记者|媒体|网友|我们)?)$"
)
_TIME = re.compile(r"[就则也已还昨今日前近天\d月 ]|官方|方面|当地")


def speaker(first: Member, second: Member, line: Line) -> Vote | None:
    """Return the word with which one side speaks of the other, and what it weighs; a place speaks by its offices."""
    found = says(first, line, second.hit.start)
    return found or (says(second, line, line.clause(second.hit.start)[1]) if second.place else None)


def says(member: Member, line: Line, end: int) -> Vote | None:
    """Return the vote for what *member* says before *end*: of a place, official where an office speaks."""
    start = member.hit.end
    if member.place and (colon := _COLON.match(line.text, start)):
        weight = _voice(member, colon[1])
        return _vote(colon[0], weight)
    if not (found := line.ties(start, end, ("says",))):
        return None
    if not member.place:
        after = line.text[line.text.index(found[0], start) + len(found[0]) :].lstrip("称道 ")
        return _vote(found[0], _SAYS if after[:1] in _OPEN else _SAYS_IT)
    weight = _voice(member, line.text[start : line.text.index(found[0], start)])
    return _vote(found[0], weight)


def _vote(word: str, weight: float) -> Vote | None:
    return Vote("official" if weight == _OFFICE else "says", weight, word) if weight else None


def _voice(place: Member, rest: str) -> float:
    """Return what it weighs that *rest*, which follows the place's name, speaks: the place itself, an office, a firm."""
    who = _ASKS.sub("", _CUT.split(rest[:_SPEAKER], maxsplit=1)[0].strip())
    if place.hit.name.role == "office" or not _TIME.sub("", rest):
        return _OFFICE
    if not who or "，" in rest or "," in rest:  # who speaks stands in the place's own clause
        return 0.0
    if lexicon.ending(who, "place", "organ") or lexicon.beginning(who, "place", "office") == who:
        return _OFFICE
    if who.isascii() and who.split(" ")[0] in lexicon.words("place", "organ"):  # English names the office first
        return _OFFICE
    if lexicon.automaton("place", "firm").any(who):
        return _SAYS
    return _CALLED if who == rest and len(who) <= _NAME and not _PRIVATE.search(who) else 0.0


def about(first: Member, second: Member, line: Line) -> str:
    """Return the word by which the second side speaks about what the first one's clause is about, or ""."""
    start, _ = line.clause(first.hit.start)
    word = lexicon.beginning(line.text[start : start + 4].lstrip(), "ties", "about")
    end = line.clause(second.hit.start)[1]
    said = word and line.ties(second.hit.end, end, ("says",))
    return f"{word} {said[0]}" if said else ""
