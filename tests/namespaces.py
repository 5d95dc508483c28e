"""Wires of the test's own between this network and a namespace, which can be cut without a word; needs root and iproute2."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@dataclass(frozen=True)
class Wire:
    """A wire into the namespace *name*; whoever listens there is at ``there``."""

    name: str
    number: int

    @property
    def here(self) -> str:
        return f"10.213.{self.number}.1"

    @property
    def there(self) -> str:
        return f"10.213.{self.number}.2"

    @property
    def ends(self) -> tuple[str, str]:
        return f"{self.name}h{self.number}", f"{self.name}t{self.number}"

    def lay(self) -> None:
        here, there = self.ends
        _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", self.name)
        _ip("addr", "add", f"{self.here}/30", "dev", here)
        _ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", there)
        _ip("link", "set", here, "up")
        _ip("-n", self.name, "link", "set", there, "up")

    def cut(self) -> None:
        """Let nothing through, either way; nobody is told."""
        _ip("-n", self.name, "link", "set", self.ends[1], "down")

    def deafen(self) -> None:
        """Let what we send arrive, and no answer come back."""
        _ip("-n", self.name, "route", "add", "blackhole", f"{self.here}/32")

    def mend(self) -> None:
        """Undo a cut."""
        _ip("-n", self.name, "link", "set", self.ends[1], "up")

    def hear(self) -> None:
        """Undo a :meth:`deafen`."""
        _ip("-n", self.name, "route", "del", "blackhole", f"{self.here}/32")


@contextmanager
def wires(count: int) -> Iterator[list[Wire]]:
    """Make a namespace with so many wires into it, and take it away again."""
    name = f"m{os.getpid() % 100_000}"
    _ip("netns", "add", name)
    try:
        found = [Wire(name, number) for number in range(count)]
        for wire in found:
            wire.lay()
        _ip("-n", name, "link", "set", "lo", "up")
        yield found
    finally:
        _ip("netns", "del", name)
