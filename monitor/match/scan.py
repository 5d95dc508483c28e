"""
One pass over a text for many words: the automata of this room.

Positions are code points. A lone surrogate, which the automaton cannot take, is read as U+FFFD; that keeps
every position where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from ahocorasick_rs import AhoCorasick

__all__ = ["Words", "fold", "whole"]

_SURROGATES = re.compile("[\ud800-\udfff]")
_CAPITALS = re.compile("[A-Z]+")


def fold(text: str) -> str:
    """Return *text* with ASCII letters in lower case and surrogates replaced; its length is kept."""
    if text.isascii():
        return text.lower()
    if _SURROGATES.search(text):
        text = _SURROGATES.sub("\ufffd", text)
    # Chinese text holds few of them: found by a class they cost a quarter of what a table for every character does.
    return _CAPITALS.sub(lambda found: found[0].lower(), text)


def whole(text: str, start: int, end: int) -> bool:
    """Return whether a Latin word at *start* and *end* does not go on: Han words have no such border."""
    return not (
        (start and _latin(text[start]) and _latin(text[start - 1]))
        or (end < len(text) and _latin(text[end - 1]) and _latin(text[end]))
    )


def _latin(char: str) -> bool:
    return "a" <= char <= "z" or "A" <= char <= "Z" or "\u00c0" <= char <= "\u024f"


class Words:
    """A set of words to look for at once; ``find`` gives (index of the word, start, end), overlaps included."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)
        # An automaton of no words is refused by the library; U+FFFE never stands in a text.
        self._automaton = AhoCorasick(self.words or ("\ufffe",))
        # Words that begin and end with a Han character need no look at what stands beside them.
        self._bordered = frozenset(i for i, word in enumerate(self.words) if _latin(word[0]) or _latin(word[-1]))

    def any(self, text: str) -> bool:
        """Return whether one of the words occurs in *text*, letters as they are."""
        return bool(self.count(text))

    def count(self, text: str) -> int:
        """Return how many of the words stand in *text* beside each other, letters as they are."""
        return len(self._found(text, overlapping=False))

    def matches(self, text: str, *, overlapping: bool = False) -> list[int]:
        """Return which of the words stand in *text*, letters as they are: beside each other, or all of them."""
        return [index for index, _, _ in self._found(text, overlapping=overlapping)]

    def _found(self, text: str, *, overlapping: bool) -> list[tuple[int, int, int]]:
        try:
            return self._automaton.find_matches_as_indexes(text, overlapping=overlapping)
        except UnicodeEncodeError:
            return self._automaton.find_matches_as_indexes(_SURROGATES.sub("\ufffd", text), overlapping=overlapping)

    def find(self, folded: str, limit: int | None = None) -> list[tuple[int, int, int]]:
        """Return the first *limit* occurrences in a text that :func:`fold` gave, Latin words only where whole."""
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return list(islice((h for h in hits if h[0] not in self._bordered or whole(folded, h[1], h[2])), limit))
