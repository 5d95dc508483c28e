"""
Addresses: what to fetch, what makes two of them the same, the day that one names.

What sites do is data a person can edit: ``data/redirects.tsv`` (addresses inside addresses),
``data/tracking.tsv`` (parameters that say where a reader came from), ``data/hosts.tsv`` (domains that are one
site) and ``data/same.tsv`` (one article under several addresses). Two different articles must never become one, so whatever may be an id stays.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import SplitResult, parse_qsl, unquote_plus, urlencode, urljoin, urlsplit, urlunsplit

from monitor.normalize.script import table

__all__ = ["canonical", "day_in", "identity", "is_mirror", "named", "ordinary"]

_JUNK = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PORTS = {"http": 80, "https": 443}
_WRAPPED = 3  # an address in an address in an address: seen twice, never deeper
_MIRRORS = re.compile(r"^(?:www|m|wap|mobile|3g|amp|big5)\.(?=[^.]+\.[^.])")
# The gateways from one script to the other: big5.HOST/gate/big5/HOST/PATH of news and government sites on the mainland,
# sc.HOST/TuniS/HOST/PATH in Hong Kong.
_GATEWAY = re.compile(r"/(?:gate/(?:big5|gb)|TuniS)/([\w.-]+\.[A-Za-z]{2,}(?::\d{1,5})?)(/.*)")
_LONGEST_CLEANED = 1_000  # no site's address of an article is longer: what is, stays as it is
_LONGEST_HOST = 253  # RFC 1035, 2.3.4; the rules try every beginning of a host
_MOST_PARAMETERS = 40  # more than any site's address has: they are left as they are
_NOT_IN_PATH = re.compile(r"[^\w/%:@!$&'()*+,;=~.-]+", re.ASCII)
_NOT_IN_QUERY = re.compile(r"""[^\w/%:@!$&'()*+,;=~.?\[\]{}|"-]+""", re.ASCII)
_ESCAPES = re.compile("(?:%[0-9a-f]{2})+", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{5}")
_ID_IN_PATH = re.compile(r"\d{4}")
# Nine in ten addresses need no tidying: lower-case host, no port, nothing to quote, no other address within.
_ORDINARY = re.compile(
    r"https?://(?P<host>(?:[a-z0-9-]+\.)+[a-z0-9-]+)(?P<path>/[\w/.~-]*)(?:\?(?P<query>[\w.~=&-]+))?", re.ASCII
)


def canonical(url: str, base: str = "") -> str:
    """
    Return the address to fetch: absolute, no fragment, scheme and host in lower case, no default port.

    An address that only redirects to another one named in its query becomes that one. What is no address at
    all (a broken host or port) comes back as it was, stripped.
    """
    if ordinary(url):
        return url
    text = _JUNK.sub("", url).strip()
    for _ in range(_WRAPPED):
        try:
            parts = _tidy(urlsplit(urljoin(base, text)))
        except ValueError:
            return text
        inner = _wrapped(parts)
        if not inner:
            return urlunsplit(parts)
        text, base = inner, ""
    return text


def identity(url: str) -> str:
    """
    Return what makes two addresses the same article; not an address, and stable over releases of the tables.

    Scheme, ``www.``, a mobile host in front of a path with an id, a gateway to the traditional script, tracking
    parameters, the order of parameters and a slash at the end make no difference.
    """
    if found := ordinary(url):
        return named(found)
    address = canonical(url)
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if parts.scheme not in _PORTS:
        return address
    return _same_as(parts.netloc, parts.path, parts.query, len(address))


def named(found: re.Match[str]) -> str:
    """Return the :func:`identity` of an :func:`ordinary` address."""
    host, path, query = found.groups()
    return _same_as(host, path, query or "", len(found.string))


def is_mirror(url: str) -> bool:
    """
    Return whether the host of *url* is another one than its identity names: a gateway, or a site that keeps the ids
    of the one it copies. Anybody can set one up; what it shows is the original's only as long as that is not known.
    """
    try:
        host = urlsplit(url).netloc.lower()
    except ValueError:
        return False
    site = identity(url).partition("/")[0]
    return "." in site and not _is_host(_renamed(host.removeprefix("www.")), site)


def day_in(url: str) -> date | None:
    """Return the day that the path of *url* names; None if it names none, two, or one that never was."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    days = {_day(found) for found in _DAY.finditer(path)}
    return days.pop() if len(days) == 1 else None


# --------------------------------------------------------------------------- what to fetch


def ordinary(url: str) -> re.Match[str] | None:
    """Return the parts of *url* (host, path, query) where it needs no tidying: it is its own canonical form."""
    return _ORDINARY.fullmatch(url) if "/." not in url else None


def _tidy(parts: SplitResult) -> SplitResult:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return parts._replace(fragment="")
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port not in (None, _PORTS.get(parts.scheme)) else ""
    user = parts.netloc.rpartition("@")[0]
    path = _NOT_IN_PATH.sub(_escaped, parts.path or "/")
    query = _NOT_IN_QUERY.sub(_escaped, parts.query)
    return SplitResult(parts.scheme, (f"{user}@" if user else "") + host + port, _without_dots(path), query, "")


def _escaped(found: re.Match[str]) -> str:
    return f"%{found.group().encode('utf-8').hex('%').upper()}"


def _without_dots(path: str) -> str:
    return urljoin("/", path) if "/." in path and not path.startswith("//") else path


def _wrapped(parts: SplitResult) -> str:
    """The address that *parts* merely redirects to, or ""."""
    for host, path, name in _redirects():
        if _is_host(parts.netloc, host) and parts.path.startswith(path):
            for found in re.finditer(rf"(?:^|&){name}=([^&]*)", parts.query):
                value = unquote_plus(found[1])
                if value.startswith(("http://", "https://")):
                    return value
    return ""


def _is_host(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith("." + suffix)


@functools.cache
def _redirects() -> tuple[tuple[str, ...], ...]:
    return table("redirects.tsv")


# --------------------------------------------------------------------------- what makes it the same


def _same_as(host: str, path: str, query: str, length: int) -> str:
    if gate := _GATEWAY.fullmatch(path):
        host, path = gate[1].lower(), gate[2]
    address = f"{host}{path}?{query}" if query else host + path
    if length > _LONGEST_CLEANED or len(host) > _LONGEST_HOST:
        return address
    ruled = _any_rule().match(address)
    return (_by_rule(address) if ruled else "") or _in_general(host, path, query)


def _by_rule(address: str) -> str:
    return next((found.expand(name) for pattern, name in _same() if (found := pattern.match(address))), "")


def _in_general(host: str, path: str, query: str) -> str:
    if "%" in path:
        path = _ESCAPES.sub(lambda found: found.group().upper(), path)
    named = _ID_IN_PATH.search(path) is not None
    host = _site(host, named)
    if not query:
        return host + path.rstrip("/")
    kept = urlencode(sorted(_kept(query, named, host))) if query.count("&") < _MOST_PARAMETERS else query
    return host + path.rstrip("/") + (f"?{kept}" if kept else "")


@functools.lru_cache(maxsize=4096)
def _site(host: str, named: bool) -> str:
    """Return the one name of a site; a mobile host goes where the path is *named* by an id. Hosts are few, addresses many."""
    host = _renamed(host.removeprefix("www."))
    return _MIRRORS.sub("", host) if named else host


def _renamed(host: str) -> str:
    for old, new in _hosts():
        if _is_host(host, old):
            return host.removesuffix(old) + new
    return host


@functools.cache
def _hosts() -> tuple[tuple[str, ...], ...]:
    return table("hosts.tsv")


def _kept(query: str, named: bool, host: str) -> Iterator[tuple[str, str]]:
    strong, weak = _tracking()
    for key, value in parse_qsl(query, keep_blank_values=True):
        name = key.lower()
        doubtful = weak.fullmatch(name) and (named or not _LONG_NUMBER.search(value))
        if not (doubtful or strong.fullmatch(name) or strong.fullmatch(f"{host} {name}")):
            yield key, value


@functools.cache
def _tracking() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = table("tracking.tsv")
    return _any_of(rows, "always"), _any_of(rows, "unless an id")


def _any_of(rows: tuple[tuple[str, ...], ...], when: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(row[1]).replace(r"\*", ".*") for row in rows if row[0] == when))


@functools.cache
def _any_rule() -> re.Pattern[str]:
    """One pattern for all rules: most addresses fit none, and are asked once."""
    return _rule("|".join(pattern for pattern, *_ in table("same.tsv")))


@functools.cache
def _same() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_rule(pattern), name) for pattern, name, *_ in table("same.tsv"))


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[\w-]+\.)*(?:{pattern})(?:[?#&]|$)")


# --------------------------------------------------------------------------- the day

_YEAR, _MONTH, _DAY_OF_MONTH = r"(?:19[89]\d|20\d\d)", r"\d\d", r"\d\d"
# /2025/03-19/ /2025/03/20/ /2025/0320/ /202509/09/ /2025-03/20/ /2025-03-20/ /20250320/ /t20250320_1.htm /20250320A01BCD00
_DAY = re.compile(
    rf"(?<![0-9A-Za-z])(?:t|P0)?(?P<y>{_YEAR})[-/_]?(?P<m>{_MONTH})[-/_]?(?P<d>{_DAY_OF_MONTH})(?=[^0-9A-Za-z]|$|[A-Z][0-9A-Z]{{5}})"
)


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
