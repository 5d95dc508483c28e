"""
What a feed, list or API holds -> entries: links, identity, dates.

Every format is first read into :class:`Raw`; the rules that make an entry of it are here, once.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.model import NO_DATE, Entry, Feed, Published
from monitor.normalize import urls
from monitor.normalize.dates import published as read_date
from monitor.parse import links

__all__ = ["MAX_ENTRIES", "MAX_SUMMARY", "MAX_TITLE", "Raw", "dated", "finish"]

MAX_ENTRIES = 10_000
"""Entries taken from one body; the rest is counted."""
MAX_TITLE = 1_000
"""Characters of a title: the longest honest headline is a tenth of that."""
MAX_SUMMARY = 4_000
"""Characters of a summary: more than a lead needs, and 10,000 entries of it still fit in memory."""
MAX_NAME = 200
MAX_GUID = 1_000
"""Characters of a guid as it is kept; of a longer one its digest tells items apart just as well."""
MAX_DATES = 4
"""Dates of one item that are tried: published, created, updated, and one more. A string without sense costs 0.2 ms."""
MAX_UNREADABLE = 200
"""Entries of a body without a date that can be read, after which only one date of each is tried."""
MAX_LINKS = 4
"""Links of one item that are kept: the article and what else leads to it."""

_IN_BRACKETS = re.compile(r"【\s*([^【】]+?)\s*】")
CRAWL_SPREAD = timedelta(minutes=1)
CRAWL_AGE = timedelta(hours=1)
"""Stamps within a minute of each other and an hour of now: an hour is how long feed generators cache their lists."""


class Raw(NamedTuple):  # made by the ten thousand, at a fifth of what a dataclass takes
    """
    One item as found, ``title`` and ``summary`` plain text already; ``links`` best first, ``dates`` best first
    as (as sent, as to be read).
    """

    title: str = ""
    links: tuple[str, ...] = ()
    guid: str = ""
    permalink: bool = False
    summary: str = ""
    dates: tuple[tuple[str, str], ...] = ()
    source: str = ""
    source_url: str = ""
    seen: str = ""  # when a crawler saw it


class _Draft(NamedTuple):
    raw: Raw
    url: str
    aliases: tuple[str, ...]
    key: str  # the cleaned link, or ""


def finish(
    raws: Sequence[Raw], feed: Feed, base: str, home: str, now: datetime, *, url_days: bool
) -> tuple[Entry, ...]:
    """
    Return the entries of one body.

    *base* is what links are relative to, *home* the channel's own page: a link to it names no article. With
    *url_days* a day in the link stands in for a date that the source does not give.
    """
    drafts = [_draft(raw, base) for raw in raws]
    shared = _shared(drafts, {_key(u) for u in (home, feed.url, base) if u})
    dates = _without_crawl_time(list(_dates(drafts, feed, now, url_days)), now)
    return tuple(_entry(d, p, feed, shared) for d, p in zip(drafts, dates, strict=True))


def _draft(raw: Raw, base: str) -> _Draft:
    if len(raw.guid) > MAX_GUID:
        raw = raw._replace(guid=_digest(raw.guid), permalink=False)
    if len(raw.links) == 1 and (plain := links.plain(raw.links[0])):  # as nearly all are
        return _Draft(raw, link := raw.links[0], links.wrapper(link, base, link), urls.named(plain))
    tried = raw.links[:MAX_LINKS]
    found = [(link, url) for link, url in ((k, links.absolute(k, base)) for k in tried) if url]
    if not found and raw.permalink:
        found = [(link, url) for link, url in ((raw.guid, links.absolute(raw.guid, "")),) if url]
    if not found:
        return _Draft(raw, "", (), "")
    link, target = found[0]
    others = (url for _, url in found[1:] if url != target)
    return _Draft(raw, target, tuple(dict.fromkeys((*links.wrapper(link, base, target), *others))), _key(target))


def _key(url: str) -> str:
    return urls.identity(url) if url else ""


# --------------------------------------------------------------------------- identity


def _shared(drafts: Sequence[_Draft], homes: set[str]) -> dict[str, bool]:
    """
    Return the links that do not tell items apart, with whether their guids do.

    A link to a home page never does, whoever else has it, so that an item keeps its identity when its
    neighbours have gone; any other link only while two titles share it.
    """
    times = Counter(draft.key for draft in drafts)
    doubtful = {key for key, count in times.items() if key and (count > 1 or key in homes or links.is_home(key))}
    groups: dict[str, list[Raw]] = {key: [] for key in doubtful}
    for draft in drafts if doubtful else ():
        if draft.key in doubtful:
            groups[draft.key].append(draft.raw)
    return {
        key: len({r.guid for r in raws}) == len({(r.guid, r.title) for r in raws}) and all(r.guid for r in raws)
        for key, raws in groups.items()
        if key in homes or links.is_home(key) or len({r.title for r in raws}) > 1
    }


def _identity(draft: _Draft, day: str, feed: Feed, shared: Mapping[str, bool]) -> str:
    raw = draft.raw
    if draft.key:
        mark = raw.guid if shared[draft.key] else _digest(raw.title or raw.summary)
        return f"{draft.key} {mark}"
    # Guids are promised to be unique within their feed only.
    mark = raw.guid or _digest(f"{raw.title or raw.summary}\n{day}")
    return f"{_key(feed.url)} {mark}"


def _words(draft: _Draft, day: str, feed: Feed) -> tuple[str, ...]:
    """Return what an entry is called beside its guid where it has no link of its own: some guids are new every time."""
    raw = draft.raw
    if not raw.guid or not (raw.title or raw.summary):
        return ()
    told = _digest(f"{raw.title}\n{raw.summary}\n{day}")
    return (f"{_key(feed.url)} words:{told}",)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _entry(draft: _Draft, published: Published, feed: Feed, shared: Mapping[str, bool]) -> Entry:
    raw = draft.raw
    title, source = links.credited(raw.title, raw.source, draft.url)
    identity, aliases = draft.key, draft.aliases
    if not identity or identity in shared:  # there is no link of its own
        day = published.day.isoformat() if published.day else ""
        identity = _identity(draft, day, feed, shared)
        aliases = (*aliases, *_words(draft, day, feed))
    return Entry(
        identity=identity,
        url=draft.url,
        title=_bare(title[:MAX_TITLE]),
        summary=raw.summary[:MAX_SUMMARY],
        published=published,
        guid=raw.guid,
        source_name=source[:MAX_NAME],
        aliases=aliases,
        source_url=links.absolute(raw.source_url, "") if raw.source_url else "",
    )


def _bare(title: str) -> str:
    """Return *title* without the brackets that hold all of it; those that hold a part are a label, and stay."""
    found = _IN_BRACKETS.fullmatch(title) if title.startswith("【") else None
    return found[1] if found else title


# --------------------------------------------------------------------------- dates


def dated(sent: str, readable: str, feed: Feed, now: datetime) -> Published:
    """Return what a date string of *feed* means; *readable* is *sent* in a form that dates are read from."""
    found = read_date(readable, feed.timezone, now, feed.language in ("", "zh") or feed.language.startswith("zh-"))
    return found if sent == readable else replace(found, raw=sent)


def _dates(drafts: Iterable[_Draft], feed: Feed, now: datetime, url_days: bool) -> Iterator[Published]:
    """Yield the date of each of *drafts*; where most have none that can be read, only the best of each is tried."""
    patience = MAX_UNREADABLE
    for draft in drafts:
        found = _date(draft, feed, now, url_days, MAX_DATES if patience > 0 else 1)
        patience -= found.day is None
        yield found


def _date(draft: _Draft, feed: Feed, now: datetime, url_days: bool, most: int) -> Published:
    first: Published | None = None
    for sent, readable in draft.raw.dates[:most]:
        found = dated(sent, readable, feed, now)
        if found.day:
            return found
        first = first or found
    day = urls.day_in(draft.url) if url_days and draft.url else None
    if day and day <= now.date() + timedelta(days=1):
        return Published(raw=first.raw if first else "", day=day, flag=None)
    if draft.raw.seen:
        return Published(raw=draft.raw.seen, flag="crawl_time")
    return first or NO_DATE


def _without_crawl_time(dates: list[Published], now: datetime) -> list[Published]:
    """
    Take back the dates of a list whose every entry that has one carries the moment at which it was asked for.

    A moment still to come is such a one in the wrong zone: nothing else is published all at once in the future.
    """
    moments = [p.at for p in dates if p.at]
    if len(moments) < 2 or len(moments) < sum(p.day is not None for p in dates):
        return dates
    first, last = min(moments), max(moments)
    if last - first > CRAWL_SPREAD or now - last > CRAWL_AGE:
        return dates
    return [replace(p, at=None, day=None, flag="crawl_time") if p.at else p for p in dates]
