"""
The main job on the real article: ``monitor ingest`` finds the seeded events by itself and attaches to them.

Run twice through the real commands: with the shipped seeds (nothing doubled, the ladder unchanged), and with the
two-entity topic of the README's size on an empty database (the same events, made anew).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from eval.base import Score, digest

HOME = Path(__file__).parents[1]
WANT = [("2017-09-01", "personnel"), ("2018", "personnel"), ("2024", "investment"), ("2025-03-19", "meeting")]

SMALL = """\
database: timeline.db
timezone: Asia/Shanghai
feeds: [{url: "https://feed.example/rss.xml", every: 1h}]
topics:
  - id: xiaomi-luoyang
    question: 小米能落地洛阳吗?
    entities: [{id: xiaomi, kind: company, names: [小米, Xiaomi]}, {id: luoyang, kind: place, names: [洛阳]}]
    together: [xiaomi, luoyang]
"""


def measure(data: Path) -> Iterable[Score]:
    """Yield how many of the four events are found right, with and without the seeds, and how many are told beside them."""
    article = data.parent / "seed" / "article.txt"
    if not article.exists():
        raise SystemExit(f"eval: no article at {article}")
    for name, seeded in (("seeded", True), ("empty", False)):
        with tempfile.TemporaryDirectory() as folder:
            events = _events(Path(folder), article, seeded)
        found = [(e["when"]["edtf"], e["kind"]) for e in events]
        quoted = [e for e in events if any(_exact(x, article) for x in e["evidence"])]
        right = sum(want in found for want in WANT)
        yield Score(f"main job ({name}): events right", right / len(WANT), digest([article]), detail=f"{found}")
        yield Score(f"main job ({name}): events too many", len(found) - right, digest([article]), higher=False)
        yield Score(f"main job ({name}): events quoted", len(quoted) / len(WANT), digest([article]))


def _events(home: Path, article: Path, seeded: bool) -> list[dict[str, object]]:
    config = HOME / "config.yaml" if seeded else home / "config.yaml"
    text = config.read_text("utf-8") if seeded else SMALL
    (home / "config.yaml").write_text(text.replace("seeds: seeds/", f"seeds: {HOME}/seeds/"), "utf-8")
    if seeded:
        _monitor(home, "seed")
    given = ("ingest", str(article), "--topic", "xiaomi-luoyang", "--published", "2025-03-20")
    _monitor(home, *given)
    _monitor(home, *given)  # a second time adds nothing
    return list(json.loads(_monitor(home, "export", "--format", "json", "--background"))["events"])


def _monitor(home: Path, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "--config", str(home / "config.yaml"), *args],
        cwd=HOME, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def _exact(piece: dict[str, object], article: Path) -> bool:
    """Return whether *piece* is a quote that stands in the article just where it says."""
    if piece["type"] != "quote":
        return False
    text = article.read_text("utf-8")
    start, end = int(str(piece["start"])), int(str(piece["end"]))
    return text[start:end] == piece["quote"]
