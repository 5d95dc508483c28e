"""What all tests share; and what `make unit` leaves to `make test`: those that show a bound on time or memory by spending some."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.commands import monitor
from tests.newsroom import config
from tests.newsroom.server import Newsroom
from tests.postgres import Server, serving

# How long one example takes says nothing on a busy machine: what is bounded is bounded by CPU, where it is said.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

SPENDING = (
    "hostile",
    "linear",
    "proportion",
    "without_end",
    "bounded",
    "mirror_sites",
    "any",
    "damaged",
    "many_",
    "most_of",
    "no_value_at_all",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark those tests ``slow`` by what their names say."""
    for item in items:
        if any(word in item.nodeid for word in SPENDING):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for all tests of a process that ask for one."""
    with serving() as server:
        yield server


@pytest.fixture
def room() -> Iterator[Newsroom]:
    """A newsroom of the test's own."""
    with Newsroom() as room:
        yield room


@pytest.fixture
def home(room: Newsroom, tmp_path: Path) -> Path:
    """A folder with the newsroom's configuration in it."""
    config.write(room, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def polled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a timeline of a newsroom that stays as it is, and can be asked as long as there are tests."""
    folder = tmp_path_factory.mktemp("newsroom")
    with Newsroom() as room:
        config.write(room, folder)
        assert monitor("poll", cwd=folder).status == 0
        yield folder


@pytest.fixture
def polled(polled_once: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own."""
    shutil.copytree(polled_once, tmp_path, dirs_exist_ok=True)
    return tmp_path
