"""
All feeds of ``DATA/feeds`` through the feed parser, beside feedparser.

What must hold: nothing but ParseError is raised; every entry that feedparser finds in a file that is a feed is
found; every date given can be read off the raw string; where the file states feedparser's own expectation of
a date, the two instants agree. Differences are listed with their reason on stderr.
"""

from __future__ import annotations

import ast
import csv
import io
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from eval.base import Score, digest
from monitor import parse
from monitor.errors import ParseError
from monitor.model import Entry, Feed, ParsedFeed, Published, Response

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FEED = Feed("http://feeds.example.org/feed", timedelta(hours=1), timezone="UTC", language="en")
_EXPECTED = re.compile(r"(?:published|updated|created|modified|date)_parsed'?\]?\s*==\s*(\([\d, ]+\))")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    expect: str
    ours: ParsedFeed | None
    said: str  # the ParseError's sentence
    theirs: int
    version: str


def measure(data: Path) -> Iterable[Score]:
    """Yield the scores; the differences go to stderr."""
    folder = data / "feeds"
    corpus = digest([folder / "index.csv"])
    crashes: list[str] = []
    files = list(_files(folder, crashes))
    fewer = [f for f in files if f.theirs > (len(f.ours.entries) if f.ours else 0) and not f.name.endswith(".py")]
    more = [f for f in files if f.ours and len(f.ours.entries) > f.theirs]
    refused = [f for f in files if f.ours is None and f.version and not f.name.endswith(".py")]
    dates = [(f, e) for f in files if f.ours for e in f.ours.entries if e.published.day]
    invented = [(f, e) for f, e in dates if not _read_off(e.published)]
    right, wrong = _expectations(files)
    _list("feedparser finds more", (_difference(f) for f in fewer))
    _list("we find more", (_difference(f) for f in more))
    _list("feedparser takes it for a feed, we do not", (f"{f.name}: {f.said}" for f in refused))
    _list("dates that are not in the raw string", (f"{f.name}: {e.published}" for f, e in invented))
    _list("dates that differ from what the file expects", wrong)
    source_code = sum(f.theirs > 0 and f.name.endswith(".py") for f in files)
    total = f"{len(files)} files; {source_code} are program texts with mark-up in strings, left out of the comparison"
    yield Score("feeds: crashes", len(crashes), corpus, higher=False, detail="; ".join(crashes[:3]) or total)
    yield Score(
        "feeds: files with fewer entries than feedparser",
        len(fewer),
        corpus,
        higher=False,
        detail=f"{len(more)} with more",
    )
    yield Score("feeds: refused, taken by feedparser", len(refused), corpus, higher=False)
    yield Score("feeds: invented dates", len(invented), corpus, higher=False, detail=f"of {len(dates)} dates")
    yield Score("feeds: dates as the files expect", right, corpus, detail=f"{len(wrong)} otherwise (stderr)")


def _files(folder: Path, crashes: list[str]) -> Iterator[_File]:
    with (folder / "index.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            body = (folder / row["file"]).read_bytes()
            ours, said = _ours(row["file"], body, crashes)
            yield _File(row["file"], row["expect"], ours, said, *_theirs(body))


def _ours(name: str, body: bytes, crashes: list[str]) -> tuple[ParsedFeed | None, str]:
    try:
        return parse.feed(Response(FEED.url, FEED.url, 200, (), body), FEED, NOW), ""
    except ParseError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - what this measure counts
        crashes.append(f"{name}: {error!r}")
        return None, repr(error)


def _theirs(body: bytes) -> tuple[int, str]:
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return len(found.entries), str(found.get("version") or "")


def _difference(file: _File) -> str:
    ours = len(file.ours.entries) if file.ours else 0
    return f"{file.name}: {ours} against {file.theirs} {file.said or (file.ours.kind if file.ours else '')}"


def _list(title: str, lines: Iterable[str]) -> None:
    found = list(lines)
    if found:
        print(f"{title} ({len(found)}):", *(f"  {line}" for line in found), sep="\n", file=sys.stderr)


# --------------------------------------------------------------------------- dates


def _read_off(published: Published) -> bool:
    """
    Return whether the day of *published*, or a neighbour that a time zone explains, stands in its raw string.

    The year is there with four digits or two, the month by number or name, the day by number.
    """
    raw = published.raw.lower()
    if published.day is None or re.fullmatch(r"\d{10}|\d{13}", raw):
        return True
    numbers = {int(n) for n in re.findall(r"\d+", raw)}
    packed = re.search(r"(\d{4})-?(\d{2})-?(\d{2})", raw)
    if packed:
        numbers |= {int(g) for g in packed.groups()}
    for shift in (-1, 0, 1) if published.at else (0,):
        day = published.day + timedelta(days=shift)
        month = day.month in numbers or _MONTHS[day.month - 1] in raw
        ordinal = any(int(n) == day.timetuple().tm_yday for n in re.findall(r"(?<!\d)\d{3}(?!\d)", raw[2:]))
        if (day.year in numbers or day.year % 100 in numbers) and (ordinal or (month and day.day in numbers)):
            return True
    return False


def _expectations(files: Iterable[_File]) -> tuple[int, list[str]]:
    """Return how many stated dates of first entries agree, and those that do not."""
    right, wrong = 0, []
    for file in files:
        found = _EXPECTED.search(file.expect) if "entries[0]" in file.expect and file.ours else None
        if not found or not file.ours or not file.ours.entries:
            continue
        entry = file.ours.entries[0]
        expected = datetime(*ast.literal_eval(found[1])[:6], tzinfo=UTC)
        if _agrees(entry, expected):
            right += 1
        else:
            wrong.append(f"{file.name}: {entry.published}, expected {expected}")
    return right, wrong


def _agrees(entry: Entry, expected: datetime) -> bool:
    if entry.published.at:
        return entry.published.at == expected
    # A bare day is a day to us, midnight to feedparser.
    return entry.published.day == expected.date()
