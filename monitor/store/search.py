"""
Full-text search that finds every Chinese word, however short.

Each Chinese character is indexed as a word of its own and a word is asked for as a phrase (``tokens``); how, is the
database's own affair (``fts``, ``grams``). Rows are numbered after what they were made from (versions of events,
articles), which are appended to and never edited, so that the index is only ever added to; what is no longer in force
is left out. What came after the last row indexed is read as it stands, so nothing is missed before :func:`catch_up`
comes by. What says it in its title comes first, then the newest: the same on every database, indexed or not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from monitor.model import Hit, Status
from monitor.store.database import Database, Words
from monitor.store.rows import CHUNK, Row, marks, moment, parse
from monitor.store.tokens import LONGEST, holds, spaced, tokens

EVENT, ARTICLE = 0, 1  # a row of the index is twice the number of what it was made from, plus one of these
BATCH = 200  # rows indexed in one go: the write lock is held for some 50 ms
PAGE = 100  # numbers that the index is asked for at a time
BEFORE, AFTER = 30, 60  # characters of the passage around what was found
_SOFT = re.compile(r"\s+")

_EVENTS = """
    SELECT v.n, v.event, v.data, e.topic FROM event_versions v CROSS JOIN events e ON e.id = v.event AND e.version = v.n
    WHERE e.merged_into IS NULL AND {where} ORDER BY v.n DESC
"""
_ARTICLES = """
    SELECT n, id, title, text, url, more FROM articles
    WHERE newest = 1 AND forgotten IS NULL AND {where} ORDER BY n DESC
