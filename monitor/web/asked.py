"""What an address asks for: filters, order, page, and as of when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from monitor import reading
from monitor.export import lines
from monitor.model import EntryState, Event, Kind, Status, Topic
from monitor.web.shelf import called

PAGE = 50  # events on one page: quick to send, and enough to read
LONGEST_PAGE = 200  # that a program may ask for


class WrongQuestion(Exception):
    """An address asks for something that cannot be; its text says what, for a person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The events that somebody wants to see, and which page of them."""

    path: str
    kind: str = ""
    status: str = ""
    actor: str = ""
    source: str = ""
    first: str = ""  # a year, month or day
    last: str = ""
    order: str = ""
    new: str = ""
    background: str = ""
    then: str = ""  # as written
    as_of: datetime | None = None
    page: int = 1
    size: int = PAGE

    @property
    def filtered(self) -> bool:
        """Whether anything is left out or put in."""
        wanted = (self.kind, self.status, self.actor, self.source, self.first, self.last, self.new, self.background)
        return any(wanted)

    def url(self, **changes: object) -> str:
        """Return the address of the same question but for *changes*; without a page it begins at the first."""
        if "as_of" in changes:
            changes["then"] = changes.pop("as_of") or ""
        asked = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        values = {name: getattr(asked, field) for name, field in _FIELDS.items()}
        values["page"] = str(asked.page) if asked.page > 1 else ""
        query = urlencode({k: v for k, v in values.items() if v})
        return f"{self.path}?{query}" if query else self.path

    def fits(self, names: Callable[[str], str]) -> Callable[[Event], bool]:
        """Return what tells whether an event is wanted; a date fits when it may lie within the days asked for."""
        tests: list[Callable[[Event], bool]] = []
        if self.kind:
            tests.append(lambda e: e.kind.value == self.kind)
        if self.status:
            tests.append(lambda e: e.status.value == self.status)
        if self.actor:
            tests.append(lambda e: any(self.actor in (called(a), a.name) for a in e.actors))
        if self.source:
            tests.append(lambda e: self.source in lines.sources(e, names) or self.source in lines.sources(e))
        if self.first or self.last:
            tests.append(_overlap(_bound(self.first, last=False), _bound(self.last, last=True)))
        return lambda event: all(test(event) for test in tests)


_FIELDS = {
    "kind": "kind",
    "status": "status",
    "actor": "actor",
    "source": "source",
    "from": "first",
    "to": "last",
    "order": "order",
    "new": "new",
    "background": "background",
    "as_of": "then",
}


def asked(path: str, query: Mapping[str, str], topic: Topic) -> Asked:
    """
    Return what *query* asks of *topic*.

    :raises WrongQuestion: when it holds a value that cannot be.
    """
    given = {field: query.get(name, "").strip() for name, field in _FIELDS.items()}
    page = _number(query, "page", 1, 1_000_000)
    size = _number(query, "per_page", PAGE, LONGEST_PAGE)
    found = Asked(path, page=page, size=size, as_of=moment(given["then"], topic), **given)
    _closed("kind", found.kind, [k.value for k in Kind])
    _closed("status", found.status, [s.value for s in Status])
    _closed("order", found.order, ["newest", "oldest"])
    _bound(found.first, last=False)
    _bound(found.last, last=True)
    return found


def moment(text: str, topic: Topic) -> datetime | None:
    """Return what ``as_of`` means, None where it is empty."""
    try:
        return reading.instant(text, topic) if text else None
    except ValueError as wrong:
        raise WrongQuestion(f"as_of: {wrong}") from None


def state(text: str) -> EntryState | None:
    """Return the state of entries that is wanted, None for any."""
    _closed("state", text, [s.value for s in EntryState])
    return EntryState(text) if text else None


def _closed(name: str, value: str, known: list[str]) -> None:
    if value and value not in known:
        raise WrongQuestion(f"{name}: {value[:40]!r} is none of {', '.join(known)}")


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise WrongQuestion(f"{name}: {text[:40]!r} is no number from 1 to {most}")
    return int(text)


def _bound(text: str, *, last: bool) -> date | None:
    """Return the first or last day of a year, month or day as written."""
    if not text:
        return None
    try:
        match [int(part) for part in text.split("-")]:
            case [year]:
                return date(year, 12, 31) if last else date(year, 1, 1)
            case [year, month] if last:
                return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
            case [year, month]:
                return date(year, month, 1)
            case [year, month, day]:
                return date(year, month, day)
    except (ValueError, OverflowError):
        pass
    raise WrongQuestion(f"{text[:40]!r} is no year (2025), month (2025-03) or day (2025-03-20)")


def _overlap(first: date | None, last: date | None) -> Callable[[Event], bool]:
    def fits(event: Event) -> bool:
        when = event.when
        if when.edtf is None:
            return False
        begins, ends = when.earliest or date.min, when.latest or date.max
        return (first is None or ends >= first) and (last is None or begins <= last)

    return fits
