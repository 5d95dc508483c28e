"""
The prose of an article: which lines are read, and where their sentences and clauses begin and end.

A line that carries no sentence (headline, caption, byline, navigation) is not prose. Only a text without
any prose at all (a brief of one line) is read line by line, since its headline is then all it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.extract.language import Language

# The longest sentences of real news run to about 400 characters; what is longer has no sentences (a table,
# one character a million times), and reading it would only cost time.
LONGEST_SENTENCE = 1000
SHORTEST_SENTENCE = 4  # 双方签约
LONGEST_BOILERPLATE = 200
PROSE_WITHOUT_STOP = 40  # a paragraph that an extractor cut may lack its full stop; a headline is shorter

_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of the reading; ``opening`` is true for the first of its paragraph."""

    start: int
    end: int
    paragraph: int
    opening: bool = False


def sentences(text: str, language: Language, headline: str = "") -> tuple[Sentence, ...]:
    """Return the sentences of *text* that are worth reading, in order; a line that repeats *headline* is none."""
    lines = list(_lines(text, language, headline))
    read = [span for span, prose in lines if prose] or [span for span, _ in lines]
    return tuple(s for number, span in enumerate(read) for s in _split(text, span, number, language))


def _lines(text: str, language: Language, headline: str) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield each line that is not boilerplate with whether it is prose."""
    beside = False
    for m in _LINE.finditer(text):
        line = m[0].strip()
        start = m.start() + m[0].find(line)
        end = start + len(line)
        prose = line != headline and _prose(line, language)
        if len(line) <= LONGEST_BOILERPLATE and language.sidebar.match(line):
            beside = True
        elif line and not (beside and not prose) and not _boilerplate(line, language):
            beside = False
            yield (start, end), prose


def _prose(line: str, language: Language) -> bool:
    if language.stop.search(line):
        return True
    return len(line) >= PROSE_WITHOUT_STOP and language.pause.search(line) is not None


def _boilerplate(line: str, language: Language) -> bool:
    if len(line) > LONGEST_BOILERPLATE:
        return False
    return language.boilerplate.match(line) is not None or language.advert.search(line) is not None


def _split(text: str, span: tuple[int, int], paragraph: int, language: Language) -> Iterator[Sentence]:
    first = start = span[0]
    for m in language.stop.finditer(text, *span):
        yield from _sentence(text, start, m.end(), paragraph, start == first)
        start = m.end()
    yield from _sentence(text, start, span[1], paragraph, start == first)


def _sentence(text: str, start: int, end: int, paragraph: int, opening: bool) -> Iterator[Sentence]:
    while start < end and text[start].isspace():
        start += 1
    if SHORTEST_SENTENCE <= end - start <= LONGEST_SENTENCE:
        yield Sentence(start, end, paragraph, opening)


def clauses(text: str, start: int, end: int, language: Language) -> tuple[tuple[int, int], ...]:
    """Return the spans of the clauses of ``text[start:end]``."""
    found = []
    for m in language.pause.finditer(text, start, end):
        if m.start() > start:
            found.append((start, m.start()))
        start = m.end()
    return (*found, (start, end)) if start < end else tuple(found)
