"""将 before what is brought forward (将总部迁往平州) is no word of what is to come."""

from __future__ import annotations

import re

from monitor.normalize.words import cut, kind

LONGEST = 24  # characters from 将 to its verb; a longer object is a clause
# What stands right behind 将 of the future: prepositions, adverbs, verbs that take what follows.
_NOT_BROUGHT = re.compile(
    r"[把于在与和同跟从向由对按被会要以为]|(?:全面|整体|正式|继续|陆续|逐步|共同|联合|统一|集体"
    r"|启动|推进|开展|实施|进行|加快|完成|投入|投资|追加|新[建增设])"
)
# Behind these 将 is of what is said to come, or of what was taken back.
_SAID = re.compile(
    r"(?:宣布|表示|[称说传]|透露|否认|证实|披露|确认|承诺|回应|公告|计划|考虑|决定|同意|取消|终止|放弃)(?:了)?[，,：:]?将"
)


def brings(text: str, start: int, end: int) -> bool:
    """Return whether what stands from *start* (behind 将) to *end* (a verb) begins with a thing that the verb is done to."""
    gap = text[start:end]
    if not 2 <= len(gap) <= LONGEST or _NOT_BROUGHT.match(gap) or _SAID.search(text, max(0, start - 6), start):
        return False
    words = [kind(word) for word in cut(gap)]
    end_of_thing = next((i for i, k in enumerate(words) if k in ("p", "d", "c", "t")), len(words))
    return any(k.startswith("n") for k in words[:end_of_thing])
