"""
What readers wait for: an export of many events, and a word found among many texts. Part of :mod:`bench.growth`.

Events are those of :mod:`bench.mentions`; the export is read from the store and rendered, as `monitor export` does it, after
one that nobody measures. Texts are articles of two hundred invented characters with a word of two characters planted in one of
50,000, one of 100, and all of them; each is asked for as the page asks, fifty hits at most, and then, where it is rare,
without an end, to see that nothing is missed.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from bench.mentions import NOW, TOPIC, fill
from monitor import finding, reading
from monitor.export import render
from monitor.model import FetchSettings, Settings
from monitor.store import open_store
from monitor.store.base import Store

T = TypeVar("T")

AGAIN = 9
PLANTED = {"龘龖": 50_000, "麤鱻": 100, "爩靐": 1}  # a word, and in one of how many texts it stands
_INSERT = """
    INSERT INTO articles (id, identity, newest, url, title, fetched, body_sha256, text_sha256, more, verdicts, text)
    VALUES (?, ?, 1, ?, ?, '2026-01-01T00:00:00.000000Z', '', '', '{}', '[]', ?)
"""


def _made(path: Path) -> Store:
    store = open_store(str(path))
    store.declare(Settings("c", str(path), "Asia/Shanghai", FetchSettings(), "off", (), (), (TOPIC,)), NOW)
    return store


def exported(path: Path, count: int) -> None:
    """Print what an export of *count* events takes."""
    with _made(path) as store:
        fill(store, count)
        for form in ("json", "csv"):
            spent, body = _median(lambda form=form: render(reading.timeline(store, TOPIC, background=True), form))  # type: ignore[misc]
            print(f"export of {count} events as {form}: {spent:.2f} s of CPU, {len(body) / 1e6:.1f} MB")


def searched(path: Path, count: int) -> None:
    """Print what it takes to find a word among *count* texts."""
    _made(path).close()
    rng = random.Random(5)
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(_INSERT, (_text(rng, n) for n in range(1, count + 1)))
    with open_store(str(path)) as store:
        began = time.process_time()
        while store.index():
            pass
        print(
            f"  among {count} texts, indexed in {time.process_time() - began:.0f} s of CPU, {path.stat().st_size / 1e6:.0f} MB"
        )
        for word, every in PLANTED.items():
            spent, found = _median(lambda word=word: finding.find(store, word, ()))  # type: ignore[misc]
            whole = len(finding.find(store, word, (), count)) if every >= 1_000 else len(found)
            print(
                f"  a word in one of {every}: {1e3 * spent:.1f} ms, {len(found)} shown; {whole} of {count // every} found"
            )


def _text(rng: random.Random, n: int) -> tuple[str, str, str, str, str]:
    words = "".join(word for word, every in PLANTED.items() if n % every == 0)
    said = "".join(map(chr, rng.choices(range(0x4E00, 0x5600), k=200)))
    url = f"https://a.example/{n}"
    return f"ar_{n}", url, url, said[:20], f"{said[:100]}{words}{said[100:]}"


def _median(act: Callable[[], T]) -> tuple[float, T]:
    """Return the median of CPU seconds that *act* takes, and what it gave."""
    found = act()
    times = []
    for _ in range(AGAIN):
        began = time.process_time()
        found = act()
        times.append(time.process_time() - began)
    return statistics.median(times), found
