"""How alike the events of one topic read: what is proposed to a person as one event, and how doubtful pairs are ranked."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model import Event, Quote
from monitor.resolve.likeness import Likeness, Sense, likeness
from monitor.resolve.memory import Memory
from monitor.resolve.sketch import Sketch, shipped, sketch

QUOTES = 3  # of an event that are read: more say the same again


class Alike:
    """
    The events, once all of them were read.

    Likeness proposes and ranks; it never decides: this week's signing reads like last week's.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._memory = Memory(shipped(), capacity=max(len(events), 1))
        told = {event.id: _text(event) for event in events}
        self._ids = {self._memory.read(text): id for id, text in told.items()}
        self._known = {id: self._memory.look(text) for id, text in told.items()}

    def between(self, a: str, b: str) -> Likeness:
        """Return how alike the events *a* and *b* read, and by what."""
        return likeness(self._known[a], self._known[b], self._memory.background, Sense.EVENT)

    def near(self, id: str) -> list[str]:
        """Return the events that read most like the event *id*, the likest first; found by an index, not by a scan."""
        near = self._known[id].near
        return [self._ids[entry] for entry in sorted(near, key=lambda e: (-near[e], e))]


def _text(event: Event) -> Sketch:
    quotes = (e.reading or e.quote for e in event.evidence if isinstance(e, Quote))
    return sketch(event.title, "\n".join([q for _, q in zip(range(QUOTES), quotes, strict=False)]))
