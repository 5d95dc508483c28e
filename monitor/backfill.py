"""
Archives into the inbox: file by file, each part written whole with where to go on. Part of the roof.

A part is read without the store and written in one short transaction; between two of them others write. Killed at any
instant, whoever reads the archive next goes on where the last part ended.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from monitor import archives, match, pipeline
from monitor.archives import File, Limits, Wanted
from monitor.errors import FetchError, InputError, Overtaken
from monitor.model import Archive, Part, Reads, Scope
from monitor.pipeline import Desk
from monitor.store.base import Store

__all__ = ["Backfill", "Fetch", "Told", "refused"]

TOGETHER = 100
"""Small files that are written in one transaction; reading one takes some 10 ms, if it is about a topic."""

WEIGHT = 16 * 1024 * 1024
"""Bytes of small files that are held at a time."""

MAX_LIST = 16 * 1024 * 1024
"""Bytes of a list of archives, packed or not."""

LOOK = 1.0
"""Seconds between two looks at what others read."""

Told = Callable[[str, int, int, Reads], None]
"""Told how far a file is: its name, bytes read, bytes in all, and what became of its records."""

Fetch = Callable[[str], Path]
"""Fetches what is elsewhere into a file, which is removed once it is read."""


def untold(name: str, done: int, total: int, reads: Reads) -> None:
    """Say nothing."""


def refused(url: str) -> Path:
    """Fetch nothing."""
    raise InputError(f"{url}: nothing is fetched here")


@dataclass(slots=True)
class Backfill:
    """What archives are read for, by whom, what they came to, and every fault in a sentence."""

    desk: Desk
    store: Store
    scope: Scope
    clock: Callable[[], datetime]
    told: Told = untold
    fetch: Fetch = refused
    stopped: Callable[[], bool] = lambda: False
    limits: Limits = Limits()
    faults: list[str] = field(default_factory=list)
    files: int = 0
    known: int = 0
    reads: Reads = Reads()
    entries: Counter[str] = field(default_factory=Counter)
    _wanted: Wanted | None = None

    def take(self, sources: Sequence[str]) -> None:
        """Read every archive of *sources*; one that cannot be read costs itself alone."""
        for files in self._batches(self.named(sources)):
            if self.stopped():
                return
            if files[0].kind in archives.SMALL:
                self._small(files)
            else:
                self._each(files[0])

    def wait(self, sources: Sequence[str]) -> None:
        """Leave the archives of *sources* to other processes, and tell how far they are until all are read or given up."""
        waiting: dict[str, int] = {}
        for files in self._batches(self.named(sources)):
            if self.stopped():
                return
            if files[0].kind in archives.SMALL:
                self._small(files)
            elif archive := self._left(files[0]):
                waiting[archive.id] = 0 if files[0].url else files[0].path.stat().st_size
        while waiting and not self.stopped():
            time.sleep(LOOK)
            waiting = {id: size for id, size in waiting.items() if self._watched(id, size)}

    def _left(self, file: File) -> Archive | None:
        """Write down that *file* is to be read; None where that is done or cannot be."""
        self.files += 1
        try:
            archive = self.begun(file)
        except OSError as error:
            self.faults.append(_why(str(file.path), error))
            return None
        self.known += bool(archive.finished)
        return None if archive.finished else archive

    def _watched(self, id: str, size: int) -> bool:
        """Tell how far an archive is; return whether there is more of it to be read."""
        archive = self.store.archive(id)
        assert archive is not None  # which we wrote down
        if archive.finished:
            self.reads += archive.reads
            self.entries.update(archive.entries)
        elif archive.problem:
            self.faults.append(archive.problem)
        elif size:
            self.told(archive.name, min(archive.position, size - 1), size, archive.reads)
        if archive.finished and size:
            self.told(archive.name, size, size, archive.reads)
        return not archive.finished and not archive.problem

    def begun(self, file: File) -> Archive:
        """Return the archive that *file* is for this scope, written down where it was never heard of; raise OSError."""
        return self.store.begin_archive(self._archive(file), self.clock())

    def read(self, archive: Archive) -> None:
        """Read *archive* on to its end, or until it is time to stop; why that cannot be is written down, and a fault."""
        url = archive.name if archives.is_url(archive.name) else ""
        path = self.fetch(url) if url else Path(archive.name)
        size = path.stat().st_size
        if url and not size:
            raise InputError(f"{url}: is empty")
        if not url:
            _still(archive)
        limits = replace(self.limits, stopped=self.stopped)
        for part in archives.parts(File(path, archive.kind), archive.position, self.wanted, limits):
            if part.ended and not url:
                _still(archive)
            archive = self._write(archive, part)
            self.told(archive.name, size if part.ended else archive.position, size, archive.reads)
            if self.stopped():
                return
        if url:
            path.unlink(missing_ok=True)

    def try_to_read(self, archive: Archive) -> None:
        """Read *archive*; why that cannot be is written down with it, and told."""
        try:
            self.read(archive)
        except archives.Stopped:
            return
        except Overtaken as error:
            self.faults.append(str(error))
        except (OSError, InputError, FetchError) as error:
            if self.stopped():  # which is why, perhaps; else whoever goes on with it finds out
                return
            problem = _why(archive.name, error)
            self.store.give_up_archive(archive.id, problem)
            self.faults.append(problem)

    @property
    def wanted(self) -> Wanted:
        """What is looked for; the automaton of ten thousand names takes a second to make."""
        if self._wanted is None:
            sieve = match.Sieve(self.desk.settings.topics, self.scope.topics)
            self._wanted = Wanted(sieve.lets, sieve.names, self.scope.span, self.scope.zone)
        return self._wanted

    def __str__(self) -> str:
        reads = self.reads
        parts = [
            f"{self.files} archive{'s' * (self.files != 1)}" + (f" ({self.known} read before)" if self.known else ""),
            f"{reads.records} records: {reads.found} found, {reads.unnamed} name no topic, {reads.outside} of other days, "
            f"{reads.unread} are no articles, {reads.other} no pages",
            ", ".join(f"{n} {state}" for state, n in sorted(self.entries.items())),
        ]
        return "; ".join(p for p in parts if p)

    # ------------------------------------------------------------- what is named

    def named(self, sources: Iterable[str], within: str = "") -> Iterator[File]:
        """Yield the files that *sources* name, those in the list *within* where one is given."""
        for line in sources:
            if self.stopped():  # of a million lines that lead nowhere, none is a file
                return
            try:
                source = archives.near(line, within) if within else line
                if archives.is_list(source) and not within and not Path(source).is_dir():
                    yield from self.named(archives.listed(self._list(source)), source)
                elif archives.is_url(source):
                    yield archives.remote(source)
                else:
                    yield from archives.found(Path(source), self._noted)
            except (OSError, InputError, FetchError) as error:
                self.faults.append(_why(line, error))

    def _noted(self, error: OSError) -> None:
        self.faults.append(_why(str(error.filename), error))

    @staticmethod
    def _batches(files: Iterable[File]) -> Iterator[Sequence[File]]:
        """Yield files that are read together: small ones, or one alone."""
        small: list[File] = []
        weight = 0
        for file in files:
            if file.kind not in archives.SMALL:
                yield (file,)
                continue
            with suppress(OSError):  # told when it is read
                weight += file.path.stat().st_size
            small.append(file)
            if len(small) >= TOGETHER or weight >= WEIGHT:
                yield small
                small, weight = [], 0
        if small:
            yield small

    def _list(self, source: str) -> bytes:
        file = self.fetch(source) if archives.is_url(source) else Path(source)
        with file.open("rb") as stream:
            body = stream.read(MAX_LIST + 1)
        if len(body) > MAX_LIST:
            raise InputError(f"{source}: larger than {MAX_LIST // 2**20} MB, which no list is")
        return body

    def _archive(self, file: File) -> Archive:
        mark = hashlib.sha256(file.url.encode()).hexdigest() if file.url else archives.mark(file.path)
        names = sorted(repr(self.desk.topics[t]) for t in self.scope.topics)
        # Once with the same names and days is enough.
        told = "\0".join((mark, repr(self.scope), *names))
        return Archive(
            hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32],
            file.url or str(file.path.resolve()),
            file.kind,
            _feed(mark, file.path),
            self.scope,
        )

    # ------------------------------------------------------------- read and written

    def _each(self, file: File) -> None:
        if archive := self._left(file):
            self.try_to_read(archive)

    def _small(self, files: Sequence[File]) -> None:
        """Read files of one record each, and write them together: a flush to the disk costs more than all of them."""
        read: list[tuple[Archive, pipeline.Found]] = []
        for file in files:
            self.files += 1
            try:
                archive = self._archive(file)
                if (there := self.store.archive(archive.id)) and there.finished:
                    self.known += 1
                    continue
                (part,) = archives.parts(file, archive.position, self.wanted, self.limits)
            except OSError as error:
                self.faults.append(_why(str(file.path), error))
                continue
            read.append((archive, pipeline.found(self.desk, archive, part, self.clock())))
        with self._writing():
            for archive, found in read:
                if not self.store.begin_archive(archive, self.clock()).finished:
                    self.store.take(found.taken(self.store), self.clock())
        for archive, found in read:
            self._note(archive, found)

    def _write(self, archive: Archive, part: Part) -> Archive:
        found = pipeline.found(self.desk, archive, part, self.clock())
        with self._writing():
            self.store.take(found.taken(self.store), self.clock())
        return self._note(archive, found)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write in one transaction, and leave the store to others for as long as that took."""
        begun = time.monotonic()
        with self.store.together():
            yield
        time.sleep(min(1.0, time.monotonic() - begun))

    def _note(self, archive: Archive, found: pipeline.Found) -> Archive:
        """Count what was written; return how far the archive is."""
        self.reads += found.reads
        self.faults += [f"{archive.name}: {problem}" for problem in found.problems]
        there = self.store.archive(archive.id)
        assert there is not None  # which was just written
        if there.finished:
            self.entries.update(there.entries)
        return there


def _feed(mark: str, path: Path) -> str:
    return f"archive:{mark[:16]}/{path.name}"


def _still(archive: Archive) -> None:
    """Raise InputError where the file of *archive* is not what it was when it was named: its position means nothing there."""
    path = Path(archive.name)
    if not archive.feed.startswith(f"archive:{archives.mark(path)[:16]}/"):
        raise InputError(f"{path}: was changed while it was read; name it again once nobody writes to it")


def _why(name: str, error: OSError | InputError | FetchError) -> str:
    if isinstance(error, InputError):
        return str(error)
    said = f"cannot be read: {error.strerror or error}" if isinstance(error, OSError) else str(error)
    return f"{name}: {said}"
