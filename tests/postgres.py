"""A PostgreSQL server of the test's own: Debian's package, in a temporary folder, on a socket alone, stopped by its number."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

OPTIONS = "-c listen_addresses='' -c max_connections=100 -c shared_buffers=64MB"


def programs() -> Path:
    """Return the folder of the newest server that is installed; that there is none is a fault, not a reason to skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[-3]))
    assert found, "PostgreSQL is not installed: apt-get install postgresql"
    return found[-1].parent


class Server:
    """One server; ``folder`` holds its data and its socket. In a *namespace*, if one is named, it listens on the network, too."""

    def __init__(self, folder: Path, options: str = OPTIONS, namespace: str = "") -> None:
        self.folder, self.data, self.options, self._namespace = folder, folder / "data", options, namespace
        # The server refuses to run as root.
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._run("initdb", "-D", self.data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        # One role must show a password, so that a wrong one can be tried.
        (self.data / "pg_hba.conf").write_text("local all locked scram-sha-256\nlocal all all trust\n")
        if namespace:
            with (self.data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all all trust\n")
        self.start()

    def _run(self, program: str, *args: str | Path) -> None:
        command: list[str | Path] = [programs() / program, *args]
        if self._namespace:  # which only root may enter
            command[:0] = ["ip", "netns", "exec", self._namespace, "setpriv", f"--reuid={self._user}", "--clear-groups"]
        user = None if self._namespace else self._user
        done = subprocess.run(command, user=user, cwd=self.folder, capture_output=True, text=True)
        log = self.folder / "log"
        assert done.returncode == 0, done.stdout + done.stderr + (log.read_text() if log.exists() else "")

    def start(self) -> None:
        log = self.folder / "log"
        network = "-c listen_addresses='*'" if self._namespace else ""
        options = f"{self.options} {network} -k {self.folder}"
        self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", log, "-o", options)

    def stop(self) -> None:
        """Stop as a machine is shut down: sessions end, what was committed is there."""
        self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast")

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """Let the server and all its processes end at once, as when the power goes."""
        pid = self.pid
        family = [pid, *children(pid)]
        for one in family:
            os.kill(one, signal.SIGKILL)
        while any(Path(f"/proc/{one}").exists() for one in family):
            time.sleep(0.01)
        (self.data / "postmaster.pid").unlink()

    def url(self, database: str = "postgres", user: str = "owner", host: str = "", **options: str) -> str:
        more = "".join(f"&{name}={quote(value, safe='')}" for name, value in options.items())
        return f"postgresql://{user}@/{database}?host={quote(host or str(self.folder), safe='')}{more}"

    def do(self, *statements: str) -> None:
        """Do *statements* as the owner."""
        with psycopg.connect(self.url(), autocommit=True) as conn:
            for one in statements:
                conn.execute(one)  # type: ignore[arg-type]

    @staticmethod
    def named(name: object) -> str:
        return f"t{zlib.crc32(str(name).encode()):08x}"

    def schema(self, name: object, host: str = "") -> str:
        """Return the URL of a schema of its own for *name*, made where it is not there."""
        schema = self.named(name)
        self.do(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        return self.url(host=host, options=f"-csearch_path={schema}")


def children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def serving(options: str = OPTIONS, namespace: str = "") -> Iterator[Server]:
    """Start a server with *options* and stop it."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        server = Server(folder, options, namespace)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
