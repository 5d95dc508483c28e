"""The one store contract, kept by ``tables.py`` on every database; each inherits the same tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from monitor.model import (
    Alert,
    AlertState,
    Archive,
    Article,
    Audit,
    Change,
    Counts,
    Coverage,
    Days,
    Decision,
    Digested,
    EntryRecord,
    EntryState,
    Event,
    FeedStatus,
    Hit,
    Kept,
    KnownEntry,
    KnownEvent,
    Manners,
    Mention,
    News,
    Pending,
    Poll,
    Reread,
    Retention,
    Rework,
    RoundRecord,
    Ruling,
    Saved,
    Sealed,
    SeedEvent,
    Settings,
    Stock,
    Taken,
    Tidied,
    Topic,
    Verb,
    Waiting,
)


class Decider(Protocol):
    """
    What a decision may ask while nothing else can write: see :meth:`Store.deciding`.

    The same rules as for :class:`Store` hold.
    """

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None = None) -> Sequence[KnownEvent]:
        """
        Return the events of *topic* that carry most of *keys* and at least one, retracted ones too, in order of founding.

        Of these, those whose own days lie wholly outside of *days* may be left out.
        They are to be compared, and may not be ``whole``: of what is to be changed, :meth:`known` has the rest.
        How many, the store decides; it may leave out only events that share fewer keys than all it returns, or as few.
        """

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        """Return the events that rest on a mention of any version of this *article*'s URL."""

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        """Return the event that the seed *key* of *topic* began, merged or not, or None."""

    def known(self, ids: Collection[str]) -> Sequence[KnownEvent]:
        """Return the events called *ids*, oldest first; one that the rules merged gives the one that it went into."""

    def every(self, topic: str) -> Sequence[KnownEvent]:
        """Return every event of *topic* that the rules have not merged into another, oldest first."""

    def holders(self, articles: Collection[str]) -> Sequence[str]:
        """Return the ids of the events to which the rules gave a standing mention of one of *articles* (identities)."""

    def decisions(self, topic: str, names: Collection[str]) -> Sequence[Decision]:
        """Return the decisions in force of *topic* that name one of *names* (events, identities), oldest first."""

    def logged(self, id: str) -> Decision | None:
        """Return one decision, undone or not."""

    def next_number(self) -> int:
        """Return the place in the log that the next decision takes."""

    def version(self, id: str) -> int:
        """Return the number of the version at which the event *id*, or what it redirects to, stands; 0 where there is none."""

    def identity(self, id: str) -> str:
        """Return the identity of the article ``ar_...``, or of the one behind the entry ``en_...``, or ""."""


