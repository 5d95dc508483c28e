"""``docs/schema.md`` says what there is, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.store import migrations
from monitor.store.on_sqlite import SqliteStore

DOC = Path(__file__).parents[2] / "docs" / "schema.md"


def documented() -> dict[str, list[str]]:
    parts = re.split(r"^### (\w+)$", DOC.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        table: [c for c in re.findall(r"^\| (\w+) \|", text, flags=re.MULTILINE) if c != "column"]
        for table, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_every_table_and_column_is_described_in_order(tmp_path):
    with SqliteStore(tmp_path / "a.db") as store:
        db = store._connection.db
        found = {
            table.name: [column.name for column in table.columns]
            for table in db.tables
            if not table.name.startswith("search_")
        }
    assert documented() == found


def test_the_mark_of_our_files_is_described():
    assert f"0x{migrations.APPLICATION_ID:08X}" in DOC.read_text(encoding="utf-8")
