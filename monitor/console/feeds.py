"""How feeds are doing, and what a round of them brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from monitor import rhythm
from monitor.clock import minute
from monitor.console.log import printable
from monitor.console.output import Json, console, print_json
from monitor.export import record
from monitor.model import Counts, Feed, FeedStatus, RoundRecord


def show_schedule(statuses: Sequence[FeedStatus], now: datetime, *, err: bool = False) -> None:
    """Print which sources are asked when."""
    _show(statuses, {}, now, err=err)


def _show(statuses: Sequence[FeedStatus], rhythms: Mapping[str, str], now: datetime, *, err: bool = False) -> None:
    """Print the sources in the order in which they are asked, with their *rhythms* where there are any."""
    table = Table(title=f"{len(statuses)} sources", show_lines=False)
    for name in ("next poll", "source", "state", *(["expected"] if rhythms else [])):
        table.add_column(name, overflow="fold")
    for s in sorted(statuses, key=lambda s: (str(s.next_poll or ""), s.url)):
        row = (Text(s.url), Text(printable(f"{s.state.value} {s.error}".strip() + _since(s))))
        table.add_row(_next(s, now), *row, *([rhythms[s.url]] if rhythms else []))
    console(err=err).print(table)


def show_sources(statuses: Sequence[FeedStatus], feeds: Sequence[Feed], form: str, now: datetime) -> None:
    """Print how every feed is doing and how often it is expected to bring news, as a table or as a JSON list."""
    if form == "json":
        print_json(sources(statuses, feeds, now))
    else:
        _show(statuses, {url: _every(*told) for url, told in _rhythms(statuses, feeds, now).items()}, now)


def sources(statuses: Sequence[FeedStatus], feeds: Sequence[Feed], now: datetime) -> list[Json]:
    """Return every feed as other programs read it, with its rhythm."""
    expected = _rhythms(statuses, feeds, now)
    return [{**source(s), "rhythm": _rhythm(*expected[s.url])} for s in statuses]


def _rhythms(
    statuses: Sequence[FeedStatus], feeds: Sequence[Feed], now: datetime
) -> dict[str, tuple[str, timedelta | None]]:
    known = {feed.url: feed for feed in feeds}
    return {s.url: _expected(s, known.get(s.url), now) for s in statuses}


def _expected(status: FeedStatus, feed: Feed | None, now: datetime) -> tuple[str, timedelta | None]:
    """Return whether the rhythm of a feed is declared or learned, and the longest silence that it allows."""
    if feed is None:
        return "learned", None
    return ("declared" if feed.rhythm else "learned"), rhythm.period(status, feed, now)


def _rhythm(basis: str, length: timedelta | None) -> Json:
    return {"basis": basis, "seconds": int(length.total_seconds())} if length else None


def _every(basis: str, length: timedelta | None) -> str:
    return f"every {rhythm.words(length)}, {basis}" if length else "not known yet"


def source(status: FeedStatus) -> dict[str, Json]:
    """Return a feed as other programs read it."""
    fields = ("url", "url_now", "state", "error", "since", "failures", "last_poll", "next_poll", "counts")
    told = {f: record.plain(getattr(status, f)) for f in fields}
    return {**told, "error": status.error or None, "not_before": record.plain(status.not_before)}


def show_round(told: RoundRecord, statuses: Sequence[FeedStatus], form: str) -> None:
    """Print the account of a round."""
    by_url = {s.url: s for s in statuses}
    if form == "json":
        feeds = [{**source(by_url[u]), "counts": record.plain(c)} for u, c in told.feeds.items() if u in by_url]
        print_json(
            {
                "round": told.id,
                "started": record.plain(told.started),
                "finished": record.plain(told.finished),
                **_counts(told.counts),
                "feeds": list(feeds),
            }
        )
        return
    out = console()
    words = ", ".join(f"{v} {k}" for k, v in _counts(told.counts).items() if v or k == "fetched")
    out.print(Text(f"round {told.id}: {len(told.feeds)} sources asked; {words}"))
    for url in told.feeds:
        status = by_url.get(url)
        if status and status.error:
            what = "not reached" if status.failures else status.state.value
            out.print(Text(printable(f"  {what}: {url}: {status.error}; next try {minute(status.next_poll)}")))


def _counts(counts: Counts) -> dict[str, Json]:
    plain = record.plain(counts)
    assert isinstance(plain, dict)
    return plain


def _next(status: FeedStatus, now: datetime) -> str:
    if status.state.value == "stopped":
        return "never"
    return "now" if status.next_poll is None or status.next_poll <= now else minute(status.next_poll)


def _since(status: FeedStatus) -> str:
    return f"; since {minute(status.since)}" if status.error and status.since else ""
