"""What something costs, measured so that neither a slow machine nor a busy one makes it dearer than it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

REFERENCE = 0.0019  # seconds of CPU that `_work` takes on the machine on which the limits were set


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


def affordable(act: Callable[[], T], limit: float) -> T:
    """Return what *act* gives, which may take *limit* seconds of CPU at most; on a machine that is :func:`slower`, more in proportion."""
    given: list[T] = []
    found = least(lambda: spent(lambda: given.append(act())), limit)
    assert found < limit or found / slower() < limit, f"{found:.3f} s"
    return given[-1]


def slower() -> float:
    """Return how many times as long as where the limits were set the same work takes here and now; 1 where it is quicker."""
    return max(1.0, min(spent(_work) for _ in range(5)) / REFERENCE)


def _work() -> None:
    found: dict[str, int] = {}
    for n in range(20_000):
        word = str(n % 977)
        found[word] = found.get(word, 0) + len(word)


def peak_kb(pid: int | None = None) -> int:
    """Return how much memory a process (this one) has held at its peak; what was before its program began is not counted."""
    status = Path(f"/proc/{pid or os.getpid()}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
