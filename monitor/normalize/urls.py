"""Addresses: what to fetch, what makes two the same, the day a path names."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urldefrag, urljoin, urlsplit

_DAY = re.compile(r"/(20\d\d|19\d\d)[-/]?(\d\d)[-/]?(\d\d)(?=[/_.]|$)")


def canonical(url: str, base: str = "") -> str:
    """Return the address to fetch: absolute, without fragment."""
    return urldefrag(urljoin(base, url.strip())).url


def identity(url: str) -> str:
    """Return what makes two addresses the same."""
    parts = urlsplit(canonical(url))
    host = parts.netloc.lower().removeprefix("www.")
    return f"{host}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def day_in(url: str) -> date | None:
    """Return the day that the path names, or None."""
    found = _DAY.search(urlsplit(url).path)
    if not found:
        return None
    try:
        return date(*(int(g) for g in found.groups()))
    except ValueError:
        return None
