"""
What a thousand topics cost beside one: at collect over one stream, and when one of them is read.

    python -m bench.topics [--topics 1000] [--feeds 1000] [--kind strange ...] [--json FILE]

The stream is that of :mod:`bench.press`: forty entries a feed, parsed, screened and stored as the rounds do it, the
network left out. Each side collects it in a process of its own, in turn; topic 1 is in both, and what it makes of every
entry must be the same. The other topics have ten names each (a firm with five, a town with five), of one of these kinds:

    strange   names that stand nowhere in the stream
    told      one entry in five names a firm of theirs, one in fifty the town as well
    shared    fifty topics watch one firm, each in a town of its own; one entry in twenty names the firm
    common    a tenth of the topics is called by an everyday word of two characters, which a tenth of the entries hold

What the entries that only the other topics want cost at digest is counted apart. Then one topic is read out of a store
of its own and out of one with all topics, each with as many events: page, export, timeline, search, an alert.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import beside, press
from bench.polls import timed, word
from bench.press import PLAIN, Item, Paper
from monitor import config, normalize, parse, pipeline
from monitor.daemon import few_collections
from monitor.model import EntryState, Feed, FeedStatus, Judgement, Response
from monitor.pipeline import Asked, Desk
from monitor.store.on_sqlite import SqliteStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("strange", "told", "shared", "common")
SHARING = 50
FIRST = "远航动力", "滨江新区"
WORDS = ("海关", "防汛", "医院", "春耕", "铺轨", "水务", "签约", "验收", "调研", "文物")  # of what the press prints
TOGETHER = 25  # polls of one transaction: what the recorder makes of a busy minute


def main() -> None:
    """Print the figures."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--topics", type=int, default=1000)
    ask.add_argument("--feeds", type=int, default=1000)
    ask.add_argument("--kind", choices=KINDS, action="append")
    ask.add_argument("--only", type=int, help="collect with so many topics here, and print JSON")
    ask.add_argument("--collect", action="store_true", help="collecting alone")
    ask.add_argument("--json", type=Path)
    said = ask.parse_args()
    if said.only:
        print(json.dumps(_collected(said.only, said.topics, said.feeds, (said.kind or KINDS)[0])))
        return
    kept: dict[str, Any] = {kind: both(kind, said.topics, said.feeds) for kind in said.kind or KINDS}
    if not said.collect:
        kept["read"] = beside.compare(said.topics)
    if said.json:
        said.json.write_text(json.dumps(kept, indent=1), "utf-8")


# --------------------------------------------------------------------------- one beside many


def both(kind: str, topics: int, feeds: int) -> dict[str, Any]:
    """Collect with one topic and with all, one after the other, and print what it took."""
    one, many = (_once(kind, n, topics, feeds) for n in (1, topics))
    if one.pop("verdicts") != many.pop("verdicts"):
        sys.exit(f"{kind}: topic 1 was judged otherwise beside the others")
    print(f"{kind}: {one['entries']} entries; {one['waiting']} wait for one topic, {many['waiting']} for {topics}")
    for name in ("parse", "collect"):
        print(f"  {name:8} {one[name]:7.3f} s of CPU with one, {many[name]:7.3f} s with {topics}")
    whole = [side["parse"] + side["collect"] for side in (one, many)]
    print(f"  whole    {whole[0]:7.3f} s, {whole[1]:7.3f} s: {whole[1] / whole[0]:.2f} times")
    print(
        f"  database {one['bytes'] / 1e6:.1f} MB, {many['bytes'] / 1e6:.1f} MB; peak {one['peak']:.0f}, {many['peak']:.0f} MB"
    )
    print(
        f"  the configuration read in {one['read']:.2f} s, {many['read']:.2f} s; ready in {one['ready']:.2f} s, {many['ready']:.2f} s"
    )
    print(
        f"  apart: to judge an entry that waits by its summary {1e3 * one['judge']:.2f} ms, {1e3 * many['judge']:.2f} ms"
    )
    return {"one": one, "many": many, "ratio": whole[1] / whole[0]}


