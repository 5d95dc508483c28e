"""SQLite's index of words: titles are found by themselves as they were found among all words, and forgotten with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Verb
from monitor.store import migrations
from monitor.store.on_sqlite import SqliteStore
from monitor.store.sqlite_values import Database, step, version
from monitor.store.tokens import spaced

from .make import NOW, article, change, decides, decision, digested, later, rules, told

BOTH = ("search", "search_titles")


@contextmanager
def made() -> Iterator[Database]:
    """Lend an empty database in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        conn.row_factory = sqlite3.Row
        db = Database(conn)
        while version(db) < len(migrations.MIGRATIONS):
            step(db)
        yield db


def places(db: Database, table: str) -> list[tuple[object, ...]]:
    """Return each word of the index *table*, in which row, and where there."""
    db.execute(f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab (main, {table}, instance)")
    found = [tuple(row) for row in db.execute("SELECT term, doc, col, offset FROM temp.seen ORDER BY 2, 3, 4")]
    db.execute("DROP TABLE temp.seen")
    return found


said = st.text(st.sampled_from("河城大桥 ab，\0é𫖮"), max_size=8)
forms = st.text(st.sampled_from("河城大桥ab𫖮"), min_size=1, max_size=3)
words = st.lists(st.lists(forms.map(spaced), min_size=1, max_size=2), min_size=1, max_size=2)


@settings(max_examples=60)
@given(st.lists(st.tuples(said, said), max_size=12), words, st.sets(st.integers(0, 11)), st.integers(0, 13))
def test_a_title_is_found_by_itself_as_by_its_column_among_all_words(texts, asked, gone, before):
    with made() as db:
        rows = [(n, title, text) for n, (title, text) in enumerate(texts)]
        db.words.add(rows)
        db.words.remove([row for row in rows if row[0] in gone])
        query = " AND ".join(f"({' OR '.join(f'{chr(34)}{form}{chr(34)}' for form in word)})" for word in asked)
        sql = (
            "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? AND rowid % 2 = ? ORDER BY rowid DESC LIMIT 3"
        )
        for kind in (0, 1):
            by_column = [row[0] for row in db.execute(sql, (f"{{title}} : ({query})", before, kind))]
            assert db.words.find(kind, asked, titles=True, before=before, limit=3) == by_column


@pytest.mark.parametrize("indexed", [True, False])
def test_titles_of_an_older_database_are_those_that_its_index_has_and_no_others(tmp_path, indexed):
    with SqliteStore(tmp_path / "a.db") as store:
        own = told(store, 1, "ev_1", title="旧名𫖮")
        kept = [replace(article(n), title=title) for n, title in ((2, "ｈalf\0 桥"), (3, "秘密"), (4, "\ud800é"))]
        for one in kept:
            store.finish(digested(one), NOW, decides())
        while indexed and store.index():
            pass
        store.rule(later(1), rules(replace(decision(1), verb=Verb.FORGET, events=(), articles=(kept[1].identity,))))
        store.seed((), NOW, decides(change("ev_1", own, title="新名\0字")))
        while indexed and store.index():
            pass
        store.finish(digested(replace(article(5), title="未见")), NOW, decides())
        with store._connection.write() as db:
            before = places(db, "search_titles")
            db.execute("DROP TABLE search_titles")
            for statement in migrations._TITLES:
                db.execute(statement)
            assert places(db, "search_titles") == before
            assert before == [place for place in places(db, "search") if place[2] == "title"]
        assert bool(before) == indexed and "未" not in {place[0] for place in before}
        while store.index():
            pass
        with store._connection.read() as db:
            assert "未" in {place[0] for place in places(db, "search_titles")}


def test_words_that_are_taken_out_are_nowhere_any_more():
    with made() as db:
        db.words.add([(n, f"title{n}", f"body{n}") for n in range(300)])
        db.words.remove([(7, "title7", "body7")])
        for table in BOTH:
            blocks = b"".join(row[0] for row in db.execute(f"SELECT block FROM {table}_data"))
            terms = {place[0] for place in places(db, table)}
            assert "title7" not in terms and "title8" in terms and len(blocks) > 1000
            assert [row[0] for row in db.execute(f"SELECT id FROM {table}_docsize WHERE id = 7")] == []
            db.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
