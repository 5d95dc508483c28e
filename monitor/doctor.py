"""
Whether this machine can run the daemon, and what to do where it cannot. Part of the roof.

Every check ends in a finding, never in an exception; nothing is changed. The network is asked only where a person says so.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.declared import Declared
from monitor.errors import ConfigError, FetchError, InputError, MonitorError, RateLimited, StoreError
from monitor.fetch import Fetcher
from monitor.model import FetchSettings, Request, Settings
from monitor.store import exists, open_store
from monitor.store.checkup import Checkup, checkup, engine, keeps_wal

FAILED, USAGE, STORE = 1, 2, 3  # exit statuses, as everywhere
ROOM = 64 * 1024 * 1024  # what a WAL that a long reader lets grow may take (store/connection.py)
APART = timedelta(minutes=5)  # a clock that is further off than this was not set by anybody's NTP
HOSTS = 3  # that are asked whether the network is there
FILES = 64  # open at once beside connections: database, page, libraries
DISTANT = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs"}


class State(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it; ``status`` is the exit status that a failure asks for."""

    check: str
    state: State
    found: str
    todo: str = ""
    status: int = FAILED


def status(findings: Sequence[Finding]) -> int:
    """Return the exit status: what is wrong in the configuration comes before the store, and that before the rest."""
    failed = {f.status for f in findings if f.state is State.FAILURE}
    return next((s for s in (USAGE, STORE, FAILED) if s in failed), 0)


def examined(
    read: Callable[[], Declared], bound: Callable[[str], object], now: datetime
) -> tuple[list[Finding], Settings | None]:
    """
    Look at this machine, at the configuration that *read* gives, and at its database.

    *bound* takes the address of the page and lets go of it, or raises InputError.
    """
    found = [_python(), _packages(), _sqlite()]
    try:
        declared = read()
    except ConfigError as error:
        problems = "\n".join(error.problems)
        todo = "mend the file; `monitor check` says what was understood"
        return [*found, Finding("config", State.FAILURE, problems, todo, USAGE), _clock(None, now)], None
    settings = declared.settings
    path = Path(settings.database)
    seen = checkup(path) if settings.is_file else Checkup(False)
    kept = [*_disk(path, seen), _database(path, seen), _lock(seen)] if settings.is_file else [_server(settings)]
    found += [_config(declared), *kept, _clock(seen, now)]
    return [*found, _zones(settings), _files(settings.fetch), _page(settings, seen, bound)], settings


# --------------------------------------------------------------------------- the machine


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.maxsize.bit_length() + 1} bit, {platform.system()}"
    if sys.maxsize.bit_length() < 63:
        return Finding("python", State.WARNING, found, "use a 64 bit Python: large databases need the room")
    return Finding("python", State.OK, found)


def _packages() -> Finding:
    try:
        needed = [r for r in requires("monitor") or () if "extra ==" not in r]
    except PackageNotFoundError:
        return Finding("packages", State.WARNING, "monitor is not installed, only found", "install it with pip")
    names = [r.replace("(", " ").split(";")[0] for r in needed]
    missing = [n for n in (_bare(name) for name in names) if not _installed(n)]
    if missing:
        return Finding(
            "packages", State.FAILURE, f"not installed: {', '.join(missing)}", "install monitor again with pip"
        )
    return Finding("packages", State.OK, f"{len(names)} needed, all there")


def _bare(requirement: str) -> str:
    name = requirement.strip()
    return name[: next((i for i, c in enumerate(name) if not (c.isalnum() or c in "-_.")), len(name))]


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _sqlite() -> Finding:
    found = engine()
    if found.lacks:
        todo = "use a Python whose SQLite is newer and built with them"
        return Finding("sqlite", State.FAILURE, f"{found.version} lacks {', '.join(found.lacks)}", todo, STORE)
    return Finding("sqlite", State.OK, f"{found.version} with FTS5 and JSON")


