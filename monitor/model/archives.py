"""Archives: years of news in files, read back into the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.model.polls import Screened


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are wanted, both inclusive; None is open."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Return whether *day* is wanted."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an archive is read for: topics by id, and the days, in ``zone``."""

    topics: tuple[str, ...]
    span: Span = Span()
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Reads:
    """
    What became of the records of an archive.

    ``records == other + outside + unnamed + unread + found`` always holds; ``found`` records gave ``entries``.
    """

    records: int = 0
    other: int = 0  # no page: requests, metadata, images, redirects
    outside: int = 0  # of days that are not wanted
    unnamed: int = 0  # the bytes name no topic
    unread: int = 0  # named one, and could not be read
    found: int = 0
    faults: int = 0  # places at which the archive itself is damaged; what lies there is lost

    def __add__(self, more: Reads) -> Reads:
        return Reads(
            self.records + more.records,
            self.other + more.other,
            self.outside + more.outside,
            self.unnamed + more.unnamed,
            self.unread + more.unread,
            self.found + more.found,
            self.faults + more.faults,
        )


@dataclass(frozen=True, slots=True)
class Capture:
    """
    One record of an archive: what stood at ``url``, and when it was saved (None: the archive does not say).

    ``kind`` is page, feed, or row: an address with a ``title`` and names that somebody else found in its page. ``body``
    is as a browser would have got it. ``digest`` is what the archive says of the record, "" where it says nothing.
    """

    url: str
    at: datetime | None
    body: bytes
    content_type: str
    offset: int
    digest: str = ""
    kind: str = "page"
    title: str = ""
    names: str = ""
    seen: str = ""  # when the page was found, as a row says it


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an archive as it was read: everything before ``position``, and of that what is named ``captures``."""

    position: int
    captures: tuple[Capture, ...]
    reads: Reads
    problems: tuple[str, ...] = ()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """
    A file that is read for one question; ``position`` is where to go on, in the file's own measure.

    ``name`` is where it lies, ``kind`` what reads it, ``feed`` what its entries are listed under.
    """

    id: str
    name: str
    kind: str
    feed: str
    scope: Scope
    position: int = 0
    reads: Reads = Reads()
    finished: datetime | None = None
    problem: str = ""  # why it cannot be read on
    entries: Mapping[str, int] = field(default_factory=dict)  # that it brought first, by state


@dataclass(frozen=True, slots=True)
class Saved:
    """What an archive has of an entry: where, and the page itself until it is digested."""

    archive: str  # its name
    offset: int
    digest: str
    fetched: datetime | None  # None: the archive does not say when it was saved
    content_type: str
    sha256: str  # of the body; "" where the archive has none
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Brought:
    """An entry from an archive, screened, and what the archive has of it; rejected ones need no body."""

    screened: Screened
    saved: Saved


@dataclass(frozen=True, slots=True)
class Taken:
    """A part as it is to be written: whole, and only if the archive stands at ``before`` still."""

    archive: str
    before: int
    position: int
    reads: Reads
    brought: tuple[Brought, ...]
    ended: bool = False
