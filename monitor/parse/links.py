"""Links as sent -> what to fetch: relative ones resolved, aggregators' wrappers opened or kept as aliases."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from monitor.normalize import urls

__all__ = ["absolute", "credited", "is_home", "unwrapped"]

MAX_URL = 4_096
"""Characters of a link: servers refuse longer ones."""

_WRAPPERS = (
    ("bing.com", "/news/apiclick.aspx", ("url",)),
    ("go.rss.sina.com.cn", "/redirect.php", ("url",)),
    ("google.com", "/url", ("url", "q")),
)
"""Host, path and parameters of redirectors that carry their target in the open."""

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


def unwrapped(url: str) -> tuple[str, tuple[str, ...]]:
    """Return the address behind a redirector's link, and the link itself as an alias where it is a wrapper."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    for owner, path, names in _WRAPPERS:
        if _of(host, owner) and parts.path.lower() == path:
            values = parse_qs(parts.query)
            for name in names:
                target = absolute(values.get(name, [""])[0], "")
                if target:
                    return target, (url,)
    if any(_of(host, owner) and parts.path.startswith(path) for owner, path in _CLOSED):
        return url, (url,)
    return url, ()


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
