"""
What processes on one PostgreSQL database share of the hosts that they ask: see :class:`monitor.fetch.shared.Shared`.

A turn is an advisory lock of the session, so that it goes with a process however that ends; when the last one ended is
in the table ``turns``, by the clock of the server, which is the same for all.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
SOON = 0.01  # seconds, likewise, where the rest ended while we looked

_NOW = "extract(epoch FROM clock_timestamp())::float8"
# A statement sees the table as it was before it had the lock; what ON CONFLICT finds is the row as it is now.
_TAKE = f"""
    WITH asked AS MATERIALIZED (
        SELECT party, pause, pg_try_advisory_lock(?1, key) AS got
        FROM unnest(?2::text[], ?3::int[], ?4::float8[]) AS asked (party, key, pause)
    ), taken AS (
        INSERT INTO turns (party, busy, ended, floor) SELECT party, 1, 0, 0 FROM asked WHERE got
        ON CONFLICT (party) DO UPDATE SET busy = 1 WHERE turns.busy = 0 AND {_NOW} >= greatest(
            turns.ended + (SELECT pause FROM asked WHERE party = excluded.party), turns.floor)
        RETURNING party
    )
    SELECT party, taken.party IS NOT NULL AS taken FROM asked LEFT JOIN taken USING (party) WHERE got
"""
# Where we have the lock of what is busy, whoever took it is gone without a word.
_LEAVE = f"""
    UPDATE turns SET busy = 0, ended = CASE busy WHEN 0 THEN ended ELSE {_NOW} END
    FROM unnest(?2::text[], ?3::int[], ?4::float8[]) AS asked (name, key, pause) WHERE party = name
    RETURNING party, greatest(ended + pause, floor) - {_NOW} AS wait, pg_advisory_unlock(?1, key)
"""
_GIVE = f"""
    UPDATE turns SET busy = 0, ended = {_NOW} FROM unnest(?2::text[], ?3::int[]) AS given (name, key)
    WHERE party = name RETURNING pg_advisory_unlock(?1, key)
"""
_UNLOCK = "SELECT pg_advisory_unlock(?1, key) FROM unnest(?2::int[]) AS asked (key)"
_REST = f"""
    INSERT INTO turns (party, busy, ended, floor)
    VALUES (?1, 0, 0, {_NOW} + ?2::float8)
    ON CONFLICT (party) DO UPDATE SET floor = greatest(turns.floor, excluded.floor)
"""
_LEARNED = """
    INSERT INTO robots (origin, at, seconds, closed, rules) VALUES (?, ?, ?::float8, ?, ?) ON CONFLICT (origin)
    DO UPDATE SET at = excluded.at, seconds = excluded.seconds, closed = excluded.closed, rules = excluded.rules
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    party: str
    pause: float
    wait: asyncio.Future[float]


