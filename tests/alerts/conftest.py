"""The paper, and whoever is told of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.alerts.press import Press


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as press:
        yield press
