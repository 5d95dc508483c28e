"""Raw text -> Clean."""

from __future__ import annotations

import re

from monitor.model import Clean
from monitor.normalize import script
from monitor.normalize.draft import Draft

_LATIN_IN_BRACKETS = re.compile("[a-zü\u00e0-\u01dc\u0300-\u030c1-5][)）]")
_LOST = re.compile("[?\ufffd]")


def clean(raw: str) -> Clean:
    """
    Return *raw* beside its reading.

    Clean text comes back as it was but for script, width and invisible characters. Each repair names its
    raw span and rule; one that is not sure (``sure`` False) only flags the place and leaves it as it stood.
    """
    draft = script.fold(_repaired(Draft.of(raw)))
    offsets = draft.offsets if isinstance(draft.offsets, range) else tuple(draft.offsets)
    return Clean(raw, draft.text, offsets, draft.repairs)


def _repaired(draft: Draft) -> Draft:
    """Run the repairs whose signs are there: what they load is not needed for clean text."""
    bracketed = _LATIN_IN_BRACKETS.search(draft.text)
    if bracketed or _LOST.search(draft.text):
        from monitor.normalize import shifted

        draft = shifted.repair(draft)
    if bracketed:
        from monitor.normalize import residue

        draft = residue.remove(draft)
    return draft
