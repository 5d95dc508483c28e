"""
A connection to a PostgreSQL server: how it is made, how one that is gone without a word is noticed, and its complaints.

A peer that is gone (its machine, or the network between) is noticed by both sides within half a minute: by keepalives
where nothing is under way, and where something is by the time that may pass until it is acknowledged.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import psycopg
from psycopg import errors
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from monitor.errors import ConfigError, StoreError
from monitor.model import shown_database

__all__ = ["CONNECT", "PASSING", "SESSION", "connected", "options", "pooled", "reason", "settled"]

PATIENCE = 10.0  # seconds to wait for a connection

CONNECT: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
SESSION = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 20000",
    "SET client_min_messages = warning",
    "SET jit = off",  # what is asked is small
)

# What another process, or a person who makes room or starts the server, mends while we wait: states and their classes.
PASSING = {
    *("08", "40", "53", "57", "58"),
    errors.LockNotAvailable.sqlstate,
    errors.ReadOnlySqlTransaction.sqlstate,
    errors.FeatureNotSupported.sqlstate,
}


def options(purpose: str = "") -> dict[str, Any]:
    """Return how to connect; a person who looks at the server sees who does, and for what *purpose*."""
    who = f"monitor {purpose or os.getpid()} on {socket.gethostname()}"[:63]
    return {**CONNECT, "client_encoding": "UTF8", "application_name": who}


async def settled(conn: psycopg.AsyncConnection[Any]) -> None:
    """Make *conn* as every other."""
    for setting in SESSION:
        await conn.execute(setting)
    await conn.commit()


@asynccontextmanager
async def pooled(url: str, size: int) -> AsyncIterator[AsyncConnectionPool]:
    """Open up to *size* connections to *url*; StoreError where there are none to be had."""
    pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        kwargs=options("jobs"),
        configure=settled,
        check=AsyncConnectionPool.check_connection,
        timeout=PATIENCE,
        reconnect_timeout=PATIENCE,  # then whoever wants one has it tried again: a server may be away for longer
    )
    try:
        await pool.open(wait=True, timeout=PATIENCE)
    except PoolTimeout:
        await pool.close()
        raise StoreError(f"{shown_database(url)} has no more connections for us; raise max_connections") from None
    try:
        yield pool
    finally:
        await pool.close()


_HOST = r"(?:[^:/?#@,\[\]]*|\[[^\]/?#@]*\])(?::\d{1,5})?"
_READABLE = re.compile(rf"\w+://(?:[^@/?#]*@)?{_HOST}(?:,{_HOST})*(?:/[^@?#]*)?(?:\?[^@#]*)?")


def connected(url: str) -> psycopg.Connection[DictRow]:
    """Return a connection to *url*; StoreError or ConfigError in words that do not tell the password."""
    name = shown_database(url)
    # A password with a / or @ in it is taken for a host, and named in complaints about it.
    unreadable = ConfigError(
        (f"{name} cannot be read as postgresql://USER@HOST:PORT/DATABASE (write @ as %40 and / as %2F in a password)",)
    )
    if not _READABLE.fullmatch(url):
        raise unreadable
    try:
        conn: Any = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.RawCursor, **options())
    except psycopg.OperationalError as exc:
        state = exc.sqlstate
        passing = state is None or state in PASSING or state[:2] in PASSING
        raise StoreError(f"cannot connect to {name}: {reason(exc, url)}", passing=passing) from None
    except psycopg.Error:  # its words repeat the URL, password and all
        raise unreadable from None
    conn.row_factory = dict_row
    return cast("psycopg.Connection[DictRow]", conn)


def reason(exc: psycopg.Error, url: str) -> str:
    """Return the first line of what the server said, or the last of what was tried."""
    if exc.diag.message_primary:
        return exc.diag.message_primary.splitlines()[0]
    lines = [" ".join(line.split()) for line in str(exc).splitlines() if line.strip()] or ["no reason given"]
    line = next((line for line in reversed(lines) if "failed:" in line), lines[-1])
    return line.removeprefix("connection failed: ").replace(url, shown_database(url))
