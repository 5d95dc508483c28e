"""将 before what is brought forward (将总部迁往平州) is no word of what is to come."""

from __future__ import annotations

import re

from monitor.normalize.words import cut, kind

LONGEST = 24  # characters from 将 to its verb; a longer object is a clause
# Words that stand between 将 of the future and its verb, though the dictionary calls some of them nouns.
_NOT_BROUGHT = re.compile(
    r"[把于在与和同跟从向由对按被会要以为]|(?:全面|整体|正式|继续|陆续|逐步|共同|联合|统一|集体|整体)"
)


def brings(text: str, start: int, end: int) -> bool:
    """Return whether what stands from *start* (behind 将) to *end* (a verb) begins with a thing that the verb is done to."""
    gap = text[start:end]
    if not 2 <= len(gap) <= LONGEST or _NOT_BROUGHT.match(gap):
        return False
    words = [kind(word) for word in cut(gap)]
    verb = next((i for i, k in enumerate(words) if k in ("v", "p", "d", "c", "t")), len(words))
    return any(k.startswith("n") for k in words[:verb])
