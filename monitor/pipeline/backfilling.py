"""Backfill: what an archive has of a topic into waiting entries, as a poll would have brought them at the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from monitor import articles, match, parse, screening
from monitor.errors import ParseError
from monitor.model import (
    Archive,
    Brought,
    Capture,
    Entry,
    EntryState,
    Feed,
    Judgement,
    ParsedFeed,
    Part,
    Published,
    Reads,
    Response,
    Saved,
    Scope,
    Taken,
    Verdict,
)
from monitor.normalize import urls
from monitor.pipeline.desk import Desk
from monitor.store.base import Store

_SUMMARY = 300
"""Characters of a page's text that are kept as the summary of its entry: feeds have 50 to 500."""

_AHEAD = timedelta(days=1)
"""How far ahead of ours the clock of a crawler may be."""


def wants(scope: Scope, published: Published, at: datetime | None) -> bool:
    """Return whether the days hold what was *published* then, or, where that is not known, saved *at* then."""
    day = published.day or (at.astimezone(ZoneInfo(scope.zone)).date() if at else None)
    return day is None or scope.span.holds(day)


def _until(capture: Capture, now: datetime) -> Capture:
    """Return *capture* without the moment at which it was saved where that is still to come: what it tells is not to be dated by it."""
    return replace(capture, at=None) if capture.at and capture.at > now + _AHEAD else capture


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a part: ``taken`` makes of it, while the store cannot change, what is to be written."""

    reads: Reads
    problems: tuple[str, ...]
    taken: Callable[[Store], Taken]


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry as it is listed, what the archive has of it, and what the topics make of it."""

    entry: Entry
    saved: Saved
    verdicts: tuple[Verdict, ...]


def found(desk: Desk, archive: Archive, part: Part, now: datetime) -> Found:
    """Read what was found in *part* of *archive*."""
    screener = match.Screener(desk.matcher, archive.scope.topics)
    read: list[_Read] = []
    problems: list[str] = []
    unread = outside = 0
    for each in part.captures:
        capture = _until(each, now)
        try:
            wanted = list(_READERS[capture.kind](desk, archive, capture, screener, now))
        except ParseError as error:
            unread += 1
            problems += [str(error)] if capture.kind == "feed" else []  # of pages, many are no articles
            continue
        outside += not wanted
        read += wanted
    counted = replace(
        part.reads,
        found=part.reads.found - unread - outside,
        unread=part.reads.unread + unread,
        outside=part.reads.outside + outside,
    )
    return Found(counted, (*part.problems, *problems), partial(_taken, desk, archive, part, counted, read))


def _page(desk: Desk, archive: Archive, capture: Capture, screener: match.Screener, now: datetime) -> Iterator[_Read]:
    """Yield the entry of a page, if it is one of the days that are wanted; raise ParseError for what is no article."""
    page = articles.page_of(capture.body, capture.url, capture.content_type, desk.settings.timezone, capture.at, now)
    if wants(archive.scope, page.published, capture.at):
        verdicts = screener(page.title, page.text, page.published.day)
        sha256 = articles.sha256(capture.body)
        url = capture.url or page.canonical_url
        identity = urls.identity(url) if url else f"sha256:{sha256}"
        entry = Entry(identity, url, page.title, page.text[:_SUMMARY], page.published)
        yield _Read(entry, _saved(archive, capture, sha256), verdicts)


def _feed(desk: Desk, archive: Archive, capture: Capture, screener: match.Screener, now: datetime) -> Iterator[_Read]:
    """Yield the entries of a saved feed, as they would have been listed; their pages are asked for."""
    feed = Feed(archive.feed, timedelta(days=1), timezone=desk.settings.timezone)
    response = Response("", "", 200, (), capture.body)
    listed = parse.feed(response, feed, now).entries
    later = {e.identity: e.published for e in parse.feed(response, feed, now + articles.LATER).entries}
    for entry in listed:
        # What is told by how long ago it was cannot be dated: nobody knows since when.
        steady = later.get(entry.identity) == entry.published
        dated = entry if steady else replace(entry, published=articles.undated(entry.published))
        if wants(archive.scope, dated.published, None):
            verdicts = screener(dated.title, dated.summary, dated.published.day)
            yield _Read(dated, _saved(archive, capture, ""), verdicts)


def _row(desk: Desk, archive: Archive, capture: Capture, screener: match.Screener, now: datetime) -> Iterator[_Read]:
    """Yield the entry of a line that tells of a page; when the page was found is no date of publication."""
    published = Published(capture.seen, flag="crawl_time")
    if wants(archive.scope, published, capture.at):
        entry = Entry(urls.identity(capture.url), capture.url, capture.title, capture.names, published)
        verdicts = screener(entry.title, entry.summary, None)
        yield _Read(entry, _saved(archive, capture, ""), verdicts)


_READERS = {"page": _page, "feed": _feed, "row": _row}


def _saved(archive: Archive, capture: Capture, sha256: str) -> Saved:
    body = capture.body if sha256 else b""
    return Saved(archive.name, capture.offset, capture.digest, capture.at, capture.content_type, sha256, body)


# --------------------------------------------------------------------------- against what is known


def _taken(desk: Desk, archive: Archive, part: Part, reads: Reads, read: Sequence[_Read], store: Store) -> Taken:
    judged = _each_once(read, lambda r: r.entry.identity)
    # Of pages that begin alike, too: that they are different is seen when they are read.
    alike = _each_once(judged.values(), lambda r: (r.entry.title, r.entry.summary, r.entry.published.day))
    said = {key: r.verdicts for key, r in alike.items()}

    def as_judged(title: str, summary: str, published: date | None) -> tuple[Verdict, ...]:
        return said[title, summary, published]

    feed = Feed(archive.feed, timedelta(days=1), timezone=desk.settings.timezone)
    screen = screening.Screen(desk.matcher, desk.settings.sources, archive.scope.topics)
    listed = ParsedFeed(tuple(r.entry for r in judged.values()), "archive")
    screened = screen.entries(store, feed, listed, as_judged) if judged else screening.NOTHING
    entries = tuple(Brought(s, _kept(judged[s.entry.identity].saved, s.state)) for s in screened.entries)
    return Taken(archive.id, archive.position, part.position, reads, entries, part.ended)


def _each_once(read: Iterable[_Read], key: Callable[[_Read], object]) -> dict[object, _Read]:
    """Return of those with one key the latest in the file, but none that the topics reject where they want another."""
    kept: dict[object, _Read] = {}
    for one in read:
        there = kept.get(key(one))
        if there is None or _is_wanted(one) or not _is_wanted(there):
            kept[key(one)] = one
    return kept


def _is_wanted(read: _Read) -> bool:
    return any(v.judgement is not Judgement.REJECTED for v in read.verdicts)


def _kept(saved: Saved, state: EntryState) -> Saved:
    return replace(saved, body=b"") if state is EntryState.REJECTED else saved
