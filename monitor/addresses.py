"""
Declared addresses -> addresses to ask: what the placeholders stand for. Pure.

    {q} {q_trad} {q_en}    the query of a topic, filled in when the configuration is read: each (feed, topic) pair is a
                           feed of its own, and its address with the query in it is its identity
    {date:%Y-%m/%d}        the day of the poll in the feed's zone; {date-30d:%Y%m%d} the day so long before, and
                           {date-7h:%Y%m%d} that of seven hours before: a morning paper's day begins at seven
    {ms}                   milliseconds since 1970
    {page}                 the page of the list, from 1
    {name}                 what the step of that name found

What is filled in is percent-encoded as far as it must be; letters of any script stay, so that a person can read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from monitor.model import Feed, Settings, Topic
from monitor.normalize import traditional

__all__ = ["expanded", "filled", "is_fixed", "query", "query_en"]

_QUERY = re.compile(r"\{(q|q_trad|q_en)\}")
_LATER = re.compile(r"\{date(?:-(\d{1,3})([dh]))?:([^{}]*)\}|\{(\w+)\}", re.ASCII)


# --------------------------------------------------------------------------- when the configuration is read


def expanded(settings: Settings) -> Settings:
    """Return *settings* with one feed for each topic in the place of a feed that asks for a query."""
    return replace(
        settings,
        feeds=_joined(_each(settings.feeds, settings)),
        disabled=_joined(_each(settings.disabled, settings)),
    )


def _each(feeds: Iterable[Feed], settings: Settings) -> Iterator[Feed]:
    for feed in feeds:
        if not _asks(feed):
            yield feed
            continue
        for topic in settings.topics:
            if not feed.topics or topic.id in feed.topics:
                yield from _asked(feed, topic)


def _asks(feed: Feed) -> bool:
    return any(_QUERY.search(url) for url in (feed.url, *(step.url for step in feed.steps)))


def _asked(feed: Feed, topic: Topic) -> Iterator[Feed]:
    """Yield *feed* with the words of *topic* in it; nothing where the topic has none of the kind asked for."""
    wanted = {name for url in (feed.url, *(s.url for s in feed.steps)) for name in _QUERY.findall(url)}
    words = {name: _WORDS[name](topic) for name in wanted}
    if all(words.values()):
        steps = tuple(replace(step, url=_with(step.url, words)) for step in feed.steps)
        yield replace(feed, url=_with(feed.url, words), steps=steps, topics=(topic.id,))


def _with(url: str, words: Mapping[str, str]) -> str:
    return _QUERY.sub(lambda found: _quoted(words[found[1]]), url)


def _joined(feeds: Iterable[Feed]) -> tuple[Feed, ...]:
    """Return each address once, for all the topics that come to it: two topics may ask for the same words."""
    first: dict[str, Feed] = {}
    for feed in feeds:
        known = first.get(feed.url)
        first[feed.url] = replace(known, topics=_both(known.topics, feed.topics)) if known else feed
    return tuple(first.values())


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other))) if one and other else ()


def query(topic: Topic) -> str:
    """Return what a search is asked for *topic*: its own query, else the first names of what it ties together."""
    return topic.query or " ".join(e.names[0] for e in map(topic.entity, topic.together) if e)


def query_en(topic: Topic) -> str:
    """Return the same in English; "" where one of the names has no form in Latin letters."""
    names = [
        next((n for n in e.names if n.isascii() and any(c.isalpha() for c in n)), "")
        for e in map(topic.entity, topic.together)
        if e
    ]
    return topic.query_en or (" ".join(names) if all(names) else "")


def _query_trad(topic: Topic) -> str:
    return traditional(query(topic))


_WORDS = {"q": query, "q_trad": _query_trad, "q_en": query_en}


# --------------------------------------------------------------------------- when a feed is asked


def filled(url: str, zone: str, now: datetime, *, page: int = 1, found: Mapping[str, str] | None = None) -> str:
    """Return *url* as it is asked for *now*; days are days in *zone*, *found* is what the steps found."""
    if "{" not in url:
        return url
    words = {"ms": str(int(now.timestamp() * 1000)), "page": str(page), **(found or {})}

    def fill(match: re.Match[str]) -> str:
        count, unit, pattern, name = match.groups()
        if name is not None:
            return _quoted(words[name]) if name in words else match[0]
        before = timedelta(hours=int(count or 0) * (24 if unit == "d" else 1))
        return (now.astimezone(ZoneInfo(zone)) - before).strftime(pattern)

    return _LATER.sub(fill, url)


def is_fixed(url: str) -> bool:
    """Return whether *url* is the same at every poll."""
    return not _LATER.search(url)


def _quoted(text: str) -> str:
    return "".join(c if c.isalnum() or c in "-._~" else quote(c, safe="") for c in text)
