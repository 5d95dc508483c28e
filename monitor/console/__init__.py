"""What a person or a program sees on the terminal. Part of the roof: rich and structlog live here; ``log`` is the log."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from monitor import rhythm
from monitor.console.log import printable as printable
from monitor.export import display, record
from monitor.model import (
    Article,
    Counts,
    DecisionRecord,
    Event,
    Feed,
    FeedStatus,
    Quote,
    Rework,
    SeedRecord,
    Timeline,
    Verdict,
)
from monitor.normalize import clean
from monitor.progress import Progress, unwatched
from monitor.store.base import Audit, EntryRecord, RoundRecord, Store

if TYPE_CHECKING:
    from monitor.doctor import Finding

Json = record.Json
_PASSAGES = 8  # shown of one article


@contextmanager
def watching() -> Iterator[Progress]:
    """Show progress on stderr while a person watches it; otherwise the log lines are enough."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    with Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=_console(err=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                bar.start()
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)
            if done >= total:
                bar.remove_task(tasks.pop(what))
            if not tasks:  # else it would be drawn ten times a second until the next round
                bar.stop()

        yield show


# --------------------------------------------------------------------------- timeline


def show_timeline(told: Timeline) -> None:
    """Print the question, the events in order, the answer so far and what silence is worth."""
    out = _console()
    table = Table(title=Text(printable(told.topic.question)), title_style="bold", show_lines=False, expand=False)
    for name, keep in (("when", True), ("event", False), ("kind", True), ("status", True), ("origins", True)):
        table.add_column(name, no_wrap=keep, overflow="fold")
    for event in told.events:
        table.add_row(*(Text(printable(cell)) for cell in _row(event)))
    out.print(table)
    out.print(Text(printable(_answer(told))))
    out.print(Text(printable(record.statement(told.coverage))))


def _row(event: Event) -> tuple[str, ...]:
    mark = "" if event.phase.value == "done" else f" ({event.phase.value})"
    origins = "seed" if all(isinstance(e, SeedRecord) for e in event.evidence) else str(event.independent_origins)
    return (display.when(event.when), event.title, event.kind.value + mark, event.status.value, origins)


def _answer(told: Timeline) -> str:
    """Return how far the ladder is climbed, with the event that shows it, and what was not seen."""
    unseen = f"not seen: {', '.join(told.answer.not_seen)}" if told.answer.not_seen else "nothing is left to see"
    shown = next((e for e in told.events if e.id == told.answer.event), None)
    if not told.answer.stage:
        return f"so far: no stage is supported by evidence; {unseen}"
    proof = f" ({display.when(shown.when)} {shown.title})" if shown else f" ({told.answer.event})"
    return f"so far: {told.answer.stage}{proof}; {unseen}"


# --------------------------------------------------------------------------- sources, rounds, entries


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
    _console(err=err).print(table)


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
    out = _console()
    words = ", ".join(f"{v} {k}" for k, v in _counts(told.counts).items() if v or k == "fetched")
    out.print(Text(f"round {told.id}: {len(told.feeds)} sources asked; {words}"))
    for url in told.feeds:
        status = by_url.get(url)
        if status and status.error:
            what = "not reached" if status.failures else status.state.value
            out.print(Text(printable(f"  {what}: {url}: {status.error}; next try {_local(status.next_poll)}")))


def _counts(counts: Counts) -> dict[str, Json]:
    plain = record.plain(counts)
    assert isinstance(plain, dict)
    return plain


def show_entries(told: Iterable[EntryRecord], form: str) -> int:
    """Print entries, a line each; return how many."""
    shown = 0
    for e in told:
        shown += 1
        if form == "jsonl":
            sys.stdout.write(json.dumps(entry(e), ensure_ascii=True) + "\n")
        else:
            why = f"  [{e.reason}]" if e.reason else ""
            sys.stdout.write(printable(f"{e.id}  {e.state.value:<9} {e.title}  {e.url}{why}") + "\n")
    return shown


def entry(told: EntryRecord) -> dict[str, Json]:
    """Return an entry as other programs read it."""
    article: Json = None
    if told.article_id:
        fetched = record.plain(told.article_fetched)
        article = {
            "id": told.article_id,
            "url": told.article_url,
            "sha256": told.article_sha256,
            "fetched": fetched,
        }
    return {
        "id": told.id,
        "feed": told.feed,
        "url": told.url,
        "title": told.title,
        "summary": told.summary,
        "published": record.published(told.published),
        "state": told.state.value,
        "reason": told.reason or None,
        "topics": [_verdict(v) for v in told.verdicts],
        "events": list(told.events),
        "article": article,
        "first_seen": record.plain(told.first_seen),
        "duplicate_of": told.duplicate_of or None,
    }


