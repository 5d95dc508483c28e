"""Small true-looking records for the store tests; numbers tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from monitor import ids
from monitor.model import (
    Actor,
    Article,
    Basis,
    Change,
    Days,
    Decision,
    Digested,
    Entry,
    EntryState,
    Event,
    Feed,
    FeedState,
    FeedStatus,
    FetchSettings,
    Figure,
    Judgement,
    Kind,
    KnownEvent,
    Mention,
    Phase,
    Placed,
    Polarity,
    Poll,
    Precision,
    Published,
    Quote,
    Relation,
    Revision,
    Ruling,
    Screened,
    SeedEvent,
    SeedRecord,
    Settings,
    Status,
    Tier,
    Topic,
    Verb,
    Verdict,
    Vote,
    When,
)
from monitor.store.base import Decider, Store

NOW = datetime(2025, 3, 20, 8, 30, tzinfo=UTC)
T = TypeVar("T")

RSS = "https://paper.example/rss.xml"
LIST = "https://city.example/news/"
TOPIC = "river-bridge"


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


# --------------------------------------------------------------------------- declared


def feed(url: str = RSS, *topics: str) -> Feed:
    return Feed(url, timedelta(hours=1), topics=topics)


def topic(id: str = TOPIC, question: str = "大桥能通车吗?") -> Topic:
    return Topic(id, question, ())


def settings(feeds: Sequence[Feed] = (), topics: Sequence[Topic] = ()) -> Settings:
    found = tuple(feeds) or (feed(RSS), feed(LIST))
    return Settings(
        "config.yaml", "a.db", "Asia/Shanghai", FetchSettings(), "off", (), found, tuple(topics) or (topic(),)
    )


# --------------------------------------------------------------------------- collected


def entry(n: int, title: str = "") -> Entry:
    url = f"https://paper.example/{n}.html"
    return Entry(url, url, title or f"第{n}条消息", f"摘要{n}", Published("2025-03-20", None, date(2025, 3, 20), None))


def verdict(judgement: Judgement = Judgement.RELEVANT, topic: str = TOPIC) -> Verdict:
    return Verdict(topic, judgement, (Vote("name", 1.5, "大桥"),), ((0, 2),))


def screened(
    n: int, state: EntryState = EntryState.WAITING, *verdicts: Verdict, title: str = "", reason: str = ""
) -> Screened:
    found = entry(n, title)
    judged = verdicts or (verdict(Judgement.REJECTED if state is EntryState.REJECTED else Judgement.RELEVANT),)
    return Screened(found, f"sha-{found.title}", state, judged, reason)


def status(url: str = RSS, state: FeedState = FeedState.OK, at: datetime = NOW) -> FeedStatus:
    ok = state is FeedState.OK
    return FeedStatus(
        url, url, state, "" if ok else "timeout", at, 0 if ok else 1, at, at if ok else None, at + timedelta(hours=1)
    )


def poll(round: int, *entries: Screened, url: str = RSS, at: datetime = NOW, seen: int = 0, cut: int = 0) -> Poll:
    return Poll(round, status(url, at=at), at, "new" if entries else "unchanged", 200, entries, seen, cut)


def failed(round: int, url: str = RSS, at: datetime = NOW, state: FeedState = FeedState.FAILING) -> Poll:
    return Poll(round, status(url, state, at), at, "failed")


def collected(store: Store, *entries: Screened, url: str = RSS, at: datetime = NOW) -> int:
    """Record *entries* in a round of their own, declared feeds or not."""
    number = store.open_round(at)
    store.record(poll(number, *entries, url=url, at=at))
    store.close_round(number, at)
    return number


# --------------------------------------------------------------------------- digested


def article(n: int, text: str = "", fetched: datetime = NOW) -> Article:
    url = f"https://paper.example/{n}.html"
    said = text or f"大桥第{n}期工程于3月19日开工。"
    digest = f"sha-of-{said}"
    return Article(
        id=ids.article(url, digest),
        url=url,
        title=f"大桥{n}",
        text=said,
        text_sha256=digest,
        body_sha256=f"body-of-{said}",
        published=Published("2025-03-20", None, date(2025, 3, 20), None),
        fetched=fetched,
        source="paper",
        source_name="河城日报",
        tier=Tier.NEWSPAPER,
        identity=url,
    )


def day(number: int) -> When:
    found = date(2025, 3, number)
    return When(found, found, Precision.DAY, Basis.STATED, f"3月{number}日")


def mention(found: Article, start: int = 0, when: When | None = None) -> Mention:
    return Mention(
        TOPIC,
        found.id,
        start,
        start + 4,
        found.text[start : start + 4],
        "",
        found.title,
        Kind.CONSTRUCTION,
        Phase.DONE,
        Polarity.ASSERTED,
        Relation.DIRECT,
        when or day(19),
        (Actor("builder", "河城建工", "builder"),),
        ("河城",),
        (Figure(1e9, "CNY", "10亿", "cost"),),
    )


def placed(said: Mention, found: Article, origin: str = "河城日报") -> Placed:
    return Placed(
        ids.mention(said),
        said,
        found.source,
        found.tier,
        found.url,
        found.title,
        found.published,
        found.fetched,
        found.text_sha256,
        origin,
        found.identity or found.url,
    )


def quote(one: Placed) -> Quote:
    said = one.mention
    return Quote(
        said.article,
        one.source,
        one.tier,
        one.url,
        one.title,
        one.published,
        one.fetched,
        said.quote,
        said.start,
        said.end,
        one.text_sha256,
        said.reading,
        one.origin,
        ("title", "when"),
    )


def revision(field: str = "created", at: datetime = NOW, before: object = None, after: object = None) -> Revision:
    return Revision(at, "machine:founded", field, before, after, "a first report")


def event(id: str, *evidence: Placed, when: When | None = None, **fields: object) -> Event:
    made = Event(
        id=id,
        topic=TOPIC,
        title=f"大桥开工 {id}",
        kind=Kind.CONSTRUCTION,
        relation=Relation.DIRECT,
        when=when or day(19),
        phase=Phase.DONE,
        status=Status.REPORTED,
        independent_origins=1,
        evidence=tuple(quote(p) for p in evidence),
        revisions=(revision(),),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def change(id: str, *own: Placed, keys: Sequence[str] = ("k",), merges: Sequence[str] = (), **fields: object) -> Change:
    seed = fields.pop("seed", None)
    return Change(event(id, *own, **fields), own, frozenset(keys), seed, tuple(merges))  # type: ignore[arg-type]


def digested(found: Article, *mentions: Mention, entry: str = "", state: EntryState = EntryState.KEPT) -> Digested:
    body = found.body_sha256.encode()
    return Digested(entry, state, "", (verdict(),), found, body, "河城日报", mentions)


def decides(*changes: Change) -> Callable[[Decider], Sequence[Change]]:
    return lambda decider: changes


def told(store: Store, n: int, id: str, at: datetime = NOW, **fields: object) -> Placed:
    """Let article *n* found the event *id*, and return its mention."""
    found = article(n)
    own = placed(mention(found), found)
    store.finish(digested(found, own.mention), at, decides(change(id, own, **fields)))  # type: ignore[arg-type]
    return own


def asked(store: Store, ask: Callable[[Decider], Sequence[T]]) -> Sequence[T]:
    """Return what a decision would be told; nothing is written."""
    answers: list[T] = []

    def decide(decider: Decider) -> Sequence[Change]:
        answers.extend(ask(decider))
        return ()

    store.seed((), NOW, decide)
    return answers


def candidates(store: Store, *keys: str, topic: str = TOPIC, days: Days | None = None) -> Sequence[KnownEvent]:
    return asked(store, lambda decider: decider.candidates(topic, frozenset(keys), days))


def seed(key: str = "bridge", title: str = "大桥奠基", line: int = 3) -> SeedEvent:
    return SeedEvent(
        TOPIC,
        key,
        title,
        Kind.CONSTRUCTION,
        Phase.DONE,
        day(1),
        (),
        ("河城",),
        (),
        (),
        "construction",
        Relation.DIRECT,
        False,
        SeedRecord("seeds/bridge.yaml", line, "https://city.example/1", date(2025, 1, 2)),
    )


# --------------------------------------------------------------------------- decided


def decision(number: int, *events: str) -> Decision:
    return Decision(f"de_{number}", TOPIC, NOW, "ann", "because", Verb.MERGE, events)


def undo(number: int, undone: str) -> Decision:
    return Decision(f"de_{number}", TOPIC, NOW, "bob", "", Verb.UNDO, undoes=undone)


def rules(made: Decision, *changes: Change) -> Callable[[Decider], Ruling]:
    return lambda decider: Ruling(made, changes)
