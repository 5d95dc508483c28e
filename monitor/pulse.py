"""
How the daemon is: fed by what happens in it, read by whoever asks (health, metrics, systemd). Part of the roof.

Ready means that the schedule was looked at lately and the store can be written. Alive means less: that somebody is still
at work, if only at trying again to write to a store that is locked or full. Who is not alive is to be restarted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

TICK = 5.0  # seconds between two looks at what is due
LATE = 6  # periods without a look until the daemon is not ready: one slow transaction is no news
DEAD = 120  # periods until it is not alive: ten minutes; one transaction may be slow, and who waits for the store tries each minute


@dataclass(slots=True)
class Pulse:
    """
    When the schedule was last looked at, what is in the way of the store, and what was counted since the start.

    ``feed`` is called whenever there is a sign of life: the watchdog.
    """

    period: float = TICK
    monotonic: Callable[[], float] = time.monotonic
    feed: Callable[[], None] = lambda: None
    trouble: str = ""
    """Why the store cannot be written for now; who waits for it tries again."""
    leading: bool | None = None
    """Whether this process makes the jobs of all; None where it is alone or does not know yet."""
    jobs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """The jobs of all processes, by queue and state (todo, doing)."""
    overdue: float | None = None
    """Seconds since the feed was due that waits longest to be asked; None where others look."""
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    ticks: int = 0
    skipped: int = 0
    """Looks that were skipped since the last one."""
    _ticked: float | None = None
    _alive: float = field(init=False)

    def __post_init__(self) -> None:
        self._alive = self.monotonic()

    def tick(self) -> None:
        """Say that the schedule was looked at."""
        self.ticks += 1
        self.skipped = 0
        self._ticked = self.monotonic()
        self._beat()

    def skip(self) -> None:
        """Say that a look was due while the last one was not over: a sign of life only while all wait for the store."""
        self.skipped += 1
        if self.trouble:
            self._beat()

    def count(self, what: str, which: str = "", by: int = 1) -> None:
        """Count *by* more of *what*."""
        self.counted[what, which] += by

    @property
    def silence(self) -> float | None:
        """Seconds since the schedule was looked at; None where it never was."""
        return None if self._ticked is None else self.monotonic() - self._ticked

    @property
    def alive(self) -> bool:
        """Whether there was a sign of life lately."""
        return self.monotonic() - self._alive <= DEAD * self.period

    def ailments(self) -> Sequence[str]:
        """Return what keeps the daemon from being ready."""
        found = [f"the store cannot be written: {self.trouble}"] if self.trouble else []
        silence = self.silence
        if silence is None:
            found.append("the schedule was not looked at yet")
        elif silence > LATE * self.period:
            found.append(f"the schedule was last looked at {silence:.0f} s ago")
        return found

    def _beat(self) -> None:
        self._alive = self.monotonic()
        self.feed()
