"""The same days, played on SQLite and on PostgreSQL: whoever reads what came of them cannot tell which it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor import declared, finding, reading, reviewing
from monitor.export import FORMATS, Options, render
from monitor.model import Fixed, Order, Verb
from monitor.pipeline import Desk
from monitor.store import open_store
from monitor.store.base import Store
from tests.newsroom import config
from tests.newsroom.play import Play
from tests.newsroom.server import ARTICLES, Newsroom
from tests.postgres import Server

pytestmark = pytest.mark.long

START = datetime(2025, 6, 30, tzinfo=UTC)


def played(room: Newsroom, folder: Path, database: str) -> Play:
    """Play three days: pages that are down, pages that are edited, orders of a person."""
    folder.mkdir()
    room.edited, room.rewritten = False, False
    room.down = {"b/n/b2.html"}
    play = Play(config.write(room, folder, database=database), START)
    play.poll()
    room.down = {"e/list.html"}
    play.later(hours=3).poll()
    room.down, room.edited = set(), True
    play.later(days=1).poll()
    ordered(play)
    room.rewritten = True
    play.later(days=2).poll()
    return play


def ordered(play: Play) -> None:
    """Let a person edit, merge, take back and forget."""
    settings = declared.read(play.config).settings
    desk = Desk.of(settings)
    with open_store(settings.database) as store:
        first, second, third, *_ = (e.id for e in store.events("xiaomi-luoyang"))
        kept = next(iter(store.articles()))
        orders = (
            Order(Verb.EDIT, "ann", "clearer", (first,), Fixed(title="座谈")),
            Order(Verb.MERGE, "ann", "one", (second, third)),
            Order(Verb.RETRACT, "bob", "wrong", (first,)),
            Order(Verb.FORGET, "bob", "asked to", (kept.id,)),
        )
        for number, order in enumerate(orders):
            reviewing.order(desk, store, order, play.now + timedelta(minutes=number))
        while store.index():
            pass


def told(play: Play) -> dict[str, object]:
    """Return all that can be read, by how it was asked for."""
    settings = declared.read(play.config).settings
    found: dict[str, object] = {}
    with open_store(settings.database, create=False) as store:
        for topic in settings.topics:
            for as_of in (None, START + timedelta(hours=4), START + timedelta(days=2)):
                timeline = reading.timeline(store, topic, as_of=as_of, background=True)
                found |= {f"{topic.id} {f} {as_of}": render(timeline, f, Options()) for f in FORMATS}
        pairs = [a + b for x in ARTICLES for a, b in pairwise(x["title"])]
        found |= {f"search {pair}": finding.find(store, pair, settings.topics) for pair in pairs}
        entries = sorted(store.entries(), key=lambda e: e.id)  # feeds answer in no order
        found |= {"entries": entries, "statuses": store.statuses(), "log": store.decisions()}
        found |= {"rounds": rounds(store), "audit": store.audit(declared.read(play.config).seeds, [])}
    return found


def rounds(store: Store) -> list[object]:
    last = store.round()
    assert last
    return [store.round(n) for n in range(1, last.id + 1)]


def test_what_can_be_read_is_the_same_on_both(room, server: Server, tmp_path):
    lite = told(played(room, tmp_path / "lite", "timeline.db"))
    large = told(played(room, tmp_path / "large", server.schema(tmp_path)))
    assert lite.keys() == large.keys()
    assert [name for name in lite if lite[name] != large[name]] == []
    assert lite["audit"].faults == () and len(lite) > 300
