"""
The timeline as a table: a row an event, or a row a piece of evidence.

A spreadsheet runs a cell that begins like a formula, so such a cell gets one leading apostrophe, which
:func:`unguard` removes again (OWASP, CSV injection; full-width forms because Excel folds them).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from monitor.export import prose, record
from monitor.model import Actor, Event, Evidence, Figure, Quote, SeedRecord, Timeline

DANGEROUS = frozenset("=+-@'\t\r＝＋－＠＇")

EVENT_COLUMNS = (
    "id", "topic", "title", "when", "earliest", "latest", "precision", "basis", "when_raw", "kind", "relation",
    "phase", "status", "stage", "actors", "places", "figures", "importance", "independent_origins",
    "evidence_count", "sources", "quote", "quote_url", "quote_published", "quote_text_sha256",
    "question", "as_of", "coverage", "stage_reached", "stage_event", "not_seen",
)  # fmt: skip

EVIDENCE_COLUMNS = (
    "event", "topic", "title", "when", "type", "source", "tier", "article_title", "url", "published", "fetched",
    "quote", "reading", "start", "end", "text_sha256", "origin", "supports", "file", "line", "checked_on",
)  # fmt: skip


def to_csv(told: Timeline, *, rows: str = "event", bom: bool = False) -> bytes:
    """
    Return UTF-8 CSV (RFC 4180, lines end in CRLF) with a heading row; *rows* is event or evidence.

    *bom* puts a byte order mark in front, without which Excel takes the file for another encoding.
    """
    out = io.StringIO(newline="")
    columns, lines = (
        (EVIDENCE_COLUMNS, _evidence_rows(told)) if rows == "evidence" else (EVENT_COLUMNS, _event_rows(told))
    )
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({k: guard(v) for k, v in line.items()} for line in lines)
    head = b"\xef\xbb\xbf" if bom else b""
    return head + out.getvalue().encode("utf-8", "backslashreplace")


def guard(cell: str) -> str:
    """Return *cell* such that no spreadsheet runs it."""
    return "'" + cell if cell[:1] in DANGEROUS and cell else cell


def unguard(cell: str) -> str:
    """Return what :func:`guard` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in DANGEROUS and len(cell) > 1 else cell


def _event_rows(told: Timeline) -> Iterator[dict[str, str]]:
    shared = {
        "question": told.topic.question,
        "as_of": _text(told.as_of),
        "coverage": record.statement(told.coverage),
        "stage_reached": told.answer.stage,
        "stage_event": told.answer.event,
        "not_seen": _joined(told.answer.not_seen),
    }
    for event in told.events:
        yield {**_event_cells(event), **_quote_cells(event), **shared}


def _event_cells(event: Event) -> dict[str, str]:
    when = event.when
    return {
        "id": event.id,
        "topic": event.topic,
        "title": event.title,
        "when": when.edtf or "",
        "earliest": _text(when.earliest),
        "latest": _text(when.latest),
        "precision": when.precision.value,
        "basis": when.basis.value,
        "when_raw": when.raw,
        "kind": event.kind.value,
        "relation": event.relation.value,
        "phase": event.phase.value,
        "status": event.status.value,
        "stage": event.stage,
        "actors": _joined(_actor(a) for a in event.actors),
        "places": _joined(event.places),
        "figures": _joined(_figure(f) for f in event.figures),
        "importance": str(event.importance),
        "independent_origins": str(event.independent_origins),
        "evidence_count": str(len(event.evidence)),
        "sources": _joined(sorted({_source(e) for e in event.evidence} - {""})),
    }


def _quote_cells(event: Event) -> dict[str, str]:
    best = prose.best(event)
    if best is None:
        return dict.fromkeys(("quote", "quote_url", "quote_published", "quote_text_sha256"), "")
    return {
        "quote": best.quote,
        "quote_url": best.url,
        "quote_published": _text(best.published.at or best.published.day),
        "quote_text_sha256": best.text_sha256,
    }


def _evidence_rows(told: Timeline) -> Iterator[dict[str, str]]:
    for event in told.events:
        for piece in event.evidence:
            shared = {"event": event.id, "topic": event.topic, "title": event.title, "when": event.when.edtf or ""}
            yield dict.fromkeys(EVIDENCE_COLUMNS, "") | shared | _piece(piece)


def _piece(piece: Evidence) -> dict[str, str]:
    cells = {k: _cell(v) for k, v in record.evidence(piece).items()}
    if isinstance(piece, Quote):
        cells |= {"article_title": piece.title, "published": _text(piece.published.at or piece.published.day)}
    if isinstance(piece, SeedRecord):
        cells["url"] = piece.source_url
    cells.pop("title", None)
    return {k: v for k, v in cells.items() if k in EVIDENCE_COLUMNS}


def _cell(value: record.Json) -> str:
    if isinstance(value, list):
        return _joined(str(v) for v in value)
    return "" if value is None else str(value)


def _source(piece: Evidence) -> str:
    return piece.source if isinstance(piece, Quote) else ""


def _actor(actor: Actor) -> str:
    return f"{actor.name} ({actor.role})" if actor.role else actor.name


def _figure(figure: Figure) -> str:
    return figure.raw or f"{figure.value:g}{figure.unit}"


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _text(value: object) -> str:
    written = record.plain(value)
    return "" if written is None else str(written)
