"""Alive, ready, and the figures; read by the parser that Prometheus itself ships."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from monitor.model import Feed, FeedState
from monitor.pulse import DEAD, LATE, Pulse
from tests.web import town
from tests.web.town import NOW


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    town.built(tmp_path / "town.db").close()
    return tmp_path / "town.db"


@pytest.fixture
def pulse() -> Pulse:
    return Pulse(1.0, CLOCK)


@pytest.fixture
def url(path, pulse) -> Iterator[str]:
    with town.serving(path, pulse=pulse) as url:
        yield url


def get(url: str, where: str) -> httpx.Response:
    return httpx.get(url + where, trust_env=False)


def samples(text: str) -> dict[tuple[str, str], float]:
    """Return every figure by its name and the value of its one label."""
    found: list[Sample] = [s for family in text_string_to_metric_families(text) for s in family.samples]
    told = {(s.name, next(iter(s.labels.values()), "")): s.value for s in found}
    assert len(told) == len(found), "a series is there twice"
    return told


def test_it_is_ready_once_the_schedule_was_looked_at(url, pulse):
    assert get(url, "health/ready").status_code == 503
    pulse.tick()
    answer = get(url, "health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "reasons": []})
    assert answer.headers["cache-control"] == "no-store"


def test_it_is_not_ready_when_looks_fail_to_come_and_then_not_alive(url, pulse):
    pulse.tick()
    CLOCK.now += LATE + 1
    ready = get(url, "health/ready")
    assert ready.status_code == 503 and "last looked at" in ready.json()["reasons"][0]
    assert get(url, "health/live").status_code == 200
    CLOCK.now += DEAD
    assert get(url, "health/live").status_code == 503


def test_it_is_not_ready_when_the_store_cannot_be_read(url, path, pulse):
    pulse.tick()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TABLE rounds")
    assert get(url, "health/ready").status_code == 503
    assert get(url, "health/live").status_code == 200
    told = samples(get(url, "metrics").text)
    assert told["monitor_store_readable", ""] == 0 and ("monitor_feeds", "ok") not in told


def test_a_page_alone_is_ready_when_it_can_read(path):
    with town.serving(path) as url:
        assert get(url, "health/ready").status_code == get(url, "health/live").status_code == 200
        told = samples(get(url, "metrics").text)
    assert told["monitor_events", town.TOPIC.id] > 5 and ("monitor_ticks_total", "") not in told


def test_the_figures_say_what_there_is_and_what_was_done(url, pulse):
    pulse.tick()
    pulse.count("polls", "failed", 3)
    pulse.count("digested", "kept")
    pulse.count("bugs")
    CLOCK.now += 2
    answer = get(url, "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = samples(answer.text)
    assert told["monitor_ready", ""] == 1 and told["monitor_ticks_total", ""] == 1
    assert told["monitor_last_tick_timestamp_seconds", ""] == NOW.timestamp() - 2
    assert (told["monitor_polls_total", "failed"], told["monitor_digested_total", "kept"]) == (3, 1)
    assert (told["monitor_bugs_total", ""], told["monitor_changes_total", ""]) == (1, 0)
    assert (told["monitor_feeds", "ok"], told["monitor_feeds", "failing"]) == (2, 1)
    assert told["monitor_last_round_timestamp_seconds", ""] <= NOW.timestamp()
    assert told["process_resident_memory_bytes", ""] > 0


def test_what_several_processes_share_is_told_by_each_of_them(url, pulse):
    pulse.tick()
    told = samples(get(url, "metrics").text)
    assert not {"monitor_leading", "monitor_jobs_waiting", "monitor_overdue_seconds"} & {name for name, _ in told}
    pulse.leading, pulse.overdue = True, 7.5
    pulse.jobs = {("poll", "todo"): 3, ("poll", "doing"): 1, ("digest", "todo"): 2}
    told = samples(get(url, "metrics").text)
    assert (told["monitor_leading", ""], told["monitor_overdue_seconds", ""]) == (1, 7.5)
    assert (told["monitor_jobs_waiting", "poll"], told["monitor_jobs_waiting", "digest"]) == (3, 2)
    assert told["monitor_jobs_doing", "poll"] == 1


HOSTILE = [
    'https://x.example/"\n# HELP a b\nmonitor_ready 0\\',
    "https://x.example/\u202e\ud800\x00",
    "a" * 900,
    "a" * 901,
]


def test_names_of_others_stay_within_their_label(path):
    """Whatever an address holds: no line, no series and no figure of its own."""
    feeds = tuple(Feed(name, timedelta(hours=1)) for name in HOSTILE)
    with town.open_store(str(path)) as store:
        store.declare(replace(town.SETTINGS, feeds=feeds), NOW)
        failing = [replace(s, state=FeedState.FAILING, failures=2) for s in store.statuses()]
        store.close_round(store.open_round(NOW), NOW, failing)
    pulse = Pulse(1.0, CLOCK)
    pulse.tick()
    with town.serving(path, pulse=pulse) as url:
        text = get(url, "metrics").text
    told = samples(text)
    assert told["monitor_ready", ""] == 1 and told["monitor_feeds", "failing"] == len(HOSTILE)
    named = [label for name, label in told if name == "monitor_feed_failures"]
    assert len(named) == len(HOSTILE) - 1 and all(n.isprintable() for n in named)
    assert all(line.isprintable() for line in text.splitlines())


def test_a_page_elsewhere_cannot_read_the_figures(url):
    for where in ("metrics", "health/ready", "health/live"):
        assert httpx.get(url + where, headers={"host": "evil.example"}, trust_env=False).status_code == 421
