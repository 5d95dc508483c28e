"""Words found by SQLite's FTS5: a word is asked for as the phrase of its characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.store.database import Rows, Words
from monitor.store.tokens import spaced


class Fts:
    """
    The index of the tables ``search`` and ``search_titles``, which hold no text themselves; *execute* does one statement.

    Where a word stands in every text, that no title has it is known only at the end of the list of its places; so titles
    have lists of their own.
    """

    exact = True

    def __init__(self, execute: Callable[..., Rows]) -> None:
        self._execute = execute

    def add(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Index (number, title, text) of each."""
        for number, title, text in rows:
            head = spaced(title)
            self._execute("INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)", (number, head, spaced(text)))
            self._execute("INSERT INTO search_titles (rowid, title) VALUES (?, ?)", (number, head))

    def remove(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Take out what was added, in the words in which it was."""
        for number, title, text in rows:
            head = spaced(title)
            sql = "INSERT INTO search (search, rowid, title, text) VALUES ('delete', ?, ?, ?)"
            self._execute(sql, (number, head, spaced(text)))
            sql = "INSERT INTO search_titles (search_titles, rowid, title) VALUES ('delete', ?, ?)"
            self._execute(sql, (number, head))
        for table in ("search", "search_titles") if rows else ():
            self._execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # else the words stay in older segments

    def find(self, kind: int, words: Words, *, titles: bool, before: int, limit: int) -> Sequence[int]:
        """Return the numbers of what holds *words*, the highest first."""
        table = "search_titles" if titles else "search"
        sql = f"""SELECT rowid AS n FROM {table} WHERE {table} MATCH ? AND rowid < ? AND rowid % 2 = ?
            ORDER BY rowid DESC LIMIT ?"""
        return [row["n"] for row in self._execute(sql, (_query(words), before, kind, limit))]


def _query(words: Words) -> str:
    quoted = [[f'"{form.replace(chr(34), " ")}"' for form in word] for word in words]
    return " AND ".join(f"({' OR '.join(word)})" for word in quoted)
