"""Feeds from and for other readers, as OPML. Part of the roof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

from monitor import addresses
from monitor.errors import ConfigError, ParseError
from monitor.model import Feed, Settings

EVERY = timedelta(hours=1)


def added(settings: Settings) -> Settings:
    """
    Return *settings* with the feeds of its OPML files, those that it declares itself left as they are.

    :raises ConfigError: with every file that cannot be read.
    """
    problems: list[str] = []
    found: dict[str, Feed] = {}
    for name in settings.opml:
        try:
            found.update((feed.url, feed) for feed in _listed(Path(name), settings))
        except (OSError, ParseError) as fault:
            problems.append(f"{name}: {fault.strerror if isinstance(fault, OSError) else fault}")
    if problems:
        raise ConfigError(tuple(problems))
    declared = {feed.url for feed in (*settings.feeds, *settings.disabled)}
    new = (feed for url, feed in found.items() if url not in declared)
    return replace(settings, feeds=(*settings.feeds, *new))


def _listed(file: Path, settings: Settings) -> Iterator[Feed]:
    from monitor import parse  # few name OPML files, and every command reads the configuration

    for outline in parse.outlines(file.read_bytes()):
        yield Feed(outline.url, EVERY, timezone=settings.timezone)


def opml(feeds: Iterable[Feed]) -> str:
    """Return an OPML file of those of *feeds* that any reader could subscribe to: see :func:`is_portable`."""
    rows = (
        f'    <outline type="rss" text={_quoted(f.url)} xmlUrl={_quoted(f.url)}/>\n' for f in feeds if is_portable(f)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>monitor</title></head>\n'
    return f"{head}  <body>\n{''.join(rows)}  </body>\n</opml>\n"


def is_portable(feed: Feed) -> bool:
    """Return whether *feed* is a feed at one address: lists and APIs, and addresses that change, are ours alone."""
    return feed.kind in ("", "feed") and addresses.is_fixed(feed.url) and not feed.steps


def _quoted(text: str) -> str:
    return quoteattr(text.encode("utf-8", "replace").decode())
