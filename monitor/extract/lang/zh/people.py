"""Persons in Chinese text: a surname and one or two characters beside an office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from monitor.extract.language import Person, either, words

_HAN = re.compile(r"[\u4e00-\u9fff]")
_COMMA = re.compile(r"、")
_LAST = re.compile(r"、|和|以及|及")
_EDGE = frozenset('，,。；;、：:！？!?（）()“”"《》 \n\t…—-·「」')


@cache
def _offices() -> re.Pattern[str]:
    return re.compile(f"(?:{either(words('zh', 'offices.txt'))})[\\s]?")


@cache
def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    found = words("zh", "surnames.txt")
    double = frozenset(w for w in found if len(w) == 2 and w in _DOUBLE)
    single = frozenset(c for w in found if w not in double for c in w)
    return single, double


_DOUBLE = frozenset(
    [
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "夏侯",
        "司徒",
        "慕容",
        "令狐",
        "皇甫",
        "尉迟",
        "东方",
        "长孙",
        "宇文",
        "端木",
        "公孙",
    ]
)


@cache
def _not_names() -> frozenset[str]:
    return frozenset(words("zh", "names_not.txt"))


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(either(words("zh", "names_end.txt")))


# What a person does to an office, or is made by one who names him first.
_TAKES = re.compile(
    r"(?:出|担|就|升|调|接|兼|转|改|上|到|续|连|辞|卸|离)?任(?![务期职何意命])|当选|履新|请辞|辞去|执掌|执教|加盟|入职|挂帅|掌舵|为"
)
_MAKES = re.compile(r"(?:任命|聘任|聘请|免去|提名|选举|推举|宣布|由|[，。；：、,\s日]|^)$")
_LONGEST_NAME = 4


def people(text: str) -> tuple[Person, ...]:
    """
    Return every person of *text* whose name follows an office, those listed after one (副市长张三、李四和王五), and those who
    take one.
    """
    found = list(_takers(text))
    for m in _offices().finditer(text):
        start, end = m.end(), name_end(text, m.end())
        listed = 0
        while end:
            found.append(Person(start, end, text[start:end], m[0].strip()))
            start, end = _next(text, end, listed)
            listed += 1
    return tuple(found)


def _takers(text: str) -> Iterator[Person]:
    """Yield those who take an office: 3月1日，张三出任…, 聘任李四为…"""
    for m in _TAKES.finditer(text):
        for start in range(max(0, m.start() - _LONGEST_NAME), m.start() - 1):
            named = _MAKES.search(text, max(0, start - 2), start) if name_end(text, start) == m.start() else None
            if named and (m[0] != "为" or len(named[0]) > 1):
                yield Person(start, m.start(), text[start : m.start()], "")
                break


def _next(text: str, end: int, listed: int) -> tuple[int, int]:
    """Return the span of the name that goes on with a list of names at *end*, or zeros; 和 closes a list, it opens none."""
    m = (_LAST if listed else _COMMA).match(text, end)
    after = name_end(text, m.end()) if m else 0
    # 市长张三、高新区主任: what stands before an office is no name.
    return (m.end(), after) if m and after and not _offices().match(text, after) else (0, 0)


def office_before(text: str, start: int) -> str:
    """Return the office that ends where a name starts, or ""."""
    last = ""
    for m in _offices().finditer(text, max(0, start - 12), start):
        if m.end() == start:
            last = m[0].strip()
    return last


def name_end(text: str, start: int) -> int:
    """
    Return where the person's name that begins at *start* ends, or 0 where none does.

    A name ends where an edge or a word of ``names_end.txt`` follows. Where both lengths would do, the longer
    one is taken, unless its last character begins a word of that list (江凌|会见).
    """
    single, double = _surnames()
    first = 2 if text[start : start + 2] in double else 1 if text[start : start + 1] in single else 0
    if not first:
        return 0
    ends = [start + first + n for n in (1, 2) if _ends_at(text, start + first + n, start)]
    if len(ends) == 2 and _ends().match(text, ends[0]):
        return ends[0]
    return ends[-1] if ends else 0


def _ends_at(text: str, end: int, start: int) -> bool:
    if end > len(text) or text[start:end] in _not_names() or not all(_HAN.match(c) for c in text[start:end]):
        return False
    return end == len(text) or text[end] in _EDGE or _ends().match(text, end) is not None
