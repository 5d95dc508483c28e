"""
How the process is, for programs that watch it: alive, ready, and figures in the text format of Prometheus.

``/health/live`` asks nobody; ``/health/ready`` and ``/metrics`` read the store. Without a daemon in the process (``monitor
serve``) it is ready when the store can be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from monitor import __version__, console
from monitor.errors import StoreError
from monitor.model import Settings, Stock
from monitor.pulse import Pulse
from monitor.web.answers import JSON, to_bytes
from monitor.web.shelf import Shelf

LONGEST = 500  # characters of a label

_COUNTED = {
    ("polls", "outcome"): "Feeds asked since the start.",
    ("entries", "which"): "Entries fetched, and those never seen before, since the start.",
    ("digested", "state"): "Entries worked off since the start, by what became of them.",
    ("changes", ""): "Changes of events since the start.",
    ("bugs", ""): "Exceptions that nobody foresaw since the start; each is in the log.",
    ("jobs_failed", "job"): "Jobs of the scheduler that failed since the start.",
    ("jobs_missed", "job"): "Jobs of the scheduler that were missed since the start.",
}


@dataclass(frozen=True, slots=True)
class Health:
    """How the process is that serves *shelf*; *pulse* is that of the daemon in it, if there is one."""

    shelf: Shelf
    now: Callable[[], datetime]
    pulse: Pulse | None = None

    async def live(self, request: Request) -> Response:
        """Whether anybody is at work here; 503 asks for a restart."""
        alive = self.pulse is None or self.pulse.alive
        return _told(alive, [] if alive else ["no sign of life from the scheduler"])

    def ready(self, request: Request) -> Response:
        """Whether the schedule is kept and the store can be used."""
        found = [*(self.pulse.ailments() if self.pulse else ())]
        try:
            with self.shelf.store() as store:
                store.left_open()  # little: it is asked every few seconds
        except StoreError as error:
            found.append(str(error))
        return _told(not found, found)

    def metrics(self, request: Request) -> Response:
        """The figures; those of a store that cannot be read are left out, and said to be."""
        stock = None
        with suppress(StoreError), self.shelf.store() as store:
            stock = store.stock()
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Once([*self._process(), *_stored(stock), *_disk(self.shelf.settings())]))
        return Response(generate_latest(registry), headers=_HEADERS, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _process(self) -> Iterator[Metric]:
        yield _gauge("monitor_info", "Which program this is.", {__version__: 1}, "version")
        if self.pulse is None:
            return
        yield _gauge(
            "monitor_ready",
            "1 while the schedule is kept and the store can be written.",
            {"": int(not self.pulse.ailments())},
        )
        yield _gauge(
            "monitor_store_blocked", "1 while the store cannot be written.", {"": int(bool(self.pulse.trouble))}
        )
        yield _counter("monitor_ticks", "Looks at what is due since the start.", {"": self.pulse.ticks})
        if (silence := self.pulse.silence) is not None:
            at = self.now().timestamp() - silence
            yield _gauge("monitor_last_tick_timestamp_seconds", "When the schedule was last looked at.", {"": at})
        yield from _shared(self.pulse)
        counted = dict(self.pulse.counted)
        for (what, label), meaning in _COUNTED.items():
            found = {which: n for (name, which), n in counted.items() if name == what}
            yield _counter(f"monitor_{what}", meaning, found or ({"": 0} if not label else {}), label)


def _shared(pulse: Pulse) -> Iterator[Metric]:
    """Yield what several processes on one database share."""
    if pulse.leading is not None:
        yield _gauge("monitor_leading", "1 in the process that makes the jobs of all.", {"": int(pulse.leading)})
        for state, name, meaning in (("todo", "waiting", "wait"), ("doing", "doing", "are under way")):
            found = {queue: n for (queue, its), n in dict(pulse.jobs).items() if its == state}
            yield _gauge(f"monitor_jobs_{name}", f"Jobs of all processes that {meaning}, by queue.", found, "queue")
    if pulse.overdue is not None:
        meaning = "Seconds since the feed was due that waits longest to be asked."
        yield _gauge("monitor_overdue_seconds", meaning, {"": pulse.overdue})


class _Once(Collector):
    """Figures that were gathered already."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Sequence[Metric]:
        return self._metrics


def _stored(stock: Stock | None) -> Iterator[Metric]:
    yield _gauge("monitor_store_readable", "1 if the store could be read just now.", {"": int(stock is not None)})
    if stock is None:
        return
    yield _gauge("monitor_feeds", "Declared feeds, by state.", stock.feeds, "state")
    yield _gauge(
        "monitor_feed_failures", "Failures in a row of a feed that fails; the first hundred.", stock.failing, "feed"
    )
    yield _gauge("monitor_entries_waiting", "Entries whose article is still to be read.", {"": stock.waiting})
    yield _gauge("monitor_events", "Events that are known.", stock.events, "topic")
    yield _gauge("monitor_alerts", "Alerts, by what became of them; dead ones were given up.", stock.alerts, "state")
    yield _gauge("monitor_last_round", "The number of the last finished round.", {"": stock.round})
    if stock.finished:
        at = stock.finished.timestamp()
        yield _gauge("monitor_last_round_timestamp_seconds", "When the last round was finished.", {"": at})


def _disk(settings: Settings) -> Iterator[Metric]:
    if not settings.is_file:
        return
    database = Path(settings.database)
    with suppress(OSError):
        files = {"database": database, "wal": database.with_name(database.name + "-wal")}
        sizes = {name: file.stat().st_size for name, file in files.items() if file.exists()}
        yield _gauge("monitor_file_bytes", "The database and its write-ahead log.", sizes, "file")
        room = os.statvfs(database.parent)
        yield _gauge("monitor_disk_free_bytes", "Room left where the database is.", {"": room.f_bavail * room.f_frsize})


def _gauge(name: str, meaning: str, values: Mapping[str, float], label: str = "") -> Metric:
    return _filled(GaugeMetricFamily(name, meaning, labels=[label] if label else None), values)


def _counter(name: str, meaning: str, values: Mapping[str, float], label: str = "") -> Metric:
    return _filled(CounterMetricFamily(name, meaning, labels=[label] if label else None), values)


def _filled(metric: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]) -> Metric:
    # A name that others chose may hold anything; what is cut or cleaned to the same is one series, or no parser takes it.
    for name, value in {console.printable(name)[:LONGEST]: value for name, value in values.items()}.items():
        metric.add_metric([name] if name else [], value)
    return metric


_HEADERS = {"cache-control": "no-store"}


def _told(well: bool, reasons: Sequence[str]) -> Response:
    body = to_bytes({"ok": well, "reasons": [*reasons]})
    return Response(body, 200 if well else 503, headers=_HEADERS, media_type=JSON)
