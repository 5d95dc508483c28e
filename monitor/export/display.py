"""Dates, actors and evidence as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from monitor.model import Actor, Basis, Event, Precision, Quote, SeedRecord, When

_HASH = re.compile("[0-9a-f]{64}")  # an article that came without a name and an address


def when(told: When) -> str:
    """Return a date no finer than it is known: 2024, 2025 Q3, by 2025-03-20, date unknown."""
    first, last = told.earliest, told.latest
    match told.precision:
        case Precision.UNKNOWN:
            return "date unknown"
        case Precision.WITHIN if first is None:
            return f"by {last}"
        case Precision.WITHIN if last is None:
            return f"since {first}"
        case Precision.WITHIN:
            return f"within {first} … {last}"
        case Precision.RANGE:
            return f"{first or '…'} – {last or '…'}"
        case Precision.QUARTER if first:
            return f"{first.year} Q{(first.month + 2) // 3}"
        case Precision.HALF if first:
            return f"{first.year} H{(first.month + 5) // 6}"
        case _:
            return told.edtf or "date unknown"


def overdue(event: Event, today: date) -> bool:
    """Return whether the date of something planned has passed without news of it."""
    return event.phase.value == "planned" and event.when.latest is not None and event.when.latest < today


def actors(told: Sequence[Actor]) -> str:
    """Return the actors in one line."""
    return "、".join(f"{a.name}（{a.role}）" if a.role else a.name for a in told)


def sources(event: Event) -> str:
    """Return who says so, each once, best first as the evidence has them."""
    names = [_source(e) for e in event.evidence]
    return "、".join(dict.fromkeys(n for n in names if n))


def teller(piece: Quote) -> str:
    """Return who tells *piece*, "" where nobody knows: an origin may be the hash of a body."""
    return piece.source or first_told(piece)


def first_told(piece: Quote) -> str:
    """Return the name of who told *piece* first, "" where nobody knows."""
    return "" if _HASH.fullmatch(piece.origin) else piece.origin


def _source(piece: object) -> str:
    if isinstance(piece, Quote):
        return teller(piece)
    return "seed" if isinstance(piece, SeedRecord) else "decision"


def basis(told: When) -> str:
    """Return what a date rests on, in words."""
    match told.basis:
        case Basis.STATED:
            return f"stated as {told.raw!r}" if told.raw else "stated"
        case Basis.RESOLVED:
            return f"{told.raw!r} read from {told.reference}"
        case Basis.PUBLISHED:
            return "only the publication bounds it"
        case _:
            return "not known"


LONGEST = 300  # characters of a title that a person reads; the whole is in the JSON export

# Steers a terminal or the direction of what follows: never shown (Unicode, UAX 9, and the C0 and C1 controls).
_DROPPED = (
    *range(0x20),
    *range(0x7F, 0xA0),
    0x61C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
)
_SPACES = (0x09, 0x0A, 0x0D, 0x2028, 0x2029)
_STEERING = dict.fromkeys(_DROPPED, "") | dict.fromkeys(_SPACES, " ") | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def tame(text: str, longest: int = LONGEST) -> str:
    """Return foreign *text* on one line, cut, without what steers a terminal or turns its neighbours round."""
    cut = text[: longest + 1].translate(_STEERING)
    return cut if len(text) <= longest else cut[:longest].rstrip() + "…"


def link(url: str) -> str:
    """Return *url* where it may be followed, else ""."""
    plain = tame(url, 2000)
    return plain if plain == url and plain.lower().startswith(("http://", "https://")) else ""
