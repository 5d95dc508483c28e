"""Files and folders that a person hands in, read into documents one by one. Part of the roof; no network."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor import parse, pipeline
from monitor.errors import ParseError
from monitor.model import Entry, EntryState, Page
from monitor.pipeline import Desk, Handed
from monitor.store.base import Store

SUFFIXES = frozenset({".html", ".htm", ".txt", ".jsonl", ".xml", ".rss", ".atom", ".json", ".rdf"})
"""What is taken from a folder; a file named by itself is taken whatever it is called."""

MAX_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Intake:
    """One call of ``monitor ingest``: what was read, what it came to, and every fault in a sentence."""

    desk: Desk
    store: Store
    handed: Handed
    clock: Callable[[], datetime]
    faults: list[str] = field(default_factory=list)
    files: int = 0
    known: int = 0
    states: Counter[EntryState] = field(default_factory=Counter)
    events: set[str] = field(default_factory=set)

    def take(self, paths: Sequence[Path]) -> None:
        """Read every file of *paths*, folders with all that lies below them; one bad file costs itself alone."""
        for path in paths:
            for file in self._files(path):
                self.files += 1
                try:
                    self._read(file, _bytes(file))
                except ParseError as error:
                    self.faults.append(f"{file}: {error}")

    def __str__(self) -> str:
        states = ", ".join(f"{n} {state.value}" for state, n in sorted(self.states.items()))
        parts = [f"{self.files} files", states, f"{self.known} known already" if self.known else ""]
        return "; ".join(p for p in parts if p) + f"; {len(self.events)} events changed"

    def _files(self, path: Path) -> Iterator[Path]:
        if not path.is_dir():
            yield path
            return
        found = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
        if not found:
            self.faults.append(f"{path}: the folder holds none of {' '.join(sorted(SUFFIXES))}")
        yield from found

    def _read(self, file: Path, body: bytes) -> None:
        found = parse.document(body, file.name, self.desk.settings.timezone, self.clock())
        self.faults += [f"{file}: {problem}" for problem in found.problems]
        for document in found.documents:
            self._document(document)
        for entry in found.feed.entries if found.feed else ():
            self._document(_of_entry(entry))

    def _document(self, document: parse.Document) -> None:
        if self.store.holds_body(hashlib.sha256(document.body).hexdigest()):
            self.known += 1
            return
        digested = pipeline.ingest(self.desk, document, self.handed, self.clock())
        self.states[digested.state] += 1
        self.events.update(pipeline.settle(self.desk, self.store, digested, self.clock()))


def _bytes(file: Path) -> bytes:
    try:
        if not file.is_file() and file.exists():
            raise ParseError("is no plain file")
        if file.stat().st_size > MAX_BYTES:
            raise ParseError(f"larger than {MAX_BYTES // 2**20} MB")
        return file.read_bytes()
    except OSError as error:
        raise ParseError(f"cannot be read: {error.strerror}") from error


def _of_entry(entry: Entry) -> parse.Document:
    """Return what a saved feed says of an entry as a document: its summary is all the text there is."""
    page = Page(entry.title, entry.summary or entry.title, entry.published, entry.url, entry.source_name)
    body = "\0".join((entry.identity, entry.title, entry.summary)).encode("utf-8", "surrogatepass")
    return parse.Document(page, body, entry.url, entry.source_name)
