"""
Words of Chinese text, by dictionary alone.

The dictionary is the one that the package ``jieba`` brings; its code is never imported. From 一 on the file is
sorted by the first character, and words that begin with the same two stand together (a test holds it to that),
so it is searched where it lies: those of two given characters are found in microseconds and
remembered. Loaded as a trie (rjieba 0.2.2), the same words take 33 MB.

A text is cut as jieba cuts it without its guesses at unknown words (``HMM=False``): of all ways to make words
of a row of characters the likeliest, by the frequencies of the dictionary.
"""

from __future__ import annotations

import functools
import math
import os
import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from importlib import metadata
from itertools import pairwise
from operator import add

__all__ = ["TOTAL", "Borders", "borders", "cut", "frequency", "kind"]

TOTAL = 60_101_967
"""The sum of the frequencies in the dictionary (jieba 0.42.1); a test adds them up."""

_LOG_TOTAL = math.log(TOTAL)
# What words are made of; a mark belongs to none.
_ROW = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaffa-zA-Z0-9+#&]+")
_LETTERS = frozenset(string.ascii_letters + string.digits)
_FIRST_HAN = "一"
_HEAD = 16_384  # bytes in which 一 comes: a hundred words with Latin letters stand before it
_LINE = 128  # no line is longer than a hundred bytes
_PART = 32_768  # bytes that are read to find a line in them: 150 parts
# Two characters begin a word of news 50,000 times over; most of what a text holds is among the commonest third.
_PAIRS = 16_384

_Words = tuple[tuple[int, dict[str, float]], ...]  # by their length: words and their log probability


