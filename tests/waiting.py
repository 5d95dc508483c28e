"""What may be asked of a machine that is slow, or busy with other things: a state is waited for, a cost is the least of some."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0  # for what takes a second: who gives up says that something is wrong, not that it was slow
STOPPED = 10.0  # "SIGTERM must end the daemon cleanly within 10 s"


def until(met: Callable[[], T], seconds: float = PATIENCE, told: Callable[[], object] = str) -> T:
    """Wait until *met* holds, and return what it gave; who waited in vain shows what *told* returns."""
    end = time.monotonic() + seconds
    while not (found := met()):
        assert time.monotonic() < end, f"waited in vain {told()}"
        time.sleep(0.02)
    return found


async def reached(met: Callable[[], object], seconds: float = PATIENCE, every: float = 0.1) -> None:
    """Wait as :func:`until` does, while others go on; *met* is asked in a thread."""
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(met):
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(every)


def stopped(process: subprocess.Popen[str], by: signal.Signals = signal.SIGTERM) -> int:
    """Tell *process* to stop and return its status; it has the time that is promised, and no more."""
    process.send_signal(by)
    return process.wait(STOPPED)


def ended(process: subprocess.Popen[str]) -> None:
    """Let nothing be left of *process*, whatever became of it."""
    process.kill()
    process.wait()


def spent(act: Callable[[], object]) -> float:
    """Return how many seconds of CPU *act* takes this process."""
    began = time.process_time()
    act()
    return time.process_time() - began


def least(measure: Callable[[], float], limit: float, tries: int = 3) -> float:
    """Return the least that *measure* gave, asked again only where it was not below *limit*: what others do adds to a figure."""
    found = measure()
    while found >= limit and tries > 1:
        found, tries = min(found, measure()), tries - 1
    return found
