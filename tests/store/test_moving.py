"""From file to file; what is asked of PostgreSQL is asked in test_postgres_moving."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.store import migrations, schema
from monitor.store.on_sqlite import SqliteStore

from .moves import MoveContract, files


class TestFromFileToFile(MoveContract):
    @pytest.fixture(autouse=True)
    def _places(self, tmp_path: Path) -> None:
        self.here = self.there = files(tmp_path)


def test_the_tables_are_read_from_the_migrations_as_they_are(tmp_path):
    with SqliteStore(tmp_path / "a.db") as store:
        tables = [t for t in store._connection.db.tables if not t.name.startswith("search_") and t.name != "search"]
        made = {t.name: (tuple(c.name for c in t.columns), tuple(t.pks)) for t in tables}
    assert {t.name: (t.columns, t.key) for t in schema.tables(migrations.MIGRATIONS)} == made
