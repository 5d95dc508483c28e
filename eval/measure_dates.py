"""
Dates in running text, against two sets of labelled expressions.

- ``dates/recognizers_zh_parsers.jsonl`` of the data folder (260 cases with a reference time; past reading; its
  lunar dates are wrong and left out). Half of it, by a hash of the text, was looked at while the rules grew
  ("dev"); the figure with a floor is that of the other half and of the whole.
- ``eval/data/dates_news.jsonl``: our own sentences in news style with the EDTF that a careful reader would
  write, or nothing. Those with ``part: held`` were written before the rules and never tuned on.

- Of these, ``part: fresh`` were written later, of kinds that the first lacked (notices, filings, datelines,
  tables, traditional script, weeks of a month, windows); 101 of 130 were right when they were first read, and
  3 dates invented. ``part: fresh2`` (lists, seasons, notices, filings, biographies, traditional script, English)
  came next: 116 of 150 right at first, 12 invented (113 and 14 before ten labels were put right by the rules of
  ``docs/dates.md``); then ``fresh3`` (weather, courts, sport, exchanges, deadlines): 84 of 91, none invented; then
  ``fresh4`` (all kinds that news has, a third of them traps): 134 of 136, none invented, and ``fresh5`` (sentences with
  several dates, English traps): 51 of 54, 3 invented; ``fresh6`` (English weekdays, by the tense of their sentence): 37 of
  40, the rest a week off. All have been tuned on since.

A date is *invented* where it is returned and none is expected, or where it is finer than anything expected and
no end of it: 3月1日 where the text says March.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from eval.base import Score, digest
from monitor.model import DateSpan
from monitor.normalize import dates

OWN = Path(__file__).parent / "data" / "dates_news.jsonl"
LUNAR = re.compile(
    "农历|阴历|正月|腊月|初[一二三四五六七八九十]|大年|除夕|春节|元宵|端午|七夕|中秋|重阳|清明|[禄熙正隆庆丰治绪统龙宝安元历]..?年.*月"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: the text, whether all of it came out right, and how many of its dates were invented."""

    text: str
    right: bool
    invented: int
    got: str


def measure(data: Path) -> Iterable[Score]:
    """Return the scores of both sets; ``data`` holds ``dates/``."""
    path = data / "dates" / "recognizers_zh_parsers.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = [row for row in rows if _labelled(row)]
    outcomes = [(_part(row["input"]), _recognized(row)) for row in rows]
    own = list(_own())
    yield from _scores("dates: recognizers", outcomes, digest([path]))
    yield from _scores("dates: news", own, digest([OWN]))
    both = [*outcomes, *own]
    yield Score("dates: both together", sum(o.right for _, o in both) / len(both), digest([path, OWN]))
    invented = [(part, o) for part, o in (*outcomes, *own) if o.invented]
    seen = [o for part, o in invented if part in {"dev", "tune"}]
    yield Score("dates: invented", len(invented), digest([path, OWN]), False, _list(seen))


def _labelled(row: dict[str, Any]) -> bool:
    """Return whether a row says which dates its text has: lunar, unresolved and time-only ones do not."""
    if not row["ref"] or LUNAR.search(row["input"]):
        return False
    kinds = {result["Type"] for result in row["results"]}
    whole = all(result["Text"] == row["input"] for result in row["results"])
    empty = any("PastResolution" in r["Value"] and not r["Value"]["PastResolution"] for r in row["results"])
    return not empty and (whole or not kinds <= {"time", "timerange", "datetimeV2.timerange"})


def _part(text: str) -> str:
    return "dev" if int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 0 else "test"


def _scores(name: str, outcomes: list[tuple[str, Outcome]], corpus: str) -> Iterator[Score]:
    for part in ("", *sorted({part for part, _ in outcomes})):
        chosen = [o for p, o in outcomes if part in {"", p}]
        wrong = [o for o in chosen if not o.right]
        # The misses of a part that is held apart are counted, not listed: a list would be tuned on.
        detail = f"{len(chosen) - len(wrong)} of {len(chosen)}" + (
            "" if part not in {"dev", "tune"} else f"; {_list(wrong)}"
        )
        yield Score(f"{name} {part}".strip(), (len(chosen) - len(wrong)) / len(chosen), corpus, detail=detail)


