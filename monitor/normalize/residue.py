"""
Pinyin left behind in brackets: 產(chǎn)業(yè), 特(te)(te)定(ding), 產業(chǎn)(yè).

Some mirror sites write the reading after every character that they converted. A bracket goes only if it holds
the reading of what stands before it, and only in a text where at least one of them cannot be a gloss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from monitor.normalize import pinyin
from monitor.normalize.draft import Draft, Edit

RULE = "pinyin"

_HAN = "\u3400-\u9fff"
_BRACKETS = re.compile(rf"(?<=[{_HAN}])(?:[(（]{pinyin.SYLLABLES}[)）])+")
_RUN = re.compile(rf"[{_HAN}]+")
_INSIDE = re.compile(r"[^()（）]+")
_BEFORE = 8
_LESSON = 6  # more brackets than that are damage, whatever they hold


def remove(draft: Draft) -> Draft:
    """Return *draft* without the pinyin residues; each is a repair."""
    found = list(_residues(draft.text))
    if not any(certain for _, certain in found) or _is_lesson(draft.text, [edit for edit, _ in found]):
        return draft
    return draft.apply(edit for edit, _ in found)


def _is_lesson(text: str, edits: list[Edit]) -> bool:
    """Whether a character is given two different readings: 单(shàn)姓与单(dān)位 is about reading."""
    if len(edits) > _LESSON:
        return False
    readings = {(text[edit.start - 1], _INSIDE.findall(text[edit.start : edit.end])[0]) for edit in edits}
    return len({char for char, _ in readings}) < len(readings)


def _residues(text: str) -> Iterator[tuple[Edit, bool]]:
    """Every bracket that may go, and whether it cannot be a gloss."""
    for match in _BRACKETS.finditer(text):
        before = _RUN.findall(text, max(0, match.start() - _BEFORE), match.start())[-1]
        syllables = [s.strip() for s in _INSIDE.findall(match.group())]
        certain = _explained(before, syllables)
        if certain is not None:
            yield Edit(match.start(), match.end(), "", RULE), certain


def _explained(before: str, syllables: list[str]) -> bool | None:
    """Return None if the brackets are no readings of what stands *before*, else whether they cannot be a gloss."""
    once = [s for s, _ in groupby(syllables)]
    if len(once) == 1 and pinyin.reads(before[-1], once[0]):
        return len(syllables) > 1 or pinyin.usual(before[-1], once[0])
    if len(once) == 1 and len(syllables) == 1:
        return None  # 北京(beijing) names it in Latin letters
    if once and len(once) <= len(before) and _in_order(before[-len(once) :], once):
        return True
    half = len(syllables) // 2
    if half and syllables[:half] == syllables[half:]:
        return _explained(before, syllables[:half])
    return None


def _in_order(chars: str, syllables: list[str]) -> bool:
    return all(pinyin.reads(c, s) for c, s in zip(chars, syllables, strict=True))
