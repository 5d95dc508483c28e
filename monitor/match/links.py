"""
What makes one account of two clauses, or of two sentences: the signs by which a reader goes on about the same.

A border between two names parts them; each rule here is a form that bridges it, whatever the words between:

    seat      something that was named before lies in the place
    says      one side, or a firm of the place, speaks, and what is said names the other
    official  the same of an office of the place
    about     one side speaks about what the clause before it was about
    role      a part in a deal that was open is filled (the buyer is ...)
    supply    what is made or done is for the party
    chosen    the party publishes who or where, and the place is among them
    elided    the second clause has no subject of its own: the first one's goes on
    frame     a clause that only says where
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.match.names import Hit
from monitor.match.seats import noun_of_its_own, part, seat, subject_of_its_own
from monitor.match.sequel import PARTED, continued
from monitor.match.voices import about, speaker
from monitor.model import Vote
from monitor.normalize.words import cut, kind

__all__ = ["STRONG", "across", "occasion"]

STRONG = frozenset({"seat", "role", "supply", "official", "says", "about", "goes_on"})
"""What bridges a paragraph too."""

_ANAPHOR = 0.4
_FIRM_OF = 0.8  # who acts is a firm of the place
_AMONG_THEM = 1.1  # it is counted among what was told
_SCENE = 1.6  # what is said is about the place where it is said
_THAT = 1.5  # it points back to the first of the two itself
_BACK = 0.8  # it points back to a firm or a project, which is one of few
_OTHER = -1.0  # somebody else beside one of the two
_OTHER_AGAIN = -1.6  # the same, named twice
_SEAT = 0.8  # where something lies, told of what was named before
_SUBJECT = 0.5  # the same, and the subject says of what
_ABOUT = 1.2
_ROLE = 1.5
_PLACE_ROLE = 0.7  # a firm of the place has it, of which the place has many
_CHOSEN = 0.9
_ELIDED = 0.8
_CONTEST = 1.2  # places that want the same thing, each of the first two words
_COMES = 1.5
_READY = 0.8
_FRAME = 1.0  # a sentence that begins with nothing but where it happens
_THERE = 0.6  # a clause that ends with how one came there
_HERE = 0.8
_CAUSE = 1.2  # because of what one does something happens to the other
_OCCASION = 1.5
_LEAD = 10  # characters of a verb and what it takes, before a name
_OPENS = 12  # characters with which a sentence names its subject
_LEGAL = 30  # characters of a firm's registered name

_FIRM_OF_IT = re.compile(
    r"[\u4e00-\u9fff]{0,4}的[^,，。;；:：]{0,14}?(?:企业|公司|集团|股份|轴承|科技|材料|新材|重工|电子|电器|光电|机械|精密|厂|供应商)"
)
_BRINGS = re.compile(r"(?:拟|计划|已经?|并|也|还|同意|决定|可能|或|同时|今年|明年|年内)*[将把]")
_CAUSES = re.compile(r"(?:因|由于|随着|得益于|受益于|受)$")
_CLEFT = re.compile(r"的(?:就|正|便|恰恰)?是$")
_MEETS_AT = re.compile(r"^(?:市|分别)?(?:会见|会谈|举行|座谈|签约|签署|召开|接受|表示|出席|参加)")
_JOINS_IN = re.compile(r"(?:参加|出席)(?:会见|会谈|座谈|签约|活动|考察|调研)|陪同|一同参加")
_WITH_IT = re.compile(r"([\u4e00-\u9fffa-z]{2,10}?)(?:与|和|同|携手|牵手)$")
_AT = frozenset({"在", "在位于", "来到", "走进", "位于", "近日在", "日前在"})
# A demonstrative and what the first one is, with what it is like between them (这座老工业城市).
_THAT_PLACE = re.compile(
    r"这[座个片](?:[^,，。;；、的]{0,8}的?)(?:城市|之城|古都|古城|都城|重镇|县城|小城|山城)|(?:在|来到|落户|选择)(?:这里|此地)"
)
_THAT_FIRM = re.compile(
    r"这[家个](?:[^,，。;；、的]{0,8}的?)(?:企业|公司|巨头|厂商|车企|大厂|品牌)|(?:at|for|by|with|from) the (?:[a-z]*maker|company|firm|group|retailer|supplier|manufacturer|giant)\b"
)
_SOFT = re.compile(
    r"^(?:公司|该公司|企业|双方|其|我们|集团|[并也还又再已将拟先]|已经|计划|准备|先后|正式|近日|今年|去年|昨日|日前|目前|随后|同时|首次|年内|主要|即将|有望"
    r"|正在|分别|一度|最终|共同|开始|and |will |has )*"
)


def across(first: Member, second: Member, line: Line, beside: Sequence[Hit], headed: bool) -> Iterable[Vote]:
    """
    Yield what bridges or parts *first* and *second*, which stand in two clauses.

    *beside* are the names of the line; *headed* says that the first is in the headline of the second.
    """
    rivals = _contest(first, second, line)
    yield from [Vote("contest", _CONTEST, word) for word in rivals]
    others = list(_others(first, second, line, beside, bool(rivals)))
    yield from others or _pointed(first, second, line)  # what points back may point to them
    for member in (first, second):
        if member.place and (firm := firm_of(member, line)):
            yield Vote("firm_of", _FIRM_OF, firm)
        elif member.place and (word := noun_of_its_own(member, line)):
            yield Vote("parted", -_SEAT, word)
        elif member.place and (lies := seat(member, line)):
            yield Vote("seat", _SEAT + (_SUBJECT if lies[1] else 0), lies[0] + member.hit.name.text)
        if word := part(member, line):
            weight = (
                _ROLE
                if not member.place or member.hit.name.role == "office" or word in lexicon.words("ties", "site")
                else _PLACE_ROLE
            )
            yield Vote("role", weight, word)
    yield from _told(first, second, line)
    yield from continued(first, second, line, headed)
    place, party = (first, second) if first.place else (second, first)
    if not place.place:
        return
    if word := _chosen(place, party, line):
        yield Vote("chosen", _CHOSEN, word)
    if zone := lexicon.ending(line.text[max(0, party.hit.start - 4) : party.hit.start], "place", "zone"):
        yield Vote("zone", _HERE, zone + party.hit.name.text)


def occasion(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """Yield the vote for a fair that one of the two holds, when the other comes to it."""
    spans = [
        (line.clause(m.hit.start)[0] if m.place else m.hit.end, line.clause(m.hit.start)[1]) for m in (first, second)
    ]
    for host, guest in (spans, spans[::-1]):
        held, comes = line.ties(*host, ("held",)), line.ties(*guest, ("attends",))
        met = line.ties(*host, ("two",)) and _JOINS_IN.search(line.text[slice(*guest)])
        if met and (first.place or second.place):
            yield Vote("occasion", _OCCASION, met[0])
            return
        if held and comes and (first.place or second.place):
            yield Vote("occasion", _OCCASION, f"{held[0]} {comes[0]}")
            return


def _told(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """Yield what bridges two clauses of one sentence only."""
    if line.stops(first.hit.end, second.hit.start):
        return
    if word := about(first, second, line):
        yield Vote("about", _ABOUT, word)
    elif said := speaker(first, second, line):
        yield said
    if word := _among_them(second, line):
        yield Vote("among_them", _AMONG_THEM, word + second.hit.name.text)
    if word := _elided(second, line):
        yield Vote("elided", _ELIDED, word + second.hit.name.text)
    yield from _addressed(first, second, line)
    if word := lexicon.beginning(line.text[line.clause(second.hit.start)[0] :][:_OPENS].lstrip(), "ties", "parts"):
        yield Vote("parted", PARTED, word)
    if first.place and (weight := _frames(first, line)):
        yield Vote("frame", weight, first.hit.name.text)
    elif occasion := _at_occasion(first, line):
        yield Vote("frame", _HERE, occasion)
    if word := _cause(first, line):
        yield Vote("cause", _CAUSE, word)


# --------------------------------------------------------------------------- back, and somebody else


def _pointed(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    end = line.ends(second.hit.end)
    pointing = (_THAT_PLACE if first.place else _THAT_FIRM).search(line.text, first.hit.end, end)
    if _scene(first, second, line):
        yield Vote("scene", _SCENE, second.hit.name.text)
    if pointing:
        yield Vote("anaphor", _THAT, pointing[0])
    elif found := line.ties(first.hit.end, end, ("back",)):
        yield Vote("anaphor", _BACK, found[0])
    elif found := line.ties(first.hit.end, end, ("anaphor",)):
        yield Vote("anaphor", _ANAPHOR, found[0])


def _scene(first: Member, second: Member, line: Line) -> bool:
    """Return whether the first is in what somebody says, and the second is where he says it (“…”在_的车间里)."""
    start = line.sentence(second.hit.start)
    quoted = line.text[:start].rstrip().endswith(("”", "」", '"')) and line.text[:start].rfind("”") > first.hit.end - 1
    led = line.text[start : second.hit.start].lstrip("\n ")[:_OPENS] in _AT
    return second.place and quoted and led


def _others(first: Member, second: Member, line: Line, beside: Sequence[Hit], rivals: bool) -> Iterable[Vote]:
    for member in (first, second):
        kind = "firm" if member.place else "place"
        counted = member is second and _among_them(second, line)
        if kind == "place" and (rivals or counted or _travels(member, line)):
            continue  # other places stand there because they want the same, or because he goes there
        own = [*beside, member.hit, *_registered(member, line), *_its_firms(member, line)]
        other = line.others(*line.clause(member.hit.start), kind, own) or _partner(member, line)
        if other and kind == "place" and _venue(other, member, line):
            continue
        if other:
            yield Vote("somebody_else", _OTHER if line.text.count(other) < 2 else _OTHER_AGAIN, other)


def firm_of(place: Member, line: Line) -> str:
    """Return the words that bring in a firm of the place (来自_的某某轴承, 总部位于_的某公司), or ""."""
    before = line.text[max(0, place.hit.start - _LEAD) : place.hit.start]
    led = lexicon.ending(before, "place", "from")
    found = _FIRM_OF_IT.match(line.text, place.hit.end) if led else None
    return led + line.text[place.hit.start : found.end()] if found else ""


def _its_firms(place: Member, line: Line) -> list[Hit]:
    """Return the well-known firms that are called the place's own (_的某某、某某): they are nobody else."""
    known = line.cues.get("firm", ()) if place.place and line.text[place.hit.end : place.hit.end + 1] == "的" else ()
    end = line.clause(place.hit.start)[1]
    return [Hit(a, b, place.hit.name) for a, b in known if place.hit.end < a < end]


