"""
How well characters fit together, by the word frequencies that rjieba carries.

Used to choose between restorations of a garbled place, never to change a clean one.
"""

from __future__ import annotations

import functools
import math

import rjieba

_TOTAL = 60_101_967  # the sum of the frequencies in jieba's dictionary
_UNKNOWN = math.log(0.02 / _TOTAL)  # a character that the dictionary does not have
_MARK = math.log(0.03)  # news text: about one sign in ten is a mark, most of them one of a few
_ASCII = math.log(1e-4)
_MARKS = frozenset("。，、；：！？“”‘’《》（）,.;:!?()\"' \n")


def likelihood(text: str) -> float:
    """Return the log probability of *text* (simplified, no lone surrogates) as a row of independent words."""
    return sum(_log_frequency(word) for word in rjieba.cut(text, False))


def last_word(text: str) -> str:
    """Return the last word of *text*."""
    words: list[str] = rjieba.cut(text, False)
    return words[-1]


@functools.lru_cache(maxsize=20_000)
def _log_frequency(word: str) -> float:
    if word in _MARKS:
        return _MARK
    if word.isascii():
        return _ASCII
    if not rjieba.has_word(word):
        return _UNKNOWN * len(word)
    # For a word of the dictionary the suggested frequency is its own plus one.
    return math.log(max(rjieba.suggest_freq(word) - 1, 1) / _TOTAL)
