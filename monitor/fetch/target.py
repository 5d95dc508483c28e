"""
What a URL says, read strictly: one spelling, one meaning.

What a browser would forgive, an attacker uses to make the checker and the connector read two different hosts;
so whatever is ambiguous is refused (decimal, octal, hex and short IPv4 forms, user info, control characters).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urljoin, urlsplit

import idna

from monitor.errors import Refused
from monitor.fetch import reasons

PORTS = {"http": 80, "https": 443}
MAX_URL = 8192  # RFC 9110 4.1 asks for at least 8,000
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_SAFE = "/?:@!$&'()*+,;=%~-._[]"
# Nine in ten: a host in small letters, nothing to quote, no fragment. Taken apart at once they come out as urlsplit has them.
_PLAIN = re.compile(
    r"(https?)://([a-z0-9_.-]+)(?::([1-9][0-9]{0,3}|[1-5][0-9]{4}))?(/[\w/:@!$&'()*+,;=%~.\[\]-]*(?:\?[\w/?:@!$&'()*+,;=%~.\[\]-]+)?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes; ``url`` is plain ASCII, ``written`` is "host:port" as the URL spelled it."""

    url: str
    scheme: str
    host: str  # ASCII, lower case, no brackets
    port: int
    written: str
    literal: IPv4Address | IPv6Address | None = None

    @property
    def origin(self) -> str:
        """Return scheme, host and port: what robots.txt is valid for (RFC 9309 2.3)."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"

    @property
    def authority(self) -> str:
        """Return host and port as a request names them: without the port that the scheme means anyway."""
        host = _bracketed(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """Return the path with its query."""
        return self.url[len(self.scheme) + 3 + len(self.authority) :]

    @property
    def party(self) -> str:
        """Return who is asked: the host, and its port where that is not one of the web's own (another server)."""
        return self.host if self.port in PORTS.values() else f"{_bracketed(self.host)}:{self.port}"


def read(url: str) -> Target:
    """Return what *url* says; raise Refused where it is not one plain http or https URL."""
    if len(url) <= MAX_URL and (found := _PLAIN.fullmatch(url)):
        scheme, written, port, rest = found.groups()
        number = int(port) if port else PORTS[scheme]
        return _target(scheme, *_host(url, written), number, written, rest)
    return in_general(url)


def in_general(url: str) -> Target:
    """Return what :func:`read` does, for any URL."""
    text = url.strip(" ")
    if len(text) > MAX_URL or _CONTROL.search(text):
        raise Refused(url[:MAX_URL], reasons.BAD_URL, "too long, or with control characters in it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise Refused(url, reasons.BAD_URL, str(exc)) from exc
    if parts.scheme not in PORTS:
        raise Refused(
            url, reasons.SCHEME, f"only http and https are asked, not {parts.scheme or 'a URL without scheme'}"
        )
    if "@" in parts.netloc:
        raise Refused(url, reasons.USER_INFO, "a URL with a user name in it hides its host")
    written = parts.hostname or ""
    host, literal = _host(url, written)
    if "[" in parts.netloc and literal is None:
        raise Refused(url, reasons.BAD_URL, "brackets are for IPv6 addresses")
    number = PORTS[parts.scheme] if port is None else port
    if number == 0 or not parts.netloc.isprintable():
        raise Refused(url, reasons.BAD_URL, "no such port")
    rest = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return _target(parts.scheme, host, literal, number, written.lower(), rest)


def _target(
    scheme: str, host: str, literal: IPv4Address | IPv6Address | None, port: int, written: str, rest: str
) -> Target:
    shown = _bracketed(host) if port == PORTS[scheme] else f"{_bracketed(host)}:{port}"
    return Target(f"{scheme}://{shown}{rest}", scheme, host, port, f"{_bracketed(written)}:{port}", literal)


def join(base: Target, location: str) -> str:
    """Return the absolute URL that a Location header means (RFC 9110 10.2.2); raise Refused where it means none."""
    try:
        return urljoin(base.url, location.strip())
    except ValueError as exc:
        raise Refused(location[:MAX_URL], reasons.BAD_URL, str(exc)) from exc


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _host(url: str, written: str) -> tuple[str, IPv4Address | IPv6Address | None]:
    """Return the host in ASCII and, where it is an address, that address."""
    if ":" in written:
        return _address6(url, written)
    host = _ascii(url, written).removesuffix(".")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise Refused(url, reasons.BAD_URL, f"{written[:100]!r} is not a host name")
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return host, None
    # Ends in a number: an IPv4 address (WHATWG URL, "ends in a number checker"), in the one plain spelling or not at all.
    address = _address4(host)
    if address is None or host != written:
        raise Refused(url, reasons.NOT_PUBLIC, f"{written[:100]!r} is an address in disguise")
    return host, address


@lru_cache(maxsize=1024)
def _address4(host: str) -> IPv4Address | None:
    """Return the address that *host* spells as it is written; None where it spells none so."""
    try:
        address = IPv4Address(host)
    except ValueError:
        return None
    return address if str(address) == host else None


def _address6(url: str, written: str) -> tuple[str, IPv6Address]:
    try:
        address = ip_address(written)
    except ValueError:
        raise Refused(url, reasons.BAD_URL, f"{written[:100]!r} is not an address") from None
    if not isinstance(address, IPv6Address) or address.scope_id is not None:
        raise Refused(url, reasons.NOT_PUBLIC, f"{written[:100]!r} names a local zone")
    return str(address), address


def _ascii(url: str, host: str) -> str:
    """Return *host* as it goes over the wire (IDNA 2008 with the UTS 46 mapping, as browsers do)."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as exc:
        raise Refused(url, reasons.BAD_URL, f"{host[:100]!r} is not a host name ({exc})") from exc
