"""The single instance lock: a file beside the database, whose lock the kernel drops with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import Occupied, StoreError


def beside(path: Path, suffix: str) -> Path:
    """Return the file that lies beside the database *path* under its name and *suffix*."""
    path = path.resolve()
    return path.with_name(path.name + suffix)


def take(path: Path) -> int:
    """Take the lock of the database *path* and return what holds it (close it to let go); Occupied if it is taken."""
    file = beside(path, ".lock")
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise StoreError(f"cannot write the lock file {file}: {exc.strerror}") from exc
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        who = _who(handle)
        os.close(handle)
        raise Occupied(f"another monitor (process {who}) is running on {path}") from exc
    try:
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
    except OSError as exc:
        os.close(handle)
        raise StoreError(f"cannot write the lock file {file}: {exc.strerror}") from exc
    return handle


@contextmanager
def held(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of the database *path*, for which *patience* seconds are waited."""
    deadline = time.monotonic() + patience
    while True:
        try:
            handle = take(path)
            break
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    try:
        yield
    finally:
        os.close(handle)


def holder(path: Path) -> str | None:
    """Return the number of the process that polls into the database *path*, None where none does."""
    try:
        handle = os.open(beside(path, ".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _who(handle)
    finally:
        os.close(handle)
    return None


def _who(handle: int) -> str:
    return os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