def _list(outcomes: list[Outcome]) -> str:
    return "; ".join(f"{o.text} -> {o.got}" for o in outcomes)


# ------------------------------------------------------------------ our own


def _own() -> Iterator[tuple[str, Outcome]]:
    for line in OWN.read_text("utf-8").splitlines():
        case = json.loads(line)
        spans = dates.find(case["text"], date.fromisoformat(case["reference"]))
        got = [span.when.edtf for span in spans if span.when.edtf]
        invented = _invented(got, case["expected"])
        yield case["part"], Outcome(case["text"], got == case["expected"], invented, " ".join(got))


def _invented(got: list[str], expected: list[str]) -> int:
    """Count what is returned where none is expected, or with a finer precision than anything expected."""
    if not expected:
        return len(got)
    finest = min(map(_width, expected))
    return sum(1 for edtf in got if edtf not in expected and _width(edtf) < finest)


def _width(edtf: str) -> int:
    """Return the rough number of days that an EDTF string leaves open."""
    if "/" in edtf or ".." in edtf:
        ends = [date.fromisoformat(d) for d in re.findall(r"\d{4}-\d\d-\d\d", edtf)]
        return (ends[1] - ends[0]).days if len(ends) == 2 else 100_000
    part = edtf.count("-")
    if part == 1 and int(edtf[-2:]) > 12:
        return 180 if int(edtf[-2:]) >= 40 else 90
    return {0: 365, 1: 30}.get(part, 1)


# ------------------------------------------------------------------ Microsoft's


def _recognized(row: dict[str, Any]) -> Outcome:
    instant = datetime.fromisoformat(row["ref"])
    spans = [s for s in dates.find(row["input"], instant.date(), instant) if s.when.edtf]
    expected = [bounds for result in row["results"] if (bounds := _bounds(result))]
    right = len(spans) == len(expected) and all(_same(s, b) for s, b in zip(spans, expected, strict=True))
    invented = sum(1 for s in spans if not any(_same(s, b) for b in expected) and _finer(s, expected))
    return Outcome(row["input"], right, invented, " ".join(str(s.when.edtf) for s in spans))


def _finer(span: DateSpan, expected: list[tuple[date, date]]) -> bool:
    """Return whether *span* says more than any of *expected*: it holds fewer days than each of them."""
    first, last = span.when.earliest, span.when.latest
    if first is None or last is None:
        return not expected
    return all((last - first).days < (end - start).days - 1 for start, end in expected)


def _bounds(result: dict[str, Any]) -> tuple[date, date] | None:
    """
    Return first and last day of a result in its past reading, None where it names no day (a time, a length).

    An end on a day's midnight is the set's way to write "up to": its day or the day before is meant.
    """
    value = result["Value"].get("PastResolution") or next(iter(result["Value"].get("values", ())), {})
    if value.get("date", "").startswith("0001"):  # how the set writes "no such day"
        return None
    if str(value.get("type")) == "datetimerange":
        day = date.fromisoformat(value["start"][:10])
        return day, day
    if result["Type"] == "date" and "date" in value:
        day = date.fromisoformat(value["date"])
        return day, day
    if result["Type"] == "datetime":
        day = date.fromisoformat(value["dateTime"][:10])
        return day, day
    if result["Type"] == "daterange" and "startDate" in value and "endDate" in value:
        return date.fromisoformat(value["startDate"]), date.fromisoformat(value["endDate"])
    if result["Type"] == "datetimerange" and "startDateTime" in value:
        return date.fromisoformat(value["startDateTime"][:10]), date.fromisoformat(value["endDateTime"][:10])
    return None


def _same(span: DateSpan, bounds: tuple[date, date]) -> bool:
    """Return whether *span* has the bounds; an end counts where it is that day, the day before, or its unit's first."""
    first, last = span.when.earliest, span.when.latest
    if first is None or last is None or first != bounds[0]:
        return False
    ends = (
        {last, last + timedelta(1), last.replace(day=1), last.replace(month=1, day=1)}
        if first != last
        else {last, last + timedelta(1)}
    )
    return bounds[1] in ends
