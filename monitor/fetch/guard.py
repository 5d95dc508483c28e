"""
Which addresses may be connected to: global unicast only, whatever the name.

The list is ours and not ``ipaddress.is_global``, which differs between Python versions. Sources: the IANA IPv4 and
IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190), and the cloud metadata addresses that lie in global space.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from monitor.errors import FetchError, Refused
from monitor.fetch import reasons, target
from monitor.fetch.target import Target

Address = IPv4Address | IPv6Address
# (host, port) -> addresses as text; raises OSError where the name has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_ADDRESSES = 4  # tried for one request: two of each family

_CLOSED4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; a cloud's metadata at 100.100.100.200
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # a cloud's platform address, in global space
            "169.254.0.0/16",  # link-local; metadata at 169.254.169.254
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays, withdrawn
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks; what proxies in fake-IP mode answer
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# Global unicast is 2000::/3 (RFC 4291 2.4); mapped, NAT64, unique local, link-local and multicast lie outside of it.
_OPEN6 = IPv6Network("2000::/3")
_CLOSED6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4 carries an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)
_FAKE_IP = IPv4Network("198.18.0.0/15")
# Names that never mean a public host (RFC 6761, RFC 6762, RFC 8375; .internal is reserved by ICANN, 2024).
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


def is_public(address: Address) -> bool:
    """Say whether *address* is a global unicast one that carries no other address within."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED4)
    return address in _OPEN6 and not any(address in network for network in _CLOSED6)


class Guard:
    """Says where a request may go; *allow_private* holds "host:port" as URLs write it."""

    def __init__(self, allow_private: Iterable[str], resolve: Resolve) -> None:
        self._open = frozenset(entry.lower() for entry in allow_private)
        self._resolve = resolve

    def admit(self, url: str) -> Target:
        """Read *url* and return its target; raise Refused where its form or its literal address forbids it."""
        goal = target.read(url)
        if self._is_open(goal):
            return goal
        if goal.literal is not None and not is_public(goal.literal):
            raise Refused(url, reasons.NOT_PUBLIC, f"{goal.host} is not a public address")
        if goal.literal is None and ("." not in goal.host or goal.host.endswith(_LOCAL_NAMES)):
            raise Refused(url, reasons.NOT_PUBLIC, f"{goal.host} is a local name")
        return goal

    async def addresses(self, goal: Target) -> tuple[str, ...]:
        """
        Resolve *goal* and return what may be connected to, in the order to try.

        Raise Refused where no address is public, FetchError ("dns") where there is none at all.
        """
        if goal.literal is not None:
            return (str(goal.literal),)
        found = _parsed(await self._lookup(goal))
        usable = found if self._is_open(goal) else [a for a in found if is_public(a)]
        if usable:
            return tuple(str(a) for a in _interleaved(usable))[:MAX_ADDRESSES]
        if found:
            raise Refused(goal.url, reasons.NOT_PUBLIC, _why_not(goal.host, found[0]))
        raise FetchError(goal.url, reasons.DNS, f"{goal.host} has no address", connected=False)

    def _is_open(self, goal: Target) -> bool:
        return goal.written in self._open

    async def _lookup(self, goal: Target) -> Sequence[str]:
        try:
            return await self._resolve(goal.host, goal.port)
        except OSError as exc:
            detail = f"{goal.host} cannot be found ({exc.strerror or exc})"
            raise FetchError(goal.url, reasons.DNS, detail, connected=False) from exc


def _parsed(texts: Iterable[str]) -> list[Address]:
    """Return each address once, in order; a zone ("%eth0") marks a local one, and stays refusable as such."""
    return list(dict.fromkeys(ip_address(text) for text in texts))


def _interleaved(addresses: Sequence[Address]) -> list[Address]:
    """Alternate the families, beginning with the system's first choice (RFC 8305 4): one dead family costs one try."""
    first = [a for a in addresses if a.version == addresses[0].version]
    other = [a for a in addresses if a.version != addresses[0].version]
    mixed = [a for pair in zip(first, other, strict=False) for a in pair]
    return mixed + [a for a in addresses if a not in mixed]


def _why_not(host: str, address: Address) -> str:
    sentence = f"{host} leads to {address}, which is not a public address"
    if address.version == 4 and address in _FAKE_IP:
        sentence += " (a proxy program in fake-IP mode answers so: name it in fetch.proxy)"
    return sentence