def _verdict(told: Verdict) -> dict[str, Json]:
    return {
        "topic": told.topic,
        "verdict": told.judgement.value,
        "reasons": [record.plain(v) for v in told.votes],
    }


def show_audit(told: Audit, form: str) -> None:
    """Print what was checked and every fault."""
    if form == "json":
        print_json(
            {
                "ok": not told.faults,
                "checked": record.plain(told.seen),
                "faults": list(told.faults),
                "not_held": list(told.unheld),
            }
        )
        return
    for fault in told.faults:
        sys.stdout.write(clean_line(f"FAULT  {fault}") + "\n")
    for quote in told.unheld:
        sys.stdout.write(clean_line(f"not held  {quote}") + "\n")
    words = ", ".join(f"{n} {what}" for what, n in told.seen.items())
    sys.stdout.write(f"{'checked' if told.faults else 'all there'}: {words or 'nothing is kept yet'}\n")


def show_findings(told: Sequence[Finding], form: str) -> None:
    """Print what the doctor found, and what to do."""
    if form == "json":
        found: list[Json] = [
            {"check": f.check, "state": f.state.value, "found": f.found, "todo": f.todo or None} for f in told
        ]
        print_json({"ok": all(f.state.value != "failure" for f in told), "findings": found})
        return
    for f in told:
        first, *rest = f.found.split("\n")
        lines = [f"{f.state.value:<8} {f.check:<9} {first}", *(f"{'':18} {line}" for line in rest)]
        if f.todo and f.state.value != "ok":
            lines.append(f"{'':18} -> {f.todo}")
        sys.stdout.write("".join(clean_line(line) + "\n" for line in lines))


def show_rework(told: Rework, form: str, *, applied: bool) -> None:
    """Print what today's rules make another than it was."""
    changed = [c for c in told.changes if c.event.revisions or c.merges]
    merged = {id: c.event.id for c in told.changes for id in c.merges}
    if form == "json":
        events: list[Json] = [
            {"id": c.event.id, "title": c.event.title, "revisions": record.plain(c.event.revisions)} for c in changed
        ]
        print_json({"applied": applied, "events": events, "merged": {**merged}, "mentions_gone": len(told.gone)})
        return
    for c in changed:
        for r in c.event.revisions:
            line = f"{c.event.id}  {c.event.title}: {r.field} {_said(r.before)} -> {_said(r.after)}  ({r.why})"
            sys.stdout.write(clean_line(line) + "\n")
    for id, into in merged.items():
        sys.stdout.write(f"{id}  is one with {into}\n")
    sys.stdout.write(
        f"{len(changed)} events change; {len(merged)} redirect; {len(told.gone)} mentions are told no more\n"
    )


def _said(value: object) -> str:
    plain = record.plain(value)
    if isinstance(plain, dict):
        plain = plain.get("edtf")
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


# --------------------------------------------------------------------------- explain


def explain(store: Store, id: str) -> str | None:
    """Return why an entry, article or event is as it is, or None where nothing has that id."""
    if id.startswith("ev_"):
        event = store.event(id)
        return _explain_event(event) if event else None
    if id.startswith("ar_"):
        kept = store.kept(id)
        return _explain_article(store, kept.article, kept.verdicts) if kept else None
    found = next(iter(store.entries(id=id)), None)
    return _explain_entry(store, found) if found else None


def _explain_entry(store: Store, told: EntryRecord) -> str:
    lines = [
        f"{told.id}  {told.state.value}" + (f": {told.reason}" if told.reason else ""),
        f"  title      {told.title}",
        f"  url        {told.url}",
        f"  feed       {told.feed}",
        f"  published  {_published(told.published.raw, told.published.at or told.published.day, told.published.flag)}",
        f"  first seen {record.plain(told.first_seen)}",
    ]
    if told.duplicate_of:
        lines.append(f"  the same article as {told.duplicate_of}")
    article = store.article_by_id(told.article_id) if told.article_id else None
    for verdict in told.verdicts:
        lines += _verdict_lines(verdict, article)
    if told.article_id:
        lines.append(f"  article    {told.article_id}  {told.article_url}  sha256 {told.article_sha256}")
        lines += _mention_lines(store, told.article_id)
    return "\n".join(clean_line(line) for line in lines)


