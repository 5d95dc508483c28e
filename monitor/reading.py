"""A topic's timeline out of a store: what every face shows is read here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from monitor import resolve
from monitor.model import Timeline, Topic
from monitor.store.base import Store


def timeline(
    store: Store,
    topic: Topic,
    *,
    as_of: datetime | None = None,
    background: bool = False,
    top: int = 0,
    retracted: bool = False,
) -> Timeline:
    """Return the timeline of *topic* as known now or at *as_of*; see :func:`monitor.resolve.assemble`."""
    events = store.events(topic.id, as_of)
    coverage = store.coverage(topic.id, as_of)
    asked = question(store, topic, as_of)
    return resolve.assemble(asked, events, coverage, background=background, top=top, retracted=retracted)


def question(store: Store, topic: Topic, as_of: datetime | None) -> Topic:
    """Return *topic* as it was put at *as_of*."""
    if as_of is None:
        return topic
    return next((t for t in store.topics(as_of) if t.id == topic.id), topic)


def instant(text: str, topic: Topic) -> datetime:
    """
    Return the instant that ``as of`` *text* means; a bare day means its end in the topic's time zone.

    :raises ValueError: when it is neither.
    """
    zone = ZoneInfo(topic.timezone)
    try:
        if "T" not in text.upper() and ":" not in text:
            return datetime.combine(date.fromisoformat(text), time.max, zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        moment.astimezone(zone)  # in which it will be told
        return moment
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither a day (2025-03-20) nor an instant (2025-03-20T08:00:00Z)") from None
