"""Links as sent -> what to fetch: relative ones resolved, aggregators' wrappers opened or kept as aliases."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from monitor.normalize import urls

__all__ = ["absolute", "credited", "is_closed", "is_home", "plain", "wrapper"]

MAX_URL = 4_096
"""Characters of a link: servers refuse longer ones."""

MAX_HOST = 253
"""Characters of a host: DNS carries no more."""

_ADDRESS = re.compile(r"https?://(?:[^/?#\s\[\]]|\[[0-9a-fA-F:.]+\])")
_CLOSED = tuple(f"https://news.google.com/{path}/" for path in ("rss/articles", "articles", "read"))
"""Redirectors whose target cannot be read from the link: the link itself is all there is."""


def absolute(link: str, base: str) -> str:
    """Return *link* as an http(s) address, or "" if it is none."""
    link = link.strip()
    if not link or len(link) > MAX_URL:
        return ""
    if plain(link):
        return link
    url = urls.canonical(link, base)
    return url if _ADDRESS.match(url) and _is_whole(url) else ""


def plain(link: str) -> re.Match[str] | None:
    """Return the parts of *link* where it is an address that needs no mending."""
    found = urls.ordinary(link) if len(link) <= MAX_URL else None
    return found if found and len(found["host"]) <= MAX_HOST else None


def _is_whole(url: str) -> bool:
    """Return whether *url* can be taken apart: later rooms do so, and a host with half a bracket in it cannot."""
    try:
        return 0 < len(urlsplit(url).hostname or "") <= MAX_HOST
    except ValueError:
        return False


def wrapper(link: str, base: str, target: str) -> tuple[str, ...]:
    """
    Return the address that *link* spells where it is not *target*, the one behind it, but a redirector's.

    A redirector that does not say where it leads is its own target, and an alias all the same.
    """
    if is_closed(target):
        return (target,)
    if link == target:
        return ()
    host = target.split("/", 3)[2]
    if "//" not in link or host in link.lower().partition("?")[0]:
        return ()
    return (urljoin(base, link.strip()),)


def is_closed(url: str) -> bool:
    """Return whether *url* is an aggregator's own page, which does not say where the article is."""
    return url.startswith(_CLOSED)


def is_home(key: str) -> bool:
    """Return whether a cleaned link names a site rather than a page of it."""
    rest = (key.partition("://")[2] or key).rstrip("/")
    return "/" not in rest and "?" not in rest


def credited(title: str, source: str, url: str) -> tuple[str, str]:
    """
    Return the title without the outlet's name that an aggregator puts behind it, and that name.

    Without a named source this is done for aggregators only: elsewhere a dash may be part of the headline.
    """
    head, dash, tail = title.rpartition(" - ")
    if not dash or not head.strip():
        return title, source
    if source:
        return (head.strip(), source) if tail.strip() == source else (title, source)
    return (head.strip(), tail.strip()) if is_closed(url) else (title, source)
