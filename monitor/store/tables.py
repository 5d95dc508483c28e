"""The store contract on tables, whichever database has them; what each method means is said in :mod:`monitor.store.base`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

from monitor.model import (
    Alert,
    AlertState,
    Archive,
    Article,
    Audit,
    Change,
    Counts,
    Coverage,
    Decision,
    Digested,
    EntryRecord,
    EntryState,
    Event,
    FeedStatus,
    Hit,
    Kept,
    KnownEntry,
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
from monitor.store import (
    accounts,
    alerts,
    archives,
    audit,
    collect,
    coverage,
    decisions,
    declared,
    digest,
    entries,
    events,
    housekeeping,
    manners,
    rework,
    ruling,
    search,
    stock,
)
from monitor.store.base import Decider
from monitor.store.database import Connection


class Tables:
    """A timeline kept in the tables behind one *connection*."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def hold(self, *, at_once: bool = False) -> None:
        self._connection.hold(at_once=at_once)

    def patience(self, seconds: float) -> None:
        self._connection.patience(seconds)

    def begin_run(self, now: datetime) -> Manners:
        with self._connection.write() as db:
            return manners.begin(db, now)

    def keep_manners(self, known: Manners, now: datetime) -> None:
        with self._connection.write() as db:
            manners.keep(db, known, now)

    def end_run(self, known: Manners, now: datetime) -> None:
        with self._connection.write() as db:
            manners.end(db, known, now)

    # ------------------------------------------------------------- declared

    def declare(self, settings: Settings, now: datetime) -> None:
        with self._connection.write() as db:
            declared.declare(db, settings, now)

    def topics(self, as_of: datetime | None = None) -> Sequence[Topic]:
        with self._connection.read() as db:
            return declared.topics(db, as_of)

    # ------------------------------------------------------------- collect

    def statuses(self) -> Sequence[FeedStatus]:
        with self._connection.read() as db:
            return declared.statuses(db)

    def due(self, now: datetime, *, all: bool = False, limit: int = 0, per_host: int = 0) -> Sequence[FeedStatus]:
        with self._connection.read() as db:
            if limit:
                return declared.some_due(db, now, limit, per_host or limit)
            return declared.due(db, now, all=all)

    def status(self, url: str) -> FeedStatus | None:
        with self._connection.glance() as db:
            return declared.status(db, url)

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._connection.write():
            yield

    def open_round(self, now: datetime) -> int:
        with self._connection.write() as db:
            return accounts.begin(db, now)

    def ends(self, round: int) -> Sequence[tuple[str, str]]:
        with self._connection.glance() as db:
            return accounts.ends(db, round)

    def left_open(self) -> Sequence[int]:
        with self._connection.glance() as db:
            return accounts.left_open(db)

    def known(self, feed: str, identities: Sequence[str]) -> Mapping[str, KnownEntry]:
        with self._connection.read() as db:
            return collect.known(db, feed, identities)

    def sharing(self, body_sha256: str) -> Sequence[str]:
        with self._connection.glance() as db:
            return declared.sharing(db, body_sha256)

    def record(self, poll: Poll) -> Counts:
        with self._connection.write() as db:
            return collect.record(db, poll)

    def close_round(self, round: int, now: datetime, moved: Sequence[FeedStatus] = ()) -> RoundRecord:
        with self._connection.write() as db:
            declared.reschedule(db, moved)
            return accounts.close(db, round, now)

    # ------------------------------------------------------------- archives

    def begin_archive(self, archive: Archive, now: datetime) -> Archive:
        with self._connection.write() as db:
            return archives.begin(db, archive, now)

    def archive(self, id: str) -> Archive | None:
        with self._connection.read() as db:
            return archives.read(db, id)

    def open_archives(self) -> Sequence[Archive]:
        with self._connection.read() as db:
            return archives.opened(db)

    def give_up_archive(self, id: str, problem: str) -> None:
        with self._connection.write() as db:
            archives.give_up(db, id, problem)

    def take(self, taken: Taken, now: datetime) -> None:
        with self._connection.write() as db:
            archives.take(db, taken, now)

    def saved(self, id: str) -> Saved | None:
        with self._connection.read() as db:
            return archives.saved(db, id)

    # ------------------------------------------------------------- digest

    def inbox(self, now: datetime, limit: int = 100, per_feed: int = 0) -> Sequence[Waiting]:
        with self._connection.glance() as db:
            return digest.inbox(db, now, limit, per_feed)

    def unread(self, entry: str, now: datetime) -> Waiting | None:
        with self._connection.glance() as db:
            return digest.unread(db, entry, now)

    def leave_unsettled(self, digested: Digested, now: datetime) -> None:
        with self._connection.write() as db:
            digest.leave_unsettled(db, digested, now)

    def unsettled(self) -> Sequence[Digested]:
        with self._connection.glance() as db:
            return digest.unsettled(db)

    def article(self, identity: str) -> Article | None:
        with self._connection.glance() as db:
            return digest.article(db, "identity", identity)

    def holds_body(self, body_sha256: str) -> bool:
        with self._connection.glance() as db:
            return digest.holds_body(db, body_sha256)

    def postpone(self, entry: str, until: datetime, reason: str, *, tried: bool = True) -> None:
        with self._connection.write() as db:
            digest.postpone(db, entry, until, reason, tried=tried)

    def finish(self, digested: Digested, now: datetime, decide: Callable[[Decider], Sequence[Change]]) -> Sequence[str]:
        with self._connection.write() as db:
            return digest.finish(db, digested, now, decide)

    def seed(self, seeds: Sequence[SeedEvent], now: datetime, decide: Callable[[Decider], Sequence[Change]]) -> int:
        with self._connection.write() as db:
            return digest.seed(db, seeds, now, decide)

    def adopt(
        self,
        topic: str,
        coverage: Coverage | None,
        sha256: str,
        now: datetime,
        decide: Callable[[Decider], Sequence[Change]],
    ) -> int:
        with self._connection.write() as db:
            return digest.adopt(db, topic, coverage, sha256, now, decide)

    # ------------------------------------------------------------- look again

    def rechecks(self, now: datetime, limit: int = 100) -> Sequence[Waiting]:
        with self._connection.read() as db:
            return digest.rechecks(db, now, limit)

    def rechecked(
        self, article: str, again: datetime | None, now: datetime, decide: Callable[[Decider], Sequence[Change]]
    ) -> Sequence[str]:
        with self._connection.write() as db:
            return digest.rechecked(db, article, again, now, decide)

    # ------------------------------------------------------------- decide

    def rule(
        self,
        now: datetime,
        decide: Callable[[Decider], Ruling],
        digested: Digested | None = None,
        place: Callable[[Decider], Sequence[Change]] | None = None,
    ) -> Ruling:
        with self._connection.write() as db:
            made = ruling.rule(db, now, decide, digested, place)
        if made.decision.verb is Verb.FORGET:
            self._connection.purge()
        return made

    def newest(self) -> Sequence[str]:
        with self._connection.read() as db:
            return rework.newest(db)

    def kept(self, id: str) -> Kept | None:
        with self._connection.read() as db:
            return rework.kept(db, id)

    def rework(
        self, read: Sequence[Reread], now: datetime, decide: Callable[[Decider], Rework], *, apply: bool
    ) -> Rework | None:
        with self._connection.write() if apply else self._connection.read() as db:
            return rework.rework(db, read, now, decide, apply=apply)

    def decisions(self, topic: str = "") -> Sequence[Decision]:
        with self._connection.read() as db:
            return list(decisions.every(db, topic))

    def said_of(self, identity: str) -> Mapping[str, Verb]:
        with self._connection.read() as db:
            return decisions.said_of(db, identity)

    # ------------------------------------------------------------- tell

    def pending(self, channel: str) -> Sequence[Pending]:
        with self._connection.read() as db:
            return alerts.pending(db, channel)

    def untold(self, channel: str, before: datetime | None = None) -> bool:
        with self._connection.read() as db:
            return alerts.is_next(db, channel, before)

    def seal(self, channel: str, decide: Callable[[Sequence[Pending]], Sealed], before: datetime | None = None) -> int:
        if not self.untold(channel, before):
            return 0
        with self._connection.write() as db:
            sealed = decide(alerts.to_seal(db, channel, before))
            alerts.seal(db, channel, sealed)
            return len(sealed.alerts)

    def alerts(self, *states: AlertState, channel: str = "") -> Sequence[Alert]:
        with self._connection.read() as db:
            return alerts.alerts(db, states, channel)

    def tried(
        self, alert: str, state: AlertState, now: datetime, reason: str = "", again: datetime | None = None
    ) -> None:
        with self._connection.write() as db:
            alerts.tried(db, alert, state, now, reason, again)

    def order_alert(self, alert: str, state: AlertState, now: datetime) -> bool:
        with self._connection.write() as db:
            return alerts.order(db, alert, state, now)

    # ------------------------------------------------------------- keep house

    def tidy(self, now: datetime, keep: Retention, mark: str = "") -> Tidied:
        with self._connection.write() as db:
            return housekeeping.tidy(db, now, keep, mark)

    def settle(self) -> None:
        self._connection.settle()

    def index(self) -> int:
        with self._connection.read() as db:
            if not search.behind(db):
                return 0
        with self._connection.write() as db:
            return search.catch_up(db)

    # ------------------------------------------------------------- read

    def events(self, topic: str, as_of: datetime | None = None) -> Sequence[Event]:
        with self._connection.read() as db:
            return events.timeline(db, topic, as_of)

    def event(self, id: str) -> Event | None:
        with self._connection.read() as db:
            return events.one(db, id)

    def version(self, id: str) -> int:
        with self._connection.read() as db:
            return events.version(db, id)

    def at_version(self, number: int) -> Event | None:
        with self._connection.read() as db:
            return events.at_version(db, number)

    def news(self, topic: str, mark: int = 0) -> News:
        with self._connection.read() as db:
            return events.news(db, topic, mark)

    def search(self, words: Sequence[Sequence[str]], topics: Collection[str], limit: int = 50) -> Sequence[Hit]:
        with self._connection.read() as db:
            return search.search(db, words, topics, limit)

    def entries(
        self, feed: str = "", state: EntryState | None = None, id: str = "", rules: Sequence[str] = ()
    ) -> Iterator[EntryRecord]:
        last = 0
        while True:
            with self._connection.read() as db:
                page = entries.numbers(db, feed, state, id, rules, last)
                found = entries.records(db, page)
            if not page:
                return
            yield from found
            last = page[-1]

    def latest(
        self, feed: str = "", state: EntryState | None = None, before: str = "", limit: int = 50
    ) -> Sequence[EntryRecord]:
        with self._connection.read() as db:
            return entries.records(db, entries.latest(db, feed, state, before, limit))[::-1]

    def article_by_id(self, id: str) -> Article | None:
        with self._connection.glance() as db:
            return digest.article(db, "id", id)

    def articles(self) -> Iterator[Article]:
        last = 0
        while True:
            with self._connection.read() as db:
                page = digest.newest(db, last)
            if not page:
                return
            yield from (article for _, article in page)
            last = page[-1][0]

    def mentions_of(self, article: str) -> Sequence[tuple[str, Mention]]:
        with self._connection.read() as db:
            return digest.mentions_of(db, article)

    def audit(self, seeds: Sequence[SeedEvent], topics: Sequence[str]) -> Audit:
        with self._connection.read() as db:
            return audit.audit(db, seeds, topics)

    def coverage(self, topic: str, as_of: datetime | None = None) -> Coverage:
        with self._connection.read() as db:
            return coverage.coverage(db, topic, as_of)

    def round(self, id: int | None = None) -> RoundRecord | None:
        with self._connection.read() as db:
            return accounts.read(db, id)

    def stock(self) -> Stock:
        with self._connection.read() as db:
            return stock.stock(db)
