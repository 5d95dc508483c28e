"""
What a channel has not been told -> alerts. Pure.

What is told is the difference between an event as it was when the channel was last up to date with it and as it is now:
so many articles that change nothing of what it claims are nothing, and so is a change that was undone before anybody
was told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor import ids
from monitor.export import notices as words
from monitor.model import (
    Alert,
    Channel,
    DecisionRecord,
    Event,
    Feed,
    FeedState,
    Figure,
    Notice,
    Pending,
    Precision,
    Relation,
    Sealed,
    Shift,
    Source,
    Status,
    Tell,
    Topic,
    When,
)
from monitor.resolve import is_shown, supports_stage

__all__ = ["Desk", "Seals", "next_of", "sealed", "test"]

Seals = Callable[[Sequence[Pending]], Sealed]

# So many events that are new at once are one alert: nobody reads a telephone that rings eleven times.
BURST = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """Topics, feeds and sources as they are declared, and how long a source is not seen before anybody is told."""

    topics: Mapping[str, Topic]
    sources: Mapping[str, Source]
    blind_after: timedelta
    feeds: Mapping[str, Feed] = field(default_factory=dict)

    def name(self, source: str) -> str:
        """Return what a source is called."""
        found = self.sources.get(source)
        return found.name if found else source


def sealed(desk: Desk, channel: Channel, pending: Sequence[Pending], now: datetime) -> Sealed:
    """Return the alerts that *channel* is to get of what is *pending*; what is in none of them and not to wait tells nothing."""
    waiting = {p.n for p in pending if _waits(p, desk.blind_after, now)}
    told = [n for p in pending if p.n not in waiting and (n := _notice(desk, channel, p, pending))]
    alerts = tuple(_alert(desk, channel, some, pending, now) for some in _grouped(channel, told))
    said = waiting | {n.row for n in told}
    return Sealed(alerts, tuple(p.n for p in pending if p.n not in said))


def next_of(desk: Desk, channel: Channel, now: datetime) -> Seals:
    """Return what makes one alert, the first, of what is pending; the rest may still change until its turn comes."""

    def decide(pending: Sequence[Pending]) -> Sealed:
        all = sealed(desk, channel, pending, now)
        return replace(all, alerts=all.alerts[:1])

    return decide


def _waits(p: Pending, blind_after: timedelta, now: datetime) -> bool:
    """Return whether a source may yet be seen again before anybody has to be told."""
    if p.feed is None or not p.is_blind or p.was_blind:
        return False
    return p.feed.state is not FeedState.STOPPED and timedelta(0) <= now - p.at < blind_after


def _grouped(channel: Channel, told: Sequence[Notice]) -> Iterator[list[Notice]]:
    """Yield what goes into one alert each: all of it in a digest, else each event for itself."""
    events, feeds = [n for n in told if n.event], [n for n in told if n.feed]
    if channel.digest or len(events) > BURST:
        yield from ([*events, *feeds],) if told else ()
        return
    yield from ([n] for n in events)
    yield from (feeds,) if feeds else ()


def _alert(
    desk: Desk, channel: Channel, told: list[Notice], pending: Sequence[Pending], now: datetime
) -> tuple[Alert, tuple[int, ...]]:
    rows = tuple(n.row for n in told)
    names = [f"{p.n} {p.about} {p.at.isoformat()} {p.version} {p.is_blind}" for p in pending if p.n in set(rows)]
    alert = Alert(
        ids.alert(channel.id, *names),
        channel.id,
        now,
        words.title(told, desk.topics, channel.language),
        words.text(told, desk.topics, desk.name, channel.language),
        words.records(told, desk.topics),
    )
    return alert, rows


def test(desk: Desk, channel: Channel, now: datetime) -> Alert:
    """Return an alert that says only that it is a test."""
    said = words.test(desk.topics, channel.language)
    return Alert(ids.alert(channel.id, "test", now.isoformat()), channel.id, now, said, said, "[]")


# --------------------------------------------------------------------------- what is worth telling


def _notice(desk: Desk, channel: Channel, p: Pending, all: Sequence[Pending]) -> Notice | None:
    notice = _of_event(desk, p, all) if p.topic else _of_feed(desk, channel, p)
    what = tuple(w for w in notice.what if w in channel.tell) if notice else ()
    return replace(notice, what=what) if notice and what else None


def _of_feed(desk: Desk, channel: Channel, p: Pending) -> Notice | None:
    if p.feed is None or p.is_blind == p.was_blind:
        return None
    feed = desk.feeds.get(p.about)
    if feed and feed.topics and channel.topics and not set(feed.topics) & set(channel.topics):
        return None
    name = desk.name(feed.source) if feed else ""
    return Notice(p.n, (Tell.BLIND,), feed=p.feed, name=name, is_blind=p.is_blind)


def _of_event(desk: Desk, p: Pending, all: Sequence[Pending]) -> Notice | None:
    topic, now = desk.topics.get(p.topic), p.after
    if topic is None or now is None or now.bare:
        return None
    was = p.before if p.before and _stood(p, p.before) else None
    if now.status is Status.RETRACTED:
        gone = was is not None and was.status is not Status.RETRACTED
        return Notice(p.n, (Tell.RETRACTION,), now) if gone else None
    if not is_shown(now):
        return None
    stage = (Tell.STAGE,) if _is_furthest(topic, was, now, _earlier(p, all)) else ()
    # What an article only recalls, of 2010 say, is on the timeline once others recall it too, and no news.
    if was is None or (was.relation is not now.relation is Relation.DIRECT):
        return Notice(p.n, (Tell.NEW, *stage), now) if now.relation is Relation.DIRECT else None
    changed, wrong = tuple(_changed(was, now)), tuple(_corrected(was, now))
    what = ((Tell.STATUS,) if changed else ()) + stage + ((Tell.CORRECTION,) if wrong else ())
    return Notice(p.n, what, now, changed + wrong) if what else None


def _stood(p: Pending, was: Event) -> bool:
    """Return whether somebody could know of the event as it *was*: it was shown, and not taken back before anybody was told."""
    taken_back = was.status is Status.RETRACTED and not p.was_told
    return is_shown(was) and not was.bare and not taken_back


def _changed(was: Event, now: Event) -> Iterator[Shift]:
    """Yield how sure we are, and what came of it, where that is another."""
    for name in ("status", "phase"):
        before, after = getattr(was, name), getattr(now, name)
        if before is not after:
            yield Shift(name, before.value, after.value)


def _earlier(p: Pending, all: Sequence[Pending]) -> list[Event]:
    """Return the other events on the ladder but those that are told of after *p*."""
    later = {other.about for other in all if other.n > p.n}
    return [e for e in p.rivals if e.id not in later]


def _is_furthest(topic: Topic, was: Event | None, now: Event, others: Sequence[Event]) -> bool:
    """Return whether *now* stands on a step that nothing had reached before it."""
    reached = _step(topic, now)
    if reached < 0 or (was and _step(topic, was) >= reached):
        return False
    return all(_step(topic, e) < reached for e in others)


def _step(topic: Topic, event: Event) -> int:
    return topic.stages.index(event.stage) if event.stage in topic.stages and supports_stage(event) else -1


# --------------------------------------------------------------------------- corrections


def _corrected(was: Event, now: Event) -> Iterator[Shift]:
    """
    Yield what turned out to be wrong: a date that does not refine the one told, a figure of the same measure, and
    whatever a person put right. Better words, more actors and finer dates are no corrections.
    """
    if _contradicts(was.when, now.when) or (was.when != now.when and _by_a_person(was, now, "when")):
        yield Shift("when", was.when, now.when)
    if was.title != now.title and _by_a_person(was, now, "title"):
        yield Shift("title", was.title, now.title)
    for before, after in _other_figures(was, now):
        yield Shift("figures", before.raw, after.raw)


def _contradicts(was: When, now: When) -> bool:
    if Precision.UNKNOWN in (was.precision, now.precision):
        return False
    begins_later = was.earliest is None or (now.earliest is not None and now.earliest >= was.earliest)
    ends_sooner = was.latest is None or (now.latest is not None and now.latest <= was.latest)
    return not (begins_later and ends_sooner)


def _by_a_person(was: Event, now: Event, field: str) -> bool:
    known = {e.id for e in was.evidence if isinstance(e, DecisionRecord)}
    return any(isinstance(e, DecisionRecord) and field in e.supports and e.id not in known for e in now.evidence)


def _other_figures(was: Event, now: Event) -> Iterator[tuple[Figure, Figure]]:
    """Yield the figures that both tell of one thing, each once, and otherwise."""
    before, after = _measures(was), _measures(now)
    for measure in sorted(before.keys() & after.keys()):
        if len(before[measure]) == len(after[measure]) == 1 and before[measure][0].value != after[measure][0].value:
            yield before[measure][0], after[measure][0]


def _measures(event: Event) -> dict[tuple[str, str], list[Figure]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for figure in event.figures:
        if figure.what:
            found.setdefault((figure.unit, figure.what), []).append(figure)
    return found