def _files(fetch: FetchSettings) -> Finding:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit < fetch.concurrency + FILES:
        todo = f"raise it (ulimit -n, LimitNOFILE=) to {fetch.concurrency + FILES}, or lower fetch.concurrency"
        return Finding("files", State.WARNING, f"{limit} may be open at once", todo)
    return Finding("files", State.OK, f"{limit} may be open at once")


# --------------------------------------------------------------------------- configuration, database


def _config(declared: Declared) -> Finding:
    settings = declared.settings
    found = f"{settings.file}: {len(settings.topics)} topics, {len(settings.feeds)} feeds, {len(declared.seeds)} seeds"
    if declared.shipped:
        return Finding("config", State.OK, f"{found} (the shipped one: none is named, and there is no ./config.yaml)")
    if not settings.feeds:
        return Finding("config", State.WARNING, found, "declare feeds: nothing is polled")
    return Finding("config", State.OK, found)


def _disk(path: Path, seen: Checkup) -> Iterator[Finding]:
    folder = path.parent
    if not os.path.isdir(folder):  # noqa: PTH112 one that may not be looked into is no exception here
        yield Finding(
            "disk", State.FAILURE, f"{folder} is not there", "make the folder, or name another database", STORE
        )
        return
    if why := keeps_wal(folder):
        todo = "let this user write there, on a local disk"
        yield Finding("disk", State.FAILURE, f"no database can be kept in {folder}: {why}", todo, STORE)
        return
    free = shutil.disk_usage(folder).free
    found = f"{free // 1_000_000:,} MB free in {folder}, {seen.size // 1_000_000:,} MB used by the database"
    if free < ROOM:
        yield Finding("disk", State.FAILURE, found, f"make room: {ROOM // 1_000_000} MB at least", STORE)
    elif free < seen.size + ROOM:
        yield Finding("disk", State.WARNING, found, "make room: an upgrade leaves a copy of the database")
    else:
        yield Finding("disk", State.OK, found)
    if (kind := _file_system(folder)) in DISTANT:
        todo = "keep the database on a local disk: WAL does not work between machines"
        yield Finding("disk", State.WARNING, f"{folder} is on {kind}", todo)


