"""
What another definition of the topics would change: the past, judged by both from what is kept.

Articles are judged by their text; entries without one, as at the first screen, by title and summary. Both sides
are judged by the same rules, so that only the definition makes a difference. Asks the store, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from monitor import articles, normalize
from monitor.match import Matcher
from monitor.model import Article, Entity, EntryRecord, EntryState, Judgement, Published, Settings, Topic
from monitor.store.base import Store

__all__ = ["Outlook", "Shift", "ahead", "lines"]

Verdicts = Mapping[str, Judgement]


@dataclass(frozen=True, slots=True)
class Shift:
    """One entry or article that a topic would judge otherwise; None is a topic that does not judge it."""

    id: str
    title: str
    published: Published
    topic: str
    before: Judgement | None
    after: Judgement | None
    events: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would change: the definitions, in words, and what is judged otherwise; and how much was judged again."""

    definitions: tuple[str, ...]
    shifts: tuple[Shift, ...]
    entries: int
    articles: int


def ahead(store: Store, settings: Settings) -> Outlook:
    """Return what *settings* would change, held against the definitions that the store says are in force."""
    old = store.topics()
    desk = _Desk(Matcher(old), Matcher(settings.topics), tuple(t.id for t in old), settings)
    words = tuple(_definitions(old, settings.topics))
    feeds: dict[str, str] = {}
    shifts: list[Shift] = []
    entries = articles = 0
    for entry in store.entries():
        if entry.article_id:
            feeds[entry.article_id] = entry.feed
        elif entry.state is not EntryState.DUPLICATE:
            entries += 1
            shifts += desk.entry(entry)
    for article in store.articles():
        articles += 1
        shifts += [_weighed(s, store) for s in desk.article(article, feeds.get(article.id, ""))]
    return Outlook(words, tuple(shifts), entries, articles)


def _weighed(shift: Shift, store: Store) -> Shift:
    """Return *shift* with how many events rest on what its article says."""
    return replace(shift, events=len({event for event, _ in store.mentions_of(shift.id) if event}))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Both definitions, compiled."""

    old: Matcher
    new: Matcher
    known: tuple[str, ...]
    settings: Settings

    def article(self, article: Article, feed: str) -> Iterator[Shift]:
        clean = normalize.clean(article.text)
        day, publisher = article.published.day, articles.publisher(article, self.settings)

        def judged(matcher: Matcher, topics: Iterable[str]) -> Verdicts:
            return {t: matcher.judge(t, article.title, clean, day, publisher).judgement for t in topics}

        for topic, before, after in self._both(judged, self.known, feed):
            yield Shift(article.id, article.title, article.published, topic, before, after)

    def entry(self, entry: EntryRecord) -> Iterator[Shift]:
        def judged(matcher: Matcher, topics: Sequence[str]) -> Verdicts:
            if not topics:  # the matcher would take none for all
                return {}
            return {
                v.topic: v.judgement for v in matcher.screen(entry.title, entry.summary, topics, entry.published.day)
            }

        asked = tuple(v.topic for v in entry.verdicts if v.topic in self.known)
        for topic, before, after in self._both(judged, asked, entry.feed):
            yield Shift(entry.id, entry.title, entry.published, topic, before, after)

    def _both(
        self, judged: Callable[[Matcher, Sequence[str]], Verdicts], known: Sequence[str], feed: str
    ) -> Iterator[tuple[str, Judgement | None, Judgement | None]]:
        before, after = judged(self.old, known), judged(self.new, self._serves(feed))
        for topic in dict.fromkeys((*before, *after)):
            told = (before.get(topic), after.get(topic))
            if told[0] is not told[1] and {*told} != {None, Judgement.REJECTED}:
                yield topic, *told

    def _serves(self, feed: str) -> tuple[str, ...]:
        """Return the topics that *feed* serves; a feed no longer declared, and a file, serve all."""
        declared = next((f for f in self.settings.feeds if f.url == feed), None)
        return declared.topics if declared and declared.topics else tuple(t.id for t in self.settings.topics)


# --------------------------------------------------------------------------- the definitions


def _definitions(old: Sequence[Topic], new: Sequence[Topic]) -> Iterator[str]:
    was, now = {t.id: t for t in old}, {t.id: t for t in new}
    yield from (f"topic {id} is new" for id in now if id not in was)
    yield from (f"topic {id} is no longer asked" for id in was if id not in now)
    for id in now:
        if id in was and (words := [*_differences(was[id], now[id])]):
            yield f"topic {id} is changed: {'; '.join(words)}"


def _differences(old: Topic, new: Topic) -> Iterator[str]:
    for field in fields(Topic):
        if field.name != "entities" and getattr(old, field.name) != getattr(new, field.name):
            yield field.name
    was, now = {e.id: e for e in old.entities}, {e.id: e for e in new.entities}
    yield from (f"{id} added" for id in now if id not in was)
    yield from (f"{id} removed" for id in was if id not in now)
    for id in now:
        if id in was and was[id] != now[id]:
            yield f"{id}: {', '.join(_changed(was[id], now[id]))}"


def _changed(old: Entity, new: Entity) -> Iterator[str]:
    for field in fields(Entity):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if not isinstance(before, tuple) or field.name == "offices":
            yield field.name
            continue
        signs = [*(f"+{w}" for w in after if w not in before), *(f"-{w}" for w in before if w not in after)]
        yield f"{field.name} {' '.join(signs) or 'in another order'}"


# --------------------------------------------------------------------------- in words


def lines(outlook: Outlook) -> Iterator[str]:
    """Yield the lines that a person reads."""
    yield from outlook.definitions or ("no topic is changed",)
    yield f"{_count(outlook.articles, 'article', 'articles')} and {_count(outlook.entries, 'entry', 'entries')} judged again from what is kept"
    for shift in outlook.shifts:
        day = shift.published.day or "no date"
        rest = f"  ({_count(shift.events, 'event rests', 'events rest')} on it)" if shift.events else ""
        told = f"{_word(shift, shift.before)} -> {_word(shift, shift.after)}"
        yield f"  {shift.topic}: {told:<25} {day!s:<10} {shift.id}  {shift.title}{rest}"
    yield f"{len(outlook.shifts)} would be judged otherwise; nothing is written"


def _word(shift: Shift, judgement: Judgement | None) -> str:
    """Return a judgement in a word; at the first screen background means that the article is to be read."""
    if judgement is Judgement.BACKGROUND and shift.id.startswith("en_"):
        return "to be read"
    return judgement.value if judgement else "not asked"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
