"""Fetchers for tests: small limits, no rest, and only the named servers open."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from monitor.fetch import Fetcher
from monitor.model import FetchSettings
from tests.hostile import HostileServer, Script
from tests.hostile_cases import ROUTES

MB = 1024 * 1024
SOON = timedelta(seconds=0.4)
QUICK = FetchSettings(
    timeout=timedelta(seconds=10), pause=timedelta(), max_bytes=MB, max_inflated=2 * MB, concurrency=8
)


def hostile(routes: dict[str, Script] | None = None, *, tls: ssl.SSLContext | None = None) -> HostileServer:
    """Return a server with *routes*, and every hostile case under /case/."""
    return HostileServer(ROUTES | (routes or {}), tls=tls)


def settings(*open_to: HostileServer | str, **changes: Any) -> FetchSettings:
    """Return quick settings that may talk to *open_to* (servers, or "host:port")."""
    allowed = tuple(o if isinstance(o, str) else o.address for o in open_to)
    return replace(QUICK, allow_private=allowed, **changes)


def fetcher(*open_to: HostileServer | str, names: dict[str, Sequence[str]] | None = None, **changes: Any) -> Fetcher:
    """Return a fetcher whose names are looked up in *names* alone."""
    return Fetcher(settings(*open_to, **changes), resolve=directory(names or {}), tls=trust())


@cache
def trust() -> ssl.SSLContext:
    """Return the usual trust store, read once: reading it takes longer than most tests."""
    return ssl.create_default_context()


def directory(names: dict[str, Sequence[str]]) -> Any:
    """Return a resolver that knows *names* and nothing else."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host not in names:
            raise OSError(f"{host} is not known here")
        return names[host]

    return resolve
