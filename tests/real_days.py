"""
A day of polling by real processes: the program itself, started at every tick under a shifted clock.

    with Days(folder, scripts, feeds, settings) as world:
        world.live(days=1, killed=0.2)

The servers are those of :mod:`tests.simulated`, played by a proxy on loopback, so that names and addresses are the
same in both worlds. Only the wall clock is shifted (libfaketime; Debian's package faketime): deadlines, pauses and
sockets take the time that they take.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from monitor import schedule
from monitor.clock import clock
from monitor.model import Feed, FeedStatus, FetchSettings
from monitor.store import open_store
from tests.commands import start
from tests.loopback import Call, Loopback, Reply
from tests.simulated import NOT_FOUND, START, Asked, Says, Script
from tests.waiting import until

TICK = timedelta(minutes=15)
ROUND = 120.0  # seconds that one process may take for its round
SHIFTERS = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/local/lib/faketime/libfaketime.so.1")


@dataclass
class Days(Loopback):
    """Servers that follow *scripts*, and one installation that polls *feeds* of them, a new process at every tick."""

    dated = False  # the wall clock of the processes is another
    folder: Path
    scripts: Mapping[str, Script]
    feeds: Sequence[Feed]
    fetch: FetchSettings
    days: int = 0
    slack: timedelta = TICK + timedelta(minutes=2)  # one tick, a turn, and an answer
    seen: list[Asked] = field(default_factory=list)
    statuses: Mapping[str, FeedStatus] = field(default_factory=dict)
    shift: timedelta = timedelta(0)
    killed: int = 0

    def __enter__(self) -> Self:
        super().__enter__()
        (self.folder / "config.yaml").write_text(json.dumps(self._settings(), ensure_ascii=False), "utf-8")
        return self

    def reply(self, call: Call) -> Reply:
        says = self.answer(call.path, call.headers)
        return Reply(says.status, says.body, says.headers)

    def answer(self, url: str, headers: Mapping[str, str]) -> Says:
        """Answer one request by its script, and note it."""
        began = self.now()
        script = self.scripts.get(url)
        says = script(began, headers) if script else NOT_FOUND
        self.seen.append(Asked(url, urlsplit(url).netloc, began, self.now(), headers, says.status, says.headers))
        return says

    def now(self) -> datetime:
        """Return what the clock of the processes shows."""
        return clock() + self.shift

    def of(self, url: str) -> list[Asked]:
        return [a for a in self.seen if a.url == url]

    # ------------------------------------------------------------- living

    def live(self, *, days: int, killed: float) -> None:
        """Start a process at each tick; of those, *killed* is the share that is killed after its round."""
        self.days, chance = days, random.Random(5)
        for n in range(int(timedelta(days=days) / TICK)):
            self.shift = timedelta(seconds=round((START + n * TICK - clock()).total_seconds()))
            if self._is_due() and chance.random() < killed:
                self._killed()
            else:
                self._polled()
        with open_store(str(self.folder / "timeline.db")) as store:
            self.statuses = {s.url: s for s in store.statuses()}

    def _polled(self) -> None:
        process = self._start("poll")
        assert process.wait(ROUND) == 0, self._said()

    def _killed(self) -> None:
        """Kill a daemon at once when all that was due has been asked and recorded: it has no time to say good-bye."""
        process = self._start("run")
        until(lambda: "] round " in self._said() and not self._is_due(), ROUND, self._said)
        process.send_signal(signal.SIGKILL)
        process.wait()
        _swept(process.pid)
        self.killed += 1

    def _is_due(self) -> bool:
        if not (self.folder / "timeline.db").exists():
            return True
        with open_store(str(self.folder / "timeline.db")) as store:
            return bool(schedule.due(store.statuses(), self.now()))

    def _said(self) -> str:
        return (self.folder / "stderr.txt").read_text("utf-8")

    def _start(self, command: str) -> subprocess.Popen[str]:
        shifted = {
            "LD_PRELOAD": str(shifter()),
            "FAKETIME": f"{self.shift.total_seconds():+.0f}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        return start(command, cwd=self.folder, **shifted)

    # ------------------------------------------------------------- configuration

    def _settings(self) -> dict[str, object]:
        return {
            "database": "timeline.db",
            "timezone": "Asia/Shanghai",
            "fetch": {
                "timeout": "30s",  # it passes in real time, and the machine may be busy
                "proxy": self.url(""),
                "pauses": {host: f"{rest.total_seconds():.0f}s" for host, rest in self.fetch.pauses.items()},
            },
            "web": {"listen": "off"},
            "feeds": [_declared(feed) for feed in self.feeds],
            "topics": [
                {
                    "id": "bridge",
                    "question": "大桥能通车吗?",
                    "entities": [
                        {"id": "bridge", "kind": "product", "names": ["大桥"]},
                        {"id": "river", "kind": "place", "names": ["河城"]},
                    ],
                    "together": ["bridge", "river"],
                }
            ],
        }


def _declared(feed: Feed) -> dict[str, object]:
    row: dict[str, object] = {"url": feed.url}
    if feed.every_declared:
        row["every"] = f"{feed.every.total_seconds():.0f}s"
    if feed.select:
        row |= {
            "kind": feed.kind,
            "select": {"entry": feed.select.entry, "title": feed.select.title, "link": feed.select.link},
        }
    return row


def _swept(pid: int) -> None:
    """Take away what libfaketime leaves of a killed process: the next one with its number could not start."""
    for name in ("faketime_shm", "sem.faketime_sem"):
        Path(f"/dev/shm/{name}_{pid}").unlink(missing_ok=True)


def shifter() -> Path:
    """Return the library that shifts a process's clock; it is asked for by name where it is missing."""
    found = [path for where in SHIFTERS for path in Path("/").glob(where[1:])]
    assert found, "this test needs libfaketime: install Debian's package faketime"
    return found[0]
