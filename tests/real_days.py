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
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from monitor import schedule
from monitor.clock import clock
from monitor.model import Feed, FeedStatus, FetchSettings
from monitor.store import open_store
from tests.commands import start
from tests.simulated import NOT_FOUND, START, Asked, Says, Script

TICK = timedelta(minutes=15)
PATIENCE = 120.0  # seconds that one process may take for its round
SHIFTERS = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/local/lib/faketime/libfaketime.so.1")


@dataclass
class Days:
    """Servers that follow *scripts*, and one installation that polls *feeds* of them, a new process at every tick."""

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

    def __enter__(self) -> Days:
        world = self

        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                says = world.answer(self.path, dict(self.headers))
                self.send_response_only(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                body = says.body if says.status != 304 else b""
                if says.status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        (self.folder / "config.yaml").write_text(json.dumps(self._settings(), ensure_ascii=False), "utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, url: str, headers: Mapping[str, str]) -> Says:
        """Answer one request by its script, and note it."""
        began = self.now()
        carried = {n.lower(): v for n, v in headers.items()}
        script = self.scripts.get(url)
        says = script(began, carried) if script else NOT_FOUND
        self.seen.append(Asked(url, urlsplit(url).netloc, began, self.now(), carried, says.status, says.headers))
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
        assert process.wait(PATIENCE) == 0, self._said()

    def _killed(self) -> None:
        """Kill a daemon at once when all that was due has been asked and recorded: it has no time to say good-bye."""
        process, end = self._start("run"), time.monotonic() + PATIENCE
        while "] round " not in self._said() or self._is_due():
            assert process.poll() is None and time.monotonic() < end, self._said()
            time.sleep(0.05)
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
                "proxy": f"http://127.0.0.1:{self.server.server_port}",
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