def _file_system(folder: Path) -> str:
    """Return the kind of file system that *folder* is on, "" where nobody says."""
    try:
        mounts = [line.split(" ") for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return ""
    here = [(point, kind) for _, point, kind, *_ in mounts if folder.resolve().is_relative_to(point)]
    return max(here, key=lambda m: len(m[0]), default=("", ""))[1]


def _database(path: Path, seen: Checkup) -> Finding:
    if not seen.exists:
        return Finding("database", State.OK, f"{path} is not there yet; the first `monitor run` makes it")
    if seen.fault:
        todo = "`monitor restore FILE` puts a backup in its place" if "damaged" in seen.fault else "see the sentence"
        return Finding("database", State.FAILURE, seen.fault, todo, STORE)
    if seen.schema < seen.known:
        todo = "nothing: the next command brings it up to date and leaves a copy beside it"
        return Finding(
            "database", State.WARNING, f"{path}: schema {seen.schema}, this version knows {seen.known}", todo
        )
    return Finding("database", State.OK, f"{path}: sound, schema {seen.schema}; `monitor verify` looks at every quote")


def _server(settings: Settings) -> Finding:
    try:
        if exists(settings.database):
            open_store(settings.database, create=False).close()
            return Finding("database", State.OK, f"{settings.shown}: answers; `monitor verify` looks at every quote")
        return Finding("database", State.OK, f"{settings.shown} is empty yet; the first `monitor run` fills it")
    except (StoreError, ConfigError) as error:
        return Finding("database", State.FAILURE, str(error), "see the sentence", STORE)


def _lock(seen: Checkup) -> Finding:
    return Finding("lock", State.OK, f"process {seen.holder} polls into it" if seen.holder else "nobody polls into it")


def _page(settings: Settings, seen: Checkup, bound: Callable[[str], object]) -> Finding:
    if settings.web_listen == "off":
        return Finding("page", State.OK, "not served (web.listen is off)")
    try:
        bound(settings.web_listen)
    except InputError as error:
        if seen.holder:
            return Finding("page", State.OK, f"{settings.web_listen} is taken, by the daemon it seems")
        return Finding("page", State.WARNING, str(error), "set web.listen, or end what listens there")
    return Finding("page", State.OK, f"{settings.web_listen} can be had")


# --------------------------------------------------------------------------- time


def _clock(seen: Checkup | None, now: datetime) -> Finding:
    installed = datetime.fromtimestamp(Path(__file__).stat().st_ctime, UTC)
    found, todo = f"{now:%Y-%m-%d %H:%M:%S} UTC", "set the clock (NTP); what is due and every date follow from it"
    if now < installed - APART:
        return Finding(
            "clock", State.FAILURE, f"{found} is before monitor was installed ({installed:%Y-%m-%d %H:%M})", todo
        )
    if seen and seen.newest and seen.newest > now + APART:
        return Finding(
            "clock", State.FAILURE, f"{found} is before the last round ({seen.newest:%Y-%m-%d %H:%M:%S})", todo
        )
    return Finding("clock", State.OK, found)


def _zones(settings: Settings) -> Finding:
    zones = sorted(
        {settings.timezone, *(t.timezone for t in settings.topics), *(f.timezone for f in settings.feeds)} - {""}
    )
    try:
        for zone in zones:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        return Finding("zones", State.FAILURE, str(exc), "install the package tzdata", USAGE)
    return Finding("zones", State.OK, ", ".join(zones))


# --------------------------------------------------------------------------- network


async def network(settings: Settings, now: Callable[[], datetime]) -> list[Finding]:
    """Ask a few of the hosts that are polled, each once, as politely and as guarded as a poll."""
    asked = list(_sample(settings))
    if not asked:
        return [Finding("network", State.WARNING, "there is no feed to ask", "declare feeds")]
    found: list[Finding] = []
    reached = 0
    async with Fetcher(settings.fetch, now=now) as fetcher:
        for url in asked:
            host = urlsplit(url).netloc
            try:
                response = await fetcher.get(Request(url))
                reached += 1
                found += _apart(host, dict(response.headers).get("date", ""), now())
            except FetchError as error:
                reached += error.connected
                found.append(_unreached(host, error))
            except MonitorError as error:
                found.append(Finding("network", State.WARNING, f"{host}: {error}", "see the sentence"))
    if reached:
        return [Finding("network", State.OK, f"{reached} of {len(asked)} hosts answered"), *found]
    todo = "check name service, gateway and firewall, or set fetch.proxy"
    return [Finding("network", State.FAILURE, "no host answered", todo), *found]


def _sample(settings: Settings) -> Iterator[str]:
    hosts: set[str] = set()
    for feed in settings.feeds:
        host = urlsplit(feed.url).netloc
        if host not in hosts and len(hosts) < HOSTS and "{" not in feed.url:
            hosts.add(host)
            yield feed.url


def _unreached(host: str, error: FetchError) -> Finding:
    todo = {
        "dns": "check the name service",
        "not public": "if a proxy of yours answers for it, name it in fetch.proxy or fetch.allow_private",
        "tls": "check the clock and the trusted certificates",
    }.get(error.reason, "`monitor sources --try` says more of a feed")
    state = State.OK if isinstance(error, RateLimited) else State.WARNING
    return Finding("network", state, f"{host}: {error}", todo)


def _apart(host: str, date: str, now: datetime) -> Iterator[Finding]:
    try:
        told = parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return
    if abs(told - now) > APART:
        todo = "set the clock (NTP)"
        yield Finding(
            "clock", State.WARNING, f"{host} says it is {told:%Y-%m-%d %H:%M:%S} UTC, not {now:%H:%M:%S}", todo
        )
