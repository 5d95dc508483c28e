"""The spellings in which a word may stand in texts of either script: for what is looked for, without a dictionary of phrases."""

from __future__ import annotations

import functools
from itertools import islice, product

from monitor.normalize.script import simplify, to_simplified

__all__ = ["spellings"]

MOST = 64  # spellings of one word: four characters with four forms each have 256, of which people write two or three


def spellings(word: str) -> tuple[str, ...]:
    """
    Return *word* as it is, simplified, and with each character in every traditional form that it may stand for.

    Which one is meant (头发's 髮 or 发展's 發) is not asked: a spelling that nobody writes is found nowhere. A word with
    more than `MOST` of them gets the first.
    """
    plain = simplify(word.encode("utf-8", "replace").decode())
    forms = _forms()
    every = ("".join(chars) for chars in product(*(forms.get(char, char) for char in plain)))
    return tuple(dict.fromkeys((word, plain, *islice(every, MOST))))


@functools.cache
def _forms() -> dict[str, str]:
    """Return the traditional forms of each simplified character that has any, the more common blocks first."""
    blocks = "".join(
        chr(code) for first, last in ((0x4E00, 0x9FFF), (0x3400, 0x4DBF)) for code in range(first, last + 1)
    )
    found: dict[str, str] = {}
    for old, new in zip(blocks, _each(blocks), strict=True):
        if old != new:
            found[new] = found.get(new, "") + old
    # What is a traditional character as well (后, 里, 干) may stand for itself.
    return {new: old + new for new, old in found.items()}


def _each(chars: str) -> str:
    """Return *chars*, each simplified by itself: between blanks, so that no two are read as a phrase."""
    return to_simplified("\n".join(chars))[::2]
