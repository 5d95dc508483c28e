"""The one contract, kept on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.store.base import Store
from monitor.store.on_postgres import PostgresStore
from tests.postgres import Server

from .contract import StoreContract

pytestmark = pytest.mark.long


class TestPostgresStore(StoreContract):
    make: Callable[[Path], Store]

    @pytest.fixture(autouse=True)
    def _on(self, server: Server) -> None:
        self.make = lambda folder: PostgresStore(server.schema(folder))
