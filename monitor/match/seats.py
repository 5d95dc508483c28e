"""
Where things lie and who has which part: the seat of what was named before, the part in a deal, what is made for whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from monitor.match import lexicon
from monitor.match.line import Line
from monitor.match.members import Member
from monitor.model import Vote

__all__ = ["bare", "noun_of_its_own", "part", "seat", "subject_of_its_own", "supply"]

_SUPPLY = 0.9
_LABEL = 16  # characters of a place's clause that may stand before its name, and of a label
_PART = 20  # characters from a part in a deal to who has it
_LEAD = 10  # characters of a verb and what it takes, before a name
_OPENS = 12  # characters with which a sentence names its subject
_THIS = "这该本此"
_TAKES_OFFICE = re.compile(
    r"(?:提名为|推荐为|当选为?|出任|就任|担任|接任|兼任|代理|代|拟任|选举为|任命为|(?<=[,，])任)$"
)
_TAKES = re.compile(r"[^,，。;；、]{0,8}?(?:持有|控股|参股|入股|认购|成为|为|是)(?:其|该|公司|这家)")
_SHARES = re.compile(r"[^,，。;；、]{0,24}?(?:成)?为(?:新|新的)?(?:股东|出资人|合伙人|买家|客户|供应商|运营方|业主)")


def seat(place: Member, line: Line) -> tuple[str, str] | None:
    """
    Return the word that says that something lies in *place*, and the subject, which is left out or points back.

    A subject points back when it is a common noun (the company, the project) or was named before; whoever only
    lies there beside a noun of its own (位于_的博物馆) says nothing of what went before.
    """
    start, end = line.clause(place.hit.start)
    start = max(start, 1 + max(line.text.rfind(mark, start, place.hit.start) for mark in "(（"))
    if "的" in line.text[place.hit.end : end] or place.hit.start - start > _LABEL * 2:
        return None
    before = bare(line.text[start : place.hit.start])
    if not before and (label := lexicon.ending(line.text[:start].rstrip(":： ")[-_LABEL:], "place", "label")):
        return label, label
    word = lexicon.ending(before, "place", "seat")
    subject = before[: len(before) - len(word)].strip() or (word and _opener(line, start))
    known = (
        not subject
        or subject[0] in _THIS
        or subject in lexicon.words("place", "subject")
        or _named(subject, line, start)
    )
    if word in ("是", "系") and not subject:
        return None
    return (word, subject) if word and known else None


def noun_of_its_own(place: Member, line: Line) -> str:
    """Return the word by which another noun lies in the place (位于_的博物馆), or ""."""
    before = line.text[max(0, place.hit.start - _LEAD) : place.hit.start]
    return lexicon.ending(before, "place", "seat") if line.text[place.hit.end : place.hit.end + 1] == "的" else ""


def _opener(line: Line, at: int) -> str:
    """Return what the sentence that *at* lies in opens with, where that was named before it, or ""."""
    begin = line.sentence(at)
    opening = line.text[begin : min(begin + _OPENS, at)].lstrip(" 「“\"'《")
    told = (opening[:n] for n in range(len(opening), 2, -1))
    return next((t for t in told if not any(c.isdigit() for c in t) and _named(t, line, begin)), "")


def _named(subject: str, line: Line, at: int) -> bool:
    told = line.text[:at]
    return len(subject) > 1 and (subject in told or ("\n" in told and subject in line.before))


# Somebody right before the verb of what takes two sides; not the party's own works and people (新工厂落户…, 董事长牵手…).
_SOMEBODY = re.compile(
    r"(?!双方|今日|昨日|今天|昨天|近日|正式|成功|再次|首次|同时|有望|即将|计划|宣布|未来)[\u4e00-\u9fff]{2,4}?"
    r"(?<![工基项总公中产门团高代负经书市长二三新次又再拟将已并会续未意谈手大巨])(?:签约|签下|签|牵手|携手|投资|投)$"
)


def subject_of_its_own(place: Member, line: Line, start: int) -> str:
    """Return who does it with the place in what begins at *start* (…，丁公司签约乙市; …、丁投乙市), or ""."""
    found = _SOMEBODY.match(line.text[start : place.hit.start].lstrip()) if place.place else None
    return found[0] if found else ""


def bare(before: str) -> str:
    """Return what stands before a place without quotes, the province it lies in, and what English puts between."""
    text = before.strip(" “\"'").removesuffix(" in")
    return text[: len(text) - len(lexicon.ending(text, "place", "province"))]


@cache
def _parts() -> re.Pattern[str]:
    words = sorted(lexicon.words("ties", "part") | lexicon.words("ties", "site"), key=len, reverse=True)
    return re.compile(
        rf"({'|'.join(map(re.escape, words))})[^,，。;；、]{{0,4}}?(?:为|是|系|来自|包括|含|有|[:：])[^,，。;；、]{{0,6}}$"
    )


def part(member: Member, line: Line) -> str:
    """Return the part in a deal that *member* has: the buyer is it, or it holds shares of what was named."""
    before = line.text[max(0, member.hit.start - _PART) : member.hit.start]
    if found := _parts().search(before):
        return found[1]
    if member.hit.name.entity.kind == "office" and (found := _TAKES_OFFICE.search(before)):
        return found[0]
    if word := _appointed(member, before):
        return word
    taken = (
        None if member.place else _TAKES.match(line.text, member.hit.end) or _SHARES.match(line.text, member.hit.end)
    )
    return taken[0] if taken else ""


def _appointed(member: Member, before: str) -> str:
    """Return what somebody is to be, where he is named right after it (拟任人选_), or ""."""
    person = member.hit.name.role == "person"
    return lexicon.ending(before.rstrip(" :：为是"), "ties", "appointed") if person else ""


def supply(first: Member, second: Member, line: Line) -> Iterable[Vote]:
    """Yield the vote for what is made for the party, or got from it."""
    party = second if first.place else first
    if not party.place and (word := _supplied(party, line)):
        yield Vote("supply", _SUPPLY, word)


def _supplied(party: Member, line: Line) -> str:
    end = line.clause(party.hit.start)[1]
    before = line.text[max(line.clause(party.hit.start)[0], party.hit.start - _PART) : party.hit.start]
    if before.endswith("、"):  # it stands in a row that begins there
        head = before.split("、", 1)[0]
        before = next((head[: i + 1] for i, char in enumerate(head) if char in "为给向"), "")
    if word := lexicon.ending(before, "ties", "into"):
        return word
    for lead, goal in (("for", "makes"), ("gets", "award")):
        if (word := lexicon.ending(before, "ties", lead)) and line.ties(party.hit.end, end, (goal,)):
            return word
    return ""
