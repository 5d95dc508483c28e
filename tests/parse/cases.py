"""Cases as files: ``tests/data/parse/<group>/<case>/`` holds the body as received and what must come out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Entry, Feed, Response, Select

NOW = datetime(2025, 3, 20, 4, 0, tzinfo=UTC)
URL = "http://feeds.example.com/feed"
DATA = Path(__file__).parent.parent / "data" / "parse"

Case = dict[str, Any]


def cases(group: str) -> list[Any]:
    """Return the cases of *group* as pytest parameters, named by their folders."""
    folders = sorted(p for p in (DATA / group).iterdir() if p.is_dir())
    return [
        pytest.param((f / "body").read_bytes(), json.loads((f / "case.json").read_text("utf-8")), id=f.name)
        for f in folders
    ]


def response(body: bytes | None, content_type: str = "", url: str = URL) -> Response:
    headers = (("content-type", content_type),) if content_type else ()
    return Response(URL, url, 200, headers, body)


def feed_of(case: Case) -> Feed:
    said = dict(case.get("feed", {}))
    select = Select(**said.pop("select")) if "select" in said else None
    zone = said.pop("timezone", case.get("feed_zone", "Asia/Shanghai"))
    return Feed(URL, timedelta(hours=1), timezone=zone, select=select, **said)


def shown(entry: Entry) -> Case:
    """Return an entry as a case states it."""
    at, day = entry.published.at, entry.published.day
    return {
        "identity": entry.identity,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "guid": entry.guid,
        "source_name": entry.source_name,
        "aliases": list(entry.aliases),
        "at": at.isoformat() if at else None,
        "day": day.isoformat() if day else None,
        "flag": entry.published.flag,
        "raw": entry.published.raw,
    }
