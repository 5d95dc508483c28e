"""Run ``monitor`` as a person does: arguments in; exit status, stdout and stderr out."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from monitor.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str


class _Bytes(io.TextIOWrapper):
    """Text that keeps its bytes, as stdout does."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="strict", write_through=True)

    def text(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("utf-8")


def monitor(*args: str | Path, cwd: Path) -> Ran:
    """Run the command in this process, in the folder *cwd*."""
    out, err = _Bytes(), _Bytes()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(a) for a in args])
        except SystemExit as end:
            return Ran(int(end.code or 0), out.text(), err.text())


def start(*args: str | Path, cwd: Path, **more: str) -> subprocess.Popen[str]:
    """Start the command as a process of its own, in the folder *cwd* and with *more* environment; stdout and stderr go to files there."""
    environment = {k: v for k, v in os.environ.items() if k != "MONITOR_CONFIG"} | {"PYTHONUNBUFFERED": "1"} | more
    with (cwd / "stdout.txt").open("w") as out, (cwd / "stderr.txt").open("w") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", *map(str, args)],
            cwd=cwd,
            env=environment,
            stdout=out,
            stderr=err,
            text=True,
        )