class Store(Protocol):
    """
    What the pipeline and the roof need from storage, and no more.

    Any method may raise :exc:`~monitor.errors.StoreError`; then nothing of that call was written.
    Datetimes in and out are aware and in UTC. Every writing method is one transaction.
    """

    def __enter__(self) -> Self:
        """Return the store itself."""

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""

    def close(self) -> None:
        """Let go of the database; a store is a context manager as well."""

    # ------------------------------------------------------------- declared

    def declare(self, settings: Settings, now: datetime) -> None:
        """Make the stored feeds and topics those of *settings*: new feeds are due at once, those no longer declared are kept but not due; a changed topic definition is appended with *now*, never overwritten."""

    def topics(self, as_of: datetime | None = None) -> Sequence[Topic]:
        """Return the topic definitions in force at *as_of* or now, by id."""

    # ------------------------------------------------------------- one daemon at a time

    def hold(self, *, at_once: bool = False) -> None:
        """
        Take the single instance lock for ``run`` or ``poll`` until :meth:`close`; Occupied if another process has it.

        One that is gone may have it for another moment, which is waited for unless it is to be said *at_once*.
        """

    def patience(self, seconds: float) -> None:
        """Wait at most *seconds* for another writer from now on."""

    def begin_run(self, now: datetime) -> Manners:
        """Say that a process begins to ask hosts, and return what the last one left, as it stands at *now*."""

    def keep_manners(self, known: Manners, now: datetime) -> None:
        """Keep *known* in case this process ends without a word."""

    def end_run(self, known: Manners, now: datetime) -> None:
        """Keep *known* and say that the process ended in good order: nothing is being asked any more."""

    # ------------------------------------------------------------- collect

    def statuses(self) -> Sequence[FeedStatus]:
        """Return the status of every declared feed, in declared order."""

    def due(self, now: datetime, *, all: bool = False, limit: int = 0, per_host: int = 0) -> Sequence[FeedStatus]:
        """
        Return the statuses that may be due at *now*, without counts: all that are, few others, and what was polled in
        the future. With *all* those of every declared feed; with *limit* no more of the first than so many, nor than
        *per_host*: one of each host before the second of any, and of those that which has waited longest.
        """

    def status(self, url: str) -> FeedStatus | None:
        """Return the status of one declared feed, without counts."""

    def together(self) -> AbstractContextManager[None]:
        """Make one transaction of what is written inside: where a call fails, all of them are undone, at the latest at the end."""

    def open_round(self, now: datetime) -> int:
        """Begin a round and return its number; a round that a crash left open stays open for ever and is not counted as finished."""

    def left_open(self) -> Sequence[int]:
        """Return the rounds that are not finished and in which something was polled, oldest first."""

    def ends(self, round: int) -> Sequence[tuple[str, str]]:
        """
        Return for each poll of *round* where its feed is now, and the host that nothing could be connected to, or "".

        Of a round in which everything could be connected to, nothing.
        """

    def known(self, feed: str, identities: Sequence[str]) -> Mapping[str, KnownEntry]:
        """Return what is known of *identities*; where several feeds hold one, the entry of *feed* first, else the oldest."""

    def sharing(self, body_sha256: str) -> Sequence[str]:
        """Return the declared feeds whose last body was exactly this one."""

    def record(self, poll: Poll) -> Counts:
        """
        Save one poll whole: status, entries, verdicts, counts.

        Entries whose identity this feed already holds are updated (edited entries go back to waiting or
        are judged again); a duplicate of another feed's entry is a row of its own that points to it.
        """

    def close_round(self, round: int, now: datetime, moved: Sequence[FeedStatus] = ()) -> RoundRecord:
        """
        Finish *round* and return its account: the entries first seen in it by the state they are in now, plus duplicates.

        *moved* are statuses that the round as a whole changed (a host that nothing on could be connected to).
        """

    # ------------------------------------------------------------- archives

    def begin_archive(self, archive: Archive, now: datetime) -> Archive:
        """Return how far *archive* was read; one never heard of is written down as it is."""

    def archive(self, id: str) -> Archive | None:
        """Return how far the archive called *id* was read."""

    def open_archives(self) -> Sequence[Archive]:
        """Return the archives that are to be read on, oldest first."""

    def give_up_archive(self, id: str, problem: str) -> None:
        """Say why the archive *id* cannot be read on; it is left alone until :meth:`begin_archive` asks for it again."""

    def take(self, taken: Taken, now: datetime) -> None:
        """
        Save a part of an archive whole: entries as :meth:`record` would, what the archive has of them, where to go on.

        StoreError, and nothing is written, where the archive was read on since it stood there.
        """

    def saved(self, id: str) -> Saved | None:
        """Return what an archive has of the entry or article *id*, the page only while that is to be read."""

    # ------------------------------------------------------------- digest

    def inbox(self, now: datetime, limit: int = 100, per_feed: int = 0) -> Sequence[Waiting]:
        """Return waiting entries whose time has come, oldest first; with *per_feed*, the feeds take turns and none gives more than so many."""

    def unread(self, entry: str, now: datetime) -> Waiting | None:
        """Return one entry, while it waits to be read and its time has come."""

    def leave_unsettled(self, digested: Digested, now: datetime) -> None:
        """Keep what reading an entry came to, for another process to finish: until then the entry waits."""

    def unsettled(self) -> Sequence[Digested]:
        """Return what was read and is not finished, oldest first."""

    def article(self, identity: str) -> Article | None:
        """Return the newest kept version of the article whose cleaned URL (or ``sha256:`` of its bytes) is *identity*."""

    def holds_body(self, body_sha256: str) -> bool:
        """Return whether exactly these bytes were ever kept or judged by ``ingest``: a file counts once."""

    def postpone(self, entry: str, until: datetime, reason: str, *, tried: bool = True) -> None:
        """Leave *entry* waiting, count the attempt where it was *tried*, and do not offer it before *until*."""

    def finish(
        self,
        digested: Digested,
        now: datetime,
        decide: Callable[[Decider], Sequence[Change]],
    ) -> Sequence[str]:
        """
        Save an article and take its entry out of the inbox, with what *decide* makes of it: all or nothing.

        *decide* runs inside the write transaction, so that two processes cannot both found one event; it
        is pure but for its Decider. If it raises, nothing is written. Returns the ids of changed events.
        """

    def seed(self, seeds: Sequence[SeedEvent], now: datetime, decide: Callable[[Decider], Sequence[Change]]) -> int:
        """Save seed events and what *decide* makes of them in one transaction; return how many events changed."""

    def adopt(
        self,
        topic: str,
        coverage: Coverage | None,
        sha256: str,
        now: datetime,
        decide: Callable[[Decider], Sequence[Change]],
    ) -> int:
        """
        Save what *decide* makes of an export in one transaction; return how many events changed.

        Its *coverage* is what silence is worth here, too, until a round of our own has finished. *sha256* names the file.
        """

    # ------------------------------------------------------------- look again

    def rechecks(self, now: datetime, limit: int = 100) -> Sequence[Waiting]:
        """Return the kept articles whose page is to be asked for again by *now*, each as the entry that brought it."""

    def rechecked(
        self, article: str, again: datetime | None, now: datetime, decide: Callable[[Decider], Sequence[Change]]
    ) -> Sequence[str]:
        """Say when the page of *article* is to be asked for next, if at all, with what *decide* makes of what was seen."""

    # ------------------------------------------------------------- decide

    def rule(
        self,
        now: datetime,
        decide: Callable[[Decider], Ruling],
        digested: Digested | None = None,
        place: Callable[[Decider], Sequence[Change]] | None = None,
    ) -> Ruling:
        """
        Log the decision that *decide* returns and write what it changes, with *digested* as :meth:`finish` would: all or nothing.

        A decision to forget removes the text and body of its articles in all their versions, and what its entries said.
        """

    def newest(self) -> Sequence[str]:
        """Return the ids of the newest version of every article, in order of arrival."""

    def kept(self, id: str) -> Kept | None:
        """Return one kept article with what it was judged for."""

    def rework(
        self, read: Sequence[Reread], now: datetime, decide: Callable[[Decider], Rework], *, apply: bool
    ) -> Rework | None:
        """
        Return what *decide* makes of all kept articles as they were *read* again; with *apply*, write it whole.

        None, and nothing is written, where other articles have become the newest since they were read.
        """

    def decisions(self, topic: str = "") -> Sequence[Decision]:
        """Return the log, of *topic* alone where one is named, oldest first, undone ones too."""

    def said_of(self, identity: str) -> Mapping[str, Verb]:
        """Return by topic whether a person's last decision in force about an article accepts or rejects it."""

    # ------------------------------------------------------------- tell

    def pending(self, channel: str) -> Sequence[Pending]:
        """Return what *channel* has not been told yet, oldest first."""

    def untold(self, channel: str, before: datetime | None = None) -> bool:
        """Return whether :meth:`seal` would have anything to decide about."""

    def seal(self, channel: str, decide: Callable[[Sequence[Pending]], Sealed], before: datetime | None = None) -> int:
        """
        Make alerts of what *channel* has not been told as *decide* says: all or nothing; return how many.

        Only what changed *before* then is looked at, and no event of which an alert waits still. From here on each alert
        is sent as it is, whatever happens.
        """

    def alerts(self, *states: AlertState, channel: str = "") -> Sequence[Alert]:
        """Return the alerts in one of *states*, of one *channel* or all, oldest first."""

    def tried(
        self, alert: str, state: AlertState, now: datetime, reason: str = "", again: datetime | None = None
    ) -> None:
        """Say what a try to deliver *alert* came to, and when it is to be tried *again*."""

    def order_alert(self, alert: str, state: AlertState, now: datetime) -> bool:
        """Let *alert* wait afresh, or drop it, unless it was sent; return whether there was one that could be."""

    # ------------------------------------------------------------- keep house

    def tidy(self, now: datetime, keep: Retention, mark: str = "") -> Tidied:
        """
        Take the next step of a pass over what has been kept for longer than *keep* says, from *mark* on: the summaries of
        rejected entries, the bodies of articles that no event, as it is or ever was, rests on, and all polls but one a day
        of each feed and those that coverage rests on.
        """

    def settle(self) -> None:
        """Fold the write-ahead log back and refresh the planner's figures."""

    def index(self) -> int:
        """Make some of what came in since quick to search for; return how many rows that were, 0 when nothing is left."""

    # ------------------------------------------------------------- read

    def events(self, topic: str, as_of: datetime | None = None) -> Sequence[Event]:
        """Return the events of *topic* (merged ones left out), whole with evidence and revisions, as known at *as_of* or now; in order of ``earliest``, then ``latest``, then id, unknown dates last."""

    def event(self, id: str) -> Event | None:
        """Return one event; a merged id gives the event that it redirects to."""

    def version(self, id: str) -> int:
        """Return the number of the version at which the event *id*, or what it redirects to, stands; 0 where there is none."""

    def at_version(self, number: int) -> Event | None:
        """Return an event as its version *number* had it, with the revisions until then."""

    def news(self, topic: str, mark: int = 0) -> News:
        """Return what changed since the *mark* that an earlier call gave; of a topic never asked for, everything."""

    def search(self, words: Sequence[Sequence[str]], topics: Collection[str], limit: int = 50) -> Sequence[Hit]:
        """Return the events of *topics*, then the articles, in which all *words* stand, each in one of its spellings: *limit* of each, in the title first, then the newest."""

    def entries(
        self, feed: str = "", state: EntryState | None = None, id: str = "", rules: Sequence[str] = ()
    ) -> Iterator[EntryRecord]:
        """Yield every entry ever seen that fits, in order of first sight; with *rules* those whose verdicts name one of them."""

    def latest(
        self, feed: str = "", state: EntryState | None = None, before: str = "", limit: int = 50
    ) -> Sequence[EntryRecord]:
        """Return the last *limit* entries that fit, the newest first; those seen *before* the entry of that id."""

    def article_by_id(self, id: str) -> Article | None:
        """Return one kept article with its text."""

    def articles(self) -> Iterator[Article]:
        """Yield the newest version of every kept article, in order of first sight."""

    def mentions_of(self, article: str) -> Sequence[tuple[str, Mention]]:
        """Return (event id, mention) of one article."""

    def audit(self, seeds: Sequence[SeedEvent], topics: Sequence[str]) -> Audit:
        """Look everything up again: quotes in their texts, hashes, references, revisions, *seeds* as their files hold them."""

    def coverage(self, topic: str, as_of: datetime | None = None) -> Coverage:
        """Return the coverage of *topic*'s feeds as of the last round finished, at *as_of* or at all."""

    def round(self, id: int | None = None) -> RoundRecord | None:
        """Return one round, by default the last finished one."""

    def stock(self) -> Stock:
        """Return what is held, counted; quick enough to be asked every few seconds."""