class Borders:
    """
    Where the words of *text* begin, and its length; each row of characters between two marks is cut when asked for.

    Unknown words fall into single characters, so a name that no dictionary knows is never swallowed by a guess.
    """

    __slots__ = ("_cut", "_rows", "_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._rows = [row.span() for row in _ROW.finditer(text)]
        self._starts = [start for start, _ in self._rows]
        self._cut: dict[int, list[int]] = {}

    def __contains__(self, at: int) -> bool:
        edges = self._around(at)
        return not edges or edges[bisect_left(edges, at)] == at

    def after(self, at: int) -> int:
        """Return the first border behind *at*, or the length of the text."""
        edges = self._around(at)
        return edges[bisect_right(edges, at)] if edges and at < edges[-1] else min(at + 1, len(self.text))

    def __iter__(self) -> Iterator[int]:
        at = 0
        for start, end in self._rows:
            yield from range(at, start)
            yield from self._around(start)[:-1]
            at = end
        yield from range(at, len(self.text) + 1)

    def _around(self, at: int) -> list[int]:
        """Return the borders of the row that *at* lies in or ends; none where it lies among marks."""
        index = bisect_right(self._starts, at) - 1
        if index < 0 or at > self._rows[index][1]:
            return []
        if index not in self._cut:
            start, end = self._rows[index]
            self._cut[index] = _edges(self.text[start:end], start)
        return self._cut[index]


def borders(text: str) -> tuple[int, ...]:
    """Return all borders of *text*, its length last: "花园路线图" gives ``(0, 2, 5)``."""
    return tuple(Borders(text))


def cut(text: str) -> list[str]:
    """Return the words of *text* in order, marks and spaces among them."""
    return [text[a:b] for a, b in pairwise(Borders(text))]


def frequency(word: str) -> int:
    """Return how often the dictionary counted *word*; 0 where it does not know it."""
    return _singles(word) if len(word) == 1 else dict(_beginning(word[:2])).get(word, 0)


@functools.lru_cache(_PAIRS)
def kind(word: str) -> str:
    """Return the part of speech that the dictionary gives *word* (nr a person, ns a place, v a verb); "" where it has none."""
    if word < _FIRST_HAN:
        return ""
    section = _read(*_section(word[0]))
    at = section.find(b"\n" + word.encode("utf-8", "replace") + b" ")
    return section[at + 1 : section.find(b"\n", at + 1)].decode().rsplit(" ", 1)[-1] if at >= 0 else ""


# --------------------------------------------------------------------------- cutting


def _edges(row: str, start: int) -> list[int]:
    """Return the borders of *row*, which lies at *start*, both ends included."""
    steps = _likeliest(row)
    edges = [start]
    at, inside = 0, False
    while at < len(row):
        step = steps[at]
        letter = step == 1 and row[at] in _LETTERS
        at += step
        if letter and inside:  # Latin letters and digits that belong to no word stay together
            edges[-1] = start + at
        else:
            edges.append(start + at)
        inside = letter
    return edges


def _likeliest(row: str) -> list[int]:
    """Return for each place of *row* the length of the word that begins there on the likeliest way to the end."""
    steps = [1] * len(row)
    route = [0.0] * (len(row) + 1)
    best = 0.0
    at = len(row)
    # From the end; each pair is a character with the one after it.
    for single, words in map(_start, map(add, row[::-1], " " + row[:0:-1])):
        at -= 1
        best += single
        for length, known in words:
            likely = known.get(row[at : at + length])
            if likely is not None and likely + route[at + length] >= best:
                best, steps[at] = likely + route[at + length], length
        route[at] = best
    return steps


# --------------------------------------------------------------------------- the dictionary


@functools.lru_cache(_PAIRS)
def _start(pair: str) -> tuple[float, _Words]:
    """Return the log probability of the first character alone, and the words that begin with both."""
    words: dict[int, dict[str, float]] = {}
    for word, count in _beginning(pair):
        words.setdefault(len(word), {})[word] = _log_probability(count)
    return _log_probability(_singles(pair[0])), tuple(sorted(words.items()))


def _log_probability(count: int) -> float:
    return math.log(max(count, 1)) - _LOG_TOTAL


@functools.lru_cache(8_192)
def _singles(char: str) -> int:
    if char < _FIRST_HAN:
        return dict(_head().get(char, ())).get(char, 0)
    return next((count for _, count in _lines(f"{char} ")), 0)


def _beginning(pair: str) -> Iterator[tuple[str, int]]:
    yield from _head().get(pair, ())
    if pair >= _FIRST_HAN:
        yield from _lines(pair)


def _lines(start: str) -> Iterator[tuple[str, int]]:
    """Yield the words whose lines begin with *start*, which begins with a Han character, and their frequencies."""
    section, code = _read(*_section(start[0])), b"\n" + start.encode("utf-8", "replace")
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
    words, starts = _grid()
    part = max(bisect_left(words, code) - 1, 0)
    begins, block = starts[part], _read(starts[part] - 1, starts[part + 1])
    low, high = 0, len(block) - 1
    while low < high:
        middle = (low + high) // 2
        start = block.find(b"\n", middle) + 1  # the line that begins behind the middle
        if 0 < start < len(block) and block[start : start + len(code)] < code:
            low = start
        else:
            high = middle
    return begins + block.find(b"\n", low)


@functools.cache
def _grid() -> tuple[list[bytes], list[int]]:
    """Return the first line of every part of the dictionary, and where each begins, the end of the file last."""
    size = os.fstat(_file()).st_size
    starts = [at + _read(at - 1, at + _LINE).find(b"\n") for at in range(_first_han(), size - _LINE, _PART)]
    return [_read(at, at + _LINE) for at in starts], [*starts, size]


def _read(start: int, end: int) -> bytes:
    # Read, not mapped: what the kernel caches of the file is then nobody's memory.
    return os.pread(_file(), end - start, start)


@functools.cache
def _file() -> int:
    """Return the open file of the dictionary: a line a word, its frequency and kind behind it."""
    path = str(metadata.distribution("jieba").locate_file("jieba/dict.txt"))
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


@functools.cache
def _first_han() -> int:
    return _read(0, _HEAD).index(f"\n{_FIRST_HAN} ".encode()) + 1


@functools.cache
def _head() -> dict[str, tuple[tuple[str, int], ...]]:
    """The few words with Latin letters (T恤, IP地址, 阿Q), which come first, by their first two characters."""
    found: dict[str, list[tuple[str, int]]] = {}
    for line in _read(0, _first_han()).decode().splitlines():
        word, count, _ = line.rsplit(" ", 2)
        found.setdefault(word[:2], []).append((word, int(count)))
    return {pair: tuple(words) for pair, words in found.items()}
