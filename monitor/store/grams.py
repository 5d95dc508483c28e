"""
Words found by PostgreSQL: the words of a text, and each two that stand side by side, as numbers in a GIN index.

Not ``tsvector``: it keeps 256 places of a word and none beyond the 16,383rd, too few where each character is a word, so
that phrases of long texts would be missed. Two characters side by side are what most people look for, and are one number
here. What the index gives is looked at again in the text (``exact`` is false): a long word is all of its pairs somewhere,
and two pairs may share a number.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

from monitor.store.database import Rows, Words
from monitor.store.tokens import spaced, tokens


class Grams:
    """The index of the table ``search``; *execute* does one statement."""

    exact = False

    def __init__(self, execute: Callable[..., Rows]) -> None:
        self._execute = execute

    def add(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Index (number, title, text) of each."""
        for number, title, text in rows:
            head, body = grams(tokens(spaced(title))), grams(tokens(spaced(text)))
            self._execute("INSERT INTO search VALUES (?, ?, ?)", (number, _array(head), _array(head | body)))

    def remove(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Take out what was added."""
        for number, _, _ in rows:
            self._execute("DELETE FROM search WHERE number = ?", (number,))

    def find(self, kind: int, words: Words, *, titles: bool, before: int, limit: int) -> Sequence[int]:
        """Return the numbers of what may hold *words*, the highest first."""
        column = "titles" if titles else "grams"
        wanted = [[_array(grams(tokens(form))) for form in word] for word in words]
        holds = " AND ".join(f"({' OR '.join(f'{column} @> ?' for _ in word)})" for word in wanted)
        sql = f"""SELECT number FROM search WHERE {holds} AND number < ? AND number % 2 = ?
            ORDER BY number DESC LIMIT ?"""
        asked = [form for word in wanted for form in word]
        return [row["number"] for row in self._execute(sql, (*asked, before, kind, limit))]


def grams(words: Sequence[str]) -> set[int]:
    """Return the numbers of *words* and of each two side by side."""
    return {_number(word) for word in words} | {_number(f"{a} {b}") for a, b in pairwise(words)}


def _number(said: str) -> int:
    return zlib.crc32(said.encode()) - 0x80000000  # what an INTEGER of PostgreSQL holds


def _array(numbers: set[int]) -> str:
    return f"{{{','.join(map(str, sorted(numbers)))}}}"
