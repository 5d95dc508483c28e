"""
How well characters fit together, by the frequencies of words.

Used to choose between restorations of a garbled place, never to change a clean one.
"""

from __future__ import annotations

import functools
import math

from monitor.normalize.words import TOTAL, cut, frequency

_UNKNOWN = math.log(0.02 / TOTAL)  # a character that the dictionary does not have
_MARK = math.log(0.03)  # news text: about one sign in ten is a mark, most of them one of a few
_ASCII = math.log(1e-4)
_MARKS = frozenset("。，、；：！？“”‘’《》（）,.;:!?()\"' \n")


def likelihood(text: str) -> float:
    """Return the log probability of *text* (simplified, no lone surrogates) as a row of independent words."""
    return sum(_log_frequency(word) for word in cut(text))


def last_word(text: str) -> str:
    """Return the last word of *text*."""
    return cut(text)[-1]


@functools.lru_cache(maxsize=20_000)
def _log_frequency(word: str) -> float:
    if word in _MARKS:
        return _MARK
    if word.isascii():
        return _ASCII
    count = frequency(word)
    return math.log(count / TOTAL) if count else _UNKNOWN * len(word)
