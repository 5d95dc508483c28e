"""
How long resolving takes in a large store: one mention among many events. Part of :mod:`bench.growth`.

The store is filled with invented events of one topic over twelve years: of ten kinds, with people,
firms and things of some thousands, told by articles of fifty mentions. Then two hundred mentions come, half of them retelling
an event from another outlet, half new. Printed: milliseconds of CPU time a mention for deciding (candidates found, read, compared,
the event composed again), without and with writing; how many candidates were read; whether the retold ones joined.

Then an event is retold as what is compared with more: as a plan, an ending, a rumour, a correction, by its publication alone.

Then come crowds, of which a hostile feed is made: 150 mentions of one day, shuffled, that tell one event in one text or each in
its own, each with its own sum, or each naming one whom the next one names as well.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor import codec, ids
from monitor.model import (
    Actor,
    Article,
    Basis,
    Change,
    Days,
    Digested,
    Entity,
    EntryState,
    FetchSettings,
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
    Settings,
    Tier,
    Topic,
    When,
)  # fmt: skip
from monitor.resolve import place
from monitor.resolve.draft import Draft
from monitor.store.base import Decider, Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOPIC = Topic(
    "t", "甲公司会落户乙市吗?",
    (Entity("firm", "company", ("甲公司",)), Entity("town", "place", ("乙市",))), together=("firm", "town"),
)  # fmt: skip
TIED = (Actor("firm", "甲公司"), Actor("town", "乙市"))
KINDS = (
    Kind.MEETING, Kind.VISIT, Kind.AGREEMENT, Kind.INVESTMENT, Kind.REGISTRATION, Kind.CONSTRUCTION, Kind.OPENING,
    Kind.PERSONNEL, Kind.PRODUCT, Kind.POLICY,
)  # fmt: skip
DAYS, EACH, TOLD, SOME, CROWD = 12 * 365, 50, 200, 40, 150
TEXT = "甲公司与乙市会商。" * 300


def measure(store: Store, count: int, *, crowds: bool) -> None:
    """Fill *store* with *count* events and print what a mention takes among them, and in *crowds*."""
    store.declare(Settings("c", "a.db", "Asia/Shanghai", FetchSettings(), "off", (), (), (TOPIC,)), NOW)
    said = fill(store, count)
    gc.collect()
    gc.freeze()  # as the daemon does once it has begun: what was invented here is not looked through again
    _tell(store, said)
    for number, (name, sort) in enumerate(SORTS.items()):
        _sort(store, said, number, f"told as {name}", sort)
    for number, (name, crowd) in enumerate(CROWDS.items() if crowds else ()):
        _crowd(store, number, name, crowd)


def fill(store: Store, count: int) -> list[Mention]:
    rng, said = random.Random(7), []
    for n in range(0, count, EACH):
        mentions = [_mention(rng, n + i, f"ar_{n}") for i in range(EACH)]
        told = [_placed(m, n) for m in mentions]
        changes = [c for p in told for c in place("", [p], {"t": TOPIC}, Draft(), NOW)]
        store.finish(_digested(n, mentions), NOW, lambda _, c=changes: c)  # type: ignore[misc]
        said += mentions
    return said


def _tell(store: Store, said: Sequence[Mention]) -> None:
    rng, deciding, whole, read, joined = random.Random(8), [], [], [], 0
    for n in range(TOLD):
        again = n % 2 == 0
        number = 10_000_000 + n
        mention = _again(rng.choice(said), number) if again else _mention(rng, number, f"ar_{number}")
        spent = Spent()
        began = time.process_time()
        store.finish(_digested(number, [mention]), NOW, _decide(mention, number, spent))
        whole.append(time.process_time() - began)
        deciding.append(spent.seconds)
        read.append(spent.read)
        joined += again and len(spent.changes[0].placed) > 1
    print(f"  among {len(said)} events: deciding {_ms(deciding)}; written too {_ms(whole)}")
    print(
        f"  candidates read: median {statistics.median(read):.0f}, most {max(read)}; {joined} of {TOLD // 2} retold joined"
    )


def _sort(store: Store, said: Sequence[Mention], number: int, name: str, tell: Callable[[Mention], Mention]) -> None:
    rng, times = random.Random(number), []
    for i in range(SOME):
        n = 30_000_000 + number * 1_000_000 + i * EACH
        mention = tell(_again(rng.choice(said), n))
        spent = Spent()
        store.finish(_digested(n, [mention]), NOW, _decide(mention, n, spent))
        times.append(spent.seconds)
    print(f"  {name:<23} {_ms(times)}")


def _crowd(store: Store, number: int, name: str, tell: Callable[[Mention, int, random.Random], Mention]) -> None:
    rng, times = random.Random(number), []
    one = _mention(rng, number, f"ar_crowd{number}")
    for i in rng.sample(range(CROWD), CROWD):
        n = 20_000_000 + number * 1_000_000 + i * EACH
        mention = tell(replace(one, article=f"ar_{n}", when=_day(2026, number), actors=TIED), i, rng)
        began = time.process_time()
        store.finish(_digested(n, [mention]), NOW, _decide(mention, n, Spent()))
        times.append(time.process_time() - began)
    print(f"  in a crowd of {name:<9} {_ms(times)}")


def _day(year: int, month: int) -> When:
    at = date(year, month + 1, 1)
    return When(at, at, Precision.DAY, Basis.STATED, str(at))


SORTS: dict[str, Callable[[Mention], Mention]] = {
    "a plan": lambda m: replace(m, kind=Kind.CONSTRUCTION, phase=Phase.PLANNED),
    "an ending": lambda m: replace(m, kind=Kind.CANCELLATION, phase=Phase.CANCELLED),
    "a rumour": lambda m: replace(m, polarity=Polarity.RUMOURED),
    "a correction": lambda m: replace(m, kind=Kind.CORRECTION, relation=Relation.DIRECT, when=_by(m.when.latest)),
    "of no date": lambda m: replace(m, when=_by(m.when.latest)),
}


def _by(day: date | None) -> When:
    return When(None, day, Precision.WITHIN, Basis.PUBLISHED)


CROWDS: dict[str, Callable[[Mention, int, random.Random], Mention]] = {
    "one text": lambda m, i, rng: m,
    "own texts": lambda m, i, rng: replace(m, quote=_prose(rng)),
    "own sums": lambda m, i, rng: replace(m, quote=_prose(rng), figures=(Figure(1e8 * 1.03**i, "元", "", "投资"),)),
    "a chain": lambda m, i, rng: replace(
        m, quote=_prose(rng), actors=(*TIED, Actor("", f"王某{i}"), Actor("", f"王某{i + 1}"))
    ),
}


def _prose(rng: random.Random) -> str:
    return "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(250))


def _ms(times: Sequence[float]) -> str:
    cuts = statistics.quantiles(times, n=20)
    return (
        f"median {1e3 * statistics.median(times):.2f} ms, 95 % {1e3 * cuts[-1]:.2f} ms, most {1e3 * max(times):.2f} ms"
    )


class Counting:
    """What a decision may ask, with how many candidates were read."""

    def __init__(self, real: Decider) -> None:
        self.real, self.read = real, 0

    def candidates(self, topic: str, keys: frozenset[str], days: Days | None = None) -> Sequence[KnownEvent]:
        """Ask the store."""
        found = self.real.candidates(topic, keys, days)
        self.read += len(found)
        return found

    def __getattr__(self, name: str) -> Any:
        """Ask the store for anything else."""
        return getattr(self.real, name)


@dataclass(slots=True)
class Spent:
    """What deciding about one mention took."""

    seconds: float = 0.0
    read: int = 0
    changes: Sequence[Change] = ()


def _decide(mention: Mention, n: int, spent: Spent) -> Callable[[Decider], Sequence[Change]]:
    def decide(decider: Decider) -> Sequence[Change]:
        asked: Any = Counting(decider)
        began = time.process_time()
        spent.changes = place(f"ar_{n}", [_placed(mention, n)], {"t": TOPIC}, asked, NOW)
        spent.seconds, spent.read = time.process_time() - began, asked.read
        return spent.changes

    return decide


# --------------------------------------------------------------------------- what is told


def _mention(rng: random.Random, n: int, article: str) -> Mention:
    at = date(2013, 1, 1) + timedelta(rng.randrange(DAYS))
    coarse = rng.random() < 0.1
    first, last = (at.replace(month=1, day=1), at.replace(month=12, day=31)) if coarse else (at, at)
    when = When(first, last, Precision.YEAR if coarse else Precision.DAY, Basis.STATED, str(at))
    people = tuple(Actor("", name) for name in rng.sample(_NAMES, 2))
    kind, thing = rng.choice(KINDS), rng.choice(_THINGS)
    quote = f"{at}，甲公司与乙市就{thing}一事会商，{people[0].name}、{people[1].name}参加，金额{n % 977}亿元。"
    return Mention(
        topic="t", article=article, start=n % EACH * 100, end=n % EACH * 100 + len(quote), quote=quote, reading="",
        title=f"甲公司与乙市：{thing}", kind=kind, phase=Phase.DONE, polarity=Polarity.ASSERTED,
        relation=Relation.DIRECT if rng.random() < 0.3 else Relation.BACKGROUND, when=when, actors=(*TIED, *people),
        figures=(Figure(n % 977 * 1e8, "元", "x亿元", "投资"),), objects=(thing,),
    )  # fmt: skip


def _again(told: Mention, n: int) -> Mention:
    return codec.load(Mention, {**codec.dump(told), "article": f"ar_{n}", "start": 0, "end": len(told.quote)})


def _syllables(rng: random.Random, count: int, length: int) -> list[str]:
    return sorted({"".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(length)) for _ in range(count)})


_NAMES, _THINGS = _syllables(random.Random(1), 4_000, 3), _syllables(random.Random(2), 3_000, 4)


def _placed(mention: Mention, n: int) -> Placed:
    said = Published("2026-01-01", None, date(2026, 1, 1), None)
    return Placed(
        id=ids.mention(mention), mention=mention, source="", tier=Tier.NEWSPAPER, url=f"https://a.example/{n}",
        title="报道", published=said, fetched=NOW, text_sha256=f"sha-{n}", origin=f"报{n % 37}",
    )  # fmt: skip


def _digested(n: int, mentions: Sequence[Mention]) -> Digested:
    article = Article(
        id=f"ar_{n}", identity=f"https://a.example/{n}", url=f"https://a.example/{n}", title="报道", text=TEXT,
        text_sha256=f"sha-{n}", body_sha256=f"body-{n}", published=Published("2026-01-01", None, date(2026, 1, 1), None),
        fetched=NOW, source="", source_name="", credit="", tier=Tier.NEWSPAPER, timezone="Asia/Shanghai",
    )  # fmt: skip
    return Digested("", EntryState.KEPT, "", (), article, b"", f"报{n % 37}", tuple(mentions))
