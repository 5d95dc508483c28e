"""All that is looked up while one article is read for one topic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.extract.actors import Names
from monitor.extract.language import Language
from monitor.extract.sentences import Sentence
from monitor.model import Article, Clean, DateSpan, Topic

# A quote reaches back over what its sentence leaves out (the day, who did it), and no further than this: a
# longer one is a paragraph to be searched and no evidence at a glance.
MOST_SENTENCES = 3
MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Prose:
    """The sentences of an article, in order."""

    sentences: Sequence[Sentence]
    starts: Sequence[int]

    def begin(self, start: int, end: int, stands: Iterable[int]) -> int:
        """
        Return where a quote begins that ends at *end*, holds *start*, and all that *stands* before it within reach.
        """
        begins = (self.starts[self.number(at)] for at in stands if 0 <= at < start)
        return min((b for b in begins if self.reach(b, end)), default=start)

    def reach(self, start: int, end: int) -> bool:
        """Return whether one quote may hold both *start* and what ends at *end*: one paragraph, within bounds."""
        first, last = self.number(start), self.number(end - 1)
        if self.sentences[first].paragraph != self.sentences[last].paragraph:
            return False
        return first == last or (last - first < MOST_SENTENCES and end - self.starts[first] <= MOST_CHARACTERS)

    def far(self, start: int, end: int) -> bool:
        """Return whether *start* stands in the paragraph of what ends at *end*, but too far before it for one quote."""
        first, last = self.number(start), self.number(end - 1)
        return self.sentences[first].paragraph == self.sentences[last].paragraph and not self.reach(start, end)

    def next_to(self, end: int, start: int) -> bool:
        """Return whether the sentence that holds *start* follows the one that ends at *end*, in its paragraph."""
        first, last = self.number(end - 1), self.number(start)
        return last - first <= 1 and self.sentences[first].paragraph == self.sentences[last].paragraph

    def number(self, at: int) -> int:
        """Return which sentence holds *at*, or the last one that begins before it."""
        return max(bisect_right(self.starts, at) - 1, 0)


def prose(sentences: Sequence[Sentence]) -> Prose:
    """Return *sentences* with their index."""
    return Prose(sentences, [s.start for s in sentences])


@dataclass(frozen=True, slots=True)
class Page:
    """One article, its reading and what was found in all of it. Places are code points of the reading."""

    article: Article
    text: Clean
    topic: Topic
    language: Language
    named: Names
    dates: Sequence[DateSpan]
    starts: Sequence[int]  # of the dates
    tied: Sequence[tuple[int, int]]  # the passages, without overlap
    prose: Prose
    published: date | None
    headed: frozenset[str] = frozenset()  # the firms, and the sides of persons, that the headline names
    amends: bool = False  # the headline says that another article is corrected

    def dates_in(self, start: int, end: int) -> Sequence[DateSpan]:
        """Return the dates that begin in *start* to *end*."""
        return self.dates[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def direct(self, start: int, end: int) -> bool:
        """Return whether the topic's tie holds somewhere in *start* to *end*."""
        first = bisect_left(self.tied, start, key=lambda span: span[1] - 1)
        return first < len(self.tied) and self.tied[first][0] < end


def merged(passages: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(passages):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
