"""Raw text -> Clean."""

from __future__ import annotations

from monitor.model import Clean
from monitor.normalize import script
from monitor.normalize.draft import Draft


def clean(raw: str) -> Clean:
    """
    Return *raw* beside its reading.

    Clean text comes back as it was but for script, width and invisible characters. Each repair names its
    raw span and rule; one that is not sure (``sure`` False) only flags the place and leaves it as it stood.
    """
    draft = script.fold(Draft.of(raw))
    offsets = draft.offsets if isinstance(draft.offsets, range) else tuple(draft.offsets)
    return Clean(raw, draft.text, offsets, draft.repairs)
