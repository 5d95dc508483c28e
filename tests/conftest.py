"""What `make unit` leaves to `make test`: tests that show a bound on time or memory by spending some."""

from __future__ import annotations

import pytest

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
