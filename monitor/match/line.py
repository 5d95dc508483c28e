"""A piece of folded text and what all rules want to know of it, found once: words, clauses, cues."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache

from monitor.match import lexicon
from monitor.match.names import Hit
from monitor.match.scan import Words
from monitor.normalize.words import Borders

__all__ = ["Line"]

_STOP = re.compile(r"[。！？!?；;\n]|…{2,}|\.(?=\s)")
_BORDER = re.compile(r"[，,：:|｜丨/。！？!?；;\n\t]|——|--| - |…{2,}|\.(?=\s)")
# A comma of a row in English (in a, b and c) parts no clauses.
_ROW_ITEM = re.compile(r", [a-z\-]+(?: [a-z\-]+)?(?:,? (?:and|or) |, [a-z\-]+(?: [a-z\-]+)?,? (?:and|or) )")
_WORD = 9  # characters that are looked at for the word after a name
_SPEAKER = 8  # characters of a speaker's name and title at the head of a sentence
_MANY = 400  # cues looked at in one line: a line is a sentence or two
_TIES = (
    *("two", "one", "deal", "event", "held", "attends", "anaphor", "back", "consumer", "market", "advert"),
    *("contest", "says", "chosen", "list", "makes", "award", "travels"),
)


@cache
def _vocabulary() -> tuple[Words, tuple[tuple[str, ...], ...]]:
    """Return every word that a line is searched for, and the kinds of each."""
    kinds: dict[str, list[str]] = {}
    for file, sections in (
        ("company", ("near",)),
        ("food", ("near",)),
        ("ties", _TIES),
        ("others", ("place", "firm")),
        ("place", ("authority",)),
    ):
        for section in sections:
            for word in sorted(lexicon.words(file, section)):
                kinds.setdefault(word, []).append(file if section == "near" else section)
    words = Words(kinds)
    return words, tuple(tuple(kinds[word]) for word in words.words)


class Line:
    """A sentence or two of folded text; positions are within it."""

    __slots__ = ("_breaks", "_cues", "before", "edges", "text")

    def __init__(self, text: str, before: str = "") -> None:
        self.text = text
        self.before = before  # what stands before it in the article, as far as it may be named again here
        self.edges = Borders(text)
        self._breaks: list[int] | None = None
        self._cues: dict[str, list[tuple[int, int]]] | None = None

    def word_at(self, start: int) -> str:
        """Return the rest of the word that *start* lies in."""
        return self.text[start : self.edges.after(start)]

    def word_after(self, start: int, end: int) -> str:
        """
        Return the word after ``text[start:end]``, or the rest of the word that begins with it.

        Where a name's last letters were read as the beginning of another word (米线 after 小), that word is
        none: what follows the name is read anew.
        """
        rest = self.text[end : end + _WORD]
        blank = len(rest) - len(rest.lstrip(" "))
        at = end + blank
        inside = at not in self.edges and any(edge in self.edges for edge in range(start + 1, end))
        if inside:
            return rest[blank : blank + Borders(rest[blank:]).after(0)]
        return self.word_at(at)

    # ----------------------------------------------------------------- clauses

    @property
    def _borders(self) -> list[int]:
        if self._breaks is None:
            found = [m.start() for m in _BORDER.finditer(self.text) if not _ROW_ITEM.match(self.text, m.start())]
            # Who says it stands before a colon, and what is said goes on about him.
            if found and found[0] <= _SPEAKER and self.text[found[0]] in ":：":
                del found[0]
            self._breaks = sorted({*found, *self._gaps()})
        return self._breaks

    def _gaps(self) -> list[int]:
        # A space parts two clauses of a headline; but some feeds part every word, and English always does.
        gaps = [m.start() for m in re.finditer(" ", self.text)]
        if len(self.text) < 5 * len(gaps):
            return []
        return [g for g in gaps if not (self.text[g - 1 : g].isascii() and self.text[g + 1 : g + 2].isascii())]

    def clause(self, at: int) -> tuple[int, int]:
        """Return the span of the clause that *at* lies in."""
        borders = self._borders
        i = bisect_left(borders, at + 1)
        start = borders[i - 1] + 1 if i else 0
        return start, borders[i] if i < len(borders) else len(self.text)

    def stops(self, start: int, end: int) -> bool:
        """Return whether a sentence ends between *start* and *end*."""
        return bool(_STOP.search(self.text, start, end))

    def sentence(self, at: int) -> int:
        """Return where the sentence that *at* lies in begins."""
        return max((m.end() for m in _STOP.finditer(self.text, 0, at)), default=0)

    def ends(self, at: int) -> int:
        """Return where the sentence that *at* lies in ends."""
        stop = _STOP.search(self.text, at)
        return stop.start() if stop else len(self.text)

    # ----------------------------------------------------------------- cues

    @property
    def cues(self) -> dict[str, list[tuple[int, int]]]:
        """Where the words of each kind stand, in order."""
        if self._cues is None:
            words, kinds = _vocabulary()
            self._cues = {}
            for index, start, end in words.find(self.text, _MANY):
                for kind in kinds[index]:
                    self._cues.setdefault(kind, []).append((start, end))
        return self._cues

    def ties(self, start: int, end: int, kinds: tuple[str, ...]) -> list[str]:
        """Return the different words of *kinds* between *start* and *end*; a word within a longer one is not told twice."""
        spans = [s for kind in kinds for s in self.cues.get(kind, ()) if start <= s[0] and s[1] <= end]
        spans.sort(key=lambda s: (s[0], -s[1]))
        words: dict[str, None] = {}
        reached = -1
        for a, b in spans:
            if b > reached:
                words[self.text[a:b]] = None
                reached = b
        return list(words)

    def others(self, start: int, end: int, kind: str, own: Iterable[Hit]) -> str:
        """Return the first well-known place or firm between *start* and *end* that is none of *own*, or ""."""
        for a, b in self.cues.get(kind, ()):
            if start <= a and b <= end and not any(a < hit.end and hit.start < b for hit in own):
                return self.text[a:b]
        return ""
