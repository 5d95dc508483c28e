"""Mentions, topics and a table of events in memory, for tests of what thinks about events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.model import (
    Actor,
    Basis,
    Change,
    Entity,
    Figure,
    Kind,
    KnownEvent,
    Mention,
    Phase,
    Placed,
    Polarity,
    Precision,
    Published,
    Relation,
    SeedEvent,
    SeedRecord,
    Tier,
    Topic,
    When,
)
from monitor.resolve import place, sow

NOW = datetime(2025, 7, 1, tzinfo=UTC)

TOPIC = Topic(
    "t",
    "甲公司会落户乙市吗?",
    (
        Entity("firm", "company", ("甲公司",)),
        Entity("town", "place", ("乙市",)),
        Entity("zhang", "person", ("张三",), of="firm"),
        Entity("li", "person", ("李四",), of="town"),
    ),
    together=("firm", "town"),
)

BOTH = (Actor("firm", "甲公司"), Actor("town", "乙市"))
ZHANG, LI = Actor("zhang", "张三", "总裁"), Actor("li", "李四", "市长")


def day(text: str, basis: Basis = Basis.STATED) -> When:
    """Return a day."""
    at = date.fromisoformat(text)
    return When(at, at, Precision.DAY, basis, text)


def year(number: int) -> When:
    """Return a whole year."""
    return When(date(number, 1, 1), date(number, 12, 31), Precision.YEAR, Basis.STATED, str(number))


def by(text: str) -> When:
    """Return what a publication alone says of a date."""
    return When(None, date.fromisoformat(text), Precision.WITHIN, Basis.PUBLISHED)


def money(value: float, raw: str = "") -> Figure:
    """Return a sum in yuan."""
    return Figure(value, "元", raw or f"{value:g}元", "投资")


def mention(when: When, **other: object) -> Mention:
    """Return a signing that 甲公司 and 乙市 take part in, with what *other* says instead."""
    base = Mention(
        topic="t",
        article="ar_1",
        start=0,
        end=10,
        quote="一句话",
        reading="",
        title="甲公司与乙市签约",
        kind=Kind.AGREEMENT,
        phase=Phase.DONE,
        polarity=Polarity.ASSERTED,
        relation=Relation.DIRECT,
        when=when,
        actors=BOTH,
        places=("乙市",),
        stage="agreement",
    )
    return replace(base, **other)  # type: ignore[arg-type]


def placed(
    id: str, told: Mention, outlet: str = "", tier: Tier = Tier.NEWSPAPER, published: str = "2025-06-12"
) -> Placed:
    """Return *told* as the mention *id* of an article of *outlet*."""
    outlet = outlet or id
    at = date.fromisoformat(published)
    return Placed(
        id=f"mn_{id}",
        mention=replace(told, article=f"ar_{id}", quote=told.quote if told.quote != "一句话" else f"{id}的一句话"),
        source=outlet,
        tier=tier,
        url=f"http://{outlet}/{id}",
        title=told.title,
        published=Published(published, None, at, None),
        fetched=NOW,
        text_sha256="0" * 64,
        origin=outlet,
    )


def seed(when: When, key: str = "signing", **other: object) -> SeedEvent:
    """Return a seeded signing."""
    base = SeedEvent(
        topic="t",
        key=key,
        title="甲公司与乙市签约(种子)",
        kind=Kind.AGREEMENT,
        phase=Phase.DONE,
        when=when,
        actors=BOTH,
        places=("乙市",),
        figures=(),
        objects=(),
        stage="agreement",
        relation=Relation.DIRECT,
        pin=False,
        record=SeedRecord("seeds/t.yaml", 3, "http://x/", date(2025, 6, 30)),
    )
    return replace(base, **other)  # type: ignore[arg-type]


class Memory:
    """A store of events that fits in a dict: what placing asks, and the writing of what it decides."""

    def __init__(self) -> None:
        self.known: dict[str, KnownEvent] = {}
        self.keys: dict[str, frozenset[str]] = {}
        self.revisions: list[tuple[str, str]] = []

    def candidates(self, topic: str, keys: frozenset[str]) -> Sequence[KnownEvent]:
        return [k for id, k in sorted(self.known.items()) if self.keys[id] & keys and k.event.topic == topic]

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        return [k for k in self.known.values() if any(p.mention.article == article for p in k.mentions)]

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        return next((k for k in self.known.values() if k.seed and (k.seed.topic, k.seed.key) == (topic, key)), None)

    def write(self, changes: Sequence[Change]) -> Sequence[Change]:
        for change in changes:
            self.known[change.event.id] = KnownEvent(replace(change.event, revisions=()), change.placed, change.seed)
            self.keys[change.event.id] = change.keys
            self.revisions += [(change.event.id, r.field) for r in change.event.revisions]
        return changes

    def tell(self, *told: Placed) -> Sequence[Change]:
        """Place the mentions one article after the other."""
        changes: list[Change] = []
        for p in told:
            changes += self.write(place(p.mention.article, [p], {"t": TOPIC}, self, NOW))
        return changes

    def sow(self, *seeds: SeedEvent) -> Sequence[Change]:
        return self.write(sow(seeds, TOPIC, self, NOW))

    @property
    def events(self) -> list[KnownEvent]:
        return list(self.known.values())
