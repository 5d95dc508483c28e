"""Why an entry, an article or an event is as it is."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.console.output import clean_line
from monitor.export import display, record
from monitor.model import Article, DecisionRecord, EntryRecord, Event, Quote, Saved, SeedRecord, Verdict
from monitor.normalize import clean
from monitor.store.base import Store

_PASSAGES = 8  # shown of one article


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
    lines += _saved_lines(told.saved)
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
        *_saved_lines(store.saved(told.id)),
        *(line for verdict in verdicts for line in _verdict_lines(verdict, told)),
        *_mention_lines(store, told.id),
    ]
    return "\n".join(clean_line(line) for line in lines)


def _saved_lines(saved: Saved | None) -> list[str]:
    """Say where a page stands in an archive."""
    if saved is None:
        return []
    digest = f", {saved.digest}" if saved.digest else ""
    body = f", sha256 {saved.sha256}" if saved.sha256 else ""
    return [
        f"  archive    {saved.archive} at {saved.offset}",
        f"             saved {record.plain(saved.fetched) or 'at a time that it does not say'}{digest}{body}",
    ]


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


def _published(raw: str, at: object, flag: str | None) -> str:
    understood = record.plain(at) or "unknown"
    return f"{understood}" + (f" from {raw!r}" if raw else "") + (f" ({flag})" if flag else "")
