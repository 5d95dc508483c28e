"""Script, width and invisible characters: what every text is folded by before it is compared."""

from __future__ import annotations

import functools
import re
import unicodedata

import opencc

INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Return *text* in simplified script, letters and digits half-width, without invisible characters."""
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(_fold(c) for c in text)
    return _converter().convert(text)


@functools.lru_cache(maxsize=70_000)
def _fold(char: str) -> str:
    if char in "，：；！？（）～":
        return char
    return unicodedata.normalize("NFKC", char) if unicodedata.decomposition(char).startswith(("<wide>", "<narrow>", "<noBreak>")) or char == "\u3000" else char
