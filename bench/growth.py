"""
What grows with what is stored, and what does not: each figure at 10,000, 100,000 and 1,000,000 entries, and for 10, 1,000
and 10,000 names.

    python -m bench.growth [--entries 10000 ...] [--names 10 ...] [--events 10000 ...]

Of every twenty entries one event: among 1,000,000 entries stand 50,000. In one store: what a poll takes (:mod:`bench.polls`),
then what a mention takes to be given to its event (:mod:`bench.mentions`), in hostile crowds as well where the store is
largest. In another as many articles: what it takes to find a word in them (:mod:`bench.faces`). Then what it takes to
screen an entry for topics of so many names in all, and to export so many events.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
from pathlib import Path

from bench import faces, mentions, polls
from monitor.cli import GARBAGE
from monitor.store.on_sqlite import SqliteStore

ENTRIES, NAMES = (10_000, 100_000, 1_000_000), (10, 1_000, 10_000)
EVENTS = 20  # entries to an event


def main() -> None:
    """Print the figures."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--entries", type=int, nargs="*", default=ENTRIES)
    ask.add_argument("--names", type=int, nargs="*", default=NAMES)
    ask.add_argument("--events", type=int, nargs="*", default=(10_000,))
    said = ask.parse_args()
    gc.set_threshold(*GARBAGE)  # as for any command
    for count in said.entries:
        _entries(count, largest=count == max(said.entries))
    for count in said.names:
        ready, screened = polls.screened(count)
        print(f"{count} names: {1e6 * screened:.1f} µs to screen an entry, {ready:.2f} s to make ready")
    for count in said.events:
        with tempfile.TemporaryDirectory() as home:
            faces.exported(Path(home) / "t.db", count)


def _entries(count: int, *, largest: bool) -> None:
    with tempfile.TemporaryDirectory() as home, SqliteStore(Path(home) / "t.db") as store:
        idle, some, all_ = polls.polled(store, Path(home), count)
        print(f"{count} entries: a poll with nothing new {idle:.3f} ms, two new {some:.2f} ms, forty new {all_:.2f} ms")
        mentions.measure(store, count // EVENTS, crowds=largest)
    with tempfile.TemporaryDirectory() as home:
        faces.searched(Path(home) / "t.db", count)


if __name__ == "__main__":
    main()
