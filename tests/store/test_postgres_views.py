"""The views for people and the history of events are the same on PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Change
from monitor.store import open_store
from tests.postgres import Server
from tests.web import town

from .make import article, decides, digested, later
from .test_history import changes, seen
from .test_views import rows as lite_rows

pytestmark = pytest.mark.long

VIEWS = ("timeline", "timeline_evidence", "sources")


def test_each_view_shows_the_same_rows_in_the_same_order_on_both(server: Server, tmp_path):
    path, url = tmp_path / "town.db", server.schema(tmp_path)
    for where in (str(path), url):
        with town.built(where) as store:  # type: ignore[arg-type]
            town.merge(store, "ev_4", "ev_5")
    with psycopg.connect(url) as conn:
        for view in VIEWS:
            found = conn.execute(f"SELECT * FROM {view}").fetchall()  # type: ignore[arg-type]
            assert found == lite_rows(path, f"SELECT * FROM {view}") != []


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(changes, max_size=3), max_size=8))
def test_every_moment_can_be_seen_again_as_it_was(server: Server, steps: list[list[Change]]) -> None:
    url = server.schema("history")
    with open_store(url) as store:
        for n in range(5):
            store.finish(digested(article(n)), later(-1), decides())
        known = []
        for n, step in enumerate(steps):
            store.seed([], later(n), decides(*step))
            known.append(seen(store))
        assert [seen(store, later(n)) for n in range(len(steps))] == known
        assert seen(store, later(len(steps))) == seen(store)
    server.do(f"DROP SCHEMA {server.named('history')} CASCADE")
