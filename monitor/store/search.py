"""
Full-text search that finds every Chinese word, however short.

FTS5 cuts text at what is no letter, so each Chinese character is indexed as a word of its own and a word is asked for
as a phrase. Rows are numbered after what they were made from (versions of events, articles), which are appended to and
never edited, so that the index is only ever added to; what is no longer in force is left out by the query. What came
after the last row indexed is read as it stands, so nothing is missed before :func:`catch_up` comes by.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database

from monitor.model import Hit, Status
from monitor.store.rows import CHUNK, Row, moment, parse
from monitor.store.rows import text as to_text

Words = Sequence[Sequence[str]]
"""What to find: all of these words, each in any of its spellings."""

EVENT, ARTICLE = 0, 1  # a row of the index is twice the number of what it was made from, plus one of these
BATCH = 200  # rows indexed in one go: the write lock is held for some 50 ms
LONGEST = 1_000_000  # characters of one text that are indexed
BEFORE, AFTER = 30, 60  # characters of the passage around what was found
_BEYOND = 2**62  # more than any row's number
_PAGE = (
    "SELECT rowid AS n FROM search WHERE search MATCH ? AND rowid % 2 = ? AND rowid < ? ORDER BY rowid DESC LIMIT 100"
)
_SOFT = re.compile(r"\s+")

# One character, one word: scripts that put no space between words. Beyond U+FFFF the tokenizer knows only some.
_ALONE = re.compile("[\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00010000-\U0010ffff]")

_EVENTS = """
    SELECT v.n, v.event, v.data FROM event_versions v JOIN events e ON e.version = v.n
    WHERE e.merged_into IS NULL AND {where} ORDER BY v.n
"""
_ARTICLES = """
    SELECT n, id, title, text, url, more FROM articles
    WHERE newest = 1 AND forgotten IS NULL AND {where} ORDER BY n
"""


def spaced(said: str) -> str:
    """Return *said* as it is indexed and asked for; what is indexed is deleted by the same form, so it never changes."""
    plain = unicodedata.normalize("NFKC", to_text(said[:LONGEST]).replace("\0", " "))
    return _SOFT.sub(" ", _ALONE.sub(_token, plain)).strip()


def _token(found: re.Match[str]) -> str:
    char = found[0]
    return f" {char} " if char < "\U00010000" else f" u{ord(char):x} "


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
    for n, title, body in rows:
        sql = "INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)"
        db.execute(sql, (2 * n + kind, spaced(title), spaced(body)))
    if rows:
        db.execute("UPDATE searched SET n = ? WHERE kind = ?", (rows[-1][0], kind))
    return len(rows)


def _said(db: Database, version: Row) -> tuple[str, str]:
    """Return the title of an event, and who took part, where, and in what words it is told."""
    data = parse(version["data"])
    parts: list[str] = []
    numbers = data["evidence"][:CHUNK]
    sql = f"SELECT data FROM evidence WHERE n IN ({', '.join('?' * len(numbers))}) ORDER BY n"
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
    for row in rows:
        db.execute(
            "INSERT INTO search (search, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            (2 * row["n"] + ARTICLE, spaced(row["title"]), spaced(row["text"])),
        )
    if rows:
        db.execute("INSERT INTO search (search) VALUES ('optimize')")  # else the words stay in older segments


# --------------------------------------------------------------------------- find


def search(db: Database, words: Words, limit: int) -> list[Hit]:
    """Return the events and then the articles in which all *words* stand, *limit* of each: in the title first, then the newest."""
    asked = [[form for form in map(spaced, word) if form] for word in words]
    asked = [word for word in asked if word]
    if not asked:
        return []
    needles = [form for word in words for form in word if form]
    events = [_event_hit(db, row, needles) for row in _found(db, EVENT, asked, limit)]
    return events + [_article_hit(row, needles) for row in _found(db, ARTICLE, asked, limit)]


def _found(db: Database, kind: int, asked: Words, limit: int) -> list[Row]:
    """Return what was not indexed yet, then what says it in its title, then what says it anywhere; the newest first of each."""
    found = {row["n"]: row for row in list(deque(_late(db, kind, asked), limit))[::-1]}
    for columns in ("title : ", ""):
        for row in _indexed(db, kind, f"{columns}({_query(asked)})"):
            if len(found) >= limit:
                break
            found.setdefault(row["n"], row)
    return list(found.values())


def _query(asked: Words) -> str:
    quoted = [[f'"{form.replace(chr(34), " ")}"' for form in word] for word in asked]
    return " AND ".join(f"({' OR '.join(word)})" for word in quoted)


def _indexed(db: Database, kind: int, query: str) -> Iterator[Row]:
    """Yield the rows in force that the index finds, the newest first: read on only while more are wanted."""
    sql, column = (_EVENTS, "v.n") if kind == EVENT else (_ARTICLES, "n")
    before = _BEYOND
    while numbers := [row["n"] for row in db.execute(_PAGE, (query, kind, before))]:
        some = [n // 2 for n in numbers]
        rows = {
            row["n"]: row for row in db.execute(sql.format(where=f"{column} IN ({', '.join('?' * len(some))})"), some)
        }
        yield from (rows[n] for n in some if n in rows and _is_told(kind, rows[n]))
        before = numbers[-1]


def _late(db: Database, kind: int, asked: Words) -> Iterator[Row]:
    sql = _EVENTS.format(where="v.n > ?") if kind == EVENT else _ARTICLES.format(where="n > ?")
    for row in db.execute(sql, (_mark(db, kind),)):
        if not _is_told(kind, row):
            continue
        title, body = _said(db, row) if kind == EVENT else (row["title"], row["text"])
        whole = f" {spaced(title)} {spaced(body)} ".casefold()
        if all(any(_holds(whole, form.casefold()) for form in word) for word in asked):
            yield row


def _is_told(kind: int, row: Row) -> bool:
    """Return whether a row may be shown: what was retracted is in no view."""
    return kind != EVENT or bool(parse(row["data"])["status"] != Status.RETRACTED)


def _holds(whole: str, form: str) -> bool:
    """Return whether *form* stands in *whole* as whole words, as the index would say."""
    tokens = re.findall(r"\w+", form)
    return bool(tokens) and re.search(r"(?<!\w)" + r"\W+".join(map(re.escape, tokens)) + r"(?!\w)", whole) is not None


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
