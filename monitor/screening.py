"""
The first screen: the entries of a feed -> those that are new or changed, each waiting, rejected or a duplicate.

Asks the store what is known, and writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from monitor import match, namesakes, signs
from monitor.model import Entry, EntryState, Feed, Judgement, KnownEntry, ParsedFeed, Screened, Source, Verdict, unnamed
from monitor.normalize import urls
from monitor.store.base import Store

__all__ = ["NOTHING", "Found", "Screen", "alive", "why"]


@dataclass(frozen=True, slots=True)
class Found:
    """What one body brought: the new and changed entries, how many were known as they are, and whom its feed *sent* before."""

    entries: tuple[Screened, ...] = ()
    seen: int = 0
    sent: frozenset[str] = frozenset()


NOTHING = Found()
NOTHING_NAMED = unnamed("")


class Screens(Protocol):
    """Who judges a title and a summary, as :class:`~monitor.match.Screener` does."""

    def __call__(self, title: str, summary: str, published: date | None) -> tuple[Verdict, ...]:
        """Return the verdicts of the topics that are named."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What the entries of one feed are held against: who judges, who publishes, and the topics that the feed serves."""

    matcher: match.Matcher
    sources: Sequence[Source]
    topics: Sequence[str]

    def entries(self, store: Store, feed: Feed, parsed: ParsedFeed, screener: Screens | None = None) -> Found:
        """Return what is new or changed in a body of *feed*; *screener* is the matcher's own unless one is given."""
        known = store.known(feed.url, [name for e in parsed.entries for name in (e.identity, *e.aliases)])
        screener = screener or match.Screener(self.matcher, self.topics)
        whole: dict[frozenset[str], bool] = {}  # most entries were judged for the same topics
        silent = why((), unnamed=bool(self.topics))
        found: dict[str, Screened] = {}
        seen = 0
        for entry in parsed.entries:
            sha256 = _sha256(entry)
            held = known.get(entry.identity)
            same = known and any(
                self._as_known(known.get(name), feed, sha256, whole) for name in (entry.identity, *entry.aliases)
            )
            if same or entry.identity in found:
                seen += 1
            else:
                verdicts = screener(entry.title, entry.summary, entry.published.day)
                found[entry.identity] = (
                    self._judged(entry, sha256, held, feed, verdicts)
                    if verdicts
                    else Screened(entry, sha256, EntryState.REJECTED, (), silent)
                )
        sent = frozenset(name for name, held in known.items() if held.feed == feed.url)
        return Found(self._joined(store, feed, tuple(found.values())), seen, sent)

    def _as_known(self, held: KnownEntry | None, feed: Feed, sha256: str, whole: dict[frozenset[str], bool]) -> bool:
        """Return whether this feed sent the entry before, just so, and every topic has judged it."""
        if held is None or held.feed != feed.url or held.sha256 != sha256:
            return False
        if held.topics not in whole:
            whole[held.topics] = held.topics.issuperset(self.topics)
        return whole[held.topics]

    def _judged(
        self, entry: Entry, sha256: str, held: KnownEntry | None, feed: Feed, verdicts: tuple[Verdict, ...]
    ) -> Screened:
        if all(v.judgement is Judgement.REJECTED for v in verdicts):
            reason = why(verdicts, unnamed=len(verdicts) < len(self.topics))
            return Screened(entry, sha256, EntryState.REJECTED, verdicts, reason)
        # What another feed's entry was rejected for, a fuller summary may still earn.
        elsewhere = held is not None and held.feed != feed.url and held.topics.issuperset(self.topics)
        copied = held is not None and urls.is_mirror(held.url) and not urls.is_mirror(entry.url)
        if elsewhere and not copied and held is not None and held.state not in (EntryState.REJECTED, EntryState.FAILED):
            return Screened(entry, sha256, EntryState.DUPLICATE, verdicts, f"same article as {held.id}")
        return Screened(entry, sha256, EntryState.WAITING, verdicts)

    def _joined(self, store: Store, feed: Feed, screened: tuple[Screened, ...]) -> tuple[Screened, ...]:
        called = namesakes.names(screened, self.sources)
        if not called:
            return screened
        known = store.known(feed.url, list(called.values()))
        return tuple(namesakes.joined(screened, called, known, self.topics))


def alive(found: Found, last: datetime | None, now: datetime) -> Sequence[Entry]:
    """
    Return the entries that are signs of life: those that their feed never sent before, whoever else did, and of the
    others those dated after the *last* one. An old one in other words is none: readers are counted up for ever.
    """
    return [
        s.entry
        for s in found.entries
        if s.entry.identity not in found.sent or any(last and at > last for at in signs.published([s.entry], now))
    ]


@lru_cache(maxsize=1024)  # nearly all entries are rejected for the same: they name nothing
def why(verdicts: tuple[Verdict, ...], *, unnamed: bool = False) -> str:
    """Return the heaviest reason against, in words that are stable enough to count; topics that are *unnamed* are one."""
    votes = [v for verdict in (*verdicts, *([NOTHING_NAMED] if unnamed else ())) for v in verdict.votes]
    if not votes:
        return "names nothing of the topic"
    vote = min(votes, key=lambda v: v.weight)
    return f"{vote.rule}: {vote.text}" if vote.text else vote.rule


def _sha256(entry: Entry) -> str:
    """Return what tells an edited entry from a known one: its words; the link may say how each reader came."""
    sent = "\0".join((entry.title, entry.summary))
    return hashlib.sha256(sent.encode("utf-8", "surrogatepass")).hexdigest()
