"""
What a name means where it stands: a sum of votes, each a rule with the words that gave it.

    company   company, food (it is called like one), word (no name at all: the letters belong to other words)
    place     place, road, other (a town, river, ship called like it), word
    person    person, word

A decoy is a vote and no proof: a shop that sells phones may stand behind the words of a millet brand.
The weights were set by hand and then tuned on the even rows of ``labels_auto_dev`` and the first half of
``eval/data/relevance_cases.jsonl`` (``eval/measure_relevance.py`` reports the others); after a change run it again.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.names import Hit
from monitor.model import Entity, Vote
from monitor.normalize.words import frequency
from monitor.normalize.words import kind as word_class

__all__ = ["Sense", "sense", "stands"]

_TOUCH = 3.0  # a word that touches the name
_AMOUNT = 3.0  # an amount of it
_MODEL = 2.5  # a model number
_NEAR = 0.7  # a word in the same sentence, for each of the first _MOST different ones
_FAR = 0.35  # the same, further than _REACH characters away
_MOST = 4
_REACH = 16
_DECOY = 3.0
_LONG = 2.5  # what a long or Latin name has for itself: few other things are called so
_SHORT = 0.6  # what a short name has: news means the company more often than not
_RARE = 1.2  # what it has where the dictionary hardly knows it as a word
_COMMON = 100  # times that the dictionary counted an everyday word: 苹果 1334, but 茅台 86, 万达 72
_BRIEF = 2  # characters of a name that may be an everyday word: foods are called so, longer names are not
_PLACE = 1.0
_ROAD = 4.0
_CONTEXT = 1.0  # a word that the topic itself names for or against
_NOUN = 1.5  # an everyday word in the place of one
_PLACED = 4  # characters before a name in which such a sign stands
_SPAN = 90  # how far from the name words are looked for: bounds the work on text without borders

_AMOUNTS = re.compile(r"[ \-—*:：=(（`]{0,4}\d{1,4}(?:[-~.]\d{1,4})? ?([a-z]{1,2}|[一-鿿]{1,2})")
_MODELS = re.compile(r"(?: ?\d{1,2}(?![\d年月日号点个只家款台名人条亿万%.个倍])| ?[a-z])")
# After a Latin name any word may stand: a model holds a digit.
_LATIN_MODELS = re.compile(
    r" ?(?:(?!(?:for|in|on|at|to|by|of|and|with|has|had|is|was|cut|from) )[a-z]{1,5} ?)?\d{1,2}[a-z]{0,3}\b(?![%.,])"
)


@dataclass(frozen=True, slots=True)
class Sense:
    """
    What ``text[start:end]`` means: ``sense`` is one of the words of :mod:`monitor.match.senses`, ``score``
    how clear it is (above 0 it is the entity's own sense).
    """

    topic: str
    entity: str
    start: int
    end: int
    sense: str
    score: float
    votes: tuple[Vote, ...] = ()
    kind: str = "company"  # the entity's own sense

    def with_vote(self, vote: Vote) -> Sense:
        """Return the sense with one more vote."""
        return _sense(self.topic, self.entity, self.start, self.end, self.kind, (*self.votes, vote))

    @property
    def shown(self) -> float:
        """The score without what a name has for itself: what the text shows."""
        return self.score - sum([v.weight for v in self.votes if v.rule == "name"])

    @property
    def full(self) -> bool:
        """Return whether the name is one that few other things have."""
        return any(v.rule == "name" and v.weight == _LONG for v in self.votes) and self.score > 0

    @property
    def own(self) -> bool:
        """Return whether the name stands for its entity here."""
        return self.score > 0


def sense(hit: Hit, line: Line, rivals: Iterable[Hit]) -> Sense:
    """Return what *hit* means in *line*; *rivals* are the other hits of the line, decoys among them."""
    votes = tuple(_votes(hit, line, rivals))
    kind = hit.name.entity.kind
    own = kind if kind in ("place", "person", "office") else "company"
    return _sense(hit.name.topic_id, hit.name.entity.id, hit.start, hit.end, own, votes)


def _sense(topic: str, entity: str, start: int, end: int, own: str, votes: tuple[Vote, ...]) -> Sense:
    total = round(sum([v.weight for v in votes]), 3)
    return Sense(topic, entity, start, end, own if total > 0 else _rival(votes), total, votes, own)


# What a rule that speaks against a name says it is instead; a decoy alone does not say what.
_RIVALS = {"food": "food", "food_near": "food", "amount": "food", "road": "road", "word": "word", "surname": "person"}


def _rival(votes: tuple[Vote, ...]) -> str:
    sums: dict[str, float] = {}
    for vote in votes:
        if vote.weight < 0 and vote.rule in _RIVALS:
            sums[_RIVALS[vote.rule]] = sums.get(_RIVALS[vote.rule], 0.0) + vote.weight
    return min(sums, key=lambda k: sums[k], default="other")


def _votes(hit: Hit, line: Line, rivals: Iterable[Hit]) -> Iterable[Vote]:
    entity = hit.name.entity
    yield _prior(hit, entity)
    if hit.name.role == "self":
        return
    yield from _decoys(hit, line, rivals)
    yield from _contexts(hit, line)
    if _crosses(hit, line):
        yield Vote("word", -9.0, _around(line.text, hit))
    if hit.name.role == "person":
        if word := lexicon.ending(line.text[max(0, hit.start - 3) : hit.start], "company", "trade"):
            yield Vote("surname", -_TOUCH, word + hit.name.text)
        return
    if entity.kind == "place":
        yield from _place(hit, line)
    else:
        yield from _company(hit, line, rivals)


def _prior(hit: Hit, entity: Entity) -> Vote:
    if entity.kind == "place" and hit.name.role != "self":
        return Vote("name", _PLACE, hit.name.text)
    if hit.name.role != "name":
        return Vote("name", _LONG, hit.name.text)
    return Vote("name", _brief(hit.name.text) if len(hit.name.text) <= _BRIEF else _LONG, hit.name.text)


@functools.cache
def _brief(name: str) -> float:
    """Return what a name of two characters has for itself: the commoner the word in the dictionary, the less."""
    known = frequency(name)
    return _LONG if not known else _RARE if known < _COMMON else _SHORT


def _decoys(hit: Hit, line: Line, rivals: Iterable[Hit]) -> Iterable[Vote]:
    for other in rivals:
        mine = other.name.role == "decoy" and other.name.entity.id == hit.name.entity.id
        if mine and _covers(other, hit) and not _goes_on(other, line):
            yield Vote("decoy", -_DECOY, other.name.text)
            return


def _goes_on(decoy: Hit, line: Line) -> bool:
    """Return whether the last word of *decoy* is only the beginning of another (a street, and 街头)."""
    return decoy.end not in line.edges or _holds(line, decoy.end - 1)


def _covers(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _crosses(hit: Hit, line: Line) -> bool:
    """
    Return whether the name's letters belong to two other words (太小|米饭), or lie within one.

    A single character left over proves nothing (大小|米), so both must be whole words; nor does a word that a
    preposition begins (从小|米线|下店 is 从 before a name).
    """
    if hit.end in line.edges:
        return False
    if hit.start in line.edges:
        # The end of a place's name may begin a longer word (第五大|连锁).
        return hit.name.entity.kind == "place" and any(e in line.edges for e in range(hit.start + 1, hit.end))
    return lexicon.ending(line.text[max(0, hit.start - 1) : hit.start], "company", "preposition") == ""


def _around(text: str, hit: Hit) -> str:
    return text[max(0, hit.start - 2) : hit.end + 2]


def _contexts(hit: Hit, line: Line) -> Iterable[Vote]:
    around = _window(hit, line)
    if word := next((w for w in hit.name.contexts if w in around), ""):
        yield Vote("context", _CONTEXT, word)
    if word := next((w for w in hit.name.against if w in around), ""):
        yield Vote("against", -_CONTEXT, word)


def _window(hit: Hit, line: Line) -> str:
    return line.text[max(0, hit.start - _SPAN) : hit.end + _SPAN]


# --------------------------------------------------------------------------- company


def _company(hit: Hit, line: Line, rivals: Iterable[Hit]) -> Iterable[Vote]:
    touching = list(_touching(hit, line))
    yield from touching
    yield from _around_votes(hit, line)
    if not touching and _everyday(hit) and (word := _noun(hit, line, rivals)):
        yield Vote("noun", -_NOUN, word + hit.name.text)
    if phrase := _phrase(hit, line):
        yield Vote("noun", -_TOUCH, phrase)
    house = lexicon.beginning(line.text[hit.end : hit.end + 3], "company", "estate") or line.word_at(hit.end)
    if house in lexicon.words("company", "estate") or house in lexicon.words("company", "school"):
        yield Vote("other", -_TOUCH, hit.name.text + house)
    if called := lexicon.ending(line.text[max(0, hit.start - 3) : hit.start], "company", "artist"):
        yield Vote("surname", -2 * _TOUCH, called + hit.name.text)
    elif not touching and (surname := _surname(hit, line)):
        yield Vote("surname", -_TOUCH, surname + hit.name.text)


def _everyday(hit: Hit) -> bool:
    return _prior(hit, hit.name.entity).weight == _SHORT


def _noun(hit: Hit, line: Line, rivals: Iterable[Hit]) -> str:
    """Return what stands right before an everyday word and makes it one: a measure word, a place whose produce it is."""
    before = line.text[max(0, hit.start - _PLACED) : hit.start]
    if word := lexicon.ending(before, "company", "measure"):
        return word
    place = next((h for h in rivals if h.end == hit.start and h.name.entity.kind == "place"), None)
    if place:
        return place.name.text
    return next((line.text[a:b] for a, b in line.cues.get("place", ()) if b == hit.start), "")


def _phrase(hit: Hit, line: Line) -> str:
    """Return the phrase of four characters, with marks on both sides, that the name is the latter half of, or ""."""
    start = hit.start - _BRIEF
    if (
        len(hit.name.text) != _BRIEF
        or start < 0
        or _han(line.text[start - 1 : start])
        or _han(line.text[hit.end :][:1])
    ):
        return ""
    word = line.text[start : hit.start]
    noun = word_class(word) if word not in lexicon.words("company", "rubric") else ""
    return line.text[start : hit.end] if noun in ("n", "nz", "t", "a") else ""


def _han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _surname(hit: Hit, line: Line) -> str:
    """Return what makes a person's name of this one: a calling before it, or a surname at the head of a clause."""
    before = line.text[max(0, hit.start - 1) : hit.start]
    if line.text[hit.end + 1 : hit.end + 3] == "化名":  # an alias, in brackets
        return "化名"
    if called := lexicon.ending(line.text[max(0, hit.start - 3) : hit.start], "company", "called"):
        return called
    if before not in lexicon.words("company", "surname"):
        return ""
    head = hit.start == 1 or line.clause(hit.start)[0] == hit.start - 1
    return before if head or hit.start not in line.edges else ""


def _touching(hit: Hit, line: Line) -> Iterable[Vote]:
    rest = line.text[hit.end : hit.end + 9].lstrip(" ")
    following = line.word_after(hit.start, hit.end)
    before = line.text[max(0, hit.start - 4) : hit.start].rstrip(" ")
    amount = _AMOUNTS.match(line.text, hit.end)
    food = len(hit.name.text) <= _BRIEF and following in lexicon.words("food", "after")
    if food:
        yield Vote("food", -_TOUCH, following)
    elif long := lexicon.beginning(rest, "company", "after"):
        yield Vote("company", _TOUCH, long)
    if amount and len(hit.name.text) <= _BRIEF and amount.group(1) in lexicon.words("food", "unit"):
        yield Vote("amount", -_AMOUNT, amount.group())
    elif model := (_LATIN_MODELS if hit.name.text.isascii() else _MODELS).match(line.text, hit.end):
        yield Vote("model", _MODEL, model.group())
    if word := lexicon.ending(before, "food", "before"):
        yield Vote("food", -_TOUCH / 2, word)
    elif word := lexicon.ending(before, "company", "before"):
        yield Vote("company", _TOUCH / 2, word)


def _around_votes(hit: Hit, line: Line) -> Iterable[Vote]:
    for kind, sign in (("company", 1), ("food", -1)):
        words: dict[str, float] = {}
        for start, end in line.cues.get(kind, ()):
            away = start - hit.end if start >= hit.end else hit.start - end
            if 0 <= away <= _SPAN:
                word = line.text[start:end]
                if away <= _REACH or word not in words:
                    words[word] = _NEAR if away <= _REACH else _FAR
        best = sorted(words.items(), key=_weight, reverse=True)[:_MOST]
        if best:
            yield Vote(
                kind if sign > 0 else "food_near", sign * sum([w for _, w in best]), " ".join([w for w, _ in best])
            )


def _weight(word: tuple[str, float]) -> float:
    return word[1]


# --------------------------------------------------------------------------- place


def _place(hit: Hit, line: Line) -> Iterable[Vote]:
    after = line.text[hit.end : hit.end + 5]
    road = lexicon.beginning(after, "place", "road")
    if len(road) > len(lexicon.beginning(after, "place", "holds")):
        yield Vote("road", -_ROAD, hit.name.text + road)
    elif not road and (word := line.word_at(hit.end)) in lexicon.words("place", "other"):
        yield Vote("other", -_ROAD, hit.name.text + word)
    elif office := lexicon.beginning(after, "place", "office"):
        yield Vote("office", 1.0, office)


def _holds(line: Line, at: int) -> bool:
    """Return whether a word begins here that begins like a road and is none (路线图, 街头)."""
    return bool(lexicon.beginning(line.text[at : at + 5], "place", "holds"))


# --------------------------------------------------------------------------- short forms


def stands(hit: Hit, line: Line, company: bool) -> bool:
    """
    Return whether a short form may stand for its entity: *company* says that another side stands in the line.

    It must be a word of its own or follow a word that leads to a place (来_, 在_), must not begin a foreign or
    another place's name, and must be asked for by its contexts, by the other side, or by a word that ties.
    """
    before, after = line.text[max(0, hit.start - 3) : hit.start], line.text[hit.end : hit.end + 2]
    if hit.name.entity.kind == "place":
        led = lexicon.ending(before, "place", "short_before") and not lexicon.beginning(after, "place", "foreign")
        if not (led or lexicon.beginning(after, "place", "short_after")):
            return False
    if hit.start not in line.edges or hit.end not in line.edges:
        return False
    around = _window(hit, line)
    asked = any(word in around for word in hit.name.contexts)
    return asked or company or bool(line.ties(0, len(line.text), ("two", "one", "deal")))
