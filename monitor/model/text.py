"""A raw text beside its reading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repair:
    """A span of the raw text that was repaired, by which rule, and into what; ``sure`` is False where it was only flagged."""

    start: int
    end: int
    rule: str
    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Clean:
    """
    A raw text beside its reading (repaired, simplified, width-folded, no invisible characters).

    ``offsets[i]`` is the index in ``raw`` at which ``text[i]`` begins; it has ``len(text) + 1`` entries and
    never falls, so ``raw[offsets[a]:offsets[b]]`` is the raw form of ``text[a:b]``.
    """

    raw: str
    text: str
    offsets: tuple[int, ...] | range
    repairs: tuple[Repair, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of ``raw`` that ``text[start:end]`` stands for."""
        return self.offsets[start], self.offsets[end]

    def repaired(self, start: int, end: int) -> bool:
        """Return whether ``text[start:end]`` rests on a repaired or flagged span."""
        a, b = self.raw_span(start, end)
        return any(r.start < b and a < r.end for r in self.repairs)
