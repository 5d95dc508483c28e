"""Rounds over the newsroom at a time of the test's choosing."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor import daemon, declared, reading
from monitor.export import Options, render
from monitor.model import Counts, EntryRecord, EntryState, RoundRecord
from monitor.store import open_store


@dataclass
class Play:
    """One installation: a configuration, its database beside it, and the time it is."""

    config: Path
    now: datetime

    def poll(self, *, all: bool = False) -> RoundRecord:
        """Do what ``monitor poll`` does, as of ``now``."""

        async def once() -> RoundRecord:
            async with daemon.opened(declared.read(self.config), lambda: self.now) as rounds:
                return await rounds.poll(await rounds.due(all=all), digest=True)

        return asyncio.run(once())

    def later(self, **time: float) -> Play:
        self.now += timedelta(**time)
        return self

    def entries(self, feed: str = "", state: EntryState | None = None) -> list[EntryRecord]:
        with open_store(self._database, create=False) as store:
            return list(store.entries(feed, state))

    def export(self, topic: str, format: str = "json", **options: object) -> bytes:
        settings = declared.read(self.config).settings
        chosen = settings.topic(topic)
        assert chosen is not None
        with open_store(self._database, create=False) as store:
            return render(reading.timeline(store, chosen, background=True), format, Options(**options))  # type: ignore[arg-type]

    def events(self, topic: str) -> list[dict[str, object]]:
        return list(json.loads(self.export(topic))["events"])

    @property
    def _database(self) -> str:
        return declared.read(self.config).settings.database


def balanced(counts: Counts) -> bool:
    """Return whether every fetched entry is accounted for."""
    return counts.fetched == counts.kept + counts.rejected + counts.duplicate + counts.failed + counts.waiting


def portable(text: str) -> str:
    """Replace what the loopback port leaks into: the port itself and the ids and digests that follow from it."""
    text = re.sub(r"(127\.0\.0\.\d):\d+", r"\1:PORT", text)
    for prefix in ("ev", "ar", "en", "mn"):
        ids = dict.fromkeys(re.findall(rf"\b{prefix}_[0-9a-f]+", text))
        for number, id in enumerate(ids, 1):
            text = text.replace(id, f"{prefix}_{number}")
    return text
