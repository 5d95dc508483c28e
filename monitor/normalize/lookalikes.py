"""
Characters put in the place of others that look or sort like them: 놅 for 的, Cyrillic о in Pаris.

Some copy sites swap single characters for Hangul syllables so that a copy is not found. Which stands for which
is a table that a person can edit (``data/lookalikes.tsv``); 年 and 日 follow from the date around them; any
other lone syllable between Han characters is flagged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from monitor.normalize.draft import Draft, Edit
from monitor.normalize.script import table

RULE = "look-alike"

_HANGUL = "\uac00-\ud7a3"
_HAN = "\u3400-\u9fff"
_LONE = re.compile(f"(?<![{_HANGUL}])[{_HANGUL}](?![{_HANGUL}])")
_DATE = re.compile(
    f"[0-9]{{4}}([{_HANGUL}])[0-9]{{1,2}}月(?:[0-9]{{1,2}}([{_HANGUL}]))?|[0-9]月[0-9]{{1,2}}([{_HANGUL}])"
)
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])[{_HANGUL}](?=[{_HAN}])")
# A letter of another alphabet inside a Latin word; whole words in that alphabet are left alone.
_MIXED = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u04ff]{2,40}")
_CONFUSABLE = str.maketrans("аеорсухіјѕАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aeopcyxijsABEKMHOPCTXIJSABEZHIKMNOPTYXo")
_FOREIGN = re.compile(f"[\u0370-\u04ff{_HANGUL}]")


def is_suspect(text: str) -> bool:
    """Return whether *text* holds Hangul, Greek or Cyrillic at all; quick for what does not."""
    return bool(_FOREIGN.search(text))


def repair(draft: Draft) -> Draft:
    """Return *draft* with look-alikes put right; lone syllables that nothing explains are flagged."""
    return draft.apply(sorted((*_syllables(draft.text), *_letters(draft.text)), key=lambda edit: edit.start))


def _syllables(text: str) -> Iterator[Edit]:
    dated = dict(_dated(text))
    for found in _LONE.finditer(text):
        new = dated.get(found.start()) or _known().get(found.group())
        if new:
            yield Edit(found.start(), found.end(), new, RULE)
        elif _BETWEEN_HAN.match(text, found.start()):
            yield Edit(found.start(), found.end(), found.group(), RULE, False)


def _dated(text: str) -> Iterator[tuple[int, str]]:
    for found in _DATE.finditer(text):
        yield from ((found.start(group), char) for group, char in ((1, "年"), (2, "日"), (3, "日")) if found[group])


def _letters(text: str) -> Iterator[Edit]:
    for found in _MIXED.finditer(text):
        word = found.group()
        new = word.translate(_CONFUSABLE)
        if new != word and new.isascii() and re.search("[A-Za-z]{2}", word):
            yield Edit(found.start(), found.end(), new, RULE)


@functools.cache
def _known() -> dict[str, str]:
    return {row[0]: row[1] for row in table("lookalikes.tsv")}