def _partner(place: Member, line: Line) -> str:
    """Return who signs with the place, where that is nobody that is known (某某股份与_签约, 某某签约_), or ""."""
    start = line.clause(place.hit.start)[0]
    if somebody := subject_of_its_own(place, line, start):
        return somebody
    found = _WITH_IT.match(line.text[start : place.hit.start].strip()) if place.place else None
    return found[1] if found and line.ties(place.hit.end, line.clause(place.hit.start)[1], ("two",)) else ""


def _among_them(second: Member, line: Line) -> str:
    """Return the word by which the second is part of what the clauses before it count, or ""."""
    start = line.clause(second.hit.start)[0]
    lead = line.text[start : second.hit.start].strip()
    return next((w for w in ("其中", "当中", "包括") if lead.startswith(w) and len(lead) <= len(w) + 4), "")


def _venue(place: str, member: Member, line: Line) -> bool:
    """Return whether *place* is only where the party meets somebody."""
    start, end = line.clause(member.hit.start)
    return bool(_MEETS_AT.search(line.text[start:end].partition(f"在{place}")[2][:8]))


def _travels(member: Member, line: Line) -> bool:
    """Return whether somebody of the place is told to go elsewhere: where he is then is no rival of his place."""
    end = line.clause(member.hit.start)[1]
    return member.hit.name.placed and bool(line.ties(member.hit.end, end, ("travels",)))


