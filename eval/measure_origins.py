"""
Origins: which of several reports of one event are copies of one text.

``data/reprints.jsonl`` is our own: 67 reports of five invented events from 17 tellers, with reprints that credit
them in every way (来源, an agency's dateline, a bracket, "Source:"), mirrors that change marks or script, light edits,
new titles and translations, and beside them independent reports of the same events, some in the same formula.
What is measured is what ``compose`` counts: pairs of reports of one event put into one origin. ``dev`` is what the
thresholds were chosen on, ``held`` the other events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations, groupby
from pathlib import Path

from eval.base import Score, digest
from eval.pairs import f1
from monitor.model import NO_DATE, UNKNOWN_WHEN, Kind, Mention, Phase, Placed, Polarity, Relation, Tier
from monitor.normalize import simplify
from monitor.resolve.origins import origins
from monitor.resolve.teller import teller

REPRINTS = Path(__file__).with_name("data") / "reprints.jsonl"


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as a page gives it; ``origin`` is the gold one."""

    id: str
    part: str
    event: str
    origin: str
    outlet: str
    credit: str
    title: str
    text: str
    quote: str


def measure(data: Path) -> Iterable[Score]:
    """Yield F1 over pairs of both parts; *data* is not needed."""
    with REPRINTS.open(encoding="utf-8") as lines:
        reports = [Report(**json.loads(line)) for line in lines]
    for part in ("dev", "held"):
        pairs = [pair for event in _events(reports, part) for pair in _pairs(event)]
        wrong = [f"{a.id}+{b.id}" for a, b, found, right in pairs if found != right]
        value = f1([found for *_, found, _ in pairs], [right for *_, right in pairs])
        detail = f"{len(pairs)} pairs" + (f"; wrong: {' '.join(wrong[:12])}" if wrong and part == "dev" else "")
        yield Score(f"origins ({part})", value, digest([REPRINTS]), detail=detail)


def _events(reports: Sequence[Report], part: str) -> Iterator[list[Report]]:
    for _, same in groupby((r for r in reports if r.part == part), key=lambda r: r.event):
        yield list(same)


def _pairs(reports: Sequence[Report]) -> Iterator[tuple[Report, Report, bool, bool]]:
    """Yield each two reports, whether they were found to be one origin, and whether they are."""
    found = origins([_placed(r) for r in reports])
    for (a, i), (b, j) in combinations(zip(reports, found, strict=True), 2):
        yield a, b, i == j, a.origin == b.origin


def _placed(report: Report) -> Placed:
    reading = simplify(report.quote)
    mention = Mention(
        topic="t", article=report.id, start=0, end=len(report.quote), quote=report.quote,
        reading=reading if reading != report.quote else "", title=report.title, kind=Kind.OTHER,
        relation=Relation.DIRECT, when=UNKNOWN_WHEN, phase=Phase.DONE, polarity=Polarity.ASSERTED,
    )  # fmt: skip
    return Placed(
        id=report.id, mention=mention, source="", tier=Tier.UNKNOWN, url=f"https://{report.id}.example/",
        title=report.title, published=NO_DATE, fetched=datetime(2026, 1, 1, tzinfo=UTC), text_sha256="",
        origin=teller(report.credit, report.outlet, report.text),
    )  # fmt: skip


if __name__ == "__main__":
    for score in measure(Path()):
        print(score)
