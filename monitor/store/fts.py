"""Words found by SQLite's FTS5: a word is asked for as the phrase of its characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.store.database import Rows, Words
from monitor.store.tokens import spaced


class Fts:
    """The index of the table ``search``, which holds no text itself; *execute* does one statement."""

    exact = True

    def __init__(self, execute: Callable[..., Rows]) -> None:
        self._execute = execute

    def add(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Index (number, title, text) of each."""
        for number, title, text in rows:
            sql = "INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)"
            self._execute(sql, (number, spaced(title), spaced(text)))

    def remove(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Take out what was added, in the words in which it was."""
        for number, title, text in rows:
            sql = "INSERT INTO search (search, rowid, title, text) VALUES ('delete', ?, ?, ?)"
            self._execute(sql, (number, spaced(title), spaced(text)))
        if rows:
            self._execute("INSERT INTO search (search) VALUES ('optimize')")  # else the words stay in older segments

    def find(self, kind: int, words: Words, *, titles: bool, before: int, limit: int) -> Sequence[int]:
        """Return the numbers of what holds *words*, the highest first."""
        sql = """SELECT rowid AS n FROM search WHERE search MATCH ? AND rowid < ? AND rowid % 2 = ?
            ORDER BY rowid DESC LIMIT ?"""
        asked = f"{{title}} : ({_query(words)})" if titles else _query(words)
        return [row["n"] for row in self._execute(sql, (asked, before, kind, limit))]


def _query(words: Words) -> str:
    quoted = [[f'"{form.replace(chr(34), " ")}"' for form in word] for word in words]
    return " AND ".join(f"({' OR '.join(word)})" for word in quoted)