def _registered(party: Member, line: Line) -> list[Hit]:
    """Return the place that begins the registered name of *party* (a company limited): it is part of the name."""
    end = party.hit.end
    legal = lexicon.automaton("company", "legal").any(
        line.text[party.hit.start : min(end + _LEGAL, line.clause(party.hit.start)[1])]
    )
    return [Hit(party.hit.start - 3, end, party.hit.name)] if legal else []


def _contest(first: Member, second: Member, line: Line) -> list[str]:
    """Return the words by which the place competes for what the party has to give, at most two."""
    place, party = (first, second) if first.place else (second, first)
    a, b = line.clause(place.hit.start)
    c, d = line.clause(party.hit.start)
    theirs = line.ties(c, d, ("contest",))
    ours = line.ties(a, b, ("contest",)) if place.place else []
    if theirs and place is second and place.place and line.text[place.hit.end : place.hit.end + 1] == "、":
        return theirs[:1]  # those who want it are told in a row
    return [*ours, *theirs][:2] if ours and (theirs or line.ties(c, d, ("deal",))) else []


def _chosen(place: Member, party: Member, line: Line) -> str:
    """Return the word by which the place is among those that the party publishes, or ""."""
    row = "、" in line.text[place.hit.end : line.clause(place.hit.start)[1]]  # what is said of a row follows it
    end = line.ends(place.hit.end) if row else line.clause(place.hit.start)[1]
    if not (found := line.ties(place.hit.end, end, ("chosen",))):
        return ""
    return (
        found[0]
        if line.ties(party.hit.end, line.clause(party.hit.start)[1], ("says", "list", "deal", "contest"))
        else ""
    )


