"""
What SQLite and PostgreSQL say differently, in one place: statements of the rooms, and the tables.

Text is compared as SQLite compares it, byte by byte (COLLATE "C"). A number of arrival is one more than the last, as
SQLite gives it: a sequence would leave gaps where a transaction failed, and `verify` counts. Addresses may be longer
than a B-tree of PostgreSQL takes (2,704 bytes), so they are looked up by hash, and are unique by their MD5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

from monitor.store.schema import REFERENCE, TABLE, listed, parts

_WORDS = (("CROSS JOIN", "JOIN"), ("instr(", "strpos("), ("= +", "= "))


@lru_cache(maxsize=2048)
def statement(sql: str) -> str:
    """Return a statement of the rooms as PostgreSQL takes it: values by number, a few words of another name."""
    for ours, theirs in _WORDS:
        sql = sql.replace(ours, theirs)
    number = count(1)
    return re.sub(r"\?(\d*)", lambda mark: f"${mark[1] or next(number)}", sql)


# --------------------------------------------------------------------------- tables

# What SQLite has and PostgreSQL has under another name; a NUL, which jsonb refuses, is told as U+FFFD to people.
PRELUDE = (
    """CREATE FUNCTION json_extract(data text, path text) RETURNS text LANGUAGE sql IMMUTABLE AS
        $$ SELECT jsonb_path_query_first(replace(data, '\\u0000', '\\ufffd')::jsonb, path::jsonpath) #>> '{}' $$""",
    """CREATE FUNCTION json_each(data text, path text) RETURNS TABLE (key bigint, value bigint) LANGUAGE sql IMMUTABLE AS
        $$ SELECT n - 1, v::bigint FROM jsonb_array_elements(jsonb_path_query_first(replace(data, '\\u0000', '\\ufffd')::jsonb,
        path::jsonpath)) WITH ORDINALITY AS each (v, n) $$""",
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$""",
)

_SEARCH = (
    "CREATE TABLE search (number BIGINT PRIMARY KEY, titles INTEGER[] NOT NULL, grams INTEGER[] NOT NULL)",
    "CREATE INDEX search_titles ON search USING gin (titles)",
    "CREATE INDEX search_grams ON search USING gin (grams)",
)

_TYPES = {"INTEGER": "BIGINT", "TEXT": 'TEXT COLLATE "C"', "BLOB": "BYTEA", "REAL": "DOUBLE PRECISION"}
_LONG = {"about", "alias", "identity", "name", "url"}  # columns of addresses
_NUMBERS = re.compile(r"(json_extract\([\w.]+, '\$\.(?:independent_origins|failures|line)'\))")

_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX (\w+) ON (\w+) \(([\w, ]+)\)(.*)", re.DOTALL)
_TRIGGER = re.compile(r"(CREATE TRIGGER .*)\s+BEGIN SELECT RAISE\(ABORT, ('[^']+')\); END", re.DOTALL)


def step(statements: Sequence[str]) -> list[str]:
    """Return the statements of one migration as PostgreSQL takes them; references come last, some point forward."""
    made: list[str] = []
    later: list[str] = []
    for one in statements:
        if found := TABLE.fullmatch(one):
            table, references = _table(found[1], found[2])
            made += table
            later += references
        else:
            made += _other(one)
    return made + later


def _other(sql: str) -> list[str]:
    if found := _INDEX.fullmatch(sql):
        columns = found[4].split(", ")
        return _index(found[2], found[3], columns, found[5], unique=bool(found[1]))
    if found := _TRIGGER.fullmatch(sql):
        return [f"{found[1]} FOR EACH ROW EXECUTE FUNCTION refuse({found[2]})"]
    if sql.startswith("CREATE VIRTUAL TABLE search "):
        return list(_SEARCH)
    if "search_titles" in sql:  # a column of the above
        return []
    if sql.startswith("CREATE VIEW"):
        return [_NUMBERS.sub(r"\1::bigint", sql.replace("JOIN json_each(", "CROSS JOIN json_each("))]
    return [_typed(sql)]


def _typed(sql: str) -> str:
    return re.sub(r"\b(?:INTEGER|TEXT|BLOB|REAL)\b", lambda word: _TYPES[word[0]], sql)


def _table(name: str, body: str) -> tuple[list[str], list[str]]:
    """Return the statements that make a table, and those that make its references."""
    before: list[str] = []
    after: list[str] = []
    references: list[str] = []
    columns: list[str] = []
    for line in parts(body):
        column, _, rest = line.partition(" ")
        if column == "PRIMARY":
            keys = listed(line)
            if _LONG & set(keys):
                after += _index(f"{name}_key", name, keys, "", unique=True)
                continue
        elif column in _LONG and rest.endswith(" UNIQUE"):
            after += _index(f"{name}_{column}", name, [column], "", unique=True)
            line = line.removesuffix(" UNIQUE")
        elif rest.startswith("INTEGER PRIMARY KEY"):
            before.append(_next(name, column))
            line += f" DEFAULT next_{name}()"
        if found := REFERENCE.search(line):
            references.append(f"ALTER TABLE {name} ADD FOREIGN KEY ({column}){found[0]}")
            line = REFERENCE.sub("", line)
        columns.append(_typed(line))
    return [*before, f"CREATE TABLE {name} ({', '.join(columns)})", *after], references


def _next(table: str, column: str) -> str:
    return f"""CREATE FUNCTION next_{table}() RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN RETURN (SELECT coalesce(max({column}), 0) + 1 FROM {table}); END $$"""


def _index(name: str, table: str, columns: Sequence[str], where: str, *, unique: bool) -> list[str]:
    """Return an index on *columns*: what may be long is hashed, in it and in one of its own where it comes first."""
    made: list[str] = []
    first, alone = columns[0], len(columns) == 1
    if unique or not (alone and first in _LONG):
        hashed = ", ".join(f"md5({c})" if c in _LONG else c for c in columns)
        made.append(f"CREATE {'UNIQUE ' * unique}INDEX {name} ON {table} ({hashed}){where}")
    if first in _LONG:
        made.append(f"CREATE INDEX {name}_hash ON {table} USING hash ({first}){where}")
    return made


def steps(migrations: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield each migration as PostgreSQL takes it; the first brings what all rest on."""
    for number, statements in enumerate(migrations):
        yield [*(PRELUDE if number == 0 else ()), *step(statements)]
