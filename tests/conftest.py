"""What `make unit` leaves to `make test`: tests that show a bound on time or memory by spending some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server, serving

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
