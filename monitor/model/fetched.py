"""What is asked of the network and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Validators:
    """
    What a conditional request sends back, exactly as received.

    ``url`` is where they came from: they mean nothing to another address that a redirect leads to. "" is any.
    """

    etag: str = ""
    last_modified: str = ""
    url: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True)
class Request:
    """
    One thing to ask for; ``page`` requests heed robots.txt.

    ``body`` goes with POST alone, ``method`` is GET or POST; a POST is followed nowhere but on its own server. ``part``
    are the first and the last byte that are wanted, as they lie there, nothing unpacked; who has no parts sends all.
    """

    url: str
    validators: Validators = Validators()
    headers: tuple[tuple[str, str], ...] = ()
    page: bool = False
    method: str = "GET"
    body: bytes = b""
    part: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """
    A usable answer: status 200 with a body, 206 with the part that was asked for, or 304 with ``body`` None.

    ``headers`` are lower-cased name and value, in order. ``moved_to`` is where a chain made only of
    permanent redirects (301, 308) led, else "".
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    moved_to: str = ""

    def header(self, name: str) -> str:
        """Return the first header called *name* (lower case), or ""."""
        return next((v for n, v in self.headers if n == name), "")


@dataclass(frozen=True, slots=True)
class RobotsEntry:
    """
    What is remembered of one origin's robots.txt ("https://example.org:443") for another *fresh* seconds.

    ``rules`` are the lines that speak to us; ``closed`` says why nothing may be read, or "".
    """

    origin: str
    rules: str
    closed: str
    fresh: float


@dataclass(frozen=True, slots=True)
class Manners:
    """
    What a process knows of hosts that the next one must know too.

    ``rests`` are seconds for which a host ("example.org" or "example.org:8080") is still to be left alone.
    ``abrupt``: the process did not end in good order, so that any host may have been asked just now.
    """

    rests: Mapping[str, float] = field(default_factory=dict)
    robots: tuple[RobotsEntry, ...] = ()
    abrupt: bool = False
