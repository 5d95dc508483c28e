"""What stands for a side: a hit in its own sense."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.match.names import Hit
from monitor.match.senses import Sense

__all__ = ["Member"]


@dataclass(frozen=True, slots=True)
class Member:
    """One hit that stands for a side in its own sense."""

    hit: Hit
    sense: Sense

    @property
    def side(self) -> str:
        """The side it stands for."""
        return self.hit.name.side

    @property
    def plain(self) -> bool:
        """Return whether the text shows its sense where an everyday word has the same letters."""
        return self.sense.score >= 1

    @property
    def place(self) -> bool:
        """Return whether it names a place itself, or the place's office."""
        return self.hit.name.entity.kind in ("place", "office") and self.hit.name.role in (
            "name",
            "short",
            "office",
            "self",
        )
