"""Entries: a line each, or as other programs read them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable

from monitor.console.log import printable
from monitor.console.output import Json
from monitor.export import record
from monitor.model import EntryRecord, Saved, Verdict


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
        "archive": _saved(told.saved) if told.saved else None,
    }


def _saved(told: Saved) -> Json:
    return {
        "name": told.archive,
        "offset": told.offset,
        "digest": told.digest or None,
        "sha256": told.sha256 or None,
        "saved": record.plain(told.fetched),
    }


def _verdict(told: Verdict) -> dict[str, Json]:
    return {
        "topic": told.topic,
        "verdict": told.judgement.value,
        "reasons": [record.plain(v) for v in told.votes],
    }