def _explain_article(store: Store, told: Article, verdicts: Sequence[Verdict]) -> str:
    lines = [
        f"{told.id}  {told.title}",
        f"  url        {told.url}",
        f"  source     {told.source or told.source_name or 'unknown'} ({told.tier.value})"
        + (f", credits {told.credit}" if told.credit else ""),
        f"  published  {_published(told.published.raw, told.published.at or told.published.day, told.published.flag)}",
        f"  fetched    {record.plain(told.fetched)}",
        f"  text       {_kept(told)}, sha256 {told.text_sha256}",
        f"  body       sha256 {told.body_sha256}",
        *(line for verdict in verdicts for line in _verdict_lines(verdict, told)),
        *_mention_lines(store, told.id),
    ]
    return "\n".join(clean_line(line) for line in lines)


def _kept(told: Article) -> str:
    if told.forgotten:
        return f"removed on request at {record.plain(told.forgotten)}"
    return f"{len(told.text)} characters"


def _mention_lines(store: Store, article: str) -> list[str]:
    lines = []
    for event, m in store.mentions_of(article):
        lines.append(f"  says       {m.kind.value}, {m.phase.value}, {display.when(m.when)} -> {event}")
        lines.append(f"             {display.basis(m.when)}; {m.relation.value}, {m.polarity.value}")
        lines.append(f"             “{m.quote}” [{m.start}:{m.end}]")
        lines += [f"             {field}: {rule}" for field, rule in m.rules]
    return lines or ["  says       nothing that is an event"]


def _verdict_lines(verdict: Verdict, article: Article | None) -> list[str]:
    """Return what a topic makes of it: the rules that decided, and the passages of the *article* in which they did."""
    head = f"  {verdict.topic}: {verdict.judgement.value}"
    lines = [head, *(f"    {v.weight:+.2f}  {v.rule}" + (f"  {v.text}" if v.text else "") for v in verdict.votes)]
    if article is None or article.forgotten or not verdict.passages:
        return lines
    text = clean(article.text)
    spans = [text.raw_span(a, b) for a, b in verdict.passages if b <= len(text.text)]
    told = [f"    passage  “{article.text[a:b].strip()}” [{a}:{b}]" for a, b in spans[:_PASSAGES]]
    return [*lines, *told, *([f"    and {len(spans) - _PASSAGES} more"] if len(spans) > _PASSAGES else [])]


def _explain_event(told: Event) -> str:
    lines = [
        f"{told.id}  {told.title}",
        f"  when       {display.when(told.when)} ({told.when.edtf or 'unknown'}; {display.basis(told.when)})",
        f"  what       {told.kind.value}, {told.phase.value}, {told.relation.value}, stage {told.stage or 'none'}",
        f"  who        {display.actors(told.actors) or 'nobody named'}",
        f"  status     {told.status.value}, {told.independent_origins} independent origins, importance {told.importance}",
    ]
    lines += [f"  because    {r.field}: {r.rule}" for r in told.reasons]
    lines += [line for e in told.evidence for line in _evidence_lines(e)]
    lines += [f"  revision   {record.plain(r.at)} {r.by} {r.field}: {r.why}" for r in told.revisions]
    return "\n".join(clean_line(line) for line in lines)


def _evidence_lines(piece: object) -> list[str]:
    if isinstance(piece, Quote):
        source = f"{display.teller(piece) or 'no source named'} ({piece.tier.value})"
        gone = ", text removed on request" if piece.forgotten else ""
        return [f"  evidence   “{piece.quote}”", f"             {source} {piece.url} {piece.article}{gone}"]
    if isinstance(piece, SeedRecord):
        return [
            f"  evidence   seed {piece.file}:{piece.line}, checked on {piece.checked_on} {piece.source_url}".rstrip()
        ]
    if isinstance(piece, DecisionRecord):
        why = f": {piece.reason}" if piece.reason else ""
        return [f"  evidence   {piece.verb} by {piece.person} at {record.plain(piece.at)}{why}  {piece.id}"]
    return []


def clean_line(line: str) -> str:
    """Return *line* as it may go to a terminal."""
    return printable(line).rstrip()


def _published(raw: str, at: object, flag: str | None) -> str:
    understood = record.plain(at) or "unknown"
    return f"{understood}" + (f" from {raw!r}" if raw else "") + (f" ({flag})" if flag else "")


# --------------------------------------------------------------------------- little things


def _console(*, err: bool = False) -> Console:
    """Return a console that wraps for a person and not for a file."""
    stream = sys.stderr if err else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 120, highlight=False)


def print_json(value: Json) -> None:
    """Print one JSON value; what UTF-8 cannot hold is replaced."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n")


def _next(status: FeedStatus, now: datetime) -> str:
    if status.state.value == "stopped":
        return "never"
    return "now" if status.next_poll is None or status.next_poll <= now else _local(status.next_poll)


def _since(status: FeedStatus) -> str:
    return f"; since {_local(status.since)}" if status.error and status.since else ""


def _local(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "at once"
