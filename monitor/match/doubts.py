"""
What speaks against a tie: what the two are named for there, whatever their distance.

    consumer, market, advert   using a product, moving prices, selling
    list, among, sampled       items of a row, which ties none of them to another
    origin, outlet, venue      the place is where somebody comes from, who prints it, what an exchange is called after
    product, used, fame        the party is a thing that somebody has, or a name that is known
    likeness, rival            the party is what somebody else is measured by
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.links import STRONG
from monitor.match.members import Member
from monitor.match.seats import part
from monitor.model import Vote

__all__ = ["LEAD_WORDS", "REST", "ROW", "against"]

LEAD_WORDS = 24  # characters of the English words before a name
ROW = 30  # characters of a row of names
# The others of a row that the place opens, and how many they are.
REST = re.compile(r"^(?:、(?:(?!等)[\u4e00-\u9fff]){2,3})*(?:等[\d一二三四五六七八九十多]*[座个]?(?:城市|城|地|市))?")
_CONSUMER = -1.6
_MARKET = -1.5
_ADVERT = -3.0
_LIST = -2.0
_AMONG = -0.8  # one of several firms that are told in a row
_USED = -1.6  # somebody drives, wears, holds it
_LIKE = -1.5
_RIVAL = -3.0
_SAMPLED = -2.6  # reporters went to several places to see
_ORIGIN = -1.5
_OUTLET = -1.0
_PRODUCT = -0.5
_ITEM = 12  # characters from one item of an enumeration to the next but one
_WORK = 20  # characters of a title
_VERB = 4  # characters of a verb
_QUOTES = "“”\"'「」"
_MANY = 20  # offices that are looked at in one line
_USED_ON = re.compile(
    r"\b(?:(?:stream|watch|sold|sell|available|bought|shop|live|play)[a-z]* (?:on|via)|using|driving|wearing) $"
)
_LIKE_IT = re.compile(r"\b(?:like|unlike|than|versus|vs) $")
_ITS_RIVALS = re.compile(r"\b(?:rivals?|competitors?)(?: such as| like| including)? $")
_RIVALS = re.compile(r"[^,，。;；]{0,8}?等(?:的)?(?:竞争)?(?:对手|友商|竞品|同行)")
_REPORTER = re.compile(r"(?:记者|笔者)[^,，。]{0,6}?(?:走访|探访|实探|实测|从|在|看到)")
# What the title of a place's own paper ends with: what it plans, and not a song of it.
_PAPERS = ("方案", "计划", "规划", "办法", "意见", "措施", "条例", "协议", "纲要", "清单", "公告", "通知", "备忘录")
_AWAY = re.compile(r"\b(?:km|kilomet(?:er|re)s|miles) (?:[a-z\-]+ )?(?:of|from) $")
_SOMEBODY = re.compile(r"市?的?(?:市民)?[\u4e00-\u9fff]?(?:女士|先生|大爷|大妈|阿姨|小姐|师傅)")
_SHARES = re.compile(r"的?(?:\d[\d.]*[%％]的?|全部|部分|剩余|少数)?(?:控股权|控制权|股权|股份|资产)")
_OWNED = 8  # characters before a name in which somebody has or uses one of its products
_WHOSE = re.compile(r"[我他她你咱]?[们家]?的?$|自己的$|新买的$|新款$")
_MODEL = 6  # characters of a model with its number
_VENUE = 10  # characters after a place in which a branch or an exchange is named after it
_WEAK = -0.8  # the sense itself is in doubt
_FIRM = -0.6
_AT_FIRM = -1.5
_SOLD = frozenset({"出售", "转让"})  # a used phone, but a plant or a share as well
_BORDER = re.compile(r"[,，:：]")
# Who is told in a row to be there is there together: 书记甲、总经理乙出席开工仪式.
_ATTEND = re.compile(
    r"[\u4e00-\u9fff]{0,12}?(?:等)?(?:共同|一同)?(?:出席|见证|为[^,，。;；]{0,16}(?:揭牌|奠基|剪彩|培土)|按下|启动)"
)
_EACH = re.compile(
    r"(?:、[\u4e00-\u9fffA-Za-z]{2,5}?)+(?:[都均皆各]|[两三四五]?[市地县区]{1}(?:负责人|主要领导|领导|代表))"
)


def against(first: Member, second: Member, line: Line, start: int, end: int, told: Collection[str]) -> Iterable[Vote]:
    """Yield what speaks against the tie; *told* are the rules that spoke for it."""
    told = {*told, "summons"} if _summons(second, line) else set(told)
    for section, weight in (("consumer", _CONSUMER), ("market", _MARKET), ("advert", _ADVERT)):
        span = (0, len(line.text)) if section == "advert" else (start, end)  # a number to call stands at the end
        found = [w for w in line.ties(*span, (section,)) if w not in _SOLD or not line.ties(*span, ("deal",))]
        if found and not _EXCUSE[section] & told:
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
    if _summons(second, line) or _ATTEND.match(line.text, second.hit.end):
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
    if member.place and (peer := _sampled(member, line)):
        yield Vote("sampled", _SAMPLED, peer)
    if held := _held_by(member, other, line):
        yield Vote("held", _ORIGIN, held)
    if _in_title(member, line) and not _in_one_title(member, other, line):
        yield Vote("work", _ORIGIN, member.hit.name.text)


def _place_doubts(member: Member, line: Line, bound: bool) -> Iterable[Vote]:
    after = line.text[member.hit.end : member.hit.end + 5]
    if away := _AWAY.search(line.text[max(0, member.hit.start - LEAD_WORDS) : member.hit.start]):
        yield Vote("origin", _ORIGIN, away[0] + member.hit.name.text)
    elif (word := line.word_at(member.hit.end)) in lexicon.words("place", "origin"):
        yield Vote("origin", _ORIGIN, member.hit.name.text + word)
    elif (who := _SOMEBODY.match(line.text, member.hit.end)) and not line.ties(0, len(line.text), ("says", "event")):
        yield Vote("origin", _ORIGIN, member.hit.name.text + who[0])
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


def _sampled(place: Member, line: Line) -> str:
    """Return what says that reporters or shoppers went to the place as one of several, or ""."""
    start, end = line.clause(place.hit.start)
    found = _REPORTER.search(line.text, start, place.hit.start)
    row = "、" in line.text[start:end] or "多地" in line.text[start:end]
    return found[0] if found and row else ""


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
    if member.place:
        return not line.text[member.hit.end : max(end, member.hit.end)].endswith(_PAPERS)
    return end >= 0 and not line.ties(opened, end, ("two", "deal"))


def _party_doubts(member: Member, line: Line, told: Collection[str]) -> Iterable[Vote]:
    before = line.text[max(0, member.hit.start - _OWNED) : member.hit.start]
    after = line.text[member.hit.end : member.hit.end + 8].lstrip(" ")
    word = lexicon.ending(before.rstrip("“「\"'"), "ties", "posing")
    if word and line.text.count(member.hit.name.text) == 1:  # named again it is the party that answers
        yield Vote("posing", _RIVAL, word + member.hit.name.text)
    if word := lexicon.ending(before, "ties", "likeness") or _like(member, line):
        yield Vote("likeness", _LIKE, word + member.hit.name.text)
    if word := _rival(member, line):
        yield Vote("rival", _RIVAL, word)
    word = lexicon.ending(before, "ties", "owns") or lexicon.ending(_WHOSE.sub("", before), "ties", "uses")
    platform = _USED_ON.search(line.text[max(0, member.hit.start - LEAD_WORDS) : member.hit.start])
    word = word or (platform[0] if platform else "")
    if word and not line.ties(0, len(line.text), ("event",)) and not _SHARES.match(line.text, member.hit.end):
        yield Vote("used", _USED, word + member.hit.name.text)
    word = lexicon.beginning(after, "company", "product") if "supply" not in told else ""
    if word and not lexicon.automaton("company", "made").any(after[len(word) : len(word) + 3]):
        yield Vote("product", _PRODUCT, member.hit.name.text + word)
    elif any(v.rule == "model" for v in member.sense.votes) and any(c.isdigit() for c in after[:_MODEL]):
        yield Vote("product", _PRODUCT, member.hit.name.text)


def _like(member: Member, line: Line) -> str:
    found = _LIKE_IT.search(line.text[max(0, member.hit.start - LEAD_WORDS) : member.hit.start])
    return found[0] if found else ""


def _rival(member: Member, line: Line) -> str:
    """Return the words that make the party one of those that somebody else is measured by, or ""."""
    before = line.text[max(0, member.hit.start - LEAD_WORDS) : member.hit.start]
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
    left = line.text[max(start, member.hit.start - ROW) : member.hit.start]
    right = line.text[member.hit.end : min(end, member.hit.end + ROW)]
    if member.place and lexicon.beginning(REST.sub("", right, count=1), "place", "unit"):
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
