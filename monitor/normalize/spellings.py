"""The spellings in which a word may stand in texts of either script: for what is looked for, without a dictionary of phrases."""

from __future__ import annotations

import functools
from itertools import islice, product

from monitor.normalize.script import simplify

__all__ = ["spellings", "traditional_forms"]

MOST = 64  # spellings of one word: four characters with four forms each have 256, of which people write two or three
_BLOCK = 512  # code points; enough that a block is seen to be in traditional script
_COMPATIBLE = "\uf900"  # the first of the compatibility ideographs


def spellings(word: str) -> tuple[str, ...]:
    """
    Return *word* as it is, simplified, and with each character in every traditional form that it may stand for.

    Which one is meant (头发's 髮 or 发展's 發) is not asked: a spelling that nobody writes is found nowhere. A word with
    more than `MOST` of them gets the first.
    """
    plain = simplify(word.encode("utf-8", "replace").decode())
    every = ("".join(chars) for chars in product(*map(_forms, plain)))
    return tuple(dict.fromkeys((word, plain, *islice(every, MOST))))


def traditional_forms(char: str) -> tuple[str, ...]:
    """Return the characters that simplify to *char*, the more common blocks first; compatibility ideographs are the last."""
    return _turned().get(char, ())


@functools.cache
def _turned() -> dict[str, tuple[str, ...]]:
    """Return the conversion to simplified script, turned round."""
    found: dict[str, list[str]] = {}
    for first in (*range(0x4E00, 0xA000, _BLOCK), *range(0x3400, 0x4DC0, _BLOCK), *range(0xF900, 0xFB00, _BLOCK)):
        chars = [chr(code) for code in range(first, first + _BLOCK)]  # a block at a time: all at once take 4 MB
        for char, simple in zip(chars, simplify("\n".join(chars)).split("\n"), strict=True):
            if simple != char and len(simple) == 1:
                found.setdefault(simple, []).append(char)
    return {simple: tuple(forms) for simple, forms in found.items()}


def _forms(char: str) -> str:
    """Return how *char* may be written in a text whose compatibility ideographs are folded, as itself last (后, 里, 干)."""
    return "".join(form for form in traditional_forms(char) if form < _COMPATIBLE) + char
