"""The general word lists of this room: ``data/*.txt``, plain text that a person can edit."""

from __future__ import annotations

import functools
from importlib import resources

from monitor.match.scan import Words

__all__ = ["automaton", "beginning", "ending", "sections", "words"]


@functools.cache
def sections(name: str) -> dict[str, tuple[str, ...]]:
    """Return the sections of ``data/NAME.txt``: ``[section]`` lines, words parted by spaces, ``#`` comments."""
    text = resources.files("monitor.match").joinpath("data", f"{name}.txt").read_text("utf-8")
    found: dict[str, list[str]] = {}
    here = ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            here = line[1:-1]
        elif line and not line.startswith("#"):
            found.setdefault(here, []).extend(line.split())
    return {section: tuple(dict.fromkeys(entries)) for section, entries in found.items()}


@functools.cache
def words(name: str, section: str) -> frozenset[str]:
    """Return the words of one section, Latin letters in lower case."""
    return frozenset(word.lower() for word in sections(name)[section])


@functools.cache
def _lengths(name: str, section: str) -> tuple[int, ...]:
    """Return how long the words of one section are, longest first."""
    return tuple(sorted({len(word) for word in words(name, section)}, reverse=True))


@functools.cache
def automaton(name: str, section: str) -> Words:
    """Return the words of one section as an automaton."""
    return Words(sections(name)[section])


def beginning(text: str, name: str, section: str) -> str:
    """Return the longest word of the section that *text* begins with, or ""."""
    known = words(name, section)
    for length in _lengths(name, section):
        if (head := text[:length]) in known:
            return head
    return ""


def ending(text: str, name: str, section: str) -> str:
    """Return the longest word of the section that *text* ends with, or ""."""
    known = words(name, section)
    for length in _lengths(name, section):
        if (tail := text[-length:]) in known:
            return tail
    return ""