# --------------------------------------------------------------------------- clauses that lean on another


def _elided(second: Member, line: Line) -> str:
    """Return the word with which a clause without a subject leads to *second*, or ""."""
    start, end = line.clause(second.hit.start)
    lead = _SOFT.sub("", line.text[start : second.hit.start].strip(), count=1)
    file, near, far = ("place", "locative", "arrives") if second.place else ("ties", "relational", "receives")
    if lead in lexicon.words(file, near):
        return lead if "的" not in line.text[second.hit.end : end] else ""
    word = lexicon.beginning(lead, file, far)
    if len(word) > 1 and len(word) < len(lead) <= _LEAD:
        return word
    told = line.text[start : second.hit.start].strip(" “《")
    return "是" if _CLEFT.search(told) else _verb(told.removesuffix("了")) or _brought(told)


def _brought(told: str) -> str:
    """Return the verb that all is done by to what is brought forward (，将总部迁往_; ，同意将“_…), or ""."""
    head = _BRINGS.match(told)
    rest = told[head.end() :].removesuffix("了") if head else ""
    if not rest or len(rest) > _LEAD:
        return head[0] if head and not rest else ""
    word = cut(rest)[-1]
    return word if len(word) > 1 and kind(word) in ("v", "vn") and word not in lexicon.words("ties", "idle") else ""


def _verb(lead: str) -> str:
    """Return the verb that is all of a clause before the name, but for adverbs and times, or ""."""
    words = cut(lead) if 1 < len(lead) <= _LEAD else [""]
    last = words[-1]
    done = len(last) > 1 and kind(last) in ("v", "vn") and last not in lexicon.words("ties", "idle")
    return last if done and all(kind(w) in ("d", "t", "m", "a", "ad", "c") for w in words[:-1]) else ""


def _at_occasion(first: Member, line: Line) -> str:
    """Return the clause that says on what occasion of the first something is done (在_召开的会上), or ""."""
    start, end = line.clause(first.hit.start)
    clause = line.text[start:end].strip()
    return (
        clause
        if clause.startswith("在" + line.text[first.hit.start : first.hit.end]) and clause[-1] in "上中里内"
        else ""
    )


def _cause(first: Member, line: Line) -> str:
    """Return the word by which what the first does is the cause of what follows, or ""."""
    start, end = line.clause(first.hit.start)
    found = _CAUSES.match(line.text[start : first.hit.start].lstrip())
    return found[0] if found and line.ties(first.hit.end, end, ("two", "one", "deal")) else ""


def _addressed(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """The party comes, or is spoken to, and the next clause is the place's own."""
    if first.place or not second.place or line.clause(second.hit.start)[0] != second.hit.start:
        return
    comes = lexicon.beginning(line.text[first.hit.end : first.hit.end + 5], "ties", "comes")
    ready = lexicon.beginning(line.text[second.hit.end : second.hit.end + 5], "ties", "ready")
    if comes or ready:
        yield Vote("comes", _COMES + (_READY if comes and ready else 0), comes or ready)


def _frames(place: Member, line: Line) -> float:
    """Return what it weighs that the place's clause says only where: at the head of a line, or how one came there."""
    start, end = line.clause(place.hit.start)
    clause = line.text[start:end].strip()
    if line.text[end : end + 1] not in ("，", ","):
        return 0.0
    if clause.removeprefix("在") == place.hit.name.text and clause != place.hit.name.text:
        return _FRAME
    if not line.text[:start].strip() and (
        clause.removeprefix("in ") == place.hit.name.text or (len(clause) <= 9 and clause[-1] in "市区县镇")
    ):
        return _FRAME
    before = line.text[max(start, place.hit.start - 6) : place.hit.start]
    led = lexicon.ending(before, "place", "arrives") or lexicon.ending(before, "place", "passes")
    return _THERE if led and end - place.hit.end <= 3 else 0.0
