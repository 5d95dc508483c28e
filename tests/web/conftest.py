"""The town that pages and interface are read from: built once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web import town
from tests.web.town import Reader


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.db"
    town.built(path).close()
    return path


@pytest.fixture
def reader(database: Path) -> Iterator[Reader]:
    found = Reader(database)
    yield found
    found.shelf.close()
