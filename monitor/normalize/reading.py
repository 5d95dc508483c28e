"""Raw text -> Clean."""

from __future__ import annotations

import re

from monitor.model import Clean
from monitor.normalize import lookalikes, mojibake, residue, script, shifted
from monitor.normalize.draft import Draft

_LATIN_IN_BRACKETS = re.compile("[a-zü\u00e0-\u01dc\u0300-\u030c1-5][)）]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LOST = re.compile("[?\ufffd]")


def clean(raw: str) -> Clean:
    """
    Return *raw* beside its reading.

    Clean text comes back as it was but for script, width and invisible characters. Each repair names its
    raw span and rule; one that is not sure (``sure`` False) only flags the place and leaves it as it stood,
    or holds U+FFFD where one character could not be told. Time is linear in the length of *raw*.
    """
    # One for one, so the way back stays: no codec takes half of a pair, and it stands for nothing anyhow.
    whole = Draft.of(raw).reworded(_SURROGATE.sub("\ufffd", raw))
    draft = script.fold(_repaired(whole))
    offsets = draft.offsets if isinstance(draft.offsets, range) else tuple(draft.offsets)
    return Clean(raw, draft.text, offsets, tuple(sorted(draft.repairs, key=lambda repair: repair.start)))


def _repaired(draft: Draft) -> Draft:
    """Run the repairs whose signs are there; damage by bytes comes first, since it is told by exact characters."""
    if mojibake.is_suspect(draft.text):
        draft = mojibake.repair(draft)
    bracketed = _LATIN_IN_BRACKETS.search(draft.text)
    if not draft.repairs and (bracketed or _LOST.search(draft.text)):
        draft = shifted.repair(draft)
    if bracketed:
        draft = residue.remove(draft)
    return lookalikes.repair(draft) if lookalikes.is_suspect(draft.text) else draft
