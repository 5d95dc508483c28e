"""Feeds asked once, for a person who wants to know what they are good for: nothing is stored. Part of the roof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor import addresses, match, pipeline
from monitor.export import record
from monitor.fetch import Fetcher
from monitor.model import Entry, Feed, FeedStatus, Judgement, ParsedFeed, Settings

Json = record.Json

EVERY = timedelta(hours=1)
SHOWN = 5  # titles that a person is shown of each feed; JSON has them all


@dataclass(frozen=True, slots=True)
class Trial:
    """What asking a feed once came to: ``error`` is "" where it could be read, ``passing`` what the first screen lets through."""

    feed: Feed
    asked: str = ""
    error: str = ""
    parsed: ParsedFeed | None = None
    passing: tuple[tuple[Entry, tuple[str, ...]], ...] = ()

    @property
    def entries(self) -> Sequence[Entry]:
        """What was listed."""
        return self.parsed.entries if self.parsed else ()

    @property
    def newest(self) -> date | None:
        """The day of the newest entry, where any has a date."""
        return max((e.published.day for e in self.entries if e.published.day), default=None)


def chosen(settings: Settings, url: str) -> tuple[Feed, ...]:
    """
    Return the feeds to try: all that are polled, or the one at *url*, declared, disabled or not.

    A search may be named as it is declared, with {q} in it: then it is that of each topic that it serves.
    """
    if not url:
        return settings.feeds
    asked = Feed(url, EVERY, timezone=settings.timezone)
    wanted = addresses.expanded(replace(settings, feeds=(asked,), disabled=())).feeds
    known = {feed.url: feed for feed in (*settings.disabled, *settings.feeds)}
    return tuple(known[feed.url] for feed in wanted if feed.url in known) or wanted


async def tried(settings: Settings, feeds: Sequence[Feed], now: Callable[[], datetime]) -> Sequence[Trial]:
    """Ask each of *feeds* once, its first page only, as politely as a poll does."""
    desk = pipeline.Desk.of(replace(settings, feeds=tuple(feeds)))
    async with Fetcher(settings.fetch, now=now) as fetcher:
        asked = (pipeline.ask(desk, fetcher, FeedStatus(f.url, f.url), now) for f in feeds)
        return [_trial(desk, outcome) for outcome in await asyncio.gather(*asked)]


def _trial(desk: pipeline.Desk, asked: pipeline.Asked) -> Trial:
    url = asked.response.url if asked.response else ""
    if asked.error is not None or asked.parsed is None:
        return Trial(asked.feed, url, str(asked.error or "no answer to read"))
    return Trial(asked.feed, url, "", asked.parsed, tuple(_passing(desk, asked.feed, asked.parsed)))


def _passing(desk: pipeline.Desk, feed: Feed, parsed: ParsedFeed) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    screener = match.Screener(desk.matcher, desk.topics_of(feed.url))
    for entry in parsed.entries:
        verdicts = screener(entry.title, entry.summary, entry.published.day)
        topics = tuple(v.topic for v in verdicts if v.judgement is not Judgement.REJECTED)
        if topics:
            yield entry, topics


# --------------------------------------------------------------------------- shown


def as_json(trial: Trial) -> dict[str, Json]:
    """Return a trial as other programs read it."""
    parsed = trial.parsed
    return {
        "url": trial.feed.url,
        "asked": trial.asked or None,
        "ok": not trial.error,
        "error": trial.error or None,
        "kind": parsed.kind if parsed else None,
        "entries": len(trial.entries),
        "cut": parsed.cut if parsed else 0,
        "dated": sum(e.published.day is not None for e in trial.entries),
        "newest": record.plain(trial.newest),
        "warnings": list(parsed.warnings) if parsed else [],
        "keeps": [_kept(entry, topics) for entry, topics in trial.passing],
    }


def _kept(entry: Entry, topics: tuple[str, ...]) -> Json:
    return {
        "title": entry.title,
        "url": entry.url,
        "published": record.published(entry.published),
        "topics": list(topics),
    }


def as_text(trial: Trial) -> Iterator[str]:
    """Yield the lines that a person reads of a trial."""
    yield trial.feed.url
    if trial.error:
        yield f"  failed       {trial.error}"
        return
    dated = sum(e.published.day is not None for e in trial.entries)
    newest = f", the newest of {trial.newest}" if trial.newest else ""
    kind = trial.parsed.kind if trial.parsed else ""
    yield f"  {kind:<13}{len(trial.entries)} entries, {dated} with a date{newest}; {len(trial.passing)} pass the first screen"
    for entry, _ in trial.passing[:SHOWN]:
        yield f"  would keep   {entry.published.day or 'no date'!s:<11} {entry.title}"
    for warning in trial.parsed.warnings if trial.parsed else ():
        yield f"  note         {warning}"
