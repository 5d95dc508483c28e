"""
Words of Chinese text, by dictionary alone.

The dictionary is the one that the package ``jieba`` brings; its code is never imported. The file is sorted by
UTF-8 bytes from the first Han character on, so it is mapped and searched where it lies: words that begin with
two given characters are found in microseconds and remembered. Loaded as a trie, the same words take 33 MB.

A text is cut as jieba cuts it without its guesses at unknown words (``HMM=False``): of all ways to make words
of a row of characters the likeliest, by the frequencies of the dictionary.
"""

from __future__ import annotations

import functools
import math
import mmap
import re
from collections.abc import Iterator
from importlib import metadata
from itertools import accumulate
from operator import add

__all__ = ["TOTAL", "borders", "cut", "frequency"]

TOTAL = 60_101_967
"""The sum of the frequencies in the dictionary (jieba 0.42.1); a test adds them up."""

_LOG_TOTAL = math.log(TOTAL)
_ROW = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaffa-zA-Z0-9+#&._%-]+")
_LATIN = re.compile("[a-zA-Z0-9]")
_FIRST_HAN = "一"
# Two characters begin a word of news 50,000 times over; most of what a text holds is among the commonest third.
_PAIRS = 16_384

_Word = tuple[str, int, float]  # what follows the first two characters, length, log probability
_Start = tuple[float, tuple[_Word, ...]]


def borders(text: str) -> tuple[int, ...]:
    """
    Return where the words of *text* begin, its length last: "花园路线图" gives ``(0, 2, 5)``.

    Unknown words fall into single characters, so a name that no dictionary knows is never swallowed by a guess.
    """
    return tuple(accumulate(_lengths(text), initial=0))


def cut(text: str) -> list[str]:
    """Return the words of *text* in order, marks and spaces among them."""
    ends = borders(text)
    return [text[a:b] for a, b in zip(ends, ends[1:], strict=False)]


def frequency(word: str) -> int:
    """Return how often the dictionary counted *word*; 0 where it does not know it."""
    return _singles(word) if len(word) == 1 else dict(_beginning(word[:2])).get(word, 0)


# --------------------------------------------------------------------------- cutting


def _lengths(text: str) -> list[int]:
    found: list[int] = []
    at = 0
    for row in _ROW.finditer(text):
        found += [1] * (row.start() - at)
        found += _words_of(row[0])
        at = row.end()
    return found + [1] * (len(text) - at)


def _words_of(row: str) -> list[int]:
    steps = _likeliest(row)
    found: list[int] = []
    at = 0
    while at < len(row):
        found.append(steps[at])
        at += steps[at]
    return _joined(row, found) if _LATIN.search(row) else found


def _likeliest(row: str) -> list[int]:
    """Return for each place of *row* the length of the word that begins there on the likeliest way to its end."""
    steps = [1] * len(row)
    route = [0.0] * (len(row) + 1)
    best = 0.0
    at = len(row)
    # From the end; each pair is a character with the one after it.
    for single, words in map(_start, map(add, row[::-1], " " + row[:0:-1])):
        at -= 1
        best += single
        for rest, length, likely in words:
            if (not rest or row.startswith(rest, at + 2)) and likely + route[at + length] >= best:
                best, steps[at] = likely + route[at + length], length
        route[at] = best
    return steps


def _joined(row: str, steps: list[int]) -> list[int]:
    """Return *steps* with Latin letters and digits that belong to no word taken together."""
    found: list[int] = []
    at, inside = 0, False
    for step in steps:
        latin = step == 1 and _LATIN.match(row, at) is not None
        if latin and inside:
            found[-1] += 1
        else:
            found.append(step)
        at, inside = at + step, latin
    return found


# --------------------------------------------------------------------------- the dictionary


@functools.lru_cache(_PAIRS)
def _start(pair: str) -> _Start:
    """Return the log probability of the first character alone, and the words that begin with both."""
    words = ((w[2:], len(w), math.log(max(n, 1)) - _LOG_TOTAL) for w, n in _beginning(pair))
    return math.log(max(_singles(pair[0]), 1)) - _LOG_TOTAL, tuple(sorted(words, key=lambda word: word[1]))


@functools.lru_cache(8_192)
def _singles(char: str) -> int:
    if char < _FIRST_HAN:
        return dict(_foreign().get(char, ())).get(char, 0)
    return next((count for _, count in _lines(f"{char} ")), 0)


def _beginning(pair: str) -> Iterator[tuple[str, int]]:
    return iter(_foreign().get(pair, ())) if pair < _FIRST_HAN else _lines(pair)


def _lines(start: str) -> Iterator[tuple[str, int]]:
    """Yield the words whose lines begin with *start*, which begins with a Han character, and their frequencies."""
    first, last = _section(start[0])
    section, code = _book()[first:last], b"\n" + start.encode("utf-8", "replace")
    at = section.find(code)
    while at >= 0 and section.startswith(code, at):
        end = section.find(b"\n", at + 1)
        word, count, _ = section[at + 1 : end].decode().split(" ")
        yield word, int(count)
        at = end


@functools.lru_cache(8_192)
def _section(char: str) -> tuple[int, int]:
    """Return the part of the dictionary whose words begin with *char*, a line feed at either end."""
    code = char.encode("utf-8", "replace")
    return _place(code) - 1, _place(code + b"\xff")  # no character's bytes begin with FF: after all its words


def _place(code: bytes) -> int:
    """Return where the first line that is not before *code* begins."""
    book = _book()
    low, high = _first_han(), len(book)
    while low < high:
        middle = (low + high) // 2
        start = max(book.rfind(b"\n", low, middle) + 1, low)
        if book[start : start + len(code)] < code:
            low = book.find(b"\n", middle) + 1
        else:
            high = start
    return low


@functools.cache
def _book() -> mmap.mmap:
    path = str(metadata.distribution("jieba").locate_file("jieba/dict.txt"))
    with open(path, "rb") as file:  # noqa: PTH123  (a path of package data, not of ours)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


@functools.cache
def _first_han() -> int:
    return _book().find(f"\n{_FIRST_HAN} ".encode()) + 1


@functools.cache
def _foreign() -> dict[str, tuple[tuple[str, int], ...]]:
    """The few words that begin with no Han character (T恤, IP地址), by their first two characters."""
    found: dict[str, list[tuple[str, int]]] = {}
    for line in _book()[: _first_han()].decode().splitlines():
        word, count, _ = line.rsplit(" ", 2)
        found.setdefault(word[:2], []).append((word, int(count)))
    return {pair: tuple(words) for pair, words in found.items()}
