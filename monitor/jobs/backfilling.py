"""
Archives, each read by whoever is free, to its end or until the process stops.

What is to be read stays data in the store, so that a job that ended early is made again and goes on where that one was.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from monitor import backfill
from monitor.downloads import PIECE, Downloads
from monitor.errors import ConfigError, InputError
from monitor.jobs.common import Common, Pending, job, named
from monitor.model import Reads
from monitor.store import open_store

BACKFILL = "backfill"

MOST = 64  # archives that are jobs at a time: more than any number of machines reads at once
AT_ONCE = 2  # of one process: reading takes a whole core, fetching none

log = structlog.get_logger()


class Backfills:
    """A job is one archive; each is read with a store of its own, beside everything else that the process does."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._folder: Path | None = None
        self._tenths: dict[str, int] = {}

    async def make(self, pending: Pending) -> None:
        """Make a job of each archive that is to be read on."""
        common = self._common
        archives = (await common.apart(common.leading.open_archives))[:MOST]
        await common.defer(pending, (job(BACKFILL, a.id, named(BACKFILL, a.id), {"archive": a.id}) for a in archives))

    async def do(self, **about: Any) -> None:
        """Read one archive."""
        over = threading.Event()
        try:
            await asyncio.to_thread(self._read, about["archive"], asyncio.get_running_loop(), over.is_set)
        finally:
            over.set()  # a thread that was left ends with its part; the next job on this archive goes on from there

    def _read(self, id: str, loop: asyncio.AbstractEventLoop, over: Callable[[], bool]) -> None:
        common, desk = self._common, self._common.rounds.desk
        with open_store(common.declared.settings.database, create=False) as store:
            archive = store.archive(id)
            if archive is None or archive.finished or archive.problem:
                return
            if gone := [t for t in archive.scope.topics if t not in desk.topics]:
                store.give_up_archive(id, f"{archive.name}: the topic {gone[0]} is declared no more")
                return

            def fetch(url: str) -> Path:
                return asyncio.run_coroutine_threadsafe(self._downloads(over).get(url), loop).result()

            reader = backfill.Backfill(desk, store, archive.scope, common.clock, self._told, fetch, over)
            try:
                reader.try_to_read(archive)
            except ConfigError as error:  # what reads it is not installed here
                store.give_up_archive(id, f"{archive.name}: {error}")
                reader.faults.append(str(error))
        for fault in reader.faults:
            log.warning("archive", reason=fault)

    def _downloads(self, over: Callable[[], bool]) -> Downloads:
        if self._folder is None:
            try:
                self._folder = Path(tempfile.mkdtemp(prefix="monitor-"))
            except OSError as error:
                raise InputError(f"nothing can be fetched: {error.strerror}") from error
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        most = min(PIECE, self._common.declared.settings.fetch.max_bytes)
        fetcher = self._common.rounds.fetcher
        return Downloads(fetcher, self._folder, most, stopped=over)

    def _told(self, name: str, done: int, total: int, reads: Reads) -> None:
        """Log how far an archive is at each tenth."""
        tenth = 10 * done // total if total else 10
        if self._tenths.get(name) != tenth:
            self._tenths[name] = tenth
            log.info("reading", archive=name, done=f"{10 * tenth} %", records=reads.records, found=reads.found)
        if done >= total:
            self._tenths.pop(name, None)