def _once(kind: str, count: int, topics: int, feeds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.topics", "--only", str(count), "--topics", str(topics)]
    ran = subprocess.run([*command, "--feeds", str(feeds), "--kind", kind], capture_output=True, text=True, timeout=900)
    if ran.returncode:
        sys.exit(f"{kind} with {count} topics failed:\n{ran.stderr[-4000:]}")
    return dict(json.loads(ran.stdout))


def _collected(count: int, topics: int, feeds: int, kind: str) -> dict[str, Any]:
    """Collect the stream with *count* topics; return what it took, and a digest of what topic 1 made of it."""
    plan = Plan(kind, topics)
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "config.yaml"
        file.write_text(plan.configuration(count, feeds), "utf-8")
        read, settings = timed(lambda: config.load(file, {}, file.parent).settings)
        ready, desk = timed(lambda: Desk.of(settings))
        with SqliteStore(Path(home) / "t.db") as store, few_collections():  # as the daemon does
            declared, _ = timed(lambda: store.declare(settings, NOW))
            parsing, collecting = _all(desk, store, plan, feeds)
            judging, waiting = _judged(desk, store)
            told = {
                "read": read,
                "ready": ready,
                "declare": declared,
                "parse": parsing,
                "collect": collecting,
                "judge": judging,
                "waiting": waiting,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                **_seen(store),
            }
        told["bytes"] = (Path(home) / "t.db").stat().st_size
    return told


def _all(desk: Desk, store: SqliteStore, plan: Plan, feeds: int) -> tuple[float, float]:
    """Poll all feeds once; return the seconds of CPU for parsing, and for the rest."""
    parsing = collecting = 0.0
    statuses = {s.url: s for s in store.due(NOW, all=True)}
    number = store.open_round(NOW)
    for start in range(0, feeds, TOGETHER):
        papers = [Planted(n, PLAIN, plan=plan) for n in range(start, min(start + TOGETHER, feeds))]
        answers = [(url(p.number), p.printed()) for p in papers]
        began = time.process_time()
        asked = [_parsed(desk, statuses[at], body) for at, body in answers]
        parsing += time.process_time() - began
        began = time.process_time()
        with store.together():
            for one in asked:
                store.record(pipeline.collect(desk, store, one, number, NOW))
        collecting += time.process_time() - began
    store.close_round(number, NOW)
    return parsing, collecting


def _parsed(desk: Desk, status: FeedStatus, body: bytes) -> Asked:
    feed: Feed = desk.feeds[status.url]
    response = Response(status.url, status.url, 200, (("content-type", "application/xml"),), body, "")
    parsed = parse.feed(response, feed, NOW)
    return Asked(
        feed, status, response, parsed, reading=desk.readings[status.url], body_sha256=hashlib.sha256(body).hexdigest()
    )


def _judged(desk: Desk, store: SqliteStore, most: int = 500) -> tuple[float, int]:
    """Return the seconds that judging an entry that waits takes, as if its summary were its article, and how many wait."""
    waiting = store.inbox(NOW, 1_000_000)
    some = random.Random(1).sample(list(waiting), min(most, len(waiting)))

    def judge() -> None:
        for w in some:
            desk.matcher.judged(w.topics, w.entry.title, normalize.clean(w.entry.summary), w.entry.published.day)

    return timed(judge)[0] / max(len(some), 1), len(waiting)


def _seen(store: SqliteStore) -> dict[str, Any]:
    """Return how many entries there are, and a digest of what topic 1 made of each."""
    digest, entries = hashlib.sha256(), 0
    for e in store.entries():
        entries += 1
        verdict = next(v for v in e.verdicts if v.topic == "t0")
        wanted = verdict.judgement is not Judgement.REJECTED
        assert not wanted or e.state is not EntryState.REJECTED
        digest.update(repr((e.id, verdict)).encode())
    return {"entries": entries, "verdicts": digest.hexdigest()}


# --------------------------------------------------------------------------- what is asked, and the stream


def url(number: int) -> str:
    """Return the address of a feed."""
    return f"http://{number}.example/feed"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the topics are called, and what of it is planted in the stream: the same whoever reads it."""

    kind: str
    topics: int

    def names(self, topic: int) -> tuple[list[str], list[str]]:
        """Return the names of a topic's firm and town; the first has one each, which the press prints anyway."""
        if topic == 0:
            return [FIRST[0]], [FIRST[1]]
        firm = [f"{word(5 * topic + i)}股份" for i in range(5)]
        town = [f"{word(5 * topic + i)}新城" for i in range(5)]
        if self.kind == "shared" and topic <= SHARING:
            firm = [f"{word(5 + i)}股份" for i in range(5)]
        if self.kind == "common" and topic % 10 == 1:
            firm[0] = WORDS[topic // 10 % len(WORDS)]
        return firm, town

    def configuration(self, count: int, feeds: int) -> str:
        """Return a configuration of *count* topics."""
        lines = ["database: t.db", "feeds:", *(f"  - {{url: '{url(n)}', every: 5m}}" for n in range(feeds)), "topics:"]
        for topic in range(count):
            firm, town = (json.dumps(some, ensure_ascii=False) for some in self.names(topic))
            lines += [f"  - id: t{topic}", f"    question: 第{topic}问?", "    entities:"]
            lines += [
                f"      - {{id: a, kind: company, names: {firm}}}",
                f"      - {{id: b, kind: place, names: {town}}}",
            ]
            lines += ["    together: [a, b]"]
        return "\n".join(lines) + "\n"

    def planted(self, paper: int, item: Item) -> Item:
        """Return *item* with what this kind plants in it."""
        chance = random.Random(item.link)
        said = chance.random()
        if self.kind == "told" and said < 0.2:
            firm, town = self.names(chance.randrange(1, self.topics))
            more = f"，落户{chance.choice(town)}" if said < 0.02 else ""
            return replace(item, title=f"{chance.choice(firm)}{more}：{item.title}")
        if self.kind == "shared" and said < 0.05:
            return replace(item, title=f"{chance.choice(self.names(1)[0])}：{item.title}")
        return item


@dataclass
class Planted(Paper):
    """A paper that prints what *plan* has planted."""

    plan: Plan = Plan("strange", 1)

    def items(self) -> Sequence[Item]:
        return [self.plan.planted(self.number, item) for item in super().items()]

    def printed(self) -> bytes:
        """Return the body as it is read, unpacked."""
        return (press._atom if self.number % 4 == 3 else press._rss)(self).encode()


if __name__ == "__main__":
    main()