class Turns:
    """
    Shared by all that are opened on the same database; *now* tells the time that robots.txt files are fresh by.

    What is taken and given while the server is at others goes to it in one statement: among many feeds a round trip and
    a flush to the disk serve a dozen hosts.
    """

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        self._url, self._name, self._now = url, shown_database(url), now
        self._conn: psycopg.AsyncConnection[DictRow] | None = None
        self._schema = ""
        self._one = asyncio.Lock()
        self._taking: list[_Asked] = []
        self._giving: list[_Asked] = []
        self._held: set[str] = set()  # with the connection that there is
        self._worker: asyncio.Task[None] | None = None

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
        self._held.clear()
        return self._conn

    async def close(self) -> None:
        """Let go of every turn."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        _leave((*self._giving, *self._taking))
        if self._conn is not None:
            await self._conn.close()

    async def take(self, party: str, pause: float) -> float:
        return await self._asked(self._taking, text(party), pause)

    async def give(self, party: str) -> None:
        if text(party) in self._held:  # else it went with its connection, and may be another's
            await self._asked(self._giving, text(party), 0.0)

    async def _asked(self, row: list[_Asked], party: str, pause: float) -> float:
        wait: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        row.append(_Asked(party, pause, wait))
        self._wake()
        try:
            return await wait
        except asyncio.CancelledError:
            if row is self._taking and party in self._held and _had(wait):
                # Whoever was told and did not hear it will not give it back.
                self._giving.append(_Asked(party, 0.0, wait))
                self._wake()
            raise

    def _wake(self) -> None:
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Give and take until nobody asks; giving comes first, and apart: it waits for nobody who waits for us."""
        while self._giving or self._taking:
            giving, self._giving[:] = list(self._giving), ()
            first = {a.party: a for a in reversed(self._taking)}
            self._taking[:] = [a for a in self._taking if first[a.party] is not a]
            try:
                for act, asked in ((self._give, giving), (self._take, list(first.values()))):
                    if asked:
                        (waits,) = await asyncio.gather(act(asked), return_exceptions=True)
                        _answer(asked, waits)
            finally:
                _leave((*giving, *first.values()))
            # Who gave up asking meanwhile will not give back what was taken for it.
            self._giving += [a for a in first.values() if a.wait.cancelled() and a.party in self._held]

    async def _take(self, asked: Sequence[_Asked]) -> Mapping[str, float]:
        """Return how long who did not get its turn has to wait."""
        waits = dict.fromkeys((a.party for a in asked), AGAIN)
        try:
            got = {row["party"]: row["taken"] for row in await self._do(_TAKE, *self._told(asked))}
            if early := [a for a in asked if got.get(a.party) is False]:
                left = await self._do(_LEAVE, *self._told(early))
                waits.update((row["party"], max(row["wait"], SOON)) for row in left)
        except StoreError:
            await self._let_go(asked)
            raise
        taken = {party for party, had in got.items() if had}
        self._held |= taken
        return {party: wait for party, wait in waits.items() if party not in taken}

    async def _give(self, asked: Sequence[_Asked]) -> Mapping[str, float]:
        """Give turns back; there is nothing to wait for."""
        self._held -= {a.party for a in asked}
        try:
            await self._do(_GIVE, *self._told(asked)[:3])
        except StoreError:
            await self._let_go(asked)
            raise
        return {}

    async def _let_go(self, asked: Sequence[_Asked]) -> None:
        """Keep no lock of what could not be written (a full disk): it outlives the statement."""
        if self._conn is not None and not self._conn.closed:
            with suppress(StoreError):
                await self._do(_UNLOCK, APPLICATION_ID, self._told(asked)[2])

    def _told(self, asked: Sequence[_Asked]) -> tuple[int, list[str], list[int], list[float]]:
        parties = [a.party for a in asked]
        return APPLICATION_ID, parties, list(map(self._key, parties)), [a.pause for a in asked]

    async def rest(self, party: str, seconds: float) -> None:
        await self._do(_REST, text(party), min(seconds, manners.LONGEST))

    async def robots(self, origin: str) -> RobotsEntry | None:
        found = await self._do("SELECT * FROM robots WHERE origin = ?", text(origin))
        left = manners.left(found[0], self._now()) if found else 0.0
        return RobotsEntry(origin, found[0]["rules"], found[0]["closed"], left) if left > 0 else None

    async def learned(self, entry: RobotsEntry) -> None:
        at = instant(self._now().astimezone(UTC))
        await self._do(_LEARNED, text(entry.origin), at, entry.fresh, text(entry.closed), text(entry.rules))

    async def _do(self, sql: str, *values: object) -> list[Any]:
        async with self._one:
            conn = await self._connected()
            try:
                cursor = await conn.execute(literal(dialect.statement(sql)), values)
                return await cursor.fetchall() if cursor.description else []
            except psycopg.Error as exc:
                raise StoreError(
                    f"the turns kept in {self._name} cannot be had ({type(exc).__name__})", passing=True
                ) from exc

    def _key(self, party: str) -> int:
        return zlib.crc32(f"{self._schema}:turn:{party}".encode()) - 0x80000000


def _had(wait: asyncio.Future[float]) -> bool:
    """Return whether a turn was given: there is nothing to wait for."""
    return wait.done() and not wait.cancelled() and wait.exception() is None and not wait.result()


def _leave(asked: Sequence[_Asked]) -> None:
    """Let nobody wait for an answer that will not come."""
    for one in asked:
        one.wait.cancel()  # nothing happens to those that were answered


def _answer(asked: Sequence[_Asked], waits: Mapping[str, float] | BaseException) -> None:
    for one in asked:
        if one.wait.done():
            continue
        if isinstance(waits, BaseException):
            one.wait.set_exception(waits)
        else:
            one.wait.set_result(waits.get(one.party, 0.0))
