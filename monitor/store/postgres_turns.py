"""
What processes on one PostgreSQL database share of the hosts that they ask: see :class:`monitor.fetch.shared.Shared`.

A turn is an advisory lock of the session, so that it goes with a process however that ends; when the last one ended is
in the table ``turns``, by the clock of the server, which is the same for all.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from monitor.errors import StoreError
from monitor.model import RobotsEntry, shown_database
from monitor.store import dialect, manners
from monitor.store.migrations import APPLICATION_ID
from monitor.store.postgres_link import options, settled
from monitor.store.postgres_values import adapt, literal
from monitor.store.rows import instant, text

AGAIN = 0.1  # seconds until a turn that somebody has is asked for again

_TAKE = """
    WITH got AS MATERIALIZED (SELECT pg_try_advisory_lock(?1, ?2) AS got)
    SELECT got, extract(epoch FROM clock_timestamp())::float8 AS now FROM got
"""
_HELD = "SELECT busy, ended, floor FROM turns WHERE party = ?"
_BUSY = """
    INSERT INTO turns (party, busy, ended, floor) VALUES (?, 1, ?, 0)
    ON CONFLICT (party) DO UPDATE SET busy = 1
"""
_GIVEN = "UPDATE turns SET busy = 0, ended = extract(epoch FROM clock_timestamp())::float8 WHERE party = ?"
_REST = """
    INSERT INTO turns (party, busy, ended, floor)
    VALUES (?1, 0, 0, extract(epoch FROM clock_timestamp())::float8 + ?2::float8)
    ON CONFLICT (party) DO UPDATE SET floor = greatest(turns.floor, excluded.floor)
"""
_LEARNED = """
    INSERT INTO robots (origin, at, seconds, closed, rules) VALUES (?, ?, ?::float8, ?, ?) ON CONFLICT (origin)
    DO UPDATE SET at = excluded.at, seconds = excluded.seconds, closed = excluded.closed, rules = excluded.rules
"""


class Turns:
    """Shared by all that are opened on the same database; *now* tells the time that robots.txt files are fresh by."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._url, self._name, self._now = url, shown_database(url), now
        self._conn: psycopg.AsyncConnection[DictRow] | None = None
        self._schema = ""
        self._one = asyncio.Lock()

    @classmethod
    async def opened(cls, url: str, now: Callable[[], datetime]) -> Turns:
        """Connect to *url*, whose tables are there."""
        made = cls(url, now)
        await made._connected()
        return made

    async def _connected(self) -> psycopg.AsyncConnection[DictRow]:
        """Return the connection; one that was lost is made again, and the turns that went with it are others' now."""
        if self._conn is not None and not self._conn.closed:
            return self._conn
        try:
            conn: Any = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, cursor_factory=psycopg.AsyncRawCursor, **options("turns")
            )
            await settled(conn)
            conn.row_factory = dict_row
            found = await (await conn.execute("SELECT current_schema() AS name")).fetchone()
        except psycopg.Error as exc:
            raise StoreError(f"cannot connect to {self._name} ({type(exc).__name__})", passing=True) from None
        adapt(conn)
        self._conn, self._schema = conn, str(found["name"])
        return self._conn

    async def close(self) -> None:
        """Let go of every turn."""
        if self._conn is not None:
            await self._conn.close()

    async def take(self, party: str, pause: float) -> float:
        async with self._one:
            (told,) = await self._do(_TAKE, APPLICATION_ID, self._key(party))
            if not told["got"]:
                return AGAIN
            held = await self._do(_HELD, text(party))
            wait = _wait(held[0], told["now"], pause) if held else 0.0
            if wait <= 0:
                await self._do(_BUSY, text(party), told["now"])
                return 0.0
            if held[0]["busy"]:  # whoever had it is gone without a word
                await self._do(_GIVEN, text(party))
            await self._unlock(party)
            return wait

    async def give(self, party: str) -> None:
        async with self._one:
            await self._do(_GIVEN, text(party))
            await self._unlock(party)

    async def rest(self, party: str, seconds: float) -> None:
        async with self._one:
            await self._do(_REST, text(party), min(seconds, manners.LONGEST))

    async def robots(self, origin: str) -> RobotsEntry | None:
        async with self._one:
            found = await self._do("SELECT * FROM robots WHERE origin = ?", text(origin))
        left = manners.left(found[0], self._now()) if found else 0.0
        return RobotsEntry(origin, found[0]["rules"], found[0]["closed"], left) if left > 0 else None

    async def learned(self, entry: RobotsEntry) -> None:
        async with self._one:
            at = instant(self._now().astimezone(UTC))
            await self._do(_LEARNED, text(entry.origin), at, entry.fresh, text(entry.closed), text(entry.rules))

    async def _do(self, sql: str, *values: object) -> list[Any]:
        conn = await self._connected()
        try:
            cursor = await conn.execute(literal(dialect.statement(sql)), values)
            return await cursor.fetchall() if cursor.description else []
        except psycopg.Error as exc:
            raise StoreError(
                f"the turns kept in {self._name} cannot be had ({type(exc).__name__})", passing=True
            ) from exc

    async def _unlock(self, party: str) -> None:
        await self._do("SELECT pg_advisory_unlock(?, ?)", APPLICATION_ID, self._key(party))

    def _key(self, party: str) -> int:
        return zlib.crc32(f"{self._schema}:turn:{party}".encode()) - 0x80000000


def _wait(held: Any, now: float, pause: float) -> float:
    ended: float = now if held["busy"] else held["ended"]
    return max(ended + pause, float(held["floor"])) - now
