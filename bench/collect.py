"""
How fast feeds are collected, beside lemon24/reader and a plain httpx and feedparser loop.

    python -m bench.collect [--feeds 1000] [--rounds 3] [--only monitor] [--profile plain|realistic] [--json FILE]

Each contestant polls in a process of its own, in turn, A B C A B C: cold (an empty database), unchanged (all 304), and
one per cent changed; in the realistic profile cold once, then warm. Printed: medians, and ratios to ``monitor``.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.contestants import CONTESTANTS
from bench.press import habits

PHASES = {
    "plain": (("cold", 0.0), ("unchanged", 0.0), ("1 % changed", 0.01)),
    "realistic": (("cold", 0.0), ("warm", 0.01)),
}
FIGURES = ("cpu", "wall", "peak", "requests", "bytes", "entries")

Result = dict[str, float]


@dataclass(frozen=True, slots=True)
class Server:
    """The press in its own process."""

    port: int

    def ask(self, path: str) -> Any:
        """Return what a control address says."""
        line = HTTPConnection("127.0.1.1", self.port, timeout=60)
        line.request("GET", f"/control/{path}")
        return json.loads(line.getresponse().read() or b"null")


@contextmanager
def serving(feeds: int, profile: str) -> Iterator[Server]:
    """Run the press."""
    command = [sys.executable, "-m", "bench.press", "--feeds", str(feeds), "--profile", profile]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        yield Server(int(process.stdout.readline()))
        process.stdin.close()


def compare(feeds: int, rounds: int, profile: str, names: Sequence[str]) -> dict[str, dict[str, list[Result]]]:
    """Return the results by phase and contestant."""
    found: dict[str, dict[str, list[Result]]] = {phase: {n: [] for n in names} for phase, _ in PHASES[profile]}
    with serving(feeds, profile) as server, tempfile.TemporaryDirectory() as home:
        for turn in range(rounds):
            for phase, share in PHASES[profile]:
                server.ask(f"turn?share={share}")
                for name in names:
                    folder = Path(home) / f"{name}{turn}"
                    folder.mkdir(exist_ok=True)
                    found[phase][name].append(_once(name, folder, server, feeds))
                _check(phase, profile, {name: found[phase][name][-1] for name in names}, server.ask("sought"))
    return found


def _check(phase: str, profile: str, results: Mapping[str, Result], sought: Mapping[str, int]) -> None:
    """End where somebody did less than the others: the same requests, entries and, of ours, the same ones kept waiting."""
    requests = {r["requests"] for r in results.values()}
    entries = {r["entries"] for r in results.values()}
    if len(requests) > 1 or (profile == "plain" and len(entries) > 1):  # reader cannot read what is broken
        sys.exit(f"{phase}: not the same was done: {results}")
    ours = results.get("monitor")
    if ours and phase == "cold" and any(ours[figure] != sought[figure] for figure in ("entries", "waiting")):
        sys.exit(f"{phase}: {ours} where the press has {dict(sought)}")


def _once(name: str, folder: Path, server: Server, feeds: int) -> Result:
    server.ask("told")
    command = [sys.executable, "-m", "bench.contestants", name, str(folder), str(server.port), str(feeds)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if ran.returncode:
        sys.exit(f"{name} failed:\n{ran.stderr[-4000:]}")
    told = server.ask("told")
    return {**json.loads(ran.stdout), "requests": told["requests"], "bytes": told["bytes"]}


def longest_chain(feeds: int) -> float:
    """Return the seconds that the busiest name forces on who asks one request at a time, in the realistic profile."""
    chains: dict[int, float] = {}
    for n in range(feeds):
        told = habits(n)
        chains[n % 100] = chains.get(n % 100, 0.0) + told.latency * (2 if told.moved else 1)
    return max(chains.values())


def show(found: Mapping[str, Mapping[str, Sequence[Result]]]) -> None:
    """Print medians and ratios."""
    for phase, by_name in found.items():
        ours = _medians(by_name["monitor"]) if "monitor" in by_name else None
        for name, results in by_name.items():
            row = _medians(results)
            ratio = f"  {row['cpu'] / ours['cpu']:.1f} times our CPU" if ours and name != "monitor" else ""
            print(
                f"{phase:12} {name:8} cpu {row['cpu']:7.3f} s  wall {row['wall']:7.2f} s  peak {row['peak']:6.1f} MB  "
                f"{row['requests']:5.0f} requests  {row['bytes'] / 1e6:6.1f} MB  {row['entries']:6.0f} entries{ratio}"
            )


def _medians(results: Sequence[Result]) -> Result:
    return {figure: statistics.median(r[figure] for r in results) for figure in FIGURES}


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser()
    ask.add_argument("--feeds", type=int, default=1000)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--profile", choices=tuple(PHASES), action="append")
    ask.add_argument("--only", choices=tuple(CONTESTANTS), action="append")
    ask.add_argument("--json", type=Path)
    said = ask.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {said.feeds} feeds, medians of {said.rounds}")
    kept: dict[str, Any] = {}
    for profile in said.profile or tuple(PHASES):
        kept[profile] = compare(said.feeds, said.rounds, profile, said.only or tuple(CONTESTANTS))
        show(kept[profile])
        if profile == "realistic":
            print(f"the longest chain that one host forces: {longest_chain(said.feeds):.2f} s")
    if said.json:
        said.json.write_text(json.dumps(kept, indent=1), "utf-8")


if __name__ == "__main__":
    main()
