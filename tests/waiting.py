"""States are waited for, with a patience that a slow machine, or one that is busy with other things, does not use up."""

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