"""


# --------------------------------------------------------------------------- index


def catch_up(db: Database) -> int:
    """Index some of what came in since; return how many rows were added."""
    versions = db.execute("SELECT n, event, data FROM event_versions WHERE n > ? ORDER BY n LIMIT ?", _next(db, EVENT))
    articles = db.execute("SELECT n, title, text FROM articles WHERE n > ? ORDER BY n LIMIT ?", _next(db, ARTICLE))
    added = _add(db, EVENT, [(row["n"], *_said(db, row)) for row in versions.fetchall()])
    return added + _add(db, ARTICLE, [(row["n"], row["title"], row["text"]) for row in articles.fetchall()])


def behind(db: Database) -> bool:
    """Return whether anything is not indexed yet."""
    last = db.execute("SELECT (SELECT max(n) FROM event_versions) AS e, (SELECT max(n) FROM articles) AS a").fetchone()
    return (last["e"] or 0) > _mark(db, EVENT) or (last["a"] or 0) > _mark(db, ARTICLE)


def _next(db: Database, kind: int) -> tuple[int, int]:
    return _mark(db, kind), BATCH


def _mark(db: Database, kind: int) -> int:
    return int(db.execute("SELECT n FROM searched WHERE kind = ?", (kind,)).fetchone()["n"])


def _add(db: Database, kind: int, rows: Sequence[tuple[int, str, str]]) -> int:
    db.words.add([(2 * n + kind, title, body) for n, title, body in rows])
    if rows:
        db.execute("UPDATE searched SET n = ? WHERE kind = ?", (rows[-1][0], kind))
    return len(rows)


def _said(db: Database, version: Row) -> tuple[str, str]:
    """Return the title of an event, and who took part, where, and in what words it is told."""
    data = parse(version["data"])
    parts: list[str] = []
    numbers = data["evidence"][:CHUNK]
    sql = f"SELECT data FROM evidence WHERE n IN ({marks(numbers)}) ORDER BY n"
    for row in db.execute(sql, numbers):
        piece: dict[str, Any] = parse(row["data"])
        parts += [piece.get(name, "") for name in ("quote", "reading", "title")]
    parts += [*(f"{a['name']} {a['role']}" for a in data["actors"]), *data["places"]]
    parts += [f["raw"] for f in data["figures"]]
    return data["title"], "\n".join(dict.fromkeys(p for p in parts if p))


def forget(db: Database, identity: str) -> None:
    """Take what the article *identity* said out of the index, before its text is removed."""
    rows = db.execute(
        "SELECT n, title, text FROM articles WHERE identity = ? AND forgotten IS NULL AND n <= ?",
        (identity, _mark(db, ARTICLE)),
    ).fetchall()
    db.words.remove([(2 * row["n"] + ARTICLE, row["title"], row["text"]) for row in rows])


# --------------------------------------------------------------------------- find


def search(db: Database, words: Words, topics: Collection[str], limit: int) -> list[Hit]:
    """Return the events of *topics* and then the articles in which all *words* stand, *limit* of each: in the title first, then the newest."""
    asked = [[form for form in map(spaced, word) if tokens(form)] for word in words]
    asked = [word for word in asked if word]  # a comma says nothing
    if not asked:
        return []
    needles = [form for word in words for form in word if form]
    events = [_event_hit(db, row, needles) for row in _Looking(db, EVENT, asked, topics).found(limit)]
    return events + [_article_hit(row, needles) for row in _Looking(db, ARTICLE, asked, topics).found(limit)]


class _Looking:
    """One look for *asked* among what is of one *kind*."""

    def __init__(self, db: Database, kind: int, asked: Words, topics: Collection[str]) -> None:
        self._db, self._kind, self._asked, self._topics = db, kind, asked, topics
        self._forms = [[tokens(form) for form in word] for word in asked]
        self._mark = _mark(db, kind)

    def found(self, limit: int) -> list[Row]:
        """Return the first *limit* rows that say it in their title, newest first, then those that say it anywhere."""
        titled, others = self._late(limit)
        kept = {row["n"]: row for row in islice(self._then(titled, titles=True), limit)}
        rest = (row for row in self._then(others, titles=False) if row["n"] not in kept)
        kept.update({row["n"]: row for row in islice(rest, limit - len(kept))})
        return list(kept.values())

    def _then(self, late: Sequence[Row], *, titles: bool) -> Iterator[Row]:
        """Yield what was not indexed yet, then what the index finds."""
        yield from late
        before, exact = 2 * self._mark + 2, self._db.words.exact
        while numbers := self._db.words.find(self._kind, self._asked, titles=titles, before=before, limit=PAGE):
            for row in self._rows("IN", [n // 2 for n in numbers]):
                if self._is_told(row) and (exact or self._stands(row, titles=titles)):
                    yield row
            before = numbers[-1]

    def _late(self, limit: int) -> tuple[list[Row], list[Row]]:
        """Return what is not indexed yet: the first *limit* that say it in their title, and as many that do elsewhere."""
        titled: list[Row] = []
        others: list[Row] = []
        for row in self._rows(">", [self._mark]):
            if self._is_told(row) and self._stands(row, titles=False):
                heap = titled if self._stands(row, titles=True) else others
                heap += [row] * (len(heap) < limit)
        return titled, others

    def _rows(self, where: str, numbers: Sequence[int]) -> Iterator[Row]:
        """Yield the rows in force of these *numbers* (IN), or beyond the one (>); the newest first."""
        sql, column = (_EVENTS, "v.n") if self._kind == EVENT else (_ARTICLES, "n")
        return self._db.stream(sql.format(where=f"{column} {where} ({marks(numbers)})"), numbers)

    def _stands(self, row: Row, *, titles: bool) -> bool:
        """Return whether all words stand in *row* as whole words, as an index would say."""
        title, body = _said(self._db, row) if self._kind == EVENT else (row["title"], row["text"])
        parts = [f" {' '.join(tokens(spaced(part)))} " for part in ((title,) if titles else (title, body))]
        return all(any(holds(part, form) for form in word for part in parts) for word in self._forms)

    def _is_told(self, row: Row) -> bool:
        """Return whether a row may be shown: what was retracted is in no view, nor what is of another topic."""
        if self._kind != EVENT:
            return True
        return row["topic"] in self._topics and bool(parse(row["data"])["status"] != Status.RETRACTED)


def _event_hit(db: Database, row: Row, needles: Sequence[str]) -> Hit:
    title, body = _said(db, row)
    return Hit(row["event"], title, passage(body, needles))


def _article_hit(row: Row, needles: Sequence[str]) -> Hit:
    at = parse(row["more"]).get("published", {}).get("at")
    return Hit(row["id"], row["title"], passage(row["text"], needles), row["url"], moment(at))


def passage(text: str, needles: Sequence[str]) -> str:
    """Return the words around the first of *needles* that stands in *text*, on one line."""
    low = text[:LONGEST].lower()
    spots = [at for at in (low.find(n.lower()) for n in needles) if at >= 0]
    start = max(min(spots, default=0) - BEFORE, 0)
    end = start + BEFORE + AFTER
    cut = _SOFT.sub(" ", text[start:end]).strip()
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"
