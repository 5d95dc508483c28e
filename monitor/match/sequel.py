"""
What makes one account of two sentences, one after the other or under a headline.

    goes_on   the second opens with what both agreed, or with the firm or project of the first
    again     its subject is a word of what the first one calls the other side (its project: the project)
    home      a paper calls its own place "ours", and the article names one place
    comes     under the place's headline the party comes
    there     under the party's headline something is done in the place
    official  under the party's headline an office of the place speaks
    retold    what was before is told beside the news
    parted    the second opens as other news
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.match.voices import says
from monitor.model import Vote

__all__ = ["ISSUES", "PARTED", "continued", "issued", "leans"]

_MAKER = 1.5
_QUOTED = 1.8  # who said it
_REACTS = 1.5  # it reacts to what the sentence before told
ISSUES = 1.2  # under the heading of an office's paper it is the office that speaks
_HE = 1.3  # a pronoun for the person of the first sentence, as a subject
_GOES_ON = 1.1  # a sentence that opens with what both agreed
PARTED = -2.0  # a sentence that opens as other news
_RETOLD = -0.8  # it was so before, and is told beside the news
_HOME = 1.2
_AGAIN = 1.0  # its subject is a word of the other's name (its project, and the project)
_AWAITED = 1.2  # under the place's headline the party comes
_NOUN = 10  # characters of a name's further words, of a subject
_DEED = 0.6
_OPENS = 12  # characters with which a sentence begins

# An English lead that calls the party of its headline by what it is.
_THE_MAKER = re.compile(
    r"(?:(?:the|a) (?:[a-z.\-]+ ){0,4}?(?:[a-z]*maker|company|firm|group|giant|manufacturer|supplier|retailer|producer|startup|major)\b|it\b)"
)
_ISSUED = re.compile(
    r"[\u4e00-\u9fff]{0,10}?(?:法院|局|委|管委会|政府|办公室|中心)(?:关于.{0,30})?"
    r"(?:公告|通告|通知书?|决定书?|裁定书?|批复|复函|函|公示|通报)\s*$"
)
_ASKED = re.compile(r"[?？][”」』\"）)]*\s*$")
# What is said by nobody with a name is answered as a question is.
_RUMOURED = re.compile(r"网传|传闻|传言|谣言|有消息称|自媒体|爆料|网帖|发帖|网上流传|\brumou?rs?\b|\breports? that\b")
_NO_WORD = re.compile(
    r"置评|未(?:作|做|予|有)?(?:出|任何)?回应|未回复|declined to comment(?! on)|did not (?:immediately )?(?:respond|comment|reply)"
)
_NOTHING = re.compile(r"与[^,，。]{0,10}无关|不涉及|没有关系")
_TO_IT = re.compile(r"(?:对此|就此|对这一(?:消息|传闻|说法)|针对此事|针对上述|对上述|对于该|对该(?:消息|传闻|说法))")
_THESE = re.compile(r"[本该此这]([\u4e00-\u9fff]{2})")
_PRONOUN = re.compile(r"(?<![\u4e00-\u9fffa-z])([他她](?!们|人|国|乡|日)|(?:he|she)(?= ))")
_PAST = re.compile(r"此前|早年|曾")


def continued(first: Member, second: Member, line: Line, headed: bool) -> Iterable[Vote]:
    """Yield what bridges two sentences only."""
    if not line.stops(first.hit.end, second.hit.start):
        return
    begin = line.sentence(second.hit.start)
    opening = line.text[begin:].lstrip()[:_OPENS]
    word = lexicon.beginning(opening, "ties", "opens") or lexicon.beginning(opening, "ties", "resumes")
    if word and word not in lexicon.words("ties", "anaphor"):
        yield Vote("goes_on", _GOES_ON, word)
    he = _PRONOUN.search(line.text, begin, second.hit.start) if first.hit.name.role == "person" else None
    if he:
        yield Vote("goes_on", _HE, he[1])
    if home := next((w for w in sorted(lexicon.words("place", "home")) if w in line.text), ""):
        yield Vote("home", _HOME, home)
    if word := _again(first, second, line):
        yield Vote("again", _AGAIN, word)
    yield from _spoken(first, second, line, begin)
    if headed:
        yield from _under_headline(first, second, line)
    rumoured = _RUMOURED.search(line.text, 0, begin) is not None
    asked = headed or _ASKED.search(line.text, 0, begin) or rumoured
    if rumoured or (asked and second.place):
        yield from filter(None, [says(second, line, line.clause(second.hit.start)[1])])
    start = line.clause(second.hit.start)[0]
    if past := _PAST.search(line.text, start, second.hit.start):
        yield Vote("retold", _RETOLD, past[0])
    if no := _NOTHING.search(line.text, second.hit.end, line.ends(second.hit.end)):
        yield Vote("unrelated", -_HE, no[0])
    if word := lexicon.beginning(opening, "ties", "parts"):
        yield Vote("parted", PARTED, word)


def _spoken(first: Member, second: Member, line: Line, begin: int) -> Iterable[Vote]:
    """Yield what the second says of what stands before: it reacts, it will not comment, or the quote was its own."""
    clause = line.text[slice(*line.clause(second.hit.start))]
    if to_it := _TO_IT.search(line.text[begin : second.hit.start]) or _TO_IT.search(clause) or _NO_WORD.search(clause):
        yield Vote("reacts", _REACTS, to_it[0])
    if _quoted(first, second, line):
        yield Vote("quoted", _QUOTED, second.hit.name.text)


def _quoted(first: Member, second: Member, line: Line) -> bool:
    """Return whether the first stands in what somebody said, and the second is who said it (“…”_的某某说)."""
    begin = line.sentence(second.hit.start)
    spoken = line.text[:begin].rstrip()
    inside = spoken.endswith(("”", "」")) and max(spoken.rfind("“"), spoken.rfind("「")) < first.hit.start
    return inside and bool(line.ties(second.hit.end, line.ends(second.hit.end), ("says",)))


def _under_headline(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """Yield what bridges a headline, which names the first, and a sentence of its text."""
    if not first.place and _we(second, line):
        yield Vote("goes_on", _GOES_ON, "我们")
    if paper := issued(first, line):
        yield Vote("official", ISSUES, paper)
    opening = line.text[line.sentence(second.hit.start) : second.hit.start].lstrip()
    if word := _by_kind(first, opening):
        yield Vote("goes_on", ISSUES, word)
    if not first.place and (it := _THE_MAKER.match(opening)):
        yield Vote("goes_on", _MAKER, it[0])
    if not second.place and (word := _comes(second, line)):
        yield Vote("comes", _AWAITED, word)
    if _deed_there(second, line):
        yield Vote("there", _DEED, second.hit.name.text)


def issued(place: Member, line: Line) -> str:
    """Return what an office of the place issues, where that is what its headline says, or ""."""
    found = _ISSUED.match(line.text[place.hit.end : line.ends(place.hit.end)]) if place.place else None
    return found[0] if found else ""


def _we(place: Member, line: Line) -> bool:
    """Return whether somebody says what "we" do in the clause of *place*: he speaks for the party of the headline."""
    start, end = line.clause(place.hit.start)
    said = any(mark in line.text[line.sentence(start) : line.ends(end)] for mark in '“「":：答')
    return place.place and said and "我们" in line.text[start:end]


def _by_kind(first: Member, opening: str) -> str:
    """Return the common noun by which *opening* calls what the headline names (the club, the town's council), or ""."""
    kind = first.hit.name.entity.kind
    section = "its_offices" if first.hit.name.placed else "institution" if kind == "organisation" else ""
    found = lexicon.automaton("place", section).find(opening, 1) if section else []
    return opening[found[0][1] : found[0][2]] if found else ""


def _comes(party: Member, line: Line) -> str:
    return lexicon.beginning(line.text[party.hit.end :][:6].removeprefix("的"), "ties", "comes")


def _again(first: Member, second: Member, line: Line) -> str:
    """Return the word by which the second sentence's subject takes up what the first one is called by, or ""."""
    said = line.text[first.hit.end : first.hit.end + _NOUN]
    start = line.clause(second.hit.start)[0]
    subject = line.text[start : second.hit.start].lstrip()[:_NOUN]
    if subject[:1] in "该这本":  # counted as what points back
        subject = ""
    pairs = (subject[i : i + 2] for i in range(min(3, len(subject) - 1)))
    if word := next((p for p in pairs if p in said and p in lexicon.words("place", "thing")), ""):
        return word
    earlier = line.text[: line.sentence(second.hit.start)]
    these = _THESE.finditer(line.text, line.sentence(second.hit.start), line.ends(second.hit.end))
    return next((f[0] for f in these if f[1] in earlier and f[1] not in lexicon.words("place", "thing")), "")


def _deed_there(place: Member, line: Line) -> bool:
    """Return whether the clause says that something is agreed or built in *place*, and names no firm."""
    start, end = line.clause(place.hit.start)
    before = line.text[max(start, place.hit.start - 6) : place.hit.start]
    led = lexicon.ending(before, "place", "locative") if place.place else ""
    if not led or lexicon.ending(before, "place", "arrives"):  # that one counts by itself
        return False
    return bool(line.ties(start, end, ("two", "one", "deal"))) and not line.others(
        line.sentence(place.hit.start), line.ends(place.hit.end), "firm", [place.hit]
    )


def leans(member: Member, line: Line) -> bool:
    """Return whether the sentence of *member* opens with what points back to both sides (双方, 根据协议)."""
    opening = line.text[line.sentence(member.hit.start) :].lstrip()[:_OPENS]
    return bool(lexicon.beginning(opening, "ties", "opens"))
