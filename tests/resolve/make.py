"""Mentions, topics and a table of events in memory, for tests of what thinks about events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.model import (
    Actor,
    Basis,
    Change,
    Days,
    Decision,
    Entity,
    EntryState,
    Event,
    Figure,
    Kind,
    KnownEvent,
    Mention,
    Order,
    Phase,
    Placed,
    Polarity,
    Precision,
    Published,
    Relation,
    Reread,
    Rework,
    SeedEvent,
    SeedRecord,
    Status,
    Tier,
    Topic,
    Verb,
    When,
)
from monitor.resolve import place, rework, rule, sow

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


def touch(ours: Days | None, theirs: Days | None) -> bool:
    """Return whether two spans have a day in common, or one of them is open."""
    return ours is None or theirs is None or (ours[0] <= theirs[1] and theirs[0] <= ours[1])


class Memory:
    """A store of events that fits in a dict: what placing and ordering ask, and the writing of what they decide."""

    def __init__(self) -> None:
        self.kept: dict[str, KnownEvent] = {}
        self.keys: dict[str, frozenset[str]] = {}
        self.days: dict[str, Days | None] = {}
        self.log: list[Decision] = []
        self.absorbed: dict[str, str] = {}
        self.revisions: list[tuple[str, str]] = []

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None = None) -> Sequence[KnownEvent]:
        found = (k for id, k in sorted(self.kept.items()) if self.keys[id] & keys and k.event.topic == topic)
        touching = [k for k in found if touch(self.days[k.event.id], days)]
        return [replace(k, event=replace(k.event, evidence=(), reasons=()), whole=False) for k in touching]

    def place_of(self, article: str) -> Sequence[KnownEvent]:
        return [k for k in self.kept.values() if any(p.mention.article == article for p in k.mentions)]

    def seed_of(self, topic: str, key: str) -> KnownEvent | None:
        return next((k for k in self.kept.values() if k.seed and (k.seed.topic, k.seed.key) == (topic, key)), None)

    def known(self, ids: Collection[str]) -> Sequence[KnownEvent]:
        wanted = {self.absorbed.get(id, id) for id in ids}
        return [k for id, k in sorted(self.kept.items()) if id in wanted]

    def every(self, topic: str) -> Sequence[KnownEvent]:
        return [k for _, k in sorted(self.kept.items()) if k.event.topic == topic]

    def holders(self, articles: Collection[str]) -> Sequence[str]:
        return [id for id, k in sorted(self.kept.items()) if any(p.article in articles for p in k.mentions)]

    def decisions(self, topic: str, names: Collection[str]) -> Sequence[Decision]:
        return [d for d in self.log if not d.undone_by and d.topic == topic and d.names & set(names)]

    def logged(self, id: str) -> Decision | None:
        return next((d for d in self.log if d.id == id), None)

    def next_number(self) -> int:
        return len(self.log) + 1

    def identity(self, id: str) -> str:
        return id if self.holders([id]) else ""

    def write(self, changes: Sequence[Change]) -> Sequence[Change]:
        for change in changes:
            event = replace(change.event, revisions=())
            for id in change.merges:
                self.kept.pop(id)
                self.absorbed |= {old: event.id for old, into in self.absorbed.items() if into == id} | {id: event.id}
            gone = tuple(sorted(old for old, into in self.absorbed.items() if into == event.id))
            self.kept[event.id] = KnownEvent(event, change.placed, change.seed, change.base, change.into, gone)
            self.days[event.id] = change.days
            if change.keys is not None:
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

    def order(self, verb: Verb, *ids: str, person: str = "ann", **more: object) -> Decision:
        """Let somebody order something."""
        ruling = rule(Order(verb, person, ids=ids, **more), {"t": TOPIC}, self, NOW)  # type: ignore[arg-type]
        decision = ruling.decision
        undone = self.logged(decision.undoes)
        again = undone.undoes if undone else ""
        marks = {decision.undoes: decision.id} | ({again: ""} if again else {})
        self.log = [replace(d, undone_by=marks.get(d.id, d.undone_by)) for d in self.log] + [decision]
        self.write(ruling.changes)
        return decision

    def rework(self, *told: Placed, seeds: Sequence[SeedEvent] = ()) -> Rework:
        """Resolve everything anew, as *told* now, in the order of publication."""
        read = [Reread(p.mention.article, (str(p.published.day), p.url), EntryState.KEPT, "", (), (p,)) for p in told]
        made = rework(read, seeds, [TOPIC], self, NOW)
        self.write(made.changes)
        return made

    @property
    def events(self) -> list[KnownEvent]:
        return list(self.kept.values())

    @property
    def shown(self) -> dict[str, Event]:
        """The events that a reader may see."""
        return {id: k.event for id, k in self.kept.items() if not k.into and k.event.status is not Status.RETRACTED}
