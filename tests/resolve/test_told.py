"""Short reports read from end to end: what is one event, what are two, and that no order of arrival changes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest

from monitor import pipeline
from monitor.model import Article, Entity, FetchSettings, Published, Settings, Tier, Topic
from monitor.pipeline import Desk
from monitor.resolve import place
from tests.resolve.make import NOW, Memory

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "resolve" / "told.json").read_text("utf-8")
)
ORDERS = 6
TOPIC = Topic(
    "t",
    "长风能落地洛阳吗?",
    (
        Entity("changfeng", "company", ("长风集团", "长风", "Changfeng")),
        Entity("luoyang", "place", ("洛阳", "Luoyang", "伊滨区")),
        Entity("wang", "person", ("王珂",), of="changfeng"),
        Entity("li", "person", ("李明远",), of="luoyang"),
    ),
    ("changfeng", "luoyang"),
)
DESK = Desk.of(Settings("c", "t.db", "Asia/Shanghai", FetchSettings(), "off", (), (), (TOPIC,)))


def article(number: int, told: dict[str, str]) -> Article:
    day = date.fromisoformat(told["day"])
    outlet = told.get("outlet", f"报{number}")
    return Article(
        id=f"ar_{number}",
        url=f"https://{number}.example/{number}",
        title=told.get("title", ""),
        text=told["text"],
        text_sha256="0" * 64,
        body_sha256="0" * 64,
        source_name=outlet,
        published=Published(told["day"], None, day, None),
        fetched=datetime(2026, 12, 1, tzinfo=UTC),
        tier=Tier(told.get("tier", "newspaper")),
    )


def told(articles: Sequence[Article]) -> Memory:
    memory = Memory()
    for one in articles:
        digested = pipeline.judge(DESK, "", one, b"", ["t"])
        placed = [pipeline.placed(m, digested) for m in digested.mentions]
        memory.write(place(one.id, placed, {"t": TOPIC}, memory, NOW))
    return memory


def said(memory: Memory) -> list[dict[str, Any]]:
    """Return what a reader is told, in an order of its own."""
    found = [
        {
            "when": k.event.when.edtf,
            "kind": k.event.kind.value,
            "phase": k.event.phase.value,
            "status": k.event.status.value,
            "told": sorted(int(p.mention.article.removeprefix("ar_")) for p in k.mentions),
            "origins": k.event.independent_origins,
            "figures": sorted(f.value for f in k.event.figures),
            "links": len(k.event.links),
        }
        for k in memory.events
        if k.mentions
    ]
    return sorted(found, key=lambda e: (e["told"], str(e["when"]), e["kind"]))


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_reports_come_to_these_events_in_any_order(case: dict[str, Any]) -> None:
    articles = [article(n, a) for n, a in enumerate(case["articles"])]

    for order in islice(permutations(articles), ORDERS):
        found = said(told(order))
        assert [{k: f[k] for k in e} for f, e in zip(found, case["events"], strict=False)] == case["events"], found
        assert len(found) == len(case["events"]), found
