"""
The publication date, title and text of the pages of ``DATA/pages``.

Known are the pages whose date a person or a meta element gives (``expected_by``); other programs' output is
no gold and counts as unknown. On an unknown page any day that we give must stand on the page or in its
address: else it is invented.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from eval.base import Score, digest
from monitor import parse
from monitor.errors import ParseError
from monitor.model import Page

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ZONES = {"ja": "Asia/Tokyo"}


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    expected: date | None  # None: not known for sure
    head: str  # how the text begins, as another program has it
    body: str
    url: str
    page: Page | None
    said: str


def measure(data: Path) -> Iterable[Score]:
    """Yield the scores; what is wrong goes to stderr."""
    folder = data / "pages"
    corpus = digest([folder / "index.csv"])
    began = time.process_time()
    read = list(_pages(folder))
    spent = time.process_time() - began
    known = [r for r in read if r.expected]
    wrong = [r for r in known if not r.page or r.page.published.day != r.expected]
    unknown = [r for r in read if not r.expected]
    invented = [r for r in unknown if not _stands(r)]
    found = sum(bool(r.page and r.page.published.day) for r in unknown)
    heads = [r for r in read if r.head]
    begun = [r for r in heads if r.page and _key(r.head)[:12] in _key(r.page.text)]
    for title, rows in (("wrong", wrong), ("invented", invented), ("unread", [r for r in read if not r.page])):
        for r in rows:
            print(
                f"{title}: {r.name}: {r.page.published if r.page else r.said}, expected {r.expected}", file=sys.stderr
            )
    yield Score("pages: known dates right", len(known) - len(wrong), corpus, detail=f"of {len(known)}")
    yield Score(
        "pages: invented dates", len(invented), corpus, higher=False, detail=f"{found} of {len(unknown)} unknown dated"
    )
    yield Score(
        "pages: texts read", sum(bool(r.page) for r in read), corpus, detail=f"of {len(read)}, {spent:.1f} s of CPU"
    )
    yield Score("pages: texts with their beginning", len(begun), corpus, detail=f"of {len(heads)} where it is known")


def _pages(folder: Path) -> Iterator[_Read]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            body = (folder / row["file"]).read_bytes()
            body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            sure = row["expected_date"] and "not gold" not in row["expected_by"]
            expected = date.fromisoformat(row["expected_date"][:10]) if sure else None
            page, said = _page(body, row["url"], _ZONES.get(row["lang"], "Asia/Shanghai"))
            text = body.decode(page.encoding if page else "utf-8", "replace")
            yield _Read(row["file"], expected, row["expected_text_head"][:60], text, row["url"], page, said)


def _page(body: bytes, url: str, zone: str) -> tuple[Page | None, str]:
    try:
        return parse.page(body, url, "text/html", zone, NOW), ""
    except ParseError as error:
        return None, str(error)


def _stands(read: _Read) -> bool:
    """Return whether the day given is written on the page or in its address, in digits or as an epoch."""
    if read.page is None or read.page.published.day is None:
        return True
    raw, day = read.page.published.raw, read.page.published.day
    if raw and re.sub(r"\s", "", raw) not in re.sub(r"\s|&nbsp;", "", read.body):
        return False
    # In another zone the day before or after is written.
    days = [day + timedelta(days=n) for n in (-1, 0, 1)] if read.page.published.at else [day]
    return raw.isdigit() or any(_written(d, raw or read.url) for d in days)


def _written(day: date, text: str) -> bool:
    return bool(re.search(rf"{day.year}\D{{0,3}}0?{day.month}\D{{0,3}}0?{day.day}(?!\d)|{day:%Y%m%d}", text))


def _key(text: str) -> str:
    return re.sub(r"\W", "", text)
