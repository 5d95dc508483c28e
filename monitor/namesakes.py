"""
One article under two addresses, of which one says nothing: the link of an aggregator that keeps the target to itself.

Such a link is joined to the article by what its entry says: the same title from the same outlet on the same day.
Two entries with addresses of their own are never joined this way: a paper may well print two notes a day under one
headline.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from monitor import parse
from monitor.model import Entry, EntryState, KnownEntry, Screened, Source
from monitor.normalize import simplify

__all__ = ["MIN_TITLE", "joined", "name", "names", "owner"]

MIN_TITLE = 6
"""Characters of a title that can tell an article from others of the day: 今日要闻 has four."""

_MARKS = re.compile(r"[\W_]+")


def names(screened: Sequence[Screened], sources: Sequence[Source]) -> dict[str, str]:
    """Return the names of the articles behind those of *screened* that wait, by identity."""
    waiting = (s.entry for s in screened if s.state is EntryState.WAITING)
    return {entry.identity: called for entry in waiting if (called := name(entry, sources))}


def joined(
    screened: Sequence[Screened], called: Mapping[str, str], known: Mapping[str, KnownEntry], topics: Collection[str]
) -> Iterator[Screened]:
    """
    Yield *screened* with the names that they are *called* as aliases.

    An entry whose link does not lead to its article is a duplicate where the article is *known* by its name; it
    takes no name otherwise, so that nothing is ever taken for a duplicate of it.
    """
    for one in screened:
        same = called.get(one.entry.identity, "")
        held = known.get(same)
        named = replace(one, entry=replace(one.entry, aliases=(*one.entry.aliases, same))) if same else one
        if not parse.is_closed(one.entry.url):
            yield named
        elif held and held.state not in (EntryState.REJECTED, EntryState.FAILED) and held.topics.issuperset(topics):
            yield replace(named, state=EntryState.DUPLICATE, reason=f"same article as {held.id}")
        else:
            yield one


def name(entry: Entry, sources: Sequence[Source]) -> str:
    """Return what the article of *entry* is called whatever its address: an alias; "" where too little is known of it."""
    outlet, called = _outlet(entry, sources)
    title = _without(_plain(entry.title), (entry.source_name, called))
    if len(title) < MIN_TITLE or not outlet or entry.published.day is None:
        return ""
    told = "\0".join((title, outlet, entry.published.day.isoformat()))
    return "same:" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(text: str) -> str:
    return _MARKS.sub("", simplify(text)).lower()


def _without(title: str, outlets: Sequence[str]) -> str:
    """Return *title* without the names of *outlets* behind it: an aggregator may have taken it from the page's head."""
    for tail in filter(None, map(_plain, outlets)):
        if len(title) - len(tail) >= MIN_TITLE:
            title = title.removesuffix(tail)
    return title


def _outlet(entry: Entry, sources: Sequence[Source]) -> tuple[str, str]:
    """Return what tells the outlet of *entry* from others, and its declared name."""
    closed = parse.is_closed(entry.url)
    url = entry.source_url if closed else entry.url
    found = owner(url, sources)
    if found is None and closed:
        found = next((s for s in sources if s.name == entry.source_name), None)
    return (found.id, found.name) if found else ((urlsplit(url).hostname or "").lower().removeprefix("www."), "")


def owner(url: str, sources: Sequence[Source]) -> Source | None:
    """Return the source of *sources* that *url* belongs to: the one with the longest host that fits."""
    host = (urlsplit(url).hostname or "").lower()
    owners = [(len(h), s) for s in sources for h in s.hosts if host == h or host.endswith("." + h)]
    return max(owners, key=lambda o: (o[0], o[1].id))[1] if owners else None
