"""Links as sent -> what to fetch: relative ones resolved, aggregators' wrappers opened or kept as aliases."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from monitor.normalize import urls

__all__ = ["absolute", "credited", "is_home", "wrapper"]

MAX_URL = 4_096
"""Characters of a link: servers refuse longer ones."""

_CLOSED = (("news.google.com", "/rss/articles/"), ("news.google.com", "/articles/"), ("news.google.com", "/read/"))
"""Redirectors whose target cannot be read from the link: the link itself is all there is."""


def absolute(link: str, base: str) -> str:
    """Return *link* as an http(s) address, or "" if it is none."""
    link = link.strip()
    if not link or len(link) > MAX_URL:
        return ""
    try:
        url = urls.canonical(link, base)
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def wrapper(link: str, base: str, target: str) -> tuple[str, ...]:
    """
    Return the address that *link* spells where it is not *target*, the one behind it, but a redirector's.

    A redirector that does not say where it leads is its own target, and an alias all the same.
    """
    parts = urlsplit(target)
    if any(_of(parts.hostname or "", owner) and parts.path.startswith(path) for owner, path in _CLOSED):
        return (target,)
    host = parts.netloc.lower()
    if "//" not in link or host in link.lower().partition("?")[0]:
        return ()
    sent = urljoin(base, link.strip())
    return (sent,) if (urlsplit(sent).hostname or "") != (parts.hostname or "") else ()


def is_home(key: str) -> bool:
    """Return whether a cleaned link names a site rather than a page of it."""
    parts = urlsplit(key if "//" in key else f"//{key}")
    return parts.path in ("", "/") and not parts.query


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
    return (head.strip(), tail.strip()) if _of(urlsplit(url).hostname or "", "news.google.com") else (title, source)


def _of(host: str, owner: str) -> bool:
    return host == owner or host.endswith(f".{owner}")
