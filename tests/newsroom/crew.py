"""Processes that work on one newsroom together."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from monitor.model import EntryState
from monitor.store import open_store
from monitor.store.base import Store
from tests.commands import start
from tests.waiting import ended


class Crew:
    """Processes with one configuration, each in a folder of its own beneath *home*."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.all: dict[str, subprocess.Popen[str]] = {}

    def begin(self, name: str, *args: str, **environment: str) -> subprocess.Popen[str]:
        (self.home / name).mkdir(exist_ok=True)
        about = {"MONITOR_CONFIG": str(self.home / "config.yaml"), **environment}
        self.all[name] = start(*args, cwd=self.home / name, **about)
        return self.all[name]

    def said(self, name: str) -> str:
        return (self.home / name / "stderr.txt").read_text("utf-8", "replace")

    def leader(self) -> str:
        """Return who makes the jobs by what each last said of it."""
        for name, process in self.all.items():
            words = re.findall(r"(this|another) process makes the jobs", self.said(name))
            if process.poll() is None and words[-1:] == ["this"]:
                return name
        return ""

    def address(self, name: str) -> str:
        found = re.search(r"the timeline is at (\S+)", self.said(name))
        return found[1] if found else ""

    def end(self) -> None:
        for process in self.all.values():
            ended(process)


def idle(store: Store) -> bool:
    """Return whether everything has been polled and nothing waits."""
    last = store.round()
    waiting = list(store.entries(state=EntryState.WAITING))
    return bool(last and len(last.feeds) == 5 and not waiting and not store.left_open())


def done(url: str) -> bool:
    with open_store(url, create=False) as store:
        return idle(store)
