"""A topic's timeline out of a store: what every face shows is read here."""

from __future__ import annotations

from datetime import datetime

from monitor import resolve
from monitor.model import Timeline, Topic
from monitor.store.base import Store


def timeline(
    store: Store, topic: Topic, *, as_of: datetime | None = None, background: bool = False, top: int = 0
) -> Timeline:
    """Return the timeline of *topic* as known now or at *as_of*; see :func:`monitor.resolve.assemble`."""
    if as_of is not None:  # with the question as it was put then
        topic = next((t for t in store.topics(as_of) if t.id == topic.id), topic)
    events = store.events(topic.id, as_of)
    coverage = store.coverage(topic.id, as_of)
    return resolve.assemble(topic, events, coverage, background=background, top=top)
