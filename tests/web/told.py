"""The town once more, its timeline made by the rules from what papers wrote: what the tests of deciding look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from monitor import pipeline, seeding
from monitor.config import edtf
from monitor.ingest import Intake
from monitor.model import (
    Actor,
    Entry,
    EntryState,
    FeedState,
    FeedStatus,
    Judgement,
    Kind,
    Phase,
    Poll,
    Published,
    Relation,
    Screened,
    SeedEvent,
    SeedRecord,
    Verdict,
    Vote,
)
from monitor.store import open_store
from monitor.store.base import Store
from tests.web import town

CASES = Path(__file__).parents[1] / "data" / "web" / "told"

SEEDS = (
    SeedEvent(
        town.TOPIC.id, "talks", "云川市市长与青禾汽车林知远举行会谈", Kind.MEETING, Phase.DONE, edtf.parse("2025-03-19"),
        (Actor("yunchuan", "云川市市长"), Actor("", "林知远", "产业投资负责人")), ("云川",), (), (), "talks", Relation.DIRECT, False,
        SeedRecord("seeds/start.yaml", 3, "https://yunchuan-daily.example/archive.html", date(2025, 3, 20)),
    ),
)  # fmt: skip


def built(path: Path) -> Store:
    """Make the database at *path*."""
    store = open_store(str(path))
    store.declare(town.SETTINGS, town.BEGAN)
    seeding.sow((town.TOPIC,), store, SEEDS, town.BEGAN)
    for file in sorted(CASES.glob("*.txt")):
        _take(store, file)
    town.poll(store, town.NOW - timedelta(minutes=20), town.WELL)
    _hard(store, town.NOW - timedelta(minutes=10))
    return store


def _hard(store: Store, at: datetime) -> None:
    """Let a feed bring one entry that names both sides and ties them nowhere, and one that is none of ours."""
    number, url = store.open_round(at), town.FEEDS[0].url
    told = {"云川招商周报：青禾汽车等企业动态": "far_apart", "云川天气": "one side alone"}
    store.record(
        Poll(
            number,
            FeedStatus(url, url, FeedState.OK, last_ok=at),
            at,
            "new",
            200,
            tuple(map(_screened, *zip(*told.items(), strict=True))),
        )
    )
    store.close_round(number, at)


def _screened(title: str, rule: str) -> Screened:
    url = f"https://yunchuan-daily.example/{sha256(title.encode()).hexdigest()[:8]}.html"
    entry = Entry(url, url, title, "本周动态", Published("2025-06-30", None, date(2025, 6, 30), None))
    verdict = Verdict(town.TOPIC.id, Judgement.REJECTED, (Vote(rule, -0.4, "青禾汽车"),))
    return Screened(entry, title, EntryState.REJECTED, (verdict,), rule)


def ingest(path: Path, name: str, text: str) -> None:
    """Let one more paper tell something: *name* is its day and its source."""
    file = path.parent / f"{name}.txt"
    file.write_text(text, "utf-8")
    with open_store(str(path)) as store:
        _take(store, file)


def _take(store: Store, file: Path) -> None:
    day, source = file.stem.split("_")[:2]
    told = Published(day, None, date.fromisoformat(day), None)
    handed = pipeline.Handed((), told, f"https://{source}.example/{file.stem}.html", source)
    Intake(pipeline.Desk.of(town.SETTINGS), store, handed, lambda: _then(told)).take((file,))


def _then(told: Published) -> datetime:
    assert told.day is not None
    return datetime(told.day.year, told.day.month, told.day.day, 12, tzinfo=UTC)
