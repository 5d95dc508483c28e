"""
How a text is laid out: lines, items of a list, sentences; and which lines are no text at all.

A tie never crosses the border of an item: a list of ten news items is judged item by item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from monitor.match import lexicon

__all__ = ["Sentence", "sentences"]

_PROSE = 60  # characters: a page's own line (a link, a credit) is shorter than a paragraph
_LONGEST = 400  # characters of a sentence; a text without stops is cut, so that no rule meets an endless one
_NUMBER = (
    r"(?:\d{1,2}[、.．)）](?!\d)|[①-⑳]|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、"
    r"|[•●■◆▪▶★☆◎]|【)"
)
# Both begin with a class of characters, which the engine skips to; a look behind would be tried at every one.
_BEFORE_ITEM = re.compile(rf"[\s。；;！!？?](?={_NUMBER})")
_LISTED = re.compile(rf"\s*(?:{_NUMBER}|[·\-—*])")
_STOP = re.compile(r"[。！？!?；;….](?:(?<=…)…+|(?<=\.)(?=\s)|(?<![….])[。！？!?；;]*[”’\"』」）)]*)")
_LINE = re.compile(r"[^\r\n\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]``; sentences with the same ``item`` may be read together, a ``listed`` one is no prose."""

    start: int
    end: int
    item: int
    listed: bool = False


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of *text* in order, lines that are not text left out."""
    found: list[Sentence] = []
    item = 0
    for start, end in _lines(text):
        for a, b in _items(text, start, end):
            item += 1
            listed = not _prose(text[a:b].strip()) or bool(_LISTED.match(text, a))
            found += [Sentence(x, y, item, listed) for x, y in _split(text, a, b)]
    return tuple(found)


def _lines(text: str) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    links = False
    for match in _LINE.finditer(text):
        line = match.group().strip()
        if _opens_links(line):
            links = True
        elif not (links and not _prose(line)) and not _boilerplate(line):
            links = False
            kept.append(match.span())
    return kept


def _opens_links(line: str) -> bool:
    return len(line) <= 16 and line.strip("：:【】[]>》 ") in lexicon.sections("boilerplate")["heading"]


def _prose(line: str) -> bool:
    return len(line) >= _PROSE or line.endswith(("。", "！", "？", "”", "."))


def _boilerplate(line: str) -> bool:
    return len(line) < _PROSE and lexicon.automaton("boilerplate", "line").any(line)


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    edges = [start, *(m.end() for m in _BEFORE_ITEM.finditer(text, start, end)), end]
    return list(pairwise(edges))


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= _LONGEST and not _STOP.search(text, start, end):
        return [(start, end)] if text[start:end].strip() else []
    edges = [start, *(m.end() for m in _STOP.finditer(text, start, end)), end]
    spans = [s for a, b in pairwise(edges) for s in _cut(a, b)]
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _cut(start: int, end: int) -> list[tuple[int, int]]:
    return [(at, min(at + _LONGEST, end)) for at in range(start, end, _LONGEST)]
