"""What systemd hears: over a real socket, from a real scheduler, from one that hangs, and from a real process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor import daemon, declared
from monitor.model import EntryState
from monitor.pulse import Pulse
from monitor.store import open_store
from monitor.supervisor import Supervisor
from tests.commands import start
from tests.store.make import NOW, article, collected, decides, digested, screened
from tests.waiting import PATIENCE, ended, until

CONFIG = """\
database: a.db
web: {listen: "off"}
topics: [{id: bridge, question: 大桥能通车吗?, entities: [{id: bridge, kind: product, names: [大桥]}]}]
"""


class Ear:
    """The socket that systemd would listen at."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._wire.bind("\0" + name[1:] if name.startswith("@") else name)
        self.environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "3000000"}

    def heard(self, seconds: float = 0.0, until: str = "") -> list[str]:
        """Return what was said so far, what comes within *seconds* too, but no more once *until* was said."""
        deadline = time.monotonic() + seconds
        said: list[str] = []
        while not (until and until in said):
            self._wire.settimeout(max(deadline - time.monotonic(), 0.0001))
            try:
                said += self._wire.recv(4096).decode().splitlines()
            except TimeoutError:
                break
        return said

    def close(self) -> None:
        self._wire.close()


@pytest.fixture
def ear(tmp_path) -> Iterator[Ear]:
    ear = Ear(str(tmp_path / "notify"))
    yield ear
    ear.close()


# --------------------------------------------------------------------------- the words


def test_it_says_what_the_protocol_has(ear):
    told = Supervisor(ear.environment, 1)
    told.ready("5 feeds\nSTOPPING=1")
    told.reloading()
    told.feed()
    told.stopping()
    said = ear.heard()
    assert said[:3] == ["READY=1", "STATUS=5 feeds STOPPING=1", "RELOADING=1"] and said[4:] == [
        "WATCHDOG=1",
        "STOPPING=1",
    ]
    name, _, at = said[3].partition("=")
    assert name == "MONOTONIC_USEC" and abs(int(at) / 1e6 - time.monotonic()) < 5


def test_an_abstract_socket_is_found(tmp_path):
    ear = Ear(f"@monitor-{tmp_path.name}")
    Supervisor(ear.environment, 1).stopping()
    assert ear.heard() == ["STOPPING=1"]
    ear.close()


@pytest.mark.parametrize(
    "more", [{"WATCHDOG_USEC": ""}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_PID": "2"}, {"NOTIFY_SOCKET": "/nowhere"}]
)
def test_a_watchdog_of_nobody_or_of_another_is_not_fed(ear, more):
    Supervisor({**ear.environment, **more}, 1).feed()
    Supervisor({}, 1).ready("")
    assert ear.heard() == []


# --------------------------------------------------------------------------- the scheduler


def live(home: Path, ear: Ear, act: Callable[[daemon.Daemon], None]) -> None:
    """Run a daemon that looks ten times a second while *act* runs in a thread."""
    (home / "config.yaml").write_text(CONFIG, "utf-8")
    found = declared.read(home / "config.yaml")

    async def run() -> None:
        async with daemon.opened(found) as rounds:
            rounds.pulse = Pulse(0.1)
            crew = daemon.Alone(rounds, found)
            lasting = daemon.Daemon(crew, lambda: found, declared.stamp, supervisor=Supervisor(ear.environment, 1))
            running = asyncio.create_task(lasting.run())
            await asyncio.to_thread(act, lasting)
            crew.stopping.set()
            await running

    asyncio.run(run())


def test_the_watchdog_is_fed_while_the_scheduler_ticks(tmp_path, ear):
    said: list[str] = []

    def fed(_: daemon.Daemon) -> None:
        for _ in range(5):
            said.extend(ear.heard(PATIENCE, until="WATCHDOG=1"))

    live(tmp_path, ear, fed)
    said += ear.heard()
    assert said[0] == "READY=1" and said[-1] == "STOPPING=1" and said.count("WATCHDOG=1") >= 5


def test_the_watchdog_starves_while_the_scheduler_hangs(tmp_path, ear):
    """The event loop goes on, and so does APScheduler; but the looks at what is due wait for a thread that does not end."""

    def hang(lasting: daemon.Daemon) -> None:
        assert "WATCHDOG=1" in ear.heard(PATIENCE, until="WATCHDOG=1")
        done = threading.Event()
        lasting.crew.rounds.writer.submit(done.wait, 30)
        time.sleep(0.5)
        ear.heard()
        assert ear.heard(1.5) == []
        assert any("last looked at" in a for a in lasting.pulse.ailments())
        done.set()
        assert "WATCHDOG=1" in ear.heard(PATIENCE, until="WATCHDOG=1") and not lasting.pulse.ailments()

    live(tmp_path, ear, hang)


def test_the_watchdog_is_fed_while_the_store_is_locked_and_tried_again(tmp_path, ear):
    def locked(lasting: daemon.Daemon) -> None:
        ear.heard(PATIENCE, until="WATCHDOG=1")
        with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            os.kill(os.getpid(), signal.SIGHUP)  # what is read anew is declared: it writes
            until(lambda: lasting.pulse.trouble)
            ear.heard()
            assert "WATCHDOG=1" in ear.heard(PATIENCE, until="WATCHDOG=1")
            assert "locked by another process" in lasting.pulse.ailments()[0]
        until(lambda: not lasting.pulse.ailments())

    live(tmp_path, ear, locked)


# --------------------------------------------------------------------------- the process


def test_a_process_says_when_it_is_ready_reads_its_configuration_and_stops(tmp_path, ear):
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    process = start("run", cwd=tmp_path, **ear.environment)
    try:
        assert "READY=1" in ear.heard(PATIENCE, until="READY=1")
        process.send_signal(signal.SIGHUP)
        assert "RELOADING=1" in ear.heard(PATIENCE, until="RELOADING=1")
        assert "READY=1" in ear.heard(PATIENCE, until="READY=1")
        process.send_signal(signal.SIGTERM)
        assert "STOPPING=1" in ear.heard(PATIENCE, until="STOPPING=1")
        assert process.wait(10) == 0
    finally:
        ended(process)


# --------------------------------------------------------------------------- what it does once an hour


def test_house_is_kept_in_steps_between_which_others_write(tmp_path, ear):
    (tmp_path / "config.yaml").write_text(CONFIG + "retention: {rejected: 10d, bodies: 10d}\n", "utf-8")
    found = declared.read(tmp_path / "config.yaml")
    with open_store(str(tmp_path / "a.db")) as store:
        collected(store, *(screened(n, EntryState.REJECTED) for n in range(2500)))
        store.finish(digested(article(1)), NOW, decides())

    async def run() -> list[str]:
        async with daemon.opened(found) as rounds:
            _, keep_house = daemon.Alone(rounds, found).chores()["housekeeping"]
            keeping = asyncio.ensure_future(keep_house())
            order: list[str] = []
            keeping.add_done_callback(lambda _: order.append("kept"))
            await asyncio.sleep(0)  # its first step is under way
            await rounds.write(rounds.store.open_round, NOW)
            order.append("written")
            await keeping
            return order

    assert asyncio.run(run()) == ["written", "kept"]
    with open_store(str(tmp_path / "a.db")) as store:
        assert not any(e.summary for e in store.entries())
        assert store.holds_body(article(1).body_sha256) and "bodies" not in store.audit((), ()).seen
