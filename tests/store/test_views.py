"""The views for people say what the program says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.web import town


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "town.db"
    with town.built(path) as store:
        town.merge(store, "ev_4", "ev_5")
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def test_the_timeline_is_a_view_of_what_stands_in_order(path):
    with town.open_store(str(path)) as store:
        events = store.events(town.TOPIC.id)
    told = rows(path, "SELECT event, title, precision, kind, status, independent_origins FROM timeline")
    assert told == [(e.id, e.title, e.when.precision, e.kind, e.status, e.independent_origins) for e in events]


def test_the_evidence_is_a_view_with_a_row_a_piece(path):
    with town.open_store(str(path)) as store:
        events = store.events(town.TOPIC.id)
    assert len(rows(path, "SELECT * FROM timeline_evidence")) == sum(len(e.evidence) for e in events)
    assert rows(path, "SELECT source, seed_line FROM timeline_evidence WHERE event = 'ev_3'") == [(None, 15)]


def test_the_sources_are_a_view_with_their_state(path):
    assert [s for (s,) in rows(path, "SELECT state FROM sources")] == ["ok", "ok", "failing", "frozen"]


def test_what_was_retracted_shows_in_no_view(path):
    with town.open_store(str(path)) as store:
        town.retract(store, "ev_6")
    for view in ("timeline", "timeline_evidence"):
        assert not rows(path, f"SELECT event FROM {view} WHERE event = 'ev_6'")
    assert len(rows(path, "SELECT event FROM timeline")) == 8


def test_what_a_status_leaves_out_as_empty_is_said_all_the_same(tmp_path):
    with town.open_store(str(tmp_path / "new.db")) as store:
        store.declare(town.SETTINGS, town.BEGAN)
    new = [("new", "", 0, None)] * 4
    assert rows(tmp_path / "new.db", "SELECT state, error, failures, last_poll FROM sources") == new
