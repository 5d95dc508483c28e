"""A text on its way from raw to reading: every step replaces spans, and the way back to the raw text is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Repair


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``text`` in the place of ``[start, end)``; a ``rule`` makes it a repair, without one it is mere form."""

    start: int
    end: int
    text: str
    rule: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """The text so far; ``offsets`` lead from it to the raw text (one more than it has characters)."""

    text: str
    offsets: Sequence[int]
    repairs: tuple[Repair, ...] = ()

    @classmethod
    def of(cls, raw: str) -> Draft:
        """Begin with *raw* itself."""
        return cls(raw, range(len(raw) + 1))

    def reworded(self, text: str) -> Draft:
        """Return the draft with *text*, which stands for the old one character by character."""
        return Draft(text, self.offsets, self.repairs)

    def apply(self, edits: Iterable[Edit]) -> Draft:
        """Return the draft after *edits*, which are in order and do not overlap."""
        edits = list(edits)
        if not edits:
            return self
        repairs = [Repair(self.offsets[e.start], self.offsets[e.end], e.rule, e.text, e.sure) for e in edits if e.rule]
        pieces: list[str] = []
        places: list[int] = []
        done = 0
        for edit in edits:
            pieces += self.text[done : edit.start], edit.text
            places += self.offsets[done : edit.start]
            places += self._places(edit)
            done = edit.end
        pieces.append(self.text[done:])
        places += self.offsets[done:]
        return Draft("".join(pieces), places, self.repairs + tuple(repairs))

    def _places(self, edit: Edit) -> list[int]:
        """Spread the replacement evenly over what it replaces; equal lengths stand one for one."""
        old, new = edit.end - edit.start, len(edit.text)
        return [self.offsets[edit.start + i * old // new] for i in range(new)]
