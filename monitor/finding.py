"""Words as a person types them, for the store to find: each in every spelling in which it may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor import normalize
from monitor.model import Hit, Topic
from monitor.store.base import Store

LONGEST = 200  # characters of a question
MOST = 8  # words of a question


def trimmed(q: str) -> str:
    """Return a question no longer than anybody types one, on one line."""
    return "".join(c if c.isprintable() else " " for c in q[:LONGEST]).strip()


def words(q: str) -> list[tuple[str, ...]]:
    """Return the words of *q*, each in every spelling of either script."""
    found = trimmed(q).split()[:MOST]
    return [normalize.spellings(word) for word in found]


def find(store: Store, q: str, topics: Iterable[Topic], limit: int = 50) -> Sequence[Hit]:
    """Return where all words of *q* stand: events of *topics* first, then articles, *limit* of each."""
    wanted = words(q)
    return store.search(wanted, frozenset(t.id for t in topics), limit) if wanted else ()


def parts(text: str, q: str) -> Iterator[tuple[str, bool]]:
    """Yield *text* in pieces, each with whether it is a word of *q*."""
    needles = sorted({form for word in words(q) for form in word}, key=len, reverse=True)
    if not needles:
        yield text, False
        return
    for n, part in enumerate(re.split(f"({'|'.join(map(re.escape, needles))})", text, flags=re.IGNORECASE)):
        if part:
            yield part, n % 2 == 1
